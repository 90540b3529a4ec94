"""Reading Python source in a test."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """No finaliser runs meanwhile. For reading source, and for imports that pytest rewrites: see :func:`parsed`."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def parsed(source: str) -> ast.Module:
    """``ast.parse`` with no garbage collected meanwhile: a finaliser that warns prints a traceback, which parses too,
    and CPython 3.11 takes the nested parse for a damaged stack (python/cpython#106905)."""
    with nothing_collected():
        return ast.parse(source)
