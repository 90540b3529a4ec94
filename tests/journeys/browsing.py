"""A visitor's browser window that notes every complaint, and the few things every journey does in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.journeys.stage import Owner

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
_REFUSED = "Failed to load resource: the server responded with a status of"
"""Chromium says this of every answer from 400 on; the answers themselves are looked at instead."""
_REPLACED = ("htmx:sendAbort", "htmx:afterRequest")
"""htmx says this when a newer search replaces one that is under way, as it shall; what fails has other names."""


Browse = Callable[..., Page]
"""Opens a window: ``browse(owner)`` logged in, ``browse()`` as a stranger. The fixture of this name."""


class Complaints:
    """What went wrong unseen in the windows of one context: errors on the console, in scripts, in what they load."""

    def __init__(self, context: BrowserContext) -> None:
        self.found: list[str] = []
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith((_REFUSED, *_REPLACED)):
            self.found.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        is_page = False
        with suppress(Exception):  # The window may be gone already.
            is_page = response.request.is_navigation_request()
        if response.status >= (500 if is_page else 400):
            self.found.append(f"answer: {response.status} {response.request.method} {response.url}")


def log_in(page: Page, owner: Owner) -> None:
    """As the owner, to the dashboard."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill(owner.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()


def open_from_menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
