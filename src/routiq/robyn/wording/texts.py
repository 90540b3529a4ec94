"""What text messages say: who writes first, then what is so; at most two segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from routiq.frontdesk.confirmations import Confirmed
from routiq.frontdesk.models import Write
from routiq.messaging.segments import count, made_plain, tidy
from routiq.robyn.language import _
from routiq.robyn.wording.moments import spoken_start

MOST_SEGMENTS = 2
_LONGEST_NAME = 40
"""Letters of it, where nothing else helps."""

_HELLO, _HELLO_NAMED = _("Hello"), _("Hello {called}")
_BOOKED = _("{practice}: {hello}, you are booked for {start}{what}.")
_MOVED = _("{practice}: {hello}, your appointment is moved to {start}{what}.")
_CANCELLED = _("{practice}: {hello}, your appointment on {start} is cancelled{what}.")
_NO_REPLIES = _("Replies are not read: please ring us if anything is not right.")
_WHATS = (
    _(", {kind} with {practitioner} at {location}"),
    _(", {kind} with {practitioner}"),
    _(", with {practitioner}"),
)
_SENTENCES = {Write.Kind.BOOKING: _BOOKED, Write.Kind.MOVE: _MOVED, Write.Kind.CANCELLATION: _CANCELLED}


@dataclass(frozen=True)
class _Names:
    practice: str
    called: str
    kind: str
    practitioner: str
    location: str

    def each(self, change: Callable[[str], str]) -> _Names:
        return _Names(**{name: change(value) for name, value in vars(self).items()})


def confirmation(change: Confirmed, practice: str, today: date) -> str:
    """The fullest wording that fits; names keep their letters as long as that leaves room for what they say."""
    time = change.time
    names = _Names(
        practice, change.called, time.appointment_type_name, time.practitioner_name, time.location_name
    ).each(tidy)
    start = spoken_start(time, today)
    # Who writes has to be said in any case.
    plain = replace(names.each(_plain), practice=made_plain(practice))
    wordings = [*_wordings(change.kind, names, start), *_wordings(change.kind, plain, start)]
    return next(text for text in wordings if count(text) <= MOST_SEGMENTS)


def _wordings(kind: Write.Kind, names: _Names, start: str) -> Iterator[str]:
    """From the fullest to the shortest."""
    named = vars(names)
    for what in _WHATS:
        if all(named[name] for name in ("kind", "practitioner", "location") if f"{{{name}}}" in what):
            yield _said(kind, names, start, what.format(**named))
    yield _said(kind, names.each(lambda name: name[:_LONGEST_NAME].rstrip()), start, "")


def _said(kind: Write.Kind, names: _Names, start: str, what: str) -> str:
    hello = _HELLO_NAMED.format(called=names.called) if names.called else str(_HELLO)
    sentence = _SENTENCES[kind].format(practice=names.practice, hello=hello, start=start, what=what)
    return f"{sentence} {_NO_REPLIES}"


def _plain(name: str) -> str:
    """Empty where it cannot be written so."""
    plain = made_plain(name)
    return "" if "?" in plain and "?" not in name else plain
