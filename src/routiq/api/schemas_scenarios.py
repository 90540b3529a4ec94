"""What the API gives about scenarios: talks that were rehearsed and are played again."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from routiq.api.fields import Given
from routiq.robyn.models import Scenario as StoredScenario
from routiq.robyn.models import ScenarioRun
from routiq.robyn.rehearsing import outcomes


class WouldWrite(Given):
    kind: str = Field(description="`booked`, `moved`, `cancelled`, `registered`, `waitlisted` or `opted_out`.")
    patient: str
    practitioner: str
    location: str
    appointment_type: str
    starts_at: datetime | None


class Ending(Given):
    outcome: str = Field(description="`done`, `handed_over`, or `talked`: neither.")
    would_write: list[WouldWrite]
    left: list[str] = Field(description="The kinds of the messages that the team would have had.")
    not_understood: int = Field(description="Sentences in which nothing was understood.")

    @classmethod
    def told(cls, ending: outcomes.Ending) -> Ending:
        return cls(
            outcome=ending.outcome,
            would_write=[
                WouldWrite(
                    kind=each.kind.value,
                    patient=each.patient,
                    practitioner=each.practitioner,
                    location=each.location,
                    appointment_type=each.type,
                    starts_at=each.starts_at,
                )
                for each in ending.done
            ],
            left=list(ending.left),
            not_understood=ending.not_understood,
        )


class Said(Given):
    heard: str = Field(description="Empty for the greeting.")
    said: str
    took_ms: int


class Run(Given):
    id: int
    state: str = Field(description="`waiting`, `playing`, `done` or `failed`.")
    verdict: str | None = Field(description="Against what was saved: `same`, `better` or `worse`.")
    remarks: list[str] = Field(description="In words, what is not as it was saved.")
    ending: Ending | None
    turns: list[Said]
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def told(cls, row: ScenarioRun) -> Run:
        return cls(
            id=row.pk,
            state=row.state,
            verdict=row.verdict or None,
            remarks=list(row.remarks),
            ending=Ending.told(outcomes.from_plain(row.ending)) if row.verdict else None,
            turns=[Said(heard=each["heard"], said=each["said"], took_ms=each["took_ms"]) for each in row.said],
            asked_at=row.asked_at,
            ended_at=row.ended_at,
        )


class Scenario(Given):
    id: int
    name: str
    caller_number: str
    weekday: int = Field(description="ISO: 1 is Monday. It is played as if on the next such day.")
    time: str = Field(description="By the practice's clock, `HH:MM`.")
    lines: list[str] = Field(description="What the patient says.")
    expected: Ending
    saved_at: datetime
    last_run: Run | None

    @classmethod
    def told(cls, row: StoredScenario) -> Scenario:
        last = row.runs.order_by("-pk").first()
        return cls(
            id=row.pk,
            name=row.name,
            caller_number=row.caller_number,
            weekday=row.weekday,
            time=f"{row.clock:%H:%M}",
            lines=list(row.lines),
            expected=Ending.told(outcomes.from_plain(row.expected)),
            saved_at=row.saved_at,
            last_run=Run.told(last) if last else None,
        )


class Scenarios(Given):
    items: list[Scenario]


class Runs(Given):
    items: list[Run]
