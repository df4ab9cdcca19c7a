"""The text band: a flat, still strip at the top that carries the label and one text, which may differ film by film."""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.layout import Form
from magnetar.capabilities.creative.palette import WHITE, Palette, contrast, mix
from magnetar.capabilities.creative.planes import RGB, Box, Planes, even
from magnetar.capabilities.creative.segments.coding import BLOCK
from magnetar.capabilities.creative.typeface import BOLD, REGULAR, Typeface
from magnetar.capabilities.creative.typography import Setting, Style, set_text

MARGIN = 72
"""At the sides, in units of 1080 on the short side."""
STYLE = Style(60, 32, 2, BOLD, 1.14, align="right")
_GAP = 44


@dataclass(frozen=True, slots=True)
class Band:
    """Where the band lies and what it looks like."""

    width: int
    height: int
    scale: float
    short_side: int
    """Of the whole picture."""
    area: Box
    """Where text may lie. Below it the band stays flat: what moves there may blend with its last rows."""
    colour: RGB
    language: str

    def empty(self) -> Planes:
        """The band without anything on it."""
        return Planes.filled(self.width, self.height, self.colour)


def make_band(width: int, height: int, form: Form, palette: Palette, language: str) -> Band:
    """The band of a film of a form, a whole number of macroblocks high."""
    scale = width / form.width
    tall, top, bottom = form.band
    area = Box(even(MARGIN * scale), even(top * scale), even((form.width - MARGIN) * scale), even(bottom * scale))
    rows = -(-round(tall * scale) // BLOCK) * BLOCK
    return Band(width, rows, scale, min(width, height), area, palette.deep, language)


def paint_band(band: Band, face: Typeface, text: str) -> tuple[Planes, list[tuple[str, Setting, RGB]]]:
    """Paint the band with its label and a text.

    Returns:
        The picture, and role, text and colour behind it for checks.

    Raises:
        BadInput: the font lacks a character.
    """
    scale, picture = band.scale, band.empty()
    settings: list[tuple[str, Setting, RGB]] = []
    size = label.font_size(band.language, band.short_side)
    style = Style(size, size, 1, REGULAR)
    area = Box(band.area.x, band.area.y, band.area.x + even(568 * scale), band.area.bottom)
    quiet = next(
        (c for c in (mix(WHITE, band.colour, n / 100) for n in range(44, 0, -4)) if contrast(c, band.colour) > 5.1),
        WHITE,
    )
    mark = set_text(face, label.TEXT[band.language], area, style, quiet, anchor="middle")
    mark.sprite.blend(picture, *mark.origin)
    settings.append(("label", mark, band.colour))
    if text:
        left = even(mark.box.right + _GAP * scale)
        place = Box(left, band.area.y, band.area.right, band.area.bottom)
        done = set_text(face, text, place, STYLE, WHITE, scale=scale, anchor="middle")
        done.sprite.blend(picture, *done.origin)
        settings.append(("band", done, band.colour))
    return picture, settings
