"""The kinds of values that the API takes, strictly read."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("This text holds characters that cannot be stored.")
    return text


def _day(value: object) -> object:
    # A bare number would be read as seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("Give a day as YYYY-MM-DD.")
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("There is no such day.") from None


def _clock(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{2}:\d{2}", value):
        raise ValueError("Give a time of day as HH:MM.")
    try:
        return time.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("There is no such time of day.") from None


Text = Annotated[str, AfterValidator(_storable)]
"""Text that the database can hold."""
RemoteId = Annotated[str, Field(max_length=40), AfterValidator(_storable)]
"""An id of the practice management system: digits, too many for a JSON number."""
Day = Annotated[date, BeforeValidator(_day)]
"""``YYYY-MM-DD`` in the practice's zone."""
Clock = Annotated[time, BeforeValidator(_clock)]
"""``HH:MM`` in the location's zone."""
Limit = Annotated[int, Field(ge=1, le=100, description="How many at most.")]


class Taken(BaseModel):
    """What the API takes: fields that it does not know are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Given(BaseModel):
    """What the API gives."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: object, **derived: Any) -> Self:
        """Filled with what ``row`` has under the same names; what it has not, or has otherwise, is ``derived``."""
        return cls(**{name: derived[name] if name in derived else getattr(row, name) for name in cls.model_fields})
