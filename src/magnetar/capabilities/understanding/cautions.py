"""What in a text must not be repeated as it stands: absolute words, cures, words that order a machine about, markup."""

from __future__ import annotations

import re
from typing import NamedTuple

from magnetar.capabilities.understanding.lexicon import fold


class Flag(NamedTuple):
    """Words to be careful with, and why."""

    reason: str
    """absolute, cure, instruction or markup."""
    source: str
    start: int
    end: int
    text: str


WORDS = {
    "absolute": ("绝对化用语, 广告法第九条", "an absolute claim (Advertising Law of China, article 9)"),
    "cure": ("医疗用语, 普通商品不得使用", "a medical claim, not allowed for ordinary goods"),
    "instruction": ("写给机器的指令, 只当文字", "words that order a machine about; taken as text"),
    "markup": ("网页代码, 只当文字", "markup, taken as text"),
}
_RULES = {
    "absolute": re.compile(
        r"国家级|世界级|宇宙级|最高级|最佳|最好|最强|最优|最先进|最低价|最便宜|史上最\w|全网最\w|全网第一|销量第一|行业第一|全国第一|世界第一|第一品牌|排名第一|"
        r"no\.\s?1(?!\d)|top\s?1(?!\d)|顶级|极品|独一无二|绝无仅有|史无前例|万能|独家|首选|唯一|永久|永不|百分之百有效|100%有效|零风险|"
        r"(?<![a-z])(?:world'?s? (?:best|first|number one)|best in the world|number one|the best|#1(?!\d)|100% (?:effective|guaranteed|safe)|guaranteed results|risk[- ]free|perfect for everyone)(?![a-z])"
    ),
    "cure": re.compile(
        r"治疗|治愈|根治|疗效|抗癌|防癌|降血压|降血糖|降血脂|消炎|包治|药到病除|增强免疫|(?<![a-z])(?:cures?|heals?|treats? (?:cancer|diabetes|disease)|anti-?cancer)(?![a-z])"
    ),
    "instruction": re.compile(
        r"忽略(?:以上|之前|前面|所有)\w{0,6}(?:指令|提示|要求|规则)|系统提示词?|你现在是|"
        r"(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|above|prior|earlier) (?:instructions?|prompts?|rules?)|system prompt|you are now "
    ),
    "markup": re.compile(r"<\s*/?\s*(?:script|img|iframe|svg|a|style|object|embed|form|input)\b[^>]{0,200}>?|javascript:|\bon\w{3,12}\s*="),
}  # fmt: skip


def find_flags(source: str, text: str) -> list[Flag]:
    """What to be careful with in one text, in order of place.

    >>> [(one.reason, one.text) for one in find_flags("title", "国家级品质 全网第一次出现")]
    [('absolute', '国家级')]
    """
    folded, at = fold(text)
    found: list[Flag] = []
    for reason, rule in _RULES.items():
        for match in rule.finditer(folded):
            if reason == "absolute" and folded[match.end() : match.end() + 1] in ("次", "步", "天", "章", "款", "时"):
                continue  # 第一次, 第一步: an order, not a rank
            start, end = at[match.start()], at[match.end() - 1] + 1
            found.append(Flag(reason, source, start, end, text[start:end]))
    return sorted(found, key=lambda one: one.start)
