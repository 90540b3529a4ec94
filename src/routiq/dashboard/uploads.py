"""No upload is taken that is larger than anything we read, whoever sends it and whatever it says of its length."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from routiq.knowledge.sources import MOST_FILE_BYTES


class WithinLimits(FileUploadHandler):
    """Stands before the handlers that keep files: one that grows too large reaches them no more. The page then finds
    ``request.upload_too_large``."""

    def new_file(self, *args: Any, **choices: Any) -> None:
        super().new_file(*args, **choices)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._size += len(raw_data)
        if self._size > MOST_FILE_BYTES:
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
