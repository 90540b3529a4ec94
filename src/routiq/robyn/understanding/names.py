"""Which practitioner, type or location is meant. Close spellings count, by margin; a patient's own name never here.

Patients' names are identity: :func:`same_name` compares them exactly, but for case, accents and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from routiq.frontdesk.wishes import Choice
from routiq.robyn.understanding.nicknames import ALSO_WORDS, nicknames
from routiq.robyn.understanding.words import fold, is_slip, normalise, word_set

_REFUSED = re.compile(
    r"\b(?:not(?: with| to see)?|(?:any ?(?:one|body|where)|anything|all) but|except(?: for)?|other than|apart from|"
    r"instead of|rather than|don'?t want(?: to see)?) (?=\w)"
)
"""Before a name: everybody else will do."""
_ARTICLE = re.compile(r"^(?:(?:the|a|an|my|at|in|for|another) )+")
_NAME_LENGTH = 3
"""Words of a name with its title."""
TITLES = word_set("dr doctor mr mrs ms miss mx prof professor physio")
_FILLING = word_set(
    "the a an and of for with at in on to my your our min mins minute minutes hour appointment "
    "appointments session sessions visit clinic practice centre center consultation consult type health "
    "care studio rooms pty ltd up"
)
_HOW_LONG = re.compile(r"\b(?:how|as|so|too) long\b")
"""Names no long consultation."""
_CLOSE, _MARGIN = 0.8, 0.1
_LONG_ENOUGH = 6
"""Letters of a word of which a slip can be told from another word."""
_REMEMBERED = 4096
"""Names of menus whose words a process remembers: every turn looks for all of them."""
_TITLE = r"(?:dr |doctor |mr |mrs |ms )?"
_CUE = re.compile(rf"\b(?:with|see|seeing|dr|doctor|for|practitioner|physio|prefer|want|try|is)\s+{_TITLE}")
"""Before a name that may be spelt closely."""
_BEFORE_NAMES = re.compile(
    rf"\b(?:with|see|seeing|dr|doctor|for|prefer|want|try|to|have|get|ask|tell|and|or|but)\s+{_TITLE}"
)
"""Before a name that is an ordinary word too."""


def tokens(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", fold(text).replace("-", " "))


def same_name(left: str, right: str) -> bool:
    """Exactly the same name, but for case, accents and punctuation. Empty names are nobody's."""
    one, two = tokens(left), tokens(right)
    return bool(one) and one == two


def is_said(name: str, said: str) -> bool:
    """Whether exactly this name is among the words."""
    return _within(tokens(name), tokens(said))


def _within(needle: list[str], hay: list[str]) -> bool:
    return bool(needle) and any(hay[i : i + len(needle)] == needle for i in range(len(hay) - len(needle) + 1))


def name_practitioners(said: str, choices: Iterable[Choice], *, expected: bool = False) -> tuple[str, ...]:
    """Ids of the practitioners that the words name: one, several when it has to be asked, none. ``expected``: that
    was the question, so a close spelling needs no "with" before it."""
    people = list(choices)
    hay = tokens(said)
    cued = hay if expected else _after(_CUE, said)
    named_so = hay if expected else _after(_BEFORE_NAMES, said)
    best: dict[str, int] = {}
    for person in people:
        for score, needle in _ways_to_name(person):
            if _within(needle, named_so if len(needle) == 1 and needle[0] in ALSO_WORDS else hay):
                best[person.id] = max(best.get(person.id, 0), score)
    if not best:
        return _close(cued, people)
    top = max(best.values())
    named = tuple(person.id for person in people if best.get(person.id) == top)
    if refused := _REFUSED.search(said):
        straight_after = " ".join(said[refused.end() :].split()[:_NAME_LENGTH])
        after = name_practitioners(straight_after, people, expected=True)
        if after and set(after) >= set(named):
            return tuple(person.id for person in people if person.id not in after)
    return named


@lru_cache(maxsize=_REMEMBERED)
def _ways_to_name(person: Choice) -> tuple[tuple[int, list[str]], ...]:
    """The words that name a practitioner, each with what it is worth."""
    ways: list[tuple[int, list[str]]] = []
    for form in (person.name, *person.other_names):
        parts = [token for token in tokens(form) if token not in TITLES]
        ways += [(len(parts) + 2, parts)] if len(parts) > 1 else []
        ways += [(2, [part]) for part in (parts[:1] + parts[-1:]) if len(part) > 1]
        ways += [(1, [nick]) for nick in nicknames(parts[0])] if parts else []
    return tuple(ways)


def _after(cue: re.Pattern[str], said: str) -> list[str]:
    """The two words after each cue."""
    return [word for match in cue.finditer(said) for word in tokens(said[match.end() :])[:2]]


def _close(heard: list[str], people: list[Choice]) -> tuple[str, ...]:
    scores: dict[str, float] = {}
    for word in heard:
        if len(word) < 4 or word in _FILLING or word in TITLES or word in _COMMON:
            continue
        for person in people:
            for part in tokens(person.name):
                if part not in TITLES and len(part) > 2:
                    ratio = SequenceMatcher(None, word, part).ratio()
                    scores[person.id] = max(scores.get(person.id, 0.0), ratio)
    top = max(scores.values(), default=0.0)
    if top < _CLOSE:
        return ()
    return tuple(person.id for person in people if scores.get(person.id, 0.0) > top - _MARGIN)


def name_by_words(said: str, choices: Iterable[Choice], *, expected: bool = False) -> tuple[str, ...]:
    """Ids of the types or locations whose distinctive words were said; the best, or several that fit alike. "Not the
    massage" names what is said beside it, else all the others."""
    things = list(choices)
    for refused in _REFUSED.finditer(said):
        straight_after = _ARTICLE.sub("", said[refused.end() :]).split()[:1]
        out = _by_words(" ".join(straight_after), things, expected)
        if out:
            left = [thing for thing in things if thing.id not in out]
            beside = _by_words(said[: refused.start()] + said[refused.end() :], left, expected)
            return beside or tuple(thing.id for thing in left)
    return _by_words(said, things, expected)


def _by_words(said: str, things: list[Choice], expected: bool) -> tuple[str, ...]:
    hay = tokens(_HOW_LONG.sub(" ", said))
    joined = set(hay) | {one + two for one, two in pairwise(hay)}
    known = {thing.id: _forms(thing) for thing in things}
    shared: dict[str, int] = {}
    for forms in known.values():
        for word in {word for form in forms for word in form}:
            shared[word] = shared.get(word, 0) + 1
    scores: dict[str, float] = {}
    for thing in things:
        for form in known[thing.id]:
            if not form:
                continue
            telling = form if expected or len(things) == 1 else [word for word in form if shared[word] < len(things)]
            hit = [word for word in telling if _said(word, joined, expected)]
            weight = sum(1.0 / shared[word] for word in hit)
            if hit:
                whole = 1.0 if len(hit) == len(form) else 0.0
                scores[thing.id] = max(scores.get(thing.id, 0.0), weight + whole + len(hit) / 10 - len(form) / 100)
    top = max(scores.values(), default=0.0)
    if top <= 0:
        return ()
    return tuple(thing.id for thing in things if scores.get(thing.id, -1.0) > top - 0.3)


def slips(said: str, choices: Iterable[Choice]) -> dict[str, str]:
    """The words that are a slip away from one word, and one only, of the names of types or locations, and that word.
    Whether it is meant has to be asked."""
    known = {word for thing in choices for form in _forms(thing) for word in form if len(word) >= _LONG_ENOUGH}
    heard = {word for word in tokens(said) if len(word) >= _LONG_ENOUGH} - known - _ORDINARY - _COMMON
    near = {word: [each for each in known if is_slip(word, each)] for word in heard}
    return {word: each[0] for word, each in near.items() if len(each) == 1}


def corrected(said: str, slipped: Mapping[str, str]) -> str:
    return " ".join(slipped.get(word, word) for word in said.split()) if slipped else said


@lru_cache(maxsize=_REMEMBERED)
def _forms(thing: Choice) -> tuple[list[str], ...]:
    forms = []
    for name in (thing.name, *thing.other_names):
        words = [word for word in normalise(name.replace("-", "")).split() if re.search(r"\w", word)]
        forms.append([word for word in words if word not in _FILLING] or words)
    return tuple(forms)


def _said(word: str, hay: set[str], expected: bool) -> bool:
    if word in hay:
        return True
    if len(word) < 6 or word.isdigit():
        return False
    for heard in hay:
        short, long = sorted((heard, word), key=len)
        if len(short) >= 5 and long.startswith(short):
            return True
        if expected and len(heard) >= 5 and SequenceMatcher(None, heard, word).ratio() >= 0.84:
            return True
    return False


_COMMON = word_set(
    "that this them they then there thanks thank please maybe more morning afternoon evening monday "
    "tuesday wednesday thursday friday saturday sunday time times with want would like book booking make "
    "made have help need next week today tomorrow about after before around some someone something anyone "
    "anybody else other another same last first second third good great fine sure yeah okay right which "
    "what when where does your best work works"
)
_ORDINARY = word_set(
    "message messages needing costing costings plates spiral fallow hollow intended attended previews ruining "
    "relating rental mental personal"
)
"""Words of their own, a letter away from words of types."""
