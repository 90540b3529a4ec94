"""The practice in force under a real ASGI server's threads: it reaches the operation and stays in its request."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application

from routiq.practices.tenancy import NOBODY, current_scope
from tests.api.conftest import ROOT, Caller
from tests.api.rows import make_connection, make_patient

application = get_asgi_application()


async def ask(path: str, text: str) -> tuple[int, dict[str, object]]:
    """One request as uvicorn hands it over; each gets a thread of its own."""
    headers = [(b"host", b"localhost")] + ([(b"authorization", f"Bearer {text}".encode())] if text else [])
    request = ApplicationCommunicator(
        application,
        {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"{ROOT}{path}",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        },
    )
    await request.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await request.receive_output(10)
    body = await request.receive_output(10)
    await request.wait(10)
    assert current_scope() == NOBODY
    return start["status"], json.loads(body["body"])


@pytest.mark.django_db(transaction=True)
def test_requests_side_by_side_see_each_their_own_practice(caller: Caller, stranger: Caller) -> None:
    make_patient(make_connection(caller.practice), "Ours", "Alone")
    make_patient(make_connection(stranger.practice), "Theirs", "Alone")

    async def crowd() -> list[tuple[int, dict[str, object]]]:
        return await asyncio.gather(
            *(ask("/patients", text) for _ in range(6) for text in (caller.text, stranger.text, "rtq_unknown"))
        )

    answers = asyncio.run(crowd())
    for index, name in ((0, "Ours"), (1, "Theirs")):
        for status, body in answers[index::3]:
            assert status == 200
            assert [row["first_name"] for row in body["items"]] == [name]  # type: ignore[attr-defined]
    assert {status for status, _ in answers[2::3]} == {401}
    assert current_scope() == NOBODY
