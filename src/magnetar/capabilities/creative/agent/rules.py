"""What words mean: one row for each turn of speech, in Chinese and English; earlier rows take their words first."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LAST = -1
"""Number of the last scene, however many there are; −2 is the one before it."""
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
            "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "one": 1, "two": 2, "three": 3, "four": 4,
            "five": 5, "six": 6, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45,
            "sixty": 60, "half a": 0.5, "半": 0.5, "a": 1}  # fmt: skip
_N = r"(\d{1,2}(?:st|nd|rd|th)?|[一二两三四五六七八九十]|first|second|third|fourth|fifth|one|two|three|four|five)"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is wished."""

    kind: str
    """brief, direction, style, price, longer, scene, choose, make, count, audiences, gender, yes, more, publish, undo,
    redo, cases, cost, ask, same or help; held where the words take it back; cannot where nothing can meet it."""
    field: str = ""
    value: Any = None


Made = Callable[[re.Match[str]], Wish]


def number(text: str) -> int:
    """A small number, written in figures or words.

    >>> number("三"), number("12"), number("second"), number("二十五"), number("十五")
    (3, 12, 2, 25, 15)
    """
    low = text.lower()
    if re.fullmatch(r"\d+(?:st|nd|rd|th)?", low):
        return int(low.rstrip("stndrh"))
    if low not in _NUMBERS and "十" in low:
        tens, _, ones = low.partition("十")
        return 10 * (_NUMBERS[tens] if tens else 1) + (_NUMBERS[ones] if ones else 0)  # pyright: ignore[reportReturnType]
    return _NUMBERS[low]  # pyright: ignore[reportReturnType]


def _set(kind: str, field: str, value: Any) -> Made:
    return lambda match: Wish(kind, field, value)


def _first(match: re.Match[str]) -> str:
    return next(text for text in match.groups() if text is not None)


def _given(kind: str, field: str) -> Made:
    return lambda match: Wish(kind, field, _first(match).strip(" ：:，,。.！!"))


def _scene(verb: str) -> Made:
    def made(match: re.Match[str]) -> Wish:
        groups = [one for one in match.groups() if one is not None]
        back = -1 if re.search(r"倒数|to last|from the end", match.group()) else 1
        return Wish("scene", verb, (back * number(groups[0]), *groups[1:]))

    return made


def _swap(match: re.Match[str]) -> Wish:
    first, second = (number(one) for one in match.groups() if one is not None)
    return Wish("scene", "swap", (first, second))


def _people(match: re.Match[str]) -> Wish:
    """Audiences that get a film each."""
    parts = [part for text in match.groups() if text for part in re.split(r"、|和|跟|与|以及|,| and | & ", text)]
    named = [re.sub(r"(?:们|的?人群|看|用)$|^(?:the|a|new) ", "", part.strip(" ：:，,。.！!")) for part in parts]
    return Wish("audiences", "", tuple(dict.fromkeys(name for name in named if name)))


def _lasting(match: re.Match[str]) -> Wish:
    minutes = bool(re.search(r"分|minute", match.group(), re.I))
    return Wish("brief", "length_s", float(number(_first(match))) * (60 if minutes else 1))


_QUOTED = r"[「“\"'『]([^「」”\"'』]{1,60})[」”\"'』]"
_REST = r"([^，,。；;！!\n]{1,60})"
_SHOT = rf"(?:倒数第{_N}(?:个|句|段)?(?:镜头|句|段|屏)?|第{_N}(?:个|句|段)?(?:镜头|句|段|屏)?|(?:scene|line) {_N}|the {_N}(?: to last)? (?:scene|line))"
_TO = r"(?:改成|改为|换成|写成|to say|to read|to|says?)"
_BAD = r"(?:[^，,。；;]{0,6}(?:太|不)[^，,。；;]{1,5}[，,]?\s*)?"
_OTHER = "|".join(("西班牙语", "日语", "日文", "韩语", "韩文", "法语", "德语", "俄语", "泰语", "越南语", "阿拉伯语", "粤语", "spanish", "japanese", "korean", "french", "german", "russian", "thai", "arabic", "portuguese", "italian"))  # fmt: skip
_ALL = r"(?:算了)?不要人群|不限人群|不分人群|所有人|任何人|大众|(?:for |to )?(?:everyone|everybody|anyone|all people)\b"
_NOBODY = r"(?!p?\d|me\b|us\b|my |our |now\b|free\b|it\b|this|that|sure|example|instance|real|a (?:week|while|change|film|video)|the (?:end|last|price|film|video)|\d)"  # fmt: skip
_AGED = r"(?: (?:in their|over|under|aged|between|around|from) [a-z0-9 -]{1,16}?)?"
_STOP = r"(?= people| ppl| in | who | instead| please|[,.;!?]|$| and )"
_FOR = (
    r"(?:给|面向|针对|对象是)\s*([^\s，,。；;看我你它]{1,16}?)(?:看(?!清|得|到|起来|着|看)|们|的人(?![^，,。；;看]{0,6}看)|人群)"
    r"|(?:面向|针对)\s*([^\s，,。；;\n]{2,16}?)(?=$|[，,。；;！!])"
    r"|(?:卖给|推给)\s*([^\s，,。；;的]{1,12})"
    r"|是给\s*([^\s，,。；;的不]{1,12})(?:的)?不是给\s*[^\s，,。；;]{1,12}"
    r"|(?:人群|客户|客群|用户|受众|买家)(?:主要|大多|大部分|都|就)?(?:是|为|[:：])\s*([^\s，,。；;谁哪什\n]{1,16})"
    r"|(?:主要|大多数?|基本|大部分)(?:都)?是\s*([^\s，,。；;\n]{1,12}?)(?:在|来|会)(?:买|用|看|下单)"
    r"|适合\s*([^\s，,。；;的看用什哪谁啥]{2,12})(?:的人?|看|用)?(?=$|[，,。；;！!])"
    rf"|\b(?:for|aimed at|target(?:ing|ed at)?|(?:audience|customers|buyers) (?:is|are)|meant for|speak to) (?:the )?{_NOBODY}([a-z][a-z -]{{2,30}}?{_AGED}){_STOP}"
)
_WHO = r"([^\s，,。；;、：:和跟与各]{1,12}?)"
_SOME = r"([a-z][a-z ]{2,24}?)"
_EACH = (
    rf"(?:(?:做|来|要|出|弄|分)?(?:成)?(?:两|二|三|2|3|几)(?:个|条)?(?:版本?|条|支|个|份)?[:：，,\s]*)?一(?:个|版|条|支|份)(?:是)?(?:给|面向|针对|讲给|对)\s*{_WHO}(?:看|的)?[，,、；;和\s]*(?:另外?|再来?)?一(?:个|版|条|支|份)(?:是)?(?:给|面向|针对|讲给|对)\s*{_WHO}(?:看|的)?(?:[，,、；;和\s]*(?:另外?|再来?)?一(?:个|版|条|支|份)(?:是)?(?:给|面向|针对|讲给|对)\s*{_WHO}(?:看|的)?)?(?=$|[，,。；;！!\s])"
    rf"|(?:分别)?(?:给|面向|针对)?\s*([^\s，,。；;各分一二两三]{{1,10}}(?:和|、|跟|与)[^\s，,。；;各分一二两三]{{1,10}}?)(?:看)?(?:各|分别)(?:来|做|出|要|弄|拍|剪|生成)?(?:一|1)?(?:条|版|个|支|份)"
    rf"|{_WHO}(?:来|做|要)?一(?:版|条|支|份)[，,、和\s]+{_WHO}(?:也?来|也?做|要)?一(?:版|条|支|份)"
    rf"|(?:(?:two|three|2|3|a few)(?: \w+)? (?:versions|films|videos|cuts|ads|ones)[:,]? )?\b(?:one|a)(?: (?:cut|version|film|video|ad))? (?:for|aimed at) {_SOME}(?: and|,|;)+ (?:another|one|the other|a)(?: (?:cut|version|film|video|ad|one))? (?:for|aimed at) {_SOME}(?:(?: and|,|;)+ (?:another|one|a)(?: (?:cut|version|film|video|ad|one))? (?:for|aimed at) {_SOME})?(?=$|[,.;!?]| please)"
    r"|(?:one each|separate (?:versions|films|cuts|ads)|a version each|one version each) for ([a-z ]{3,24}(?:, | and )[a-z ]{3,24}?)(?=$|[,.;!?]| please)"
)
_STYLES = (
    ("premium", r"高级感?|高端|高大上|上档次|有档次|奢华|轻奢|有?质感|大气|精致|贵气|\bpremium\b|\bluxur(?:y|ious)\b|\bhigh[- ]end\b|\bupscale\b|\bclassy\b|\belegant\b|\bsophisticated\b|\bposh\b"),
    ("playful", r"活泼|俏皮|轻快|可爱|童趣|搞怪|[呆萌]萌|有趣|欢快|年轻化|\blively\b|\bplayful\b|\bfun(?:ny|nier)?\b|\bcute(?:r)?\b|\bbouncy\b|\bcheerful\b|\bbubbly\b|\byouthful\b"),
    ("festive", r"喜庆|节日(?:感|气氛|氛围)|年味|过年|中国红|热闹|\bfestive\b|\bholiday (?:feel|mood|look)\b"),
    ("fresh", r"小?清新|清爽|自然(?:风|一点)|\bfresh(?:er)? (?:look|feel|style)\b|\b(?:feel|look)s? fresh(?:er)?\b|\bairy\b|\bbreezy\b"),
    ("warm", r"温和|温柔|温暖|温馨|亲切|治愈|暖(?:色调?|一点|调)|\bwarm(?:er|th)?\b(?: colou?rs?)?|\bgentle\b|\bco[sz]y\b|\bhome(?:y|ly)\b|\btender\b|\bheart-?warming\b"),
    ("tech", r"科技感?|未来感|赛博|极客|酷炫|炫酷|冷色调?|\bfuturistic\b|\btechy\b|\btech (?:look|feel|style)\b|\bhigh-?tech\b|\bsci-?fi\b|\bcyber\w*|\bsleek\b"),
    ("minimal", r"简约|极简|简洁|简单(?:一?点|些|大方)|干净(?:一?点|些|利落)?|素雅|留白|(?:别|不要)太花哨?|\bminimal(?:ist|istic)?\b|\bclean(?:er)?(?: and simple)?\b(?! up)|\bsimpler?\b|\bless clutter(?:ed)?\b|\buncluttered\b"),
)  # fmt: skip
_NOW = r"(?:一?点|些|一下)?"

RULES: tuple[tuple[str, Made], ...] = (
    # scenes by number
    (rf"(?:change |make |set |rewrite |把)?{_SHOT}(?:的?(?:标题|文字|字)|'s text)?{_BAD}\s*{_TO}\s*(?:{_QUOTED}|{_REST})", _scene("say")),
    (rf"(?:标题|开头|开场|\b(?:headline|title|opening))(?:要|给我)?{_BAD}\s*{_TO}\s*(?:{_QUOTED}|{_REST})", lambda match: Wish("scene", "say", (1, _first(match)))),
    (rf"(?:最后一?(?:个镜头|句|段|屏)|结尾|片尾|\bthe last (?:line|scene))(?:的?(?:标题|文字|字))?{_BAD}\s*{_TO}\s*(?:{_QUOTED}|{_REST})", lambda match: Wish("scene", "say", (LAST, _first(match)))),
    (rf"(?:去掉|删掉|删除|不要|去除|drop|remove|delete|lose|cut(?: out)?|skip)\s*{_SHOT}", _scene("drop")),
    (rf"(?:把)?{_SHOT}(?:就|也|给我)?\s*(?:不要|去掉|删掉|删了|删除|拿掉|剪掉)", _scene("drop")),
    (rf"(?:把)?第{_N}(?:个|段|句)?(?:镜头)?(?:和|跟|与)第{_N}(?:个|段|句)?(?:镜头)?(?:对?换|互换|交换|调换|颠倒|调个?|换个?|换一下)(?:位置|顺序)?|(?:swap|switch) (?:scenes? )?{_N} (?:and|with) (?:scene )?{_N}", _swap),
    # like before: nothing changes by these words
    (r"(?:和|跟|与|照着?|按照?|参照)?(?:上一?[条个版次]|刚才(?:那[条个版])?|之前(?:那[条个版])?|前一?[条个版])(?:的)?(?:一样|相同|差不多|(?=再?做))|(?:其[他它余]|别的)(?:的|都|地方)*(?:不动|不变|不改|照旧|一样)|\b(?:same as|(?:exactly )?like) (?:the )?(?:last|previous|before|one before)(?: one| film| video)?\b|\bkeep (?:everything|the rest)(?: else)?(?: the same| as (?:it )?is)?", _set("same", "", None)),
    # the price's place, before words about leaving it out
    (r"价格?(?:放|说|提|讲)?(?:在|到)?(?:最后|后面|末尾|结尾)(?:再?[说讲提])?|先(?:不|别)(?:说|报|提)价格?|价格?(?:别|不要)(?:放|说|提)?(?:得|在)?(?:那么|这么|太)?靠?前面?|(?:别|不要)一(?:上来|开始)就?(?:说|报|提)价格?|先(?:讲|说)卖点|(?:save|keep|leave|put|show|have) the price (?:for|until|till|at|to)?\s*(?:the )?(?:very )?(?:end|last)|price (?:at the end|last)|(?:don'?t|do not) (?:bring up|mention|say|show|talk about) the price (?:until|till|before) (?:the )?(?:very )?end", _set("price", "", False)),
    (r"(?:开头|一上来|一开始|开场)?就?先?(?:说|报)价格?(?!.?(?:最后|后面))|价格?(?:放|提|说)?(?:在|到)?(?:最前|前面|开头)|(?:lead|start|open|begin) with (?:the price|what it costs|how much it (?:is|costs))|price (?:first|up ?front|right away)|(?:the )?price (?:goes|comes) first", _set("price", "", True)),
    # what is to be said
    (rf"(?:不要说|别说|不要提|别提|不许说|不能说|不要出现|(?:don'?t|do not) (?:say|mention|use the word)|must not say|never say)\s*[：:]?\s*(?:{_QUOTED}(?:这个)?字?|{_REST})", _given("brief", "must_not_say")),
    (rf"(?:一定要(?:说|提到?|讲|写)|必须(?:说|提到)|要提到|记得(?:说|提)|别忘了(?:说|提)|提到|加上一句|加一句|说一下|强调|突出(?:一下)?|must say|mention|be sure to (?:say|mention)|make sure (?:to|you) (?:say|mention)|don'?t forget to (?:say|mention))\s*[：:]?\s*(?:{_QUOTED}|{_REST})", _given("brief", "must_say")),
    # what cannot be had
    (r"(?:不要|不放|不写|不说|别放|别写|去掉|隐藏)价格?|价格?(?:不要|别)(?:放|写|说|出现)?了?(?![在到最前后])|\b(?:no|without(?: the)?|hide the|drop the|remove the) price", _set("cannot", "price", None)),
    (r"(?:不想?要|也?不想要|去掉|关掉|别放|别加)(?:背景)?(?:音乐|配乐)|\b(?:no|without|drop the|remove the) musics?\b|\bmusic off", _set("cannot", "music", None)),
    (r"(?:温柔|甜美|知性|好听|年轻)?的?女(?:生|声|的?配音|人配音)(?!看|用|节)|\b(?:female|woman'?s?) voice|voice be (?:a )?(?:woman|female)", _set("gender", "", "female")),
    (r"(?:低沉|磁性|浑厚|好听|年轻)?的?男(?:声|的?配音|人配音)|\b(?:male|man'?s?) voice|voice be (?:a )?(?:man|male)", _set("gender", "", "male")),
    (rf"(?:in |into )?(?:{_OTHER})(?:版|版本|配音| version)?", _set("cannot", "language", None)),
    (r"(?:改成|做成|加个|加上)?买[一二三\d]送[一二三\d]|(?:便宜|降价|减)\s*\d+\s*(?:元|块钱?)?|打\s*[\d一二三四五六七八九]+折|打折力度\S{0,5}|改价|(?:say )?it costs? (?:only )?[$¥]?\d[\w.]*(?: \w+)?|\d+ ?% (?:off|discount)|cheaper", _set("cannot", "offer", None)),
    (r"下架|\bunpublish\b|take it down", _set("cannot", "unpublish", None)),
    # questions
    (r"(?:做|拍|制作|渲染|生成|弄|出)[^，,。；;?？]{0,10}(?:多少钱|费用|花钱|花我钱|要钱|收费|收钱)|(?:要不要|要|会)(?:收费|花钱|付钱)(?:吗|么)?|费用|成本|花费|收费|\b(?:will|does|would) (?:making|rendering|it cost to)\b[^?.]{0,30}|\bhow much (?:to make|for making|will (?:this|it) cost)\b|(?<!it )(?<!this )(?<!that )\bcosts?\b(?! \d)", _set("cost", "", None)),
    (r"(?:卖|售价|现价|原价|价格|单价|标价|定价)(?:现在)?(?:是|为)?多少钱?|(?:现在)?多少钱(?:一[个件套只])?|什么价(?:格|位)?|几块钱|怎么卖|(?:现在|最近)?(?:有没有|有(?:什么|啥)?|做不做)(?:优惠|折扣|促销)(?:吗|么|没有)?|打折(?:吗|没有|了没)|\b(?:is|are) there (?:a|any) (?:discount|offer|deal|promo\w*)s?\b(?: on (?:it|this))?|\bis it on sale\b|\bwhat(?:'s| is| does) [^?.]{0,24}(?:price|sell for|go for)\b|\bwhat does (?:it|this|that|the \w+) cost\b(?! to)|\bhow much(?: is| does| for)?(?: it| this| that| the \w+)?(?: one)?(?: cost| sell for| go for)?", _set("ask", "price", None)),
    (r"(?:之前|以前|上次|上个?月|上周|最近|我的|过去|这几条|三条里?)?[^，,。；;?？]{0,3}(?:哪一?[条个支版])(?:片子|视频|素材|影片|创意)?[^，,。；;?？]{0,8}(?:好|最高|最多|火|爆|赚)|(?:几条|[两三]条里)?(?:效果|数据|点击率?)?最(?:好|高|火)的是(?:哪|谁)[条个]?|\bwhich (?:[^?.]{0,30} )?(?:best|better|most|sold|worked|won)\b(?: last time| so far)?|\bwhat (?:did|worked|performed|sold) (?:the )?best\b", _set("ask", "best", None)),
    (r"(?:有|是)?(?:什么|哪些|哪几个|啥)(?:特点|卖点|优点|亮点|好处|特色|优势)|(?:卖点|特点|亮点|优点|优势)(?:都)?(?:有|是)(?:哪些|什么|啥)|主打(?:什么|啥)(?:卖点)?|好在哪里?|\bwhat(?:'s| is| are) (?:[^?.]{0,20})(?:features?|selling points?|benefits?|special)(?: about (?:it|this))?|\bwhy (?:would|should) (?:anyone|people|they|someone) buy(?: it| this)?", _set("ask", "points", None)),
    (r"(?:这条|片子|视频|影片|现在|它)?(?:一共|总共|现在)?(?:有)?(?:多长(?:时间)?|几秒|多少秒)|时长(?:是)?多少|\bhow long is (?:it|this|the (?:film|video|ad))\b", _set("ask", "film", None)),
    (r"(?:还)?有?多?少?库存(?:多少|还有多少|够吗)?|还有(?:多少)?货|还?剩(?:下)?多少(?:件|个)?|有货吗|\bhow many (?:[^?.]{0,20})?(?:in stock|left)\b|\b(?:is it )?in stock\b|\bstock left\b", _set("ask", "stock", None)),
    (r"适合(?:什么|哪些|哪类|啥|谁)样?的?人?群?[用看买]?|(?:是)?给谁[用看买]的?|(?:目标)?人群(?:是|有)(?:谁|哪些|什么)|\bwho(?:'s| is| are) (?:it|this|they) (?:meant )?for\b|\bwho (?:buys|would buy|should buy)(?: it| this)?|\bwhich audiences?\b", _set("ask", "who", None)),
    (r"你?(?:能|会|可以)(?:干|做)(?:嘛|什么|啥|些什么)|有(?:什么|哪些)功能|帮助|怎么用|\bhelp\b|\bwhat can (?:you|i) (?:do|say)\b", _set("help", "", None)),
    # letters
    (r"字(?:体|号)?[^，,。；;]{0,3}(?:太大|过大)|字(?:体|号)?(?:别|不要)太大|(?:text|txt|letters?|font|words?)(?: is| are|'s)?(?: way| far| a bit| still)* too (?:big|large)|标题太挤了?", _set("direction", "text_scale", 1 / 1.12)),
    (r"字(?:体|号)?[^，,。；;]{0,3}(?:太小|过小)了?(?:看不清)?|字[^，,。；;]{0,3}看不(?:清|见)|(?:text|txt|letters?|font|words?)(?: is| are|'s)?(?: way| far| a bit| still)* too (?:small|tiny)|(?:the )?(?:(?:text|letters|font|words) (?:is|are) )?hard to read(?: on (?:my|a) phone)?|can'?t (?:really )?read (?:it|the text|anything)", _set("direction", "text_scale", 1.12)),
    (r"(?:把)?(?:文?字(?:体|号)?|标题)(?:能|可以|可不可以|能不能)?(?:再|要|稍微|稍|弄|调|放|加)*(?:大|放大)(?:一?点|些|[一两二三]?号)?|(?:大字|放大(?:文字|字))|大一?点(?:的)?字|(?:bigger|larger) (?:text|letters|type|font)|(?:text|letters|font|type)(?: a (?:bit|touch|little))? (?:bigger|larger)|(?:bump up|enlarge|increase) the (?:text|font|letters)(?: size)?", _set("direction", "text_scale", 1.12)),
    (r"(?:把)?(?:文?字(?:体|号)?|标题)(?:能|可以)?(?:再|要|稍微|稍|弄|调)*(?:小|缩小)(?:一?点|些|[一两二三]?号)?|小一?点(?:的)?字|smaller (?:text|letters|type|font)|(?:text|letters|font|type)(?: a (?:bit|touch|little))? smaller|(?:shrink|reduce) the (?:text|font|letters)", _set("direction", "text_scale", 1 / 1.12)),
    # voice
    (r"(?:配音|人声|旁白)[^，,。；;]{0,8}[，,]?\s*(?:干脆|就|还是|直接)?(?:不要|去掉|关掉|关了|别要|删掉)了?|(?:不想?要|别|去掉|关掉|无|把)(?:配音|人声|旁白|声音)(?:去掉|关掉|关了|删掉)?|\bno (?:voice|narration|voice-?over)|voice(?:-?over)? off|(?:turn|switch) (?:off the voice|the voice(?:-?over)? off)", _set("direction", "voice", "none")),
    (r"(?:加|要|有|打开)(?:上|个)?(?:配音|人声|旁白)|(?:with|add)(?: a)? (?:voice|narration|voice-?over)|voice(?:-?over)? on", _set("direction", "voice", "")),
    (rf"(?:说|讲|念|语速|配音|旁白)(?:话)?(?:得|要|再|有点|稍微|放|调|可以|能)*(?:慢{_NOW}|太快了?|太赶了?|太急了?|赶了|急了)|(?:speak|talk)s? (?:more )?slow(?:er|ly)?|(?:speak|talk)s? too fast|slow (?:down )?the (?:voice|narration|voice-?over)(?: down)?|(?:voice|narration)(?:-?over)?(?: is)? too fast|slower voice", _set("direction", "speed", 1 / 1.12)),
    (rf"(?:说|讲|念|语速|配音|旁白)(?:话)?(?:得|要|再|有点|稍微|放|调|可以|能)*(?:快{_NOW}|太慢了?)|(?:speak|talk)s? (?:more )?(?:fast(?:er)?|quick(?:er|ly)?)|(?:speak|talk)s? too slow|(?:speed up|quicken) the (?:voice|narration)|(?:voice|narration)(?:-?over)?(?: is)? too slow|faster voice", _set("direction", "speed", 1.12)),
    (r"不想?要字幕|字幕(?:就)?(?:不要|去掉|关掉|关了|别要)|(?:去掉|关掉|别加|关)字幕|\bno (?:subtitles|captions)|(?:subtitles|captions) off|(?:turn|switch) (?:off (?:the )?(?:subtitles|captions)|(?:the )?(?:subtitles|captions) off)", _set("direction", "subtitles", False)),
    (r"(?:加|要|有)(?:上)?字幕|字幕(?:要|打开)|(?:with|add) (?:subtitles|captions)|(?:subtitles|captions) on|turn on (?:the )?(?:subtitles|captions)", _set("direction", "subtitles", True)),
    # music and pace
    (r"换(?:一?个|首|段)?(?:音乐|曲子|配乐|背景音乐)|(?:把)?(?:背景)?(?:音乐|曲子|配乐)(?:太|有点|很)?(?:难听|不好听|吵了?|不喜欢|换(?:掉|了|一下)?|换一?[个首])(?:[，,]\s*换[^，,。；;]{0,6})?|不喜欢(?:这个|这首)?(?:音乐|曲子|配乐)|(?:another|different|other|new) (?:music|tune|song|track)|(?:change|swap|switch) the (?:music|tune|song)|(?:hate|don'?t like|dislike) (?:the|this) (?:music|tune|song)", _set("direction", "tune", 1)),
    (rf"(?:节奏)?(?:有点|不要|不能|别)?太慢了?|(?:加快)?节奏(?:能)?(?:再|要|稍微)?快{_NOW}|加快节奏|快节奏|快一?点|(?:有点|太)?拖沓了?|(?:有点|太)拖了?|磨叽|紧凑(?:一?点|一?些)?|\btoo slow|\bfaster\b|\bquicker\b|\bsnappier\b|\b(?:pick|speed) (?:up the pace|it up|up)\b|\b(?:it )?drags\b(?: a bit)?|\btighter\b", _set("direction", "pace", "fast")),
    (rf"(?:节奏)?(?:有点|不要|不能|别)?太快了?|节奏(?:能)?(?:再|要|稍微|放)*慢{_NOW}|(?:整体)?放慢{_NOW}|慢下来|舒缓{_NOW}|慢节奏|慢一?点|\btoo fast|\bslower\b|\bcalm(?:er)?\b|\bslow (?:it )?down\b|\bmore relaxed\b", _set("direction", "pace", "slow")),
    # shape and length
    (r"横(?:版|屏|的|过来)|16\s*[:：比]\s*9|landscape|widescreen|horizontal", _set("direction", "aspect", "16:9")),
    (r"方(?:形|版|的)|正方|1\s*[:：比]\s*1|\bsquare\b", _set("direction", "aspect", "1:1")),
    (r"竖(?:版|屏|的|过来)|9\s*[:：比]\s*16|portrait|vertical", _set("direction", "aspect", "9:16")),
    (r"3\s*[:：比]\s*4", _set("direction", "aspect", "3:4")),
    (r"(\d{1,2})\s*(?:秒|s\b|sec(?:onds?)?\b)(?:左右|以内|之内|内|钟)*|([一二两三四五六]?十[一二三四五六七八九]?|[六七八九])秒钟?(?:左右|以内|之内|内)*|(半|[一1])分钟(?:左右|以内|之内|内)*|\b(fifteen|twenty|thirty|forty(?:-five)?|sixty|ten)[ -]sec(?:ond)?s?\b|\b(half a|one|a|1)[ -]minute\b", _lasting),
    (r"(?:别|不要|不能|不)?太短了?|too short", _set("longer", "", 1.3)),
    (r"(?:别|不要|不能|不)?太长了?|too long|keep it short|(?:再|要)?短(?:一?点|些)|\bshorter\b", _set("longer", "", 1 / 1.3)),
    (r"(?:再|要)?长(?:一?点|些)|\blonger\b", _set("longer", "", 1.3)),
    # for whom; several get a film each
    (_EACH, _people),
    (_ALL, _set("brief", "audience", "")),
    (_FOR, _given("brief", "audience")),
    # style, tone, goal, language
    *((pattern, _set("style", "", name)) for name, pattern in _STYLES),
    (r"平实|朴素|正式|稳重|严肃|沉稳|\bplain\b|\bsober\b|\bformal\b|\bserious\b|\bprofessional\b", _set("brief", "tone", "plain")),
    (r"送礼|礼[物品]|送人|(?:情人|母亲|父亲|女神)节|生日|\bgifts?(?: idea)?\b|\b(?:valentine|mother|father)'?s'? day\b", _set("brief", "goal", "gift")),
    (r"应季|换季|当季|\bseasonal\b", _set("brief", "goal", "season")),
    (r"(?:让人|先)?认识|种草|介绍一下|\bintroduce\b|\bawareness\b", _set("brief", "goal", "introduce")),
    (r"卖货|成交|促销|下单|带货|\bsell\b|\borders\b|\bsales\b", _set("brief", "goal", "sell")),
    (r"英文版?(?:本|的)?|英语|\b(?:in )?english(?: version)?\b", _set("brief", "language", "en")),
    (r"中文版?(?:本|的)?|汉语|普通话|\b(?:in )?chinese(?: version)?\b", _set("brief", "language", "zh")),
    # what to do
    (r"(?:做|来|要|生成|出|make|give me|i want|i need)\s*(?!1\b)(\d{1,4}|[两二三四五六七八九十]|two|three|four|five|six|ten)\s*(?:条|支|个?版本?|个(?=不同|不一样)|(?:different |other |new )?(?:films|videos|versions|ads|cuts|ones)\b)(?:不一样的|不同的?(?:开头|版本)?的?)?", lambda match: Wish("count", "", number(match.group(1)))),
    (r"换一?[批个](?:思路|角度|想法|方案)?|再来(?:几个|一批|一个)?|多做几[个条版](?:版本)?|别的(?:方案|想法)|都不(?:太)?(?:好|喜欢|行|满意)|(?:这几个)?都(?:很)?一般|\b(?:more|other|different) (?:ideas|options|versions)|\banother one|\bnone of (?:these|them)(?: works?(?: for me)?)?(?:[,;] try again)?|\btry again\b|\bsomething else\b|^(?:不喜欢|不好|不行|不满意|no|nope)[了啊呀。！!.]*$", _set("more", "", None)),
    (r"中间(?:那|这)?一?[个款版]|\bthe middle (?:one|option)\b", _set("choose", "", 2)),
    (rf"(?:[用选就要]\s*)?第{_N}(?:个|版|号|款|条)?(?:方案)?(?=(?:不错|挺好|很好|还行|可以|就行|就好|[吧呢了好行 ])*(?:$|[，,。.;；!！]))|(?:选|就?用)\s*(?:方案)?{_N}(?:号|个|版|款)?|方案\s*{_N}|^\s*{_N}(?:个|号|版|款)?\s*[吧。.!！]*$|\b(?:option|number|no\.?|take|use|go with|pick|choose)(?: the)? {_N}\b(?: one)?|\bthe {_N} one\b|\b(first|second|third) one\b", lambda match: Wish("choose", "", number(_first(match)))),
    (r"(?:重做|恢复|还原)(?:一下)?(?:刚才|刚刚)?(?:被)?(?:撤销|取消|撤回)的?(?:那[步个]|改动)?|(?:刚才|刚刚)?(?:撤销|取消|撤回)的(?:那[步个]|改动)?(?:还是|又)?(?:要|恢复)(?:回来)?(?:[，,]\s*恢复回来)?|取消撤销|重做(?!一[条个版遍])|恢复回来|\bredo\b(?: that| it)?|\bundo the undo\b|\bbring back (?:what|the (?:change|one))(?: (?:that )?i (?:just )?(?:undid|took back|removed))?", _set("redo", "", None)),
    (r"撤销|撤回(?:刚才(?:那[步个])?)?|还原|恢复|退回|改回(?:去|来)|回到(?:上一版?|之前|原来)|上一版|(?:还是)?原来的(?:好|吧)|还是之前的?好?|\bundo\b|\bgo back\b|\brevert\b|\b(?:scrap|forget) (?:that|the|this)(?: last)? change\b|\btake that back\b", _set("undo", "", None)),
    (r"(?:直接)?(?:发布(?![会者于日])|上线|发出去|投出去)(?:到?投放计划|到?计划)?了?|(?:直接|就|去)?投放(?=吧|出去|到|它|这|$|[，,。！!])(?:到投放计划|到计划)?|(?<![开出散批首])发(?:了|吧)?(?=$|[，,。！!；;])|(?:就|直接)?上吧|\bpublish(?:ing)?\b|\bput it live\b|\bgo live\b|\blaunch (?:it|this)\b|\b(?:post|ship|release) (?:it|this)\b", _set("publish", "", None)),
    (r"案例|例子|样片|爆款|跑得好|优秀素材|参考|\bcases\b|\bwinners\b|\bexamples\b|\bbest performing\b", _set("cases", "", None)),
    (r"重新做(?:一[条个版遍])?|(?<![怎么咋])(?:开始)?(?:做|生成|制作|出片|渲染|拍|弄)(?!出|得)(?:吧|一个|一条|个|它|片)?|\bmake (?:it\b(?=\s*(?:now|please|already|then|yet|later|tomorrow)?\s*(?:$|[,.!;?]))|(?:one|an? (?:\w+ )?(?:film|vi?de?i?o|vdieo|ad|clip))\b)|\brender\b|\bgo ahead\b|\bdo it\b|\bgenerate\b", _set("make", "", None)),
    (r"^(?:好的?|可以|行|嗯+|对|是的|就这样|就这个|喜欢|不错|很好|挺好的?|满意|完美|👍+|ok|okay|yes|sure|fine|great|nice|love it|perfect|looks good|good)[了吧啊呀。！!.]*$", _set("yes", "", None)),
)  # fmt: skip
