"""Reading a web page: its title, its headings with what stands under them, its links. Nothing in it is run, and what
its readers do not see is not read (V6). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from routiq.knowledge.passages import Section, sentences
from routiq.knowledge.vocabulary import word_set

_SKIPPED = word_set(
    "script style noscript template svg iframe object canvas nav form button select textarea audio video map dialog "
    "menu head"
)
_VOID = word_set("area base br col embed hr img input link meta source track wbr")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "legend", "caption"))
_BLOCKS = word_set(
    "p div section article main header footer aside ul ol dl li dd tr table tbody thead blockquote pre address "
    "figure figcaption details fieldset body td th hr br"
)
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|"
    r"text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)|"
    r"color\s*:\s*(?:transparent|white|#fff(?:fff)?)\b|clip\s*:",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w-]{2,30})", re.IGNORECASE)
_ODD = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f\x00-\x08\x0b-\x1f\x7f]")
"""Characters that nobody sees."""
_DEEPEST = 200
LONGEST_TITLE = 90


@dataclass(frozen=True)
class Page:
    title: str
    sections: tuple[Section, ...]
    links: tuple[str, ...]


def read(content: bytes, content_type: str) -> Page:
    """Never raises: whatever a page is made of, what can be read of it is."""
    reader = _Reader()
    reader.feed(_decoded(content, content_type))
    reader.close()
    reader.end_block()
    sections = tuple(Section(one.heading, tuple(one.units)) for one in reader.sections if one.units)
    return Page(_title(reader.title, reader.first_heading), sections, tuple(dict.fromkeys(reader.links)))


def _decoded(content: bytes, content_type: str) -> str:
    named = re.search(r"charset=[\"']?([\w-]+)", content_type, re.IGNORECASE)
    sniffed = _CHARSET.search(content[:2048])
    name = named[1] if named else sniffed[1].decode("ascii") if sniffed else "utf-8"
    try:
        return content.decode(name, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _title(title: str, heading: str) -> str:
    """The page's own heading where it is short; else its title without the name of the site."""
    if heading and len(heading) <= LONGEST_TITLE:
        return heading
    own = re.split(r"\s+[|–—·»:-]\s+", title)
    return (own[0] if own[0].lower() not in ("home", "homepage", "") else own[-1])[:LONGEST_TITLE] or "Web page"


@dataclass
class _Open:
    heading: str = ""
    units: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.first_heading = ""
        self.sections: list[_Open] = [_Open()]
        self.links: list[str] = []
        self._stack: list[tuple[str, bool]] = []
        """Open elements, and whether each hides what is in it."""
        self._text: list[str] = []
        self._cells: list[str] | None = None
        """Of the table row that is open."""
        self._in_title = False

    @property
    def _hidden(self) -> bool:
        return any(hides for _, hides in self._stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = True
            return
        if tag == "a" and values.get("href") and "nofollow" not in values.get("rel", ""):
            # Navigation is not read, and is where most links are.
            self.links.append(values["href"])
        if tag in _BLOCKS or tag in _HEADINGS:
            self._break(tag)
        if tag in _VOID:
            return
        if len(self._stack) < _DEEPEST:
            self._stack.append((tag, _hides(tag, values)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
            return
        if tag in _HEADINGS:
            self._end_heading(tag)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag in _BLOCKS:
            self.end_block()
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place][0] == tag:
                del self._stack[place:]
                break

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = " ".join(f"{self.title} {_seen(data)}".split())[:300]
        elif not self._hidden:
            self._text.append(data)

    def _break(self, tag: str) -> None:
        if self._cells is not None and tag in ("td", "th", "br", "p", "div", "ul", "li"):
            self._text.append(" ")
            return
        self.end_block()
        if tag == "tr":
            self._cells = []

    def _taken(self) -> str:
        text = " ".join(_seen("".join(self._text)).split())
        self._text.clear()
        return text

    def end_block(self) -> None:
        """What was gathered is a paragraph or an item of a list."""
        if self._cells is not None:
            return
        text = self._taken()
        if text and any(c.isalnum() for c in text):
            self.sections[-1].units.extend(sentences(text))

    def _end_cell(self) -> None:
        text = self._taken()
        if self._cells is not None and text:
            self._cells.append(text)

    def _end_row(self) -> None:
        cells, self._cells = self._cells, None
        loose = self._taken()
        row = [*(cells or []), *([loose] if loose else [])]
        if row:
            self.sections[-1].units.extend(sentences(": ".join([row[0], ", ".join(row[1:])]) if row[1:] else row[0]))

    def _end_heading(self, tag: str) -> None:
        hidden = self._hidden
        text = self._taken().strip(" :")
        if not text or hidden:
            return
        if tag == "h1" and not self.first_heading:
            self.first_heading = text
        self.sections.append(_Open(text[:200]))


def _hides(tag: str, values: dict[str, str]) -> bool:
    return (
        tag in _SKIPPED
        or "hidden" in values
        or values.get("aria-hidden", "").lower() == "true"
        or bool(_UNSEEN.search(values.get("style", "")))
    )


def _seen(text: str) -> str:
    return _ODD.sub("", text)
