"""What people are told: the labels and menu paths are Cliniko's own."""

from __future__ import annotations

from routiq.pms.cliniko.guide import GUIDE


def test_every_region_of_the_list_leads_to_its_shard() -> None:
    shards = {choice.host: choice.code for choice in GUIDE.regions}
    assert shards == {
        "au1.cliniko.com": "au1",
        "au2.cliniko.com": "au2",
        "au3.cliniko.com": "au3",
        "au4.cliniko.com": "au4",
        "uk.cliniko.com": "uk1",
        "us.cliniko.com": "us1",
        "Other (from the key)": "",
    }


def test_the_three_switches_are_named_as_on_clinikos_screens() -> None:
    assert [(switch.scope, switch.label, switch.path) for switch in GUIDE.switches] == [
        (
            "account",
            "Allow your patients to book appointments online",
            ("Settings", "Appointments", "Online bookings"),
        ),
        (
            "practitioner",
            "Show this practitioner in online bookings",
            ("Settings", "Our clinic", "Users & practitioners"),
        ),
        (
            "location",
            "Display this business in online bookings",
            ("Settings", "Our clinic", "Business information"),
        ),
    ]


def test_the_way_to_a_key_is_complete() -> None:
    told = " ".join(f"{step.title} {' '.join(step.lines)} {' > '.join(step.path)}" for step in GUIDE.key_steps)
    for words in (
        "My Info > API Keys > New API Key",
        "Routiq Integration",
        "only this one time",
        "password",
        "revoke",
    ):
        assert words in told


def test_what_must_be_there_before_is_said() -> None:
    told = " ".join(GUIDE.prerequisites)
    for words in ("Administrator access", "API access", "Online bookings", "however empty the calendar is"):
        assert words in told


def test_help_names_all_three_causes_of_a_refused_key() -> None:
    told = " ".join(GUIDE.key_help)
    for words in ("spaces", "revoked", "shard"):
        assert words in told


def test_what_the_key_is_used_for_includes_webhooks_and_excludes_clinical_notes() -> None:
    told = " ".join(GUIDE.permissions)
    assert "webhooks" in told
    assert "books, moves and cancels them; registers new patients" in told
    assert "Neither reads nor writes clinical notes" in told


def test_help_with_webhooks_goes_from_the_log_over_registering_again_to_a_new_key() -> None:
    log, again, key, meanwhile = GUIDE.webhook_help
    assert "Settings > Integrations > Cliniko > Webhook Logs" in log
    assert "Re-register Webhooks" in again
    assert "new key" in key
    assert "Update API Key" in key
    assert "Nothing is missed" in meanwhile


def test_changing_the_key_says_where_and_that_webhooks_follow_by_themselves() -> None:
    told = " ".join(GUIDE.rotate_steps)
    for words in (
        "Settings > Integrations > Cliniko > Update API Key",
        "at once",
        "nothing is lost",
        "webhooks register again by themselves",
        "revoke the old key",
    ):
        assert words in told


def test_disconnecting_warns_of_all_that_stops() -> None:
    for words in ("booking", "outbound sequences", "recall campaign", "30 days"):
        assert words in GUIDE.disconnect_warning
