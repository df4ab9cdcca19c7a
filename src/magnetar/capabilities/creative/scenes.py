"""Builds a scene: its still layers painted once, its picture ready to travel, its texts ready to appear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.layers import Appearing, Gleam, Scene, Studio
from magnetar.capabilities.creative.layout import (
    ACTION,
    BRAND_STYLE,
    CAPTION,
    CHIP,
    HEADLINE,
    NAME,
    PRICE,
    TITLE,
    VERTICAL,
    WAS,
    Layout,
    header,
    over_picture,
    scaled,
)
from magnetar.capabilities.creative.motion import Travel, Way
from magnetar.capabilities.creative.palette import READABLE, WHITE, contrast, mix
from magnetar.capabilities.creative.picture import fill, studio, widened
from magnetar.capabilities.creative.planes import RGB, Box, Planes, Sprite, even, rounded
from magnetar.capabilities.creative.storyboard import Look, Shot
from magnetar.capabilities.creative.subtitled import ON_PILL, add_captions, pill_colours
from magnetar.capabilities.creative.typeface import REGULAR
from magnetar.capabilities.creative.typography import Setting, Style, set_text
from magnetar.kernel.errors import Refused

APPEAR_S = 0.45
QUIET = READABLE + 0.6
"""Contrast of the label: readable, not loud."""
RISE = 44
_NEARER = 0.12
"""A camera that would come nearer by more than this share of the window goes at half its speed."""


def build(studio_: Studio, shot: Shot) -> Scene:
    """Build the scene of a shot."""
    return _Builder(studio_, shot).build()


def larger(style: Style, factor: float) -> Style:
    """A style in larger or smaller letters, never below what is read on a telephone."""
    return replace(style, size=max(style.least, round(style.size * factor)))


class _Builder:
    def __init__(self, studio_: Studio, shot: Shot) -> None:
        self.s, self.shot = studio_, shot
        self.layout: Layout = studio_.form.layouts[shot.look]
        self.window = scaled(self.layout.window, studio_.scale)
        self.behind: RGB = studio_.palette.deep if self.layout.dark else studio_.palette.light
        self.frames = shot.frames + studio_.turn_frames
        self.top_behind = self.behind

    def build(self) -> Scene:
        s, p = self.s, self.s.palette
        if self.shot.look in (Look.STUDIO, Look.OFFER) and not self.layout.flat:
            backdrop, above, below = studio(s.picture, s.width, s.height, self.window)
            self.scene = Scene(backdrop, None, [])
            self.top_behind, self.behind = above, below
        else:
            self.scene = Scene(Planes.filled(s.width, s.height, self.behind), None, [])
            self._shapes()
        if self.layout.panel:
            self._panel(self.layout.panel)
            self.behind = WHITE
        self._camera()
        if s.header:
            self._header()
        text = WHITE if self.layout.dark else p.ink
        hook = self.shot.look is Look.STUDIO
        if hook:
            text = self._readable(self.behind, p.ink, WHITE)
        line = self.shot.line
        start = -5 if hook else self.s.turn_frames // 2
        headline = TITLE if hook else NAME if self.layout.price else HEADLINE
        if line.chip and self.layout.chip:
            self._chip(line.chip, self.layout.chip, start)
        elif self.layout.chip:
            self._bar(self.layout.chip.y + 28, start)
        flows = self.shot.look in (Look.BAND, Look.TOWER)
        anchor = "bottom" if hook else "top" if flows or self.layout.price else "middle"
        shown = self._text("headline", line.headline, self.layout.headline, headline, text, start + 2, anchor)
        if hook:
            self._bar(shown.box.y / s.scale - 44, start)
        if not self.layout.price and (line.caption or self.shot.said):
            quiet = mix(text, self.behind, 0.12)
            below = self.layout.caption
            if flows:  # right below the headline, however many lines that has
                top = min(below.y, round(shown.box.bottom / s.scale) + 38)
                below = Box(below.x, top, below.right, below.bottom)
            self._below(below, quiet, shown, start + 6)
        if self.layout.price and self.layout.action:
            self._offer(self.layout.price, self.layout.action, start)
            if self.shot.said:
                light, deep = pill_colours(s)
                place = scaled(over_picture(s.form, self.layout), s.scale)
                standing = ["".join(shown.lines), s.script.action]
                add_captions(self.scene, s, self.shot, place, ON_PILL, light, deep, standing, over=True)
        return self.scene

    def _below(self, box: Box, colour: RGB, headline: Setting, start: int) -> None:
        """The sentence below a headline: as it is said, or all the time where nobody says it."""
        s = self.s
        if self.shot.said is None:
            self._text("caption", self.shot.line.caption, box, CAPTION, colour, start)
            return
        place, style, standing = scaled(box, s.scale), larger(CAPTION, s.text_scale), ["".join(headline.lines)]
        add_captions(self.scene, s, self.shot, place, style, colour, self.behind, standing)

    def _shapes(self) -> None:
        """Large quiet rings behind everything, so that flat panels have depth."""
        s = self.s
        tint = mix(self.behind, WHITE if self.layout.dark else s.palette.deep, 0.055)
        radius = even(420 * s.scale)
        disc = Sprite(rounded(2 * radius, 2 * radius, radius), tint)
        hole = Sprite(rounded(even(radius * 1.36), even(radius * 1.36), radius * 0.68), self.behind)
        across, low, high = s.form.ring
        cx, cy = even(across * s.scale), even((high if self.shot.look is Look.TOWER else low) * s.scale)
        disc.blend(self.scene.base, cx - radius, cy - radius)
        hole.blend(self.scene.base, cx - hole.width // 2, cy - hole.height // 2)

    def _panel(self, box: Box) -> None:
        s = self.s
        area = scaled(box, s.scale)
        radius, margin = 64 * s.scale, even(60 * s.scale)
        shadow = rounded(area.width, area.height, radius, margin, max(1.0, 26 * s.scale))
        shadow = (shadow * 0.20).astype(np.uint8)
        Sprite(shadow, s.palette.ink).blend(self.scene.base, area.x - margin, area.y - margin)
        tall = area.height + even(2 * radius)
        panel = Planes.filled(area.width, tall, WHITE)
        reach = even(380 * s.scale)
        ring = (even(900 * s.scale), even(780 * s.scale))
        for size, colour in ((reach, mix(WHITE, s.palette.accent, 0.05)), (even(reach * 0.66), WHITE)):
            Sprite(rounded(2 * size, 2 * size, size), colour).blend(panel, ring[0] - size, ring[1] - size)
        Sprite(rounded(area.width, tall, radius), panel).blend(self.scene.base, area.x, area.y)

    def _camera(self) -> None:
        s, shot, window = self.s, self.shot, self.window
        x, y, right, bottom = s.picture.subject
        at = ((x + right) / 2, (y + bottom) / 2)
        if shot.way in (Way.CLOSER, Way.AWAY):
            side = max(window.width, window.height)
            steps = self.frames - 1
            side += 2 * (steps if steps <= _NEARER * side else -(-steps // 2))
            shown = s.picture
            squat = window.height < 0.95 * window.width
            if (
                shot.look in (Look.OFFER, Look.CARD) or squat
            ):  # the whole product stays in sight: surroundings are added
                share = 0.52 if shot.look is Look.OFFER else 0.66
                if s.form is not VERTICAL:
                    share = 0.74 * min(1.0, window.height / window.width)
                shown = widened(shown, 1.0, max(1.0, (bottom - y) * s.picture.height / (shown.width * share)))
                x, y, right, bottom = shown.subject
                at = ((x + right) / 2, (y + bottom) / 2)
            plate = fill(shown, side, side, shot.closer, at)
        else:
            spare = even(150 * s.scale)
            wide = window.width + (spare if shot.way in (Way.LEFT, Way.RIGHT) else 0)
            tall = window.height + (0 if shot.way in (Way.LEFT, Way.RIGHT) else spare)
            plate = fill(s.picture, wide, tall, shot.closer, at)
        self.scene.travel = Travel(plate, window, shot.way, self.frames)
        if shot.look in (Look.STUDIO, Look.OFFER) and not self.layout.flat:
            self._seams()
        elif self.layout.radius:
            self._corners()

    def _seams(self) -> None:
        """Feather the window's upper and lower edge into the backdrop."""
        s, w = self.s, self.window
        deep = even(116 * s.scale)
        fade = (np.cos(np.linspace(0, np.pi, deep)) * 0.5 + 0.5) * 255
        for rows, box in (
            (fade, Box(w.x, w.y, w.right, w.y + deep)),
            (fade[::-1], Box(w.x, w.bottom - deep, w.right, w.bottom)),
        ):
            alpha = np.repeat(rows.astype(np.uint8)[:, None], w.width, axis=1)
            self.scene.edges.append((Sprite(alpha, self.scene.base.view(box).copy()), box.x, box.y))

    def _corners(self) -> None:
        """A soft shadow below the card, and its corners cut round."""
        s, w = self.s, self.window
        radius, margin = even(self.layout.radius * s.scale), even(70 * s.scale)
        shadow = (rounded(w.width, w.height, radius, margin, max(1.0, 28 * s.scale)) * 0.26).astype(np.uint8)
        Sprite(shadow, s.palette.ink).blend(self.scene.base, w.x - margin, w.y - margin + even(18 * s.scale))
        cut = 255 - rounded(w.width, w.height, radius)
        for x in (0, w.width - radius):
            for y in (0, w.height - radius):
                box = Box(w.x + x, w.y + y, w.x + x + radius, w.y + y + radius)
                alpha = np.ascontiguousarray(cut[y : y + radius, x : x + radius])
                self.scene.edges.append((Sprite(alpha, self.scene.base.view(box).copy()), box.x, box.y))

    def _header(self) -> None:
        s = self.s
        over = self.top_behind
        marked, branded = header(s.form)
        text = self._readable(over, s.palette.ink, WHITE)
        size = label.font_size(s.script.language, s.short_side) / s.scale
        quiet = next(
            (c for c in (mix(text, over, n / 100) for n in range(44, 0, -4)) if contrast(c, over) > QUIET), text
        )
        style = Style(round(size + 0.49), round(size + 0.49), 1, REGULAR)
        mark = set_text(
            s.face, label.TEXT[s.script.language], scaled(marked, s.scale), style, quiet, scale=s.scale, anchor="middle"
        )
        mark.sprite.blend(self.scene.base, *mark.origin)
        self.scene.settings.append(("label", mark, over))
        if s.script.brand:
            place = scaled(branded, s.scale)
            place = Box(min(place.x, even(mark.box.right + 48 * s.scale)), place.y, place.right, place.bottom)
            name = set_text(s.face, s.script.brand, place, BRAND_STYLE, text, scale=s.scale, anchor="middle")
            name.sprite.blend(self.scene.base, *name.origin)
            self.scene.settings.append(("brand", name, over))

    def _bar(self, y: float, start: int) -> None:
        """A short accent bar above a headline."""
        x = self.layout.headline.x
        s = self.s
        wide, tall = even(96 * s.scale), max(2, even(12 * s.scale))
        colour = s.palette.light if self.layout.dark else s.palette.accent
        self._appear(Sprite(rounded(wide, tall, tall / 2), colour), even(x * s.scale), even(y * s.scale), start)

    def _text(
        self, role: str, text: str, box: Box, style: Style, colour: RGB, start: int, anchor: str = "top"
    ) -> Setting:
        s = self.s
        style = larger(style, s.text_scale)
        done = set_text(s.face, text, scaled(box, s.scale), style, colour, scale=s.scale, anchor=anchor)
        if done.shortened:
            s.script.notes.append(f"{role} in the {self.shot.line.kind}: shortened to {''.join(done.lines)!r}")
        self._appear(done.sprite, *done.origin, start)
        self.scene.settings.append((role, done, self.behind))
        return done

    def _appear(self, sprite: Sprite, x: int, y: int, start: int, rise: float = RISE) -> None:
        self.scene.appearing.append(
            Appearing(sprite, x, y, start, round(APPEAR_S * self.s.fps), even(rise * self.s.scale))
        )

    def _chip(self, text: str, box: Box, start: int) -> None:
        """A small fact on a pill."""
        s = self.s
        area = scaled(box, s.scale)
        pad, tall = even(26 * s.scale), area.height
        fore = s.palette.deep if self.layout.dark else WHITE
        back = mix(s.palette.light, WHITE, 0.3) if self.layout.dark else s.palette.accent
        inner = Box(area.x + pad, area.y, area.right - pad, area.bottom)
        done = set_text(s.face, text, inner, CHIP, fore, scale=s.scale, anchor="middle")
        wide = even(done.sprite.width + 2 * pad)
        pill = Planes.filled(wide, tall, back)
        done.sprite.blend(pill, pad, done.origin[1] - area.y)
        self._appear(Sprite(rounded(wide, tall, tall / 2), pill), area.x, area.y, start)
        self.scene.settings.append(("chip", done, back))

    def _offer(self, price: Box, action: Box, start: int) -> None:
        s, p = self.s, self.s.palette
        area = scaled(price, s.scale)
        symbol, figures = s.script.price
        was = s.script.list_price
        limit = Box(area.x, area.y, area.x + even(area.width * (0.66 if was else 1.0)), area.bottom)
        shown = set_text(s.face, symbol + figures, limit, PRICE, p.accent, scale=s.scale, anchor="middle")
        if shown.shortened:
            raise Refused(
                f"价格太长 The price {symbol + figures} is too long to be shown whole; a cut price would be a false one."
            )
        self._appear(shown.sprite, *shown.origin, start + 5)
        self.scene.settings.append(("price", shown, WHITE))
        if was:
            self._list_price("".join(was), area, shown, start + 9)
        self._button(scaled(action, s.scale), start + 12)

    def _list_price(self, text: str, area: Box, shown: Setting, start: int) -> None:
        """The price before the sale, struck through; left out where it does not fit whole."""
        s = self.s
        greys = [mix(s.palette.ink, WHITE, n / 100) for n in range(38, -1, -1)]
        grey = next((one for one in greys if contrast(one, WHITE) > READABLE + 0.2), s.palette.ink)
        left = even(shown.box.right + 34 * s.scale)
        beside = Box(left, area.y, area.right, min(area.bottom, even(shown.box.bottom + 12 * s.scale)))
        old = set_text(s.face, text, beside, WAS, grey, scale=s.scale, anchor="bottom")
        if old.shortened:
            s.script.notes.append(f"list price: {text} does not fit beside the price and is not shown")
            return
        thick = max(2, even(4 * s.scale))
        rule = np.zeros((old.sprite.height, old.sprite.width), np.uint8)
        middle = (old.box.y + old.box.bottom) // 2 - old.origin[1]
        rule[middle - thick // 2 : middle - thick // 2 + thick, :] = 255
        self._appear(old.sprite, *old.origin, start)
        self._appear(Sprite(rule, grey), *old.origin, start)
        self.scene.settings.append(("list price", old, WHITE))

    def _button(self, area: Box, start: int) -> None:
        s, p = self.s, self.s.palette
        pill = Planes.filled(area.width, area.height, p.accent if s.script.product.available else p.ink)
        done = set_text(s.face, s.script.action, area, ACTION, WHITE, scale=s.scale, anchor="middle")
        done.sprite.blend(pill, done.origin[0] - area.x, done.origin[1] - area.y)
        shape = rounded(area.width, area.height, area.height / 2)
        self._appear(Sprite(shape, pill), area.x, area.y, start)
        self.scene.settings.append(("action", done, p.accent))
        if s.script.product.available:
            self._gleam(area, pill, shape, start + round(s.fps * APPEAR_S) + s.fps // 4)

    def _gleam(self, area: Box, pill: Planes, shape: np.ndarray, first: int) -> None:
        base = self.scene.base.view(area).copy()
        Sprite(shape, pill).blend(base, 0, 0)
        inset = even(area.height / 2)
        inner = Box(area.x + inset, area.y, area.right - inset, area.bottom)
        wide = even(150 * self.s.scale)
        slant = np.arange(wide)[None] + (np.arange(area.height)[:, None] - area.height / 2) * 0.35
        bell = np.exp(-(((slant - wide / 2) / (wide * 0.14)) ** 2)) * 62
        part = base.view(inner.moved(-area.x, -area.y)).copy()
        self.scene.gleam = Gleam(
            inner, Sprite(bell.astype(np.uint8), WHITE), part, round(self.s.fps * 1.5), wide, first
        )

    def _readable(self, behind: RGB, dark: RGB, light: RGB) -> RGB:
        return dark if contrast(dark, behind) >= contrast(light, behind) else light
