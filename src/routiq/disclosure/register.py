"""The register: every declared decision, as it is set for the practice in force."""

from __future__ import annotations

from dataclasses import dataclass

from routiq.connections import decisions as of_connections
from routiq.consent import decisions as of_consent
from routiq.frontdesk import decisions as of_frontdesk
from routiq.knowledge import decisions as of_knowledge
from routiq.messaging import decisions as of_messaging
from routiq.practices.decisions import DATA, TOPICS, AsSet, By, Decision
from routiq.robyn import decisions as of_robyn

DECISIONS: tuple[Decision, ...] = (
    *of_robyn.DECISIONS,
    *of_knowledge.DECISIONS,
    *of_frontdesk.DECISIONS,
    *of_consent.DECISIONS,
    *of_messaging.DECISIONS,
    *of_connections.DECISIONS,
)


@dataclass(frozen=True)
class Entry:
    """One decision at one practice, now."""

    decision: Decision
    as_set: AsSet

    @property
    def data_in_words(self) -> list[str]:
        return [DATA[each] for each in self.decision.data]


@dataclass(frozen=True)
class Register:
    entries: tuple[Entry, ...]

    def made(self, by: By) -> list[Entry]:
        """What is decided as things are set, by the program alone or with a person."""
        return [entry for entry in self.entries if entry.as_set.made and entry.decision.by is by]

    def made_alone(self) -> list[tuple[str, list[Entry]]]:
        """What the program decides alone, by topic in words."""
        made = self.made(By.ALONE)
        by_topic = ((words, [e for e in made if e.decision.topic is topic]) for topic, words in TOPICS.items())
        return [(words, entries) for words, entries in by_topic if entries]

    @property
    def not_made(self) -> list[Entry]:
        """What the program could decide, and does not as things are set."""
        return [entry for entry in self.entries if not entry.as_set.made]

    @property
    def data_in_words(self) -> list[str]:
        """The kinds of personal data that are used, each once."""
        used = {each for entry in self.entries if entry.as_set.made for each in entry.decision.data}
        return [words for each, words in DATA.items() if each in used]


def register() -> Register:
    """For the practice in force, by its settings of this moment."""
    return Register(tuple(Entry(decision, decision.as_set()) for decision in DECISIONS))
