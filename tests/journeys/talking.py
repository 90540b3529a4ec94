"""A conversation with Robyn on the Test Robyn pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

MOST_TURNS = 8

READ_BACK = re.compile(
    r"So that is (?P<day>\w+ \d+ \w+)(?: \d{4})? at (?P<time>[\d:]+ (?:am|pm|noon)), (?P<type>.+) with (?P<who>.+?)"
    r" at (?P<where>.+?), for (?P<patient>.+)\. Shall I book it\?"
)


@dataclass(frozen=True)
class ReadBack:
    """What Robyn would book, as she said it."""

    day: str
    time: str
    type: str
    who: str
    where: str
    patient: str

    @property
    def wish(self) -> str:
        """The same appointment, asked for by somebody else."""
        return f"I would like a {self.type} with {self.who} at {self.where} on {self.day} at {self.time} please"


class Talk:
    """One open conversation."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.words = page.locator(".bubble.robyn:not(.meanwhile)")
        self.meanwhile = page.locator(".bubble.meanwhile")
        """What she says while she is still looking."""
        self.trace = page.get_by_role("complementary", name="Understood and done")

    @classmethod
    def begin(cls, page: Page, number: str | None) -> Talk:
        """Ring from this number; ``None`` withholds it."""
        page.goto("/test-robyn")
        if number is None:
            page.get_by_role("button", name="Number withheld").click()
        else:
            page.get_by_label("Which number is ringing?").fill(number)
            page.get_by_role("button", name="Start the conversation").click()
        talk = cls(page)
        expect(talk.words).to_have_count(1)
        return talk

    @property
    def last(self) -> str:
        """Robyn's latest words."""
        return " ".join(self.words.last.inner_text().removeprefix("Robyn:").split())

    def say(self, text: str) -> str:
        """Say it and hear the answer."""
        spoken = self.words.count()
        self.send(text)
        expect(self.words).to_have_count(spoken + 1)
        return self.last

    def send(self, text: str) -> None:
        """Say it without waiting for the answer."""
        self.page.get_by_label("What the patient says").fill(text)
        self.page.get_by_role("button", name="Say").click()

    def hear(self, *, after: str) -> str:
        """The answer to what was sent, when Robyn's words before it ended with these."""
        expect(self.words.last).not_to_contain_text(after)
        return self.last

    def until_read_back(self, wish: str, *, kind: str = "Standard consultation") -> ReadBack:
        """Ask for an appointment and take the first that is offered, whatever the diary holds today."""
        answer = self.say(wish)
        for _ in range(MOST_TURNS):
            if read_back := READ_BACK.search(answer):
                return ReadBack(**read_back.groupdict())
            answer = self.say(self._reply(answer, kind))
        raise AssertionError(f"no appointment was read back; the last words were: {answer}")

    @staticmethod
    def _reply(answer: str, kind: str) -> str:
        if "Which type of appointment" in answer:
            return kind
        if "Which would suit you?" in answer or "Which one would you like?" in answer:
            return "The first one please"
        if "Is it for" in answer or "Would that suit you?" in answer or "Shall I look at" in answer:
            return "Yes please"
        if "day and time would suit you?" in answer or "day or time would suit you?" in answer:
            return "As soon as possible"
        raise AssertionError(f"Robyn said: {answer}")
