"""Words that carry meaning and are neither the record's nor our glue: what no table of claims could foresee.

A text may use the record's words, the words of our own templates and a short list of words that claim nothing; any
other noun, verb or adjective says something that the record does not.
"""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba
import snowballstemmer

from magnetar.capabilities.creative.copy.audiences import CALLS
from magnetar.capabilities.creative.copy.evidence import KEYS_EN
from magnetar.capabilities.creative.copy.phrasing import HOOKS, OFFERS
from magnetar.capabilities.creative.copy.quantities import find_quantities, fold
from magnetar.capabilities.creative.copy.record import Record, clauses_of, is_chinese, plain, words_in

_COMMON_ZH = frozenset(
    [
        "看看",
        "来看",
        "看",
        "说说",
        "认识",
        "了解",
        "喜欢",
        "需要",
        "想要",
        "选择",
        "选",
        "挑",
        "试试",
        "带走",
        "这款",
        "这个",
        "这件",
        "那就",
        "可以",
        "不妨",
        "一起",
        "一下",
        "详情",
        "点开",
        "点击",
        "看这里",
        "日子",
        "时候",
        "生活",
        "先说",
        "说到",
        "来了",
        "就是",
        "这里",
        "那么",
        "也许",
        "或许",
        "有了",
        "拥有",
        "遇见",
        "介绍",
        "告诉",
        "知道",
        "看到",
        "看见",
        "用",
        "用上",
        "用到",
        "准备",
        "安排",
        "收下",
        "拿下",
        "入手",
        "心动",
        "细节",
        "价格",
        "参数",
        "材质",
        "还在",
        "怎么",
        "什么",
        "哪款",
        "为什么",
        "是不是",
        "有没有",
        "别急",
        "想",
        "说",
        "来",
        "去",
        "给",
        "让",
        "把",
        "做",
        "有",
        "是",
        "在",
        "用来",
        "我们",
        "你家",
        "大家",
        "朋友",
        "家人",
        "今",
        "现在",
        "现价",
        "标价",
        "只是",
        "点",
        "就",
        "它",
        "购买",
        "下单",
        "先",
        "再",
        "看吧",
        "看看吧",
        "来看看",
        "看一看",
    ]
)
_COMMON_EN = """
a an the this that these those it its is are be been was were do does did have has had i you your we our they them he she
and or but so if as of in on at to for with from by about into over up out off down here there now then just yes hey hi hello
what which who how why when where not look see take meet have get got find know think need want like love choose pick try
check tap read tell say show ready let make made go come give keep use used using one ones more-about detail details price
list figure figures page item thing things day days time home life next each every all both can could will would may might
should say says said imagine consider here's it's let's that's what's you're looking thinking for
"""
_FUNCTION = "ucpyeowxrmqf"
"""Parts of speech that claim nothing: auxiliaries, conjunctions, prepositions, particles, pronouns, numerals, places."""
_RUN = re.compile(r"[\u3400-\u9fff]+")


def unsupported(text: str, record: Record) -> list[str]:
    """The meaning-bearing words of a text that are neither the record's nor of our short list; numbers are left out."""
    folded = fold(text)
    for one in reversed(find_quantities(text)):
        folded = folded[: one.start] + " " * (one.end - one.start) + folded[one.end :]
    if is_chinese(text):
        return [word for run in _RUN.findall(folded) for word in _of_run(run, record)]
    allowed = _stems(record.texts) | _common_en()
    words = (word for clause in clauses_of(folded) for word in re.findall(r"[a-z']+", clause))
    return [word for word in words if len(word) > 1 and not {_stem(word), _stem(word.removesuffix("'s"))} & allowed]


def _of_run(run: str, record: Record) -> list[str]:
    """As `unsupported`, of Chinese characters without a mark: a run that record and glue can be laid over is fine."""
    if _covered(run, record):
        return []
    common = _common_zh()
    return [
        word
        for word, tag in rjieba.tag(run)
        if word not in common and tag[:1] not in _FUNCTION and plain(word) not in record.whole
    ]


def _covered(run: str, record: Record) -> bool:
    """Whether pieces of the record (two characters or more) and words of ours make up the whole run."""
    common = _common_zh()
    reach = [True] + [False] * len(run)
    for start in range(len(run)):
        if not reach[start]:
            continue
        for end in range(start + 1, len(run) + 1):
            piece = run[start:end]
            held = piece in record.whole
            if piece in common or (held and end - start >= 2):
                reach[end] = True
            elif not held and end - start > 8:
                break
    return reach[-1]


@lru_cache(1)
def _common_zh() -> frozenset[str]:
    """Our list, and the words of our templates and calls."""
    texts = [text for table in HOOKS["zh"].values() for one in table for text in (one.headline, one.caption)]
    texts += [text for one in OFFERS["zh"] for text in (one.headline, one.caption)]
    texts += ["暂时缺货"]
    found = set(_COMMON_ZH) | {run for zh, _ in CALLS.values() for run in _RUN.findall(zh)}
    for text in texts:
        for run in _RUN.findall(re.sub(r"\{\w+\}", " ", text)):
            found.add(run)
            found.update(word for word, _ in rjieba.tag(run))
    return frozenset(found)


@lru_cache(8192)
def _stem(word: str) -> str:
    return snowballstemmer.stemmer("english").stemWord(word)


@lru_cache(64)
def _stems(texts: tuple[str, ...]) -> frozenset[str]:
    """Stems of the record's words, and the English names of what it says in Chinese."""
    found = {_stem(word) for text in texts for word in re.findall(r"[a-z']+", fold(text))}
    for text in texts:
        for _, value, _ in words_in(text):
            found.update(_stem(word) for word in re.findall(r"[a-z']+", value))
    return frozenset(found)


@lru_cache(1)
def _common_en() -> frozenset[str]:
    texts = [text for table in HOOKS["en"].values() for one in table for text in (one.headline, one.caption)]
    texts += [text for one in OFFERS["en"] for text in (one.headline, one.caption)] + [en for _, en in CALLS.values()]
    texts += [_COMMON_EN, " ".join(KEYS_EN.values()), "sold out currently"]
    plain_texts = (re.sub(r"\{\w+\}", " ", text).lower() for text in texts)
    return frozenset(_stem(word) for text in plain_texts for word in re.findall(r"[a-z']+", text))
