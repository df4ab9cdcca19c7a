"""What a merchant's plain words wish, by rules, in Chinese and English; what was not understood is told, not guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from magnetar.capabilities.creative.agent.denying import asked, denied

LONGEST = 2000
LAST = -1
"""Number of the last scene, however many there are."""
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
            "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "one": 1, "two": 2, "three": 3}  # fmt: skip
_N = r"(\d{1,2}(?:st|nd|rd|th)?|[一二两三四五六七八九十]|first|second|third|fourth|fifth|one|two|three)"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is wished."""

    kind: str
    """brief, direction, price, longer, scene, choose, make, yes, more, publish, undo, cases, cost or help; held where the
    words take it back; cannot where nothing can meet it."""
    field: str = ""
    value: Any = None


def number(text: str) -> int:
    """A small number, written in figures or words.

    >>> number("三"), number("12"), number("second")
    (3, 12, 2)
    """
    return int(digits) if (digits := text.rstrip("stndrh")).isdigit() else _NUMBERS[text.lower()]


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


_QUOTED = r"[「“\"'『]([^「」”\"'』]{1,60})[」”\"'』]"
_REST = r"([^，,。；;！!\n]{1,60})"
_SHOT = rf"(?:第{_N}(?:个|句|段)?(?:镜头|句|段|屏)?|(?:scene|line) {_N}|the {_N} (?:scene|line))"
_OTHER = "|".join(("西班牙语", "日语", "日文", "韩语", "韩文", "法语", "德语", "俄语", "泰语", "越南语", "阿拉伯语", "粤语", "spanish", "japanese", "korean", "french", "german", "russian", "thai", "arabic", "portuguese", "italian"))  # fmt: skip
_ALL = r"(?:算了)?不要人群|不限人群|不分人群|所有人|任何人|大众|(?:for |to )?(?:everyone|everybody|anyone|all people)\b"
_NOBODY = r"(?!p?\d|me\b|us\b|my |our |now\b|free\b|it\b|this|that|sure|example|instance|real|a (?:week|while|change|film|video)|\d)"  # fmt: skip
_FOR = (
    r"(?:给|面向|针对|对象是)\s*([^\s，,。；;的看我你它]{1,12})(?:看|们|的人|人群)"
    r"|(?:卖给|推给)\s*([^\s，,。；;的]{1,12})"
    r"|(?:人群|客户|客群|用户|受众|买家)(?:主要|大多|大部分|都|就)?(?:是|为|[:：])\s*([^\s，,。；;\n]{1,16})"
    r"|适合\s*([^\s，,。；;的看用]{2,12})(?:的人?|看|用)?(?=$|[，,。；;！!])"
    rf"|\b(?:for|aimed at|target(?:ing|ed at)?|(?:audience|customers|buyers) (?:is|are)|meant for) (?:the )?{_NOBODY}([a-z][a-z -]{{2,30}}?)"
    r"(?= people| ppl| in | who | instead| please|[,.;!?]|$| and )"
)
_RULES: tuple[tuple[str, Callable[[re.Match[str]], Wish]], ...] = (
    # scenes by number
    (rf"{_SHOT}(?:的?(?:标题|文字|字)|'s text)?\s*(?:改成|改为|换成|写成|to say|to|says?)\s*(?:{_QUOTED}|{_REST})", _scene("say")),
    (rf"(?:标题|开头|开场|\b(?:headline|title|opening))(?:要|给我)?\s*(?:改成|改为|换成|写成|to say|to|says?)\s*(?:{_QUOTED}|{_REST})", lambda match: Wish("scene", "say", (1, next(one for one in match.groups() if one)))),
    (rf"(?:最后一?(?:个镜头|句|段|屏)|结尾|片尾|\bthe last (?:line|scene))(?:的?(?:标题|文字|字))?\s*(?:改成|改为|换成|写成|to say|to|says?)\s*(?:{_QUOTED}|{_REST})", lambda match: Wish("scene", "say", (LAST, next(one for one in match.groups() if one)))),
    (rf"(?:去掉|删掉|删除|不要|去除|drop|remove|delete)\s*{_SHOT}", _scene("drop")),
    (rf"{_SHOT}(?:就|也|给我)?\s*(?:不要|去掉|删掉|删了|删除|拿掉)", _scene("drop")),
    (rf"第{_N}(?:个|段)?(?:镜头)?(?:和|跟|与)第{_N}(?:个|段)?(?:镜头)?(?:对?换|互换|交换|调换|颠倒)|swap (?:scenes? )?{_N} (?:and|with) (?:scene )?{_N}", _swap),
    # what is to be said
    (rf"(?:不要说|别说|不要提|别提|不许说|不能说|不要出现|(?:don'?t|do not) (?:say|mention)|must not say|never say)\s*[：:]?\s*(?:{_QUOTED}|{_REST})", _given("brief", "must_not_say")),
    (rf"(?:一定要说|必须说|要提到|提到|加上一句|加一句|说一下|强调|突出|must say|mention|be sure to say)\s*[：:]?\s*(?:{_QUOTED}|{_REST})", _given("brief", "must_say")),
    # what cannot be had
    (r"(?:不要|不放|不写|不说|别放|别写|去掉|隐藏)价格?|价格?(?:不要|别)(?:放|写|说|出现)?了?(?![在到最前后])|\b(?:no|without(?: the)?|hide the|drop the|remove the) price", _set("cannot", "price", None)),
    (r"(?:不想?要|也?不想要|去掉|关掉|别放)(?:背景)?(?:音乐|配乐)|\b(?:no|without|drop the|remove the) musics?\b|\bmusic off", _set("cannot", "music", None)),
    (r"[男女]声|[男女](?:的|人)?配音|\b(?:female|male|man'?s?|woman'?s?) voice|voice be (?:a )?(?:man|woman|male|female)", _set("cannot", "gender", None)),
    (rf"(?:in |into )?(?:{_OTHER})(?:版|版本|配音| version)?", _set("cannot", "language", None)),
    (r"(?:改成|做成|加个|加上)?买[一二三\d]送[一二三\d]|(?:便宜|降价|减)\s*\d+\s*(?:元|块钱?)?|打\s*[\d一二三四五六七八九]+折|打折力度\S{0,5}|改价|(?:say )?it costs? (?:only )?[$¥]?\d[\w.]*(?: \w+)?|\d+ ?% (?:off|discount)|cheaper", _set("cannot", "offer", None)),
    (r"下架|\bunpublish\b|take it down", _set("cannot", "unpublish", None)),
    # price
    (r"价格?(?:放|说)?(?:在|到)?(?:最后|后面|末尾)|先(?:不|别)说价|price (?:at the end|last)", _set("price", "", False)),
    (r"先说价格?|价格?(?:放|提|说)?(?:在|到)?(?:最前|前面|开头)|开头(?:就)?(?:说|报)价|price first|lead with (?:the )?price|start with (?:the )?price", _set("price", "", True)),
    # letters
    (r"字(?:体|号)?[^，,。；;]{0,3}(?:太大|过大)|字(?:体|号)?(?:别|不要)太大|(?:text|txt|letters?|font|words?)(?: is| are|'s)?(?: way| far| a bit| still)* too (?:big|large)", _set("direction", "text_scale", 1 / 1.12)),
    (r"字(?:体|号)?[^，,。；;]{0,3}(?:太小|过小)了?(?:看不清)?|字[^，,。；;]{0,3}看不清|(?:text|txt|letters?|font|words?)(?: is| are|'s)?(?: way| far| a bit| still)* too (?:small|tiny)|can'?t read (?:it|the text)", _set("direction", "text_scale", 1.12)),
    (r"(?:把)?字(?:体|号)?(?:再|要|稍微|稍|弄|调)?(?:大|放大)(?:一?点|些)?|(?:大字|放大字)|大一?点(?:的)?字|(?:bigger|larger) (?:text|letters|type|font)|(?:text|letters|font) (?:bigger|larger)", _set("direction", "text_scale", 1.12)),
    (r"(?:把)?字(?:体|号)?(?:再|要|稍微|稍|弄|调)?(?:小|缩小)(?:一?点|些)?|小一?点(?:的)?字|smaller (?:text|letters|type|font)|(?:text|letters|font) smaller", _set("direction", "text_scale", 1 / 1.12)),
    # voice
    (r"(?:不想?要|别|去掉|关掉|无)(?:配音|人声|旁白|声音)|(?:配音|人声|旁白)不要|\bno (?:voice|narration|voice-?over)|voice(?:-?over)? off", _set("direction", "voice", "none")),
    (r"(?:加|要|有|打开)(?:上|个)?(?:配音|人声|旁白)|(?:with|add)(?: a)? (?:voice|narration|voice-?over)|voice(?:-?over)? on", _set("direction", "voice", "")),
    (r"(?:说|讲|念|语速)(?:话)?(?:得|要|再|有点)?(?:慢(?:一?点|些)?|太快了?)|(?:speak|talk)s? (?:more )?slow(?:er|ly)?|(?:speak|talk)s? too fast", _set("direction", "speed", 1 / 1.12)),
    (r"(?:说|讲|念|语速)(?:话)?(?:得|要|再|有点)?(?:快(?:一?点|些)?|太慢了?)|(?:speak|talk)s? (?:more )?(?:fast(?:er)?|quick(?:er|ly)?)|(?:speak|talk)s? too slow", _set("direction", "speed", 1.12)),
    (r"不想?要字幕|字幕不要|去掉字幕|关掉字幕|别加字幕|\bno subtitles|subtitles off", _set("direction", "subtitles", False)),
    (r"(?:加|要|有)(?:上)?字幕|字幕要|with subtitles|subtitles on", _set("direction", "subtitles", True)),
    # music and pace
    (r"换(?:一?个|首|段)?(?:音乐|曲子|配乐|背景音乐)|(?:音乐|曲子|配乐)(?:太|有点|很)?(?:难听|不好听|吵|不喜欢|换掉?|换一?[个首])|不喜欢(?:这个|这首)?(?:音乐|曲子|配乐)|(?:another|different|other) (?:music|tune|song)|change the (?:music|tune)|(?:hate|don'?t like|dislike) (?:the|this) (?:music|tune|song)", _set("direction", "tune", 1)),
    (r"(?:节奏)?(?:有点|不要|不能|别)?太慢了?|节奏(?:再|要)?快(?:一?点|些)?|快节奏|快一?点|\btoo slow|\bfaster\b|\bquicker\b", _set("direction", "pace", "fast")),
    (r"(?:节奏)?(?:有点|不要|不能|别)?太快了?|节奏(?:再|要)?慢(?:一?点|些)?|慢节奏|慢一?点|\btoo fast|\bslower\b|\bcalm(?:er)?\b", _set("direction", "pace", "slow")),
    # shape and length
    (r"横(?:版|屏|的)|16\s*[:：比]\s*9|landscape|widescreen", _set("direction", "aspect", "16:9")),
    (r"方(?:形|版|的)|1\s*[:：比]\s*1|\bsquare\b", _set("direction", "aspect", "1:1")),
    (r"竖(?:版|屏|的)|9\s*[:：比]\s*16|portrait|vertical", _set("direction", "aspect", "9:16")),
    (r"3\s*[:：比]\s*4", _set("direction", "aspect", "3:4")),
    (r"(\d{1,2})\s*(?:秒|s\b|sec(?:onds?)?\b)(?:左右|以内|之内|内|钟)*", lambda match: Wish("brief", "length_s", float(match.group(1)))),
    (r"(?:别|不要|不能|不)?太短了?|too short", _set("longer", "", 1.3)),
    (r"(?:别|不要|不能|不)?太长了?|too long|keep it short|(?:再|要)?短(?:一?点|些)|\bshorter\b", _set("longer", "", 1 / 1.3)),
    (r"(?:再|要)?长(?:一?点|些)|\blonger\b", _set("longer", "", 1.3)),
    # tone, goal, language
    (r"活泼|俏皮|轻快|\blively\b|\bplayful\b|\bfun(?:ny)?\b", _set("brief", "tone", "lively")),
    (r"温和|温柔|温暖|亲切|\bwarm\b|\bgentle\b", _set("brief", "tone", "warm")),
    (r"平实|朴素|正式|稳重|\bplain\b|\bsober\b|\bformal\b", _set("brief", "tone", "plain")),
    (r"送礼|礼物|\bgifts?\b", _set("brief", "goal", "gift")),
    (r"应季|换季|当季|\bseasonal\b", _set("brief", "goal", "season")),
    (r"(?:让人|先)?认识|种草|介绍一下|\bintroduce\b|\bawareness\b", _set("brief", "goal", "introduce")),
    (r"卖货|成交|促销|下单|带货|\bsell\b|\borders\b|\bsales\b", _set("brief", "goal", "sell")),
    (r"英文版?|英语|\b(?:in )?english(?: version)?\b", _set("brief", "language", "en")),
    (r"中文版?|汉语|普通话|\b(?:in )?chinese(?: version)?\b", _set("brief", "language", "zh")),
    (_ALL, _set("brief", "audience", "")),
    (_FOR, _given("brief", "audience")),
    # what to do
    (r"(?:做|来|要|生成|出|make|give me|i want)\s*(?!1\b)(\d{1,4}|[两二三四五六七八九十])\s*(?:条|支|films\b|videos\b|versions\b|ads\b)", lambda match: Wish("cannot", "count", match.group(1))),
    (r"换一?[批个]|再来(?:几个|一批|一个)?|别的(?:方案|想法)|都不(?:好|喜欢|行)|\b(?:more|other) (?:ideas|options)|\banother one|^(?:不喜欢|不好|不行|不满意|no|nope)[了啊呀。！!.]*$", _set("more", "", None)),
    (rf"(?:[用选就要]\s*)?第{_N}(?:个|版|号|款|条)?(?:方案)?(?=[吧呢了好就行可以 ]*(?:$|[，,。.;；!！]))|(?:选|就?用)\s*(?:方案)?{_N}(?:号|个|版|款)?|方案\s*{_N}|^\s*{_N}(?:个|号|版|款)?\s*[吧。.!！]*$|\b(?:option|number|no\.?|take|use) {_N}\b|\bthe {_N} one\b|\b(first|second|third) one\b", lambda match: Wish("choose", "", number(next(one for one in match.groups() if one)))),
    (r"撤销|撤回|还原|恢复|退回|回到(?:上一版?|之前|原来)|上一版|(?:还是)?原来的(?:好|吧)|还是之前的?好?|\bundo\b|\bgo back\b|\brevert\b", _set("undo", "", None)),
    (r"(?:直接)?(?:发布|上线|发出去|投出去)(?:到?投放计划|到?计划)?了?|(?:直接|就|去)?投放(?=吧|出去|到|它|这|$|[，,。！!])(?:到投放计划|到计划)?|^发[吧了]?[。！!]*$|\bpublish\b|\bput it live\b|\blaunch (?:it|this)\b|\bpost it\b", _set("publish", "", None)),
    (r"案例|爆款|跑得好|优秀素材|参考|\bcases\b|\bwinners\b|\bexamples\b|\bbest performing\b", _set("cases", "", None)),
    (r"多少钱|费用|成本|花费|\bcosts?\b|\bhow much\b", _set("cost", "", None)),
    (r"帮助|怎么用|\bhelp\b", _set("help", "", None)),
    (r"(?:开始)?(?:做|生成|制作|出片|渲染|拍|弄)(?:吧|一个|一条|个|它|片)?|\bmake (?:it|one|an? (?:\w+ )?(?:film|vi?de?i?o|vdieo|ad|clip))\b|\brender\b|\bgo ahead\b|\bdo it\b|\bgenerate\b", _set("make", "", None)),
    (r"^(?:好的?|可以|行|嗯+|对|是的|就这样|就这个|喜欢|不错|很好|挺好的?|满意|完美|👍+|ok|okay|yes|sure|fine|great|nice|love it|perfect|looks good|good)[了吧啊呀。！!.]*$", _set("yes", "", None)),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), made) for pattern, made in _RULES)
_EMPTY = re.compile(r"\b(?:don'?t|do not|it's|i'd)\b|[\W_]+|先不要|先别|可以|还是|不用|目标|就这个|都要|又要|各一条|但要|请|麻烦|帮我|给我|我们家?|我想要?|我要|我觉得|我的|我|然后|再|和|把|的|吧|一下|商品|产品|广告|片子|视频|影片|短片|左右|时长|你好|谢谢|不过|但是|那|呢|啊|了|嗯|哦|\b(?:please|pls|and|then|the|an?|with|it'?s?|i'?d?|want|would|like|to|can|u|you|me|make|ads?|films?|videos?|product|this|that|is|be|for|hi|hello|thanks|ok|okay|good|nah|well|so|too|but|instead|say|yet|show|give|get|about|what|s|first|actually|lol|need|of|nope)\b", re.I)  # fmt: skip
_COULD_BE_HELD = {"make", "publish", "choose", "more", "yes", "undo", "price", "longer", "scene"}
_NEGATED = re.compile(r"不|别|去掉|关掉|无|don|do not|no |never|without|drop|remove|delete|算了|hate|太|too", re.I)
_ONE_VALUE = {"aspect", "length_s", "tone", "goal", "language", "audience", "voice", "subtitles", "pace", "price"}


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
    if wish.kind == "publish" and (denied(told, start, end) or asked(told, start, end)):
        return Wish("held", "publish")
    free = wish.kind in _COULD_BE_HELD or wish.kind in ("brief", "direction")
    if free and not _NEGATED.match(match.group()) and denied(told, start, end):
        if wish.field == "subtitles" and wish.value is True:
            return Wish("direction", "subtitles", False)
        if wish.field == "voice" and wish.value == "":
            return Wish("direction", "voice", "none")
        return Wish("held", wish.field if wish.kind in ("brief", "direction") else wish.kind, wish.value)
    return wish


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
EXAMPLES = "字大一点; 字小一点; 先说价格; 价格放最后; 节奏快; 节奏慢; 换个音乐; 不要配音; 加上配音; 横版; 方形; 竖版; 20秒; 短一点; 长一点; 活泼; 温和; 平实; 送礼; 英文; 给学生看; 一定要说「…」; 不要说「…」; 第2句改成「…」; 去掉第3个镜头; 换一批; 撤销; 发布; 案例; 多少钱; 开始做"


def tongue_of(text: str) -> str:
    """zh, en, or '' for ids, figures and signs, which are of no language.

    >>> tongue_of("p018"), tongue_of("publish"), tongue_of("p018 大一点"), tongue_of("😀")
    ('', 'en', 'zh', '')
    """
    if re.search(r"[\u3400-\u9fff]", text):
        return "zh"
    return "en" if re.search(r"[A-Za-z]", re.sub(r"\S*\d\S*", " ", text)) else ""
