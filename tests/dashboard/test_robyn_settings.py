"""Settings > Robyn, and Settings > Escalations > Triggers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, override_settings

from routiq.environment import ModelServer
from routiq.practices.models import AuditEntry, Membership, Person, Practice
from routiq.robyn import conversation
from routiq.robyn.escalation.triggers import Method, Rule, Trigger
from routiq.robyn.manner import manner_of, rule_of, settings_of_practice
from routiq.robyn.models import PractitionerAddress, RobynSettings, TriggerRule
from tests.dashboard.conftest import World

WEEK = {f"{what}_{day}": at for day in range(5) for what, at in (("opens", "08:00"), ("closes", "18:00"))}
ROBYN = {"her_name": "Kea", "clinic_called": "Harbour Physio", "greeting": "Kia ora!", "transcript_months": "12"}


def save(client: Client, **fields: str) -> Any:
    return client.post("/settings/robyn", {**ROBYN, **WEEK, **fields})


def test_what_is_set_is_what_she_says(client_in: Client, world: World, practice: Practice) -> None:
    assert save(client_in, greeting_sms="Hi from us.").status_code == 302
    row = RobynSettings.objects.get()
    assert (row.her_name, row.transcript_months, row.greetings) == ("Kea", 12, {"sms": "Hi from us."})
    said = conversation.start("test", "").text
    assert said.startswith("Hello, this is Kea, the automated assistant at Harbour Physio. Kia ora!")
    assert "Kea, the automated assistant at Harbour Physio" in client_in.get("/settings/robyn").content.decode()
    assert AuditEntry.objects.filter(action="robyn.settings_changed").count() == 1


def test_hours_are_kept_day_by_day(client_in: Client, practice: Practice) -> None:
    save(client_in, opens_4="", closes_4="", opens_5="09:00", closes_5="12:30")
    days = manner_of(settings_of_practice()).business_hours.to_plain()
    assert days[4:] == [[], ["09:00", "12:30"], []]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("her_name", "", "Give her a name"),
        ("transcript_months", "0", "at least 1 month"),
        ("transcript_months", "x", "whole number"),
        ("closes_0", "", "both times for Monday"),
        ("closes_0", "07:00", "close before you open"),
        ("greeting", "x" * 301, "at most 300"),
    ],
)
def test_what_cannot_be_is_told_at_the_field(
    client_in: Client, practice: Practice, field: str, value: str, words: str
) -> None:
    answer = save(client_in, **{field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RobynSettings.objects.exists()


def test_all_eight_triggers_are_on_as_they_come(client_in: Client, practice: Practice) -> None:
    page = client_in.get("/settings/escalations").content.decode()
    for trigger in Trigger:
        assert f'id="{trigger.value}"' in page
        assert rule_of(trigger) == Rule()
    assert "Only offered" not in page


@pytest.mark.parametrize("trigger", list(Trigger))
def test_each_is_set_by_itself(client_in: Client, practice: Practice, trigger: Trigger) -> None:
    sent = {
        f"{trigger.value}-method": "task",
        f"{trigger.value}-method_after_hours": "email",
        f"{trigger.value}-recipients": "Desk@Clinic.example, boss@clinic.example",
        f"{trigger.value}-threshold": "0.75",
    }
    assert client_in.post(f"/settings/escalations/{trigger.value}", sent).status_code == 302
    rule = rule_of(trigger)
    assert not rule.on
    assert (rule.method, rule.method_after_hours) == (Method.TASK, Method.EMAIL)
    assert rule.recipients == ("desk@clinic.example", "boss@clinic.example")
    assert rule.threshold == (0.75 if trigger is Trigger.UNSURE else 0.5)
    assert TriggerRule.objects.count() == 1
    assert AuditEntry.objects.get(action="escalation.changed").target == f"trigger:{trigger.value}"


def test_a_wrong_address_is_named_and_nothing_is_saved(client_in: Client, practice: Practice) -> None:
    sent = {"complaint-method": "both", "complaint-method_after_hours": "both", "complaint-recipients": "nobody"}
    answer = client_in.post("/settings/escalations/complaint", sent)
    assert answer.status_code == 422
    assert "“nobody” is no e-mail address" in answer.content.decode()
    assert not TriggerRule.objects.exists()
    assert client_in.post("/settings/escalations/nonsense", sent).status_code == 404


def test_practitioners_get_addresses(client_in: Client, world: World, practice: Practice) -> None:
    jonas = world.practitioner("Jonas Weber")
    field = f"address-{jonas.remote_id}"
    assert client_in.post("/settings/escalations/addresses", {field: "jonas@clinic.example"}).status_code == 302
    assert PractitionerAddress.objects.get().email == "jonas@clinic.example"
    answer = client_in.post("/settings/escalations/addresses", {field: "jonas"})
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.content.decode()
    client_in.post("/settings/escalations/addresses", {field: ""})
    assert not PractitionerAddress.objects.exists()


def test_who_may_not_change_settings_changes_none(client_in: Client, practice: Practice, owner: Person) -> None:
    Membership.objects.filter(person=owner).update(role=Membership.Role.READ_ONLY)
    assert client_in.get("/settings/robyn").status_code == 200
    assert save(client_in).status_code == 403
    assert client_in.post("/settings/escalations/complaint", {}).status_code == 403


def test_a_practice_allows_the_model_by_its_host(client_in: Client, practice: Practice) -> None:
    assert "asks_model" not in client_in.get("/settings/robyn").content.decode(), "there is none to allow"
    with override_settings(MODEL=ModelServer("https://models.example/v1", "small", "s3cret")):
        page = client_in.get("/settings/robyn").content.decode()
        assert "models.example" in page
        assert "s3cret" not in page
        save(client_in, asks_model="on")
    assert RobynSettings.objects.get().asks_model
    assert "asks_model" in AuditEntry.objects.get(action="robyn.settings_changed").detail["changed"]
    save(client_in, clinic_called="Another")
    assert RobynSettings.objects.get().asks_model, "kept while no model is named"
    with override_settings(MODEL=ModelServer("https://models.example/v1", "small")):
        save(client_in)
    assert not RobynSettings.objects.get().asks_model
