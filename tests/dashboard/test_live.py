"""Live pages: what an open page is sent, when, and to whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection as database
from django.test import AsyncClient, Client

from routiq.connections.models import Connection
from routiq.dashboard import fragments
from routiq.dashboard.live import hub as hubs
from routiq.dashboard.live import stream
from routiq.dashboard.live.hub import EVERYTHING, Hub, hub
from routiq.dashboard.live.stream import event
from routiq.frontdesk.models import StaffTask
from routiq.practices.live import announce
from routiq.practices.models import Practice
from routiq.practices.tenancy import acting_for
from routiq.robyn.models import Conversation, Scenario
from routiq.sync.models import SyncPart
from tests.dashboard.conftest import World

PATIENCE = 5.0


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run on an event loop, in a context where no practice is in force: as the server does."""
    return Context().run(async_to_sync(work))


@asynccontextmanager
async def opened(browser: Client, page: str = "home", query: str = "") -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """An open page; gives a way to wait for its next event, heartbeats included."""
    client = AsyncClient()
    client.cookies = browser.cookies
    answer = await client.get(f"/live/{page}{query}")
    assert answer.status_code == 200, answer.content
    pieces = aiter(answer)

    async def following() -> str:
        return (await asyncio.wait_for(anext(pieces), PATIENCE)).decode()

    try:
        yield following
    finally:
        await pieces.aclose()


def of_one(world: World, page: str) -> str:
    """What a page of one conversation, or of one scenario, adds to its address."""
    with acting_for(world.practice.pk):
        if page.endswith("-talk"):
            return f"?talk={Conversation.objects.create(practice=world.practice, channel='test').pk}"
        if page == "scenario":
            kept = Scenario.objects.create(
                practice=world.practice, name="A regular books", weekday=1, clock=time(9), lines=["Hello"]
            )
            return f"?scenario={kept.pk}"
    return ""


async def first_round(following: Callable[[], Awaitable[str]], page: str) -> dict[str, str]:
    assert (await following()).startswith("retry: ")
    events = [await following() for _ in fragments.PAGES[page]]
    return {piece.split("\n", 1)[0].removeprefix("event: "): piece for piece in events}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "QUIET_SECONDS", 0.01)


@pytest.fixture
def silent_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """No listening connection: the test itself tells the hub. And the test's transaction stays open."""

    async def nothing(self: Hub) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Hub, "_listen", nothing)
    monkeypatch.setattr(stream, "close_old_connections", lambda: None)


def test_an_event_is_its_name_and_its_lines() -> None:
    assert event("sync", "<p>\n  one\n\n  two</p>\n") == b"event: sync\ndata: <p>\ndata:   one\ndata:   two</p>\n\n"
    assert event("spoken", " \n ") == b"event: spoken\ndata:\n\n"


@pytest.mark.parametrize("page", list(fragments.PAGES))
def test_an_opened_page_is_sent_all_its_pieces(
    client_in: Client, world: World, silent_database: None, page: str
) -> None:
    world.first_sync()
    query = of_one(world, page)

    async def work() -> dict[str, str]:
        async with opened(client_in, page, query) as following:
            return await first_round(following, page)

    events = run(work)
    assert list(events) == list(fragments.PAGES[page])
    for name, piece in events.items():
        assert piece.startswith(f"event: {name}\ndata:")
        assert piece.endswith("\n\n")
    if page == "home":
        assert "402" in events["sync"]


def test_an_announcement_sends_what_it_touched_and_only_that(
    client_in: Client, world: World, silent_database: None
) -> None:
    assert world.connection

    async def work() -> list[str]:
        async with opened(client_in) as following:
            await first_round(following, "home")
            await sync_to_async(leave)()
            hub().tell(world.practice.pk, "booking")
            hub().tell(world.practice.pk, "tasks")
            return [await following()]

    def leave() -> None:
        with acting_for(world.practice.pk):
            StaffTask.objects.create(practice=world.practice, kind="call_back", summary="Ring Amelia back")

    [only] = run(work)
    assert only.startswith("event: tasks\n")
    assert "Ring Amelia back" in only


def test_a_conversation_that_is_not_there_is_followed_by_nobody(client_in: Client, world: World) -> None:
    for query in ("", "?talk=999999", "?talk=x"):
        assert client_in.get(f"/live/inbox-talk{query}").status_code == 404


@pytest.mark.parametrize(("page", "topic"), [("scenario", "scenarios"), ("robyn-talk", "conversation")])
def test_a_page_of_something_that_was_removed_says_so_and_ends(
    client_in: Client, world: World, silent_database: None, page: str, topic: str
) -> None:
    assert world.connection
    query = of_one(world, page)

    def remove() -> None:
        with acting_for(world.practice.pk):
            Scenario.objects.all().delete()
            Conversation.objects.all().delete()

    async def work() -> list[str]:
        async with opened(client_in, page, query) as following:
            await first_round(following, page)
            await sync_to_async(remove)()
            hub().tell(world.practice.pk, topic)
            told = [await following(), await following()]
            with pytest.raises(StopAsyncIteration):
                await following()
            return told

    said, end = run(work)
    assert said.startswith("event: late\n")
    assert "removed while you had it open" in said
    assert end == f"event: {stream.GONE}\ndata:\n\n"


def test_every_open_page_hangs_up_on_what_is_gone() -> None:
    folder = Path(stream.__file__).parents[1] / "templates"
    open_pages = [path for path in folder.rglob("*.html") if "sse-connect=" in path.read_text()]
    assert len(open_pages) > 10
    assert [path.name for path in open_pages if f'sse-close="{stream.GONE}"' not in path.read_text()] == []


def test_a_change_in_another_practice_sends_nothing(
    client_in: Client, world: World, other_practice: Practice, silent_database: None
) -> None:
    world.first_sync(state="done")

    async def work() -> None:
        async with opened(client_in) as following:
            await first_round(following, "home")
            for topic in (*fragments.TOPICS, EVERYTHING):
                hub().tell(other_practice.pk, topic)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(following(), 0.3)

    run(work)


def test_nothing_new_sends_nothing(client_in: Client, world: World, silent_database: None) -> None:
    world.first_sync(state="done")

    async def work() -> None:
        async with opened(client_in) as following:
            await first_round(following, "home")
            hub().tell(world.practice.pk, EVERYTHING)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(following(), 0.3)

    run(work)


def test_a_storm_of_announcements_is_drawn_a_few_times_a_second(
    client_in: Client, world: World, silent_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "QUIET_SECONDS", 0.2)
    world.first_sync(state="done")
    rounds = 0
    draw = stream._draw

    def counting(*given: Any) -> Any:
        nonlocal rounds
        rounds += 1
        return draw(*given)

    monkeypatch.setattr(stream, "_draw", counting)

    async def work() -> None:
        async with opened(client_in) as following:
            await first_round(following, "home")
            reading = asyncio.create_task(following())
            for _ in range(100):
                hub().tell(world.practice.pk, "sync")
                await asyncio.sleep(0.005)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    run(work)
    assert 2 <= rounds <= 6


def test_a_page_whose_session_ended_is_closed(
    client_in: Client, world: World, silent_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    world.first_sync(state="done")

    async def work() -> None:
        async with opened(client_in) as following:
            await first_round(following, "home")
            assert await following() == ": still here\n\n"
            await sync_to_async(client_in.session.flush)()
            with pytest.raises(StopAsyncIteration):
                await following()

    run(work)


@pytest.mark.parametrize("page", list(fragments.PAGES))
def test_an_open_page_that_shows_the_day_asks_for_frequent_looks(
    client_in: Client, world: World, silent_database: None, page: str
) -> None:
    assert world.connection.watched_until is None
    query = of_one(world, page)

    async def work() -> None:
        async with opened(client_in, page, query) as following:
            await first_round(following, page)

    run(work)
    world.connection.refresh_from_db()
    assert (world.connection.watched_until is not None) == (
        page in {"home", "calendar", "patient", "robyn", "robyn-talk", "inbox-talk"}
    )


def test_while_it_stays_open_it_says_so_again_and_tells_when_changes_became_late(
    client_in: Client, world: World, silent_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "WATCH_SECONDS", 0.1)
    world.first_sync(state="done")
    world.streams()

    def time_passes() -> None:
        with acting_for(world.practice.pk):
            Connection.objects.update(watched_until=None)
            world.streams(timedelta(minutes=17, seconds=5))

    async def work() -> str:
        async with opened(client_in, "robyn") as following:
            first = await first_round(following, "robyn")
            assert "Changes are late" not in first["late"]
            await sync_to_async(time_passes)()
            return await following()

    late = run(work)
    assert "Changes are late: last look 17 minutes ago" in late
    assert "/settings/integrations/cliniko/health" in late
    world.connection.refresh_from_db()
    assert world.connection.watched_until is not None


def test_a_new_event_reaches_the_log_as_it_is_filtered(
    client_in: Client, world: World, silent_database: None
) -> None:
    assert world.connection

    def arrives() -> None:
        world.event(record_id="4711")
        world.refused()

    async def work() -> str:
        client = AsyncClient()
        client.cookies = client_in.cookies
        answer = await client.get("/live/events?outcome=applied")
        pieces = aiter(answer)
        for _ in range(1 + len(fragments.PAGES["events"])):
            await asyncio.wait_for(anext(pieces), PATIENCE)
        await sync_to_async(arrives)()
        hub().tell(world.practice.pk, "events")
        found = ""
        while "event: events" not in found:
            found = (await asyncio.wait_for(anext(pieces), PATIENCE)).decode()
        await pieces.aclose()
        return found

    found = run(work)
    assert "4711" in found
    assert "Refused" not in found


def test_an_unknown_live_page_is_not_there(client_in: Client) -> None:
    assert client_in.get("/live/nothing").status_code == 404
    assert client_in.post("/live/home").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_committed_change_reaches_the_page_even_after_the_database_connection_was_lost(
    client_in: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ = world.first_sync()
    monkeypatch.setattr(stream, "ACTIVE_SECONDS", 60.0)

    def fetch(number: int) -> None:
        SyncPart.objects.filter(run=run_, stream="patients").update(fetched=number)
        announce(world.practice.pk, "sync")

    def cut() -> None:
        """As a restart of the server does to whoever listens."""
        with database.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'routiq-live' AND datname = current_database()"
            )
            assert cursor.rowcount == 1

    async def until(following: Callable[[], Awaitable[str]], text: str) -> None:
        while text not in await following():
            pass

    async def act(work: Callable[..., None], *given: Any) -> None:
        with acting_for(world.practice.pk):
            await sync_to_async(work)(*given)

    async def work() -> None:
        async with opened(client_in) as following:
            await first_round(following, "home")
            await act(fetch, 555)
            await until(following, "555")
            await act(cut)
            await act(fetch, 777)
            await until(following, "777")
            listener = hub()._listener
            assert listener is not None
        assert hub()._listener is None

    run(work)


def test_a_notice_that_cannot_be_read_is_let_go() -> None:
    listening = Hub()
    for payload in ("", "{}", "[]", '{"practice": "x", "topic": 1}', "null"):
        listening._hear(payload)


def test_the_listener_finds_the_database_of_the_settings() -> None:
    parts = psycopg.conninfo.conninfo_to_dict(hubs._conninfo())
    assert parts["dbname"] == database.settings_dict["NAME"]
    assert parts["application_name"] == "routiq-live"
