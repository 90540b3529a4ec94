"""The envelope in every shape in which it has been seen, against a server that answers as it is told."""

from __future__ import annotations

import http.server
import json
import logging
import threading
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from routiq.pms.errors import (
    KeyRejected,
    NotPermitted,
    PmsError,
    RateLimited,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Selection, Stream
from routiq.pms.nookal.calls import Calls
from routiq.pms.nookal.gateway import NookalGateway, open_gateway
from routiq.pms.pacing import LocalPace
from routiq.pms.transport import Transport

KEY = "7B1d04aE-92c3-4F5b-8e61-0aD9c37f5E12"
VERIFIED = {"status": "success", "data": {"api_call": "verify", "results": {"verify": True}}}
FAILURE = {
    "status": "failure",
    "details": {
        "errorCode": "L005",
        "errorMessage": "Unable to retrieve patients",
        "alerts": ["Unable for Ravi Shah"],
    },
}
PAGE_404 = (404, b"<html><body>Hold it right there! 404 page not found</body></html>", "text/html")
PAGE_200 = (200, b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "text/html")


class Scripted(http.server.ThreadingHTTPServer):
    """Answers each method with the next of its given answers; the last one stays. ``verify`` says yes unless told."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {"verify": [VERIFIED]}
        self.seen: list[tuple[str, str, dict[str, list[str]]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/production/v2"

    @property
    def methods(self) -> list[str]:
        return [path.rpartition("/")[2] for _, path, _ in self.seen]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Scripted

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        self.server.seen.append((self.command, self.path, parse_qs(body, keep_blank_values=True)))
        given = self.server.answers.get(self.path.rpartition("/")[2], [PAGE_404])
        answer = given.pop(0) if len(given) > 1 else given[0]
        status, content, kind = answer if isinstance(answer, tuple) else (200, answer, "application/json")
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", "3")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Scripted]:
    server = Scripted()
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def gateway(server: Scripted) -> Iterator[NookalGateway]:
    gateway = open_gateway(key=KEY, region="", pace=LocalPace(), base_url=server.url, sleep=lambda seconds: None)
    yield gateway
    gateway.close()


@pytest.fixture
def calls(server: Scripted) -> Iterator[Calls]:
    transport = Transport(
        vendor="nookal",
        label="Nookal",
        base_url=server.url,
        secret_form=(("api_key", KEY),),
        pace=LocalPace(),
        contact="desk@example.org",
        sleep=lambda seconds: None,
    )
    calls = Calls(transport)
    yield calls
    calls.close()


def listed(results: Any, details: Any = None, settings: Any = None) -> dict[str, Any]:
    return {
        "status": "success",
        "data": {"api_call": "getPatients", "results": results},
        "details": details,
        "settings": settings,
    }


RAVI, ANA = {"ID": "713", "FirstName": "Ravi"}, {"ID": 714, "FirstName": "Ana"}


@pytest.mark.parametrize(
    "answer",
    [
        listed({"patients": [RAVI, ANA]}),
        listed({"patients": {"0": RAVI, "1": ANA}}, {"totalItems": "2", "currentItems": 2}, {"nextPage": None}),
        listed({"patients": [RAVI, ANA]}, {"totalItems": 2, "nextPage": None}, []),
        listed({"patients": [RAVI, ANA]}, [], {"currentPage": "1", "nextPage": "", "pageLength": "100"}),
    ],
)
def test_a_list_is_read_in_every_form(answer: Any, server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [answer]
    page = gateway.fetch(Stream.PATIENTS, Selection())
    assert [patient.id for patient in page.records] == ["713", "714"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer",
    [
        listed({"patients": []}, {"totalItems": "0"}),
        listed({"patients": {}}),
        listed({"patients": None}),
        listed([]),
        {"status": "success", "data": []},
    ],
)
def test_an_empty_list_is_read_in_every_form(answer: Any, server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [answer]
    assert gateway.fetch(Stream.PATIENTS, Selection()).records == []


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "success"},
        {"status": "success", "data": None},
        listed({"people": [RAVI]}),
        listed({"patients": "none"}),
        listed({"patients": [{"FirstName": "Ravi"}]}),
        listed({"patients": [["713"]]}),
        listed([["713"]]),
        listed({"patients": []}, {"totalItems": "12"}),
    ],
)
def test_what_cannot_be_read_is_never_an_empty_list(answer: Any, server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [answer]
    with pytest.raises(VendorChanged) as refused:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.cause in ("shape", "list")
    assert refused.value.request == "POST /getPatients"


def test_the_key_is_in_the_form_of_every_call_and_in_no_address(server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [listed({"patients": [RAVI]})]
    gateway.fetch(Stream.PATIENTS, Selection())
    ((command, path, form),) = server.seen
    assert (command, path) == ("POST", "/production/v2/getPatients")
    assert form == {"page": ["1"], "page_length": ["100"], "api_key": [KEY]}


# When Nookal says no


def test_a_refusal_of_a_good_key_is_trouble_at_nookal(server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [FAILURE]
    with pytest.raises(VendorUnavailable) as failed:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert failed.value.code == "VendorUnavailable.failed"
    assert failed.value.temporary
    assert failed.value.evidence == "L005"
    assert server.methods == ["getPatients", "verify"]


@pytest.mark.parametrize(
    "no",
    [
        {"status": "failure", "details": {"errorCode": "L000", "alerts": []}},
        {"status": "failure", "details": []},
        {"status": "failure"},
        {"status": "success", "data": {"results": {"verify": False}}},
        {"status": "success", "data": {"results": {"verify": "0"}}},
        (401, b"{}", "application/json"),
        (403, b"", "text/plain"),
    ],
)
def test_any_no_of_verify_is_a_rejected_key(no: Any, server: Scripted, gateway: NookalGateway) -> None:
    server.answers |= {"verify": [no], "getPatients": [FAILURE]}
    for ask in (gateway.check, lambda: gateway.fetch(Stream.PATIENTS, Selection())):
        with pytest.raises(KeyRejected) as refused:
            ask()
        assert refused.value.cause == "not_accepted"


@pytest.mark.parametrize("yes", [True, 1, "1", "true", {"ok": 1}])
def test_any_yes_of_verify_is_believed(yes: Any, server: Scripted, calls: Calls) -> None:
    server.answers["verify"] = [{"status": "success", "data": {"results": {"verify": yes}}}]
    calls.verify()
    server.answers["verify"] = [{"status": "success", "data": []}]
    calls.verify()


def test_a_missing_parameter_is_a_changed_vendor(server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [
        {"status": "failure", "details": {"errorCode": "L005", "alerts": ["Missing variable: location_id"]}}
    ]
    with pytest.raises(VendorChanged) as refused:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.code == "VendorChanged.missing_variable"
    assert refused.value.evidence == "L005; missing location_id"


def test_a_method_that_is_gone_is_a_changed_vendor(server: Scripted, gateway: NookalGateway) -> None:
    with pytest.raises(VendorChanged) as refused:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.code == "VendorChanged.no_method"
    assert server.methods == ["getPatients"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_wall_in_front_of_one_method_is_a_missing_right(
    status: int, server: Scripted, gateway: NookalGateway
) -> None:
    server.answers["getPatients"] = [(status, b"", "text/plain")]
    with pytest.raises(NotPermitted) as refused:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert refused.value.code == "NotPermitted.forbidden"
    assert server.methods == ["getPatients", "verify"]


GOOD = listed({"patients": [RAVI]})
TRUNCATED = (200, json.dumps(GOOD).encode()[:40], "application/json")


@pytest.mark.parametrize("trouble", [PAGE_200, TRUNCATED, (500, b"", "text/plain"), (503, b"<html>", "text/html")])
def test_a_stumble_is_asked_again_and_a_fall_is_named(trouble: Any, server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [trouble, trouble, GOOD]
    assert len(gateway.fetch(Stream.PATIENTS, Selection()).records) == 1
    server.answers["getPatients"] = [trouble]
    with pytest.raises(VendorUnavailable) as failed:
        gateway.fetch(Stream.PATIENTS, Selection())
    assert failed.value.temporary


def test_a_limit_is_waited_out_as_nookal_says(server: Scripted, gateway: NookalGateway) -> None:
    server.answers["getPatients"] = [(429, b"", "text/plain"), GOOD]
    assert len(gateway.fetch(Stream.PATIENTS, Selection()).records) == 1
    server.answers["verify"] = [(429, b"", "text/plain")]
    with pytest.raises(RateLimited):
        gateway.check()


@pytest.mark.parametrize(
    ("alert", "found"),
    [("No patients found", True), ("Patient not found", True), ("Unable to retrieve patients", False)],
)
def test_a_search_that_found_nobody_may_say_so_as_a_failure(
    alert: str, found: bool, server: Scripted, gateway: NookalGateway
) -> None:
    server.answers["searchPatients"] = [{"status": "failure", "details": {"errorCode": "L005", "alerts": [alert]}}]
    if found:
        assert gateway.find_patients(first_name="Ravi", last_name="Shah", date_of_birth=None) == []
    else:
        with pytest.raises(VendorUnavailable):
            gateway.find_patients(first_name="Ravi", last_name="Shah", date_of_birth=None)


# Writes


def test_a_write_is_sent_once_and_its_no_is_a_refusal(server: Scripted, calls: Calls) -> None:
    server.answers["addAppointmentBooking"] = [FAILURE]
    with pytest.raises(WriteRefused) as refused:
        calls.change("addAppointmentBooking", [("patient_id", "713")])
    assert refused.value.code == "WriteRefused.refused"
    assert server.methods == ["addAppointmentBooking", "verify"]


def test_a_write_refused_for_its_key_is_a_rejected_key(server: Scripted, calls: Calls) -> None:
    server.answers |= {"addAppointmentBooking": [FAILURE], "verify": [FAILURE]}
    with pytest.raises(KeyRejected):
        calls.change("addAppointmentBooking", [])


@pytest.mark.parametrize(
    "unclear", [PAGE_200, TRUNCATED, (500, b"", "text/plain"), (200, b"", "application/json"), {}, {"status": None}]
)
def test_what_is_no_clear_answer_to_a_write_is_uncertain_and_never_sent_again(
    unclear: Any, server: Scripted, calls: Calls
) -> None:
    server.answers["addAppointmentBooking"] = [unclear]
    with pytest.raises(WriteUncertain):
        calls.change("addAppointmentBooking", [])
    assert server.methods == ["addAppointmentBooking"]


def test_a_write_that_nookal_does_not_know_was_not_made(server: Scripted, calls: Calls) -> None:
    with pytest.raises(VendorChanged) as refused:
        calls.change("addAppointmentBooking", [])
    assert refused.value.cause == "no_method"


@pytest.mark.parametrize("written", ["90211", 90211])
def test_the_id_of_what_was_written_comes_as_text_or_number(written: Any, server: Scripted, calls: Calls) -> None:
    server.answers["addPatient"] = [{"status": "success", "data": {"results": {"patient_id": written}}}]
    answer = calls.change("addPatient", [("last_name", "Zoë & Sons=")])
    assert answer.word("patient_id", "ID") == "90211"
    assert server.seen[-1][2]["last_name"] == ["Zoë & Sons="]


# What is told


def test_no_error_and_no_log_line_has_the_key_or_anything_personal(
    server: Scripted, gateway: NookalGateway, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = (KEY, "Ravi", "Shah", "713")
    telemetry = logging.getLogger("routiq.pms")
    telemetry.addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "routiq.pms")
    told = [repr(gateway), repr(calls), repr(vars(gateway))]
    try:
        for answer in (FAILURE, PAGE_200, PAGE_404, TRUNCATED, listed({"patients": [["Ravi"]]})):
            server.answers |= {"searchPatients": [answer], "getPatients": [answer]}
            server.answers["addPatient"] = [FAILURE if isinstance(answer, dict) else answer]
            for ask in (
                lambda: gateway.fetch(Stream.PATIENTS, Selection()),
                lambda: gateway.fetch(Stream.PATIENTS, Selection(ids=("713",))),
                lambda: calls.change("addPatient", [("last_name", "Shah"), ("patient_id", "713")]),
            ):
                with pytest.raises(PmsError) as failed:
                    ask()
                error: BaseException | None = failed.value
                while error is not None:
                    shown = "".join(traceback.format_exception_only(error))
                    told.append(f"{error!r} {vars(error)} {shown}")
                    error = error.__cause__ or error.__context__
    finally:
        telemetry.removeHandler(caplog.handler)
    told += [record.getMessage() for record in caplog.records]
    assert any(line.startswith("POST /searchPatients 200 ") for line in told)
    assert not [line for line in told for secret in secrets if secret in line]
