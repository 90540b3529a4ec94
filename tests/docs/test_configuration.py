"""Every setting that the code reads is described, and every described one is read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.parsing import parsed

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"

SETTING = re.compile(r"(?:ROUTIQ|DATABASE)_[A-Z0-9_]+")


def read_by(tree: ast.AST) -> set[str]:
    """Names given to ``environment.text(...)`` and its like, and whatever else is spelled as a setting's name."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value):
            found.add(node.value.removesuffix("_FILE"))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "environment"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            found.add(node.args[0].value)
    return found


def read_by_the_code() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "src" / "routiq").rglob("*.py"):
        found |= read_by(parsed(path.read_text(encoding="utf-8")))
    return found


def described() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_setting_is_described() -> None:
    settings = read_by_the_code()
    assert {"ROUTIQ_DATA", "DATABASE_URL", "ROUTIQ_PMS_REQUESTS", "ROUTIQ_FAULT"} <= settings
    assert settings - described() == set()


def test_nothing_is_described_that_nobody_reads() -> None:
    assert described() - read_by_the_code() == set()
