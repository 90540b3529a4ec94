"""How the practice in force wants its front desk to go about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from routiq.frontdesk import intake
from routiq.frontdesk.models import DeskRules
from routiq.practices import audit
from routiq.practices.audit import Actor
from routiq.practices.models import Practice
from routiq.practices.statements import rows_of
from routiq.practices.tenancy import current_practice_id

#: Two weeks: who wants to know earlier than that wants something else.
LONGEST_WINDOW_HOURS = 336
LONGEST_INSTRUCTIONS = 500
LONGEST_FEE = 200
OFFER_MINUTES = range(5, 241)
OFFERS_A_DAY = range(1, 11)
MOST_TYPES = 1000
_RULES = "SELECT * FROM frontdesk_deskrules WHERE practice_id = %(practice)s ORDER BY id LIMIT 1"


class CannotBe(ValueError):
    """``problems``: what is wrong, by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def desk_rules() -> DeskRules:
    """Its own rules, or those that come with the product (not stored)."""
    practice_id = current_practice_id()
    found = rows_of(DeskRules, _RULES, {"practice": practice_id})
    return found[0] if found else DeskRules(practice_id=practice_id)


def chosen_questions(rules: DeskRules) -> list[tuple[str, bool]]:
    """What a new patient is asked beside the name, and whether it is needed."""
    names = (intake.Field.FIRST_NAME, intake.Field.LAST_NAME)
    asked = intake.questions(rules.intake_fields)
    return [(question.field.value, question.needed) for question in asked if question.field not in names]


@transaction.atomic
def change_rules(
    actor: Actor,
    *,
    late_cancellation: str,
    cancellation_window_hours: int,
    cancellation_fee: str,
    booking_instructions: str,
    offer_minutes: int,
    offers_a_day: int,
    intake_fields: Sequence[tuple[str, bool]],
    left_to_team: Collection[str] = (),
    text_confirmations: bool | None = None,
) -> DeskRules:
    """Set the rules of the practice in force, all at once; they count from the next word on. ``CannotBe``.
    Whether texts are sent stays as it is where that is not said: nobody is to be texted by an oversight."""
    problems = _problems(late_cancellation, cancellation_window_hours, cancellation_fee, booking_instructions)
    problems |= _problems_of_offers(offer_minutes, offers_a_day) | _problems_of_intake(intake_fields)
    if len(left_to_team) > MOST_TYPES:
        problems["left_to_team"] = f"Name at most {MOST_TYPES} appointment types."
    if problems:
        raise CannotBe(problems)
    Practice.objects.select_for_update().get(pk=current_practice_id())
    rules = desk_rules()
    wanted = {
        "late_cancellation": late_cancellation,
        "cancellation_window_hours": cancellation_window_hours,
        "cancellation_fee": " ".join(cancellation_fee.split()),
        "booking_instructions": booking_instructions.strip(),
        "offer_minutes": offer_minutes,
        "offers_a_day": offers_a_day,
        "intake_fields": [[name, needed] for name, needed in intake_fields],
        "left_to_team": sorted(set(left_to_team)),
        "text_confirmations": rules.text_confirmations if text_confirmations is None else text_confirmations,
    }
    changed = sorted(name for name, value in wanted.items() if getattr(rules, name) != value)
    for name, value in wanted.items():
        setattr(rules, name, value)
    rules.save()
    if changed:
        audit.record(actor, "desk_rules.changed", fields=changed)
    return rules


def _problems(rule: str, hours: int, fee: str, instructions: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if rule not in DeskRules.LateCancellation.values:
        found["late_cancellation"] = "The rule is allow, warn, block or auto_dna."
    if not 0 <= hours <= LONGEST_WINDOW_HOURS:
        found["cancellation_window_hours"] = f"Give hours from 0 (never late) to {LONGEST_WINDOW_HOURS}."
    if len(fee) > LONGEST_FEE:
        found["cancellation_fee"] = f"Use at most {LONGEST_FEE} characters."
    if len(instructions) > LONGEST_INSTRUCTIONS:
        found["booking_instructions"] = f"Use at most {LONGEST_INSTRUCTIONS} characters: it is said each time."
    return found


def _problems_of_offers(minutes: int, a_day: int) -> dict[str, str]:
    found: dict[str, str] = {}
    if minutes not in OFFER_MINUTES:
        found["offer_minutes"] = f"Give minutes from {OFFER_MINUTES[0]} to {OFFER_MINUTES[-1]}."
    if a_day not in OFFERS_A_DAY:
        found["offers_a_day"] = f"Give a number from {OFFERS_A_DAY[0]} to {OFFERS_A_DAY[-1]}."
    return found


def _problems_of_intake(fields: Sequence[tuple[str, bool]]) -> dict[str, str]:
    names = [name for name, _ in fields]
    possible = {field.value for field in intake.Field} - {"first_name", "last_name"}
    if unknown := [name for name in names if name not in possible]:
        return {"intake_fields": f"There is no such question: {', '.join(sorted(set(unknown)))[:100]}."}
    if len(set(names)) < len(names):
        return {"intake_fields": "Each question is asked once."}
    if not {"mobile", "phone", "email"}.intersection(name for name, needed in fields if needed):
        # Nobody else could be told when something becomes of their appointment.
        return {"intake_fields": "Have a mobile number, a phone number or an e-mail address needed."}
    return {}
