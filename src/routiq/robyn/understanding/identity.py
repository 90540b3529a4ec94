"""Names, dates of birth and phone numbers that a patient gives. Read exactly, never by resemblance. Pure."""

from __future__ import annotations

import re
from datetime import date

from routiq.robyn.understanding.names import tokens
from routiq.robyn.understanding.words import MONTHS, word_set

_FILLING = word_set(
    "it its it's is is the a an for of my me i i'm im am name names named called call this that that's "
    "thats here speaking appointment appointments booking book be one would will please thanks thank you "
    "hi hello hey yes yeah yep no sorry um uh oh and just both first last surname family given son "
    "daughter kid child wife husband partner mum dad mother father myself us want to need like can could "
    "see with on at actually mate dr mr mrs ms miss who he she his her their under so well okay ok good "
    "i'd i'll id monday tuesday wednesday thursday friday saturday sunday tomorrow today "
    "morning afternoon robyn new make get in some time day next any or from after before"
)
_CUED = re.compile(r"\b(?:name is|name's|named|called|i'm|i am|this is|it's|it is|for)\s+(?P<name>[^,.?!]+)")
_HOW_SPELLED = re.compile(r"[\s,]+(?:that'?s )?(?:spelt|spelled|with an? \w+(?: at the end)?$|the usual way).*$")
_OWN_NAME = re.compile(r"\b(?:my name is|my name's|name is|i'm called|this is|speaking)\b")
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_BIRTHS = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(r"\b(?P<d>\d{1,2})\s*[/.\s-]\s*(?P<m>\d{1,2})\s*[/.\s-]\s*(?P<y>(?:19|20)?\d\d)\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}}|first|second|third)(?:st|nd|rd|"
        rf"th)?\s+(?:of\s+)?(?P<m>{_MONTH})\s*,?\s*(?:of\s+)?'?(?P<y>(?:19|20)?\d\d)\b"
    ),
    re.compile(rf"\b(?P<m>{_MONTH})\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s*(?P<y>(?:19|20)?\d\d)\b"),
    re.compile(r"\b(?P<d>\d\d)(?P<m>\d\d)(?P<y>(?:19|20)\d\d)\b"),
    re.compile(
        r"\b(?P<d>\d{1,2}|first|second|third)(?:st|nd|rd|th)? of the (?P<m>\d{1,2}|first|second|third)(?:st|nd|rd|"
        r"th)?"
        r"(?: ?,| of)? '?(?P<y>(?:19|20)?\d\d)\b"
    ),
)
_ORDINALS = {"first": 1, "second": 2, "third": 3}


_SPOKEN_AT = re.compile(r"\s+(?:at|@)\s+", re.IGNORECASE)
_MARKS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+"}
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_SPOKEN_EMAIL = re.compile(
    r"(?P<who>[\w+-]+(?:\s*(?:\.|\bdot\b|\bunderscore\b|\bdash\b|\bhyphen\b|\bplus\b)\s*[\w+-]+)*)\s+at\s+"
    r"(?P<host>[\w-]+(?:\s*(?:\.|\bdot\b)\s*[\w-]+)+)",
    re.IGNORECASE,
)
_PHONE_CUE = re.compile(
    r"\b(?:number|mobile|phone|cell|landline)(?: \w+)? (?:is|s|as)\b|\bnumber's\b|\b(?:reach|call|ring|text|"
    r"contact|phone) me "
    r"(?:on|at)\b|\bmy (?:number|mobile|phone|cell)\b|\bit'?s (?:\+?61|\+?64|04|02|03|07|08)"
)
_DIGIT_WORDS = r"(?:\+?\d[\d ]*|oh|double|triple|treble|nought|one|[-+() ])"
_SPOKEN_DIGITS = re.compile(rf"(?<![\w/:.])(?:{_DIGIT_WORDS}[ -]*){{4,}}(?![\w/:])")
_BIRTH_CUE = re.compile(r"\b(?:born|date of birth|birth ?date|birth ?day|d ?\.? ?o ?\.? ?b)\b")
_ANNOUNCED = re.compile(
    r"\b(?:my (?:full |first |last )?name(?:'s| is)|the name(?:'s| is)|i'?m called|this is|it'?s|i am|i'?m)\s+"
    r"(?P<name>[A-Za-z][\w'’-]*(?: [A-Z][\w'’-]*){0,3})(?P<after> (?:here|speaking|calling))?",
)


def without_email(text: str) -> str:
    return _SPOKEN_EMAIL.sub(" ", _EMAIL.sub(" ", text))


def read_email(text: str) -> str:
    """An e-mail address in the words as they were typed, or spoken with "at" and "dot"; folded, else empty."""
    if match := _EMAIL.search(text):
        return match.group().casefold().strip(".")
    if match := _SPOKEN_EMAIL.search(text):
        if not re.search(r"\bdot\b|\.", match["host"], re.IGNORECASE):
            return ""
        spoken = f"{match['who']}@{match['host']}"
        for word, mark in _MARKS.items():
            spoken = re.sub(rf"\s*\b{word}\b\s*", mark, spoken, flags=re.IGNORECASE)
        spoken = re.sub(r"\s", "", spoken).casefold()
        return spoken if _EMAIL.fullmatch(spoken) else ""
    return ""


def announced_phone(said: str, *, international: bool = False) -> str:
    """A number that is said to be one: "my mobile is ..."."""
    cue = _PHONE_CUE.search(said)
    return read_phone(said[cue.start() :], international=international) if cue else ""


def announced_birth_date(said: str, today: date) -> date | None:
    cue = _BIRTH_CUE.search(said)
    return read_birth_date(said, today) if cue else None


def announced_name(text: str) -> str:
    """A name that is said to be one's own: after "my name is", or with a capital before "here" or "speaking"."""
    for match in _ANNOUNCED.finditer(text[:1].lower() + text[1:]):
        plain = match.group().casefold()
        if (
            "name" in plain
            or "called" in plain
            or match["after"]
            or (plain.startswith("this is") and match["name"][0].isupper())
        ):
            name = re.sub(r" (?:here|speaking|calling)$", "", match["name"])
            if found := read_name(name):
                return found
    return ""


def without_details(said: str, *, plain: bool = False) -> str:
    """The words without dates of birth and long numbers, so that no day or time is read into them. ``plain``: a date
    is one of birth even when it is not said to be."""
    for pattern in _BIRTHS:
        said = pattern.sub(" ", said) if _BIRTH_CUE.search(said) or plain else said
    return _SPOKEN_DIGITS.sub(" ", said)


def read_name(said: str) -> str:
    """The words that can be a name, without the filling around them; empty when none or too many are left."""
    said = _HOW_SPELLED.sub("", said)
    cued = _CUED.search(said)
    words = tokens(cued["name"]) if cued else tokens(said)
    left = [word for word in words if word not in _FILLING and not any(c.isdigit() for c in word)]
    if not left and cued:
        left = [word for word in tokens(said) if word not in _FILLING and not any(c.isdigit() for c in word)]
    return " ".join(left) if 1 <= len(left) <= 4 else ""


def says_own_name(said: str) -> bool:
    """Whether a name is announced as one, so that it counts even beside a wish."""
    return _OWN_NAME.search(said) is not None


def read_birth_date(said: str, today: date) -> date | None:
    """Day first. A year of two digits is the latest one that has been."""
    said = re.sub(r"\b(19|20) (\d\d)\b", r"\1\2", said)
    for pattern in _BIRTHS:
        if match := pattern.search(said):
            year = int(match["y"])
            if year < 100:
                year += 2000 if year <= today.year % 100 else 1900
            month = MONTHS.get(match["m"]) or _ORDINALS.get(match["m"]) or int(match["m"])
            try:
                born = date(year, month, _ORDINALS.get(match["d"]) or int(match["d"]))
            except ValueError:
                return None
            return born if date(1900, 1, 1) <= born <= today else None
    return None


def read_phone(said: str, *, international: bool = False) -> str:
    """The digits of a phone number, or empty. "Double four" and "oh" are spoken digits; ``international``: a plus was
    written before them."""
    spoken = re.sub(r"\bone\b", "1", re.sub(r"\boh\b", "0", said))
    spoken = re.sub(r"\bdouble (\d)", r"\1\1", spoken)
    spoken = re.sub(r"\b(?:triple|treble) (\d)", r"\1\1\1", spoken)
    digits = re.sub(r"\D", "", spoken)
    return ("+" if international or "+" in said else "") + digits if 8 <= len(digits) <= 15 else ""
