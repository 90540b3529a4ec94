"""What a conversation of ours would wait for after words that another system said: rules over those words alone."""

from __future__ import annotations

import re

from routiq.robyn.understanding.reader import Question

_CLOCK = r"\d ?[ap]\.?m\b|\d:\d\d|o'?clock|\bnoon\b"
_DAY = (
    r"\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d|\b(?:today|tomorrow)\b|\b(?:mon|tues|wednes|"
    r"thurs|fri|satur|sun)day\b"
)
_ELSE = re.compile(
    r"\b(?:is|will|would) that(?: be)? (?:all|it|everything)\b|\bother questions\b|\bhow else\b|"
    r"\b(?:any|some)(?:thing| ?other thing)? (?:else|more|further|other (?:help|assist\w*|way|thing|service)s?)\b|"
    r"\b(?:what|how) (?:else|other|more|can i do|may i|further)\b.*\b(?:help|assist|do|need|you)\b|\b(?:else|"
    r"other|further|more|additional) (?:help|assist|details|\w+ (?:i|you) can)|\b(?:help|assist)\w*\b.*\b(?:else|"
    r"other|further|more|additional(?:ly)?)\b|\b(?:else|other|further|more|additional(?:ly)?)\b.*\b(?:help|"
    r"assist)|\bneed(?:s|ed)?\b.*\belse\b|\bwhat (?:else|can i do|other)\b|\bfurther assist|"
    r"\bbe of (?:any )?(?:help|assistance)|any other help\b"
)
_FAILED = re.compile(
    r"\b(?:fail\w*|un(?:able|successful\w*|available)|(?:could|can|was|is|are|were|did|does|do) ?n[o']?t|cannot|"
    r"not (?:able|been|made|successful|possible|available|go)|no (?:longer|appoint\w*|opening|slot)|went wrong|"
    r"nothing|error|issue|problem|won'?t work)\b"
)
_DONE = re.compile(
    r"\b(?:book|confirm|schedul|mad[e]|reserv|set|fix|complet|succe|secur|arrang|done|went through|got (?:you|the|"
    r"your))"
)
_PERFECT = re.compile(
    r"\b(?:has been|have been|is|was|i(?:'ve| have)) \w*(?:ly )?(?:booked|scheduled|made|confirmed|reserved|set)\b"
)
_APPOINTMENT = re.compile(r"\b(?:appoi\w*|booking|booked|reservation|visit|scheduled|reserved|e-?mail)")
_OFFERS_TO_BOOK = re.compile(
    r"\b(?:would you|do you|shall i|should i|can i|could i|may i|want (?:me|to|an?)|wanna|wish|like (?:me )?to|"
    r"how about|interested in|ready to|on your behalf|if you'd like|if you want|let me)\b[^.]*\b(?:book|"
    r"schedul\w*|appo\w*|reserv\w*|visit|go in|arrange)|\b(?:book|schedule|reserv\w*|visit)\b.*\bif you"
)
_INTRODUCES = re.compile(r"\b(?:located|who is|which is|nice|good|great|popular|called|named)\b")
"""It tells of a place or a person: what is shown, not a question whether to book."""
_OR_ELSE = re.compile(r"\bor (?:some|any|other|else|an?\b|specific)\w*\b[^.?]*")
"""The end of a list to choose from: "a dentist or something else?"."""
_ASKS_SLOT = re.compile(
    r"\b(?:what|which(?! (?:is|are|can|you|has|have|may))|when|where(?! (?:you can))|how soon|in mind|name of|"
    r"need to know|any (?:particular|specific|preferred|preference)|prefer\w*|specific)\b[^.]*(?:\?|$)|"
    r"\bplease (?:tell|specify|give|provide)|\b(?:time|date|day)\?|\b(?:tell|give) me the \w+|\bcertain\b|"
    r"\bneed to know\b|\b(?:may|can|could) i (?:know|ask|have) (?:the|your)\b|\bin particular\b"
)
_SHOWS = re.compile(
    r"\b(?:how|what) (?:about|do you think|does)|\bopinion\b|\b(?:may|might) be interested|\b(?:located|"
    r"situated) (?:in|at)\b|\bi(?:'ve| have)? (?:have )?found\b|\bthere(?:'s| is| are) (?!an?y? (?:certain|"
    r"particular|specific|preferred|special))|\brecommend\b|\bgive .* a try\b|\bwould you like to (?:try|visit|go)"
)
_WH = re.compile(
    r"^(?:(?:and|ok|okay|sure|great|alright|at|on|for|in|to)\W+)*(?:what|when|where|which)\b(?! (?:about|"
    r"do you think))"
)
_ASKS_PLACE = re.compile(
    r"\b(?:what|which|in what|in which|where|any|particular|specific|preferred|prefer|certain|the|your|"
    r"a) (?:\w+ )?(?:city|area|town|location|place|type|kind)\b(?! (?:is|of \w+ (?:is|named)))"
)
_LISTS = re.compile(r"\b(?:city|area|locations?|kind|type|specialt?y|specialist|service)\b|\bor\b")
_ASKS_TO_LOOK = re.compile(
    r"\b(?:shall|should|can|could|may) i (?:look|search|find|check|try)|\bwould you like me to (?:look|search)"
)
_OF_TIME = re.compile(r"\b(?:when|time|date|day|hour|slot)s?\b")
_FACT = re.compile(r"\b(?:number|phone|address|located at|rating|rated|reach|call|unisex|cosmetic)\b|\d{3}-\d{4}")


def question_of(previous: str) -> tuple[Question, bool]:
    """What our conversation would wait for after these words, and whether they asked for it.

    A choice, when something is shown and nothing asked. After a booking, done or failed, ours asks "anything else?".
    """
    words = previous.casefold().replace("\u2019", "'").strip()
    last = re.split(r"(?<=[.?!]) ", words)[-1].rstrip(".! ")
    timed = re.search(f"{_CLOCK}|{_DAY}", words) is not None
    done = _DONE.search(words) is not None and _APPOINTMENT.search(words) is not None
    if not words:
        return Question.OPEN, True
    if _ELSE.search(_OR_ELSE.sub(" ", last)) or (
        _ELSE.search(_OR_ELSE.sub(" ", words)) and not _asks_slot(words, last)
    ):
        return Question.ANYTHING_ELSE, True
    if timed and not (_PERFECT.search(words) and "?" not in words):
        return Question.CONFIRM, True
    if "confirm" in words and not re.search(r"\bconfirm(?:ed|ation|ing email)\b", words):
        return Question.CONFIRM, True
    if _FAILED.search(words) and _APPOINTMENT.search(words) and not _FACT.search(last):
        return Question.ANYTHING_ELSE, True
    if _OFFERS_TO_BOOK.search(last) and not _INTRODUCES.search(last):
        return Question.WANTS_BOOKING, True
    if done and "?" not in last:
        return Question.ANYTHING_ELSE, False
    if _ASKS_TO_LOOK.search(last):
        return Question.OTHER_DAYS, True
    if _asks_slot(words, last):
        return (Question.WHEN if _OF_TIME.search(last) else Question.PICK), True
    return Question.CHOICE, True


def _asks_slot(words: str, last: str) -> bool:
    """Asks for a day, a time, a place or a trade, and shows nothing."""
    if _SHOWS.search(last) and not (_ASKS_PLACE.search(last) or _WH.search(last)):
        return False
    asking = "?" in words or re.match(r"please|tell|give|kindly|i (?:just |will )?need|let me know", last) is not None
    asking = asking or _ASKS_PLACE.search(last) is not None
    return asking and (_ASKS_SLOT.search(last) or _LISTS.search(words)) is not None
