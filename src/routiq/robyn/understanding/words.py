"""Words made comparable: case, accents, punctuation, number words, near misses of the calendar's words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def word_list(text: str) -> list[str]:
    return text.split()


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tue tues",
            "wednesday wed weds",
            "thursday thu thur thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        ),
        start=1,
    )
    for name in names.split()
}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}

SHORTHAND = dict(
    pair.split(":")
    for pair in word_list(
        "nxt:next wk:week wks:weeks mth:month tmw:tomorrow tmr:tomorrow tmrw:tomorrow tmoz:tomorrow "
        "tomoz:tomorrow  2moro:tomorrow 2morrow:tomorrow tomoro:tomorrow 2day:today 2nite:tonight tonite:tonight "
        "mornin:morning avo:arvo  avro:arvo arv:arvo afternoo:afternoon aft:afternoon pls:please plz:please "
        "appt:appointment  appts:appointments appoint:appointment thx:thanks u:you ur:your b4:before asap:asap "
        "fri:friday wkend:weekend  xmas:christmas wensday:wednesday wendsday:wednesday weds:wednesday "
        "s'pose:suppose spose:suppose mondee:monday tuesdee:tuesday wensdee:wednesday wednesdee:wednesday "
        "thursdee:thursday fridee:friday satdee:saturday saturdee:saturday sundee:sunday "
        "arvos:arvos youse:you yous:you midd:midday fortnite:fortnight "
    )
)
"""What people type for short, and what no distance tells."""
_UNITS = word_list("zero one two three four five six seven eight nine")
_TEENS = word_list("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60}
_TENS |= {"seventy": 70, "eighty": 80, "ninety": 90}
_CARDINALS = {word: n for n, word in enumerate(_UNITS + _TEENS)} | _TENS
_ORDINALS = {
    word: n
    for n, word in enumerate(
        word_list(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        start=1,
    )
} | {"thirtieth": 30, "eigth": 8, "twelth": 12, "nineth": 9, "fith": 5}
_KEPT_ORDINALS = frozenset({"first", "second", "third"})
"""These also say which one of a list; the readers decide."""

_SPELLED = (
    *(name for name in WEEKDAYS if len(name) >= 6),
    *(name for name in MONTHS if len(name) >= 6),
    "tomorrow",
    "morning",
    "afternoon",
    "evening",
    "appointment",
    "fortnight",
    "weekend",
)
_WELL_SPELLED = word_set(
    "mornings evenings afternoons weekends appointments sundays mondays tuesdays wednesdays thursdays "
    "fridays saturdays sunny money someday"
)


_MOST_ROUNDS = 5
_ME_FOR_MY = re.compile(
    r"(?<!give )(?<!get )(?<!book )(?<!find )\bme (?=(?:next |other |usual |last )?(?:appointments?|appts?|bookings?|"
    r"sessions?|visits?|number|mobile|name|account|bill|son|daughter|wife|husband|mum|dad|kids?|missus|hubby)\b)"
)
"""As it is said here: "me appointment"."""


def fold(text: str) -> str:
    """Lower case without accents; apostrophes straight."""
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("`", "'").replace("\u00b4", "'")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def normalise(text: str) -> str:
    """One line of folded words and digits, sentence marks set apart by blanks, number words as digits.

    What is normalised stays as it is. A sign that is taken away may bring others together, hence the repetition.
    """
    said = _normalised(text)
    for _ in range(_MOST_ROUNDS):
        before, said = said, _normalised(said)
        if said == before:
            break
    return said


def _normalised(text: str) -> str:
    said = fold(text)
    said = re.sub(r"\bo\s*['\"]?\s*clock\b", "oclock", said)
    said = re.sub(r"\b([ap])\s?\.\s?m\b\.?", r"\1m", said)
    if not re.search(r"\d{4}-\d\d-\d\d", said):
        said = re.sub(r"(?<![\d-])(\d{1,2})-(\d{1,2})-(\d{2}|\d{4})(?![\d-])", r"\1/\2/\3", said)
        said = re.sub(r"(\d|[ap]m)\s*-\s*(\d{1,2})(?!\d|-\d)", r"\1 until \2", said)
    said = re.sub(r"(?<=\d)h(?=\d\d\b)", ":", said)
    said = re.sub(r"(\d)(?:\s*([ap])m\b|([ap])\b)", lambda m: f"{m[1]}{m[2] or m[3]}m ", said)
    said = re.sub(r"[^\w\s:./'&,?!-]", " ", said)
    said = re.sub(r"\.(?!\d)|(?<!\d)\.", " . ", said)
    said = re.sub(r"([,?!])", r" \1 ", said)
    said = re.sub(r"(?<=[a-z])-(?=[a-z])|(?<!\d)-|-(?!\d)", " ", said)
    said = re.sub(r":(?!\d)", " ", said)
    said = " ".join(_numbers([_spelled(SHORTHAND.get(word, word)) for word in said.split()]))
    said = _ME_FOR_MY.sub("my ", said)
    return re.sub(r"(\d) ([ap]m)\b", r"\1\2", said)


def _numbers(words: list[str]) -> list[str]:
    out: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else ""
        if word in _TENS and following in _ORDINALS and _ORDINALS[following] < 10:
            out.append(ordinal(_TENS[word] + _ORDINALS[following]))
            position += 2
        elif word in _TENS and following in _UNITS[1:]:
            out.append(str(_TENS[word] + _CARDINALS[following]))
            position += 2
        elif word in _ORDINALS and word not in _KEPT_ORDINALS:
            out.append(ordinal(_ORDINALS[word]))
            position += 1
        elif word == "one":
            out.append("1" if _one_is_a_number(out, words[position + 1 : position + 3]) else word)
            position += 1
        elif word.endswith("'s") and word[:-2] in _CARDINALS:
            out += [str(_CARDINALS[word[:-2]]), "is"]
            position += 1
        elif word.endswith("ish") and word[:-3] in _CARDINALS:
            out.append(f"{_CARDINALS[word[:-3]]}ish")
            position += 1
        elif word in _CARDINALS:
            out.append(str(_CARDINALS[word]))
            position += 1
        else:
            out.append(word)
            position += 1
    return out


def _one_is_a_number(before: list[str], after: list[str]) -> bool:
    following = after[0] if after else ""
    if after == ["in", "the"]:
        return bool(before) and before[-1] in {"at", "for", "say", "like", "want", "it"}
    if following in {"oclock", "am", "pm", "thirty", "fifteen", "forty", "week", "weeks", "day"}:
        return True
    last = before[-1] if before else ""
    clock_words = {"at", "around", "about", "after", "before", "past", "to", "by", "till", "until", "between", "half"}
    return last in clock_words and following in {"", ",", ".", "?", "!", "and", "on", "or", "please", "to", "ish"}


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@lru_cache(maxsize=4096)
def _spelled(word: str) -> str:
    """The calendar word this is a near miss of, else the word."""
    if len(word) < 6 or not word.isalpha() or word in _SPELLED or word in _WELL_SPELLED:
        return word
    near = [known for known in _SPELLED if is_slip(word, known)]
    return near[0] if len(near) == 1 else word


def is_slip(word: str, known: str) -> bool:
    """Whether ``word`` is ``known`` with a slip or, in a long word, two; the first letter is right."""
    most = 1 if len(known) < 8 else 2
    if word == known or word[0] != known[0] or abs(len(word) - len(known)) > most:
        return False
    return distance(word, known) <= most


def distance(left: str, right: str) -> int:
    """Edits between two words; swapping neighbours is one edit."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
