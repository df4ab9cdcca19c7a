"""JSON values out of long text: the elements of a list one by one, or values one after another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from magnetar.capabilities.catalogue.findings import Rejected, shorten

_BLANK = re.compile(r"[\s\ufeff]*")
_BETWEEN = re.compile(r"[\s,]*")
_MORE = 1 << 18
LINE = "@magnetar:line"


def _refuse(name: str) -> str:
    """NaN and Infinity are no JSON; kept as text, they fail as prices."""
    return name


# Numbers stay as written, so that no price passes through a float and no long digit string through an int.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse)


def values(stream: TextIO, limit: int) -> Iterator[tuple[int, Any] | Rejected]:
    """The values of the text with the line on which each begins; a top-level list gives its elements.

    Args:
        limit: characters that one value may have.
    """
    text, at, line = stream.read(_MORE), 0, 1
    at = _BLANK.match(text).end()  # pyright: ignore[reportOptionalMemberAccess]
    listed = text[at : at + 1] == "["
    line += text.count("\n", 0, at)
    at += listed
    ended = False
    while True:
        gap = _BETWEEN.match(text, at).end()  # pyright: ignore[reportOptionalMemberAccess]
        line += text.count("\n", at, gap)
        at = gap
        if at == len(text):
            text, at = stream.read(_MORE), 0
            if not text:
                break
            continue
        if listed and text[at] == "]":
            ended = True
            at += 1
            listed = False
            continue
        if ended:
            yield Rejected(line, "json", shorten(text[at:]), "文件到此结束 nothing after the end of the list")
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            more = stream.read(max(_MORE, len(text) - at)) if _cut(error, text) and len(text) - at <= limit else ""
            if more:
                text, at = text[at:] + more, 0
                continue
            yield _malformed(error, line, text, at, limit)
            return
        if end == len(text) and (more := stream.read(_MORE)):  # a number may go on
            text, at = text[at:] + more, 0
            continue
        _mark_lines(text, at, end, line, value)
        yield line, value
        line += text.count("\n", at, end)
        at = end
        if at > _MORE:
            text, at = text[at:], 0
    if listed:
        yield Rejected(line, "json", "文件结尾 end of file", "列表以 ] 结束 a list that ends with ]")


def _cut(error: Exception, text: str) -> bool:
    """Whether the value only seems wrong because its end has not been read."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos > len(text) - 64 or error.msg.startswith("Unterminated string")


def _mark_lines(text: str, start: int, end: int, line: int, value: Any) -> None:
    """Note under LINE where each node of a graph begins."""
    nodes = value.get("@graph") if isinstance(value, dict) else None
    key = text.find('"@graph"', start, end)
    at = text.find("[", key, end) + 1
    if not isinstance(nodes, list) or key < 0 or not at:
        return
    line += text.count("\n", start, at)
    for node in nodes:
        gap = _BETWEEN.match(text, at).end()  # pyright: ignore[reportOptionalMemberAccess]
        line += text.count("\n", at, gap)
        try:
            end = _DECODER.raw_decode(text, gap)[1]
        except (json.JSONDecodeError, RecursionError):  # the word stood somewhere else first
            return
        if isinstance(node, dict):
            node[LINE] = line
        line += text.count("\n", gap, end)
        at = end


def _malformed(error: Exception, line: int, text: str, at: int, limit: int) -> Rejected:
    if isinstance(error, json.JSONDecodeError):
        line += text.count("\n", at, error.pos)
        if len(text) - at > limit:
            return Rejected(
                line, "json", f"over {limit:,} characters", f"一个值至多 {limit:,} 字符 a smaller value, or a list"
            )
        return Rejected(line, "json", shorten(text[error.pos : error.pos + 60]), f"正确的 JSON valid JSON: {error.msg}")
    return Rejected(line, "json", "嵌套过深 nested too deeply", "一个商品对象 a product object")
