"""Chinese words as syllables with tones, and syllables as the phonemes of Kokoro's Mandarin voices."""

from __future__ import annotations

import re
from dataclasses import dataclass

from magnetar.capabilities.generation.speaking.pieces import Piece
from magnetar.kernel.errors import ProviderUnavailable

_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
_FINALS = {  # `0` is where the tone stands: after the vowel, before the nasal
    "a": "a0", "o": "wo0", "e": "ɤ0", "ai": "ai0", "ei": "ei0", "ao": "au0", "ou": "ou0", "an": "a0n", "en": "ə0n",
    "ang": "a0ŋ", "eng": "ə0ŋ", "ong": "ʊ0ŋ", "i": "i0", "ia": "ja0", "ie": "je0", "iao": "jau0", "iou": "jou0", "ian": "jɛ0n",
    "in": "i0n", "iang": "ja0ŋ", "ing": "i0ŋ", "iong": "jʊ0ŋ", "u": "u0", "ua": "wa0", "uo": "wo0", "uai": "wai0", "uei": "wei0",
    "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "v": "y0", "ve": "ɥe0", "van": "ɥɛ0n", "vn": "y0n",
}  # fmt: skip
_ALONE = {
    "er": "ɚ0",
    "o": "ɔ0",
    "ê": "ɛ0",
    "ng": "ŋ0",
    "n": "n0",
    "m": "m0",
    "hm": "hm0",
    "hng": "hŋ0",
    "io": "jɔ0",
    "yo": "wo0",
}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_SPELT = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcs])?([a-zê]+)([1-5])$")


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable and the characters of the text that it is heard for."""

    pinyin: str
    """Letters and a tone from 1 to 5, ü as v."""
    start: int
    end: int
    word: int
    """Number of the word that it belongs to."""


def phonemes(pinyin: str) -> str:
    """Kokoro's phonemes of a syllable.

    The consonants and vowels follow Lin (2007), The Sounds of Chinese, in the letters of the model's vocabulary;
    a tone is an arrow after the vowel.

    >>> phonemes("ni3"), phonemes("zhong1"), phonemes("xuan2"), phonemes("shi4")
    ('ni↓', 'ꭧʊ→ŋ', 'ɕɥɛ↗n', 'ʂɨ↘')
    """
    if not (found := _SPELT.match(pinyin)):
        return ""
    initial, final, tone = found[1] or "", found[2], _TONES[found[3]]
    if initial + final in _ALONE:
        return _ALONE[initial + final].replace("0", tone)
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        return _INITIALS[initial] + "ɨ" + tone
    if not initial:
        final = _bare(final)
    elif initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    final = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}.get(final, final)
    if final not in _FINALS:
        return ""
    return (_INITIALS[initial] if initial else "") + _FINALS[final].replace("0", tone)


def _bare(final: str) -> str:
    """A final that is written without initial, with y and w, as it is in the table.

    >>> _bare("yu"), _bare("you"), _bare("wen"), _bare("ying"), _bare("yuan")
    ('v', 'iou', 'uen', 'ing', 'van')
    """
    if final.startswith("yu"):
        return "iong" if final == "yong" else "v" + final[2:]
    if final == "yong":
        return "iong"
    if final.startswith("yi"):
        return final[1:]
    if final.startswith("y"):
        return "i" + final[1:]
    if final.startswith("wu"):
        return final[1:]
    if final.startswith("w"):
        return "u" + final[1:]
    return final


def syllables(piece: Piece, first_word: int = 0) -> list[Syllable]:
    """The syllables of a Chinese piece, with tone sandhi; characters nobody can read are left out.

    Raises:
        ProviderUnavailable: pypinyin is not installed.
    """
    try:
        from pypinyin import Style, lazy_pinyin  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise ProviderUnavailable(
            "中文配音需要 pypinyin · Chinese speech needs pypinyin: pip install 'magnetar[speech]'"
        ) from None
    import rjieba

    told: list[Syllable] = []
    same = len(piece.spoken) == piece.end - piece.start
    place, number = 0, first_word
    for word in rjieba.cut(piece.spoken):
        spelt = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True, v_to_u=False)
        if len(spelt) != len(word):  # letters that pypinyin left together
            place += len(word)
            continue
        for offset, one in enumerate(spelt):
            at = place + offset
            span = (piece.start + at, piece.start + at + 1) if same else (piece.start, piece.end)
            if _SPELT.match(one):
                told.append(Syllable(one, *span, number))
        place += len(word)
        number += 1
    return told
