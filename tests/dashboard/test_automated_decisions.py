"""Settings > Automated decisions: the register, and the words for the privacy policy."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client, override_settings

from routiq.disclosure.register import DECISIONS
from routiq.environment import ModelServer
from routiq.frontdesk.models import DeskRules
from routiq.practices.models import Membership, Person, Practice
from routiq.robyn.models import RobynSettings
from tests.dashboard.conftest import World

PAGE = "/settings/automated-decisions"


def shown(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def test_every_declared_decision_stands_on_the_page_with_all_that_is_to_be_said(
    client_in: Client, world: World
) -> None:
    assert world.connection.is_active
    page = shown(client_in)
    for decision in DECISIONS:
        assert f'id="{decision.code}"' in page
        for words in (decision.name, decision.decided[1:], decision.effect, decision.person):
            assert words in page, decision.code
    assert "10 December 2026" in page
    assert "no legal advice" in page


def test_it_can_be_opened_before_anything_is_connected(client_in: Client, practice: Practice) -> None:
    assert "Decided by the program alone" in shown(client_in)


def test_what_a_practice_sets_changes_its_page_and_its_text(client_in: Client, practice: Practice) -> None:
    before = shown(client_in)
    assert "Not decided, as things are set" in before
    DeskRules.objects.create(practice=practice, late_cancellation="block", cancellation_window_hours=48)
    after = shown(client_in)
    assert "less than 48 hours before the appointment" in after
    assert "48 hours" not in before
    assert "48 hours" in " ".join(client_in.get(f"{PAGE}/privacy-policy.txt").content.decode().split())


@pytest.mark.parametrize(
    ("ending", "kind", "begins"),
    [("txt", "text/plain; charset=utf-8", "How computer"), ("html", "text/html; charset=utf-8", "<!doctype html>")],
)
def test_the_text_is_downloaded(client_in: Client, practice: Practice, ending: str, kind: str, begins: str) -> None:
    answer = client_in.get(f"{PAGE}/privacy-policy.{ending}")
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"] == f'attachment; filename="automated-decisions.{ending}"'
    assert answer.content.decode().startswith(begins)
    assert "Harbour Street Physiotherapy" in answer.content.decode()
    assert client_in.post(f"{PAGE}/privacy-policy.{ending}").status_code == 405


def test_what_only_the_practice_knows_is_asked_for(client_in: Client, practice: Practice) -> None:
    assert "left for you to fill in" not in shown(client_in)
    RobynSettings.objects.create(practice=practice, asks_model=True)
    with override_settings(MODEL=ModelServer("https://models.example/v1", "small", "s3cret")):
        page = shown(client_in)
    assert "left for you to fill in" in page
    assert "Principle 8" in page
    assert "s3cret" not in page


def test_a_practice_in_new_zealand_hears_of_its_own_law(client_in: Client, practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(country_code="NZ")
    page = shown(client_in)
    assert "Health Information Privacy Code 2020" in page
    assert "text for your privacy statement" in page
    assert "Australian" not in page


def test_whatever_can_be_set_leads_to_where_it_is_set(client_in: Client, practice: Practice) -> None:
    page = shown(client_in)
    can_be_set = [decision for decision in DECISIONS if decision.set_under]
    assert len(can_be_set) > 5
    for decision in can_be_set:
        assert f'Change it<span class="for-readers">: {decision.name}<' in page


def test_one_who_looks_is_led_to_no_page_that_is_not_theirs(
    client_in: Client, practice: Practice, owner: Person
) -> None:
    assert 'href="/settings/front-desk">Change it' in shown(client_in)
    Membership.objects.filter(person=owner).update(role=Membership.Role.READ_ONLY)
    page = shown(client_in)
    assert 'href="/settings/front-desk"' not in page
    assert 'href="/settings/robyn">Change it' in page
