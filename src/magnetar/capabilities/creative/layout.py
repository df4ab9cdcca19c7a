"""Where things stand in each look, in units of 1080 across and 1920 down.

Text stays inside the safe area: players cover the top 8 %, the bottom 15 % and, in the lower half, a column of
buttons on the right. Boxes of one look never overlap; a test holds that for all looks.
"""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.creative.planes import Box, even
from magnetar.capabilities.creative.storyboard import Look
from magnetar.capabilities.creative.typeface import BLACK, BOLD, MEDIUM
from magnetar.capabilities.creative.typography import Style

WIDTH, HEIGHT = 1080, 1920
TOP, BOTTOM, SIDE = 154, 1632, 72
BUTTONS_FROM, BUTTONS = 900, 132
"""Below this line the buttons' column begins, so wide."""

LABEL = Box(SIDE, 154, 640, 250)
BRAND = Box(660, 158, WIDTH - SIDE, 244)
RIGHT = WIDTH - BUTTONS

BRAND_STYLE = Style(52, 34, 1, BOLD, align="right")
HEADLINE = Style(156, 58, 3, BLACK, 1.18)
TITLE = Style(132, 54, 3, BLACK, 1.18)
CAPTION = Style(62, 42, 2, MEDIUM, 1.28)
CHIP = Style(44, 32, 1, MEDIUM)
NAME = Style(60, 44, 2, BOLD, 1.25)
PRICE = Style(168, 40, 1, BLACK)
WAS = Style(58, 30, 1, MEDIUM)
ACTION = Style(62, 44, 1, BOLD, align="centre")


@dataclass(frozen=True, slots=True)
class Layout:
    """The boxes of one look."""

    window: Box
    """Where the picture moves."""
    headline: Box
    caption: Box
    chip: Box | None = None
    radius: int = 0
    """Of the window's corners; 0 for none."""
    dark: bool = False
    """Light text on the deep colour."""
    price: Box | None = None
    action: Box | None = None
    panel: Box | None = None


LAYOUTS = {
    Look.STUDIO: Layout(Box(0, 250, 1080, 1330), Box(SIDE, 1262, RIGHT, 1542), Box(SIDE, 1552, RIGHT, 1632)),
    Look.BAND: Layout(
        Box(0, 290, 1080, 1140), Box(SIDE, 1272, RIGHT, 1540), Box(SIDE, 1548, RIGHT, 1632),
        chip=Box(SIDE, 1184, RIGHT, 1256), dark=True,
    ),
    Look.CARD: Layout(
        Box(SIDE, 690, 1008, 1480), Box(SIDE, 392, 1008, 656), Box(SIDE, 1512, RIGHT, 1632),
        chip=Box(SIDE, 300, 1008, 372), radius=48,
    ),
    Look.TOWER: Layout(
        Box(0, 800, 1080, 1920), Box(SIDE, 392, 1008, 656), Box(SIDE, 660, 1008, 776),
        chip=Box(SIDE, 300, 1008, 372), dark=True,
    ),
    Look.OFFER: Layout(
        Box(0, 250, 1080, 1050), Box(SIDE, 1128, RIGHT, 1276), Box(SIDE, 1276, RIGHT, 1276),
        price=Box(SIDE, 1286, RIGHT, 1466), action=Box(SIDE, 1490, RIGHT, 1626), panel=Box(0, 1076, 1080, 1920),
    ),
}  # fmt: skip


def scaled(box: Box, scale: float) -> Box:
    """A box in pixels."""
    return Box(even(box.x * scale), even(box.y * scale), even(box.right * scale), even(box.bottom * scale))


def safe(box: Box, scale: float = 1.0) -> bool:
    """Whether text in this box is covered by no player's controls.

    >>> safe(Box(72, 160, 1008, 244)), safe(Box(72, 1500, 1008, 1600)), safe(Box(72, 1600, 400, 1700))
    (True, False, False)
    """
    x, y, right, bottom = (side / scale for side in (box.x, box.y, box.right, box.bottom))
    slack = 2 / scale
    if y < TOP - slack or bottom > BOTTOM + slack or x < SIDE - slack - 2:
        return False
    edge = WIDTH - SIDE if bottom <= BUTTONS_FROM else WIDTH - BUTTONS
    return right <= edge + slack
