"""How the practice in force wants Robyn to be: her name, her greeting, its hours, what is handed over and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routiq.practices.models import Practice
from routiq.practices.statements import rows_of
from routiq.practices.tenancy import current_practice_id
from routiq.robyn.escalation import hours
from routiq.robyn.escalation.hours import BusinessHours
from routiq.robyn.escalation.triggers import Method, Rule, Trigger
from routiq.robyn.models import RobynSettings, TriggerRule

HER_NAME = "Robyn"
_WITH_SETTINGS = """
SELECT p.*, row_to_json(s) AS settings
FROM practices_practice p LEFT JOIN robyn_robynsettings s ON s.practice_id = p.id WHERE p.id = %(practice)s
"""


@dataclass(frozen=True)
class Manner:
    her_name: str = HER_NAME
    clinic_called: str = ""
    greeting: str = ""
    greetings: Mapping[str, str] = field(default_factory=dict)
    """By channel, where one differs."""
    business_hours: BusinessHours = hours.USUAL
    asks_model: bool = False

    def greeting_on(self, channel: str) -> str:
        return (self.greetings.get(channel) or self.greeting).strip()


def settings_of_practice() -> RobynSettings:
    """The stored row, or one that is not stored yet, with its practice. Asked before each line of a conversation, so
    in one statement."""
    practice_id = current_practice_id()
    (practice,) = rows_of(Practice, _WITH_SETTINGS, {"practice": practice_id})
    found = RobynSettings(**(practice.settings or {"practice_id": practice_id}))  # type: ignore[attr-defined]
    found.practice = practice
    found._state.adding = found.pk is None
    return found


def manner_of(row: RobynSettings) -> Manner:
    return Manner(
        her_name=row.her_name or HER_NAME,
        clinic_called=row.clinic_called,
        greeting=row.greeting,
        greetings=row.greetings,
        business_hours=hours.from_plain(row.business_hours),
        asks_model=row.asks_model,
    )


def rule_of(trigger: Trigger) -> Rule:
    """What the practice in force set for this trigger, or how it comes."""
    row = TriggerRule.objects.filter(practice_id=current_practice_id(), trigger=trigger.value).first()
    return as_rule(row) if row else Rule()


def as_rule(row: TriggerRule) -> Rule:
    return Rule(
        on=row.on,
        method=Method(row.method),
        method_after_hours=Method(row.method_after_hours),
        recipients=tuple(row.recipients),
        to_practitioner=row.to_practitioner,
        threshold=row.threshold,
    )
