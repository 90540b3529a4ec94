"""The stage is set once and shared: the product, the sandbox, one browser. Each journey opens windows of its own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pms_sandbox.testing import RunningSandbox, running_sandbox
from tests.journeys.browsing import ARGUMENTS, CHROMIUM, Browse, Complaints, log_in
from tests.journeys.stage import ROOT, Owner, Stage, running_product

PATIENTS = 160
"""Enough for several pages of the patients list."""
PATIENCE = 30_000.0
"""Milliseconds a page may take on a busy machine before a journey gives up."""
PICTURES = ROOT / "var" / "journeys"


@pytest.fixture(scope="session")
def world() -> Iterator[RunningSandbox]:
    """The sandbox in a process of its own, with webhooks. Without a limit: the product keeps to its own, and one
    journey must not use up another's."""
    with running_sandbox(process=True, patients=PATIENTS, seed=7, rate_limit=0, webhooks=True) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def stage(world: RunningSandbox) -> Iterator[Stage]:
    """In a folder of its own: those of pytest are for its user alone, and root's database runs as another."""
    with tempfile.TemporaryDirectory(prefix="routiq-journeys-") as folder:
        Path(folder).chmod(0o755)
        with running_product(Path(folder), world) as stage:
            yield stage


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def clinic(stage: Stage, world: RunningSandbox, browser: Browser) -> Owner:
    """A practice at work: connected, its first sync complete, Robyn live."""
    owner = stage.open_practice("Harbour Street Physiotherapy")
    stage.connect(owner, world.key("admin"))
    with browser.new_context(base_url=stage.url) as context:
        page = context.new_page()
        log_in(page, owner)
        page.goto("/go-live")
        page.get_by_role("button", name="Go live").click()
        expect(page.get_by_text("You are live.")).to_be_visible()
    return owner


@pytest.fixture
def newcomer(stage: Stage) -> Owner:
    """The owner of a practice where nothing is done yet."""
    return stage.open_practice("Wattle Street Physiotherapy")


@pytest.fixture
def browse(browser: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Browse]:
    """Opens a window: ``browse(owner)`` logged in, ``browse()`` as a stranger; options are those of a context.

    What the windows complained of fails the journey; on failure each leaves a picture in ``var/journeys``."""
    contexts: list[BrowserContext] = []
    complaints: list[Complaints] = []

    def window(owner: Owner | None = None, **options: Any) -> Page:
        chosen = {"viewport": {"width": 1280, "height": 900}, "locale": "en-AU", "color_scheme": "light", **options}
        context = browser.new_context(base_url=stage.url, **chosen)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        complaints.append(Complaints(context))
        page = context.new_page()
        if owner is not None:
            log_in(page, owner)
        return page

    yield window
    found = [each for own in complaints for each in own.found]
    if found or getattr(request.node, "went_wrong", False):
        _take_pictures(request.node.name, [page for context in contexts for page in context.pages])
    for context in contexts:
        context.close()
    assert not found, "\n".join(found)


def _take_pictures(name: str, pages: list[Page]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    for number, page in enumerate(pages, 1):
        page.screenshot(path=PICTURES / f"{plain}-{number}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed:
        item.went_wrong = True  # type: ignore[attr-defined]
    return report
