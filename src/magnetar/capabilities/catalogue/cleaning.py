"""Text from outside: no markup, no control characters, no addresses that run code.

A title is shown in a terminal, on a page and in a film; each of these has its own way of being
misled, and the text is stripped of all of them once, on the way in.
"""

from __future__ import annotations

import html
import re

_TERMINAL = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)|\x1b[@-_]")
# Controls, direction overrides, invisible characters and halves of surrogate pairs; the joiners
# U+200C and U+200D stay, because Persian and emoji are spelt with them.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
_INLINE_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_HIDDEN = re.compile(r"<(script|style|template|noscript)\b[^>]{0,2000}>", re.IGNORECASE)
_CLOSING = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template", "noscript")}
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"<!--|-->|</?[a-zA-Z!?][^<>]*>")
_OPEN_END = re.compile(
    r"<(?:script|img|svg|iframe|a|object|embed|style|link|meta|body|input|form|video|audio)\b[^<>]*\Z", re.IGNORECASE
)
_WEB = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#]\S*)?", re.IGNORECASE)
_PLAIN_WEB = re.compile(r"https?://[\w.-]+/[\w./?=%#~+-]*", re.ASCII)
_SCHEME = re.compile(r"[^/?#]*:")
LINK_CHARS = 2048
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EDGES = frozenset(("", " ", *FORMULA_STARTS))


def clean(text: str, lines: bool = False) -> str:
    """The text without terminal sequences and control characters, its white space folded.

    Args:
        lines: keep line breaks (for descriptions).

    >>> clean(" red\\x1b[31m mug\\u202e\\n ")
    'red mug'
    """
    if text.isprintable():
        return (
            text
            if not text or (text[0] != " " and text[-1] != " " and "  " not in text)
            else _SPACE.sub(" ", text).strip()
        )
    text = _TERMINAL.sub("", text)
    if lines:
        text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        text = _LINES.sub("\n\n", _INLINE_SPACE.sub(" ", text).replace(" \n", "\n").replace("\n ", "\n"))
    else:
        text = _CONTROL.sub("", _SPACE.sub(" ", text))
        text = _SPACE.sub(" ", text)
    return text.strip()


def without_markup(text: str, lines: bool = False) -> str:
    """The text that a page would show: tags gone, entities read, scripts dropped with their content.

    >>> without_markup("<b>Mug</b> &amp; saucer<script>steal()</script>"), without_markup("3 < 5 mm")
    ('Mug & saucer', '3 < 5 mm')
    """
    if "<" in text or "&" in text:
        for _ in range(3):  # feeds often escape twice; more rounds would be an attack
            before = text
            text = html.unescape(text)
            text = _OPEN_END.sub("", _TAG.sub("", _BREAK.sub("\n", _drop_hidden(text))))
            if text == before:
                break
    return clean(text, lines)


def _drop_hidden(text: str) -> str:
    """Cut out elements whose content is not for reading; one left open hides the rest."""
    if not _HIDDEN.search(text):
        return text
    kept: list[str] = []
    at = 0
    for opening in _HIDDEN.finditer(text):
        if opening.start() < at:
            continue
        kept.append(text[at : opening.start()])
        closing = _CLOSING[opening[1].lower()].search(text, opening.end())
        if closing is None:
            return "".join(kept)
        end = text.find(">", closing.end())
        if end < 0:
            return "".join(kept)
        at = end + 1
    return "".join([*kept, text[at:]])


def is_tidy(text: str) -> bool:
    """Whether there is nothing to clean, for the common case: most text is as it should be.

    >>> is_tidy("陶瓷 mug"), is_tidy(" mug"), is_tidy("=1"), is_tidy("<b>")
    (True, False, False, False)
    """
    return (
        text.isprintable()
        and "<" not in text
        and "&" not in text
        and "  " not in text
        and text[:1] not in _EDGES
        and text[-1:] != " "
    )


def formula_like(text: str) -> bool:
    """Whether a spreadsheet would run the text as a formula.

    >>> formula_like("=cmd|' /C calc'!A0"), formula_like("-5 °C"), formula_like("mug")
    (True, True, False)
    """
    return text.startswith(FORMULA_STARTS)


def web_address(text: str, below: bool = False) -> str | None:
    """The address if it is http(s) or a relative path, with blanks escaped; else None.

    Args:
        below: a relative path must stay below the folder of the feed (for images, which are opened).

    >>> web_address("https://shop.example/a b.jpg"), web_address("java\\tscript:alert(1)")
    ('https://shop.example/a%20b.jpg', None)
    >>> web_address("/products/mug"), web_address("/etc/passwd", below=True), web_address("//evil.example")
    ('/products/mug', None, None)
    """
    if len(text) <= LINK_CHARS and _PLAIN_WEB.fullmatch(text):
        return text
    text = clean(text).replace(" ", "%20")
    if len(text) > LINK_CHARS or '"' in text or "<" in text or ">" in text or "`" in text:
        return None
    if _WEB.fullmatch(text):
        return text
    if "\\" in text or _SCHEME.match(text) or text.startswith("//") or ".." in re.split(r"[/?#]", text):
        return None
    if "%2e%2e" in text.lower() or (below and text.startswith(("/", "~"))):
        return None
    return text
