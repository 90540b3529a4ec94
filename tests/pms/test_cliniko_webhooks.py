"""Subscribing to changes, where the account offers it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import msgspec
import pytest

from pms_sandbox.testing import RunningSandbox
from routiq.pms.errors import (
    KeyRejected,
    NotOffered,
    NotPermitted,
    VendorChanged,
    VendorUnavailable,
    WriteRefused,
    WriteUncertain,
)
from routiq.pms.gateway import Lane, Tell
from routiq.pms.pacing import not_counted
from routiq.pms.registry import vendor
from routiq.pms.standard_webhooks import is_secret

URL = "http://127.0.0.1:9/hooks/0f1e2d3c4b5a"


class Lanes:
    """A pace that lets everything pass and writes down who asked."""

    def __init__(self) -> None:
        self.used: list[Lane] = []

    def admit(self, lane: Lane) -> AbstractContextManager[Tell]:
        self.used.append(lane)
        return nullcontext(not_counted)

    def hold_until(self, until: datetime) -> None: ...


# Where there are none


def test_an_account_without_webhooks_is_told_apart_from_a_fault(sandbox: RunningSandbox, clinic: Any) -> None:
    with pytest.raises(NotOffered) as refused:
        clinic.gateway.subscribe(URL)
    assert refused.value.code == "NotOffered.webhooks"
    assert not refused.value.temporary
    assert refused.value.status == 404
    assert "Nothing needs to be done" in refused.value.advice
    assert [(entry["method"], entry["path"]) for entry in sandbox.requests()] == [("POST", "webhooks")]


def test_an_account_without_webhooks_has_none_to_list_or_to_end(clinic: Any) -> None:
    assert clinic.gateway.subscriptions() == []
    clinic.gateway.unsubscribe("1201506400000028732")


# Subscribing


def test_a_subscription_comes_with_its_secret_this_once(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    assert made.url == URL
    assert is_secret(made.secret)
    assert made.created_at.tzinfo is not None
    (listed,) = pushed.gateway.subscriptions()
    assert listed == msgspec.structs.replace(made, secret="")
    (held,) = pushing.control("GET", "webhooks")["subscriptions"]
    assert sorted(held["events"]) == sorted(
        f"{what}.{kind}" for what in ("patient", "appointment") for kind in ("created", "updated", "deleted")
    )


def test_a_subscription_shows_neither_secret_nor_address_in_a_log(pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    for shown in (repr(made), str(made), f"{made}", f"{[made]}"):
        assert made.secret not in shown
        assert URL not in shown
        assert made.id in shown


def test_ending_one_leaves_the_others(pushed: Any) -> None:
    first, second = pushed.gateway.subscribe(URL), pushed.gateway.subscribe(URL + "f")
    pushed.gateway.unsubscribe(first.id)
    assert [held.id for held in pushed.gateway.subscriptions()] == [second.id]


def test_ending_twice_does_no_harm(pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushed.gateway.unsubscribe(made.id)
    pushed.gateway.unsubscribe(made.id)
    assert pushed.gateway.subscriptions() == []


@pytest.mark.parametrize("odd", ["", "../patients/1", "1?x=2", "1/archive", "9" * 41, "١"])
def test_what_is_no_id_is_never_sent(odd: str, pushing: RunningSandbox, pushed: Any) -> None:
    pushed.gateway.unsubscribe(odd)
    assert pushing.requests() == []


def test_more_than_one_page_of_subscriptions_is_listed_whole(pushed: Any) -> None:
    made = {pushed.gateway.subscribe(f"{URL}{number}").id for number in range(101)}
    assert {held.id for held in pushed.gateway.subscriptions()} == made


def test_nobody_waits_for_webhooks_so_they_leave_the_live_budget_alone(pushing: RunningSandbox) -> None:
    lanes = Lanes()
    gateway = vendor("cliniko").open(
        key=pushing.key("admin"), region=pushing.shard, base_url=pushing.cliniko_url, pace=lanes
    )
    gateway.unsubscribe(gateway.subscribe(URL).id)
    gateway.subscriptions()
    gateway.close()
    assert lanes.used == [Lane.BACKGROUND] * 3


def test_at_the_limit_a_subscription_waits_its_turn(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="status", status=429, reset_seconds=30)
    assert pushed.gateway.subscribe(URL).url == URL
    assert sum(pushed.time.naps) > 20
    assert len(pushed.gateway.subscriptions()) == 1


# When it goes wrong


def test_a_lost_answer_is_uncertain_and_what_was_left_can_be_found_and_removed(
    pushing: RunningSandbox, pushed: Any
) -> None:
    pushing.fault(kind="drop_after", method="POST", path="^webhooks$")
    with pytest.raises(WriteUncertain) as lost:
        pushed.gateway.subscribe(URL)
    assert "calendar" not in lost.value.advice
    assert [entry["method"] for entry in pushing.requests()] == ["POST"]
    for held in pushed.gateway.subscriptions():
        if held.url == URL:
            pushed.gateway.unsubscribe(held.id)
    assert pushing.control("GET", "webhooks")["subscriptions"] == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_before"},
        {"kind": "status", "status": 500},
        {"kind": "html200"},
        {"kind": "truncated"},
        {"kind": "missing_key", "key": "id"},
        {"kind": "missing_key", "key": "secret"},
    ],
    ids=lambda fault: " ".join(map(str, fault.values())),
)
def test_an_unclear_answer_is_uncertain_and_never_sent_again(
    fault: dict[str, Any], pushing: RunningSandbox, pushed: Any
) -> None:
    pushing.fault(method="POST", times=None, **fault)
    with pytest.raises(WriteUncertain):
        pushed.gateway.subscribe(URL)
    assert len(pushing.requests()) == 1


def test_an_address_that_is_refused_says_so_and_is_not_repeated(pushing: RunningSandbox, pushed: Any) -> None:
    with pytest.raises(WriteRefused) as refused:
        pushed.gateway.subscribe("ftp://0f1e2d3c4b5a")
    assert "patient" not in refused.value.advice
    assert "0f1e2d3c4b5a" not in f"{vars(refused.value)}"
    assert "url" in refused.value.evidence


def test_a_missing_right_is_no_missing_offer(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="empty403", times=None)
    with pytest.raises(NotPermitted):
        pushed.gateway.subscribe(URL)
    with pytest.raises(NotPermitted):
        pushed.gateway.subscriptions()


def test_a_revoked_key_is_told(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.revoke("admin")
    for attempt in (
        lambda: pushed.gateway.subscribe(URL),
        lambda: pushed.gateway.subscriptions(),
        lambda: pushed.gateway.unsubscribe("1201506400000028732"),
    ):
        with pytest.raises(KeyRejected):
            attempt()


def test_a_list_that_fails_twice_is_asked_for_again(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="status", status=502, method="GET", times=2)
    assert [held.id for held in pushed.gateway.subscriptions()] == [made.id]


def test_a_list_that_stays_away_is_no_empty_list(pushing: RunningSandbox, pushed: Any) -> None:
    pushing.fault(kind="status", status=503, times=None)
    with pytest.raises(VendorUnavailable):
        pushed.gateway.subscriptions()


def test_a_list_that_leads_to_another_server_is_refused(pushing: RunningSandbox, pushed: Any) -> None:
    pushed.gateway.subscribe(URL)
    pushing.fault(kind="foreign_next", times=None)
    with pytest.raises(VendorChanged) as refused:
        pushed.gateway.subscriptions()
    assert refused.value.cause == "foreign_host"


def test_ending_is_tried_again_when_the_answer_is_lost(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="drop_after", method="DELETE")
    pushed.gateway.unsubscribe(made.id)
    assert pushed.gateway.subscriptions() == []


def test_ending_that_stays_unclear_says_what_happens_next(pushing: RunningSandbox, pushed: Any) -> None:
    made = pushed.gateway.subscribe(URL)
    pushing.fault(kind="status", status=500, method="DELETE", times=None)
    with pytest.raises(WriteUncertain) as lost:
        pushed.gateway.unsubscribe(made.id)
    assert "calendar" not in lost.value.advice
