"""What a film shows where the record has no usable picture: the name's first character on paper discs."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from magnetar.capabilities.creative.palette import Palette, mix
from magnetar.capabilities.creative.picture import Picture
from magnetar.capabilities.creative.typeface import BLACK, Typeface

SIDE = 800


def draw_placeholder(palette: Palette, face: Typeface, name: str) -> Picture:
    """A calm square picture in the film's own colours."""
    over = 2
    side = SIDE * over
    sheet = Image.new("RGB", (side, side), palette.light)
    pen = ImageDraw.Draw(sheet)
    for radius, share in ((0.46, 0.06), (0.37, 0.13), (0.28, 0.24)):
        reach = radius * side
        pen.ellipse(
            (side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach),
            fill=mix(palette.light, palette.accent, share),
        )
    thick = round(0.004 * side)
    for step in range(9):  # fine rings, so that the camera's travel is seen
        reach = (0.12 + 0.047 * step) * side
        box = (side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach)
        pen.ellipse(box, outline=mix(palette.light, palette.accent, 0.42), width=thick)
    letter = next((letter for letter in name if letter.isalnum()), "")
    if letter and not face.missing(letter):
        font = face.sized(round(side * 0.34), BLACK)
        pen.text((side / 2, side / 2), letter.upper(), fill=palette.accent, font=font, anchor="mm")
    pixels = np.asarray(sheet.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.uint8)
    return Picture(np.ascontiguousarray(pixels), (0.05, 0.05, 0.95, 0.95))
