"""Which right each page and form asks for. What is not listed here is for those who may change the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import ResolverMatch

from routiq.practices.models import Membership
from routiq.practices.permissions import Right, may

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

#: For everybody who is logged in, or before: nothing of a practice is behind these.
WITHOUT = frozenset({"login", "logout", "choose", "join"})

#: The right to look, and the right to send, by the route's name.
DOORS: Mapping[str, tuple[Right, Right]] = {
    "home": (Right.LOOK, Right.LOOK),
    "practice": (Right.LOOK, Right.LOOK),
    "keep_notes": (Right.DESK_SETTINGS, Right.DESK_SETTINGS),
    "tasks": (Right.TALKS, Right.TALKS),
    "task": (Right.TALKS, Right.TALKS),
    "take_task": (Right.TAKE_OVER, Right.TAKE_OVER),
    "hand_back_task": (Right.TAKE_OVER, Right.TAKE_OVER),
    "task_done": (Right.TAKE_OVER, Right.TAKE_OVER),
    "inbox": (Right.TALKS, Right.TALKS),
    "inbox_talk": (Right.TALKS, Right.TALKS),
    "take_over": (Right.TAKE_OVER, Right.TAKE_OVER),
    "give_back": (Right.TAKE_OVER, Right.TAKE_OVER),
    "reply": (Right.TAKE_OVER, Right.TAKE_OVER),
    "conversation": (Right.TALKS, Right.TALKS),
    "recent_notes": (Right.NOTES, Right.NOTES),
    "test_robyn": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "say": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "hang_up": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "rehearse": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "save_scenario": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "scenarios": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "scenario": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "run_scenario": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "run_scenarios": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "scenario_is_right": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "remove_scenario": (Right.TEST_ROBYN, Right.TEST_ROBYN),
    "journal": (Right.PATIENTS, Right.PATIENTS),
    "patients": (Right.PATIENTS, Right.PATIENTS),
    "patient": (Right.PATIENTS, Right.PATIENTS),
    "calendar": (Right.PATIENTS, Right.PATIENTS),
    "class_session": (Right.PATIENTS, Right.PATIENTS),
    "book": (Right.BOOK, Right.BOOK),
    "move": (Right.BOOK, Right.BOOK),
    "cancel": (Right.BOOK, Right.BOOK),
    "new_patient": (Right.BOOK, Right.BOOK),
    "waitlist": (Right.PATIENTS, Right.PATIENTS),
    "waitlist_entry": (Right.PATIENTS, Right.PATIENTS),
    "add_to_waitlist": (Right.BOOK, Right.BOOK),
    "leave_waitlist": (Right.BOOK, Right.BOOK),
    "accept_offer": (Right.BOOK, Right.BOOK),
    "decline_offer": (Right.BOOK, Right.BOOK),
    "desk_rules": (Right.DESK_SETTINGS, Right.DESK_SETTINGS),
    "setup": (Right.SEE_SETTINGS, Right.SETTINGS),
    "go_live": (Right.SETTINGS, Right.SETTINGS),
    "connect": (Right.SETTINGS, Right.SETTINGS),
    "integrations": (Right.SEE_SETTINGS, Right.SETTINGS),
    "integration": (Right.SEE_SETTINGS, Right.SETTINGS),
    "health": (Right.SEE_SETTINGS, Right.SETTINGS),
    "remove_held_back": (Right.SETTINGS, Right.SETTINGS),
    "webhook_logs": (Right.EVENTS, Right.SETTINGS),
    "event_log": (Right.EVENTS, Right.SETTINGS),
    "replay": (Right.SETTINGS, Right.SETTINGS),
    "register_webhooks": (Right.SETTINGS, Right.SETTINGS),
    "sync_now": (Right.SETTINGS, Right.SETTINGS),
    "treatment_notes": (Right.SETTINGS, Right.SETTINGS),
    "update_key": (Right.SETTINGS, Right.SETTINGS),
    "disconnect": (Right.SETTINGS, Right.SETTINGS),
    "delete_data": (Right.SETTINGS, Right.SETTINGS),
    "notifications": (Right.LOOK, Right.LOOK),
    "robyn_settings": (Right.SEE_SETTINGS, Right.SETTINGS),
    "escalations": (Right.SEE_SETTINGS, Right.SETTINGS),
    "decisions": (Right.SEE_SETTINGS, Right.SETTINGS),
    "policy_text": (Right.SEE_SETTINGS, Right.SETTINGS),
    "policy_html": (Right.SEE_SETTINGS, Right.SETTINGS),
    "trigger": (Right.SEE_SETTINGS, Right.SETTINGS),
    "practitioner_addresses": (Right.SETTINGS, Right.SETTINGS),
    "tokens": (Right.SETTINGS, Right.SETTINGS),
    "revoke_token": (Right.SETTINGS, Right.SETTINGS),
    "logins": (Right.LOGINS, Right.LOGINS),
    "login_of": (Right.LOGINS, Right.LOGINS),
    "send_password_link": (Right.LOGINS, Right.LOGINS),
    "remove_login": (Right.LOGINS, Right.LOGINS),
    "assign_login": (Right.LOGINS, Right.LOGINS),
    "knowledge": (Right.LOOK, Right.KNOWLEDGE),
    "source": (Right.LOOK, Right.KNOWLEDGE),
    "gaps": (Right.LOOK, Right.KNOWLEDGE),
    "readiness": (Right.LOOK, Right.KNOWLEDGE),
    "add_note": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "add_site": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "add_document": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "read_again": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "remove_source": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "answer_gap": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "dismiss_gap": (Right.KNOWLEDGE, Right.KNOWLEDGE),
    "set_digest": (Right.KNOWLEDGE, Right.KNOWLEDGE),
}

#: The right that hearing an open page's changes asks for: that of the page.
LIVE: Mapping[str, Right] = {
    "home": Right.LOOK,
    "integration": Right.SEE_SETTINGS,
    "patients": Right.PATIENTS,
    "patient": Right.PATIENTS,
    "robyn": Right.TALKS,
    "robyn-talk": Right.TALKS,
    "scenarios": Right.TEST_ROBYN,
    "scenario": Right.TEST_ROBYN,
    "inbox": Right.TALKS,
    "inbox-talk": Right.TALKS,
    "calendar": Right.PATIENTS,
    "tasks": Right.TALKS,
    "waitlist": Right.PATIENTS,
    "health": Right.SEE_SETTINGS,
    "events": Right.EVENTS,
}


def right_for(match: ResolverMatch, method: str | None) -> Right | None:
    """What this request asks for; ``None`` where everybody may."""
    name = match.url_name or ""
    if name in WITHOUT:
        return None
    if name == "live":
        return LIVE.get(match.kwargs.get("page", ""), Right.SETTINGS)
    look, send = DOORS.get(name, (Right.SETTINGS, Right.SETTINGS))
    return look if method in SAFE else send


def opens(membership: Membership, route: str) -> bool:
    """Whether this login may look at the page: menus offer no other."""
    return may(membership, DOORS[route][0])


def rights_of(membership: Membership | None) -> dict[str, bool]:
    """For templates: ``may.book`` and so on."""
    return {right.value: membership is not None and may(membership, right) for right in Right}


def membership_of(request: HttpRequest) -> Membership:
    """As whom the request is made; every page but those in :data:`WITHOUT` has one."""
    found: Any = request.membership  # type: ignore[attr-defined]
    assert isinstance(found, Membership)
    return found
