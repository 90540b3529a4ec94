"""axe-core over an open page, in both colour schemes and at a desk's and a phone's width.

What a page says and how it is built does not hang on its colours: the rules for that are asked once for each width,
those about colours once for each scheme.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LOOKS = ((1280, "light", _EVERYTHING), (1280, "dark", _COLOURS), (390, "dark", _EVERYTHING))
_RUN = "(asked) => axe.run(document, {runOnly: asked, resultTypes: ['violations']})"


def faults_of(page: Page) -> list[str]:
    """Every violation on the page as it stands, each with where it is; and whether it must be pushed sideways."""
    page.evaluate(AXE_SCRIPT)
    found = []
    for width, scheme, asked in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        where = f"{page.url} at {width}, {scheme}"
        found += [f"{where}: {_told(each)}" for each in page.evaluate(_RUN, asked)["violations"]]
        if page.evaluate("document.scrollingElement.scrollWidth") > width:
            found.append(f"{where}: wider than the window")
    return found


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(f"    {node['target']}: {node['failureSummary']}" for node in violation["nodes"][:4])
    return f"{violation['id']}: {violation['help']}\n{places}"
