"""What can be changed beside booking, what is to be known for it, and what is answered: plain values, as in
:mod:`routiq.frontdesk.wishes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routiq.frontdesk.wishes import KnownPatient, OfferedTime, Outcome
from routiq.pms.records import CancellationReason


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, and how."""

    intent_key: str
    """The same key twice is one change and one answer."""
    channel: str
    asked_by: str
    """``conversation:12``, ``token:3``, ``person:1``."""
    accepting_words: str = ""


@dataclass(frozen=True, kw_only=True)
class MoveRequest(Asking):
    patient_id: str
    appointment_id: str
    offer: OfferedTime
    """Where it shall stand, earlier or later, with whomever."""


@dataclass(frozen=True, kw_only=True)
class CancelRequest(Asking):
    patient_id: str
    appointment_id: str
    starts_at: datetime
    """The start that was read back to the patient (aware): a cancellation is of that time and no other."""
    reason: CancellationReason = CancellationReason.OTHER
    note: str = ""
    """For the practice's eyes; short, and nothing that belongs to a practitioner's notes."""
    warned: bool = False
    """The patient was told what a late cancellation means, and wants it all the same."""
    overruled: str = ""
    """Why a person of the practice (``asked_by`` ``person:1``) cancels late although its rule leaves that to the
    team, which is them. Of anybody else it counts for nothing."""


@dataclass(frozen=True, kw_only=True)
class RegisterRequest(Asking):
    given: Mapping[str, str]
    """What the patient said, by intake field (see :mod:`routiq.frontdesk.intake`), as it was said."""
    not_these: tuple[str, ...] = ()
    """Ids of patients who look alike, and of whom it was asked and denied."""


@dataclass(frozen=True, kw_only=True)
class Late:
    """The cancellation comes within the practice's window."""

    window_hours: int
    fee: str
    """A text to be said, or empty."""
    counts_as_dna: bool


@dataclass(frozen=True, kw_only=True)
class ChangeAnswer:
    outcome: Outcome
    write_id: str = ""
    """Id of the journal entry; empty when nothing was begun."""
    appointment_id: str = ""
    """The vendor's id of the appointment that was moved or cancelled; only with ``DONE``."""
    patient_id: str = ""
    """The vendor's id of the patient who was registered; only with ``DONE``."""
    message: str = ""
    """One sentence for staff; the patient's wording is Robyn's."""
    advice: str = ""
    steps: tuple[str, ...] = ()
    """What was done, in order, such as ``held``, ``times_read``, ``sent``, ``answered``, ``conflicts_read``,
    ``closed``."""
    task_id: int | None = None
    """The task that was left for staff with all details, where nothing could be written for a conversation."""
    late: Late | None = None
    """With ``ASK_FIRST``: say this, and ask again with ``warned``. With ``NOT_ALLOWED``: why it is left to staff."""
    alike: tuple[KnownPatient, ...] = ()
    """With ``ASK_FIRST``: is it one of these? If not, ask again with their ids in ``not_these``. Nothing of them is
    to be told to anybody who has not shown who they are."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """With ``NOT_ALLOWED``: what is wrong with an intake field, by field."""
