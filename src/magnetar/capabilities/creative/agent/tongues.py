"""One language's words out of a message that is written in both."""

from __future__ import annotations

import re

_CJK = re.compile(r"[\u3400-\u9fff]")
_QUOTED = re.compile(r"'[^']{1,80}'|\"[^\"]{1,80}\"|“[^”]{1,80}”|「[^」]{1,80}」")
_ENGLISH = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z][A-Za-z'’]*(?:[ ,]+[A-Za-z][A-Za-z'’-]*)+")
_NAME = re.compile(r"^[a-z_]+(?:\[\d+\])?\s*[:：]\s*")


def in_tongue(text: str, zh: bool) -> str:
    """A message in the speaker's language; data in quotes stays, and what is in one language only stays whole.

    >>> told = "字体缺字 The font Noto has no glyph for '\U0001f600' in 'cup'. Correct the record."
    >>> in_tongue(told, True), in_tongue(told, False)
    ("字体缺字: '\U0001f600', 'cup'.", "The font Noto has no glyph for '\U0001f600' in 'cup'. Correct the record.")
    >>> in_tongue("没有这部影片. · There is no such film.", False)
    'There is no such film.'
    """
    chinese, mark, english = text.partition(" · ")
    if mark and _CJK.search(chinese):
        return (chinese if zh else english).strip()
    bare = _QUOTED.sub(lambda match: "\0" * len(match.group()), text)
    starts = [one.start() for one in _ENGLISH.finditer(bare)]
    if not starts or not _CJK.search(bare):
        return text.strip()
    letters = [one.start() for one in _CJK.finditer(bare)]
    if letters[0] > starts[0]:  # English comes first
        said = text[letters[0] :] if zh else text[: letters[0]]
        return said.strip(" :：")
    first = next((start for start in starts if start > letters[0]), len(text))
    if not zh:
        return text[first:].strip(" :：")
    head = _NAME.sub("", text[:first]).strip(" :：.")
    data = [one.group() for one in _QUOTED.finditer(text[first:])]
    tail = text[first:].rpartition(": ")[2].rstrip(".")
    if not data and _CJK.search(tail) and not _ENGLISH.search(tail):
        data = [tail]
    return f"{head}: {', '.join(dict.fromkeys(data))}." if data else f"{head}."
