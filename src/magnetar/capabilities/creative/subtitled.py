"""Puts subtitles into a scene: one size for all of them, at the frames at which their words are heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from magnetar.capabilities.creative.captions import Caption, cut, letters
from magnetar.capabilities.creative.layers import Scene, Studio, Timed
from magnetar.capabilities.creative.palette import WHITE
from magnetar.capabilities.creative.planes import RGB, Box, Planes, Sprite, even, rounded
from magnetar.capabilities.creative.storyboard import Shot
from magnetar.capabilities.creative.typeface import MEDIUM
from magnetar.capabilities.creative.typography import Style, set_text

ON_PILL = Style(54, 38, 2, MEDIUM, 1.2)
_PAD = 30


def add_captions(
    scene: Scene, studio: Studio, shot: Shot, place: Box, style: Style, colour: RGB, behind: RGB, standing: Sequence[str],
    over: bool = False,
) -> None:  # fmt: skip
    """Add the subtitles of a shot to its scene.

    Args:
        place: where they go, pixels.
        behind: the colour behind them; for `over` the pill's own.
        standing: texts that the scene shows anyway: their words are not written a second time.
        over: on a pill over the moving picture.
    """
    assert shot.said is not None
    inner = Box(place.x + even(_PAD * studio.scale), place.y, place.right - even(_PAD * studio.scale), place.bottom) if over else place  # fmt: skip

    def fits(text: str) -> bool:
        return not set_text(studio.face, text, inner, style, colour, scale=studio.scale).shortened

    scene.captions = cut(shot.said, fits)
    anyway = [letters(text) for text in standing]
    new = [one for one in scene.captions if not any(letters(one.text) in text for text in anyway)]
    if not new:
        return
    size = min(set_text(studio.face, one.text, inner, style, colour, scale=studio.scale).size for one in new)
    style = replace(style, size=size, least=size)
    for one in new:
        scene.timed.append(_timed(studio, shot, one, place, inner, style, colour, behind, over))


def frames_of(caption: Caption, shot: Shot, fps: int) -> tuple[int, int]:
    """First frame of the scene in which a subtitle stands, and the frame after its last."""
    start = min(max(0, round(caption.start_s * fps)), shot.frames - 1)
    return start, min(max(start + 1, round(caption.end_s * fps)), shot.frames)


def _timed(
    studio: Studio, shot: Shot, caption: Caption, place: Box, inner: Box, style: Style, colour: RGB, behind: RGB, over: bool
) -> Timed:  # fmt: skip
    if over:
        style = replace(style, align="centre")
    done = set_text(studio.face, caption.text, inner, style, colour, anchor="middle" if over else "top")
    if done.shortened:
        studio.script.notes.append(f"subtitle in the {shot.line.kind}: shortened to {''.join(done.lines)!r}")
    start, end = frames_of(caption, shot, studio.fps)
    sprite, (x, y) = done.sprite, done.origin
    if over:
        pad = even(_PAD * studio.scale)
        x, wide = x - pad, done.sprite.width + 2 * pad
        pill = Planes.filled(wide, place.height, behind)
        done.sprite.blend(pill, pad, done.origin[1] - place.y)
        sprite, y = Sprite(rounded(wide, place.height, min(place.height / 2, 40 * studio.scale)), pill), place.y
    return Timed(caption, done, behind, sprite, x, y, start, end, over)


def pill_colours(studio: Studio) -> tuple[RGB, RGB]:
    """Text and ground of a pill."""
    return WHITE, studio.palette.deep
