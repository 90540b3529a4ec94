"""How a room declares what its programs decide about people (APP 1.7 to 1.9).

Each room lists its own in a module ``decisions``; :mod:`routiq.disclosure` puts them together for a practice. The
words are for practice owners and patients, so they are in the third person and name no part of the code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum


class By(StrEnum):
    ALONE = "alone"
    """The program decides, and no person looks at it first."""
    ASSISTED = "assisted"
    """A person decides; the program does something substantially and directly related to that."""


class Topic(StrEnum):
    """What it is about, to be read together. :data:`TOPICS` has them in words, in the order of a list."""

    SAID = "said"
    WHO = "who"
    APPOINTMENTS = "appointments"
    WAITING_LIST = "waiting_list"
    KEPT = "kept"


TOPICS = {
    Topic.SAID: "What is said",
    Topic.WHO: "Who somebody is",
    Topic.APPOINTMENTS: "Appointments",
    Topic.WAITING_LIST: "The waiting list",
    Topic.KEPT: "Contact, and what is kept",
}


class Data(StrEnum):
    """The kinds of personal data that are used. :data:`DATA` has them in words."""

    NAME = "name"
    DATE_OF_BIRTH = "date_of_birth"
    PHONE = "phone"
    CONTACT = "contact"
    WORDS = "words"
    VISITS = "visits"
    STATUS = "status"
    WAITING = "waiting"
    STOP = "stop"
    LAST_CONTACT = "last_contact"


DATA = {
    Data.NAME: "name",
    Data.DATE_OF_BIRTH: "date of birth",
    Data.PHONE: "phone number",
    Data.CONTACT: "e-mail and postal address",
    Data.WORDS: "what is said or written to the assistant, which may include health information",
    Data.VISITS: "appointments, past and to come: when, where, with whom and for what",
    Data.STATUS: "whether the record is that of a current, an archived or a deceased patient",
    Data.WAITING: "place on the waiting list: what is wanted, since when, with what priority, and what was offered",
    Data.STOP: "whether somebody asked not to be contacted",
    Data.LAST_CONTACT: "when somebody was last in touch",
}
"""To go on a list, without an article."""

ASK_FOR_A_PERSON = "Whoever asks for a person, at any time and in any words, is rung back by the team."


@dataclass(frozen=True)
class AsSet:
    """What the practice in force has made of it by its settings."""

    words: str
    """One or two sentences; empty where nothing is set that changes anything."""
    made: bool = True
    """Whether this is decided at all, as things are set."""
    for_patients: bool = True
    """Whether the words belong into a privacy policy."""


def _as_it_comes() -> AsSet:
    return AsSet("")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that programs decide about people, or do towards a decision about them."""

    code: str
    """The room, a dot, and a name: stable, for programs."""
    topic: Topic
    name: str
    decided: str
    """What follows on "the program decides": it begins with "whether", "which", "who" and the like."""
    data: tuple[Data, ...]
    by: By
    effect: str
    """What it can mean for the patient, in a sentence."""
    person: str
    """How a person is reached instead, in a sentence."""
    covers: tuple[Enum, ...] = ()
    """The outcomes in code that are this decision's, of this room or one below it."""
    made_in: tuple[str, ...] = ()
    """The room's own functions that decide it or turn somebody away, as dotted paths below ``routiq``."""
    as_set: Callable[[], AsSet] = _as_it_comes
    """Asked for the practice in force."""
    set_under: str = ""
    """The tab of the settings where it is set; empty where it is not."""
