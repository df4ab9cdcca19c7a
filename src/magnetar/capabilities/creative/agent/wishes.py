"""What a merchant's plain words wish, by rules, in Chinese and English; what was not understood is told, not guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 2000
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
            "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "one": 1, "two": 2, "three": 3}  # fmt: skip
_N = r"(\d{1,2}|[一二两三四五六七八九十]|first|second|third|fourth|fifth|one|two|three)"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is wished."""

    kind: str
    """brief, direction, scene, choose, make, more, publish, undo, cases, cost, product or help."""
    field: str = ""
    value: Any = None


def number(text: str) -> int:
    """A small number, written in figures or words.

    >>> number("三"), number("12"), number("second")
    (3, 12, 2)
    """
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _set(kind: str, field: str, value: Any) -> Callable[[re.Match[str]], Wish]:
    return lambda match: Wish(kind, field, value)


def _given(kind: str, field: str) -> Callable[[re.Match[str]], Wish]:
    return lambda match: Wish(
        kind, field, next(text for text in match.groups() if text is not None).strip(" ：:，,。.！!")
    )


def _scene(verb: str) -> Callable[[re.Match[str]], Wish]:
    def made(match: re.Match[str]) -> Wish:
        groups = [one for one in match.groups() if one is not None]
        return Wish("scene", verb, (number(groups[0]), *groups[1:]))

    return made


def _swap(match: re.Match[str]) -> Wish:
    first, second = (number(one) for one in match.groups() if one is not None)
    return Wish("scene", "swap", (first, second))


_QUOTED = r"[「“\"'『]([^」”\"'』]{1,60})[」”\"'』]"
_REST = r"([^，,。；;！!\n]{1,60})"
_RULES: tuple[tuple[str, Callable[[re.Match[str]], Wish]], ...] = (
    # scenes by number
    (rf"(?:第{_N}(?:个|句|段)?(?:镜头|句|段|屏)?|(?:scene|line) {_N})(?:的?(?:标题|文字|字))?\s*(?:改成|改为|换成|写成|to say|to|says?)\s*(?:{_QUOTED}|{_REST})", _scene("say")),
    (rf"(?:去掉|删掉|删除|不要|去除|drop|remove|delete)\s*(?:第{_N}(?:个|句|段)?(?:镜头|句|段|屏)?|(?:scene|line) {_N})", _scene("drop")),
    (rf"第{_N}(?:个|段)?(?:镜头)?(?:和|跟|与)第{_N}(?:个|段)?(?:镜头)?(?:对?换|互换|交换|调换|颠倒)|swap (?:scenes? )?{_N} (?:and|with) (?:scene )?{_N}", _swap),
    # what is to be said
    (rf"(?:一定要说|必须说|要提到|提到|加上一句|加一句|说一下|强调|must say|mention|be sure to say)\s*[：:]?\s*(?:{_QUOTED}|{_REST})", _given("brief", "must_say")),
    (rf"(?:不要说|别说|不要提|别提|不许说|不能说|不要出现|don'?t (?:say|mention)|must not say|never say)\s*[：:]?\s*(?:{_QUOTED}|{_REST})", _given("brief", "must_not_say")),
    # price
    (r"价格?(?:放|说)?(?:在|到)?(?:最后|后面|末尾)|先(?:不|别)说价|price (?:at the end|last)", _set("price", "", False)),
    (r"先说价格?|价格?(?:放|提|说)?(?:在|到)?(?:最前|前面|开头)|开头(?:就)?(?:说|报)价|price first|lead with (?:the )?price|start with (?:the )?price", _set("price", "", True)),
    # letters
    (r"字(?:体|号)?(?:再|要|稍微|稍)?(?:大|放大)(?:一?点|些)?|(?:大字|放大字)|(?:bigger|larger) (?:text|letters|type|font)|(?:text|letters|font) (?:bigger|larger)", _set("direction", "text_scale", 1.12)),
    (r"字(?:体|号)?(?:再|要|稍微|稍)?(?:小|缩小)(?:一?点|些)?|smaller (?:text|letters|type|font)|(?:text|letters|font) smaller", _set("direction", "text_scale", 1 / 1.12)),
    # voice
    (r"(?:不要|别|去掉|关掉|无)(?:配音|人声|旁白|声音)|no (?:voice|narration|voice-?over)", _set("direction", "voice", "none")),
    (r"(?:加|要|有|打开)(?:上|个)?(?:配音|人声|旁白)|(?:with|add)(?: a)? (?:voice|narration|voice-?over)", _set("direction", "voice", "")),
    (r"(?:说|讲|念|语速)(?:得|要|再)?慢(?:一?点|些)?|(?:speak|talk) (?:more )?slow(?:er|ly)?", _set("direction", "speed", 1 / 1.12)),
    (r"(?:说|讲|念|语速)(?:得|要|再)?快(?:一?点|些)?|(?:speak|talk) (?:more )?(?:fast(?:er)?|quick(?:er|ly)?)", _set("direction", "speed", 1.12)),
    (r"不要字幕|去掉字幕|no subtitles", _set("direction", "subtitles", False)),
    (r"(?:加|要|有)(?:上)?字幕|with subtitles", _set("direction", "subtitles", True)),
    # music and pace
    (r"换(?:一?个|首|段)?(?:音乐|曲子|配乐|背景音乐)|(?:another|different|other) (?:music|tune|song)|change the (?:music|tune)", _set("direction", "tune", 1)),
    (r"节奏(?:再|要)?快(?:一?点|些)?|快节奏|快一?点|faster|quicker", _set("direction", "pace", "fast")),
    (r"节奏(?:再|要)?慢(?:一?点|些)?|慢节奏|慢一?点|slower|calmer", _set("direction", "pace", "slow")),
    # shape and length
    (r"横(?:版|屏|的)|16\s*[:：比]\s*9|landscape|widescreen", _set("direction", "aspect", "16:9")),
    (r"方(?:形|版|的)|1\s*[:：比]\s*1|square", _set("direction", "aspect", "1:1")),
    (r"竖(?:版|屏|的)|9\s*[:：比]\s*16|portrait|vertical", _set("direction", "aspect", "9:16")),
    (r"(\d{1,2})\s*(?:秒|s\b|sec(?:onds?)?\b)", lambda match: Wish("brief", "length_s", float(match.group(1)))),
    (r"(?:再|要)?短(?:一?点|些)|shorter", _set("longer", "", 1 / 1.3)),
    (r"(?:再|要)?长(?:一?点|些)|longer", _set("longer", "", 1.3)),
    # tone, goal, language
    (r"活泼|俏皮|轻快|lively|playful|fun\b", _set("brief", "tone", "lively")),
    (r"温和|温柔|温暖|亲切|warm\b|gentle", _set("brief", "tone", "warm")),
    (r"平实|朴素|正式|稳重|plain\b|sober|formal", _set("brief", "tone", "plain")),
    (r"送礼|礼物|gift", _set("brief", "goal", "gift")),
    (r"应季|换季|当季|seasonal", _set("brief", "goal", "season")),
    (r"(?:让人|先)?认识|种草|介绍一下|introduce|awareness", _set("brief", "goal", "introduce")),
    (r"卖货|成交|促销|下单|带货|sell|orders|sales", _set("brief", "goal", "sell")),
    (r"英文|英语|in english|english version", _set("brief", "language", "en")),
    (r"中文|汉语|普通话|in chinese|chinese version", _set("brief", "language", "zh")),
    (r"(?:给|面向|针对|对象是|人群[是：:]?)\s*([^\s，,。；;的看]{2,12})(?:看|们|的人|人群)|(?:卖给|推给)\s*([^\s，,。；;的]{2,12})|(?:for|aimed at) ([a-z][a-z -]{2,30}?)(?= people|[,.;!]|$)", _given("brief", "audience")),
    # what to do
    (rf"(?:用|选|就|要)?第?{_N}(?:个|版|号|款)(?:方案|吧|好|就行|可以)?\s*[。.!！]?$|^\s*{_N}\s*[。.!！]?$|(?:option|number|no\.?|take|use) {_N}|the {_N} one", lambda match: Wish("choose", "", number(next(one for one in match.groups() if one)))),
    (r"换一?批|再来(?:几个|一批)?|别的(?:方案|想法)|more (?:ideas|options)|other (?:ideas|options)", _set("more", "", None)),
    (r"撤销|还原|退回|回到上一|上一版|undo|go back", _set("undo", "", None)),
    (r"(?:发布|投放|上线)(?:到?投放计划|到?计划)?|publish|put it live|launch", _set("publish", "", None)),
    (r"案例|爆款|跑得好|优秀素材|参考|cases?\b|winners|examples|best performing", _set("cases", "", None)),
    (r"多少钱|费用|成本|花费|cost|how much", _set("cost", "", None)),
    (r"帮助|怎么用|help\b", _set("help", "", None)),
    (r"(?:开始)?(?:做|生成|制作|出片|渲染)(?:吧|一个|一条|它|片)?|make (?:it|one|an? (?:film|video|ad|clip))|render|go ahead|do it|generate", _set("make", "", None)),
    (r"^(?:好的?|可以|行|嗯|对|是的|就这样|ok|okay|yes|sure|fine|great)[吧啊呀。！!.]*$", _set("make", "", None)),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), made) for pattern, made in _RULES)
_EMPTY = re.compile(r"[\W_]+|请|麻烦|帮我|给我|我想|我要|然后|再|和|把|的|吧|一下|please|and|then|the|a|an|with|it|i|want|would|like|to|can|you|me|make", re.I)  # fmt: skip


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
            found.append((match.start(), made(match)))
    left = "".join(letter if not used else " " for letter, used in zip(told, taken, strict=True))
    found.sort(key=lambda one: one[0])
    return [wish for _, wish in found], " ".join(_EMPTY.sub(" ", left).split())


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
EXAMPLES = "字大一点; 字小一点; 先说价格; 价格放最后; 节奏快; 节奏慢; 换个音乐; 不要配音; 加上配音; 横版; 方形; 竖版; 20秒; 短一点; 长一点; 活泼; 温和; 平实; 送礼; 英文; 给学生看; 一定要说「…」; 不要说「…」; 第2句改成「…」; 去掉第3个镜头; 换一批; 撤销; 发布; 案例; 多少钱; 开始做"


def chinese(text: str) -> bool:
    """Whether a text is to be answered in Chinese; ids and figures are of no language.

    >>> chinese("p018"), chinese("publish"), chinese("p018 大一点"), chinese("😀")
    (True, False, True, True)
    """
    words = re.sub(r"\S*\d\S*", " ", text)
    return bool(re.search(r"[\u3400-\u9fff]", text)) or not re.search(r"[A-Za-z]", words)
