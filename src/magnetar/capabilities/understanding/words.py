"""From text to the terms that it is found and compared by: Chinese cut into words, English brought to its stem."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import rjieba
import snowballstemmer

LONGEST = 2000
"""Characters of a text that are read; what follows is left out."""
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_STOP = frozenset(
    [
        "的",
        "了",
        "和",
        "与",
        "及",
        "或",
        "在",
        "是",
        "我",
        "你",
        "他",
        "她",
        "它",
        "们",
        "这",
        "那",
        "有",
        "个",
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "with",
    ]
)
_stemmer = snowballstemmer.stemmer("english")


def plain(text: str) -> str:
    """One way of writing it: full-width letters narrow, capitals small, at most `LONGEST` characters."""
    return unicodedata.normalize("NFKC", text[:LONGEST]).lower()[:LONGEST]


@lru_cache(65536)
def stem(word: str) -> str:
    """The stem of an English word, by Porter's second algorithm (Snowball).

    >>> stem("plates"), stem("cooking")
    ('plate', 'cook')
    """
    return _stemmer.stemWord(word)


def terms(text: str) -> list[str]:
    """Terms of a text in any mixture of Chinese and English, in order, repeats kept; nothing for emoji or punctuation.

    Chinese is cut by jieba's search mode, which gives long words and their parts; figures stay as they are written.

    >>> terms("露营折叠桌椅 Folding Chairs 1.5kg 🙂")
    ['露营', '折叠', '桌椅', 'fold', 'chair', '1.5', 'kg']
    """
    found: list[str] = []
    for run in _RUN.findall(plain(text)):
        if run[0] >= "\u3400":
            found += [word for word in rjieba.cut_for_search(run, True) if word not in _STOP]
        elif run not in _STOP:
            found.append(stem(run) if run[0].isalpha() else run)
    return found
