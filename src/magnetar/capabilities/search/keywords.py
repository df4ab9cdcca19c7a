"""Keywords for search ads: what a product should be bid on, by which match, and what it must not be bid on, with reasons."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import rjieba

from magnetar.capabilities.search.bridge import Bridge
from magnetar.capabilities.search.constraints import is_unit
from magnetar.capabilities.search.fields import words_of
from magnetar.capabilities.search.hits import Reason
from magnetar.capabilities.understanding import plain, terms
from magnetar.vocabulary.catalogue import Product


class Match(StrEnum):
    """How far a query may stray from the keyword."""

    EXACT = "exact"
    """精确匹配: the query is the keyword."""
    PHRASE = "phrase"
    """短语匹配: the query holds the keyword."""
    BROAD = "broad"
    """广泛匹配: the query means the keyword."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A query worth bidding on for a product."""

    text: str
    match: Match
    score: float
    """In [0, 1]: how well the product answers it, and how few others do."""
    source: str
    """title, category, brand, attribute, translation, log, or neighbour."""
    place: int
    """Where the product stands in the search for it, from 1; 0 where it is not found."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Negative:
    """What a query must not hold for the product to be shown."""

    text: str
    kind: str
    """other_category, rival_brand, other_people, or not_buying."""
    reason: Reason


_NOT_BUYING = {
    "二手": "second-hand", "维修": "repair", "免费": "free", "出租": "rental", "教程": "tutorial", "图片": "pictures",
    "招聘": "jobs", "怎么修": "how to fix", "回收": "recycling", "说明书": "manual",
}  # fmt: skip
_MEASURED = re.compile(
    r"(?<=\d)(?:英寸|小时|[只双片件米条块秒个支颗层提键包袋盒瓶本人升克斤档色万蛋张卷枚粒套])[\u3400-\u9fff]*"
)
_LOOSE = frozenset("男女式色型款")
_LEADING = frozenset("不无免未非防可小大重轻半慢快带含热冷高低超双三单多微新")
_PEOPLE = (
    (("男士", "男款", "男", "men's", "men"), ("女士", "女款", "women's")),
    (("女士", "女款", "女", "women's", "women"), ("男士", "男款", "men's")),
    (("猫",), ("狗", "犬")),
    (("狗", "犬"), ("猫",)),
    (("成人", "adult"), ("儿童", "婴儿", "kids")),
    (("婴儿", "儿童", "宝宝", "kids", "baby"), ("成人", "老人")),
)


def expand(
    product: Product,
    place_of: Callable[[str], tuple[int, int]],
    bridge: Bridge,
    *,
    log: Mapping[str, tuple[int, int]] | None = None,
    neighbours: Sequence[tuple[Product, int]] = (),
    limit: int = 30,
) -> list[Keyword]:
    """Keywords of a product, best first.

    Args:
        place_of: a query's (place of the product from 1, 0 if not found; how many products say all of its words).
        log: query → (times asked, times that this product was chosen for it).
        neighbours: products bought or clicked with this one, and how often.
    """
    found: dict[str, Keyword] = {}

    def add(text: str, match: Match, source: str, base: float, zh: str, en: str) -> None:
        key = plain(text).strip()
        if not 1 < len(key) <= 40 or key in found or not terms(key):
            return
        place, rivals = place_of(key)
        asked, chosen = (log or {}).get(key, (0, 0))
        if source != "neighbour" and not place and not chosen:
            return  # the shop's own search does not lead to it
        near = 1.0 / (1.0 + 0.15 * max(0, place - 1)) if place else 0.3
        narrow = 1.0 / (1.0 + 0.25 * math.log1p(max(0, rivals - 1)))
        wanted = 1.0 - 0.5 / (1.0 + math.log1p(asked + 4.0 * chosen))
        if asked:
            zh, en = f"{zh}; 搜过 {asked} 次, 点选 {chosen} 次", f"{en}; asked {asked} times, chosen {chosen} times"
        found[key] = Keyword(text.strip(), match, base * near * narrow * wanted, source, place, Reason(source, zh, en))

    for query, (asked, chosen) in sorted((log or {}).items(), key=lambda one: (-one[1][1], -one[1][0], one[0])):
        if chosen:
            add(query, Match.EXACT, "log", 1.0, "搜索后选了它", "chosen after this query")
        elif asked and set(terms(query)) <= set(terms(f"{product.title} {product.title_en} {product.category}")):
            add(query, Match.PHRASE, "log", 0.9, "有人搜过, 词都在标题里", "asked, and every word is in the title")
    leaf = product.category.rsplit(" > ", 1)[-1]
    heads = heads_of(product)
    if product.brand:
        for head in heads[:3]:
            add(f"{product.brand} {head}", Match.EXACT, "brand", 0.95, "品牌 + 品名", "brand with what it is")
        add(product.brand, Match.PHRASE, "brand", 0.8, "自有品牌", "own brand")
    for phrase in _phrases(product):
        add(phrase, Match.PHRASE, "title", 0.9, "标题里相邻的词", "neighbouring words of the title")
    for phrase in _english(product.title_en, product.brand):
        add(phrase, Match.PHRASE, "title", 0.85, "英文标题里相邻的词", "neighbouring words of the English title")
    for value in product.attributes.values():
        if 1 < len(value) <= 12 and heads and not any(mark in value for mark in "、，,/"):
            add(
                f"{value} {heads[0]}",
                Match.PHRASE,
                "attribute",
                0.85,
                f"属性 {value} + 品名",
                f"attribute {value} with what it is",
            )
    for head in heads[:4]:
        add(head, Match.BROAD, "title", 0.7, "标题里的品名", "what the title calls it")
    for head in heads[:4]:
        for term in terms(head):
            for other, weight in bridge.across(term):
                if weight >= 0.3:
                    add(
                        other,
                        Match.BROAD,
                        "translation",
                        0.6 * weight + 0.2,
                        f"{term} 的译名",
                        f"what {term} is called",
                    )
    if leaf:
        add(leaf, Match.BROAD, "category", 0.55, "类目名", "name of the category")
    for other, together in sorted(neighbours, key=lambda one: (-one[1], one[0].id))[:8]:
        for head in heads_of(other)[:1]:
            add(
                head, Match.BROAD, "neighbour", 0.5 * (1.0 - 1.0 / (1.0 + together)),
                f"常与 {other.title[:16]} 一起被选 ({together} 次)", f"often chosen with {(other.title_en or other.title)[:32]} ({together} times)",
            )  # fmt: skip
    return sorted(found.values(), key=lambda one: (-one.score, one.text))[:limit]


def exclude(product: Product, products: Sequence[Product], limit: int = 30) -> list[Negative]:
    """What a product's ads must not be shown for: other categories that share a word, rivals, other people, no purchase.

    Args:
        products: the catalogue, against which words are judged; the product itself may be among them.
    """
    found: dict[str, Negative] = {}
    own = plain(f"{product.title} {product.title_en} {product.category} {' '.join(product.attributes.values())}")
    mine = [word for word in _words(" ".join(_runs(product.title, product.brand)) or product.title) if len(word) > 1]
    confused: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rivals: Counter[str] = Counter()
    for other in products:
        if other.id == product.id and other.merchant == product.merchant:
            continue
        if product.category and other.category == product.category:
            if other.brand and plain(other.brand) != plain(product.brand) and plain(other.brand) not in own:
                rivals[other.brand] += 1
            continue
        shared = [word for word in mine if word in plain(other.title) and plain(word) != plain(product.brand)]
        for word in shared[:3]:
            for head in heads_of(other)[:1]:
                if head not in own and head != word and word not in plain(other.brand):
                    confused[word, head][other.category or "?"] += 1
    ranked = sorted(confused.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    for (word, head), where in ranked[: limit // 2]:
        shelf = where.most_common(1)[0][0]
        zh, en = f"「{word}」也用于 {shelf}", f"{word!r} is also said of {shelf}"
        text = head if word in head else f"{word}{head}" if head[0] >= "\u3400" else f"{word} {head}"
        found.setdefault(text, Negative(text, "other_category", Reason("other_category", zh, en)))
    for brand, count in sorted(rivals.items(), key=lambda one: (-one[1], one[0]))[:8]:
        zh, en = f"同类目的其他品牌 ({count} 件)", f"another brand of the category ({count} products)"
        found.setdefault(brand, Negative(brand, "rival_brand", Reason("rival_brand", zh, en)))
    for here, not_here in _PEOPLE:
        if any(_says(own, word) for word in here):
            for word in not_here:
                if not _says(own, word):
                    zh, en = (
                        f"商品写的是「{next(one for one in here if _says(own, one))}」",
                        "the product is for others",
                    )
                    found.setdefault(word, Negative(word, "other_people", Reason("other_people", zh, en)))
    for zh, en in _NOT_BUYING.items():
        if zh not in own:
            found.setdefault(
                zh,
                Negative(
                    zh, "not_buying", Reason("not_buying", "搜的人不是要买新品", f"{en}: not out to buy a new one")
                ),
            )
    return list(found.values())[:limit]


def _says(text: str, word: str) -> bool:
    """Whether a text holds a word; Latin words as a whole, so that women's does not hold men's."""
    if word.isascii():
        return word in text.replace(",", " ").split()
    return word in text


def _words(text: str) -> list[str]:
    runs, latin = words_of(text)
    return [word for run in runs for word in rjieba.cut_for_search(run, True)] + [
        word for word in latin if not is_unit(word)
    ]


def heads_of(product: Product) -> list[str]:
    """What a title calls its product, likeliest first.

    The first run of a Chinese title, without its brand, ends in the thing itself: its last word, then the whole run. An
    English title names it last before the first comma.

    >>> from magnetar.vocabulary.ids import MerchantId, ProductId
    >>> from magnetar.vocabulary.money import Money
    >>> heads_of(Product(ProductId("1"), MerchantId("m"), "萤架植绒衣架 防滑不留痕 20只", Money.of(1), brand="萤架"))
    ['衣架', '植绒衣架']
    >>> heads_of(Product(ProductId("2"), MerchantId("m"), "萤架布艺收纳箱 带盖", Money.of(1), brand="萤架"))
    ['收纳箱', '布艺收纳箱']
    """
    runs = _runs(product.title, product.brand)
    if runs:
        first = next((run for run in runs if len(run) > 1), runs[0])
        ending = _ending(first)
        return list(dict.fromkeys([ending, *([first] if len(first) <= 8 else [])]))
    brand = set(words_of(product.brand)[1])
    latin = [word for word in words_of(product.title.split(",")[0])[1] if word not in brand and not is_unit(word)]
    return list(dict.fromkeys([*latin[-1:], " ".join(latin[-2:])])) if latin else []


def _ending(run: str) -> str:
    """The last word of a run, of two characters or more where it has them.

    The run is cut as a whole, since its last characters alone may look like a word that is none (纳箱 of 收纳箱). Where
    the dictionary holds another ending, that one is taken if it leaves no more characters over (植绒|衣架, but not 铸|铁锅).
    """
    cut = rjieba.cut(run, True)
    tail = ""
    while cut and len(tail) < 2:
        tail = cut.pop() + tail
    known = _known_ending(run)
    if cut and len(cut[-1]) == 1 and len(tail) == 2 and not known and cut[-1] not in _LEADING | _LOOSE:
        return cut.pop() + tail  # 挂|烫机
    if known and (known.endswith(tail) or _left_over(run, known) <= _left_over(run, tail)):
        return known
    return tail


def _known_ending(run: str) -> str:
    """The longest ending that the dictionary holds, '' for none."""
    return next(
        (run[-size:] for size in (4, 3, 2) if size <= len(run) and rjieba.cut(run[-size:], False) == [run[-size:]]), ""
    )


def _left_over(run: str, ending: str) -> int:
    """Characters that are no word where a run ends so."""
    return sum(len(word) == 1 for word in rjieba.cut(run[: len(run) - len(ending)], True))


def _parts(run: str) -> list[str]:
    """The words of a run, no character left alone: 防滑不留痕 is 防滑 and 不留痕, 大豆蜡香薰 is 大豆蜡 and 香薰.

    A lone character that says how or how much goes with what follows; another with what comes before it.
    """
    parts: list[str] = []
    waits = False
    for word in rjieba.cut(run, True):
        lone = len(word) == 1
        if parts and (waits or (lone and word not in _LEADING)):
            parts[-1] += word
            waits = len(parts[-1]) == 1
        else:
            parts.append(word)
            waits = lone
    return parts


def _runs(title: str, brand: str) -> list[str]:
    """The Chinese runs of a title, its brand and its measures (4只装, 8英寸) left out."""
    return [
        part
        for run in words_of(_MEASURED.sub(" ", title))[0]
        for part in (run.split(plain(brand)) if brand else [run])
        if part
    ]


def _phrases(product: Product) -> list[str]:
    """Phrases of the Chinese title: its runs, and each of its words with what the product is."""
    heads = heads_of(product)
    found: list[str] = []
    for run in _runs(product.title, product.brand):
        if 2 <= len(run) <= 8:
            found.append(run)
        if heads and heads[0][0] >= "\u3400":
            words = [word for word in _parts(run.removesuffix(heads[0])) if len(word) > 1 and word not in heads[0]]
            found += [f"{word}{heads[0]}" for word in words if f"{word}{heads[0]}" not in found]
    return found


def phrases_of(product: Product) -> list[str]:
    """What a product may be asked for by: its heads, phrases of both titles."""
    english = _english(product.title_en or product.title, product.brand)
    latin = [word for word in words_of(product.title_en or product.title)[1] if len(word) > 2]
    return list(dict.fromkeys([*heads_of(product), *_phrases(product), *english, *latin]))


def _english(text: str, brand: str) -> list[str]:
    """Neighbouring words of an English title, within its commas, units left out."""
    own = set(words_of(brand)[1])
    found: list[str] = []
    for part in text.split(","):
        words = [word for word in words_of(part)[1] if word not in own and not is_unit(word)]
        for size in (2, 3):
            found += [" ".join(words[place : place + size]) for place in range(len(words) - size + 1)]
    return found
