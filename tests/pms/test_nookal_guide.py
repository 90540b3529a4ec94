"""What people are told: the labels and menu paths are Nookal's own."""

from __future__ import annotations

import pytest

from routiq.pms.nookal.advice import ADVICE
from routiq.pms.nookal.gateway import CAPABILITIES
from routiq.pms.nookal.guide import GUIDE


def told(words: tuple[str, ...]) -> str:
    return " ".join(words)


def test_what_must_be_there_before_is_said() -> None:
    for words in ("Administrator access", "paid plans", "list of locations"):
        assert words in told(GUIDE.prerequisites)


def test_the_way_to_a_key_is_complete() -> None:
    steps = " ".join(f"{step.title} {' '.join(step.lines)} {' > '.join(step.path)}" for step in GUIDE.key_steps)
    for words in (
        "Practice > Setup > API Keys > Generate API Key",
        "Setup > Connections > API Keys",
        "every location that Robyn shall book into",
        "Status to Enabled",
        "Routiq Integration",
        "Save Changes",
        "like a password",
        "a key of its own",
    ):
        assert words in steps
    assert steps.index("Save Changes") > steps.index("Routiq Integration")


def test_no_region_is_asked_for_and_no_webhooks_are_spoken_of() -> None:
    assert GUIDE.regions == ()
    assert GUIDE.webhook_help == ()
    assert not CAPABILITIES.has_regions
    assert not CAPABILITIES.offers_webhooks


def test_help_names_the_disabled_key_the_missing_location_and_the_missing_patient() -> None:
    for words in ("Status is Enabled", "30 seconds", "tick the location"):
        assert words in told(GUIDE.key_help)
    for words in ("edit the key", "Save Changes"):
        assert words in told(GUIDE.scope_help)
    for words in ("first sync runs", "Alive"):
        assert words in told(GUIDE.patient_help)


def test_why_there_are_no_times_is_said() -> None:
    for words in ("exist at the location", "enabled for online booking", "ticked for the API key"):
        assert words in told(GUIDE.no_times_help)


def test_a_new_key_takes_over_before_the_old_one_is_disabled() -> None:
    steps = told(GUIDE.rotate_steps)
    assert steps.index("Generate a new key") < steps.index("Update API Key") < steps.index("disable the old key")


def test_disconnecting_is_for_this_integration() -> None:
    for words in ("stops Robyn from booking", "halts all outbound", "for this integration", "30 days"):
        assert words in GUIDE.disconnect_warning


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("KeyRejected.not_accepted", ("Status is Enabled", "30 seconds", "Save Changes")),
        ("KeyRejected.no_locations", ("edit this key", "tick every location", "Save Changes")),
        ("NotBookableOnline", ("practitioner and the service", "enabled for online booking", "tick the location")),
    ],
)
def test_advice_leads_to_the_screen_with_the_switch(code: str, words: tuple[str, ...]) -> None:
    assert "Practice > Setup > API Keys" in ADVICE[code]
    for each in words:
        assert each in ADVICE[code]
