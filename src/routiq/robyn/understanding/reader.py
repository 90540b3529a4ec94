"""The interface between words and flows: whatever reads a patient's words fits this."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from routiq.frontdesk.wishes import Menu, OfferedTime
from routiq.robyn.understanding.commands import Command


class Question(StrEnum):
    """What Robyn asked last and waits for."""

    OPEN = "open"
    """How she can help."""
    WHO = "who"
    """Whose appointment it is, first name."""
    FULL_NAME = "full_name"
    DATE_OF_BIRTH = "date_of_birth"
    PICK = "pick"
    """Which of a few names of the menu."""
    THIS_TYPE = "this_type"
    """Yes or no to one type of appointment, before times are looked for, or to what a close spelling may mean."""
    WHOSE_FIRST = "whose_first"
    """Whose of several appointments is booked first."""
    NEXT_PERSON = "next_person"
    """Whether to book the next one of several."""
    WHEN = "when"
    WHICH_DAY = "which_day"
    """Which of the days that the words may mean."""
    CHOICE = "choice"
    """Which of the offered times."""
    CONFIRM = "confirm"
    """Yes or no to what was read back."""
    WANTS_BOOKING = "wants_booking"
    """Whether to book at all."""
    WANTS_SOONER = "wants_sooner"
    """Whether to be told when something sooner comes free than what was just booked or moved."""
    OTHER_DAYS = "other_days"
    ANYONE_ELSE = "anyone_else"
    CALLER_NAME = "caller_name"
    """For the team's call back."""
    CALLER_NUMBER = "caller_number"
    WHICH_VISIT = "which_visit"
    """Which of the appointments that the patient has."""
    CANCEL = "cancel"
    """Yes or no to cancelling what was read back."""
    BEEN_BEFORE = "been_before"
    """Whether the person was a patient here before."""
    GIVEN_NAME = "given_name"
    """Of a new patient, as all that follow."""
    FAMILY_NAME = "family_name"
    SPELLING = "spelling"
    """Whether the name is spelled right."""
    MOBILE = "mobile"
    DETAIL = "detail"
    """Something that takes any words: an address."""
    REGISTER = "register"
    """Yes or no to what is to be registered."""
    WHICH_DETAIL = "which_detail"
    """What of it is wrong."""
    SAME_PERSON = "same_person"
    """Whether they were a patient before, since somebody looks alike."""
    CALL_REASON = "call_reason"
    """What the call back is about."""
    CALL_WHEN = "call_when"
    """When the team should ring."""
    CALL_MESSAGE = "call_message"
    """What else they should know."""
    CALL_CONFIRM = "call_confirm"
    """Whether name and number are right."""
    WANTS_PERSON = "wants_person"
    """Whether the team should ring at all."""
    EMAIL = "email"
    ANYTHING_ELSE = "anything_else"


JUST_ARRANGED = frozenset({Question.ANYTHING_ELSE, Question.WANTS_SOONER})
"""What is said then may take back or change what was booked or moved in this conversation."""
NO_MENU = Menu((), (), ())


@dataclass(frozen=True)
class Context:
    """What a reader may know besides the words."""

    now: datetime
    """Aware, in the practice's zone."""
    question: Question = Question.OPEN
    menu: Menu = NO_MENU
    offers: tuple[OfferedTime, ...] = ()
    """The times on the table, in the order they were said."""
    names: tuple[str, ...] = field(default=(), repr=False)
    """First names that are being asked apart. Never spoken."""
    read_back: OfferedTime | None = None
    """The one that was read back, while a yes is waited for."""


class Understanding(Protocol):
    def read(self, text: str, context: Context) -> tuple[Command, ...]:
        """What the words mean. Never empty: at least ``NotUnderstood``. Never raises for any text."""
        ...
