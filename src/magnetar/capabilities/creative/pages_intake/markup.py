"""Reading a page's markup once, as data: scripts of JSON-LD, meta tags, microdata, headings, lists, tables, pictures.

Nothing is run; text of scripts and styles other than JSON-LD is dropped. Counts and depths are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

MOST_ITEMS, MOST_TEXT, MOST_DEPTH = 4_000, 20_000, 400
_HIDDEN = ("script", "style", "template", "noscript", "svg", "iframe", "object", "head")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "tr",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "dd",
        "section",
        "article",
        "ul",
        "ol",
        "table",
        "br",
        "span",
    ]
)
_ASIDE = frozenset(["nav", "footer", "aside", "header", "form", "button", "select"])
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


@dataclass(slots=True)
class Page:
    """What a page holds, by sort."""

    title: str = ""
    language: str = ""
    base: str = ""
    canonical: str = ""
    json_ld: list[str] = field(default_factory=list[str])
    metas: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(name or property in small letters, content)."""
    itemprops: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """(itemtype of the innermost item, itemprop, value)."""
    headings: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    items: list[str] = field(default_factory=list[str])
    """Texts of list items outside navigation."""
    rows: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Rows of two cells, and dt/dd pairs."""
    paragraphs: list[str] = field(default_factory=list[str])
    priced: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(class or id, text) of elements that say in their class or id that they hold a price."""
    pictures: list[str] = field(default_factory=list[str])
    hidden: int = 0
    """Texts that the page hides from its readers; they are left out."""
    refresh: str = ""
    """Where the page sends its readers on to by itself; it is not followed."""
    cut: bool = False
    """Whether a bound was met and the rest left out."""


_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?:\.0*)?(?![.\d])"
    r"|(?:left|top|text-indent|right|margin-left)\s*:\s*-\d{3,}|clip\s*:\s*rect\(0|(?:width|height)\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
"""Styles that hide what an element holds from whoever looks at the page; style sheets are not read."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[tuple[str, str, list[str], str, str, bool]] = []
        """(tag, price mark, text, itemprop, itemtype, whether it is hidden)."""
        self._types: list[str] = []
        self._quiet = 0
        self._aside = 0
        self._cells: list[str] = []
        self._term = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page = self.page
        have = {name: (value or "")[:4000] for name, value in attrs[:40]}
        if tag in _HIDDEN and tag != "head":
            self._quiet += 1
            return
        if tag == "html":
            page.language = have.get("lang", "")[:20]
        elif tag == "base" and not page.base:
            page.base = have.get("href", "")
        elif tag == "link" and have.get("rel", "").lower() == "canonical":
            page.canonical = have.get("href", "")
        elif tag == "meta":
            name = (have.get("property") or have.get("name") or "").lower()
            if have.get("http-equiv", "").lower() == "refresh" and not page.refresh:
                page.refresh = have.get("content", "")[:300]
            if name and len(page.metas) < MOST_ITEMS:
                page.metas.append((name[:80], have.get("content", "")))
        if "itemprop" in have and tag in ("meta", "link", "img", "a", "data", "time", "source"):
            value = (
                have.get("content")
                or have.get("href")
                or have.get("src")
                or have.get("value")
                or have.get("datetime", "")
            )
            if value:
                self._prop(have["itemprop"], value)
        unseen = (
            bool(self._open and self._open[-1][5]) or "hidden" in have or bool(_UNSEEN.search(have.get("style", "")))
        )
        if tag == "img" and len(page.pictures) < MOST_ITEMS and not self._aside and not unseen:
            source = have.get("data-src") or have.get("src", "")
            if source and not source.startswith("data:"):
                page.pictures.append(source)
        if tag in _VOID:
            if tag == "br":
                self.handle_data("\n")
            return
        if tag in _ASIDE:
            self._aside += 1
        if len(self._open) >= MOST_DEPTH:
            page.cut = True
            return
        marks = f"{have.get('class', '')} {have.get('id', '')}".lower()
        mark = marks[:80] if "price" in marks or "价" in marks else ""
        prop = have.get("itemprop", "") if not (tag == "a" and have.get("href")) else ""
        prop = "" if "itemscope" in have else prop
        kind = have.get("itemtype", "").rstrip("/").rpartition("/")[2].lower() if "itemscope" in have else ""
        self._open.append((tag, mark, [], prop if not have.get("content") else "", kind, unseen))
        if have.get("content") and prop:
            self._prop(prop, have["content"])
        if kind:
            self._types.append(kind)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and tag != "head":
            self._quiet = max(0, self._quiet - 1)
            return
        if tag in _ASIDE:
            self._aside = max(0, self._aside - 1)
        for place in range(len(self._open) - 1, max(-1, len(self._open) - 40), -1):
            if self._open[place][0] == tag:
                for _ in range(len(self._open) - place):
                    self._close()
                return

    def _close(self) -> None:
        tag, mark, parts, prop, kind, unseen = self._open.pop()
        text = re.sub(r"[^\S\n]+", " ", "".join(parts)).strip()[:MOST_TEXT]
        page = self.page
        if kind and self._types:
            self._types.pop()
        if unseen:
            page.hidden += bool(text)
            return
        if self._open and text and not (prop and len(text) > MOST_TEXT // 2):
            above = self._open[-1][2]
            if sum(map(len, above[-50:])) < MOST_TEXT:
                above.append(f"\n{text}\n" if tag in _BLOCKS and tag != "span" else text)
        if not text:
            return
        if prop:
            self._prop(prop, text)
        if tag == "title" and not page.title:
            page.title = text
        if self._aside:
            return
        flat = " ".join(text.split())
        if tag in ("h1", "h2") and len(page.headings) < 60:
            page.headings.append((tag, flat))
        elif tag == "li" and len(page.items) < MOST_ITEMS:
            page.items.append(flat)
        elif tag in ("td", "th"):
            self._cells.append(flat)
        elif tag == "tr":
            if len(self._cells) == 2 and len(page.rows) < MOST_ITEMS:
                page.rows.append((self._cells[0], self._cells[1]))
            self._cells = []
        elif tag == "dt":
            self._term = flat
        elif tag == "dd":
            if self._term and len(page.rows) < MOST_ITEMS:
                page.rows.append((self._term, flat))
            self._term = ""
        elif tag == "p" and len(page.paragraphs) < MOST_ITEMS:
            page.paragraphs.append(text)
        if mark and len(page.priced) < 200 and len(flat) <= 60:
            page.priced.append((mark + (" del" if tag in ("del", "s", "strike") else ""), flat))
        elif tag in ("del", "s", "strike") and len(page.priced) < 200 and len(flat) <= 60:
            page.priced.append(("del", flat))

    def handle_data(self, data: str) -> None:
        if self._quiet or not self._open:
            return
        self._open[-1][2].append(data[:MOST_TEXT])

    def _prop(self, names: str, value: str) -> None:
        if len(self.page.itemprops) < MOST_ITEMS:
            kind = self._types[-1] if self._types else ""
            for name in names.split()[:4]:
                self.page.itemprops.append((kind, name.lower()[:60], " ".join(value.split())[:MOST_TEXT]))


_RAW = re.compile(r"<(script|style)\b([^<>]{0,4000})>", re.IGNORECASE)
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
_STRAY = re.compile(r"<(?!/?[a-zA-Z][^<>]{0,20000}>)")
MOST_LD, LD_CHARS = 40, 2_000_000


def read_markup(text: str) -> Page:
    """A page's parts; broken markup gives what there is, never an error, in time that grows with its length."""
    reader = _Reader()
    plain = _without_raw(_without_comments(text), reader.page.json_ld)
    reader.feed(_STRAY.sub("&lt;", plain))
    reader.close()
    while reader._open:  # pyright: ignore[reportPrivateUsage]
        reader._close()  # pyright: ignore[reportPrivateUsage]
    return reader.page


def _without_comments(text: str) -> str:
    """The text without comments, but for those that wrap a script's data; one left open hides the rest."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        wraps = text[max(0, start - 80) : start].rstrip()[-1:] == ">" and "ld+json" in text[max(0, start - 300) : start]
        if end < 0:
            return "".join([*kept, text[at:start]])
        kept.append(text[at : end + 3] if wraps else text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def _without_raw(text: str, json_ld: list[str]) -> str:
    """The text without scripts and styles; blocks of JSON-LD are kept apart."""
    kept: list[str] = []
    at = 0
    for opening in _RAW.finditer(text):
        if opening.start() < at:
            continue
        kept.append(text[at : opening.start()])
        closing = _ENDS[opening[1].lower()].search(text, opening.end())
        if closing is None:
            return "".join(kept)
        if "ld+json" in opening[2].lower() and len(json_ld) < MOST_LD:
            size = closing.start() - opening.end()
            json_ld.append(text[opening.end() : closing.start()] if size <= LD_CHARS else "")
        at = text.find(">", closing.end()) + 1 or len(text)
    return "".join([*kept, text[at:]])
