"""How a film feels, in one word: the colours, the weight of letters, the tempo and the tone of words that go together."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

from magnetar.capabilities.creative.palette import READABLE, WHITE, Palette, contrast, mix
from magnetar.capabilities.creative.planes import RGB


@dataclass(frozen=True, slots=True)
class Style:
    """What a style word asks for."""

    zh: str
    en: str
    deep: RGB | None
    """Panels with light text; None keeps the product's own hue."""
    accent: RGB | None
    light: RGB
    pace: str
    """slow or fast music and cuts; '' leaves it."""
    heavier: int
    """Added to the weight of letters, on the scale from 100 to 900."""
    tone: str
    """Of the words, as a brief names it; '' leaves it."""
    speed: float
    """Of the voice."""


STYLES: dict[str, Style] = {
    "premium": Style("高级", "premium", (22, 22, 26), (126, 92, 32), (243, 239, 230), "slow", -200, "plain", 0.95),
    "playful": Style("活泼", "playful", (66, 40, 120), (190, 44, 84), (255, 244, 214), "fast", 150, "lively", 1.05),
    "warm": Style("温馨", "warm", (92, 48, 30), (168, 66, 24), (251, 239, 222), "slow", 0, "warm", 0.95),
    "tech": Style("科技", "tech", (10, 20, 44), (12, 96, 168), (228, 237, 246), "fast", -50, "plain", 1.0),
    "minimal": Style("简约", "minimal", (38, 40, 42), (62, 64, 68), (247, 247, 245), "", -250, "plain", 1.0),
    "fresh": Style("清新", "fresh", (18, 78, 62), (10, 108, 84), (234, 246, 238), "", -100, "", 1.0),
    "festive": Style("喜庆", "festive", (122, 14, 20), (176, 20, 26), (255, 241, 218), "fast", 100, "lively", 1.0),
}
"""By name; accents are readable on white and on the style's own light."""


def styled(palette: Palette, style: str) -> Palette:
    """The palette in a style's colours, every pair of text and ground as readable as it must be.

    >>> from magnetar.capabilities.creative.palette import palette_for
    >>> styled(palette_for("kitchen"), "premium").deep, styled(palette_for("kitchen"), "") == palette_for("kitchen")
    ((22, 22, 26), True)
    """
    if style not in STYLES:
        return palette
    wanted = STYLES[style]
    deep = wanted.deep or palette.deep
    accent = readable(wanted.accent or palette.accent, (WHITE, wanted.light))
    return replace(
        palette, deep=deep, accent=accent, light=wanted.light, ink=mix(deep, (14, 14, 16), 0.62), soft=mix(wanted.light, deep, 0.16)
    )  # fmt: skip


def readable(colour: RGB, grounds: tuple[RGB, ...]) -> RGB:
    """A colour, darkened until it can be read on each of the grounds (WCAG 2, level AA).

    >>> readable((255, 200, 0), ((255, 255, 255),)) != (255, 200, 0)
    True
    """
    hue, lightness, strength = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    while min(contrast(colour, ground) for ground in grounds) < READABLE and lightness > 0.02:
        lightness -= 0.01
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, strength)
        colour = round(red * 255), round(green * 255), round(blue * 255)
    return colour
