"""The register of one practice, as it is set now, and the words for its privacy policy."""

from __future__ import annotations

import pytest
from django.test import override_settings

from routiq.disclosure.countries import law_of
from routiq.disclosure.policy import TO_FILL_IN, policy_now
from routiq.disclosure.register import DECISIONS, Entry, register
from routiq.environment import ModelServer, TextCarrier
from routiq.frontdesk.models import DeskRules
from routiq.practices.decisions import By
from routiq.practices.models import Practice
from routiq.robyn.escalation.triggers import Trigger
from routiq.robyn.models import RobynSettings, TriggerRule
from tests.carriers import StandIn
from tests.dashboard.conftest import World

FAR = ModelServer("https://models.example/v1", "small")
NEAR = ModelServer("http://127.0.0.1:11434/v1", "small")


def entry(code: str) -> Entry:
    return next(each for each in register().entries if each.decision.code == code)


def said(code: str) -> str:
    return entry(code).as_set.words


def rules(practice: Practice, **fields: object) -> None:
    DeskRules.objects.update_or_create(practice=practice, defaults=fields)


def test_the_rule_for_late_cancellations_is_told_as_it_is_set(practice: Practice) -> None:
    rules(practice, late_cancellation="warn", cancellation_window_hours=24, cancellation_fee="$45")
    assert "less than 24 hours" in said("frontdesk.late_cancellation")
    assert "($45) first" in said("frontdesk.late_cancellation")
    rules(practice, late_cancellation="block", cancellation_window_hours=1)
    assert "less than 1 hour before" in said("frontdesk.late_cancellation")
    assert "not cancelled by the program" in said("frontdesk.late_cancellation")
    assert "speaks with the patient" in policy_now(register()).text
    for never in ({"late_cancellation": "allow"}, {"late_cancellation": "block", "cancellation_window_hours": 0}):
        rules(practice, **never)
        assert not entry("frontdesk.late_cancellation").as_set.made
        assert "- Late cancellations: " not in policy_now(register()).text


def test_counting_as_missed_is_told_only_where_it_is_done(practice: Practice) -> None:
    assert entry("frontdesk.counts_as_missed") in register().not_made
    assert "did not arrive" not in policy_now(register()).text
    rules(practice, late_cancellation="auto_dna")
    assert entry("frontdesk.counts_as_missed") in register().made(By.ASSISTED)
    assert "did not arrive" in policy_now(register()).text


def test_what_is_left_to_the_team_is_named(practice: Practice) -> None:
    world = World(practice)
    kind = world.appointment_type("Dry needling")
    assert "Dry needling" not in said("frontdesk.online")
    rules(practice, left_to_team=[kind.remote_id])
    assert said("frontdesk.online") == "Left to the team, and so not offered: Dry needling."


def test_what_a_new_patient_is_asked_is_told_as_it_is_set(practice: Practice) -> None:
    assert "date of birth (needed), mobile (needed), email." in said("frontdesk.registering")
    rules(practice, intake_fields=[["post_code", False], ["phone", True]])
    assert said("frontdesk.registering").endswith(": post code, phone (needed).")


def test_a_practice_that_books_nothing_yet_reads_so_and_its_patients_do_not(practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(status=Practice.Status.PENDING)
    assert "Nothing is booked" in said("frontdesk.diary")
    assert "still being set up." in said("frontdesk.diary")
    assert "booked, moved or cancelled just now" not in policy_now(register()).text
    World(practice).connection.save()
    Practice.objects.filter(pk=practice.pk).update(status=Practice.Status.LIVE)
    assert said("frontdesk.diary") == ""


def test_when_being_unsure_counts_is_told(practice: Practice) -> None:
    assert "several" not in said("robyn.unsure")
    TriggerRule.objects.create(practice=practice, trigger="unsure", threshold=0.75)
    assert "several things" in said("robyn.unsure")


def test_offers_of_the_waiting_list_are_told_as_they_are_set(practice: Practice) -> None:
    rules(practice, offer_minutes=45, offers_a_day=1)
    assert "45 minutes" in said("frontdesk.offer")
    assert "more than 1 time in a day" in said("frontdesk.freed_time")


def test_conversations_are_kept_as_long_as_it_is_set(practice: Practice) -> None:
    assert "kept for 24 months" in said("robyn.forgetting")
    RobynSettings.objects.create(practice=practice, transcript_months=1, her_name="Kea", clinic_called="Quay Physio")
    assert "kept for 1 month," in said("robyn.forgetting")
    text = policy_now(register()).text
    assert text.startswith("How computer programs help to make decisions at Quay Physio\n")
    assert "assistant called Kea" in " ".join(text.split())


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        (Trigger.CLINICAL, "robyn.clinical"),
        (Trigger.UNKNOWN, "robyn.unanswered"),
        (Trigger.UNSURE, "robyn.unsure"),
        (Trigger.BILLING, "robyn.to_a_person"),
    ],
)
def test_a_hand_over_that_is_only_offered_is_told_so(practice: Practice, trigger: Trigger, code: str) -> None:
    before = said(code)
    TriggerRule.objects.create(practice=practice, trigger=trigger.value, on=False)
    assert said(code) != before
    assert "yes" in said(code)


def test_how_the_team_hears_of_it_is_for_the_practice_alone(practice: Practice) -> None:
    assert said("robyn.routing") == "By a task and an e-mail, at any hour."
    TriggerRule.objects.create(
        practice=practice, trigger="complaint", method="task", method_after_hours="email", on=True
    )
    assert "Complaints: by a task in business hours and an e-mail outside them." in said("robyn.routing")
    for off in ("person", "billing"):
        TriggerRule.objects.create(practice=practice, trigger=off, on=False)
    assert "Asking for a person, money and insurance: by a task, at any hour." in said("robyn.routing")
    for mailed in ("emergency", "clinical"):
        TriggerRule.objects.create(practice=practice, trigger=mailed, method="email", method_after_hours="email")
    assert "Clinical questions: by an e-mail, at any hour." in said("robyn.routing")
    assert "Emergencies, " in said("robyn.routing"), "always a task as well"
    assert "business hours" not in policy_now(register()).text


def test_a_model_is_told_of_where_it_is_asked_and_its_country_is_left_to_fill_in(practice: Practice) -> None:
    with override_settings(MODEL=FAR):
        assert not entry("robyn.model").as_set.made, "named by the operator, not allowed by the practice"
        assert not policy_now(register()).has_gaps
        RobynSettings.objects.create(practice=practice, asks_model=True)
        assert entry("robyn.model").as_set.made
        policy = policy_now(register())
        assert "models.example" in policy.text
        assert policy.has_gaps
        assert TO_FILL_IN in " ".join(policy.text.split())
    with override_settings(MODEL=NEAR):
        policy = policy_now(register())
        assert "in our own network" in " ".join(policy.text.split())
        assert not policy.has_gaps
    assert not entry("robyn.model").as_set.made, "there is none any more"
    assert "It does not" in policy_now(register()).text


def test_both_forms_of_the_policy_hold_every_decision_that_is_made(practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(name="Hands <& Feet>")
    policy = policy_now(register())
    text, html = " ".join(policy.text.split()), str(policy.html)
    made = [each for each in register().entries if each.as_set.made]
    assert len(made) == len(DECISIONS) - 4, "all but a model, texts (twice) and counting as missed, as it comes"
    for each in made:
        assert f"- {each.decision.name}: {each.decision.decided}. " in text
        assert each.decision.effect in text
        assert f"<strong>{each.decision.name}:</strong>" in html
    for words in register().data_in_words:
        assert words[1:] in text
    assert "Hands &lt;&amp; Feet&gt;" in html
    assert "at Hands <& Feet>" in text


def test_where_texts_are_sent_the_policy_says_who_carries_them_and_when(practice: Practice, twilio: StandIn) -> None:
    text = " ".join(policy_now(register()).text.split())
    assert "goes through Twilio, a company in the United States" in text
    assert "A text goes to the patient after each booking, each move and each cancellation." in text
    rules(practice, text_confirmations=False)
    assert "Confirming a change by text" not in " ".join(policy_now(register()).text.split())
    with override_settings(TEXT_CARRIER=TextCarrier()):
        assert "Twilio" not in policy_now(register()).text


def test_each_country_hears_of_its_own_law() -> None:
    assert "Australian Privacy Principle 1" in law_of("AU").why
    assert "10 December 2026" in law_of("AU").why
    nz = law_of("NZ")
    assert "Health Information Privacy Code 2020" in nz.why
    assert "Austral" not in f"{nz.why} {nz.abroad} {nz.document}"
    assert "Austral" not in law_of("FJ").why
