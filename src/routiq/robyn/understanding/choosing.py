"""Which of the things on the table is taken: by its place, as the earlier or later, by leaving out, or "that one"."""

from __future__ import annotations

import re

import msgspec

from routiq.robyn.understanding.asking import told
from routiq.robyn.understanding.assent import says_no
from routiq.robyn.understanding.commands import Choose, WishTime
from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.reader import Context
from routiq.robyn.understanding.times import hear_times

_NTH = {
    "first": 1, "1st": 1, "former": 1, "top": 1, "second": 2, "2nd": 2, "middle": 2, "third": 3, "3rd": 3, "last": -1,
    "final": -1, "latter": -1, "bottom": -1,
}  # fmt: skip
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_PLACE = (
    r"(?:the )?(?P<nth>first|1st|second|2nd|third|3rd|last|final|middle|former|latter|top|bottom)(?: (?P<noun>1|"
    r"one|option|time|slot|choice|appointment|available))?(?![\w'])(?! (?:thing|time (?:i|here|for|visit|patient|"
    r"seeing)|visit|week|month|name|"
    rf"of\b|night|{_MONTHS}|day|session|half|appointment))|(?:option|number|no|choice) (?P<number>[123])\b"
)
_POSITION = re.compile(rf"\b(?:{_PLACE})|^(?:option )?(?P<bare>[123])(?: (?:please|thanks))?\W*$")
_DATED = re.compile(
    rf"\b(?:(?:on|for|by|from|until|till|it|be|(?P<month>{_MONTHS})) )(?:the )?(?:1st|2nd|3rd|second|third|"
    rf"first)\b"
    r"(?! (?:one|1|option|slot|time|choice))"
)
"""As a day of the month: "on the 2nd", "March 3rd"."""
_NOT_POSITION = re.compile(rf"\b(?:not|anything but|any but|but not|except|other than|bar) (?:{_PLACE})")
_NOT_THE = re.compile(r"\b(?:not|anything but|any but|but not|except|other than|bar) (?P<rest>(?:at |the ).*)$")
_RELATIVE = re.compile(
    r"\b(?P<which>earlier|earliest|sooner|soonest|later|latest)(?: (?:1|one|time|slot|option|of))\b|"
    r"\bthe (?P<alone>earlier|earliest|later|latest)\b|\bthe (?P<plain>early|late) (?:1|one)\b"
)
_EITHER = any_of(
    r"either(?: (?:one|is|works|of|would|will|suits|time)| *$)|any of (?:them|those|these)|whichever|you (?:pick|"
    r"choose|decide)|(?:i )?(?:don'?t|do not) (?:mind|care)(?: which)?(?: one)?(?= *$| [,.])|both (?:work|suit|"
    r"are (?:fine|good|ok))"
)
_OTHER = any_of(r"(?:the )?other (?:1|one|time|option)")
_LIKED = (
    r"(?:fine|good|great|perfect|prefect|works?|suits?|fits?|what (?:i|we)(?:'\w+)?|lovely|ideal|do|okay|ok|nice|"
    r"excellent|wonderful|optimal|suitable|awesome|best|cool|sweet|right|alright|brilliant|fantastic|acceptable|"
    r"promising|amazing|terrific|convenient|interesting|reasonable|like (?:a|the|what|it|just)|enough)"
)
_THAT = any_of(
    r"(?:that|this|it|he|she|they|which|the)(?:'?s| is| are| one| place| time| \w+(?= (?:will|is|sounds|works|"
    r"would|should|seems|looks))| (?:clinic|dentist|doctor|salon|therapist|physio|option))?(?:'ll| will| would|"
    r" should| must| may| might| could| can|"
    rf" one| does)* ?(?:is|are|sounds?|looks?|seems?|works?|suits?|be|do)? ?(?:like )?(?:really |very |just |"
    rf"quite |pretty |so |an? |perfectly |totally )*{_LIKED}",
    r"(?:i'?ll|i will|i'?d like|i would like|i want|let'?s|lets|i|wish|going|like|want|prefer|love|"
    r"let me) (?:may |might |could |can |think i |to |would |do |really |will |give )*(?:take|have|go with|go for|"
    r"go to|choose|pick|try|prefer|like|want|book|visit|see|love|select|do|go (?:to )?(?=there))? ?(?:that|this|"
    r"it|him|her|them|there|the (?:one|name|sound|look|first one))(?: (?:one|place|time))?",
    r"(?:go|happy|fine|okay|ok|good|interested|pleased) (?:with|in) (?:that|this|it|them|him|her)|(?:works|suits|"
    r"good|fine|great|perfect|okay|ok) (?:for|with|by|to) me|(?:is|that'?s|that was) the (?:one|place)|"
    r"give (?:that|this|it|him|her|them)(?: \w+)? a (?:try|go|shot)|sold|sign me up|(?:good|nice|great) (?:choice|"
    r"pick|one)|sounds? (?:like )?(?:an? )?(?:\w+ )?(?:good|great|fine|perfect|nice|okay|ok|plan|awesome|"
    r"wonderful|excellent|lovely)",
)


def choice(said: str, *, several: bool) -> Choose | None:
    """Which of the things on the table is taken. "That one" counts only when there are not ``several``."""
    if match := _NOT_POSITION.search(said):
        taken = _POSITION.search(_NOT_POSITION.sub(" ", said))  # "not the first one, the second"
        return Choose(position=_place(taken)) if taken and not taken["bare"] else Choose(but=_place(match))
    if match := _RELATIVE.search(said):
        earlier = (match["which"] or match["alone"] or match["plain"]).startswith(("earl", "soon"))
        return Choose(earlier=earlier, later=not earlier)
    if (match := _POSITION.search(said)) and (match.groupdict()["noun"] or not _DATED.search(said)):
        return Choose(position=int(match["bare"]) if match["bare"] else _place(match))
    if several and _OTHER.search(said):
        return Choose(other=True)
    if several and _EITHER.search(said) and not says_no(said):
        return Choose(earlier=True)
    if not several and any(_THAT.search(part) for part in told(said)) and not says_no(said):
        return Choose()
    return None


def left_out(said: str, context: Context) -> Choose | None:
    """ "Not the nine o'clock": the one of several times on the table that is not meant."""
    match = _NOT_THE.search(said)
    if match is None or len(context.offers) < 2:
        return None
    wishes = hear_times(match["rest"], context.now, expect_time=True).wishes
    if len(wishes) != 1 or wishes[0] != WishTime(at=wishes[0].at) or wishes[0].at is None:
        return None
    at = wishes[0].at
    places = [n for n, offer in enumerate(context.offers, start=1) if offer.local_start.time() == at]
    return Choose(but=places[0]) if len(places) == 1 else None


def leaves_out(said: str) -> bool:
    """Says which one is not meant; that is no "no" to all of them."""
    return bool(_NOT_POSITION.search(said))


def only_manner(wishes: tuple[WishTime, ...]) -> bool:
    """Nothing but sooner, earlier or later, which a choice says itself."""
    manner = {"soonest": False, "earlier": False, "later": False}
    return all(msgspec.structs.replace(wish, **manner) == WishTime() for wish in wishes)


def _place(match: re.Match[str]) -> int:
    return int(match["number"]) if match["number"] else _NTH[match["nth"]]
