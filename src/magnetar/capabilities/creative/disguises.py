"""Words that hide from a list: blanks and marks between letters, other scripts' look-alikes, pinyin, homophones.

`unmasked` gives one plain way to write a text, for looking words up; it is never shown. What it may not do is join what
a reader reads apart: marks are taken out only between two Chinese characters or in letters that stand one by one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TRADITIONAL = (
    "獨独無无國国級级頂顶極极絕绝對对萬万銷销領领導导選选個个後后僅仅網网價价質质檢检馳驰醫医療疗癒愈藥药葯药傳传穩稳賺赚點点擊击驚惊搶抢購购瘋疯號号證证険险險险"
    "巔巅殺杀敵敌臨临處处鎮镇減减豐丰皺皱養养腎肾氣气壓压強强護护潤润壯壮陽阳陰阴壽寿長长記记憶忆勞劳財财轉转運运開开敗败雜杂貨货業业標标桿杆創创遙遥舉举雙双"
    "與与倫伦擬拟終终貴贵軍军務务機机關关黨党團团隊队專专權权補补滿满額额贈赠認认際际優优億亿來来見见變变徹彻決决別别髮发發发脫脱視视調调節节經经絡络濕湿體体類类"
    "聯联會会稱称譽誉獎奖實实測测讓让買买賣卖贏赢產产為为過过還还這这時时間间東东車车門门風风飛飞馬马魚鱼鳥鸟龍龙訂订單单現现銀银錢钱歷历史史裝装進进適适總总蕞最朂最苐第"
)
_SIMPLE = {ord(pair[0]): pair[1] for pair in (_TRADITIONAL[at : at + 2] for at in range(0, len(_TRADITIONAL) - 1, 2))}
_LOOKS = dict(
    zip(
        map(ord, "АВЕКМНОРСТУХІЅЈаеорсухіѕјбԁӏһԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχɑɡıŀ"),
        "ABEKMHOPCTYXISJaeopcyxisj6dlhwABEZHIKMNOPTYXaeikvoptuxagil",
        strict=True,
    )
)
_LEET = str.maketrans({"0": "o", "3": "e", "4": "a", "@": "a", "$": "s", "5": "s", "7": "t", "1": "i"})
_WORDS = re.compile(r"(?<![a-z0-9@$])(?=[0-9@$]*[a-z])(?!\d+[a-z]{1,3}(?![a-z0-9@$]))[a-z0-9@$]{2,}")
_HAN = r"\u3400-\u9fff"
_BETWEEN = re.compile(rf"(?<=[{_HAN}])[\s·•.*_|/\\~^`'\"+=#&-]{{1,4}}(?=[{_HAN}])")
_APART = re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[\s.*_·-]{1,2}[A-Za-z0-9@$]){2,11}(?![A-Za-z0-9])")
_INSIDE = re.compile(r"(?<=[a-z])[.*_](?=[a-z])|(?<=[a-z0-9#%\s-])[·•|](?=[a-z0-9#%\s-])|(?<=#)\.")
_SOUNDS = tuple(
    (re.compile(rule), to)
    for rule, to in (
        (r"(?:醉|罪|嘴|zui)(?=[低好强优佳高大先便新])", "最"), (r"[弟帝]一(?![次家天位])", "第一"), (r"第[1①⑴Ⅰ壹](?![\d.])", "第一"), (r"绝怼", "绝对"), (r"[丁鼎][级尖]", "顶级"),
        (r"冶(?=[疗愈好])", "治"), (r"[佳家]冕", "加冕"), (r"百分之?(?:100|一百)", "百分百"), (r"[1l]oo\s?[%％]", "100%"),
        (r"最\s?hao", "最好"), (r"最\s?di", "最低"), (r"最\s?jia", "最佳"), (r"第\s?yi(?![a-z])", "第一"), (r"(?<![a-z])di\s?一", "第一"),
    )
)  # fmt: skip
_SYLLABLES = {
    "zui hao": "最好", "zui jia": "最佳", "zui di": "最低", "zui gao": "最高", "zui qiang": "最强", "zui you": "最优", "zui da": "最大", "zui xian jin": "最先进", "zui pian yi": "最便宜",
    "di yi": "第一", "wei yi": "唯一", "ding ji": "顶级", "ding jian": "顶尖", "ji pin": "极品", "ji zhi": "极致", "jue dui": "绝对", "wan mei": "完美", "shou xuan": "首选", "du jia": "独家",
    "guo jia ji": "国家级", "shi jie ji": "世界级", "quan wang": "全网", "yong jiu": "永久", "wu di": "无敌", "guan jun": "冠军", "wan neng": "万能", "ling pao": "领跑", "zhi liao": "治疗", "zhi yu": "治愈",
    "gen zhi": "根治", "liao xiao": "疗效", "mian yi li": "免疫力", "jian fei": "减肥", "shou shen": "瘦身", "kang ai": "抗癌", "xiao yan": "消炎", "zhi tong": "止痛", "jiang ya": "降压", "zhao cai": "招财",
    "bi xie": "辟邪", "wu xiao tui kuan": "无效退款", "bao zhi": "包治", "bao hao": "包好", "wen zhuan": "稳赚", "bao ben": "保本", "diao da": "吊打", "miao sha": "秒杀",
}  # fmt: skip
"""Pinyin of words that the law speaks of; only words of two syllables or more, which English has not."""
_PINYIN = re.compile(
    r"(?<![a-z])("
    + "|".join(r"[\s'-]?".join(one.split()) for one in sorted(_SYLLABLES, key=len, reverse=True))
    + r")(?![a-z])"
)
_BY_SOUND = {one.replace(" ", ""): to for one, to in _SYLLABLES.items()}


@lru_cache(32_768)
def unmasked(text: str) -> str:
    """A text in one plain way of writing, small letters.

    >>> [unmasked(one) for one in ("最 好", "全\u200b网第①", "獨一無二", "zui hao的碗", "b.e.s.t bowl", "Bеst", "N0.1", "蕞低价")]
    ['最好', '全网第一', '独一无二', '最好的碗', 'best bowl', 'best', 'no.1', '最低价']
    >>> unmasked("8英寸 4只装, 1.3 L"), unmasked("Set of 4, 304 steel")
    ('8英寸 4只装, 1.3 l', 'set of 4, 304 steel')
    """
    kept = "".join(
        sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) not in ("Cf", "Mn", "So", "Sk", "Cc")
    )
    plain = kept.translate(_SIMPLE).translate(_LOOKS).lower()
    plain = _APART.sub(lambda match: re.sub(r"[\s.*_·-]", "", match.group()), plain)
    plain = _BETWEEN.sub("", plain)
    plain = _INSIDE.sub("", plain)
    plain = re.sub(r"(?<![a-z0-9])n0(?=\.?\s?1(?!\d))", "no", re.sub(r"\s+", " ", plain))
    plain = _PINYIN.sub(lambda match: _BY_SOUND[re.sub(r"[\s'-]", "", match.group())], plain)
    for rule, to in _SOUNDS:
        plain = rule.sub(to, plain)
    return plain


@lru_cache(32_768)
def readings(text: str) -> tuple[str, ...]:
    """The different ways to read a text: as it stands, unmasked, and with letters for the digits within words.

    >>> readings("Miracle bowl"), readings("b3$t bowl"), readings("碗")
    (('Miracle bowl', 'miracle bowl'), ('b3$t bowl', 'best bowl'), ('碗',))
    """
    plain = unmasked(text)
    letters = _WORDS.sub(lambda match: match.group().translate(_LEET), plain).replace(" @ ", " a ")
    return tuple(dict.fromkeys((text, plain, letters)))
