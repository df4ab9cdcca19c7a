"""Where a line of Chinese or English text may end, and which ends look best.

No dictionary is needed: rules say where a line must not break (JIS X 4051 / CLREQ: no closing mark at a line's
start, no opening mark at its end, no cut inside a word, a number or a number with its unit), and costs say what
is better: a mark or a space before the break, even lines, no lonely last character.
"""

from __future__ import annotations

import re
from collections.abc import Callable

NOT_FIRST = "，。、；：？！）》」』】〉…—～·％%℃°!),.:;?]}’”々ー的了着过们吗呢吧啊之"
NOT_LAST = "（《「『【〈([{‘“¥$€£#@第约每"
_COUNTED = "个只件片条支瓶袋盒罐包双套台张层格档块米升斤克寸英厘毫公年月日天小时分秒钟倍次人度折元万千百色色键码提卷颗粒枚把盏杯碗副件款抽"
_ATOM = re.compile(r"[A-Za-z0-9À-ÿ.,+\-–×*/%℃°'’&#²³()~～=_|·$¥€£@]+\s*|\s+|.", re.DOTALL)
_HANGING = "，。；：,;:"
_OPENING = "（《「『【〈([{‘“"
_FEW = 2


def atoms(text: str) -> list[str]:
    """The pieces that no line break may cut.

    >>> atoms("1000ml大容量，装得下")
    ['1000ml', '大', '容', '量，', '装', '得', '下']
    >>> atoms("约45dB，3秒出热的风")
    ['约45dB，', '3秒', '出', '热的', '风']
    """
    pieces: list[str] = []
    for piece in _ATOM.findall(text):
        if pieces and (_sticks(pieces[-1], piece)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _sticks(before: str, piece: str) -> bool:
    if piece[0] in NOT_FIRST:
        return True
    if before[-1].isspace():
        return False
    return piece.isspace() or before[-1] in NOT_LAST or (before[-1].isdigit() and piece[0] in _COUNTED)


def trim(line: str) -> str:
    """A line without the spaces and the comma or full stop at its end, as subtitles are set.

    >>> trim("8英寸盘面，")
    '8英寸盘面'
    """
    return line.strip().rstrip(_HANGING + _OPENING + " ").strip()


def break_lines(text: str, width: float, measure: Callable[[str], float], most: int) -> list[str] | None:
    """The best lines for a text, or None where it does not fit.

    Args:
        width: of the box, in the measure's unit.
        measure: the width of a piece of text.
        most: lines that the box holds.

    Returns:
        The fewest lines that fit, the evenest of that number; each is trimmed.

    >>> break_lines("8英寸盘面，一人份菜加饭刚好", 9, len, 2)
    ['8英寸盘面', '一人份菜加饭刚好']
    >>> break_lines("太长的一句话", 3, len, 1) is None
    True
    """
    pieces = atoms(text.strip())
    if not pieces:
        return []
    for count in range(1, most + 1):
        if lines := _even(pieces, count, width, measure):
            return lines
    return None


def _even(pieces: list[str], count: int, width: float, measure: Callable[[str], float]) -> list[str] | None:
    """The cheapest way to set the pieces in exactly `count` lines, by dynamic programming from the end."""
    many = len(pieces)
    goal = measure(trim("".join(pieces))) / count
    known: dict[tuple[int, int], tuple[float, int] | None] = {}

    def best(start: int, left: int) -> tuple[float, int] | None:
        if (start, left) in known:
            return known[start, left]
        found: tuple[float, int] | None = None
        for end in range(start + 1, many - left + 2):
            if left == 1 and end != many:
                continue
            line = trim("".join(pieces[start:end]))
            size = measure(line)
            if size > width:
                if left == 1:
                    continue
                break
            cost = ((size - goal) / max(goal, 1e-9)) ** 2 + _roughness(pieces, end)
            if count > 1 and len(line) <= _FEW and not line.isascii():
                cost += 4.0
            if left > 1:
                rest = best(end, left - 1)
                if rest is None:
                    continue
                cost += rest[0]
            if found is None or cost < found[0]:
                found = (cost, end)
        known[start, left] = found
        return found

    if best(0, count) is None:
        return None
    lines: list[str] = []
    start = 0
    for left in range(count, 0, -1):
        step = known[start, left]
        assert step is not None
        lines.append(trim("".join(pieces[start : step[1]])))
        start = step[1]
    return lines


def _roughness(pieces: list[str], end: int) -> float:
    """What it costs to end a line here: nothing after a mark, little after a space or 的, more inside a word."""
    if end >= len(pieces):
        return 0.0
    last = pieces[end - 1][-1]
    if last in "，。；：！？、,;:!?":
        return -0.6
    if last.isspace():
        return -0.05
    if last in "的了和与":
        return 0.0
    return 0.25
