"""Places, drawn: flat shapes by kind of place, tinted by the time of day, with light of their own and the weather outside.

Units: the frame is 1080 by 1920; the drawing goes on beyond it by MARGIN on each side for the camera.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from magnetar.capabilities.creative.drama.bible import Place
from magnetar.capabilities.creative.drama.pen import INK, Pen, shade
from magnetar.capabilities.creative.planes import RGB, Bytes, even
from magnetar.kernel.chance import Chance

MARGIN = 0.09
"""Of the frame's sides, drawn beyond it."""
SKIES: dict[str, tuple[RGB, RGB]] = {
    "day": ((112, 178, 232), (214, 236, 248)),
    "dusk": ((92, 74, 134), (250, 166, 110)),
    "dawn": ((122, 140, 196), (252, 208, 176)),
    "night": ((14, 20, 46), (48, 62, 112)),
}
TINTS: dict[str, tuple[float, float, float]] = {
    "day": (1, 1, 1),
    "dusk": (1.0, 0.82, 0.74),
    "dawn": (1.0, 0.92, 0.9),
    "night": (0.46, 0.5, 0.74),
}
INDOOR_TINTS: dict[str, tuple[float, float, float]] = {**TINTS, "night": (0.74, 0.68, 0.72), "dusk": (0.98, 0.86, 0.78)}
_WOOD: RGB = (148, 98, 62)
_LAMP: RGB = (255, 224, 150)
_L, _T, _R, _B = -100.0, -175.0, 1180.0, 2095.0
Lights = list[tuple[float, float, float, float]]
"""(x, y, radius, strength)."""


def backdrop(place: Place, time: str, weather: str, width: int, height: int) -> Bytes:
    """Draw a place.

    Args:
        width, height: of the frame; the drawing is larger by 2 · MARGIN.

    Returns:
        (height, width, 3) RGB with even sides.
    """
    scale = width / 1080
    across, down = even(width * (1 + 2 * MARGIN)), even(height * (1 + 2 * MARGIN))
    pen = Pen(across, down, scale, width * MARGIN, height * MARGIN, (120, 120, 126))
    chance = Chance(place.seed).of("backdrop")
    draw, inside = _KINDS[place.kind]
    lights = draw(pen, time, weather, chance)
    tint = (INDOOR_TINTS if inside else TINTS)[time]
    if not inside and weather:
        tint = (tint[0] * 0.84, tint[1] * 0.88, tint[2] * 0.94)
    pen.rgb = np.clip(pen.rgb * np.asarray(tint, np.float32), 0, 255).astype(np.uint8)
    if inside or time != "day":
        for x, y, radius, strength in lights:
            pen.glow(x, y, radius, _LAMP, strength * {"night": 1.0, "day": 0.22}.get(time, 0.55))
    return _finish(pen.rgb)


def outside(place: Place) -> bool:
    """Whether weather falls on those who stand there."""
    return not _KINDS[place.kind][1]


def _finish(rgb: Bytes) -> Bytes:
    """A printed look: darker edges and a fine screen of dots in the shadows."""
    tall, wide = rgb.shape[:2]
    rows, columns = np.ogrid[-1 : 1 : tall * 1j, -1 : 1 : wide * 1j]
    edge = 1 - 0.34 * np.clip(rows**2 * 0.8 + columns**2 * 0.55 - 0.45, 0, 1)
    pitch = max(4, round(wide / 150))
    y, x = np.ogrid[:tall, :wide]
    dots = (np.cos(2 * np.pi * (x + y) / pitch) * np.cos(2 * np.pi * (x - y) / pitch) > 0.35) * np.clip(
        (rows - 0.1) * 0.14, 0, 0.1
    )
    return np.clip(rgb * (edge - dots)[..., None], 0, 255).astype(np.uint8)


def _sky(pen: Pen, time: str, weather: str, chance: Chance, low: float) -> None:
    above, below = SKIES[time]
    if weather:
        above, below = shade(above, 0.66), shade(below, 0.62)
    pen.down(_T, low, above, below)
    draw = chance.of("sky").uniforms(40, 3)
    if time == "night" and not weather:
        for x, y, size in draw:
            pen.oval(_L + x * 1280, _T + y * (low - _T) * 0.8, 1.5 + 2.5 * size, 1.5 + 2.5 * size, (230, 236, 250))
        pen.oval(840, 330, 78, 78, (248, 244, 220))
        pen.oval(812, 312, 66, 66, shade(above, 1.04))
        return
    if time in ("dusk", "dawn"):
        pen.glow(330, low - 90, 420, (255, 214, 150), 0.9)
        pen.oval(330, low - 90, 92, 92, (255, 232, 178))
    cloud = shade(below, 1.45 if not weather else 0.82)
    for x, y, size in draw[:6]:
        cx, cy, r = _L + x * 1280, 120 + y * (low - 420), 60 + 70 * size
        for step, drop in ((-1.4, 0.25), (-0.6, -0.15), (0.3, -0.3), (1.1, 0.05), (1.8, 0.3)):
            pen.oval(cx + step * r, cy + drop * r, r, r * 0.5, cloud)


def _skyline(
    pen: Pen,
    time: str,
    chance: Chance,
    low: float,
    left: float = _L,
    right: float = _R,
    tall: float = 520,
    colour: RGB = (86, 98, 126),
) -> None:
    draw = chance.of("skyline", round(low), round(left)).uniforms(40, 3)
    x, number = left, 0
    while x < right and number < len(draw):
        wide, high = 80 + 110 * draw[number][0], tall * (0.35 + 0.65 * draw[number][1])
        end = min(right, x + wide)
        body = shade(colour, 0.82 + 0.3 * float(draw[number][2]))
        pen.box(x, low - high, end, low, body, line=2.5)
        lit = chance.of("lit", round(low), number).uniforms(12, 6)
        for row in range(int(high / 56)):
            for column in range(int((end - x) / 34)):
                on = lit[row % 12][column % 6] < (0.55 if time in ("night", "dusk") else 0.2)
                window: RGB = (252, 222, 140) if on and time in ("night", "dusk") else shade(body, 1.18)
                wx, wy = x + 12 + column * 34, low - high + 18 + row * 56
                if wx + 20 < end and wy + 30 < low:
                    pen.box(wx, wy, wx + 18, wy + 30, window)
        x, number = end + 6, number + 1


def _window(
    pen: Pen,
    x: float,
    y: float,
    right: float,
    bottom: float,
    time: str,
    weather: str,
    chance: Chance,
    frame: RGB,
    columns: int = 2,
    rows: int = 2,
) -> None:
    """A window with what is outside it."""
    above, below = SKIES[time]
    if weather:
        above, below = shade(above, 0.7), shade(below, 0.66)
    steps = 14
    for step in range(steps):
        share = step / (steps - 1)
        colour: RGB = tuple(round(a + (b - a) * share) for a, b in zip(above, below, strict=True))  # pyright: ignore[reportAssignmentType]
        pen.box(x, y + (bottom - y) * step / steps, right, y + (bottom - y) * (step + 1) / steps + 1, colour)
    _skyline(pen, time, chance.of(round(x)), bottom, x, right, (bottom - y) * 0.5)
    if weather:
        for sx, sy, length in chance.of("panes", round(x)).uniforms(46, 3):
            px, py = x + 8 + sx * (right - x - 30), y + 8 + sy * (bottom - y - 60)
            if weather == "rain":
                pen.stroke([(px, py), (px - 6, py + 24 + 26 * length)], (206, 222, 240), 3, curve=False)
            else:
                pen.oval(px, py, 4 + 3 * length, 4 + 3 * length, (246, 248, 252))
    for n in range(1, columns):
        cx = x + (right - x) * n / columns
        pen.box(cx - 8, y, cx + 8, bottom, frame, line=2)
    for n in range(1, rows):
        cy = y + (bottom - y) * n / rows
        pen.box(x, cy - 8, right, cy + 8, frame, line=2)
    pen.stroke([(x, y), (right, y), (right, bottom), (x, bottom)], frame, 22, curve=False, closed=True)
    pen.stroke(
        [(x - 11, y - 11), (right + 11, y - 11), (right + 11, bottom + 11), (x - 11, bottom + 11)],
        INK,
        3,
        curve=False,
        closed=True,
    )


def _floor(pen: Pen, y: float, colour: RGB, boards: bool = True) -> None:
    pen.down(y, _B, colour, shade(colour, 0.66))
    pen.stroke([(_L, y), (_R, y)], INK, 4, curve=False)
    if boards:
        for n in range(-9, 10):
            pen.stroke([(540 + n * 90, y), (540 + n * 260, _B)], shade(colour, 0.72), 3, curve=False)
        for n in range(1, 6):
            yy = y + (_B - y) * (n / 6) ** 1.7
            pen.stroke([(_L, yy), (_R, yy)], shade(colour, 0.76), 2, curve=False)


def _pendant(pen: Pen, x: float, y: float, colour: RGB) -> tuple[float, float, float, float]:
    pen.stroke([(x, _T), (x, y)], INK, 5, curve=False)
    pen.fill([(x - 74, y + 58), (x - 34, y), (x + 34, y), (x + 74, y + 58)], colour, line=4)
    pen.oval(x, y + 62, 30, 18, _LAMP, line=2)
    return x, y + 80, 430, 0.8


def _cafe(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1250, (206, 160, 112), (190, 138, 92))
    for n in range(17):
        pen.stroke([(_L + n * 80, 930), (_L + n * 80, 1250)], (150, 100, 64), 3, curve=False)
    pen.box(_L, 900, _R, 934, (128, 82, 52), line=3)
    _window(pen, 470, 330, 1240, 880, time, weather, chance, (96, 62, 42), 3, 2)
    for row in range(3):
        y = 440 + row * 160
        pen.box(_L, y, 370, y + 20, (112, 70, 44), line=3)
        for n, (size, tone, _) in enumerate(chance.of("shelf", row).uniforms(7, 3)):
            x, high = -70 + n * 62, 42 + 52 * size
            pen.fill(
                [(x, y - high), (x + 40, y - high), (x + 36, y), (x + 4, y)],
                ((214, 214, 206), (128, 86, 60), (92, 128, 112), (188, 92, 70))[int(tone * 4)],
                line=2.5,
            )
    _floor(pen, 1250, (140, 92, 62))
    for x in (150, 920):
        pen.fill([(x - 190, 1330), (x + 190, 1330), (x + 220, 1390), (x - 220, 1390)], (176, 118, 74), line=4)
        pen.box(x - 16, 1390, x + 16, 1690, (92, 62, 44), line=3)
        pen.oval(x + 40, 1322, 34, 12, (236, 232, 222), line=2.5)
        pen.fill([(x + 14, 1278), (x + 66, 1278), (x + 58, 1320), (x + 22, 1320)], (240, 238, 230), line=2.5)
    return [_pendant(pen, x, 210 + 40 * (n % 2), (64, 84, 78)) for n, x in enumerate((180, 540, 900))]


def _home(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    wall: RGB = ((206, 196, 178), (182, 196, 200), (204, 182, 176))[int(chance.uniforms(1)[0] * 3)]
    pen.down(_T, 1300, shade(wall, 1.08), wall)
    _window(pen, 120, 300, 640, 900, time, weather, chance, (240, 238, 230))
    for x0, x1, bend in ((40, 190, 40), (570, 720, -40)):
        pen.fill(
            [(x0, 250), (x1, 250), (x1 - 20 + bend * 0.4, 600), (x1 - bend * 0.2, 980), (x0, 980)],
            (142, 92, 96),
            line=3,
        )
        for n in (1, 2, 3):
            x = x0 + (x1 - x0) * n / 4
            pen.stroke([(x, 260), (x + bend * 0.2, 970)], (112, 68, 74), 3, curve=False)
    pen.box(800, 420, 1040, 700, (120, 84, 56), line=4)
    pen.box(826, 446, 1014, 674, (216, 206, 180))
    pen.fill([(826, 640), (890, 540), (940, 600), (980, 560), (1014, 640), (1014, 674), (826, 674)], (104, 132, 110))
    _floor(pen, 1300, (164, 120, 82))
    pen.fill([(90, 1150), (760, 1150), (800, 1240), (800, 1540), (50, 1540), (50, 1240)], (92, 112, 132), line=5)
    pen.fill([(50, 1330), (800, 1330), (820, 1560), (30, 1560)], (112, 134, 154), line=5)
    pen.stroke([(425, 1340), (425, 1550)], INK, 4, curve=False)
    pen.fill([(130, 1190), (280, 1180), (300, 1330), (140, 1334)], (206, 148, 92), line=4)
    pen.stroke([(980, 1580), (980, 900)], INK, 10, curve=False)
    pen.fill([(890, 940), (930, 800), (1030, 800), (1070, 940)], (248, 226, 172), line=4)
    return [(980, 900, 460, 0.9)]


def _office(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1320, (196, 204, 212), (172, 182, 192))
    _window(pen, -60, 300, 880, 1160, time, weather, chance, (88, 98, 110), 4, 2)
    pen.box(930, 300, 1180, 1320, (150, 160, 172), line=4)
    for row in range(5):
        y = 340 + row * 190
        pen.box(950, y, 1160, y + 160, (168, 178, 188), line=3)
        pen.box(1020, y + 64, 1090, y + 80, (96, 106, 118), line=2)
    for n in range(6):
        pen.box(-40 + n * 220, 180, 120 + n * 220, 204, (244, 246, 240), line=2)
    _floor(pen, 1320, (128, 136, 146), boards=False)
    pen.fill([(80, 1380), (880, 1380), (960, 1470), (0, 1470)], (124, 92, 70), line=5)
    pen.box(20, 1470, 940, 1760, (104, 76, 58), line=4)
    pen.box(180, 1140, 480, 1330, (40, 46, 58), line=5)
    pen.box(196, 1156, 464, 1314, (92, 148, 190))
    pen.fill([(310, 1330), (350, 1330), (370, 1390), (290, 1390)], (54, 60, 70), line=3)
    for n in range(4):
        pen.box(620, 1360 - n * 18, 800, 1376 - n * 18, ((236, 234, 224), (206, 222, 230))[n % 2], line=2)
    return [(300, 190, 420, 0.5), (760, 190, 420, 0.5)]


def _hospital(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1280, (232, 240, 238), (214, 228, 228))
    pen.box(_L, 960, _R, 1010, (120, 178, 172), line=3)
    _window(pen, 560, 330, 1020, 860, time, weather, chance, (222, 230, 230))
    for n in range(7):
        x = -90 + n * 56
        pen.fill(
            [(x, 200), (x + 56, 200), (x + 64, 1180), (x - 6, 1180)],
            ((172, 208, 212), (154, 192, 198))[n % 2],
            line=2.5,
        )
    _floor(pen, 1280, (188, 200, 200), boards=False)
    pen.box(300, 1230, 1180, 1330, (246, 248, 248), line=5)
    pen.fill([(300, 1230), (560, 1180), (700, 1230)], (252, 252, 252), line=4)
    pen.box(280, 1330, 1180, 1380, (150, 190, 196), line=5)
    for x in (320, 1040):
        pen.box(x, 1380, x + 26, 1620, (130, 142, 148), line=3)
    pen.box(330, 740, 520, 890, (44, 56, 62), line=4)
    pen.stroke(
        [(344, 830), (390, 830), (406, 770), (424, 862), (440, 830), (506, 830)], (110, 236, 160), 6, curve=False
    )
    return [(540, 160, 560, 0.5)]


def _school(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1280, (226, 220, 196), (206, 200, 176))
    pen.box(-40, 380, 760, 860, (124, 88, 58), line=5)
    pen.box(-10, 410, 730, 830, (52, 92, 78))
    for n in range(3):
        pen.stroke(
            [(40, 500 + n * 90), (180, 486 + n * 90), (330, 508 + n * 90), (520 - n * 60, 496 + n * 90)],
            (210, 224, 214),
            6,
        )
    _window(pen, 860, 320, 1200, 940, time, weather, chance, (236, 234, 224))
    _floor(pen, 1280, (168, 132, 92))
    for x, y, size in ((180, 1300, 0.8), (880, 1300, 0.8), (520, 1460, 1.15)):
        pen.fill(
            [
                (x - 170 * size, y),
                (x + 170 * size, y),
                (x + 200 * size, y + 60 * size),
                (x - 200 * size, y + 60 * size),
            ],
            (196, 150, 98),
            line=4,
        )
        for side in (-1, 1):
            pen.box(
                x + side * 160 * size - 10,
                y + 60 * size,
                x + side * 160 * size + 10,
                y + 300 * size,
                (110, 116, 122),
                line=3,
            )
    return [(300, 190, 460, 0.5), (800, 190, 460, 0.5)]


def _train(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1300, (196, 190, 176), (170, 160, 146))
    for n in range(2):
        _window(pen, -60 + n * 640, 420, 460 + n * 640, 900, time, weather, chance.of(n), (110, 116, 122), 1, 1)
    pen.box(_L, 180, _R, 300, (156, 150, 138), line=4)
    pen.stroke([(_L, 330), (_R, 330)], (210, 200, 170), 14, curve=False)
    for n in range(6):
        x = -20 + n * 220
        pen.stroke([(x, 330), (x, 420)], INK, 6, curve=False)
        pen.stroke(
            [(x - 30, 480), (x + 30, 480), (x + 8, 424), (x - 8, 424)], (236, 228, 204), 12, curve=False, closed=True
        )
    _floor(pen, 1400, (112, 108, 108), boards=False)
    for x in (60, 760):
        pen.fill([(x - 120, 980), (x + 300, 980), (x + 320, 1320), (x - 140, 1320)], (148, 62, 60), line=5)
        pen.fill([(x - 140, 1290), (x + 320, 1290), (x + 350, 1430), (x - 170, 1430)], (172, 76, 70), line=5)
        pen.box(x - 90, 920, x + 270, 1010, (226, 220, 206), line=4)
    return [(240, 230, 420, 0.6), (840, 230, 420, 0.6)]


def _station(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    _sky(pen, time, weather, chance, 1050)
    _skyline(pen, time, chance, 1080, tall=260)
    pen.fill([(_L, 200), (760, 420), (_R, 380), (_R, 180), (_L, -40)], (84, 92, 104), line=5)
    for x, top, low in ((120, 250, 1500), (560, 372, 1260), (760, 420, 1160)):
        pen.box(x - 18, top, x + 18, low, (66, 84, 96), line=4)
    pen.fill([(_L, 1180), (700, 1080), (780, 1080), (620, 2100), (_L, 2100)], (168, 162, 154), line=5)
    pen.stroke([(700, 1084), (520, 2095)], (232, 200, 84), 16, curve=False)
    pen.fill([(780, 1080), (860, 1080), (_R, 1900), (_R, 2100), (620, 2100)], (84, 80, 80), line=4)
    for x in (640, 860):
        pen.stroke([(820, 1082), (x + (x - 750) * 1.6, 2095)], (176, 180, 188), 10, curve=False)
    for n in range(8):
        y = 1110 + 950 * (n / 8) ** 1.8
        pen.stroke([(790 - n * 22, y), (870 + n * 48, y)], (108, 86, 68), 6 + n * 2, curve=False)
    pen.oval(360, 470, 78, 78, (244, 242, 232), line=8)
    pen.stroke([(360, 470), (360, 414)], INK, 8, curve=False)
    pen.stroke([(360, 470), (400, 486)], INK, 8, curve=False)
    return [(120, 330, 420, 0.8), (560, 440, 360, 0.8), (360, 470, 200, 0.5)]


def _shop(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(_T, 1320, (236, 226, 208), (218, 204, 182))
    for row in range(5):
        y = 480 + row * 190
        pen.box(_L, y, _R, y + 24, (156, 116, 80), line=3)
        for n, (wide, high, tone) in enumerate(chance.of("goods", row).uniforms(15, 3)):
            x = -80 + n * 86
            colour: RGB = ((200, 84, 72), (232, 184, 82), (88, 142, 128), (88, 118, 170), (226, 222, 210))[
                int(tone * 5)
            ]
            pen.box(x, y - 60 - 76 * high, x + 46 + 26 * wide, y, colour, line=3)
    _floor(pen, 1430, (186, 176, 164), boards=False)
    pen.box(_L, 1500, _R, 1560, (176, 128, 86), line=5)
    pen.box(_L, 1560, _R, 2100, (142, 98, 66), line=4)
    return [_pendant(pen, x, 200, (196, 84, 66)) for x in (260, 820)]


def _sea(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    _sky(pen, time, weather, chance, 980)
    above, below = SKIES[time]
    water = shade((34, 94, 128) if time == "day" else shade(above, 0.9), 0.8 if weather else 1.0)
    pen.down(980, 1560, shade(below, 0.9) if not weather else shade(below, 0.6), water)
    for n, (x, y, long) in enumerate(chance.of("waves").uniforms(70, 3)):
        yy = 990 + 560 * y**1.5
        xx, reach = _L + x * 1280, (20 + 90 * long) * (0.4 + y)
        pen.stroke(
            [(xx, yy), (xx + reach / 2, yy - 5), (xx + reach, yy)],
            shade(below, 1.15) if n % 2 else shade(water, 0.7),
            3 + 4 * y,
        )
    pen.fill([(700, 1000), (780, 950), (900, 930), (1040, 960), (_R, 1000)], (58, 64, 78), line=3)
    pen.fill([(842, 940), (858, 620), (918, 620), (934, 940)], (232, 226, 216), line=4)
    for y in (690, 800):
        pen.fill(
            [
                (855 - (y - 620) * 0.05, y),
                (921 + (y - 620) * 0.05, y),
                (924 + (y - 620) * 0.05, y + 54),
                (852 - (y - 620) * 0.05, y + 54),
            ],
            (178, 64, 56),
        )
    pen.box(846, 570, 930, 622, (250, 232, 160) if time != "day" else (200, 220, 226), line=4)
    pen.fill([(836, 572), (888, 520), (940, 572)], (120, 48, 46), line=4)
    pen.down(1560, _B, (132, 124, 118), (92, 86, 86))
    pen.stroke([(_L, 1562), (_R, 1562)], INK, 5, curve=False)
    for n in range(9):
        x = -60 + n * 150
        pen.box(x - 10, 1290, x + 10, 1580, (62, 70, 82), line=3)
    for y in (1296, 1420):
        pen.box(_L, y, _R, y + 20, (74, 84, 96), line=3)
    return [(888, 596, 620, 1.0)]


def _roof(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    _sky(pen, time, weather, chance, 1240)
    _skyline(pen, time, chance.of("far"), 1240, tall=620, colour=(112, 122, 150))
    _skyline(pen, time, chance.of("near"), 1330, tall=420, colour=(72, 80, 104))
    pen.box(_L, 1320, _R, 1400, (150, 146, 142), line=5)
    pen.down(1400, _B, (124, 120, 118), (88, 86, 88))
    for n in range(6):
        pen.stroke([(540 + (n - 2.5) * 220, 1400), (540 + (n - 2.5) * 560, _B)], (98, 96, 98), 4, curve=False)
    return [(200, 1100, 360, 0.4), (860, 1150, 360, 0.4)]


def _park(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    _sky(pen, time, weather, chance, 1120)
    pen.fill(
        [(_L, 1010), (160, 900), (420, 980), (720, 880), (1000, 960), (_R, 900), (_R, 1200), (_L, 1200)],
        (112, 148, 128),
        curve=True,
        line=3,
    )
    pen.down(1140, _B, (124, 168, 96), (72, 116, 70))
    pen.fill([(500, 1140), (580, 1140), (900, 2100), (140, 2100)], (214, 194, 156), line=3)
    for x, y, size in ((120, 1260, 1.2), (960, 1300, 1.35), (330, 1170, 0.6), (760, 1170, 0.65)):
        pen.fill(
            [(x - 26 * size, y), (x - 16 * size, y - 260 * size), (x + 16 * size, y - 260 * size), (x + 26 * size, y)],
            (104, 72, 50),
            line=4,
        )
        for dx, dy, r in ((-90, -330, 120), (90, -340, 120), (0, -440, 140), (0, -310, 130)):
            pen.oval(
                x + dx * size, y + dy * size, r * size, r * 0.85 * size, ((86, 138, 82), (98, 152, 88))[dx > 0], line=3
            )
    pen.box(700, 1420, 980, 1444, (148, 104, 68), line=4)
    pen.box(700, 1340, 980, 1364, (148, 104, 68), line=4)
    for x in (720, 960):
        pen.box(x - 8, 1340, x + 8, 1530, (70, 74, 80), line=3)
    return []


def _street(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    _sky(pen, time, weather, chance, 1100)
    _skyline(pen, time, chance, 1120, 330, 760, 420)
    lights: Lights = []
    for side, near, far in ((-1, _L, 380), (1, _R, 700)):
        tone: RGB = (156, 116, 96) if side < 0 else (116, 122, 138)
        pen.fill([(near, 80), (far, 640), (far, 1160), (near, 1560)], tone, line=5)
        for row in range(3):
            for column in range(3):
                a, b = column / 3 + 0.06, column / 3 + 0.26
                corners = []
                for share, drop in ((a, 0.0), (b, 0.0), (b, 0.62), (a, 0.62)):
                    top, low = 80 + 560 * share, 1560 - 400 * share
                    corners.append((near + (far - near) * share, top + (low - top) * (0.08 + (row + drop) * 0.23)))
                lit = time in ("night", "dusk") and chance.of("w", side, row).uniforms(3)[column] < 0.6
                pen.fill(corners, (252, 222, 140) if lit else shade(tone, 0.62), line=3)
    pen.fill([(380, 1160), (700, 1160), (_R, 1900), (_R, 2100), (_L, 2100), (_L, 1900)], (92, 92, 100), line=4)
    for n in range(5):
        y0 = 1180 + 900 * (n / 5) ** 1.6
        y1 = y0 + 40 + n * 44
        pen.fill([(536 - n * 4, y0), (544 + n * 4, y0), (548 + n * 6, y1), (532 - n * 6, y1)], (232, 226, 204))
    for x, top, low, reach in (
        (150, 560, 1620, 90),
        (930, 560, 1620, -90),
        (400, 860, 1230, 40),
        (690, 860, 1230, -40),
    ):
        pen.stroke(
            [(x, low), (x, top + 30), (x + reach * 0.3, top), (x + reach, top + 8)],
            (46, 52, 62),
            14 if abs(reach) > 50 else 8,
        )
        pen.oval(x + reach, top + 16, abs(reach) * 0.32, abs(reach) * 0.18, _LAMP, line=3)
        lights.append((x + reach, top + 24, 4.2 * abs(reach), 0.9))
    return lights


Draw = Callable[[Pen, str, str, Chance], Lights]
_KINDS: dict[str, tuple[Draw, bool]] = {
    "cafe": (_cafe, True), "home": (_home, True), "office": (_office, True), "hospital": (_hospital, True), "school": (_school, True), "train": (_train, True),
    "shop": (_shop, True), "station": (_station, False), "sea": (_sea, False), "roof": (_roof, False), "park": (_park, False), "street": (_street, False),
}  # fmt: skip


def focus_lines(rgb: Bytes, x: float, y: float, colour: RGB, chance: Chance) -> Bytes:
    """Lines that run together at (x, y), shares of the picture: the comic's way to say that something strikes."""
    tall, wide = rgb.shape[:2]
    pen = Pen(wide, tall)
    pen.rgb = rgb.copy()
    reach = float(np.hypot(wide, tall))
    for turn, width, start in chance.of("focus").uniforms(90, 3):
        angle = 2 * np.pi * turn
        along = np.array([np.cos(angle), np.sin(angle) * 1.3])
        across = np.array([-along[1], along[0]])
        inner = np.array([x * wide, y * tall]) + along * wide * (0.44 + 0.16 * start)
        outer = np.array([x * wide, y * tall]) + along * reach
        half = wide * (0.004 + 0.016 * width)
        pen.fill([tuple(inner), tuple(outer + across * half), tuple(outer - across * half)], colour)
    return pen.rgb


def soften(rgb: Bytes, share: float) -> Bytes:
    """Out of focus: behind somebody who is near."""
    sigma = max(0.5, share * rgb.shape[1])
    small = cv2.resize(rgb, (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(
            cv2.GaussianBlur(small, (0, 0), sigma / 2), (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR
        ),
        np.uint8,
    )
