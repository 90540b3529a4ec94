"""What a person's role opens. One table; every page, form and menu asks here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from routiq.practices.models import Membership

Role = Membership.Role


class Right(StrEnum):
    LOOK = "look"
    """The dashboard and the practice's own lists."""
    PATIENTS = "patients"
    """Patients, the diary, and the journal of what was booked."""
    TALKS = "talks"
    """Reading conversations and tasks."""
    TAKE_OVER = "take_over"
    """Answering for the team: taking over conversations, taking tasks and finishing them."""
    NOTES = "notes"
    """A patient's treatment notes while working on a conversation, where the practice allows it."""
    BOOK = "book"
    """Booking, moving and cancelling by hand."""
    MONEY = "money"
    """What patients owe and paid."""
    TEST_ROBYN = "test_robyn"
    """Talking to Robyn as any patient, which shows and books what is theirs."""
    DESK_SETTINGS = "desk_settings"
    """Patient and booking settings."""
    SEE_SETTINGS = "see_settings"
    """How the practice is connected, and how well that works."""
    EVENTS = "events"
    """The log of changes: it names patients, whoever treats them."""
    KNOWLEDGE = "knowledge"
    """What Robyn may tell patients: notes, the website, documents, answers. Everybody may read it."""
    SETTINGS = "settings"
    """Connecting, keys, disconnecting, deleting, API tokens, going live."""
    LOGINS = "logins"
    """Who works here, and as what."""


_ALL = frozenset(Role)
_OFFICE = frozenset({Role.OWNER, Role.ADMIN})
_DESK = _OFFICE | {Role.RECEPTION}
_AT_WORK = _DESK | {Role.PRACTITIONER}

WHO: Mapping[Right, frozenset[Membership.Role]] = {
    Right.LOOK: _ALL,
    Right.PATIENTS: _ALL,
    Right.TALKS: _ALL,
    Right.TAKE_OVER: _AT_WORK,
    Right.NOTES: _AT_WORK,
    Right.BOOK: _AT_WORK,
    Right.MONEY: _DESK,
    Right.TEST_ROBYN: _DESK,
    Right.DESK_SETTINGS: _DESK,
    Right.SEE_SETTINGS: _OFFICE | {Role.READ_ONLY},
    Right.EVENTS: _OFFICE | {Role.READ_ONLY},
    Right.KNOWLEDGE: _OFFICE,
    Right.SETTINGS: _OFFICE,
    Right.LOGINS: _OFFICE,
}

WORDS: Mapping[Right, str] = {
    Right.LOOK: "Looking at the dashboard",
    Right.PATIENTS: "Seeing patients and the calendar",
    Right.TALKS: "Reading conversations and tasks",
    Right.TAKE_OVER: "Taking tasks and conversations",
    Right.NOTES: "Reading treatment notes",
    Right.BOOK: "Booking, moving and cancelling",
    Right.MONEY: "Seeing invoices and payments",
    Right.TEST_ROBYN: "Testing Robyn",
    Right.DESK_SETTINGS: "Changing patient and booking settings",
    Right.SEE_SETTINGS: "Looking at the settings",
    Right.EVENTS: "Looking at the log of changes",
    Right.KNOWLEDGE: "Changing what Robyn may say",
    Right.SETTINGS: "Changing the settings of the practice",
    Right.LOGINS: "Managing logins",
}
"""What each right is, to begin a sentence with."""

#: For these roles it is a setting of the login whether everybody's patients are seen, or only the own ones.
MAY_BE_LIMITED = frozenset({Role.PRACTITIONER, Role.READ_ONLY})


def may(membership: Membership, right: Right) -> bool:
    """Whether this login has this right."""
    if right is Right.EVENTS and not sees_all_patients(membership):
        return False
    return membership.role in WHO[right]


def sees_all_patients(membership: Membership) -> bool:
    return membership.all_patients or membership.role not in MAY_BE_LIMITED


def who_may(right: Right) -> str:
    """The roles with this right in words, such as ``Owner, Admin and Reception``."""
    labels = [str(role.label) for role in Role if role in WHO[right]]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
