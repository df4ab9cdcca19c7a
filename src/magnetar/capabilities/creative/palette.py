"""Which colours a film wears: by the product's category, readable by computation."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

from magnetar.capabilities.creative.planes import RGB

WHITE: RGB = (255, 255, 255)
READABLE = 4.5
"""Least contrast between text and what is behind it (WCAG 2, level AA)."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one film."""

    deep: RGB
    """Panels with light text."""
    accent: RGB
    """Price, button, small marks; readable on white and on light."""
    light: RGB
    """Backgrounds with dark text."""
    ink: RGB
    """Dark text."""
    soft: RGB
    """A tint between light and deep, for shapes and lines."""


def _hex(code: str) -> RGB:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


_WORDS: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("餐厨 餐具 厨 kitchen dining tableware cook", ("4e3526", "a8481f", "f4ece1")),
    ("日用 家居 家纺 收纳 home household furniture bedding", ("38465a", "a34f2f", "f0ece7")),
    ("户外 露营 outdoor camp garden", ("2b4737", "a2530f", "ebefe3")),
    ("家电 电器 appliance", ("18434d", "0b6f72", "e8f0f0")),
    ("数码 手机 电脑 electronic digital phone computer camera", ("1b2742", "2856c8", "e9edf5")),
    ("服饰 鞋 衣 包 apparel clothing fashion shoe", ("46303c", "a0355a", "f4ecea")),
    ("母婴 童 玩具 baby kid toy", ("5c4335", "ae4a2f", "faf1e7")),
    ("零食 生鲜 食 饮 food snack grocery drink", ("54330f", "a84e08", "fbf1dd")),
    ("美妆 个护 护肤 beauty cosmetic health", ("55293b", "a9335b", "f9edec")),
    ("宠物 pet animal", ("3c472d", "8f5212", "f1efe4")),
    ("文具 办公 书 office stationery book", ("263f4e", "1a6580", "ebf1f2")),
    ("运动 健身 sport fitness", ("1b3847", "b53b0a", "e9eff2")),
)


def palette_for(category: str) -> Palette:
    """The palette of a category path; an unknown category always gets the same one of ours."""
    text = category.lower()
    for step in [*text.split(" > ")[:1], text]:
        for words, colours in _WORDS:
            if any(word in step for word in words.split()):
                return _make(*colours)
    return _make(*_WORDS[sum(text.encode()) % len(_WORDS)][1])


def _make(deep: str, accent: str, light: str) -> Palette:
    base, pale = _hex(deep), _hex(light)
    return Palette(base, _hex(accent), pale, mix(base, (14, 14, 16), 0.62), mix(pale, base, 0.16))


def tuned(palette: Palette, colour: RGB | None) -> Palette:
    """The palette with its dark panels in the product's own hue, as dark as they were."""
    if colour is None:
        return palette
    hue, _, strength = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    lightness = 0.20
    deep = palette.deep
    while lightness > 0.05:
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.18 + 0.30 * strength)
        deep = (round(red * 255), round(green * 255), round(blue * 255))
        if contrast(deep, WHITE) >= 9.0:
            break
        lightness -= 0.01
    return replace(palette, deep=deep, ink=mix(deep, (14, 14, 16), 0.62))


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """A colour so far on the way from one to the other."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1 (WCAG 2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: RGB, other: RGB) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2).

    >>> contrast((255, 255, 255), (0, 0, 0))
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
