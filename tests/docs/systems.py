"""The table of what each system can do, from what their gateways declare.

``python -m tests.docs.systems`` writes it into docs/systems.md, between the two marks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from routiq.pms import registry
from routiq.pms.gateway import Capabilities, PaceKind, Stream
from routiq.pms.records import VisitWord

PAGE = Path(__file__).resolve().parents[2] / "docs" / "systems.md"
BEGIN, END = "<!-- from the declared capabilities -->", "<!-- end -->"

_WORDS = {
    VisitWord.CANCELLED: "Cancelled",
    VisitWord.DNA: "DNA",
    VisitWord.COMPLETED: "Completed",
    VisitWord.UNINVOICED: "Uninvoiced",
    VisitWord.CONFIRMED: "Confirmed",
}
_PACES = {PaceKind.FIXED_WINDOW: "a published limit", PaceKind.ADAPTIVE: "by how it answers; no limit is published"}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _named(stream: Stream) -> str:
    return {Stream.OFFERINGS: "who does what where"}.get(stream, stream.value.replace("_", " "))


def _looked_at(of: Capabilities) -> str:
    """Of what a practice's day changes; its own lists are read whole by every system."""
    changing = (
        Stream.PATIENTS,
        Stream.APPOINTMENTS,
        Stream.CLASSES,
        Stream.ATTENDANCES,
        Stream.BLOCKS,
        Stream.WAITING_LIST,
        Stream.INVOICES,
    )
    by_change = of.streams if of.streams_by_change is None else of.streams_by_change
    others = [_named(stream) for stream in changing if stream in of.streams and stream not in by_change]
    return f"all but {' and '.join(others)}" if others else "all"


#: The field of ``Capabilities``, what it is called here, and how it reads. ``vendor`` and ``label`` are the heads,
#: ``streams`` has rows of its own.
ROWS: tuple[tuple[str, str, Callable[[Capabilities], str]], ...] = (
    ("has_regions", "Connecting asks for a region beside the key", lambda of: _yes(of.has_regions)),
    ("is_scoped_to_locations", "A key opens only the ticked locations", lambda of: _yes(of.is_scoped_to_locations)),
    ("offers_webhooks", "Announces changes by webhook", lambda of: _yes(of.offers_webhooks)),
    ("streams_by_change", "Can be asked what has changed", _looked_at),
    ("reads_many_by_id", "Reads many records by id in one request", lambda of: _yes(of.reads_many_by_id)),
    ("page_size", "Records a page", lambda of: str(of.page_size)),
    ("pace", "Asked at the pace of", lambda of: _PACES[of.pace]),
    ("has_service_matrix", "Lists who does what where", lambda of: _yes(of.has_service_matrix)),
    ("has_conflict_check", "A booking is checked for overlaps afterwards", lambda of: _yes(of.has_conflict_check)),
    ("finds_next_time", "Can be asked for the first free time", lambda of: _yes(of.finds_next_time)),
    ("days_of_times_at_once", "Days of free times in one request", lambda of: str(of.days_of_times_at_once)),
    (
        "stores_cancellation_reason",
        "Stores the reason of a cancellation",
        lambda of: _yes(of.stores_cancellation_reason),
    ),
    ("visit_words", "Words for an appointment", lambda of: ", ".join(_WORDS[word] for word in of.visit_words)),
    ("tells_deceased", "Says which patients have died", lambda of: _yes(of.tells_deceased)),
    ("reads_invoices", "Invoices and payments on the patient's page", lambda of: _yes(of.reads_invoices)),
    (
        "reads_treatment_notes",
        "Treatment notes may be read, where the practice allows it",
        lambda of: _yes(of.reads_treatment_notes),
    ),
)


def render() -> str:
    systems = [vendor.capabilities for vendor in registry.vendors()]
    lines = [
        f"| | {' | '.join(of.label for of in systems)} |",
        f"| --- |{' --- |' * len(systems)}",
    ]
    lines += [f"| {words} | {' | '.join(say(of) for of in systems)} |" for _, words, say in ROWS]
    lines += [
        f"| Copied: {_named(stream)} | {' | '.join(_yes(stream in of.streams) for of in systems)} |"
        for stream in Stream
    ]
    return "\n".join(lines)


def with_table(page: str) -> str:
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{render()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
