"""Which words are about the appointment there is, and which about where it shall move. Pure."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from routiq.robyn.understanding.commands import WishTime
from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.times import hear_times
from routiq.robyn.understanding.vocabulary import VISIT

_TURN = re.compile(
    rf"\b(?:{VISIT}|one|1)(?: (?!to\b|until\b|till\b)[\w:'./]+){{0,8}}? (?:to(?! (?:see|the (?:clinic|"
    rf"practice))\b)|until|till|for)(?= )|"
    r"\b(?:it|me|back|forward|out|reschedule|rescheduled) (?:to|until|till|for)(?= )|"
    r"(?<=[.,!?]) |\b(?:but|and|so)\b|\b(?:can|could) (?:i|we|you)\b(?= (?:come|do|make|move|change|have|get|please))"
)
"""After it comes the new time: "my appointment on Friday to Monday", "can't make Friday, could we do Monday"."""
_AFRESH = re.compile(r"\band (?:re ?)?book\b")
_INSTEAD = re.compile(r"\b(?:instead of|rather than)\b")
_OLD = re.compile(rf"\b(?:my|the|our|his|her|(?:today|tomorrow|\w+day)'s)(?: [\w:']+){{0,4}}? (?:{VISIT}|one|1)\b")


_CANCEL_IT = re.compile(
    r"^(?:(?:yes|yep|yeah|ok|okay|sure|please|just|go ahead|do|and|thanks|,) ?)*cancel(?: (?:it|that|them|both|all|"
    r"all of them|the (?:appointment|booking|lot)|my (?:appointment|booking)|please|thanks|thank you|then|anyway))*"
    r"\W*$"
)
_KEEP = any_of(
    r"keep (?:it|that|them|my|the|both)|(?:don'?t|do not|never mind|rather not|won'?t|not) (?:want to )?cancel"
    r"(?:ling)?|leave (?:it|that|them)(?: as (?:it is|is|they are))?|i'?ll (?:still )?(?:come|be there|make it|"
    r"keep)|changed my mind|forget it"
)
_GIVES_UP = any_of(
    r"leave (?:it|that|things|everything)(?: (?:(?:as|how|where|the way) (?:it is|it was|is|they are|they were)|"
    r"alone|then|there|for (?:now|today)|be))?(?= *$| *[,.!]| (?:please|thanks|ta|i|and|for now|sorry)\b)|(?:keep|"
    r"stay with|stick with|stick to|leave) (?:it )?(?:at |on )?(?:my|the) (?:current|old|existing|original|one|time|"
    r"day|appointment|booking)(?: (?:one|time|day|appointment|booking))?(?: (?:that )?(?:i|we)(?:'ve| have)?(?: "
    r"got)?)?(?= *$| *[,.!])|(?:stick|stay) with what (?:i|we)(?:'ve| have)(?: got)?|(?:just )?forget (?:about "
    r")?(?:it|that)|never ?mind|(?:i'?ll|i will|let me|can i|could i|i'?d better|i (?:need|have|want) to)(?: have "
    r"to)?(?: just)? (?:think about it|have a think|sleep on it|(?:ring|call|phone)(?: (?:you|youse|ya))? back|get "
    r"back to (?:you|youse|ya)|(?:check with|talk to|ask) (?:my|the) \w+(?: first)?(?= *$| *[,.!]))|(?:i "
    r")?(?:don'?t|do not) want to(?= *$| *[,.!])|don'?t (?:worry|bother)(?: about (?:it|that))?(?= *$| *[,.!])"
)
_CANNOT = re.compile(
    r"\b(?:can'?t|cannot|can not|couldn'?t|won'?t|unable to|not able to|not going to)(?: be able to)? "
    r"(?:make it|make|come(?: in)?|do|be there|get there|attend)\b"
)
_EARLIER = any_of(r"earlier|sooner|(?:bring|move|pull|come)(?: \w+){0,3} forward")
_LATER = any_of(r"later|(?:push|put|move|set)(?: \w+){0,3} (?:back|out)|postpone|delay")
_MOVE_IT = any_of(
    r"(?:move|change|shift|push|postpone|reschedule) (?:it|that|them)(?: \w+)? ?(?:instead|rather)?|"
    r"(?:different|another|other) (?:day|time)(?: instead)?|rather (?:move|reschedule|change)"
)
_STANDS = any_of(
    r"(?:is|was) (?:it|that|this|everything|all) (?:all |now |really |definitely )*"
    r"(?:booked|confirmed|done|in|set|moved|cancelled|sorted)",
    r"(?:am|are) (?:i|we) (?:all |now |really |definitely )*(?:booked|confirmed|in|set)(?: in)?(?: now)?(?= *\W*$)",
    r"(?:did|has) (?:it|that|this|the booking) (?:go|gone|get|got|work|worked)(?: through| in)?",
    r"(?:have|did) you (?:book|booked|move|moved|cancel|cancelled|do|done)(?: it| that| me| this)?(?: in)?(?= *\W*$)",
)
_UNDOES = any_of(r"(?:cancel|scrap|undo|call off|drop) (?:it|that|this|that one|this one)")
_OTHER = any_of(
    r"(?:the )?other (?:one|1|appointment|booking)|(?:not|wrong) (?:that |this |the )?(?:one|1|appointment|booking)|"
    r"(?:a )?different (?:one|1|appointment|booking)"
)
_ALL = any_of(
    r"both(?: of (?:them|those))?|all(?: of (?:them|those|it))?|all (?:three|four|two)|every (?:one|single one)|"
    r"them all"
)


def agrees_to_cancel(said: str) -> bool:
    """The words for it and nothing else: as good as a yes to "shall I cancel it"."""
    return bool(_CANCEL_IT.match(said))


def means_another(said: str) -> bool:
    """Not the one that was read back."""
    return bool(_OTHER.search(said))


def keeps(said: str) -> bool:
    """It shall stand after all."""
    return bool(_KEEP.search(said))


def gives_up(said: str) -> bool:
    """No other time after all: what there is stays."""
    return bool(_GIVES_UP.search(said))


def without_giving_up(said: str) -> str:
    return " ".join(_GIVES_UP.sub(" ", said).split())


def towards(said: str) -> str:
    """``earlier`` or ``later`` than the appointment is now; empty when neither is said."""
    if _EARLIER.search(said):
        return "earlier"
    return "later" if _LATER.search(said) else ""


def moves_it(said: str) -> bool:
    """Rather at another time than not at all."""
    return bool(_MOVE_IT.search(said)) and not keeps(said)


def undoes(said: str) -> bool:
    """ "Cancel that": with nothing under way, about what was booked."""
    return bool(_UNDOES.search(said)) and not keeps(said)


def asks_whether_it_stands(said: str) -> bool:
    """ "Is that booked now?": about what was booked, moved or cancelled a moment ago."""
    return bool(_STANDS.search(said))


def says_all(said: str) -> bool:
    return bool(_ALL.search(said))


def the_one(which: WishTime) -> WishTime:
    """When the appointment is, of whatever was said: who can't make it tomorrow has one tomorrow."""
    return msgspec.structs.replace(
        which,
        soonest=False,
        days=which.days or which.not_days,
        weekdays=which.weekdays or which.not_weekdays,
        not_days=(),
        not_weekdays=(),
    )


def when_it_is(said: str, now: datetime) -> WishTime:
    """When the appointment is by these words; nothing, when they do not tell. Whoever can't make it tomorrow arvo has
    one tomorrow, in the afternoon: what cannot be is not left out, it is when it is."""
    heard = _first(said, now)
    plain = _first(_CANNOT.sub(" ", said), now)
    refused = heard.not_days or heard.not_weekdays
    is_told = refused and (plain.days, plain.weekdays) == (heard.not_days, heard.not_weekdays)
    return the_one(plain if is_told else heard)


def _first(said: str, now: datetime) -> WishTime:
    return next(iter(hear_times(said, now).wishes), WishTime())


def split_moved(said: str) -> tuple[str, str]:
    """The words about the old time and those about the new. ``said`` is normalised."""
    if match := _INSTEAD.search(said):
        return said[match.end() :], said[: match.start()]
    if match := _AFRESH.search(said):
        return said[: match.start()], said[match.end() :]
    ends = [match.end() for match in _TURN.finditer(said) if _OLD.search(said[: match.end()]) or match.end() > 8]
    own = _OLD.search(said)
    if own is None:
        return "", said
    after = [end for end in ends if end >= own.end()]
    if after:
        return said[: after[0]], said[after[0] :]
    return said, ""
