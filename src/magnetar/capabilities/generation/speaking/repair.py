"""Words that recognition misheard, put right by their sound: 与荣福 is 羽绒服 where the catalogue says so.

A stretch that sounds like a word that was hinted at, tones aside, becomes that word. Words of three characters and
more may also differ as Mandarin speakers differ: z and zh, c and ch, s and sh, n and ng at the end.
The price: where somebody really said the homophone, it is changed too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_HANZI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def _loose(syllable: str) -> str:
    head = syllable[0] + syllable[2:] if syllable[:2] in ("zh", "ch", "sh") else syllable
    return head[:-1] if head.endswith("ng") else head


def repaired(text: str, hints: Sequence[str]) -> str:
    """The text with misheard hints put right; its length and the places of its characters stay.

    Needs pypinyin, which comes with the extra `speech`.
    """
    words = [hint for hint in dict.fromkeys(hints) if len(hint) >= 2 and _HANZI.fullmatch(hint) and hint not in text]
    if not words:
        return text
    from pypinyin import Style, lazy_pinyin  # pyright: ignore[reportMissingImports]

    letters = list(text)
    for stretch in _HANZI.finditer(text):
        sounds = lazy_pinyin(stretch.group(), style=Style.NORMAL)
        if len(sounds) != len(stretch.group()):
            continue
        for word in sorted(words, key=len, reverse=True):
            heard = lazy_pinyin(word, style=Style.NORMAL)
            same = str if len(word) < 3 else _loose
            wanted = [same(one) for one in heard]
            for at in range(len(sounds) - len(word) + 1):
                if [same(one) for one in sounds[at : at + len(word)]] == wanted:
                    letters[stretch.start() + at : stretch.start() + at + len(word)] = word
    return "".join(letters)
