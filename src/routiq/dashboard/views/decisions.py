"""Settings > Automated decisions: what programs decide about patients, and the words for the privacy policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from routiq.dashboard.doors import membership_of, opens
from routiq.disclosure.countries import law_of
from routiq.disclosure.policy import policy_now
from routiq.disclosure.register import Entry, register
from routiq.practices.decisions import By

_TABS = {"Front desk": "desk_rules", "Robyn": "robyn_settings", "Escalations": "escalations"}
"""Where the pages are on which the rooms say that something is set."""


@dataclass(frozen=True)
class Line:
    entry: Entry
    route: str
    """Of the page on which it is set; empty where there is none, or this login does not open it."""


@dataclass(frozen=True)
class Group:
    key: str
    heading: str
    about: str
    topics: Sequence[tuple[str, Sequence[Line]]]
    """By heading, which is empty where there is but one."""

    @property
    def count(self) -> int:
        return sum(len(lines) for _, lines in self.topics)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    found = register()
    groups = (
        Group(
            "alone",
            "Decided by the program alone",
            "Nobody looks at these before they take effect.",
            [(words, _lines(request, entries)) for words, entries in found.made_alone()],
        ),
        Group(
            "assisted",
            "Decided by a person, with the program’s help",
            "The program prepares what somebody then decides.",
            [("", _lines(request, found.made(By.ASSISTED)))],
        ),
        Group(
            "off",
            "Not decided, as things are set",
            "These are left out of your text until you set them otherwise.",
            [("", _lines(request, found.not_made))],
        ),
    )
    context = {
        "groups": [group for group in groups if group.count],
        "law": law_of(request.practice.country_code),  # type: ignore[attr-defined]
        "policy": policy_now(found),
    }
    return render(request, "dashboard/settings/decisions.html", context)


@require_safe
def as_text(request: HttpRequest) -> HttpResponse:
    return _file(policy_now(register()).text, "text/plain", "txt")


@require_safe
def as_html(request: HttpRequest) -> HttpResponse:
    """What can be pasted into a website, and opened by itself."""
    policy = policy_now(register())
    page = format_html(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{}</title>\n{}\n</html>\n',
        policy.title,
        policy.html,
    )
    return _file(page, "text/html", "html")


def _lines(request: HttpRequest, entries: Sequence[Entry]) -> list[Line]:
    login = membership_of(request)

    def route(entry: Entry) -> str:
        name = _TABS.get(entry.decision.set_under, "")
        return name if name and opens(login, name) else ""

    return [Line(entry, route(entry)) for entry in entries]


def _file(content: str, kind: str, ending: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="automated-decisions.{ending}"'
    return answer
