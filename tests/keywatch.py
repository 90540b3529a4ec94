"""Watches everything that the whole suite logs for the keys of the sandbox: none may ever be in a line.

A handler beside the product's own reads each record as it would be printed, its traceback included. A test in which a
key shows fails, whatever it is about.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pms_sandbox.keys import STANDARD as CLINIKO_KEYS
from pms_sandbox.keys import key_text as cliniko_key
from pms_sandbox.nookal.keys import STANDARD as NOOKAL_KEYS
from pms_sandbox.nookal.keys import key_text as nookal_key
from pms_sandbox.options import Options

SEED = Options().seed
KEYS = frozenset(
    [
        *(cliniko_key(label, SEED, Options().shard).rpartition("-")[0] for label, *_ in CLINIKO_KEYS),
        *(nookal_key(label, SEED).lower() for label, *_ in NOOKAL_KEYS),
    ]
)
LOGGERS = ("", "routiq")


class KeyWatch(logging.Handler):
    """Notes the names of loggers that let a key out, never the line itself."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.let_out: list[str] = []
        self.lines = 0
        self._last: logging.LogRecord | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record is self._last:
            return  # Handed on from one logger to the one above.
        self._last = record
        self.lines += 1
        line = self.format(record) + "".join(str(value) for value in vars(record).values() if isinstance(value, str))
        if any(key in line or key in line.lower() for key in KEYS):
            self.let_out.append(record.name)


@pytest.fixture(autouse=True)
def key_watch() -> Iterator[KeyWatch]:
    """For every test there is."""
    watch = KeyWatch()
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addHandler(watch)
    yield watch
    for logger in loggers:
        logger.removeHandler(watch)
    assert not watch.let_out, f"a key was logged by {sorted(set(watch.let_out))}"
