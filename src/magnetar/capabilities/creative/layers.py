"""What a scene is made of: a still base, a travelling picture, texts that appear, light that crosses a button."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from magnetar.capabilities.creative.captions import Caption
from magnetar.capabilities.creative.layout import VERTICAL, Form
from magnetar.capabilities.creative.motion import ease_out
from magnetar.capabilities.creative.palette import Palette
from magnetar.capabilities.creative.picture import Picture
from magnetar.capabilities.creative.planes import RGB, Box, Planes, Sprite, even
from magnetar.capabilities.creative.script import Script
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.capabilities.creative.typography import Setting


@dataclass(slots=True)
class Appearing:
    """A layer that rises and fades in, then stays."""

    sprite: Sprite
    x: int
    y: int
    start: int
    frames: int
    rise: int

    def reach(self) -> Box:
        """Everything that it may touch on its way."""
        x, y = self.x - self.x % 2, self.y - self.y % 2
        return Box(x, y, x + self.sprite.width, y + self.sprite.height + self.rise + self.rise % 2)

    def blend(self, canvas: Planes, frame: int) -> None:
        share = ease_out((frame - self.start + 1) / self.frames)
        if frame >= self.start:
            self.sprite.blend(canvas, self.x, self.y + even(self.rise * (1 - share)), min(1.0, share * 1.02))


@dataclass(frozen=True, slots=True)
class Timed:
    """A subtitle: it stands while its words are said."""

    caption: Caption
    setting: Setting
    behind: RGB
    sprite: Sprite
    x: int
    y: int
    start: int
    """First frame of the scene in which it stands."""
    end: int
    """The frame after its last."""
    over: bool = False
    """On a pill over the moving picture, not on the base."""

    def box(self) -> Box:
        """What it covers."""
        return Box(self.x, self.y, self.x + self.sprite.width, self.y + self.sprite.height)


@dataclass(slots=True)
class Gleam:
    """A band of light that crosses the button now and then."""

    box: Box
    shape: Sprite
    base: Planes
    period: int
    width: int
    first: int

    def paint(self, canvas: Planes, frame: int) -> None:
        place = (frame - self.first) % self.period
        steps = max(2, self.period // 3)
        if frame < self.first or place > steps:
            return
        canvas.paste(self.base, self.box.x, self.box.y)
        if place < steps:
            x = even(self.box.x - self.width + (self.box.width + self.width) * place / steps)
            left, right = max(self.box.x, x), min(self.box.right, x + self.width)
            part = Box(left, self.box.y, max(left, right), self.box.bottom)
            if part.width == self.shape.width:
                self.shape.blend(canvas.view(part), 0, 0)


class Moving(Protocol):
    """What moves in a scene's window: a picture that travels, or stretches of footage."""

    @property
    def window(self) -> Box: ...

    def paint(self, canvas: Planes, frame: int) -> None:
        """Paint the window's content at one frame of the scene."""
        ...


@dataclass(slots=True)
class Scene:
    """A scene that can paint any of its frames."""

    base: Planes
    travel: Moving | None
    edges: list[tuple[Sprite, int, int]]
    """Blended over the picture's window: soft seams and round corners."""
    appearing: list[Appearing] = field(default_factory=list[Appearing])
    gleam: Gleam | None = None
    settings: list[tuple[str, Setting, RGB]] = field(default_factory=list[tuple[str, Setting, RGB]])
    """Role, text and the colour behind it, for checks."""
    timed: list[Timed] = field(default_factory=list[Timed])
    """Subtitles that are painted."""
    captions: list[Caption] = field(default_factory=list[Caption])
    """All subtitles, also those whose words stand there anyway as headline or button."""

    def paint(self, canvas: Planes, frame: int, whole: bool = False) -> None:
        """Paint one frame; only what changes since the frame before, unless the whole is asked for."""
        if whole:
            canvas.paste(self.base)
        if self.travel:
            self.travel.paint(canvas, frame)
            for sprite, x, y in self.edges:
                sprite.blend(canvas, x, y)
        below = [one for one in self.timed if not one.over]
        moves = any(a.start <= frame <= a.start + a.frames for a in self.appearing)
        if whole or moves or any(frame in (one.start, one.end) for one in below):
            for reach in [*(one.reach() for one in self.appearing), *(one.box() for one in below)]:
                reach = reach.cut(canvas.box)
                canvas.paste(self.base.view(reach), reach.x, reach.y)
            for one in self.appearing:
                one.blend(canvas, frame)
            for one in below:
                if one.start <= frame < one.end:
                    one.sprite.blend(canvas, one.x, one.y)
        if self.gleam:
            self.gleam.paint(canvas, frame)
        for one in self.timed:
            if one.over and one.start <= frame < one.end:
                one.sprite.blend(canvas, one.x, one.y)


@dataclass(frozen=True, slots=True)
class Studio:
    """What all scenes of one film share."""

    script: Script
    face: Typeface
    palette: Palette
    picture: Picture
    scale: float
    width: int
    height: int
    fps: int
    turn_frames: int
    header: bool = True
    """Whether scenes carry label and brand themselves; not where a band above them does."""
    form: Form = VERTICAL
    text_scale: float = 1.0
    """Factor on the size of headlines and captions; the form's boxes have room for it."""

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)
