"""What a new patient answers, one detail at a time: names as they are written, spelled letters, which detail is
wrong, and who it is for. Pure."""

from __future__ import annotations

import re

from routiq.frontdesk.intake import Field
from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.vocabulary import KIN

_CUE = re.compile(
    r"^(?:(?:yes|yeah|yep|sure|ok|okay|um+|uh+|so|no|nope|actually|sorry|well|and|hi|hello)[,.!]*\s+)*"
    r"(?:(?:it'?s|its|it is|that'?s|that is|this is|i'?m|i am|they'?re|he'?s|she'?s|the|my|his|her|their|name|"
    r"name'?s|names|first|last|given|family|surname|sur|middle|full|is|called|"
    r"goes by|should be|spelled|spelt|spelling)\s+)*",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"[\s,]+(?:with an? \w+|please|thanks|thank you|here|speaking|mate)[.!]*$", re.IGNORECASE)
_SPELLED = re.compile(r"(?<![^\W\d_])(?<!['’])(?:[^\W\d_](?:\s*[-.,]\s*|\s+)){2,}[^\W\d_](?![^\W\d_])")
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?: [^\W\d_]+(?:['’-][^\W\d_]+)*){0,3}")
_NEW = any_of(
    r"new (?:patient|client|customer|here|to (?:you|the (?:clinic|practice)))|i'?m new|never been|"
    r"(?:haven'?t|not|hasn'?t) (?:been|come) (?:here |in |to you |to see you )?(?:before|yet)|"
    r"first (?:time|visit)(?: (?:here|with you|to you|at))?|not (?:a|your) (?:patient|client)|"
    r"register(?: (?:as|me|my|him|her))?|sign (?:me |us )?up"
)
_OTHER = any_of(
    rf"for (?:my|our) (?:\w+ ){{0,2}}?{KIN}|for (?:someone|somebody) else|for the (?:missus|hubby|wife|kid|little "
    rf"one)|(?:book|booking|squeeze|fit|get|pop) (?:in )?(?:my|our|the) {KIN}(?= *$| (?:in|for|on|at|an?|with|"
    rf"please|this)\b)|not for me|on behalf of|(?:my|our|the) (?:\w+ )?{KIN} (?:needs?|wants?|has|would like|is "
    rf"after|should)"
)
_BEEN = any_of(
    r"been (?:here|there|in|to you(?:se)?|to see you|with you(?:se)?|before|coming|going|a (?:few|couple)|once|"
    r"twice|many|heaps|plenty)|(?:i|we|he|she|they|yes|yeah) ?,? (?:have|has|had|did|was|were)(?= *$| *[,.!]| "
    r"(?:yes|before))|used to (?:come|go|see)|(?:on|in) your (?:books|system|records|computer)|(?:a|an?|long ?time|"
    r"old|existing|current) (?:regular|patient|client|customer)|(?:a few|couple of|plenty of|heaps of|many|lots of) "
    r"times|(?:once|twice|years) (?:before|ago)|(?:only|just)(?: the)? once|last (?:time|year|month|week)|always "
    r"(?:come|see|go)"
)
_NOT_BEEN = any_of(r"(?:never|not|haven'?t|hasn'?t|havent|hasnt|don'?t|new|nah|nope|no)")
_SAME_NUMBER = any_of(
    r"(?:this|same|that) (?:number|one|phone|mobile)|(?:number|one|phone) (?:i'?m|i am) (?:calling|ringing|using|on)|"
    r"calling from"
)
_NAMED = (
    (Field.DATE_OF_BIRTH, any_of(r"(?:date of )?birth(?: ?day| ?date)?|dob|born")),
    (Field.EMAIL, any_of(r"e ?mail(?: address)?(?:'s)?")),
    (Field.MOBILE, any_of(r"(?:mobile|cell|number|phone)(?:'s)?")),
    (Field.LAST_NAME, any_of(r"(?:last name|surname|family name)(?:'s)?")),
    (Field.FIRST_NAME, any_of(r"(?:first name|given name|name|spelling)(?:'s)?")),
    (Field.POST_CODE, any_of(r"post ?code")),
    (Field.CITY, any_of(r"suburb|city|town")),
    (Field.ADDRESS, any_of(r"address|street")),
)


def name_written(text: str) -> str:
    """A name as it is to be written, from the answer to "what is the first name?": spelled letters go before what was
    said, and what has no capitals gets them. Empty when the answer is no name."""
    if spelled := _SPELLED.search(text):
        return re.sub(r"[^\w]", "", spelled.group()).capitalize()
    plain = _TRAIL.sub("", _CUE.sub("", text.strip()).strip(" .,!?")).strip(" .,!?")
    if not _NAME.fullmatch(plain) or len(plain) > 60:
        return ""
    return " ".join(map(_capital, plain.split())) if plain in (plain.lower(), plain.upper()) else plain


def _capital(word: str) -> str:
    """ "o'brien-li" is "O'Brien-Li"."""
    return re.sub(r"(^|['’-])(\w)", lambda found: found[1] + found[2].upper(), word.lower())


def says_new(said: str) -> bool:
    """Was not a patient here before. ``said`` is normalised."""
    return bool(_NEW.search(said))


def says_been(said: str) -> bool:
    """In answer to whether they have been here before: in words other than yes."""
    return bool(_BEEN.search(said)) and not _NOT_BEEN.search(said)


def is_for_another(said: str) -> bool:
    """The appointment is for somebody else than who speaks."""
    return bool(_OTHER.search(said))


def same_number(said: str) -> bool:
    """The number that is being called from."""
    return bool(_SAME_NUMBER.search(said))


def detail_named(said: str) -> Field | None:
    """Which of the details is talked about."""
    return next((field for field, words in _NAMED if words.search(said)), None)
