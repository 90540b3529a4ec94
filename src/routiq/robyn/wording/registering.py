"""What is said to a new patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from routiq.frontdesk.intake import Field
from routiq.robyn.language import _
from routiq.robyn.wording.moments import listed, spoken_date

BEEN_BEFORE = _("Have you been to us before?")
HAVE_THEY_BEEN = _("Have they been to us before?")
SAME_PERSON = _("Somebody with such a name may have been to us before. Is that the same person?")
WELCOME = _("Welcome! I just need a few details.")
STOPPED = _("No worries, I have not registered anybody.")
PLEASE_RING = _("I can't register without that, so I have asked our team to ring you.")
FAILED = _("I'm sorry, I could not register you, so nothing is booked. I have asked our team to ring you.")
DOWN = _("I'm sorry, I can't reach our records just now, so nothing is booked. I have asked our team to ring you.")
UNSURE = _("I have sent it, but it is not confirmed yet, so nothing is booked. Our team will ring you.")
REGISTERED = _("Thank you, that is all set.")
WHICH_WRONG = _("No worries. What is not right: the {details}?")
SPELL_FIRST = _("Sorry about that. Please spell the first name for me.")
SAME_NUMBER = _("And the mobile number: is it the one you are calling from?")
_SPELLING = _("That is {name}, spelled {letters}. Is that right?")
_READ_BACK = _("So that is {name}, {details}. Shall I register that?")
_BORN, _MOBILE, _PHONE = _("born {value}"), _("mobile {value}"), _("phone {value}")
_EMAIL, _ADDRESS = _("e-mail {value}"), _("address {value}")

ASK = {
    Field.FIRST_NAME: _("What is the first name?"),
    Field.LAST_NAME: _("And the last name?"),
    Field.DATE_OF_BIRTH: _("What is the date of birth?"),
    Field.MOBILE: _("Which mobile number can we use?"),
    Field.PHONE: _("Which other phone number can we use?"),
    Field.EMAIL: _("And an e-mail address?"),
    Field.ADDRESS: _("What is the street address?"),
    Field.CITY: _("Which suburb is that in?"),
    Field.STATE: _("And the state?"),
    Field.POST_CODE: _("And the postcode?"),
    Field.NOTES: _("Is there anything our team should know beforehand?"),
}
ASK_AGAIN = {
    Field.FIRST_NAME: _("Sorry, I did not catch the first name. Could you say it once more?"),
    Field.LAST_NAME: _("Sorry, I did not catch the last name. Could you say it once more?"),
    Field.DATE_OF_BIRTH: _("Sorry, that was no date of birth I can use. Day, month and year, please?"),
    Field.MOBILE: _("Sorry, that is not a whole mobile number. Could you say it digit by digit?"),
    Field.PHONE: _("Sorry, that is not a whole phone number. Could you say it digit by digit?"),
    Field.EMAIL: _("Sorry, that does not look like an e-mail address. Could you say it once more?"),
    Field.POST_CODE: _("Sorry, a postcode has four digits. Could you say it once more?"),
}
_AGAIN = _("Sorry, I did not catch that. {question}")
_CALLED = {
    Field.FIRST_NAME: _("name"),
    Field.DATE_OF_BIRTH: _("date of birth"),
    Field.MOBILE: _("mobile number"),
    Field.PHONE: _("phone number"),
    Field.EMAIL: _("e-mail"),
    Field.ADDRESS: _("address"),
}


def ask_again(field: Field) -> str:
    return str(ASK_AGAIN[field]) if field in ASK_AGAIN else _AGAIN.format(question=ASK[field])


def spelling(first: str, last: str) -> str:
    """Letter by letter, as it will be written (PAT-06, B13)."""
    letters = ", ".join(" ".join(word) for word in (first.upper(), last.upper()))
    return _SPELLING.format(name=f"{first} {last}", letters=letters)


def read_back(given: Mapping[str, str]) -> str:
    name = f"{given.get(Field.FIRST_NAME, '')} {given.get(Field.LAST_NAME, '')}".strip()
    place = " ".join(filter(None, (given.get(field) for field in _PLACE)))
    told = [
        _BORN.format(value=spoken_date(date.fromisoformat(given[Field.DATE_OF_BIRTH])))
        if Field.DATE_OF_BIRTH in given
        else "",
        *(form.format(value=given[field]) if field in given else "" for field, form in _REACHED),
        _ADDRESS.format(value=place) if place else "",
    ]
    return _READ_BACK.format(name=name, details=", ".join(filter(None, told)))


def which_wrong(given: Mapping[str, str]) -> str:
    return WHICH_WRONG.format(details=listed(word for field, word in _CALLED.items() if field in given))


_PLACE = (Field.ADDRESS, Field.CITY, Field.STATE, Field.POST_CODE)
_REACHED = ((Field.MOBILE, _MOBILE), (Field.PHONE, _PHONE), (Field.EMAIL, _EMAIL))
