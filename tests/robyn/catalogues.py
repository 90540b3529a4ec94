"""Robyn's sentences as translators find them, and a catalogue made of translations as ``msgfmt`` makes it."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from routiq import robyn
from tests.parsing import parsed

ROOM = Path(robyn.__file__).parent


def sentences() -> set[str]:
    """What ``xgettext --keyword=_`` finds in the room."""
    return {text for path in ROOM.rglob("*.py") for text in _marked(parsed(path.read_text()))}


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            (argument,) = node.args
            assert isinstance(argument, ast.Constant), "only a plain text can be found by translators"
            yield argument.value


def compiled(translations: Mapping[str, str], language: str) -> bytes:
    """The bytes of a ``.mo`` file."""
    head = f"Content-Type: text/plain; charset=UTF-8\nLanguage: {language}\n"
    pairs = sorted((a.encode(), b.encode()) for a, b in {"": head, **translations}.items())
    offset = 28 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    texts = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += [len(pair[side]), offset + len(texts)]
            texts += pair[side] + b"\0"
    header = [0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0]
    return struct.pack(f"<{7 + 4 * len(pairs)}I", *header, *tables[0], *tables[1]) + texts


def put(folder: Path, language: str, translations: Mapping[str, str]) -> None:
    """As a packager puts it: ``<language>/LC_MESSAGES/robyn.mo``."""
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "robyn.mo").write_bytes(compiled(translations, language))
