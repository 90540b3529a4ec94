"""Webhook subscriptions: no part of the real API, offered only when the sandbox is told to (docs/sandbox.md)."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from pms_sandbox.cliniko.call import Call
from pms_sandbox.cliniko.checks import BLANK, reject
from pms_sandbox.cliniko.lists import envelope, page_links, page_of
from pms_sandbox.http import Answer, empty, json_answer, refuse
from pms_sandbox.webhooks import EVENTS, describe


def create(call: Call) -> Answer:
    """201 with the signing secret, which is shown this once."""
    body = call.body()
    errors: dict[str, str] = {}
    url, events = str(body.get("url") or ""), body.get("events")
    if not url:
        errors["url"] = BLANK
    elif urlsplit(url).scheme not in ("http", "https"):
        errors["url"] = "is invalid"
    if not events:
        errors["events"] = BLANK
    elif not isinstance(events, list) or not set(events) <= set(EVENTS):
        errors["events"] = "is not included in the list"
    reject(errors)
    assert isinstance(events, list)
    made = call.sandbox.hub.subscribe(
        call.key.account, call.world.new_id(), url, events, call.world.clock.stamp(), call.base
    )
    return json_answer({**describe(made), "secret": made.secret}, 201)


def index(call: Call) -> Answer:
    held = [one for one in call.sandbox.hub.subscriptions.values() if one.account == call.key.account]
    page, per_page = page_of(call.request.query)
    shown = [msgspec.json.encode(describe(one)) for one in held[(page - 1) * per_page : page * per_page]]
    return envelope("webhooks", shown, len(held), page_links(call.url, call.request.query, page, per_page, len(held)))


def delete(call: Call) -> Answer:
    held = call.sandbox.hub.subscriptions.get(call.ids[0])
    if held is None or held.account != call.key.account:
        raise refuse(404)
    call.sandbox.hub.end(held.id)
    return empty(204)
