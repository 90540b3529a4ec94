"""Structured logs: one JSON object a line, ids and counts and codes, nothing personal (law 9)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
#: Values of these types can hold no name, number or text that a person typed.
_SAFE = (int, float, bool, type(None))


class JsonLines(logging.Formatter):
    """The event, its level and time, and the ``extra`` fields that were given with it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name, value in record.__dict__.items():
            if name not in _STANDARD and not name.startswith("_"):
                line[name] = value if isinstance(value, (*_SAFE, str)) else type(value).__name__
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _frames(record)
        return json.dumps(line, ensure_ascii=False)


def _frames(record: logging.LogRecord) -> list[str]:
    """Where it happened, without the exception's text: that may quote what a person typed."""
    frames = []
    step = record.exc_info[2] if record.exc_info else None
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/site-packages/')[-1].rsplit('/src/')[-1]}:{step.tb_lineno}")
        step = step.tb_next
    return frames[-8:]


def configuration(level: str) -> dict[str, Any]:
    """For ``logging.config.dictConfig``."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "routiq.logs.JsonLines"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "routiq": {"level": level.upper()},
            "routiq.pms": {"level": "WARNING" if level.upper() == "INFO" else level.upper()},
            "procrastinate": {"level": "WARNING"},
            "uvicorn.error": {"level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "ERROR"},
        },
    }
