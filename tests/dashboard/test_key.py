"""Update API Key."""

from __future__ import annotations

from html import unescape

from django.test import Client

from routiq.connections.models import Connection
from routiq.pms import registry
from routiq.pms.errors import KeyRejected
from tests.dashboard.conftest import World
from tests.dashboard.connecting import KEY, Connecting

PAGE = "/settings/integrations/cliniko/key"


def test_the_page_says_how_and_which_key_is_in_use(client_in: Client, world: World) -> None:
    assert world.connection
    html = unescape(client_in.get(PAGE).content.decode())
    for text in (*registry.vendor("cliniko").guide.rotate_steps, "••••x7Qp", "Webhooks register again"):
        assert text in html
    assert '<option value="au1" selected>' in html


def test_a_new_key_takes_over_and_the_page_says_what_that_means(
    client_in: Client, world: World, connecting: Connecting
) -> None:
    assert world.connection
    answer = client_in.post(PAGE, {"region": "au1", "key": KEY}, follow=True)
    html = unescape(answer.content.decode())
    assert answer.redirect_chain[-1][0] == "/settings/integrations/cliniko"
    [given] = connecting.calls
    assert given["key"] == KEY
    for text in (
        "took over at once",
        "nothing was lost",
        "Webhooks register again",
        "until you revoke or disable it there",
    ):
        assert text in html
    assert KEY not in html


def test_a_key_of_another_account_is_refused_by_name_and_not_sent_back(
    client_in: Client, world: World, connecting: Connecting
) -> None:
    assert world.connection
    connecting.error = KeyRejected(
        "This key belongs to the account “Elsewhere”.", cause="other_account", advice="Paste one of yours."
    )
    answer = client_in.post(PAGE, {"region": "au1", "key": KEY})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Elsewhere" in html
    assert "Paste one of yours." in html
    assert 'id="id_key_error"' in html
    assert KEY not in html


def test_without_a_connection_there_is_no_key_to_update(client_in: Client) -> None:
    assert client_in.get(PAGE).status_code == 404


def test_a_paused_connection_can_be_given_its_key_here_too(
    client_in: Client, world: World, connecting: Connecting
) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(state="paused")
    assert client_in.get(PAGE).status_code == 200
    client_in.post(PAGE, {"region": "au1", "key": KEY})
    assert len(connecting.calls) == 1


def test_sync_now_while_paused_is_told_and_starts_nothing(client_in: Client, world: World) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(state="paused")
    answer = client_in.post("/settings/integrations/cliniko/sync", follow=True)
    assert "Save a working key first" in answer.content.decode()
    assert not world.connection.runs.exists()
