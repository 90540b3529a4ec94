"""The laws of docs/architecture.md that are about who may do what in the code: read from the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from routiq.pms import registry
from tests.parsing import parsed

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "src" / "routiq"
MODULES = {
    ".".join(path.relative_to(PRODUCT.parent).with_suffix("").parts): parsed(path.read_text(encoding="utf-8"))
    for path in PRODUCT.rglob("*.py")
}
PAGES = [path for kind in ("*.html", "*.js", "*.css", "*.svg") for path in (PRODUCT / "dashboard").rglob(kind)]

#: What writes the copy of a practice (law 1).
WRITING = {"write", "write_and_compare", "write_whole"}
#: What changes something in a vendor's system that patients and staff see (law 2).
ACTS = {"book", "withdraw", "reschedule", "cancel", "register_patient"}
#: Names that stand above the gateway and ask nobody which vendor it is (law 3): what an operator sets, and the demo,
#: which connects itself to the sandbox.
NAMED = {
    "routiq.settings": {"cliniko", "nookal", "ROUTIQ_CLINIKO_URL", "ROUTIQ_NOOKAL_URL"},
    "routiq.demo": {"cliniko", "nookal", "ROUTIQ_CLINIKO_URL", "ROUTIQ_NOOKAL_URL", "/cliniko/{shard}/v1"},
}


def room(module: str) -> str:
    """``sync`` of ``routiq.sync.pull``."""
    return [*module.split("."), ""][1]


def importing(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Module and name of everything that is imported, wherever it stands; a whole module has the name ``""``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield node.module or "", name.name
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, ""


def calls(tree: ast.AST, method: str) -> bool:
    """Is ``something.method(...)`` called?"""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
        for node in ast.walk(tree)
    )


def spoken(tree: ast.AST) -> Iterator[str]:
    """Every name and every text of the code; comments and docstrings are none of it."""
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
            yield node.value
        for field in ("id", "attr", "name", "arg", "module", "asname"):
            text = getattr(node, field, None)
            if isinstance(text, str):
                yield text


def writers_of_the_copy() -> set[str]:
    """Modules that can write it: by importing one of the three, or all of them."""
    return {
        module
        for module, tree in MODULES.items()
        if any(
            (source == "routiq.mirror.writing" and name in WRITING)
            or (source, name) in {("routiq.mirror", "writing"), ("routiq.mirror.writing", "")}
            for source, name in importing(tree)
        )
    }


def test_law_1_one_operation_pulls_and_nothing_else_asks_for_pages() -> None:
    fetching = {module for module, tree in MODULES.items() if room(module) != "pms" and calls(tree, "fetch")}
    assert fetching == {"routiq.sync.pull", "routiq.sync.reconciling"}


def test_law_1_the_copy_is_written_by_the_pull_the_second_question_and_the_front_desk_alone() -> None:
    found = writers_of_the_copy()
    assert {"routiq.sync.pull", "routiq.sync.reconciling"} <= found
    others = {module for module in found if room(module) not in ("frontdesk", "mirror")}
    assert others == {"routiq.sync.pull", "routiq.sync.reconciling"}


def test_law_1_an_event_says_only_where_to_look() -> None:
    """The inbox stores which record was named, and has nothing to do with the copy."""
    modules = {source for source, _ in importing(MODULES["routiq.sync.inbox"])}
    assert not any(module.startswith("routiq.mirror") for module in modules)
    statements = " ".join(
        text for text in spoken(MODULES["routiq.sync.inbox"]) if "INSERT" in text or "UPDATE" in text
    )
    assert "sync_syncevent" in statements
    assert "mirror_" not in statements


def test_law_2_only_the_front_desk_can_act_in_a_vendors_system() -> None:
    """Whoever has no gateway sends nothing; and of those who have one, only the front desk does more than read."""
    with_gateway = {
        module
        for module, tree in MODULES.items()
        if any("gateways" in (source.rpartition(".")[2], name) for source, name in importing(tree))
    }
    assert {room(module) for module in with_gateway} <= {"connections", "sync", "frontdesk", "doctor"}
    for module in with_gateway:
        if room(module) != "frontdesk":
            assert not {act for act in ACTS if calls(MODULES[module], act)}, module


def test_law_3_nobody_above_the_gateway_names_a_vendor() -> None:
    names = re.compile(
        "|".join({vendor.name for vendor in registry.vendors()} | {"cliniko", "nookal"}), re.IGNORECASE
    )
    found = {
        (module, text)
        for module, tree in MODULES.items()
        if room(module) != "pms"
        for text in spoken(tree)
        if names.search(text) and text not in NAMED.get(module, ())
    }
    assert found == set()


def test_law_3_no_page_names_a_vendor() -> None:
    names = [vendor.name for vendor in registry.vendors()]
    found = [
        str(path.relative_to(ROOT))
        for path in PAGES
        if any(name in path.read_text(encoding="utf-8").lower() for name in names)
    ]
    assert len(PAGES) > 50
    assert found == []


def test_what_is_allowed_to_stand_above_the_gateway_is_really_there() -> None:
    for module, texts in NAMED.items():
        said = set(spoken(MODULES[module]))
        assert {text for text in texts if text not in said} == set(), module


def test_law_7_no_time_is_taken_without_a_zone() -> None:
    """``datetime.now()`` and its like give a time that belongs nowhere."""
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                bare = node.func.attr in ("now", "today", "fromtimestamp") and len(node.args) + len(node.keywords) < (
                    2 if node.func.attr == "fromtimestamp" else 1
                )
                of_datetime = isinstance(node.func.value, ast.Name) and node.func.value.id in ("datetime", "date")
                assert not (bare and of_datetime), f"{module}:{node.lineno}"
                assert node.func.attr not in ("utcnow", "utcfromtimestamp"), f"{module}:{node.lineno}"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('if vendor == "cliniko": pass', True),
        ("from routiq.pms.cliniko import gateway", True),
        ("cliniko_only = 1", True),
        ('"""Of Cliniko."""', False),
        ("x = 1  # as Cliniko does", False),
    ],
)
def test_the_test_itself_sees_a_vendors_name(code: str, said: bool) -> None:
    assert any("cliniko" in text.lower() for text in spoken(parsed(code))) is said
