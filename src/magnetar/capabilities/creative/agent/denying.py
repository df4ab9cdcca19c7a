"""Whether a wish is taken back, put off or only asked about by the words around it: "先不要发布", "don't make it yet"."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[，,。；;！!？?\n]|\b(?:and|but|then)\b|但是?|而是|然后|不过")
_WHETHER = re.compile(r"能不能|可不可以|要不要|会不会|是不是|行不行|好不好")
_STAYS = re.compile(r"为什么不|何不|不如|不错|不好看|不好听|\bwhy not\b|\bwhy don'?t\b|\bnot bad\b|\bcan'?t wait\b|\bno problem\b", re.I)  # fmt: skip
_DENIED_ZH = re.compile(
    r"(?:不要|不用|不想|不必|不许|不能|不可以|不需要|没让你|没叫你|先别|先不|别|勿|暂不|暂时不|不)[要再急着马上现在就先给我把它这那条个支片子视频了太]{0,8}$"
)
_DENIED_EN = re.compile(
    r"\b(?:don'?t|do not|doesn'?t|not|never|no need to|without|stop|wait|hold off(?: on)?)\b[^.]{0,40}$", re.I
)
_LATER_BEFORE = re.compile(
    r"(?:明天|晚点|等会儿?|等下|等等|等一下|稍后|回头|以后|下次|过几天)[再才我们来]{0,3}$|(?:等|过|后|完|好)[^，,。；;]{0,14}再$"
)
_LATER_AFTER = re.compile(r"\s*(?:it|this|先不要|先别|先不|就算了|不急|later|tomorrow|next week|another time|not yet)*?\s*(?:先不要|先别|先不|就算了|不急|later|tomorrow|next week|another time|not yet|once|after|when|until|unless|if)\b|\s*(?:先不要|先别|先不|就算了|不急)", re.I)  # fmt: skip
_ASKED = re.compile(r"怎么|如何|什么时候|多久|会不会|是不是|能不能|可不可以|\b(?:how|when|should|what|is it (?:ok|okay|fine|safe))\b|可以[^，,。]{0,6}吗", re.I)  # fmt: skip


def clause_of(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands in a clause before and after a stretch of it.

    >>> clause_of("好, 现在发布吧, 谢谢", 5, 7)
    (' 现在', '吧')
    """
    return _CLAUSE.split(text[:start])[-1], _CLAUSE.split(text[end:])[0]


def denied(text: str, start: int, end: int) -> bool:
    """Whether the words before or after a wish take it back or put it off.

    >>> told = "先不要发布, 字大一点"
    >>> denied(told, told.index("发布"), told.index("发布") + 2), denied(told, told.index("字"), len(told))
    (True, False)
    >>> denied("don't make it yet", 6, 13), denied("why don't you make it", 14, 21), denied("publish it later", 0, 7)
    (True, False, True)
    """
    before = _WHETHER.sub(" ", _CLAUSE.split(text[:start])[-1])
    if _STAYS.search(before):
        return False
    return bool(
        _DENIED_ZH.search(before)
        or _DENIED_EN.search(before)
        or _LATER_BEFORE.search(before)
        or _LATER_AFTER.match(_CLAUSE.split(text[end:])[0])
    )


def asked(text: str, start: int, end: int) -> bool:
    """Whether a wish stands in a question about it, which is no order.

    >>> asked("怎么发布?", 2, 4), asked("发布吗", 0, 2), asked("can you publish it?", 8, 15)
    (True, True, False)
    """
    clause = _CLAUSE.split(text[:start])[-1] + text[start:end] + _CLAUSE.split(text[end:])[0]
    return bool(_ASKED.search(clause)) or bool(re.match(r"了?[吗嘛没]", text[end:]))
