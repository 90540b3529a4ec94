"""Reading a question: which things it is about, and what kind of answer would answer it. Pure.

A question becomes a few concepts. Each is a set of alternatives, because people say "park the car" where a page says
"parking"; what carries no meaning of its own is dropped, and what carries little is marked as soft.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from routiq.knowledge.vocabulary import ALTERNATIVES, DROPPED, PATTERNS, SOFT, word_set
from routiq.mirror.queries import fold

Words = frozenset[str]


class Kind(StrEnum):
    """What the answer must hold."""

    PRICE = "price"
    """An amount of money, or that there is none to pay."""
    LENGTH = "length"
    """How long something takes."""
    HOURS = "hours"
    """A day or a time of day."""
    WHERE = "where"
    WHO = "who"
    WHICH = "which"
    """Which services there are."""
    OTHER = "other"


@dataclass(frozen=True)
class Concept:
    """Something the question is about: found where all words of one alternative stand. The first is what was said."""

    name: str
    alternatives: tuple[Words, ...]
    soft: bool = False


@dataclass(frozen=True)
class Query:
    kind: Kind
    concepts: tuple[Concept, ...]

    @property
    def words(self) -> Words:
        return frozenset(word for concept in self.concepts for words in concept.alternatives for word in words)

    @property
    def hard(self) -> tuple[Concept, ...]:
        return tuple(concept for concept in self.concepts if not concept.soft)


_SHORT = {
    r"\bwon't\b": "will not",
    r"\bcan't\b": "can not",
    r"n't\b": " not",
    r"'s\b": " is",
    r"'re\b": " are",
    r"'ve\b": " have",
    r"'ll\b": " will",
    r"'d\b": " would",
    r"'m\b": " am",
    r"\bhow late\b": "until when",
}
_PRICE = re.compile(
    r"\b(?:how much(?! (?:notice|time|warning|parking|experience|water))|costs?|pric(?:e|es|ey|ing)|fees?|charg(?:e|"
    r"es|ed|ing)(?! (?:my|point|station|(?:the|a|an) (?:car|ev|phone|electric)))|rates|dollars?|expensive|"
    r"cheap(?:er|est)?|out of pocket|gap fee|what (?:do|would|will) (?:i|we|people|\w+ patients) (?:have to )?pay|"
    r"(?:sets?|setting|knocks?) (?:me|us|you|one|someone|somebody|him|her) back|what (?:is|are|would|will)\b(?: "
    r"(?!it\b)\w+){1,6} (?:be )?worth|what (?:is|would be|will be) the damage|(?:am|are|will|would) (?:i|we) (?:be "
    r")?up for)\b|\$"
)
_PRICE_PHRASES = re.compile(
    r"\b(?:(?:sets?|setting|knocks?) (?:me|us|you|one|someone|somebody|him|her) back|worth|the damage|up for)\b"
)
"""They say that a price is asked for, and nothing of what it is for."""
_PRICE_WORDS = word_set(
    "much cost costs price prices pricing pricey fee fees charge charges charged charging rates "
    "dollar dollars expensive cheap cheaper cheapest pay paid pocket"
)
_LENGTH = re.compile(
    r"\bhow long (?:is|are|does|do|will|would|should|for|goes|go)\b(?!.*\b(?:wait|been|established|valid)\b)|"
    r"\b(?:how many|what) minutes\b|\bduration\b|\bhow long\W*$"
)
_LENGTH_WORDS = word_set("long last lasts take takes minutes duration run runs go goes")
_HOURS = re.compile(
    r"\b(?:opening|business|trading|clinic|office|reception) (?:hours|times)\b|\bwhat (?:are|is) (?:your|the) "
    r"hours\b|"
    r"\bwhat (?:time|days?)\b.*\b(?:open|close|shut|start|finish|there|work)\w*\b|"
    r"\bwhen (?:do|does|are|is|will)\b.*\b(?:open|close|closed|shut|work|works|in|available)\b|"
    r"\b(?:are|is|will) (?:you|the \w+|it|they)(?: guys| \w+)?(?: be)? (?:open|closed|shut)\b|\bhours\W*$|"
    r"\b(?:do|does) (?:you|\w+) (?:open|work|close)\b.*\b(?:\w+days?|weekends?|evenings?|late|early|nights?)\b|"
    r"\bopen (?:on|at|till|until|late|after|over|this|today|tomorrow|\w+days?|weekends?)\b|"
    r"\b(?:after hours|after work|evening|saturday|sunday|weekend) appointments?\b"
)
_HOURS_WORDS = word_set(
    "open opens opened opening close closes closed closing hours hour time times shut shuts start finish late"
)
_WHERE = re.compile(
    r"\bwhere (?:are|is|abouts)\b(?!.*\b(?:park|parking|toilet|bathroom|send|pay|results?)\b)|\baddress\b|"
    r"\b(?:located|location|whereabouts)\b|\bdirections\b|\bhow do i (?:get|find) (?:to |there|you|your)|"
    r"\bwhat (?:street|suburb)\b|\bhow do i get there\b"
)
_WHERE_WORDS = word_set(
    "where address located location locations directions street suburb find get there based "
    "whereabouts situated clinics clinic rooms"
)
_WHO = re.compile(
    r"\bwho (?:are|is|works?|do you have|will i see|would i see)\b|"
    r"\bwhich (?:practitioner|physio\w*|podiatrist|chiro\w*|osteo\w*|therapist|people|clinician)s?\b|"
    r"\b(?:does [a-z' ]+ (?:still )?work|is [a-z' ]+ (?:still )?(?:working|with you))\b|"
    r"\bwhat (?:practitioners|physios|podiatrists|therapists|clinicians)\b|\bhow many (?:practitioners|physios|"
    r"podiatrists|therapists)\b"
)
_WHO_WORDS = word_set(
    "who works work working practitioner practitioners physio physios therapist therapists staff "
    "team people clinician clinicians podiatrists still there with"
)
_WHICH = re.compile(
    r"\b(?:what|which) (?:kinds? of |types? of |sorts? of |other )?(?:services?|treatments?|therapies|appointments?|"
    r"consultations?)\b|\bwhat (?:do|can) you (?:guys )?(?:do|offer|provide|treat|help with)\W*$|"
    r"\b(?:list|range) of (?:services|treatments)\b"
)
_WHICH_WORDS = word_set(
    "what services service treatments treatment therapies appointments appointment types type "
    "kinds kind sorts sort other consultations list range treat"
)
_OWN_WORDS: dict[Kind, Words] = {
    Kind.PRICE: _PRICE_WORDS,
    Kind.LENGTH: _LENGTH_WORDS,
    Kind.HOURS: _HOURS_WORDS,
    Kind.WHERE: _WHERE_WORDS,
    Kind.WHO: _WHO_WORDS,
    Kind.WHICH: _WHICH_WORDS,
    Kind.OTHER: frozenset(),
}
_KINDS = (
    (Kind.PRICE, _PRICE),
    (Kind.LENGTH, _LENGTH),
    (Kind.HOURS, _HOURS),
    (Kind.WHERE, _WHERE),
    (Kind.WHO, _WHO),
    (Kind.WHICH, _WHICH),
)


def _subject(name: str, *words: str) -> Concept:
    return Concept(name, tuple(frozenset({word}) for word in words))


SUBJECTS: dict[Kind, Concept] = {
    Kind.PRICE: _subject("prices", "fee", "price", "cost", "charge", "rate"),
    Kind.HOURS: _subject("hours", "open", "hours", "closed", "opening", "available"),
    Kind.WHERE: _subject("address", "address", "located", "find", "location", "street", "road"),
    Kind.WHO: _subject("team", "team", "staff", "practitioner", "physiotherapist", "podiatrist", "therapist"),
    Kind.WHICH: _subject("services", "service", "treatment", "offer", "treat"),
}
"""What a question of a kind is about when it names nothing else."""


def plain(text: str) -> str:
    """Lower case without accents, short forms written out, nothing but words, numbers and ``$``."""
    said = fold(text.replace("’", "'").replace("‘", "'"))
    for short, full in _SHORT.items():
        said = re.sub(short, full, said)
    return " ".join(re.findall(r"[a-z0-9$%']+", said))


def read(question: str, known: Words = frozenset()) -> Query:
    """``known`` are words of no weight at this practice, such as its own name."""
    said = plain(question)
    kind = next((kind for kind, pattern in _KINDS if pattern.search(said)), Kind.OTHER)
    left = f" {_PRICE_PHRASES.sub(' ', said) if kind is Kind.PRICE else said} "
    concepts: list[Concept] = []
    for phrase, pattern, name in PATTERNS:
        if phrase in left and pattern.search(left):
            left = pattern.sub(" ", left)
            if all(concept.name != name for concept in concepts):
                concepts.append(Concept(name, (frozenset(phrase.split()), *ALTERNATIVES[name])))
    own = _OWN_WORDS[kind]
    for word in dict.fromkeys(left.replace("$", " ").split()):
        if word in DROPPED or word in own or (len(word) < 2 and not word.isdigit()):
            continue
        concepts.append(Concept(word, (frozenset({word}),), soft=word in SOFT or word in known))
    return Query(kind, tuple(concepts))
