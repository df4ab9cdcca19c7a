"""Plays a storyboard: paints frame after frame, touching only what changes, and joins the scenes."""

from __future__ import annotations

from collections.abc import Iterator

from magnetar.capabilities.creative.layers import Scene, Studio
from magnetar.capabilities.creative.motion import ease_in_out
from magnetar.capabilities.creative.planes import Box, Planes, even
from magnetar.capabilities.creative.scenes import build
from magnetar.capabilities.creative.storyboard import Shot, Storyboard, Turn

_SHIFT = 0.28
"""How far the old scene gives way while the new one covers it."""


class Stage:
    """The scenes of a film, ready to be painted in order."""

    def __init__(self, board: Storyboard, studio: Studio) -> None:
        self.board, self.studio = board, studio
        self.scenes = [build(studio, shot) for shot in board.shots]
        size = (studio.width, studio.height, (0, 0, 0))
        self._old, self._new = Planes.filled(*size), Planes.filled(*size)

    def play(self, canvas: Planes) -> Iterator[int]:
        """Paint each frame into the canvas, in order; yields its number once it is painted."""
        before: tuple[Shot, Scene] | None = None
        for shot, scene in zip(self.board.shots, self.scenes, strict=True):
            turning = 0 if before is None else self.board.turn_frames
            if turning and before:
                self._old.paste(canvas)
            for frame in range(shot.frames):
                if frame < turning and before:
                    before[1].paint(self._old, before[0].frames + frame)
                    scene.paint(self._new, frame, whole=frame == 0)
                    join(canvas, self._old, self._new, shot.turn, (frame + 1) / (turning + 1))
                else:
                    if frame == turning and turning:
                        canvas.paste(self._new)
                    scene.paint(canvas, frame, whole=frame == 0)
                yield shot.start + frame
            before = (shot, scene)

    def show(self, canvas: Planes, frame: int) -> None:
        """Paint one frame alone, as it is between turns."""
        for shot, scene in zip(self.board.shots, self.scenes, strict=True):
            if shot.start <= frame < shot.start + shot.frames:
                scene.paint(canvas, frame - shot.start, whole=True)


def join(canvas: Planes, old: Planes, new: Planes, turn: Turn, share: float) -> None:
    """The new scene slides over the old one, which gives way more slowly."""
    width, height = canvas.width, canvas.height
    along = ease_in_out(share)
    if turn is Turn.UP:
        edge = height - even(height * along)
        away = even(height * along * _SHIFT)
        canvas.paste(old.view(Box(0, away, width, away + edge)), 0, 0)
        canvas.paste(new.view(Box(0, 0, width, height - edge)), 0, edge)
        return
    moved, away = even(width * along), even(width * along * _SHIFT)
    if turn is Turn.LEFT:
        canvas.paste(old.view(Box(away, 0, away + width - moved, height)), 0, 0)
        canvas.paste(new.view(Box(0, 0, moved, height)), width - moved, 0)
    else:
        canvas.paste(old.view(Box(moved - away, 0, width - away, height)), moved, 0)
        canvas.paste(new.view(Box(width - moved, 0, width, height)), 0, 0)
