"""How Nookal is called: verbs, keys, the order of checks, envelope and pages (spec 1 to 3)."""

from __future__ import annotations

import re

import httpx2
import pytest

from pms_sandbox.nookal.keys import key_text
from pms_sandbox.nookal.methods import METHODS
from pms_sandbox.testing import running_sandbox
from tests.sandbox.callers import NookalApi


def test_verify_by_post_and_by_get(nookal):
    answer = nookal.call("verify")
    assert answer["data"] == {"api_call": "verify", "results": {"verify": True}}
    by_get = httpx2.get(f"{nookal.base}/verify", params={"api_key": nookal.key}, trust_env=False)
    assert by_get.json() == answer
    assert nookal.results("version")["version"]


def test_the_form_has_the_last_word(nookal):
    address = f"{nookal.base}/getPatients?api_key=wrong&page_length=3&nonsense=1"
    answer = nookal.client.post(address, data={"api_key": nookal.key, "page_length": "2"}).json()
    assert answer["details"]["currentItems"] == 2


def test_a_json_body_counts_as_nothing(nookal):
    answer = nookal.client.post(f"{nookal.base}/verify", json={"api_key": nookal.key})
    assert answer.json()["details"]["alerts"] == ["Missing variable: api_key"]


def test_without_a_key_each_method_has_its_own_code(nookal):
    bare = nookal.client.post(f"{nookal.base}/verify").json()
    assert bare == {
        "status": "failure",
        "details": {"errorCode": "L000_1", "alerts": ["Missing variable: api_key"]},
    }
    details = nookal.client.post(f"{nookal.base}/getLocations").json()["details"]
    assert details["errorCode"] == "L003"
    assert details["alerts"] == ["Missing variable: api_key"]


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("verify", "L000"),
        ("getLocations", "L003"),
        ("getPractitioners", "L004"),
        ("getPatients", "L005"),
        ("getAppointments", "L006"),
    ],
)
def test_a_bad_key_gives_the_code_of_whatever_was_called(nookal, method, code):
    answer = nookal.send(method, api_key="00000000-0000-4000-8000-000000000000")
    assert answer.status_code == 200
    assert answer.json()["details"]["errorCode"] == code


def test_a_disabled_key_is_refused_and_wakes_half_a_minute_after_it_is_enabled(sandbox, nookal):
    assert NookalApi(sandbox, "nookal-off").refused("verify")["errorCode"] == "L000"
    sandbox.clock(now="2026-05-04T01:00:00Z")
    sandbox.revoke("nookal")
    nookal.refused("verify")
    sandbox.restore("nookal")
    nookal.refused("verify")
    sandbox.clock(advance_seconds=31)
    nookal.results("verify")
    assert NookalApi(sandbox, "nookal-spare").results("verify") == {"verify": True}


def test_the_key_looks_like_the_vendors(sandbox, nookal):
    assert re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", nookal.key)
    assert nookal.key == key_text("nookal", 7)
    assert nookal.key not in (nookal.key.lower(), nookal.key.upper())
    assert nookal.results("verify", api_key=nookal.key.lower()) == {"verify": True}


@pytest.mark.parametrize(
    "method", ["getServices", "getPatient", "updatePatient", "getappointments", "sendSMS", "getContacts", "x/y", ""]
)
def test_an_unknown_method_is_a_page(nookal, method):
    answer = nookal.send(method)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Hold it right there" in answer.text


def test_other_verbs_are_the_page_as_well(nookal):
    assert nookal.client.delete(f"{nookal.base}/verify").status_code == 404


def test_pages_in_settings(nookal):
    first = nookal.call("getAppointments")
    total = int(first["details"]["totalItems"])
    assert total > 200
    assert first["details"] == {"totalItems": str(total), "currentItems": 100}
    assert first["settings"] == {"currentPage": 1, "nextPage": 2, "pageLength": 100}
    assert nookal.call("getAppointments", page_length=1000)["settings"]["pageLength"] == 200
    assert nookal.call("getAppointments", page_length="x", page="-1")["settings"]["pageLength"] == 100
    last = -(-total // 200)
    end = nookal.call("getAppointments", page_length=200, page=last)
    assert end["settings"]["nextPage"] is None
    beyond = nookal.call("getAppointments", page_length=200, page=last + 5)
    assert beyond["data"]["results"] == {"appointments": []}
    assert beyond["settings"]["nextPage"] is None
    ids = [row["ID"] for row in nookal.rows("getAppointments", "appointments")]
    assert len(ids) == total == len(set(ids))
    assert ids == sorted(ids, key=int)


def test_the_log_has_the_parameters_but_no_key(sandbox, nookal):
    sandbox.clear_requests()
    nookal.call("getPatients", page_length=5)
    nookal.send("nothing")
    nookal.client.post(f"{sandbox.base_url}/graphql")
    entries = sandbox.requests()
    assert [(e["vendor"], e["path"], e["status"], e["key"]) for e in entries] == [
        ("nookal", "getPatients", 200, "nookal"),
        ("nookal", "nothing", 404, "nookal"),
        ("", "/graphql", 404, None),
    ]
    assert entries[0]["params"] == {"page_length": "5"}
    assert nookal.key not in str(entries)
    nookal.client.get(f"{nookal.base}/verify", params={"api_key": nookal.key})
    assert nookal.key in sandbox.requests()[-1]["query"]


def test_a_limit_may_be_set():
    with running_sandbox(patients=20, today="2026-05-04", nookal_rate_limit=2) as limited:
        api = NookalApi(limited)
        assert [api.send("verify").status_code for _ in range(3)] == [200, 200, 429]
        assert int(api.send("verify").headers["retry-after"]) >= 1
        assert NookalApi(limited, "nookal-spare").send("verify").status_code == 200


def test_one_vendor_alone_may_be_served():
    with running_sandbox(patients=20, today="2026-05-04", vendor="nookal") as alone:
        assert NookalApi(alone).results("verify") == {"verify": True}
        answer = httpx2.get(f"{alone.cliniko_url.format(shard='au2')}/user", auth=(alone.key(), ""), trust_env=False)
        assert answer.status_code == 404
    with running_sandbox(patients=20, today="2026-05-04", vendor="cliniko") as alone:
        assert NookalApi(alone).send("verify").status_code == 404


def test_the_other_account_is_another_account(sandbox, nookal):
    mine = {row["ID"] for row in nookal.rows("getPatients", "patients")}
    theirs = {row["ID"] for row in NookalApi(sandbox, "nookal-other").rows("getPatients", "patients")}
    assert len(theirs) >= 20
    assert not mine & theirs


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_asks_for_a_key_then_for_each_parameter_and_then_judges_the_key(nookal, method):
    known = METHODS[method]
    bare = nookal.client.post(f"{nookal.base}/{method}").json()["details"]
    assert bare["alerts"] == ["Missing variable: api_key"]
    assert bare["errorCode"] == (known.keyless or known.code)
    given = {"api_key": "00000000-0000-4000-8000-000000000000"}
    for name in known.required:
        details = nookal.refused(method, **given)
        assert (details["errorCode"], details["alerts"]) == (known.code, [f"Missing variable: {name}"])
        given[name] = "1"
    details = nookal.refused(method, **given)
    assert details["errorCode"] == known.code
    assert details["alerts"] == [known.message]


@pytest.mark.parametrize("method", sorted(name for name, known in METHODS.items() if not known.required))
def test_every_method_without_needs_answers_by_its_name(nookal, method):
    answer = nookal.call(method)
    if answer["status"] == "success":
        assert answer["data"]["api_call"] == method
        assert answer["settings"]["currentPage"] == 1
    else:
        assert method == "searchPatients"
