"""The practice's own lists (locations, practitioners, appointment types) as tables of one shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routiq.mirror.models import AppointmentType, Location, Practitioner
from routiq.mirror.queries import PracticeOverview

Thing = Location | Practitioner | AppointmentType


@dataclass(frozen=True)
class Column:
    label: str
    field: str
    """Of the row that is shown."""
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    label: str
    text: str
    is_number: bool


@dataclass(frozen=True)
class Row:
    each: Thing
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Listed:
    """One table: name first, then ``columns``, then whether it is open for online bookings."""

    slug: str
    title: str
    columns: tuple[Column, ...]
    things: Sequence[Thing]

    @property
    def rows(self) -> Iterator[Row]:
        for each in self.things:
            cells = (Cell(column.label, getattr(each, column.field), column.is_number) for column in self.columns)
            yield Row(each, tuple(cells))


def lists_of(overview: PracticeOverview) -> list[Listed]:
    return [
        Listed(
            "locations",
            "Locations",
            (Column("Address", "address"), Column("Time zone", "time_zone")),
            overview.locations,
        ),
        Listed("practitioners", "Practitioners", (Column("Designation", "designation"),), overview.practitioners),
        Listed(
            "types",
            "Appointment types",
            (Column("Category", "category"), Column("Minutes", "duration_minutes", is_number=True)),
            overview.appointment_types,
        ),
    ]
