"""Reading the product's own code for where it decides about people."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

import routiq

SOURCE = Path(routiq.__file__).parent
ROOMS = ("connections", "consent", "frontdesk", "knowledge", "messaging", "robyn")
"""Those that decide about people, each with a module ``decisions``."""

Function = ast.FunctionDef
Test = Callable[[Function], bool]


def functions(module: str, source: str) -> Iterator[tuple[str, Function]]:
    """Every function and method of a module with its path, such as ``frontdesk.moving._Move.is_free``. What is
    defined inside a function belongs to that."""

    def inside(path: str, body: list[ast.stmt]) -> Iterator[tuple[str, Function]]:
        for each in body:
            if isinstance(each, ast.FunctionDef):
                yield f"{path}.{each.name}", each
            elif isinstance(each, ast.ClassDef):
                yield from inside(f"{path}.{each.name}", each.body)

    yield from inside(module, ast.parse(source).body)


def all_functions(*rooms: str) -> Iterator[tuple[str, Function]]:
    for room in rooms:
        for file in sorted((SOURCE / room.replace(".", "/")).rglob("*.py")):
            if "migrations" not in file.parts:
                module = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
                yield from functions(module, file.read_text(encoding="utf-8"))


def enums(*rooms: str) -> dict[str, type[Enum]]:
    """Every enumeration of these rooms by its path, such as ``frontdesk.wishes.Outcome``."""
    found: dict[str, type[Enum]] = {}
    for room in rooms:
        package = importlib.import_module(f"routiq.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"routiq.{room}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    kinds: list[type[Enum]] = [Enum]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        path = f"{kind.__module__}.{kind.__qualname__}".removeprefix("routiq.")
        if path.startswith(tuple(f"{room}." for room in rooms)):
            found[path] = kind
    return found


def refuses(function: Function) -> bool:
    """Turns a request of the front desk away, or has something asked first."""
    return any(
        _name(call.func) in ("Refusal", "NotNow")
        or any(ast.unparse(given) in _TURNED_AWAY for given in (*call.args, *(each.value for each in call.keywords)))
        for call in _calls(function)
    )


_TURNED_AWAY = {"Outcome.NOT_ALLOWED", "Outcome.ASK_FIRST", "Joining.NOT_ALLOWED"}


def leaves_to_people(function: Function) -> bool:
    """Ends what Robyn does herself and leaves it to the team."""
    return any(
        _name(call.func) in _TO_PEOPLE or ast.unparse(call.func) in ("callback.begin", "callback.offer")
        for call in _calls(function)
    )


_TO_PEOPLE = {
    "hand_over",
    "begin_call_back",
    "leave_task",
    "leave_once",
    "to_the_team",
    "team_only",
    "_to_people",
}


def is_a_job(function: Function) -> bool:
    """Runs by itself, in a worker."""
    return any(ast.unparse(each).startswith("app.task(") for each in function.decorator_list)


def unclaimed(found: Iterator[tuple[str, Function]], test: Test, claimed: set[str]) -> list[str]:
    """The functions that do this and that nobody has declared."""
    return [path for path, function in found if test(function) and path not in claimed]


def _calls(function: Function) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
