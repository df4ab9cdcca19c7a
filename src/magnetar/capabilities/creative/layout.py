"""Where things stand in each look, in units of 1080 across and 1920 down.

Text stays inside the safe area: players cover the top 8 %, the bottom 15 % and, in the lower half, a column of
buttons on the right. Boxes of one look never overlap; a test holds that for all looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from magnetar.capabilities.creative.planes import Box, even
from magnetar.capabilities.creative.storyboard import Look
from magnetar.capabilities.creative.typeface import BLACK, BOLD, MEDIUM
from magnetar.capabilities.creative.typography import Style

WIDTH, HEIGHT = 1080, 1920
TOP, BOTTOM, SIDE = 154, 1632, 72
BUTTONS_FROM, BUTTONS = 900, 132
"""Below this line the buttons' column begins, so wide."""

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
    flat: bool = False
    """A plain ground and a hard-edged window instead of the picture's own studio."""


LAYOUTS = {
    Look.STUDIO: Layout(Box(0, 250, 1080, 1330), Box(SIDE, 1352, RIGHT, 1542), Box(SIDE, 1552, RIGHT, 1632)),
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


_NONE = Box(SIDE, 0, SIDE, 0)
_SQUARE = {
    Look.STUDIO: Layout(Box(0, 120, 1080, 770), Box(SIDE, 776, 1008, 926), Box(SIDE, 940, 1008, 1020)),
    Look.BAND: Layout(
        Box(0, 144, 1080, 640), Box(SIDE, 750, 1008, 930), Box(SIDE, 938, 1008, 1030), chip=Box(SIDE, 664, 1008, 736), dark=True,
    ),
    Look.CARD: Layout(
        Box(SIDE, 424, 1008, 930), Box(SIDE, 252, 1008, 402), Box(SIDE, 946, 1008, 1030), chip=Box(SIDE, 168, 1008, 240), radius=48,
    ),
    Look.TOWER: Layout(
        Box(0, 520, 1080, 1080), Box(SIDE, 252, 1008, 420), Box(SIDE, 424, 1008, 504), chip=Box(SIDE, 168, 1008, 240), dark=True,
    ),
    Look.OFFER: Layout(
        Box(0, 120, 1080, 600), Box(SIDE, 652, 1008, 748), _NONE, price=Box(SIDE, 756, 1008, 890),
        action=Box(SIDE, 910, 1008, 1022), panel=Box(0, 620, 1080, 1080),
    ),
}  # fmt: skip
_PORTRAIT = {
    Look.STUDIO: Layout(Box(0, 120, 1080, 1000), Box(SIDE, 1000, 1008, 1236), Box(SIDE, 1248, 1008, 1340)),
    Look.BAND: Layout(
        Box(0, 160, 1080, 810), Box(SIDE, 932, 1008, 1196), Box(SIDE, 1204, 1008, 1330), chip=Box(SIDE, 844, 1008, 916), dark=True,
    ),
    Look.CARD: Layout(
        Box(SIDE, 560, 1008, 1250), Box(SIDE, 284, 1008, 530), Box(SIDE, 1276, 1008, 1392), chip=Box(SIDE, 192, 1008, 264), radius=48,
    ),
    Look.TOWER: Layout(
        Box(0, 660, 1080, 1440), Box(SIDE, 284, 1008, 524), Box(SIDE, 528, 1008, 640), chip=Box(SIDE, 192, 1008, 264), dark=True,
    ),
    Look.OFFER: Layout(
        Box(0, 120, 1080, 810), Box(SIDE, 880, 1008, 1020), _NONE, price=Box(SIDE, 1032, 1008, 1196),
        action=Box(SIDE, 1220, 1008, 1352), panel=Box(0, 832, 1080, 1440),
    ),
}  # fmt: skip
_WIDE = {
    Look.STUDIO: Layout(Box(0, 144, 1000, 1080), Box(1072, 372, 1848, 640), Box(1072, 656, 1848, 770), flat=True),
    Look.BAND: Layout(
        Box(0, 144, 1000, 1080), Box(1072, 404, 1848, 690), Box(1072, 700, 1848, 860), chip=Box(1072, 312, 1848, 384), dark=True,
    ),
    Look.CARD: Layout(
        Box(SIDE, 216, 900, 1008), Box(980, 404, 1848, 660), Box(980, 680, 1848, 820), chip=Box(980, 312, 1848, 384), radius=48,
    ),
    Look.TOWER: Layout(
        Box(1000, 144, 1920, 1080), Box(SIDE, 404, 928, 690), Box(SIDE, 700, 928, 860), chip=Box(SIDE, 312, 928, 384), dark=True,
    ),
    Look.OFFER: Layout(
        Box(0, 144, 1000, 1080), Box(1072, 340, 1848, 480), _NONE, price=Box(1072, 500, 1848, 680), action=Box(1072, 720, 1848, 856),
        panel=Box(1000, 144, 1920, 1080), flat=True,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A shape of film: its size in units, its looks, and where a text band may lie."""

    aspect: str
    width: int
    height: int
    layouts: dict[Look, Layout]
    band: tuple[int, int, int]
    """Height of the band, and top and bottom of the text on it."""
    ring: tuple[int, int, int]
    """Middle of the quiet rings behind flat panels: x, y, and y where the picture is below."""


FORMS = {
    form.aspect: form
    for form in (
        Form("9:16", WIDTH, HEIGHT, LAYOUTS, (272, TOP, 250), (930, 1720, 300)),
        Form("3:4", 1080, 1440, _PORTRAIT, (160, 36, 132), (930, 1300, 240)),
        Form("1:1", 1080, 1080, _SQUARE, (144, 24, 118), (930, 980, 200)),
        Form("16:9", 1920, 1080, _WIDE, (144, 24, 118), (1770, 980, 980)),
    )
}
VERTICAL = FORMS["9:16"]


def roomy(form: Form, factor: float) -> Form:
    """A form with room for letters larger by a factor; the picture gives way. Smaller letters need none."""
    if factor <= 1.0:
        return form
    return replace(form, layouts={look: _roomy(layout, factor - 1.0) for look, layout in form.layouts.items()})


def _roomy(layout: Layout, more: float) -> Layout:
    head, text, window = layout.headline, layout.caption, layout.window
    taller, lower = even(more * head.height), even(more * text.height)
    chip = layout.chip
    if head.x >= window.right or head.right <= window.x:  # words beside the picture
        return replace(
            layout, headline=Box(head.x, head.y - taller, head.right, head.bottom), chip=chip and chip.moved(0, -taller),
            caption=Box(text.x, text.y, text.right, text.bottom + lower),
        )  # fmt: skip
    if head.y >= window.bottom:  # words below the picture
        up, panel = taller + lower, layout.panel
        return replace(
            layout, window=Box(window.x, window.y, window.right, window.bottom - up), chip=chip and chip.moved(0, -up),
            headline=Box(head.x, head.y - up, head.right, head.bottom - lower),
            caption=Box(text.x, text.y - lower, text.right, text.bottom),
            panel=panel and Box(panel.x, panel.y - up, panel.right, panel.bottom),
        )  # fmt: skip
    head = Box(head.x, head.y, head.right, head.bottom + taller)
    if text.bottom <= window.y:  # all words above the picture
        bottom = text.bottom + taller + lower
        text = Box(text.x, text.y + taller, text.right if bottom <= BUTTONS_FROM else min(text.right, RIGHT), bottom)
        return replace(
            layout, headline=head, caption=text, window=Box(window.x, window.y + taller + lower, window.right, window.bottom)
        )  # fmt: skip
    text = Box(text.x, text.y - lower, text.right, text.bottom)
    return replace(
        layout,
        headline=head,
        caption=text,
        window=Box(window.x, window.y + taller, window.right, window.bottom - lower),
    )


def header(form: Form) -> tuple[Box, Box]:
    """Where the AI label and the brand stand."""
    _, top, bottom = form.band
    return Box(SIDE, top, 640, bottom), Box(660, top + 4, form.width - SIDE, bottom - 6)


def over_picture(form: Form, layout: Layout) -> Box:
    """Where a subtitle stands on the picture, for looks that have no place for captions."""
    right = min(layout.window.right - SIDE, RIGHT if form.aspect == VERTICAL.aspect else form.width - SIDE)
    return Box(SIDE, layout.window.bottom - 128, right, layout.window.bottom - 28)


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
