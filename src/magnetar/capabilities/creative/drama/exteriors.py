"""Places in the open, drawn; each says where its light is."""

from __future__ import annotations

from magnetar.capabilities.creative.drama.pen import INK, Pen, shade
from magnetar.capabilities.creative.drama.scenery import BOTTOM, LAMP, LEFT, RIGHT, SKIES, Lights, sky, skyline
from magnetar.capabilities.creative.planes import RGB
from magnetar.kernel.chance import Chance


def station(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    sky(pen, time, weather, chance, 1050)
    skyline(pen, time, chance, 1080, tall=260)
    pen.fill([(LEFT, 200), (760, 420), (RIGHT, 380), (RIGHT, 180), (LEFT, -40)], (84, 92, 104), line=5)
    for x, top, low in ((120, 250, 1500), (560, 372, 1260), (760, 420, 1160)):
        pen.box(x - 18, top, x + 18, low, (66, 84, 96), line=4)
    pen.fill([(LEFT, 1180), (700, 1080), (780, 1080), (620, 2100), (LEFT, 2100)], (168, 162, 154), line=5)
    pen.stroke([(700, 1084), (520, 2095)], (232, 200, 84), 16, curve=False)
    pen.fill([(780, 1080), (860, 1080), (RIGHT, 1900), (RIGHT, 2100), (620, 2100)], (84, 80, 80), line=4)
    for x in (640, 860):
        pen.stroke([(820, 1082), (x + (x - 750) * 1.6, 2095)], (176, 180, 188), 10, curve=False)
    for n in range(8):
        y = 1110 + 950 * (n / 8) ** 1.8
        pen.stroke([(790 - n * 22, y), (870 + n * 48, y)], (108, 86, 68), 6 + n * 2, curve=False)
    pen.oval(360, 470, 78, 78, (244, 242, 232), line=8)
    pen.stroke([(360, 470), (360, 414)], INK, 8, curve=False)
    pen.stroke([(360, 470), (400, 486)], INK, 8, curve=False)
    return [(120, 330, 420, 0.8), (560, 440, 360, 0.8), (360, 470, 200, 0.5)]


def sea(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    sky(pen, time, weather, chance, 980)
    above, below = SKIES[time]
    water = shade((34, 94, 128) if time == "day" else shade(above, 0.9), 0.8 if weather else 1.0)
    pen.down(980, 1560, shade(below, 0.9) if not weather else shade(below, 0.6), water)
    for n, (x, y, long) in enumerate(chance.of("waves").uniforms(70, 3)):
        yy = 990 + 560 * y**1.5
        xx, reach = LEFT + x * 1280, (20 + 90 * long) * (0.4 + y)
        pen.stroke(
            [(xx, yy), (xx + reach / 2, yy - 5), (xx + reach, yy)],
            shade(below, 1.15) if n % 2 else shade(water, 0.7),
            3 + 4 * y,
        )
    pen.fill([(700, 1000), (780, 950), (900, 930), (1040, 960), (RIGHT, 1000)], (58, 64, 78), line=3)
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
    pen.down(1560, BOTTOM, (132, 124, 118), (92, 86, 86))
    pen.stroke([(LEFT, 1562), (RIGHT, 1562)], INK, 5, curve=False)
    for n in range(9):
        x = -60 + n * 150
        pen.box(x - 10, 1290, x + 10, 1580, (62, 70, 82), line=3)
    for y in (1296, 1420):
        pen.box(LEFT, y, RIGHT, y + 20, (74, 84, 96), line=3)
    return [(888, 596, 620, 1.0)]


def roof(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    sky(pen, time, weather, chance, 1240)
    skyline(pen, time, chance.of("far"), 1240, tall=620, colour=(112, 122, 150))
    skyline(pen, time, chance.of("near"), 1330, tall=420, colour=(72, 80, 104))
    pen.box(LEFT, 1320, RIGHT, 1400, (150, 146, 142), line=5)
    pen.down(1400, BOTTOM, (124, 120, 118), (88, 86, 88))
    for n in range(6):
        pen.stroke([(540 + (n - 2.5) * 220, 1400), (540 + (n - 2.5) * 560, BOTTOM)], (98, 96, 98), 4, curve=False)
    return [(200, 1100, 360, 0.4), (860, 1150, 360, 0.4)]


def park(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    sky(pen, time, weather, chance, 1120)
    pen.fill(
        [(LEFT, 1010), (160, 900), (420, 980), (720, 880), (1000, 960), (RIGHT, 900), (RIGHT, 1200), (LEFT, 1200)],
        (112, 148, 128),
        curve=True,
        line=3,
    )
    pen.down(1140, BOTTOM, (124, 168, 96), (72, 116, 70))
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


def street(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    sky(pen, time, weather, chance, 1100)
    skyline(pen, time, chance, 1120, 330, 760, 420)
    lights: Lights = []
    for side, near, far in ((-1, LEFT, 380), (1, RIGHT, 700)):
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
    pen.fill(
        [(380, 1160), (700, 1160), (RIGHT, 1900), (RIGHT, 2100), (LEFT, 2100), (LEFT, 1900)], (92, 92, 100), line=4
    )
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
        pen.oval(x + reach, top + 16, abs(reach) * 0.32, abs(reach) * 0.18, LAMP, line=3)
        lights.append((x + reach, top + 24, 4.2 * abs(reach), 0.9))
    return lights
