"""What a merchant's plain words wish, by rules, in Chinese and English; what was not understood is told, not guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from magnetar.capabilities.creative.agent.denying import asked, clause_of, denied
from magnetar.capabilities.creative.agent.rules import LAST, RULES, Wish, number

LONGEST = 2000
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), made) for pattern, made in RULES)
_EMPTY = re.compile(r"\b(?:don'?t|do not|it's|i'd)\b|[\W_]+|先不要|先别|可以|还是|一点|一些|点儿|整体|换成|改成|这个|那个|这款|这条|请问|想问|不用|目标|就这个|都要|又要|各一条|但要|请|麻烦|帮我|给我|我们家?|我想要?|我要|我觉得|我的|我|然后|再|和|把|的|吧|一下|商品|产品|广告|片子|视频|影片|短片|左右|时长|你好|谢谢|不过|但是|那|呢|啊|了|嗯|哦|\b(?:please|pls|and|then|the|an?|with|it'?s?|i'?d?|want|would|like|to|can|u|you|me|make|ads?|films?|videos?|product|this|that|is|be|for|hi|hello|thanks|ok|okay|good|nah|well|so|too|but|instead|say|yet|show|give|get|about|what|s|first|actually|lol|need|of|nope|one|ones|version|versions|look|feel|style|bit|more|just|will|my|on|it's|does|do|did|was|are|i'?ll|have|please)\b", re.I)  # fmt: skip
_URGED = re.compile(r"可以|现在|马上|立刻|赶紧|直接|没问题|就|去|行|好|都|\b(?:why not|just|now|right away|go ahead|ready|let'?s|all of (?:them|it)|them|both|great|live)\b", re.I)  # fmt: skip
_COULD_BE_HELD = {
    "make",
    "publish",
    "choose",
    "more",
    "yes",
    "undo",
    "redo",
    "price",
    "longer",
    "scene",
    "style",
    "count",
    "audiences",
    "gender",
}
_NEGATED = re.compile(r"不|别|去掉|关掉|无|don|do not|no |never|without|drop|remove|delete|算了|hate|太|too", re.I)
_ONE_VALUE = {
    "aspect",
    "length_s",
    "tone",
    "style",
    "goal",
    "language",
    "audience",
    "voice",
    "gender",
    "subtitles",
    "pace",
    "price",
}


def read_wishes(text: str) -> tuple[list[Wish], str]:
    """What a text wishes, in its order, and the words that no rule understood.

    >>> read_wishes("字大一点, 先说价格")[0]
    [Wish(kind='direction', field='text_scale', value=1.12), Wish(kind='price', field='', value=True)]
    >>> read_wishes("第 1 个")[0]
    [Wish(kind='choose', field='', value=1)]
    >>> read_wishes("给学生看, 活泼一点, 20秒")[0][0]
    Wish(kind='brief', field='audience', value='学生')
    """
    told = re.sub(r"(?<=第)\s+(?=\S)|(?<=[\d一二三四五六七八九十])\s+(?=[个句段屏版号款])", "", text[:LONGEST])
    found: list[tuple[int, Wish]] = []
    taken = [False] * len(told)
    for pattern, made in _COMPILED:
        for match in pattern.finditer(told):
            if match.start() == match.end() or any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            found.append((match.start(), _heard(told, match, made(match))))
    left = "".join(letter if not used else " " for letter, used in zip(told, taken, strict=True))
    found.sort(key=lambda one: one[0])
    return [wish for _, wish in found], " ".join(_EMPTY.sub(" ", left).split())


def _heard(told: str, match: re.Match[str], wish: Wish) -> Wish:
    """A wish as it is meant: one that is taken back or only asked about is held, not done."""
    start, end = match.span()
    if wish.kind == "publish" and (denied(told, start, end) or asked(told, start, end) or _beside(told, start, end)):
        return Wish("held", "publish")
    free = wish.kind in _COULD_BE_HELD or wish.kind in ("brief", "direction")
    if free and not _NEGATED.match(match.group()) and denied(told, start, end):
        if wish.field == "subtitles" and wish.value is True:
            return Wish("direction", "subtitles", False)
        if wish.field == "voice" and wish.value == "":
            return Wish("direction", "voice", "none")
        return Wish("held", wish.field if wish.kind in ("brief", "direction") else wish.kind, wish.value)
    return wish


def _beside(told: str, start: int, end: int) -> bool:
    """Whether a clause says more than to publish: then it is not done on a guess at what the rest means."""
    before, after = clause_of(told, start, end)
    return len(_EMPTY.sub("", _URGED.sub("", f"{before} {after}"))) > 1


def settle(found: Sequence[Wish]) -> tuple[list[Wish], list[tuple[Wish, Wish]]]:
    """Of wishes that exclude each other only the last, and the pairs that did.

    >>> settle([Wish("direction", "aspect", "16:9"), Wish("direction", "aspect", "1:1")])[0]
    [Wish(kind='direction', field='aspect', value='1:1')]
    """
    last: dict[str, int] = {}
    against: list[tuple[Wish, Wish]] = []
    kept: list[Wish | None] = list(found)
    for place, wish in enumerate(found):
        name = wish.field if wish.kind in ("brief", "direction") else wish.kind
        if name not in _ONE_VALUE:
            continue
        if name in last:
            earlier = found[last[name]]
            kept[last[name]] = None
            if earlier.value != wish.value:
                against.append((earlier, wish))
        last[name] = place
    return [wish for wish in kept if wish is not None], against


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["wishes"],
    "properties": {
        "wishes": {
            "type": "array",
            "maxItems": 6,
            "items": {"type": "string", "maxLength": 60},
        }
    },
}
"""What a language model may answer: the same wishes in words that the rules know."""
EXAMPLES = "字大一点; 字小一点; 高级感; 科技感; 温馨; 活泼; 简约; 清新; 喜庆; 先说价格; 价格放最后; 节奏快; 节奏慢; 换个音乐; 不要配音; 加上配音; 横版; 方形; 竖版; 20秒; 短一点; 长一点; 平实; 送礼; 英文; 给学生看; 一定要说「…」; 不要说「…」; 第2句改成「…」; 去掉第3个镜头; 换一批; 做三条; 撤销; 重做; 发布; 案例; 多少钱; 有哪些卖点; 哪条卖得好; 还有多少库存; 做这条多少钱; 开始做"


def tongue_of(text: str) -> str:
    """zh, en, or '' for ids, figures and signs, which are of no language.

    >>> tongue_of("p018"), tongue_of("publish"), tongue_of("p018 大一点"), tongue_of("😀")
    ('', 'en', 'zh', '')
    """
    if re.search(r"[\u3400-\u9fff]", text):
        return "zh"
    return "en" if re.search(r"[A-Za-z]", re.sub(r"\S*\d\S*", " ", text)) else ""


__all__ = ["EXAMPLES", "LAST", "LONGEST", "SCHEMA", "Wish", "number", "read_wishes", "settle", "tongue_of"]
