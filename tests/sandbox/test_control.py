"""The control door: the world, edits as at the front desk, the clock, the log and armed faults."""

from __future__ import annotations

import time

import httpx2
import pytest

from pms_sandbox.testing import running_sandbox
from tests.sandbox.callers import Api

SINCE = "updated_at:>=2026-05-03T23:00:00Z"
ALL = ("archived_at:*", "cancelled_at:*")


def test_the_world_is_what_the_api_serves(api, sandbox):
    world = sandbox.world("patients", "attendees")
    assert set(world) == {"patients", "attendees"}
    assert {row["id"]: row for row in world["patients"]} == {
        row["id"]: row for row in api.found("patients", "archived_at:*")
    }
    full = sandbox.control("GET", "world")
    assert full["account"]["name"] == "Harbour Street Physiotherapy"
    assert full["today"] == "2026-05-04"
    assert len(full["collections"]) > 20
    assert sandbox.world("services")["services"] == api.found("services")


def test_edits_bump_updated_at_and_show_in_the_feed(api, sandbox, clinic):
    sandbox.clock(now="2026-05-04T01:00:00Z")
    appointment = api.found("individual_appointments", f"patient_id:={clinic.patient}")[0]["id"]
    sandbox.edit(
        [
            {"op": "update", "collection": "individual_appointments", "id": appointment, "fields": {"notes": "x"}},
            {"op": "update", "collection": "patients", "id": clinic.patient, "fields": {"last_name": "Okafor-Lee"}},
        ]
    )
    changed = api.found("individual_appointments", SINCE, *ALL)
    assert [row["id"] for row in changed] == [appointment]
    assert changed[0]["patient_name"] == "Margaret Okafor-Lee"
    assert changed[0]["updated_at"].startswith("2026-05-04T01:00:0")


def test_single_edits_of_every_kind(api, sandbox, clinic):
    made = sandbox.control("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z"))
    path = f"individual_appointments/{made['id']}"
    assert made["ends_at"] == "2026-05-06T02:00:00Z"
    moved = sandbox.control("PATCH", path, {"starts_at": "2026-05-06T01:45:00Z"})
    assert moved["starts_at"] == "2026-05-06T01:45:00Z"
    assert sandbox.control("POST", f"{path}/arrive")["patient_arrived"] is True
    assert sandbox.control("POST", f"{path}/dna")["did_not_arrive"] is True
    attendee = api.found("attendees", f"booking_id:={made['id']}")[0]
    assert attendee["arrived"] is False
    assert sandbox.control("POST", f"{path}/cancel", {"cancellation_reason": 30})["cancelled_at"]
    assert sandbox.control("POST", f"{path}/archive")["deleted_at"]
    assert sandbox.control("POST", f"{path}/unarchive")["archived_at"] is None
    sandbox.control("DELETE", path)
    assert api.found("attendees", f"booking_id:={made['id']}", *ALL) == []
    with pytest.raises(RuntimeError, match="404"):
        sandbox.control("PATCH", path, {"notes": "x"})


def test_a_deleted_patient_is_gone_but_for_its_stamp(api, sandbox, clinic):
    sandbox.control("DELETE", f"patients/{clinic.patient}")
    assert api.get(f"patients/{clinic.patient}", ("q[]", "archived_at:*")).status_code == 404
    links = [row["links"]["self"] for row in api.found("patients/deleted")]
    assert any(link.endswith(clinic.patient) for link in links)


def test_a_merge_moves_the_visits(api, sandbox, clinic):
    survivor = clinic.characters["accented"]["patient_ids"][0]
    visits = {row["id"] for row in api.found("individual_appointments", f"patient_id:={clinic.patient}", *ALL)}
    sandbox.control("POST", f"patients/{clinic.patient}/merge", {"into": survivor})
    loser = api.get(f"patients/{clinic.patient}", ("q[]", "archived_at:*")).json()
    assert loser["merged_at"]
    assert loser["archived_at"]
    assert loser["merged_with_patient"]["links"]["self"].endswith(f"/patients/{survivor}")
    moved = {row["id"]: row for row in api.found("individual_appointments", f"patient_id:={survivor}", SINCE, *ALL)}
    assert visits <= set(moved)
    assert all(row["patient_name"].startswith("José-María") for row in moved.values())


def test_reset_brings_everything_back(api, sandbox, clinic):
    before = sandbox.control("GET", "world")
    sandbox.control("DELETE", f"patients/{clinic.patient}")
    sandbox.settings(online_bookings={"enabled": False})
    sandbox.fault(kind="html200", times=None)
    sandbox.revoke("admin")
    sandbox.clock(now="2026-06-01T00:00:00Z")
    sandbox.reset()
    after = sandbox.control("GET", "world")
    assert after["collections"] == before["collections"]
    assert after["settings"] == before["settings"]
    assert after["now"][:16] == before["now"][:16] == "2026-05-03T23:00"
    assert api.get("user").status_code == 200
    assert sandbox.control("GET", "requests")["total"] == 1


def test_a_reset_leaves_nothing_of_an_edit_in_what_other_records_show(api, sandbox, clinic):
    question = ("individual_appointments", f"patient_id:={clinic.patient}", *ALL)
    before = api.found(*question)
    sandbox.edit(
        [{"op": "update", "collection": "patients", "id": clinic.patient, "fields": {"last_name": "Okafor-Lee"}}]
    )
    assert {row["patient_name"] for row in api.found(*question)} == {"Margaret Okafor-Lee"}
    sandbox.reset()
    assert api.found(*question) == before


def test_a_reset_goes_back_to_the_last_snapshot():
    with running_sandbox(patients=5, seed=7, today="2026-05-04", rate_limit=0) as sandbox:
        first, second = (row["id"] for row in sandbox.world("patients")["patients"][:2])
        sandbox.edit([{"op": "delete", "collection": "patients", "id": first}])
        sandbox.snapshot()
        kept = sandbox.world()
        sandbox.edit([{"op": "archive", "collection": "patients", "id": second}])
        assert sandbox.world() != kept
        sandbox.reset()
        assert sandbox.world() == kept


def test_the_log_knows_who_asked_what(api, sandbox):
    sandbox.clear_requests()
    api.get("patients", ("per_page", "1"))
    api.get("nonsense")
    httpx2.get(f"{api.base}/user", trust_env=False)
    report = sandbox.control("GET", "requests")
    assert (report["total"], report["by_status"]) == (3, {"200": 1, "401": 1, "404": 1})
    first = report["requests"][0]
    assert (first["method"], first["path"], first["query"], first["key"]) == (
        "GET",
        "patients",
        "per_page=1",
        "admin",
    )
    assert first["user_agent"]
    sandbox.clear_requests()
    assert sandbox.requests() == []


def test_keys_can_be_made(sandbox, api):
    made = sandbox.control("POST", "keys", {"label": "desk", "role": "scheduler"})
    answer = httpx2.get(f"{api.base}/user", auth=(made["key"], ""), trust_env=False)
    assert answer.json()["role"] == "scheduler"
    with pytest.raises(RuntimeError, match="422"):
        sandbox.control("POST", "keys", {"label": "x", "role": "king"})


def test_bad_orders_are_refused(sandbox):
    for path, body in (
        ("faults", {"kind": "earthquake"}),
        ("faults", {"kind": "slow", "colour": "red"}),
        ("bulk", {"edits": [{"op": "explode"}]}),
        ("clock", {"now": "yesterday"}),
    ):
        with pytest.raises(RuntimeError, match="422"):
            sandbox.control("POST", path, body)
    with pytest.raises(RuntimeError, match="404"):
        sandbox.control("POST", "unicorns", {})


def test_answers_instead_of_the_right_one(api, sandbox):
    for wanted, status in (
        ({"kind": "html200"}, 200),
        ({"kind": "empty403"}, 403),
        ({"kind": "status", "status": 502}, 502),
        ({"kind": "redirect"}, 302),
    ):
        sandbox.fault(**wanted)
        answer = api.client.get(f"{api.base}/patients", follow_redirects=False)
        assert answer.status_code == status
        if status in (200, 502):
            assert answer.text.startswith("<!DOCTYPE")
        if status == 302:
            assert "elsewhere.example.com" in answer.headers["location"]
        assert api.get("patients").json()["patients"]


def test_a_list_can_be_answered_as_if_it_were_empty(api, sandbox):
    sandbox.fault(kind="empty200", path="patients")
    answer = api.get("patients").json()
    assert (answer["patients"], answer["total_entries"]) == ([], 0)
    assert set(answer["links"]) == {"self"}
    full = api.get("patients").json()
    assert len(full["patients"]) > 0
    sandbox.fault(kind="empty200", path="user")
    assert api.get("user").json()["id"]


def test_the_rate_limit_can_be_tripped_at_once(api, sandbox):
    sandbox.fault(kind="status", status=429, reset_seconds=30)
    answer = api.get("user")
    assert (answer.status_code, answer.content) == (429, b"")
    assert 25 < int(answer.headers["x-ratelimit-reset"]) - time.time() <= 30


def test_damaged_answers(api, sandbox):
    sandbox.fault(kind="truncated")
    answer = api.get("patients")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(ValueError):
        answer.json()
    sandbox.fault(kind="foreign_next")
    assert "elsewhere.example.com" in api.get("patients").json()["links"]["next"]
    sandbox.fault(kind="missing_key", key="total_entries")
    assert "total_entries" not in api.get("patients").json()


def test_faults_are_aimed_and_counted(api, sandbox):
    sandbox.fault(kind="status", status=503, method="GET", path="^individual", after=1, times=2)
    seen = [api.get("individual_appointments").status_code for _ in range(5)]
    assert seen == [200, 503, 503, 200, 200]
    assert api.get("patients").status_code == 200
    armed = sandbox.control("GET", "faults")["faults"]
    assert (armed[0]["seen"], armed[0]["fired"]) == (5, 2)
    sandbox.fault(kind="status", status=500, times=None)
    assert {api.get("patients").status_code for _ in range(3)} == {500}
    sandbox.clear_faults()
    assert api.get("patients").status_code == 200


def test_a_lost_reply_after_the_write_and_before_it(api, sandbox, clinic):
    before = len(api.found("individual_appointments", f"patient_id:={clinic.patient}"))
    for kind, made in (("drop_before", 0), ("drop_after", 1)):
        sandbox.fault(kind=kind, method="POST", path="^individual_appointments$")
        with pytest.raises(httpx2.TransportError):
            api.send("POST", "individual_appointments", clinic.booking("2026-05-06T01:30:00Z"))
        assert len(api.found("individual_appointments", f"patient_id:={clinic.patient}")) == before + made
    assert sandbox.control("GET", "requests")["by_status"]["0"] == 2


def test_edits_around_a_request(api, sandbox, clinic):
    rename = {"op": "update", "collection": "patients", "id": clinic.patient}
    sandbox.fault(kind="edit_before", path="^patients/", edits=[rename | {"fields": {"city": "Before"}}])
    assert api.get(f"patients/{clinic.patient}").json()["city"] == "Before"
    sandbox.fault(kind="edit_after", path="^patients/", edits=[rename | {"fields": {"city": "After"}}])
    assert api.get(f"patients/{clinic.patient}").json()["city"] == "Before"
    assert api.get(f"patients/{clinic.patient}").json()["city"] == "After"


def test_a_slow_answer_is_right_in_the_end(api, sandbox):
    sandbox.fault(kind="slow", delay_ms=80)
    started = time.perf_counter()
    assert api.get("user").status_code == 200
    assert time.perf_counter() - started >= 0.08


def test_latency_and_options_in_a_process_of_its_own():
    with running_sandbox(
        process=True,
        patients=20,
        today="2026-05-04",
        latency_ms=30,
        rate_limit=0,
        recalls=False,
        cancelled_visible=True,
    ) as other:
        api = Api(other)
        started = time.perf_counter()
        assert api.get("user").status_code == 200
        assert time.perf_counter() - started >= 0.03
        assert api.get("recalls").status_code == 404
        assert api.get("recall_types").status_code == 404
        shown = api.found("individual_appointments")
        assert any(row["cancelled_at"] for row in shown)
        api.client.close()


def test_what_records_show_of_each_other_follows(api, sandbox, clinic):
    visit = api.found("individual_appointments", f"patient_id:={clinic.patient}")[0]
    path = f"individual_appointments/{visit['id']}"
    assert api.get(path).json()["has_patient_appointment_notes"] is False
    api.send("PATCH", f"patients/{clinic.patient}", {"appointment_notes": "Ring the bell"})
    assert api.get(path).json()["has_patient_appointment_notes"] is True
    case = api.send("POST", "patient_cases", {"name": "Knee", "patient_id": clinic.patient}).json()
    attendee = api.found("attendees", f"booking_id:={visit['id']}")[0]
    api.send("PATCH", f"attendees/{attendee['id']}", {"patient_case_id": case["id"]})
    assert api.get(f"patient_cases/{case['id']}").json()["attendee_ids"] == [attendee["id"]]
    zone = {"time_zone_identifier": "Australia/Adelaide"}
    path = f"businesses/{clinic.open_business}/daily_availabilities"
    assert api.found(path)[0]["time_zone_identifier"] == "Australia/Sydney"
    sandbox.control("PATCH", f"businesses/{clinic.open_business}", zone)
    assert api.found(path)[0]["time_zone_identifier"] == "Australia/Adelaide"


def test_keys_of_the_second_vendor_are_made_and_edited(sandbox, clinic):
    made = sandbox.control("POST", "keys", {"vendor": "nookal", "label": "desk", "locations": [clinic.open_business]})
    assert made["locations"] == [clinic.open_business]
    assert made["enabled"] is True
    assert sandbox.key("desk") == made["key"]
    edited = sandbox.control("PATCH", "keys/desk", {"locations": [clinic.open_business, clinic.hidden_business]})
    assert len(edited["locations"]) == 2
    assert sandbox.control("POST", "keys/desk/revoke")["enabled"] is False
    with pytest.raises(RuntimeError, match="no such location"):
        sandbox.control("PATCH", "keys/desk", {"locations": ["7"]})
    with pytest.raises(RuntimeError, match="404"):
        sandbox.control("POST", "keys/desk/lend")
    sandbox.reset()
    assert "desk" not in {held["label"] for held in sandbox.control("GET", "keys")}


def test_money_edits_are_for_bills_and_visits_only(sandbox, clinic):
    with pytest.raises(RuntimeError, match="422"):
        sandbox.control("POST", f"patients/{clinic.patient}/pay")
    bill = sandbox.world("bills")["bills"][0]
    with pytest.raises(RuntimeError, match="422"):
        sandbox.control("POST", f"bills/{bill['id']}/invoice")
