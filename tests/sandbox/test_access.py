"""Keys, shards, roles, the rate limit and the paths that do not exist (spec 1, 2.6, 3.20, 3.21)."""

from __future__ import annotations

import time

import httpx2
import pytest

from pms_sandbox.keys import key_text
from pms_sandbox.testing import running_sandbox


def call(url: str, key: str, **headers: str) -> httpx2.Response:
    return httpx2.get(url, auth=(key, ""), headers={"accept": "application/json", **headers}, trust_env=False)


def test_a_key_works_with_and_without_its_shard(sandbox, api):
    key = sandbox.key("admin")
    assert key.endswith("-au2")
    for text in (key, key.rsplit("-", 1)[0]):
        assert call(f"{api.base}/user", text).status_code == 200


@pytest.mark.parametrize("key", ["", "nobody", "nobody-au2"])
def test_an_unknown_key_is_turned_away(api, key):
    answer = call(f"{api.base}/user", key)
    assert answer.status_code == 401
    assert answer.text.startswith("HTTP Basic: Access denied.")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_no_key_at_all_is_401(api):
    assert httpx2.get(f"{api.base}/user", trust_env=False).status_code == 401


def test_the_right_key_on_the_wrong_shard_is_401(sandbox):
    url = sandbox.cliniko_url.format(shard="au3")
    assert call(f"{url}/user", sandbox.key("admin")).status_code == 401


def test_a_revoked_key_is_401_until_restored(sandbox, api):
    sandbox.revoke("admin")
    assert api.get("user").status_code == 401
    sandbox.restore("admin")
    assert api.get("user").status_code == 200


def test_keys_follow_from_the_seed(sandbox):
    assert sandbox.key("admin") == key_text("admin", 7, "au2")
    assert key_text("admin", 8, "au2") != key_text("admin", 7, "au2")


def test_the_other_account_is_another_account(sandbox, api):
    other = f"{api.base}/settings/public"
    theirs = call(other, sandbox.key("other")).json()["account"]
    ours = api.get("settings/public").json()["account"]
    assert theirs["id"] != ours["id"]
    assert theirs["name"] != ours["name"]
    assert call(f"{api.base}/user", sandbox.key("other")).json()["id"] != api.get("user").json()["id"]
    patients = call(f"{api.base}/patients", sandbox.key("other")).json()
    assert patients["total_entries"] >= 20
    mine = {row["id"] for row in sandbox.world("patients")["patients"]}
    assert not mine & {row["id"] for row in patients["patients"]}


def test_spare_is_a_second_key_of_the_same_user(sandbox, api):
    assert call(f"{api.base}/user", sandbox.key("spare")).json()["id"] == api.get("user").json()["id"]


@pytest.mark.parametrize(
    ("label", "settings", "users"), [("admin", 200, 200), ("receptionist", 403, 403), ("practitioner", 403, 403)]
)
def test_rights_by_role(sandbox, api, label, settings, users):
    key = sandbox.key(label)
    assert call(f"{api.base}/user", key).status_code == 200
    assert call(f"{api.base}/settings/public", key).status_code == 200
    for path, status in (("settings", settings), ("users", users)):
        answer = call(f"{api.base}/{path}", key)
        assert answer.status_code == status
        if status == 403:
            assert answer.content == b""


def test_public_settings_keep_private_things_out(api):
    full, public = api.get("settings").json(), api.get("settings/public").json()
    assert full["account"]["email_from"]
    assert "email_from" not in public["account"]
    assert public["online_bookings"]["enabled"] is True


def test_a_practitioner_sees_only_own_appointments(sandbox, api):
    key = sandbox.key("practitioner")
    user = call(f"{api.base}/user", key).json()
    own = api.found("practitioners", f"user_id:={user['id']}")[0]["links"]["self"]
    rows = call(f"{api.base}/individual_appointments", key).json()["individual_appointments"]
    assert rows
    assert {row["practitioner"]["links"]["self"] for row in rows} == {own}


@pytest.mark.parametrize("path", ["treatment_notes", "treatment_notes/1", "patients/1/treatment_notes"])
def test_treatment_notes_are_always_forbidden(api, path):
    answer = api.get(path)
    assert answer.status_code == 403
    assert answer.content == b""


@pytest.mark.parametrize(
    "path",
    [
        "webhooks",
        "webhook_subscriptions",
        "payments",
        "wait_list",
        "wait_lists",
        "wait_list_entries",
        "rooms",
        "available_times?from=2026-05-04&to=2026-05-05",
        "appointments",
        "confirmations",
        "tags",
        "services/1",
        "nonsense",
    ],
)
def test_what_the_real_api_lacks_is_404(api, path):
    answer = api.client.get(f"{api.base}/{path}")
    assert answer.status_code == 404


def test_more_that_the_real_api_lacks(api, clinic):
    assert api.get(f"patients/{clinic.patient}/individual_appointments").status_code == 404
    assert api.send("POST", "invoices", {"patient_id": clinic.patient}).status_code == 404
    assert api.send("POST", "webhooks", {"url": "http://127.0.0.1/"}).status_code == 404
    assert api.send("POST", "practitioners", {}).status_code == 404


def test_a_404_is_a_page_without_an_accept_header(api, sandbox):
    with httpx2.Client(auth=(sandbox.key(), ""), trust_env=False) as client:
        del client.headers["accept"]
        answer = client.get(f"{api.base}/patients/1")
    assert answer.status_code == 404
    assert answer.text.startswith("<!DOCTYPE")


def test_the_rate_limit_is_shared_by_a_users_keys_and_names_its_end():
    with running_sandbox(patients=20, today="2026-05-04", rate_limit=5, rate_window=60) as limited:
        url = f"{limited.cliniko_url.format(shard='au2')}/user"
        for label in ("admin", "admin", "spare", "admin", "spare"):
            assert call(url, limited.key(label)).status_code == 200
        for label in ("admin", "spare"):
            answer = call(url, limited.key(label))
            assert answer.status_code == 429
            assert answer.content == b""
            assert time.time() < int(answer.headers["x-ratelimit-reset"]) <= time.time() + 61
        assert call(url, limited.key("receptionist")).status_code == 200
        limited.reset()
        assert call(url, limited.key("admin")).status_code == 200


def test_the_window_opens_again():
    with running_sandbox(patients=20, today="2026-05-04", rate_limit=1, rate_window=0.2) as limited:
        url = f"{limited.cliniko_url.format(shard='au2')}/user"
        # Two in a row may lie in two windows where the machine is busy; twenty do not.
        assert 429 in [call(url, limited.key()).status_code for _ in range(20)]
        deadline = time.monotonic() + 5
        while call(url, limited.key()).status_code == 429:
            assert time.monotonic() < deadline


def test_strict_mode_wants_a_contact_in_the_agent():
    with running_sandbox(patients=20, today="2026-05-04", strict_ua=True) as strict:
        url = f"{strict.cliniko_url.format(shard='au2')}/user"
        assert call(url, strict.key(), **{"user-agent": "python"}).status_code == 403
        assert call(url, strict.key(), **{"user-agent": "Routiq (desk@example.com)"}).status_code == 200
