"""Questions and requests for facts, told apart from what stands beside them. Pure, over normalised words."""

from __future__ import annotations

import re

from routiq.robyn.understanding.phrases import any_of, one_of
from routiq.robyn.understanding.vocabulary import FACT, FUND

_OPENER = (
    r"(?:what|what's|whats|where|where's|wheres|who|who's|whos|why|how|which|when|is there|are there|do (?:you|"
    r"they|i|we|your \w+|(?:any|all|some) of (?:you|your))|"
    r"does|did|can (?:you|i|they|we|u|your \w+)|could (?:you|i|they|we)|would you|will (?:i|it|you|they|there)|"
    r"may i|might i|have you|has|is (?:it|he|she|this|parking|treatment|everything|the \w+ \w+|your \w+|(?:dr|doctor|"
    r"mr|mrs|ms|miss) \w+)|"
    r"are (?:you|they|there|we)|"
    r"(?:is|are) (?:[\w']+ ){1,3}(?:allowed|okay|ok|welcome|permitted|included|required|necessary|compulsory)|"
    r"tell me|let me know|any idea|am i)"
)
_HUNG = one_of(
    ["what", "where", "how", "can you", "could you", "can i", "could i", "may i", "give me", "tell me", "find me"]
)
_HELD = "".join(
    rf"(?<!\b{word})"
    for word in (
        "and",
        "also",
        "but",
        "so",
        "plus",
        "is",
        "that's",
        "exactly",
        "know",
        "just",
        "me",
        "about",
        "sure",
        "on",
    )
)
_CUT = re.compile(
    rf"(?<=[.?!])\s|\s(?=(?:,|and|also|but|so|plus|now)\s(?:(?:,|and|also|so|please)\s)*(?:{_OPENER}|(?:give|tell|"
    rf"get|find|send) (?:me|out))\b)|{_HELD}\s(?={_HUNG}\b)|\s(?=, i (?:will|need|want|also)\b)"
)
"""Between sentences, and before a question that is hung on without a mark."""
_LEAD = (
    r"^(?:(?:,|\.|and|also|but|so|plus|now|then|ok|okay|oh|um+|well|please|yes|yeah|sorry|hi|hello|hey|great|"
    r"thanks)\s+)*"
)
_STARTS = re.compile(rf"{_LEAD}{_OPENER}(?![\w'])")
_REQUEST = any_of(
    rf"(?:give|get|find|tell|send|show|share|provide|let|need|want|like|check|know|have|text|hear|"
    rf"require)(?: (?!my|book|make|at|on|for)[\w'&]+){{0,6}} {FACT}",
    rf"(?:don'?t|didn'?t|haven'?t|not)(?: \w+){{0,3}} (?:get|got|have|know|catch|see)(?: \w+){{0,2}} {FACT}",
    r"(?:like|want|need|love) to (?:also )?(?:know|find out)(?: (?!book)[\w'&]+){0,8}|(?:find out|look up|"
    r"let me know|check (?:if|whether))(?: (?!book)[\w'&]+){0,8}",
)
"""A fact asked for without a question: "give me their number"."""
_IS_OPEN = any_of(
    r"(?:are|is) (?:you|u|they|it|the (?:clinic|practice|office|reception|place))(?: guys| lot)?(?: \w+)? "
    r"(?:open|closed|shut)(?! to\b)",
)
_HOURS = any_of(
    r"(?:how|until|till) (?:late|early|when|what time)(?: are| do| will| is)? (?:you|they|the \w+)",
    r"(?:what time|what times|when|what days?|do|does) (?:do |does |are |is )?(?:you|they|the \w+)(?: guys)? "
    r"(?:open|close|shut)(?:ing)?",
    r"(?:opening|business|trading|office|clinic) (?:hours|times)|(?:what|when)(?:'s|s| is| are)? (?:your|the|you) "
    r"hours|your hours",
)
_ABOUT_HERE = any_of(
    FACT,
    r"park|bring|wear|referral|how much|(?:do|would|will) you charge|lift|ramp|stairs|wheelchair|eftpos|hicaps|"
    r"bulk bill\w*|medicare|insurance|health fund",
)
_COVER = any_of(
    FUND,
    r"(?:am i|are we|is (?:it|this|that|he|she|\w+)) covered|covered? (?:by|under|with) (?!an? roof)|claim(?:ed|"
    r"ing)? (?:it|this|that|back|for|from|on|through|with)|claimable|out of pocket",
)
_OF_SOMEBODY = re.compile(rf"{_LEAD}(?:does|did|has|is)\b")
_WHETHER_FREE = any_of(
    r"free|available|in|on|there|around|about|working|have (?:any\w*|an?|something)|got (?:any\w*|an?|something)"
)
_WHY_NOT = re.compile(r"\bwhy (?:not|wouldn'?t i)\b\W*$")
"""A yes."""
_FACTS = any_of(FACT)


def parts(said: str) -> list[str]:
    """The sentences and hung-on questions, each with its mark."""
    return [part.strip(" ,") for part in _CUT.split(said) if part and part.strip(" ,.?!")]


def opens_question(said: str) -> bool:
    """Some part opens as a question does, not only ends as one ("Oliver?")."""
    return any(_STARTS.search(part) for part in parts(said))


def is_question(part: str) -> bool:
    """Asks for something to be told: by its mark, its opening, or for a fact."""
    part = _WHY_NOT.sub("", part)
    return part.endswith("?") or bool(_STARTS.search(part) or _REQUEST.search(part))


def asks_fact(said: str) -> bool:
    """Asks for a fact about the practice or a practitioner: the address, the number, the price."""
    return any(_FACTS.search(part) and is_question(part) for part in parts(said))


def asks_hours(said: str, *, idle: bool) -> bool:
    """Asks when the practice is open: a day beside it is the day that is asked about, and no wish to come. Whoever is
    asked for a day and answers "are you open on Saturday" wishes it: that is no such question unless ``idle``."""
    return bool(_HOURS.search(said) or (idle and _IS_OPEN.search(said)))


def asks_cover(said: str) -> bool:
    """Asks what a health fund, an insurer or a scheme pays."""
    return bool(_COVER.search(said))


def asks_something(said: str) -> bool:
    return any(is_question(part) for part in parts(said))


def asks_about_somebody(said: str) -> bool:
    """Asks what somebody does or is, and not whether they are free: that is a wish for them."""
    return bool(_OF_SOMEBODY.search(said)) and not _WHETHER_FREE.search(said)


def asked_apart(said: str) -> list[str]:
    """The questions about the practice that stand beside something else: "Thursday please, and where do I park?" """
    each = parts(said)
    asked = [part for part in each if len(each) > 1 and is_question(part) and _ABOUT_HERE.search(part)]
    return [re.sub(_LEAD, "", part) for part in asked]


def without_requests(part: str) -> str:
    """The words without those that ask for a fact."""
    return _REQUEST.sub(" ", part)


def told(said: str) -> list[str]:
    """The parts that ask nothing."""
    return [part for part in parts(said) if not is_question(part)]
