"""What a new patient is asked, and what a good answer is (PAT-04). Pure: nothing here knows a database.

Numbers are read as those of the practice's country. A day is read as it is said there: day, month, year.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import month_name
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers

from routiq.pms.phones import e164
from routiq.pms.records import PatientDraft


class Field(StrEnum):
    """What can be asked for. The name always is."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    DATE_OF_BIRTH = "date_of_birth"
    MOBILE = "mobile"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    CITY = "city"
    STATE = "state"
    POST_CODE = "post_code"
    NOTES = "notes"


@dataclass(frozen=True)
class Question:
    field: Field
    needed: bool


_NAME = (Question(Field.FIRST_NAME, True), Question(Field.LAST_NAME, True))
#: What is asked where the practice has not chosen.
USUAL = (
    *_NAME,
    Question(Field.DATE_OF_BIRTH, True),
    Question(Field.MOBILE, True),
    Question(Field.EMAIL, False),
)
#: Nobody alive was born before.
_OLDEST = 125
_LONGEST = 255
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SPOKEN = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2}|[A-Za-z]{3,9})[\s./,-]+(\d{4})")
_MONTHS = [name.lower() for name in month_name[1:]]
_POST_CODE = re.compile(r"\d{4}")
_LETTER = re.compile(r"[^\W\d_]")
#: Unseen signs that belong to a name: they part or join letters in Persian and in the scripts of India.
_JOINERS = "\u200c\u200d"


class Wrong(ValueError):
    """What is wrong with an answer, as a sentence."""


@dataclass(frozen=True)
class Intake:
    """``problems`` by field; ``draft`` only when there are none."""

    problems: Mapping[str, str]
    draft: PatientDraft | None


def questions(chosen: Iterable[tuple[str, bool]]) -> tuple[Question, ...]:
    """The practice's choice as questions, the name first. ``ValueError`` for a field that there is not."""
    picked = [Question(Field(name), bool(needed)) for name, needed in chosen]
    if not picked:
        return USUAL
    return (*_NAME, *(question for question in picked if question.field not in (Field.FIRST_NAME, Field.LAST_NAME)))


def read(given: Mapping[str, str], asked: Iterable[Question], country: str, today: date) -> Intake:
    """Check what was said against what was asked. ``country`` is ISO alpha-2, ``today`` the practice's own day. What
    was not asked for is left out, whatever was said."""
    problems: dict[str, str] = {}
    found: dict[str, object] = {}
    for question in asked:
        said = _legible(given.get(question.field, ""))
        if not said:
            if question.needed:
                problems[question.field] = f"{_WORDS[question.field]} is needed."
            continue
        try:
            found[question.field] = _readers(country, today)[question.field](said)
        except Wrong as wrong:
            problems[question.field] = str(wrong)
    if problems:
        return Intake(problems, None)
    address = found.pop(Field.ADDRESS, "")
    fields = {str(name): value for name, value in found.items()}
    return Intake({}, PatientDraft(address_lines=(address,) if address else (), **fields))  # type: ignore[arg-type]


def problem(field: Field, said: str, country: str, today: date) -> str:
    """What is wrong with one answer, as a sentence for staff; empty when it is good."""
    try:
        _readers(country, today)[field](_legible(said))
    except Wrong as wrong:
        return str(wrong)
    return ""


def _legible(said: str) -> str:
    """On one line, without the signs that nobody sees and that come along with what is pasted: with them a patient
    would not be found by their name."""
    seen = (
        sign for sign in said if sign.isspace() or sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf")
    )
    return " ".join("".join(seen).split())


def birthday(said: str, today: date) -> date:
    """``1991-03-17``, ``17/03/1991``, ``17.3.1991`` or ``17 March 1991``. ``Wrong`` for a day that there is not, that
    is still to come, or on which nobody alive was born."""
    if parts := _ISO.fullmatch(said):
        year, month, day = (int(part) for part in parts.groups())
    elif parts := _SPOKEN.fullmatch(said):
        day, year = int(parts[1]), int(parts[3])
        named = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(parts[2].lower())]
        month = int(parts[2]) if parts[2].isdecimal() else next(iter(named), 0)
    else:
        raise Wrong("The date of birth is not readable; day, month and year are needed.")
    try:
        born = date(year, month, day)
    except ValueError:
        raise Wrong("There is no such day.") from None
    if born > today:
        raise Wrong("The date of birth lies in the future.")
    if born.year < today.year - _OLDEST:
        raise Wrong("The date of birth lies too far back.")
    return born


def phone(said: str, country: str) -> str:
    """As it is written in the practice's country; ``Wrong`` for what is no valid number. A number from elsewhere
    needs its country code. An extension has no place in it, and is not left out without a word."""
    number = e164(said, region=country)
    if not number:
        raise Wrong("This is no valid phone number.")
    if phonenumbers.parse(said, country).extension:
        raise Wrong("A number is kept without an extension. Leave the extension out, or give another number.")
    parsed = phonenumbers.parse(number, country)
    at_home = phonenumbers.region_code_for_number(parsed) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, form))


def mobile(said: str, country: str) -> str:
    """As :func:`phone`; where a country tells its mobile numbers apart, it must be one."""
    written = phone(said, country)
    kind = phonenumbers.number_type(phonenumbers.parse(written, country))
    if kind not in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        raise Wrong("This is no mobile number.")
    return written


def email(said: str) -> str:
    written = said.strip()
    if " " in written:
        raise Wrong("An e-mail address has no space in it. Check what is written there.")
    if len(written) > _LONGEST or not _EMAIL.fullmatch(written) or ".." in written:
        raise Wrong("This is no valid e-mail address.")
    return written


def _name(said: str) -> str:
    if not _LETTER.search(said):
        raise Wrong("A name has letters.")
    return _text(said)


def _text(said: str) -> str:
    if len(said) > _LONGEST:
        raise Wrong(f"That is longer than {_LONGEST} characters.")
    return said


def _post_code(said: str, country: str) -> str:
    if country in ("AU", "NZ") and not _POST_CODE.fullmatch(said):
        raise Wrong("A postcode has four digits.")
    return _text(said)


def _readers(country: str, today: date) -> dict[Field, Callable[[str], object]]:
    return {
        Field.FIRST_NAME: _name,
        Field.LAST_NAME: _name,
        Field.DATE_OF_BIRTH: lambda said: birthday(said, today),
        Field.MOBILE: lambda said: mobile(said, country),
        Field.PHONE: lambda said: phone(said, country),
        Field.EMAIL: email,
        Field.ADDRESS: _text,
        Field.CITY: _text,
        Field.STATE: _text,
        Field.POST_CODE: lambda said: _post_code(said, country),
        Field.NOTES: lambda said: said[:2000],
    }


_WORDS = {
    Field.FIRST_NAME: "The first name",
    Field.LAST_NAME: "The last name",
    Field.DATE_OF_BIRTH: "The date of birth",
    Field.MOBILE: "A mobile number",
    Field.PHONE: "A phone number",
    Field.EMAIL: "An e-mail address",
    Field.ADDRESS: "The address",
    Field.CITY: "The suburb",
    Field.STATE: "The state",
    Field.POST_CODE: "The postcode",
    Field.NOTES: "A note",
}
