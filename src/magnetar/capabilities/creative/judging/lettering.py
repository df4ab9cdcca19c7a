"""Whether the texts that a manifest tells are in the picture: letters compared with the frame, contrast taken from it.

Each text is drawn again in its font and laid over the decoded frame. The frame's luma is explained as a slanted
ground plus a share of the letters: the correlation tells whether they are there, the fit gives both colours.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.judging.told import Text
from magnetar.capabilities.creative.palette import contrast
from magnetar.capabilities.creative.typeface import REGULAR, Typeface
from magnetar.capabilities.creative.typography import Style, draw

Floats = NDArray[np.float64]
_LONGEST = 4
"""No label is looked for in a picture that is so many times as long as it is wide."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as it is in a frame."""

    alike: float
    """Correlation of the whole text with the picture, at most 1."""
    worst: float
    """The same of the worst letter."""
    letter: str
    contrast: float
    """Sampled."""
    misread: str = ""
    """`told>seen` where a digit looks more like another one."""


@functools.lru_cache(maxsize=128)
def _letters(face: Typeface, lines: tuple[str, ...], size: int, weight: int, leading: float, align: str) -> Floats:
    return draw(face, list(lines), size, Style(size, size, len(lines), weight, leading, align)).astype(float) / 255


def look(frame: NDArray[np.uint8], text: Text, face: Typeface) -> Seen:
    """Compare a text with a frame.

    Args:
        frame: (height, width, 3), RGB.
    """
    if not _fits(text, frame.shape[0], frame.shape[1]):
        return Seen(0.0, 0.0, "", 1.0)
    alpha = _letters(face, text.lines, text.size, text.weight, text.leading, text.align)
    x, y = text.origin
    tall, wide = min(alpha.shape[0], frame.shape[0] - y), min(alpha.shape[1], frame.shape[1] - x)
    if tall < 4 or wide < 4 or x < 0 or y < 0:
        return Seen(0.0, 0.0, "", 1.0)
    alpha = alpha[:tall, :wide]
    part = frame[y : y + tall, x : x + wide].astype(float)
    luma = part @ np.array([0.2126, 0.7152, 0.0722])
    light = float(np.dot(text.colour, [0.2126, 0.7152, 0.0722]) - np.dot(text.behind, [0.2126, 0.7152, 0.0722]))
    ground = _ground(tall, wide)
    basis = np.column_stack([ground, alpha.ravel()])
    fit, *_ = np.linalg.lstsq(basis, part.reshape(-1, 3), rcond=None)
    bare = _without(luma.ravel(), ground).reshape(tall, wide) * np.sign(light or 1.0)
    ink = _without(alpha.ravel(), ground).reshape(tall, wide)
    alike = _alike(bare, ink)
    behind = np.clip(fit[0], 0, 255)
    fore = np.clip(fit[0] + fit[3], 0, 255)
    ratio = contrast(_colour(fore), _colour(behind))
    worst, letter, misread = _by_letter(text, face, alpha, luma * np.sign(light or 1.0))
    return Seen(alike, worst, letter, ratio, misread)


def _fits(text: Text, tall: int, wide: int) -> bool:
    """Whether a text can be in a picture at all; one that cannot is not drawn, however large it says it is."""
    longest = max(map(len, text.lines), default=0)
    return 2 <= text.size <= tall and 0 < longest * text.size <= 8 * wide and len(text.lines) * text.size <= 2 * tall


def _by_letter(text: Text, face: Typeface, alpha: Floats, luma: Floats) -> tuple[float, str, str]:
    """The worst letter of a text, and the first digit that looks like another one."""
    font = face.sized(text.size, text.weight)
    step = round(text.size * text.leading)
    widths = [font.getlength(line) for line in text.lines]
    worst, which, misread = 1.0, "", ""
    for number, (line, width) in enumerate(zip(text.lines, widths, strict=True)):
        left = {"left": 0.0, "centre": (alpha.shape[1] - width) / 2, "right": alpha.shape[1] - width}[text.align]
        top, bottom = number * step, min(alpha.shape[0], number * step + round(text.size * 1.18) + 1)
        for place, letter in enumerate(line):
            if letter.isspace() or not letter.isalnum():
                continue
            start = int(left + font.getlength(line[:place]))
            end = min(alpha.shape[1], int(np.ceil(left + font.getlength(line[: place + 1]))) + 1)
            ink, cell = alpha[top:bottom, start:end], luma[top:bottom, start:end]
            if ink.size < 12 or ink.max(initial=0.0) < 0.3 or end - start < 3:
                continue
            alike = _alike(cell - cell.mean(), ink - ink.mean())
            if alike < worst:
                worst, which = alike, letter
            if letter in "0123456789" and not misread:
                misread = _misread(text, face, line, place, (top, bottom, start, end), cell, alike)
    return worst, which, misread


def _misread(
    text: Text, face: Typeface, line: str, place: int, box: tuple[int, int, int, int], cell: Floats, alike: float
) -> str:
    top, bottom, start, end = box
    number = text.lines.index(line)
    best, like = alike + 0.04, ""
    for other in "0123456789":
        if other == line[place]:
            continue
        changed = (*text.lines[:number], line[:place] + other + line[place + 1 :], *text.lines[number + 1 :])
        alpha = _letters(face, changed, text.size, text.weight, text.leading, text.align)
        ink = alpha[top:bottom, start:end]
        if ink.shape == cell.shape and (near := _alike(cell - cell.mean(), ink - ink.mean())) > best:
            best, like = near, f"{line[place]}>{other}"
    return like


def find_label(frame: NDArray[np.uint8], face: Typeface, words: tuple[str, ...], least: float) -> tuple[float, Text]:
    """Where a frame holds a label of at least a share of its short side, if anywhere.

    Args:
        frame: (height, width), luma.

    Returns:
        The correlation of the best place, and the label there, in pixels of a picture 360 across its short side.
    """
    scale = 360 / min(frame.shape)
    best = (0.0, Text("label", "", (), 1, REGULAR, (0, 0), (0, 0, 0, 0), (0, 0, 0), (255, 255, 255)))
    if max(frame.shape) > _LONGEST * min(frame.shape):
        return best
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    for word in words:
        han = any(ord(letter) > 0x2E80 for letter in word)
        for share in np.arange(least, least * 1.9, 0.005):
            size = round(360 * share / (0.88 if han else 0.733))
            for weight in (REGULAR, 700):
                alpha = draw(face, [word], size, Style(size, size, 1, weight)).astype(np.float32)
                if alpha.shape[0] >= small.shape[0] or alpha.shape[1] >= small.shape[1]:
                    continue
                match = np.abs(cv2.matchTemplate(small, alpha, cv2.TM_CCOEFF_NORMED))
                y, x = divmod(int(match.argmax()), match.shape[1])
                if match[y, x] > best[0]:
                    box = (x, y, x + alpha.shape[1], y + alpha.shape[0])
                    best = (float(match[y, x]), Text("label", word, (word,), size, weight, (x, y), box, (0, 0, 0), (255, 255, 255)))  # fmt: skip
    return best


def still_there(frame: NDArray[np.uint8], mark: Text, face: Typeface) -> float:
    """The correlation of a label that `find_label` found with another frame, in either polarity."""
    if not mark.lines or max(frame.shape) > _LONGEST * min(frame.shape):
        return 0.0
    scale = 360 / min(frame.shape)
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(float)
    alpha = _letters(face, mark.lines, mark.size, mark.weight, mark.leading, mark.align)
    x, y = mark.origin
    part = small[y : y + alpha.shape[0], x : x + alpha.shape[1]]
    return abs(_alike(part - part.mean(), alpha - alpha.mean())) if part.shape == alpha.shape else 0.0


@functools.lru_cache(maxsize=256)
def _ground(tall: int, wide: int) -> Floats:
    rows, columns = np.mgrid[-0.5 : 0.5 : tall * 1j, -0.5 : 0.5 : wide * 1j]
    return np.column_stack([np.ones(tall * wide), rows.ravel(), columns.ravel()])


def _without(values: Floats, ground: Floats) -> Floats:
    return values - ground @ ((ground.T @ values) / (ground**2).sum(axis=0))  # its columns are orthogonal


def _alike(one: Floats, other: Floats) -> float:
    return float((one * other).sum() / max(np.sqrt((one**2).sum() * (other**2).sum()), 1e-9))


def _colour(values: Floats) -> tuple[int, int, int]:
    red, green, blue = (round(float(value)) for value in values)
    return red, green, blue
