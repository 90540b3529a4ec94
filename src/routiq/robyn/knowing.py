"""What the practice told us, behind the port that flows ask through; what it did not tell is noted as a gap,
where a patient asked for it: what staff try out says nothing about what patients want to know."""

from __future__ import annotations

from routiq.knowledge import answering, gaps, questions
from routiq.knowledge.answering import Missing
from routiq.robyn.answers import Answer
from routiq.robyn.clock import Clock, system_clock
from routiq.robyn.inside import SHOWN_ON
from routiq.robyn.language import _, is_spoken
from routiq.robyn.understanding import safety
from routiq.robyn.understanding.words import normalise

_WITH_LINK = _("{words} You can read more at {link}")


class PracticeKnowledge:
    """For one conversation of the practice in force. Implements :class:`routiq.robyn.answers.Knowledge`."""

    def __init__(self, channel: str, conversation_id: int, clock: Clock = system_clock) -> None:
        self._channel = channel
        self._conversation_id = conversation_id
        self._clock = clock

    def answer(self, question: str, location_id: str = "") -> Answer | None:
        """The practice's own words, with the page they stand on where a link can be read. A red flag or a clinical
        question is not looked up, and is no gap."""
        said = normalise(question)
        if safety.red_flag(said) or safety.asks_clinical(said):
            return None
        found = answering.find(question, channel=self._channel, location_id=location_id)
        if found.answer is None:
            if found.missing is not Missing.CLINICAL and self._channel not in SHOWN_ON:
                gaps.note(question, channel=self._channel, conversation_id=self._conversation_id, at=self._clock())
            return None
        known = found.answer
        text = known.words
        if known.link and not is_spoken():
            text = _WITH_LINK.format(words=known.words, link=known.link)
        return Answer(text, known.link or known.source or answering.SYSTEM)


def asks_price(question: str) -> bool:
    """What something costs is said only in the practice's own words; without them, that it is not known (KB-07)."""
    return questions.read(question).kind is questions.Kind.PRICE
