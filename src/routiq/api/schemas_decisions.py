"""What the API gives about the decisions that programs make."""

from __future__ import annotations

from pydantic import Field

from routiq.api.fields import Given


class AutomatedDecision(Given):
    code: str = Field(description="Stays, for programs.", examples=["frontdesk.late_cancellation"])
    name: str
    decided: str = Field(description="What is decided; it follows on “the program decides”.")
    data: list[str] = Field(
        description="Which personal data is used: `name`, `date_of_birth`, `phone`, `contact`, `words`, `visits`, "
        "`status`, `waiting`, `stop` or `last_contact`."
    )
    by: str = Field(description="`alone` (by the program), or `assisted` (by a person, with its help).")
    effect: str = Field(description="What it can mean for a patient.")
    person: str = Field(description="How a person is reached instead.")
    is_made: bool = Field(description="Whether it is decided at all, as the practice has it set now.")
    as_set: str = Field(description="What the practice has set about it; empty where nothing changes it.")


class Policy(Given):
    title: str
    text: str = Field(description="Plain text.")
    html: str = Field(description="The same as HTML: headings, paragraphs and lists.")
    has_gaps: bool = Field(description="Something stands in square brackets that only the practice can fill in.")


class AutomatedDecisions(Given):
    items: list[AutomatedDecision]
    why: str = Field(description="Which law of the practice’s country asks for this. No legal advice.")
    policy: Policy = Field(description="For the practice’s privacy policy: what is decided as it is set now.")
