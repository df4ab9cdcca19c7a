"""Product types from the words of a title: the noun at its head, without colours, sizes, numbers and brands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rjieba

from magnetar.capabilities.understanding.words import plain, stem
from magnetar.kernel.chance import Ints

LEAST = 3
"""Titles that must share a noun with the word before it, so that the two together are a type."""
_ENGLISH = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_BREAK = re.compile(r"[,;:|/()（），、【】\[\]]| with | in | for | by | w/ | - ")
_SET = re.compile(r"^(?:\d+\s*)?(?:set|pack|box|pair|roll|bag|tube|tin|asstd?|assorted)(?:\s*/\s*|\s+of\s+)\d*\s*")
_PLAIN_WORDS = frozenset(
    [
        "red",
        "blue",
        "green",
        "pink",
        "white",
        "black",
        "ivory",
        "cream",
        "brown",
        "grey",
        "gray",
        "silver",
        "gold",
        "golden",
        "purple",
        "yellow",
        "orange",
        "turquoise",
        "lilac",
        "navy",
        "beige",
        "multicolour",
        "multicolor",
        "colour",
        "color",
        "coloured",
        "assorted",
        "asst",
        "ass",
        "clear",
        "natural",
        "light",
        "dark",
        "pale",
        "bright",
        "small",
        "large",
        "medium",
        "mini",
        "big",
        "jumbo",
        "giant",
        "tiny",
        "long",
        "short",
        "tall",
        "wide",
        "thick",
        "slim",
        "size",
        "set",
        "pack",
        "pcs",
        "piece",
        "pieces",
        "pc",
        "pair",
        "box",
        "tin",
        "tier",
        "vintage",
        "retro",
        "design",
        "style",
        "type",
        "new",
        "classic",
        "modern",
        "antique",
        "luxury",
        "deluxe",
        "premium",
        "original",
        "organic",
        "free",
        "men",
        "women",
        "mens",
        "womens",
        "unisex",
        "kids",
        "s",
        "m",
        "l",
        "x",
        "xl",
        "xxl",
        "cm",
        "mm",
        "in",
        "inch",
        "ft",
        "oz",
        "ml",
        "g",
        "kg",
        "lb",
        "the",
        "and",
        "with",
        "for",
        "from",
        "by",
        "of",
        "on",
        "to",
        "your",
        "a",
        "an",
        "no",
    ]
)
_PLAIN_CHINESE = frozenset(
    [
        "套装",
        "件套",
        "补充装",
        "家庭装",
        "家用",
        "款",
        "装",
        "只装",
        "新款",
        "便携",
        "男",
        "女",
        "男女",
        "通用",
        "大号",
        "中号",
        "小号",
        "加厚",
        "加绒",
        "组合",
        "礼盒",
        "系列",
        "旗舰",
        "正品",
        "包邮",
        "全套",
        "专用",
        "红色",
        "白色",
        "黑色",
        "蓝色",
        "绿色",
        "粉色",
        "灰色",
        "黄色",
        "两件",
        "三件",
        "四件",
        "五件",
        "三件套",
        "五件套",
        "双人",
        "单人",
        "儿童",
        "户外",
        "家居",
    ]
)
_FILMS = frozenset(["视频", "直播", "短片", "短视频", "直播间", "vlog", "video", "film", "clip", "stream"])
"""Heads that name the medium; the word before them is kept, for it says the scene."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The types of a catalogue's items."""

    names: list[str]
    of: Ints
    """(items,) the type of each; −1 for a title without a word."""


def head_words(title: str) -> tuple[str, ...]:
    """The head noun of a title and the word before it, the noun last; () for a title without words.

    Chinese and English stand their head noun last, before what describes it further ("with", a comma, a measure).

    >>> head_words("砚木鸡翅木筷子 10双装 无漆无蜡"), head_words("SET OF 6 CAKE CHOPSTICKS"), head_words("🙂")
    (('鸡翅木', '筷子'), ('cake', 'chopsticks'), ())
    """
    text = plain(title)
    run = _CHINESE.findall(text)
    if run:
        for part in text.split():
            found = [
                word
                for piece in _CHINESE.findall(part)
                for word in rjieba.cut(piece, True)
                if word not in _PLAIN_CHINESE and len(word) > 1
            ]
            if found:
                return tuple(found[-2:])
        return (run[0],)
    text = _SET.sub("", text.strip())
    for part in _BREAK.split(text):
        found = [word for word in _ENGLISH.findall(part.split(" of ")[0]) if word not in _PLAIN_WORDS and len(word) > 1]
        if found:
            return tuple(found[-2:])
    return ()


def kinds_of(titles: Sequence[str], categories: Sequence[str] = ()) -> Kinds:
    """The type of each item: its head noun, with the word before it where enough titles share both.

    Args:
        categories: the feed's own category of each item; its last step stands in where the title has no word.
    """
    heads = [head_words(title) for title in titles]
    stems = [tuple(stem(word) if word.isascii() else word for word in words) for words in heads]
    pairs = Counter(words for words in stems if len(words) > 1)
    keys: list[tuple[str, ...]] = []
    for place, words in enumerate(stems):
        if not words:
            category = categories[place].rsplit(">", 1)[-1].strip() if place < len(categories) else ""
            keys.append((category,) if category else ())
        elif len(words) > 1 and (pairs[words] >= LEAST or words[-1] in _FILMS):
            keys.append(words)
        else:
            keys.append(words[-1:])
    shown: dict[tuple[str, ...], Counter[str]] = {}
    for key, words in zip(keys, heads, strict=True):
        if key:
            last = words[-len(key) :] if words else key
            joined = "".join(last) if not last[0].isascii() else " ".join(last)
            shown.setdefault(key, Counter())[joined] += 1
    order = {key: place for place, key in enumerate(sorted(shown))}
    names = [shown[key].most_common(1)[0][0] for key in order]
    return Kinds(names, np.array([order.get(key, -1) for key in keys], np.int64))
