"""Subtitles: what a voice says, cut at its clauses, each piece with the times of its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from magnetar.capabilities.creative.linebreak import atoms, trim

_OPENS = re.compile(r"[¥￥$€£#(（《「“]+$")
"""Signs that belong to what follows."""
_END = re.compile(r"[，。；：！？!?;:·]|[,.](?=\s|$)")
"""What ends a clause; a comma or point inside a number does not."""
_FEW = {True: 2, False: 5}
"""Letters of a clause that is too short to stand alone: Chinese, other."""
_QUICK_S = 0.6
_EDGES = " \t，。；：！？、,.;:!?·—-–"


@dataclass(frozen=True, slots=True)
class Word:
    """When a piece of a text is heard."""

    start_s: float
    end_s: float
    start: int
    """First character of the text."""
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """A text and when its words are heard, from the start of its scene."""

    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """A subtitle: it stands while its words are said."""

    text: str
    words: tuple[tuple[float, float, str], ...]
    """(start_s, end_s, piece of the text)."""

    @property
    def start_s(self) -> float:
        return self.words[0][0]

    @property
    def end_s(self) -> float:
        return self.words[-1][1]


def letters(text: str) -> str:
    """What of a text is heard, for comparing.

    >>> letters("8英寸 · Set of 4")
    '8英寸setof4'
    """
    return "".join(letter for letter in text.lower() if letter.isalnum())


def cut(said: Said, fits: Callable[[str], bool]) -> list[Caption]:
    """Cut what is said at the ends of its clauses; a clause that does not fit is cut into even parts.

    Args:
        fits: whether a text can be shown at once.

    >>> words = (Word(0.0, 0.5, 0, 3), Word(0.7, 1.2, 4, 6), Word(1.2, 1.6, 6, 8))
    >>> [one.text for one in cut(Said("35L，一到两天", words), lambda text: True)]
    ['35L，一到两天']
    >>> [one.text for one in cut(Said("大容量，一到两天", words), lambda text: True)]
    ['大容量', '一到两天']
    """
    pieces = _pieces(said) if said.words else []
    if not pieces:
        return []
    clauses: list[list[tuple[Word, str]]] = [[]]
    for piece, after in zip(pieces, [*(text for _, text in pieces[1:]), ""], strict=True):
        clauses[-1].append(piece)
        if _END.search(_tail(piece[1]) + after[:1]):
            clauses.append([])
    joined = _joined([clause for clause in clauses if clause], fits)
    return [_caption(part) for clause in joined for part in _parts(clause, fits)]


def _pieces(said: Said) -> list[tuple[Word, str]]:
    """Each word with its text up to the next, so that nothing is lost.

    A voice may say a sign by itself, as the point in 1.5 or the cross in 4 × 2: it belongs to the word before.

    >>> said = Said("1.5米", (Word(0.0, 0.1, 0, 1), Word(0.1, 0.3, 1, 2), Word(0.3, 0.4, 2, 3), Word(0.4, 0.5, 3, 4)))
    >>> [text for _, text in _pieces(said)]
    ['1.', '5', '米']
    """
    starts = [0, *(word.start for word in said.words[1:]), len(said.text)]
    found: list[tuple[Word, str]] = []
    before = ""
    for word, (start, end) in zip(said.words, pairwise(starts), strict=True):
        text = said.text[start:end]
        if letters(text):
            found.append((replace(word, start=word.start - len(before)), before + text))
            before = ""
        elif found:
            last, held = found[-1]
            found[-1] = (replace(last, end=word.end, end_s=word.end_s), held + text)
        else:
            before += text
    for place, ((word, text), (after, more)) in enumerate(pairwise(found)):
        if sign := _OPENS.search(text):
            size = len(sign.group())
            found[place] = (replace(word, end=min(word.end, after.start - size)), text[:-size])
            found[place + 1] = (replace(after, start=after.start - size), sign.group() + more)
    return found


def _tail(text: str) -> str:
    """What follows the last letter or figure."""
    last = max((place for place, letter in enumerate(text) if letter.isalnum()), default=-1)
    return text[last + 1 :]


def _joined(clauses: list[list[tuple[Word, str]]], fits: Callable[[str], bool]) -> list[list[tuple[Word, str]]]:
    """A clause of a letter or two goes with the next one, or a very short last one with the one before, where both fit."""
    done: list[list[tuple[Word, str]]] = []
    for number, clause in enumerate(clauses, 1):
        quick = number == len(clauses) and clause[-1][0].end_s - clause[0][0].start_s < _QUICK_S
        if done and (_small(done[-1]) or (quick and _small(clause))) and fits(_text([*done[-1], *clause])):
            done[-1] = [*done[-1], *clause]
        else:
            done.append(clause)
    return done


def _small(clause: list[tuple[Word, str]]) -> bool:
    heard = letters(_text(clause))
    return len(heard) <= _FEW[not heard.isascii()] or (heard.isascii() and len(heard) <= _FEW[False])


def _parts(clause: list[tuple[Word, str]], fits: Callable[[str], bool]) -> list[list[tuple[Word, str]]]:
    """As few parts as fit, as even as they can be, cut where a line may end."""
    if fits(_text(clause)) or len(clause) == 1:
        return [clause]
    free = _free(clause)
    for count in range(2, len(clause) + 1):
        total, parts, before = len(_text(clause)), list[list[tuple[Word, str]]](), 0
        for number in range(1, count):
            goal = total * number / count
            places = [place for place in free if place > before]
            if not places:
                break
            place = min(places, key=lambda one: abs(len(_text(clause[:one])) - goal))
            parts.append(clause[before:place])
            before = place
        parts.append(clause[before:])
        if all(fits(_text(part)) for part in parts):
            return parts
    return [[piece] for piece in clause]


def _free(clause: list[tuple[Word, str]]) -> list[int]:
    """Numbers of the words before which a line may begin."""
    ends: set[int] = set()
    at = 0
    for atom in atoms("".join(text for _, text in clause)):
        at += len(atom)
        ends.add(at)
    at, found = 0, list[int]()
    for number, (_, text) in enumerate(clause[:-1], 1):
        at += len(text)
        if at in ends:
            found.append(number)
    return found


def _text(clause: list[tuple[Word, str]]) -> str:
    return shown("".join(text for _, text in clause))


def shown(text: str) -> str:
    """A piece of a sentence as a subtitle shows it: no comma or full stop at its ends.

    >>> shown("，8英寸盘面。"), shown("Shop now.")
    ('8英寸盘面', 'Shop now')
    """
    return trim(text.strip().rstrip(".。 ")).lstrip("，。；：！？、,;:!?· ")


def _caption(part: list[tuple[Word, str]]) -> Caption:
    words: list[tuple[float, float, str]] = []
    for word, text in part:
        words.append((word.start_s, max(word.start_s, word.end_s), text.strip(_EDGES)))
    return Caption(_text(part), tuple(words))
