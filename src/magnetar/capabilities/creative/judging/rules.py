"""Rules for texts by their settings: safe area, overlaps, contrast, the label's size, glyphs."""

from __future__ import annotations

from collections.abc import Sequence

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.judging.told import Scene, Subtitle, Text, Told
from magnetar.capabilities.creative.layout import WIDTH, safe
from magnetar.capabilities.creative.palette import READABLE, contrast
from magnetar.capabilities.creative.planes import RGB, Box
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.creative.typography import Setting

TALL = 16 / 9
"""The safe area is that of a 9 : 16 player; other shapes are shown without controls over the picture."""


def check_settings(
    settings: Sequence[tuple[str, Setting, RGB]], width: int, at_s: float = 0.0, tall: bool = True
) -> list[Defect]:
    """Text outside the safe area, texts that overlap, contrast below 4.5 : 1, a label that is too small or missing.

    Args:
        settings: role, text and the colour behind it, of one scene.
        width: of the picture's short side, pixels.
        tall: whether it is 9 : 16.
    """
    return _check(
        [(role, done.text, done.size, done.box, done.colour, behind) for role, done, behind in settings],
        width,
        at_s,
        tall,
    )


def check_told(told: Told, face: Typeface | None) -> list[Defect]:
    """The same rules for the texts that a manifest tells, and glyphs that the font lacks."""
    found: list[Defect] = []
    width = min(told.width, told.height)
    tall = bool(told.width) and abs(told.height / told.width - TALL) < 0.02
    for scene in told.scenes:
        if scene.texts and width:
            found += _check([_plain(one) for one in scene.texts], width, scene.start_s, tall)
        if scene.texts and face is not None:
            found += _glyphs(scene, face)
    return found + _subtitles(told.subtitles, told.fps)


_Plain = tuple[str, str, int, Box, RGB, RGB]


def _plain(one: Text) -> _Plain:
    return one.role, one.text, one.size, Box(*one.box), one.colour, one.behind


def _check(texts: Sequence[_Plain], width: int, at_s: float, tall: bool) -> list[Defect]:
    scale = width / WIDTH
    found: list[Defect] = []
    for place, (role, text, _, box, colour, behind) in enumerate(texts):
        if tall and not safe(box, scale):
            found.append(defect("unsafe area", at_s, f"{role} {text[:20]!r} at {box}"))
        if (ratio := contrast(colour, behind)) < READABLE:
            found.append(defect("contrast", at_s, f"{role} {text[:20]!r} {ratio:.2f}:1, at least {READABLE}:1"))
        for other_role, other, _, beside, _, _ in texts[:place]:
            if box.overlaps(beside):
                found.append(defect("overlap", at_s, f"{role} {text[:20]!r} and {other_role} {other[:20]!r}"))
    labels = [min(box.height, _letters(text, size)) for role, text, size, box, _, _ in texts if role == "label"]
    if not labels:
        found.append(defect("label", at_s, "the AI label is missing"))
    elif labels[0] < label.SHARE * width:
        found.append(defect("label", at_s, f"{labels[0]} px high, at least {label.SHARE * width:.0f}"))
    return found


def _letters(text: str, size: int) -> float:
    """How high the letters of a text are: Han characters, else capitals; what hangs below the line does not count."""
    return size * (0.88 if any("\u2e80" <= letter <= "\u9fff" for letter in text) else 0.733) + 0.51


def _glyphs(scene: Scene, face: Typeface) -> list[Defect]:
    missing = face.missing("".join(line for one in scene.texts for line in one.lines))
    listed = ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in missing[:8])
    return [defect("glyph", scene.start_s, f"{face.name} lacks {listed}")] if missing else []


def _subtitles(subtitles: Sequence[Subtitle], fps: float) -> list[Defect]:
    """Subtitles within a frame of their words, in order and one at a time."""
    found: list[Defect] = []
    frame = 1 / fps + 1e-6
    before = float("-inf")
    for one in subtitles:
        if one.start_s < before - frame:
            found.append(defect("subtitle", one.start_s, f"{one.text[:20]!r} starts before the one before it ends"))
        before = one.end_s
        if one.words:
            early, late = one.start_s - one.words[0].start_s, one.end_s - one.words[-1].end_s
            if abs(early) > frame or abs(late) > frame:
                found.append(
                    defect(
                        "subtitle",
                        one.start_s,
                        f"{one.text[:20]!r} is {1000 * early:+.0f} ms and {1000 * late:+.0f} ms from its words' start and end",
                    )
                )
            written = "".join(letter for letter in one.text.lower() if letter.isalnum())
            spoken = "".join(letter for word in one.words for letter in word.text.lower() if letter.isalnum())
            if written != spoken:
                found.append(defect("subtitle", one.start_s, f"{one.text[:20]!r} writes other words than are spoken"))
    return found
