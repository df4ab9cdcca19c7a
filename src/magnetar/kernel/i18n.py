"""Two languages, side by side: every sentence for people is written in both, Chinese first.

Both stand where the sentence is used, so that neither can be missing and no key has to be looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LANGUAGES = {"zh": "中文", "en": "English"}
"""By the code that cookies and HTML use; the first is the one for those who do not say."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Says things in one language.

    >>> Voice("en")("共 {n} 件商品", "{n} products", n=3)
    '3 products'
    """

    language: str = "zh"

    def __call__(self, zh: str, en: str, /, **values: object) -> str:
        """The sentence in this voice's language, with values filled in where there are any."""
        sentence = en if self.language == "en" else zh
        return sentence.format(**values) if values else sentence

    def of(self, pair: str, mark: str = " · ") -> str:
        """This language's part of a text that gives both, Chinese first; a text in one language stays whole.

        >>> Voice("en").of("没有这个计划. · No such campaign."), Voice("en").of("No such campaign.")
        ('No such campaign.', 'No such campaign.')
        """
        zh, found, en = pair.partition(mark)
        return (en if self.language == "en" else zh) if found else pair


def choose_language(accept: str, known: Iterable[str] = LANGUAGES) -> str:
    """The language that an Accept-Language header likes best among those that we know, else our first.

    >>> choose_language("fr;q=0.9, en-GB;q=0.8, zh;q=0.2"), choose_language("fr"), choose_language("")
    ('en', 'zh', 'zh')
    """
    codes = list(known)
    best, liked = codes[0], 0.0
    for part in accept[:500].split(","):
        name, _, weight = part.strip().partition(";")
        code = name.strip().lower().partition("-")[0]
        try:
            q = float(weight.partition("=")[2] or 1.0)
        except ValueError:
            continue
        if code in codes and q > liked:
            best, liked = code, q
    return best
