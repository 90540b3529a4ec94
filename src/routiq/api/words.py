"""What is wrong with a field, in words for whoever sent it. The value itself is never repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_SENTENCES = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such field here.",
    "model_type": "Send a JSON object.",
    "model_attributes_type": "Send a JSON object.",
    "dict_type": "Send a JSON object.",
    "string_type": "Give a text.",
    "string_unicode": "This text holds characters that cannot be stored.",
    "int_type": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "int_parsing_size": "This number is too large.",
    "int_from_float": "Give a whole number.",
    "bool_parsing": "Give true or false.",
    "bool_type": "Give true or false.",
    "string_pattern_mismatch": "Use only visible ASCII characters without spaces.",
    "list_type": "Give a list.",
    "none_required": "Leave this out.",
}


def by_field(problems: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Field names, as they are sent, to one sentence each: the first that was found."""
    fields: dict[str, str] = {}
    for problem in problems:
        fields.setdefault(_name(problem["loc"]), _sentence(problem))
    return fields


def _name(place: tuple[str | int, ...]) -> str:
    """``("body", "wish", "patient_id")`` is ``patient_id`` to the caller; with nothing below it, the whole body."""
    source, *inside = place
    if source == "body":
        return ".".join(str(part) for part in inside[1:]) or "body"
    return str(inside[-1]) if inside else str(source)


def _sentence(problem: Mapping[str, Any]) -> str:
    kind, context = str(problem["type"]), problem.get("ctx", {})
    match kind:
        case "value_error":
            return str(context.get("error", "This value cannot be used."))
        case "string_too_short":
            least = context["min_length"]
            return "This must not be empty." if least == 1 else f"Use at least {least} characters."
        case "string_too_long":
            return f"Use at most {context['max_length']} characters."
        case "too_long":
            return f"Give at most {context['max_length']} of these."
        case "greater_than_equal":
            return f"Give {context['ge']} or more."
        case "less_than_equal":
            return f"Give {context['le']} or less."
        case "literal_error" | "enum":
            return f"Choose one of these: {context['expected']}."
    return _SENTENCES.get(kind, "This value cannot be used.")
