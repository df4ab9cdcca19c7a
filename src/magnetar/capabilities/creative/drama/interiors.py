"""Places indoors, drawn; each says where its light is."""

from __future__ import annotations

from magnetar.capabilities.creative.drama.pen import INK, Pen, shade
from magnetar.capabilities.creative.drama.scenery import LEFT, RIGHT, TOP, Lights, floor, pendant, window
from magnetar.capabilities.creative.planes import RGB
from magnetar.kernel.chance import Chance


def cafe(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1250, (206, 160, 112), (190, 138, 92))
    for n in range(17):
        pen.stroke([(LEFT + n * 80, 930), (LEFT + n * 80, 1250)], (150, 100, 64), 3, curve=False)
    pen.box(LEFT, 900, RIGHT, 934, (128, 82, 52), line=3)
    window(pen, 470, 330, 1240, 880, time, weather, chance, (96, 62, 42), 3, 2)
    for row in range(3):
        y = 440 + row * 160
        pen.box(LEFT, y, 370, y + 20, (112, 70, 44), line=3)
        for n, (size, tone, _) in enumerate(chance.of("shelf", row).uniforms(7, 3)):
            x, high = -70 + n * 62, 42 + 52 * size
            pen.fill(
                [(x, y - high), (x + 40, y - high), (x + 36, y), (x + 4, y)],
                ((214, 214, 206), (128, 86, 60), (92, 128, 112), (188, 92, 70))[int(tone * 4)],
                line=2.5,
            )
    floor(pen, 1250, (140, 92, 62))
    for x in (150, 920):
        pen.fill([(x - 190, 1330), (x + 190, 1330), (x + 220, 1390), (x - 220, 1390)], (176, 118, 74), line=4)
        pen.box(x - 16, 1390, x + 16, 1690, (92, 62, 44), line=3)
        pen.oval(x + 40, 1322, 34, 12, (236, 232, 222), line=2.5)
        pen.fill([(x + 14, 1278), (x + 66, 1278), (x + 58, 1320), (x + 22, 1320)], (240, 238, 230), line=2.5)
    return [pendant(pen, x, 210 + 40 * (n % 2), (64, 84, 78)) for n, x in enumerate((180, 540, 900))]


def home(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    wall: RGB = ((206, 196, 178), (182, 196, 200), (204, 182, 176))[int(chance.uniforms(1)[0] * 3)]
    pen.down(TOP, 1300, shade(wall, 1.08), wall)
    window(pen, 120, 300, 640, 900, time, weather, chance, (240, 238, 230))
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
    floor(pen, 1300, (164, 120, 82))
    pen.fill([(90, 1150), (760, 1150), (800, 1240), (800, 1540), (50, 1540), (50, 1240)], (92, 112, 132), line=5)
    pen.fill([(50, 1330), (800, 1330), (820, 1560), (30, 1560)], (112, 134, 154), line=5)
    pen.stroke([(425, 1340), (425, 1550)], INK, 4, curve=False)
    pen.fill([(130, 1190), (280, 1180), (300, 1330), (140, 1334)], (206, 148, 92), line=4)
    pen.stroke([(980, 1580), (980, 900)], INK, 10, curve=False)
    pen.fill([(890, 940), (930, 800), (1030, 800), (1070, 940)], (248, 226, 172), line=4)
    return [(980, 900, 460, 0.9)]


def office(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1320, (196, 204, 212), (172, 182, 192))
    window(pen, -60, 300, 880, 1160, time, weather, chance, (88, 98, 110), 4, 2)
    pen.box(930, 300, 1180, 1320, (150, 160, 172), line=4)
    for row in range(5):
        y = 340 + row * 190
        pen.box(950, y, 1160, y + 160, (168, 178, 188), line=3)
        pen.box(1020, y + 64, 1090, y + 80, (96, 106, 118), line=2)
    for n in range(6):
        pen.box(-40 + n * 220, 180, 120 + n * 220, 204, (244, 246, 240), line=2)
    floor(pen, 1320, (128, 136, 146), boards=False)
    pen.fill([(80, 1380), (880, 1380), (960, 1470), (0, 1470)], (124, 92, 70), line=5)
    pen.box(20, 1470, 940, 1760, (104, 76, 58), line=4)
    pen.box(180, 1140, 480, 1330, (40, 46, 58), line=5)
    pen.box(196, 1156, 464, 1314, (92, 148, 190))
    pen.fill([(310, 1330), (350, 1330), (370, 1390), (290, 1390)], (54, 60, 70), line=3)
    for n in range(4):
        pen.box(620, 1360 - n * 18, 800, 1376 - n * 18, ((236, 234, 224), (206, 222, 230))[n % 2], line=2)
    return [(300, 190, 420, 0.5), (760, 190, 420, 0.5)]


def hospital(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1280, (232, 240, 238), (214, 228, 228))
    pen.box(LEFT, 960, RIGHT, 1010, (120, 178, 172), line=3)
    window(pen, 560, 330, 1020, 860, time, weather, chance, (222, 230, 230))
    for n in range(7):
        x = -90 + n * 56
        pen.fill(
            [(x, 200), (x + 56, 200), (x + 64, 1180), (x - 6, 1180)],
            ((172, 208, 212), (154, 192, 198))[n % 2],
            line=2.5,
        )
    floor(pen, 1280, (188, 200, 200), boards=False)
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


def school(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1280, (226, 220, 196), (206, 200, 176))
    pen.box(-40, 380, 760, 860, (124, 88, 58), line=5)
    pen.box(-10, 410, 730, 830, (52, 92, 78))
    for n in range(3):
        pen.stroke(
            [(40, 500 + n * 90), (180, 486 + n * 90), (330, 508 + n * 90), (520 - n * 60, 496 + n * 90)],
            (210, 224, 214),
            6,
        )
    window(pen, 860, 320, 1200, 940, time, weather, chance, (236, 234, 224))
    floor(pen, 1280, (168, 132, 92))
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


def train(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1300, (196, 190, 176), (170, 160, 146))
    for n in range(2):
        window(pen, -60 + n * 640, 420, 460 + n * 640, 900, time, weather, chance.of(n), (110, 116, 122), 1, 1)
    pen.box(LEFT, 180, RIGHT, 300, (156, 150, 138), line=4)
    pen.stroke([(LEFT, 330), (RIGHT, 330)], (210, 200, 170), 14, curve=False)
    for n in range(6):
        x = -20 + n * 220
        pen.stroke([(x, 330), (x, 420)], INK, 6, curve=False)
        pen.stroke(
            [(x - 30, 480), (x + 30, 480), (x + 8, 424), (x - 8, 424)], (236, 228, 204), 12, curve=False, closed=True
        )
    floor(pen, 1400, (112, 108, 108), boards=False)
    for x in (60, 760):
        pen.fill([(x - 120, 980), (x + 300, 980), (x + 320, 1320), (x - 140, 1320)], (148, 62, 60), line=5)
        pen.fill([(x - 140, 1290), (x + 320, 1290), (x + 350, 1430), (x - 170, 1430)], (172, 76, 70), line=5)
        pen.box(x - 90, 920, x + 270, 1010, (226, 220, 206), line=4)
    return [(240, 230, 420, 0.6), (840, 230, 420, 0.6)]


def shop(pen: Pen, time: str, weather: str, chance: Chance) -> Lights:
    pen.down(TOP, 1320, (236, 226, 208), (218, 204, 182))
    for row in range(5):
        y = 480 + row * 190
        pen.box(LEFT, y, RIGHT, y + 24, (156, 116, 80), line=3)
        for n, (wide, high, tone) in enumerate(chance.of("goods", row).uniforms(15, 3)):
            x = -80 + n * 86
            colour: RGB = ((200, 84, 72), (232, 184, 82), (88, 142, 128), (88, 118, 170), (226, 222, 210))[
                int(tone * 5)
            ]
            pen.box(x, y - 60 - 76 * high, x + 46 + 26 * wide, y, colour, line=3)
    floor(pen, 1430, (186, 176, 164), boards=False)
    pen.box(LEFT, 1500, RIGHT, 1560, (176, 128, 86), line=5)
    pen.box(LEFT, 1560, RIGHT, 2100, (142, 98, 66), line=4)
    return [pendant(pen, x, 200, (196, 84, 66)) for x in (260, 820)]
