"""One still that sells: the product, its name, its price, in the shape that a page asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.layers import Studio
from magnetar.capabilities.creative.palette import READABLE, WHITE, contrast, mix
from magnetar.capabilities.creative.picture import fill, studio, widened
from magnetar.capabilities.creative.planes import Box, Planes, Sprite, rounded
from magnetar.capabilities.creative.typeface import BLACK, BOLD, MEDIUM, REGULAR
from magnetar.capabilities.creative.typography import Style, set_text

SHAPES = {"3:4": (1080, 1440), "1:1": (1080, 1080), "9:16": (1080, 1920)}


@dataclass(frozen=True, slots=True)
class _Form:
    """Where things stand on a poster of one shape."""

    window: Box
    name: Box
    price: Box
    top: int


_FORMS = {
    "3:4": _Form(Box(0, 150, 1080, 1090), Box(72, 1096, 1008, 1226), Box(72, 1248, 1008, 1392), 56),
    "1:1": _Form(Box(0, 110, 1080, 780), Box(72, 776, 1008, 888), Box(72, 908, 1008, 1040), 40),
    "9:16": _Form(Box(0, 260, 1080, 1260), Box(72, 1290, 948, 1440), Box(72, 1450, 948, 1620), 160),
}


def draw_poster(made: Studio, shape: str) -> Planes:
    """Paint the poster of a shape."""
    width, height = SHAPES[shape]
    form, palette, script = _FORMS[shape], made.palette, made.script
    sheet, above, below = studio(made.picture, width, height, form.window)
    _, y, _, bottom = made.picture.subject
    aspect = form.window.width / form.window.height
    needed = (bottom - y) / 0.74
    shown = widened(made.picture, aspect, max(1.0, needed))
    x, y, right, bottom = shown.subject
    plate = fill(shown, form.window.width, form.window.height, 1.0, ((x + right) / 2, (y + bottom) / 2))
    deep = min(130, form.window.height // 5) // 2 * 2
    fade = ((np.cos(np.linspace(0, np.pi, deep)) * 0.5 + 0.5) * 255).astype(np.uint8)
    edges = ((fade, 0), (fade[::-1], form.window.height - deep))
    for rows, place in edges:
        box = Box(0, place, width, place + deep)
        back = sheet.view(box.moved(0, form.window.y)).copy()
        Sprite(np.repeat(rows[:, None], width, axis=1), back).blend(plate, 0, place)
    sheet.paste(plate, 0, form.window.y)
    size = label.font_size(script.language, min(width, height))
    ink = palette.ink if contrast(palette.ink, above) >= contrast(WHITE, above) else WHITE
    quiet = next(
        (c for c in (mix(ink, above, n / 100) for n in range(44, 0, -4)) if contrast(c, above) > READABLE + 0.6), ink
    )
    top = Box(72, form.top, 640, form.top + 96)
    mark = set_text(made.face, label.TEXT[script.language], top, Style(size, size, 1, REGULAR), quiet, anchor="middle")
    mark.sprite.blend(sheet, *mark.origin)
    if script.brand:
        place = Box(660, form.top, 1008, form.top + 96)
        brand = set_text(made.face, script.brand, place, Style(52, 30, 1, BOLD, align="right"), ink, anchor="middle")
        brand.sprite.blend(sheet, *brand.origin)
    text = palette.ink if contrast(palette.ink, below) >= contrast(WHITE, below) else WHITE
    name = set_text(
        made.face, script.lines[0].headline, form.name, Style(92, 40, 2, BLACK, 1.16), text, anchor="middle"
    )
    name.sprite.blend(sheet, *name.origin)
    pill = Planes.filled(form.price.width, form.price.height, palette.deep)
    inner = Box(48, 0, (form.price.width * 2 // 3) // 2 * 2, form.price.height)
    price = set_text(made.face, "".join(script.price), inner, Style(100, 40, 1, BLACK), WHITE, anchor="middle")
    price.sprite.blend(pill, *price.origin)
    if script.list_price:
        beside = Box((price.box.right + 30) // 2 * 2, 0, form.price.width - 48, (price.box.bottom + 8) // 2 * 2)
        grey = mix(WHITE, palette.deep, 0.28)
        was = set_text(made.face, "".join(script.list_price), beside, Style(48, 28, 1, MEDIUM), grey, anchor="bottom")
        if not was.shortened:  # a cut price would be a false one
            was.sprite.blend(pill, *was.origin)
            middle = (was.box.y + was.box.bottom) // 2
            Sprite(np.full((4, was.sprite.width), 255, np.uint8), grey).blend(pill, was.origin[0], middle - 2)
    Sprite(rounded(form.price.width, form.price.height, 36), pill).blend(sheet, form.price.x, form.price.y)
    return sheet
