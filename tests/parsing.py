"""Reading Python source in a test."""

from __future__ import annotations

import ast
import gc


def parsed(source: str) -> ast.Module:
    """``ast.parse`` with no garbage collected meanwhile: a finaliser that warns prints a traceback, which parses too,
    and CPython 3.11 takes the nested parse for a damaged stack (python/cpython#106905)."""
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        gc.enable()
