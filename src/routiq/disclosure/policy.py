"""The words for a practice's privacy policy, as plain text and as HTML: one set of words, written down twice.

They speak to patients, of what is decided as the practice has it set at the moment. Design input, not legal
advice."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from routiq.disclosure.register import Entry, Register
from routiq.messaging.carrier import carrier
from routiq.practices.decisions import By
from routiq.robyn.decisions import model_host
from routiq.robyn.manner import settings_of_practice

WIDTH = 88
TO_FILL_IN = "[Say here who runs this server, and in which country it stands.]"


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()
    """What each is called, which may be empty, and the words."""
    rank: int = 3
    """Of its heading in HTML; the title has 2."""


@dataclass(frozen=True)
class Facts:
    """What the words depend on besides the register."""

    practice: str
    her_name: str
    model_host: str
    """Where words may go; empty where they go nowhere."""
    model_is_near: bool
    on: date
    """By the practice's clock."""
    sends_texts: bool = False
    """Whether a carrier is handed texts to patients."""


@dataclass(frozen=True)
class Policy:
    title: str
    sections: tuple[Section, ...]

    @property
    def has_gaps(self) -> bool:
        """Whether something stands in brackets that only the practice knows."""
        return any(TO_FILL_IN in said for section in self.sections for said in section.paragraphs)

    @property
    def text(self) -> str:
        lines = [self.title]
        for section in self.sections:
            lines += ["", section.heading]
            lines += [line for each in section.paragraphs for line in ("", *textwrap.wrap(each, WIDTH))]
            if section.items:
                lines.append("")
            for name, words in section.items:
                said = f"{name}: {words}" if name else words
                lines += textwrap.wrap(said, WIDTH, initial_indent="- ", subsequent_indent="  ")
        return "\n".join(lines) + "\n"

    @property
    def html(self) -> SafeString:
        """To be pasted into a page: headings from the second rank on, paragraphs, lists."""
        return format_html(
            "<h2>{}</h2>\n{}", self.title, format_html_join("\n", "{}", ((_html(each),) for each in self.sections))
        )


def _html(section: Section) -> SafeString:
    paragraphs = format_html_join("", "\n<p>{}</p>", ((each,) for each in section.paragraphs))
    named = ((format_html("<strong>{}:</strong> ", name) if name else "", words) for name, words in section.items)
    items = format_html_join("", "\n<li>{}{}</li>", named)
    listed = format_html("\n<ul>{}\n</ul>", items) if section.items else ""
    return format_html("<h{0}>{1}</h{0}>{2}{3}", section.rank, section.heading, paragraphs, listed)


def policy_now(register: Register) -> Policy:
    """For the practice in force."""
    row = settings_of_practice()
    practice = row.practice
    return policy_of(
        register,
        Facts(
            practice=row.clinic_called or practice.name,
            her_name=row.her_name,
            model_host=model_host(),
            model_is_near=settings.MODEL.is_near,
            on=timezone.now().astimezone(practice.zone).date(),
            sends_texts=carrier() is not None,
        ),
    )


def policy_of(register: Register, facts: Facts) -> Policy:
    """Pure."""
    sections = (
        _about(facts),
        Section(
            "Which personal information the programs use",
            items=tuple(("", f"{words[0].upper()}{words[1:]}") for words in register.data_in_words),
        ),
        Section(
            "What the programs decide on their own",
            paragraphs=("No person looks at these decisions before they take effect. They are, by subject:",),
        ),
        *(Section(words, items=_items(entries), rank=4) for words, entries in register.made_alone()),
        Section(
            "Where the programs help a person to decide",
            paragraphs=("Here a person decides, and the programs do a part of it:",),
            items=_items(register.made(By.ASSISTED)),
        ),
        _people(facts),
        _going_elsewhere(facts),
        *([_TEXTS] if facts.sends_texts else []),
    )
    return Policy(f"How computer programs help to make decisions at {facts.practice}", sections)


_TEXTS = Section(
    "Who carries text messages",
    paragraphs=(
        "A text message about an appointment goes through Twilio, a company in the United States, which keeps it "
        "outside Australia and New Zealand. It sees the mobile number and what the text says: our name, your first "
        "name, when and where the appointment is, with whom, and its type.",
    ),
)


def _about(facts: Facts) -> Section:
    said = (
        f"{facts.practice} uses computer programs to answer patients and to look after bookings: an automated "
        f"assistant called {facts.her_name}, who says at the beginning of a conversation that she is automated, and "
        f"a program that keeps the diary and the waiting list. They make no diagnosis and give no clinical advice. "
        f"This is how they were set on {facts.on.day} {facts.on:%B %Y}."
    )
    return Section("What this is about", paragraphs=(said,))


def _items(entries: list[Entry]) -> tuple[tuple[str, str], ...]:
    return tuple((entry.decision.name, _said(entry)) for entry in entries)


def _said(entry: Entry) -> str:
    decision, as_set = entry.decision, entry.as_set
    own = as_set.words if as_set.for_patients else ""
    return " ".join(filter(None, (f"{decision.decided}.", decision.effect, own)))


def _people(facts: Facts) -> Section:
    return Section(
        "How you reach a person",
        paragraphs=(
            f"You can ask {facts.her_name} for a person at any time and in any words; our team then rings you back. "
            "You can also ring or visit us in our opening hours, and ask that a person looks again at anything a "
            "program decided about you.",
        ),
    )


def _going_elsewhere(facts: Facts) -> Section:
    heading = "Whether what you say goes to a language model"
    if not facts.model_host:
        return Section(heading, paragraphs=("It does not: the assistant reads what you say by rules of its own.",))
    where = "This server stands in our own network." if facts.model_is_near else TO_FILL_IN
    said = (
        "Where the assistant’s own rules do not settle what your words mean, it sends the words that you have just "
        f"said to a language model at {facts.model_host}. {where}"
    )
    beside = (
        "With them go the names of our practitioners, appointment types and locations, and the times on offer. What "
        "it noticed to be a name, a number, a date of birth or an emergency is not sent, and nothing of your record."
    )
    return Section(heading, paragraphs=(said, beside))
