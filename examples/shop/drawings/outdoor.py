"""Camping and hiking gear."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Sheet,
    blob,
    box,
    colour,
    curve,
    darker,
    drawing,
    grain,
    grid,
    lathe,
    lighter,
    line,
    oval,
    poly,
    stripes,
)


def stick(s: Sheet, points: list[tuple[float, float]], width: float, c: Colour, drop: float = 5) -> None:
    """A straight tube."""
    s.fill(line(points, width, False), c, light="soft", puff=0.5, round_by=width * 0.35, drop=drop)


@drawing("tent")
def tent(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 622, 300, 26)
    dome = poly(*curve([(90, 620), (140, 470), (255, 300), (400, 225), (545, 300), (660, 470), (710, 620)]), (400, 640))
    s.fill(dome, c, light="cyl", puff=0.45, round_by=22)
    s.fill(
        poly(
            *curve([(400, 225), (520, 290), (600, 430), (640, 625)]),
            *curve([(705, 620), (660, 470), (545, 300), (400, 225)]),
        ),
        darker(c, 0.18),
        alpha=0.6,
        puff=0,
    )
    door = poly(*curve([(245, 628), (270, 500), (330, 370), (400, 318), (470, 370), (530, 500), (555, 628)]))
    s.fill(door, colour("3b3f3a"), to=colour("8a7a5c"), puff=-0.3)
    s.glow(400, 600, 150, colour("ffd48a"), 0.7)
    s.fill(box(320, 585, 480, 628, 20), colour("b9744a"), light="v", within=door)
    for mirrored in (False, True):
        flap = poly(
            *curve([(400, 318), (345, 360), (285, 480), (245, 628)]),
            (205, 634),
            *curve([(262, 500), (290, 440), (330, 400), (400, 318)]),
        )
        s.fill(flap.flip() if mirrored else flap, d, light="v", drop=7, puff=0.35)
    for points in ([(110, 600), (160, 450), (265, 305), (400, 228)], [(690, 600), (640, 450), (535, 305), (400, 228)]):
        s.fill(line(points, 7), darker(c, 0.35), puff=0.3)
    s.fill(poly(*curve([(300, 262), (350, 235), (400, 222), (450, 235), (500, 262)]), (400, 290)), d, light="v", drop=5)
    for x0, y0, x1 in ((150, 470, 60), (650, 470, 740)):
        s.fill(line([(x0, y0), (x1, 645)], 3), WHITE, puff=0)


@drawing("canopy")
def canopy(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 240, 22, 0.4)
    for x0, x1 in ((240, 225), (570, 585)):
        stick(s, [(x0, 225), (x1, 640)], 10, darker(STEEL, 0.25))
    for x0, y0, x1 in ((80, 385, 40), (720, 375, 765), (240, 222, 110), (570, 215, 700)):
        s.fill(line([(x0, y0), (x1, 655)], 3), WHITE, puff=0)
    stick(s, [(330, 560), (300, 640)], 8, WOOD)
    stick(s, [(490, 560), (520, 640)], 8, WOOD)
    s.fill(box(290, 545, 530, 562, 5), WOOD, light="bar", texture=grain(), drop=5)
    s.fill(lathe(370, [(505, 20), (545, 18)], 0.2), colour("b5482f"), light="cyl")
    s.fill(box(430, 520, 480, 546, 6), colour("5e7a86"), light="cyl")
    roof = poly(
        *curve([(80, 385), (160, 320), (240, 215)]),
        *curve([(240, 215), (405, 258), (570, 210)]),
        *curve([(570, 210), (645, 310), (722, 375)]),
        *curve([(722, 375), (560, 360), (420, 440)]),
        *curve([(420, 440), (260, 368), (80, 385)]),
    )
    s.fill(roof, c, light="v", drop=20, puff=0.3)
    s.fill(
        poly(
            *curve([(240, 215), (405, 258), (570, 210)]),
            *curve([(570, 210), (520, 330), (420, 440)]),
            *curve([(420, 440), (310, 330), (240, 215)]),
        ),
        lighter(c, 0.28),
        light="v",
        puff=0.1,
    )


@drawing("sleepingbag")
def sleeping_bag(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(
        box(140, 300, 470, 660, 60).turn(9, 300, 480), c, light="soft", drop=14, puff=0.5, texture=stripes(46, 0.09, 9)
    )
    s.fill(
        poly((150, 300), (330, 280), (440, 330), (420, 480), (300, 440)),
        d,
        light="v",
        drop=6,
        puff=0.5,
        texture=stripes(46, 0.07, 9),
    )
    s.fill(line([(440, 330), (425, 480), (398, 660)], 7), WHITE, light="cyl", texture=stripes(6, 0.2))
    s.ground(585, 640, 95, 18)
    s.fill(box(490, 380, 690, 640, 46), d, light="cyl", puff=0.5, drop=8)
    for y in (440, 560):
        s.fill(box(486, y, 694, y + 20, 8), BLACK, light="cyl")
        s.fill(box(565, y - 5, 612, y + 25, 6), darker(STEEL, 0.3), light="v", drop=3)
    s.fill(oval(590, 390, 88, 22), darker(d, 0.15), puff=0.3)


@drawing("mat", "yogamat", "roller")
def rolled_mat(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    if kind == "roller":
        s.ground(400, 560, 290, 24)
        s.fill(
            box(110, 385, 640, 560, 30),
            c,
            light="bar",
            puff=0.3,
            texture=lambda x, y: -0.10 * (((x / 46 + (y // 44) % 2 * 0.5) % 1 > 0.82) | ((y / 44) % 1 > 0.85)),
        )
        s.fill(oval(640, 472, 46, 88), lighter(c, 0.15), puff=0.3)
        s.fill(oval(640, 472, 30, 58), darker(c, 0.5), puff=-0.3)
        return
    s.ground(400, 625, 310, 20)
    s.fill(
        poly((270, 560), (735, 585), (700, 640), (150, 640)),
        c,
        light="v",
        drop=6,
        puff=0.3,
        texture=grid(9, 0.05) if kind == "yogamat" else stripes(30, 0.08, 90),
    )
    s.fill(
        box(120, 400, 560, 625, 60),
        c,
        light="bar",
        drop=10,
        puff=0.2,
        texture=grid(9, 0.05) if kind == "yogamat" else stripes(55, 0.07, 90),
    )
    s.fill(oval(130, 512, 62, 113), lighter(c, 0.15), puff=0.3)
    for k, tone in ((46, 0.35), (32, 0.05), (18, 0.35)):
        s.fill(oval(130, 512, k, k * 1.8) - oval(130, 512, k - 6, (k - 6) * 1.8), darker(c, tone), puff=0)
    for x in (230, 440):
        s.fill(box(x, 396, x + 26, 628, 8), darker(c, 0.5) if kind == "yogamat" else BLACK, light="bar", drop=4)
    if kind == "yogamat":
        s.fill(line([(243, 400), (330, 300), (453, 400)], 16), darker(c, 0.5), drop=6)
    else:
        s.fill(oval(640, 598, 18), BLACK, light="ball", drop=4)


@drawing("campchair", "moonchair")
def camp_chair(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    fabric = d if kind == "campchair" else c
    tube = WOOD if kind == "campchair" else BLACK
    s.ground(400, 655, 210, 20)
    stick(s, [(260, 300), (560, 650)], 15, darker(tube, 0.3))
    stick(s, [(540, 300), (240, 650)], 15, darker(tube, 0.3))
    if kind == "campchair":
        back = poly(
            *curve([(225, 190), (400, 205), (575, 190)]),
            *curve([(560, 330), (555, 440), (545, 480)]),
            *curve([(545, 480), (400, 500), (255, 480)]),
            *curve([(255, 480), (245, 430), (240, 330)]),
        )
        s.fill(back, fabric, light="v", drop=10, puff=0.35, texture=grid(5, 0.04))
        seat = poly((250, 470), (550, 470), (610, 545), *curve([(610, 545), (400, 580), (190, 545)]))
        s.fill(seat, lighter(fabric, 0.08), light="v", drop=8, puff=0.35, texture=grid(5, 0.04))
        stick(s, [(225, 180), (250, 490)], 15, c)
        stick(s, [(575, 180), (550, 490)], 15, c)
        stick(s, [(190, 550), (255, 655)], 15, c)
        stick(s, [(610, 550), (545, 655)], 15, c)
        for x0, x1 in ((235, 165), (565, 635)):
            s.fill(line([(x0, 395), (x1, 420)], 26, False), c, light="bar", drop=8, texture=grain(0.08, 12))
            stick(s, [(x1, 430), (x1 + (25 if x1 < 400 else -25), 545)], 13, c)
        return
    shell = blob(
        (250, 190),
        (400, 150),
        (550, 190),
        (592, 330),
        (600, 480),
        (520, 575),
        (400, 590),
        (280, 575),
        (200, 480),
        (208, 330),
    )
    s.fill(shell, fabric, light="v", drop=12, puff=0.5, round_by=18, texture=grid(6, 0.03))
    s.fill(
        blob((275, 225), (400, 195), (525, 225), (555, 400), (510, 530), (400, 545), (290, 530), (245, 400)),
        darker(fabric, 0.2),
        to=lighter(fabric, 0.14),
        puff=-0.25,
        round_by=16,
    )
    s.fill(box(300, 195, 500, 250, 26), lighter(fabric, 0.2), light="bar", drop=5)
    for x in (215, 585):
        stick(s, [(x, 500), (x + (20 if x < 400 else -20), 655)], 15, BLACK)


@drawing("camptable")
def camp_table(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 250, 20)
    for x0, x1 in ((170, 620), (630, 180)):
        stick(s, [(x0, 420), (x1, 650)], 14, BLACK)
    s.fill(
        poly((195, 330), (605, 330), (715, 410), (85, 410)), c, light="v", drop=14, puff=0.25, texture=grain(0.05, 20)
    )
    for k in range(1, 9):
        t = k / 9
        y = 330 + 80 * t**1.15
        s.fill(line([(195 - 110 * t**1.15, y), (605 + 110 * t**1.15, y)], 4, False), darker(c, 0.5), puff=0)
    s.fill(box(85, 408, 715, 430, 8), darker(c, 0.12), light="bar", texture=grain(0.06, 14))
    s.fill(lathe(300, [(285, 38), (352, 34)], 0.2), colour("5e7a86"), light="cyl", drop=6)
    s.fill(oval(300, 285, 38, 8), colour("3f2f25"), puff=-0.2)
    s.fill(lathe(430, [(235, 20), (262, 52), (330, 56), (356, 40)], 0.2), STEEL, light="cyl", drop=6)
    s.fill(line([(470, 300), (510, 270)], 12), STEEL, drop=3)
    s.fill(line([(395, 245), (430, 205), (465, 245)], 8), BLACK, drop=3)


@drawing("stove")
def stove(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 620, 270, 22)
    s.fill(poly((190, 400), (610, 400), (690, 540), (110, 540)), c, light="v", drop=8, puff=0.3)
    s.fill(box(110, 536, 690, 618, 16), darker(c, 0.2), light="v")
    s.fill(oval(350, 465, 150, 44), darker(STEEL, 0.1), puff=0.4)
    s.fill(oval(350, 465, 118, 33), BLACK, puff=-0.4)
    s.fill(oval(350, 462, 62, 19), GOLD, puff=0.4)
    for k in range(9):
        x = 298 + 13 * k
        h = 34 + 12 * (k % 3)
        s.fill(
            blob((x - 8, 455), (x, 455 - h), (x + 8, 455), (x, 468)),
            colour("5aa5e0"),
            to=colour("b9defa"),
            alpha=0.8,
            puff=0,
        )
    for x0, x1 in ((215, 300), (485, 400)):
        stick(s, [(x0, 446), (x1, 452)], 12, BLACK)
    stick(s, [(350, 505), (350, 480)], 12, BLACK)
    s.fill(box(540, 415, 640, 530, 20), lighter(c, 0.1), light="cyl", puff=0.4)
    s.fill(oval(600, 577, 32), d, light="ball", drop=5)
    s.fill(box(596, 548, 604, 580, 3), WHITE, puff=0)


@drawing("cookset")
def cookset(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 635, 230, 22)
    s.fill(line([(500, 500), (640, 470)], 24), d, light="bar", drop=7)
    s.fill(lathe(370, [(430, 170), (520, 168), (610, 160), (630, 150)], 0.16), c, light="cyl", texture=stripes(3, 0.02))
    s.fill(oval(370, 430, 170, 27), lighter(c, 0.3), puff=0.2)
    s.fill(oval(370, 432, 158, 22), darker(c, 0.35), to=lighter(c, 0.1), puff=-0.2)
    s.fill(lathe(350, [(250, 60), (290, 108), (380, 118), (420, 100)], 0.16), lighter(c, 0.1), light="cyl", drop=8)
    s.fill(lathe(350, [(232, 20), (256, 62)], 0.16), darker(c, 0.2), light="cyl")
    s.fill(oval(350, 226, 13), d, light="ball")
    s.fill(line([(450, 330), (500, 300), (525, 270)], 20), c, light="bar", drop=3)
    s.fill(line([(262, 275), (350, 165), (438, 275)], 13), d, drop=4)
    s.ground(600, 650, 90, 14)
    s.fill(lathe(600, [(590, 92), (640, 80)], 0.2), lighter(c, 0.15), light="cyl", drop=6)
    s.fill(oval(600, 590, 92, 19), darker(c, 0.2), puff=-0.3)


@drawing("cooler")
def cooler(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 245, 22)
    s.fill(line([(185, 460), (185, 235), (615, 235), (615, 460)], 22, False), d, light="soft", drop=8)
    s.fill(box(160, 360, 640, 640, 40), c, light="v", puff=0.5)
    s.fill(box(145, 300, 655, 400, 34), d, light="v", drop=8, puff=0.45)
    s.fill(box(185, 318, 615, 342, 12), lighter(d, 0.25), puff=-0.2)
    s.fill(box(200, 440, 600, 600, 26), darker(c, 0.06), puff=-0.3)
    for x in (270, 485):
        s.fill(box(x, 380, x + 46, 450, 10), BLACK, light="v", drop=5)
    s.fill(blob((400, 470), (430, 520), (400, 560), (370, 520)), d, light="v")
    s.fill(oval(560, 605, 14), BLACK, light="ball")


@drawing("lantern")
def lantern(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.glow(400, 420, 340, colour("ffcf7d"), 0.8)
    s.ground(400, 650, 125, 22)
    s.fill(line([(290, 320), (300, 170), (400, 110), (500, 170), (510, 320)], 11), BLACK, drop=5)
    s.fill(lathe(400, [(560, 88), (590, 126), (646, 130)], 0.16), c, light="cyl")
    s.fill(lathe(400, [(320, 62), (380, 102), (470, 106), (565, 78)], 0.16), colour("ffe3a8"), light="cyl", alpha=0.62)
    s.fill(box(384, 400, 416, 560, 14), colour("ff9f3a"), to=colour("fff2c4"), along=-90, puff=0)
    s.glow(400, 450, 110, (1.0, 0.93, 0.7), 0.9)
    for x in (292, 508):
        s.fill(line([(x, 330), (x, 590)], 9), c, drop=3)
    for y in (420, 500):
        s.fill(line([(292, y), (400, y + 16), (508, y)], 5), c, puff=0.2)
    s.fill(lathe(400, [(235, 40), (270, 84), (325, 96)], 0.16), c, light="cyl", drop=6)
    s.fill(lathe(400, [(210, 28), (238, 42)], 0.16, False), GOLD, light="cyl")
    s.fill(oval(400, 622, 20), GOLD, light="ball", drop=3)
    s.shine(box(322, 380, 332, 520, 5), 0.6)


@drawing("stringlights")
def string_lights(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    rows = [
        [(60, 190), (240, 290), (420, 210), (600, 300), (745, 200)],
        [(60, 330), (230, 420), (420, 350), (620, 420), (745, 340)],
    ]
    for row in rows:
        path = curve(row)
        s.fill(line(path, 5, False), BLACK, puff=0, drop=4)
        for x, y in path[4::8]:
            s.glow(x, y + 28, 70, colour("ffd27a"), 0.7)
            s.fill(box(x - 7, y, x + 7, y + 18, 3), BLACK)
            s.fill(oval(x, y + 32, 15, 18), colour("ffe5a3"), light="ball", puff=0.2)
    s.ground(400, 655, 120, 20)
    s.fill(lathe(400, [(520, 122), (560, 128), (650, 122)], 0.2), d, light="cyl")
    s.fill(oval(400, 520, 122, 26), lighter(d, 0.2), puff=0.25)
    s.fill(oval(400, 520, 84, 17), c, puff=-0.25)
    s.fill(oval(440, 512, 17, 9), BLACK, light="ball", drop=4)


@drawing("powerstation")
def power_station(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 635, 245, 22)
    s.fill(line([(215, 330), (230, 235), (570, 235), (585, 330)], 34, False), c, light="v", drop=8)
    s.fill(box(155, 290, 645, 635, 40), c, light="v", puff=0.45)
    s.fill(box(155, 290, 200, 635, 30) + box(600, 290, 645, 635, 30), d, light="v", puff=0.3)
    s.fill(box(225, 325, 575, 605, 20), darker(c, 0.45), puff=-0.3)
    s.fill(box(250, 350, 410, 440, 10), colour("12211f"), light="v")
    s.fill(box(266, 366, 330, 424, 6) - box(276, 376, 320, 414, 3), colour("7fe6c8"), puff=0)
    for k in range(4):
        s.fill(box(346 + 14 * k, 410 - 12 * k, 354 + 14 * k, 424, 2), colour("7fe6c8"), puff=0)
    for x in (452, 520):
        s.fill(oval(x, 395, 31), lighter(c, 0.15), puff=0.3)
        for dx, dy in ((-10, -8), (10, -8)):
            s.fill(box(x + dx - 4, 395 + dy - 8, x + dx + 4, 395 + dy + 8, 3), BLACK, puff=-0.2)
        s.fill(box(x - 5, 405, x + 5, 417, 4), BLACK)
    for k in range(5):
        x = 262 + 60 * k
        s.fill(box(x, 480, x + 42, 504, 8 if k < 2 else 3), lighter(c, 0.25), puff=0.2)
        s.fill(box(x + 7, 487, x + 35, 497, 5 if k < 2 else 1), BLACK if k < 2 else colour("3a6fb0"), puff=0)
    s.fill(oval(290, 560, 22), d, light="ball", drop=4)
    s.fill(box(350, 545, 540, 577, 14), colour("fff0c8"), light="v")


@drawing("headlamp")
def headlamp(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(oval(400, 330, 270, 160) - oval(400, 322, 248, 138), darker(d, 0.1), light="v", drop=12, puff=0.3)
    band = poly(
        *curve([(130, 350), (240, 470), (400, 500), (560, 470), (670, 350)]),
        *curve([(668, 410), (565, 535), (400, 570), (235, 535), (132, 410)]),
    )
    s.fill(band, d, light="v", drop=10, puff=0.3, texture=stripes(12, 0.06))
    s.glow(400, 530, 210, (1.0, 0.97, 0.85), 0.7)
    s.fill(box(300, 455, 500, 620, 38), c, light="v", drop=9, puff=0.45)
    s.fill(oval(400, 535, 66), STEEL, puff=0.3)
    s.fill(oval(400, 535, 54), WHITE, to=colour("fff0c0"), puff=-0.2)
    for dx, dy in ((-18, -14), (18, -14), (0, 20)):
        s.fill(oval(400 + dx, 535 + dy, 13), colour("ffe08a"), light="ball")
    s.fill(box(445, 448, 485, 464, 7), colour("c4472f"), light="v")


@drawing("backpack")
def backpack(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 660, 180, 22)
    s.fill(line([(360, 170), (400, 125), (440, 170)], 16), darker(c, 0.4), drop=4)
    for x in (222, 578):
        s.fill(box(x - 36, 430, x + 36, 630, 26), darker(c, 0.18), light="cyl", drop=4)
    s.fill(lathe(212, [(350, 26), (440, 30)], 0.2), STEEL, light="cyl")
    s.fill(
        blob(
            (270, 240),
            (320, 170),
            (400, 155),
            (480, 170),
            (530, 240),
            (570, 440),
            (562, 620),
            (480, 662),
            (400, 666),
            (320, 662),
            (238, 620),
            (230, 440),
        ),
        c,
        light="cyl",
        puff=0.45,
        round_by=20,
    )
    s.fill(
        blob((262, 250), (310, 165), (400, 148), (490, 165), (538, 250), (530, 320), (400, 345), (270, 320)),
        lighter(c, 0.07),
        light="v",
        drop=9,
        puff=0.4,
    )
    s.fill(box(275, 430, 525, 632, 40), lighter(c, 0.05), light="v", drop=7, puff=0.45)
    s.fill(line([(290, 470), (400, 455), (510, 470)], 6), d, puff=0.2)
    s.fill(line([(300, 240), (400, 225), (500, 240)], 6), d, puff=0.2)
    for x in (320, 468):
        s.fill(box(x, 250, x + 16, 440, 4), darker(c, 0.45), drop=3)
        s.fill(box(x - 7, 372, x + 23, 402, 6), d, light="v", drop=3)
    s.fill(box(370, 530, 430, 560, 6), d, light="v")


@drawing("flask", "kidbottle", "sportsbottle")
def flask(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 665, 100, 17)
    if kind == "flask":
        s.fill(
            lathe(400, [(280, 86), (310, 104), (470, 106), (650, 104), (664, 98)], 0.13),
            c,
            light="cyl",
            texture=grid(4, 0.02),
        )
        s.fill(lathe(400, [(155, 76), (200, 82), (275, 86)], 0.13), STEEL, light="cyl", drop=4)
        s.fill(oval(400, 155, 76, 10), lighter(STEEL, 0.3), puff=0.2)
        s.fill(line([(486, 190), (540, 210), (540, 270), (488, 285)], 14), BLACK, drop=4)
        s.fill(box(296, 600, 504, 612), darker(c, 0.3), light="cyl", puff=0)
    elif kind == "kidbottle":
        s.fill(line([(310, 300), (270, 200), (400, 130), (530, 200), (490, 300)], 15), d, drop=4)
        s.fill(lathe(400, [(300, 100), (350, 118), (500, 118), (640, 112), (662, 100)], 0.13), c, light="cyl")
        s.fill(lathe(400, [(215, 74), (240, 98), (305, 104)], 0.13), d, light="cyl", drop=5)
        s.fill(box(375, 190, 425, 225, 12), WHITE, light="cyl")
        for x in (355, 445):
            s.fill(oval(x, 465, 11, 14), BLACK, light="ball")
        s.fill(oval(400, 500, 32, 24), WHITE, puff=0.2)
        s.fill(oval(400, 490, 11, 8), BLACK, light="ball")
        for x in (330, 470):
            s.fill(oval(x, 500, 19, 12), colour("f0a79a"), puff=0, alpha=0.8)
    else:
        s.fill(
            lathe(400, [(250, 88), (290, 112), (420, 100), (500, 96), (640, 110), (662, 100)], 0.13),
            c,
            light="cyl",
            alpha=0.7,
        )
        s.fill(
            lathe(400, [(350, 100), (420, 93), (500, 89), (635, 103), (652, 96)], 0.13),
            lighter(c, 0.35),
            light="cyl",
            alpha=0.5,
        )
        s.fill(line([(408, 240), (404, 600)], 9), WHITE, puff=0.2, alpha=0.55)
        s.fill(lathe(400, [(195, 72), (250, 94)], 0.14), BLACK, light="cyl", drop=5)
        s.fill(line([(400, 195), (402, 150), (440, 125)], 22), lighter(c, 0.2), light="cyl", drop=3)
        s.fill(line([(470, 225), (535, 200), (520, 140), (455, 185)], 11), BLACK, drop=3)
    s.shine(box(312, 345, 323, 590, 6), 0.45)


@drawing("poles")
def poles(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for shift, lean in ((-55, -9), (55, 9)):
        x = 400 + shift
        parts = [
            (line([(x, 280), (x, 450)], 17), c),
            (line([(x, 440), (x, 570)], 13), STEEL),
            (line([(x, 560), (x, 665)], 10), d),
        ]
        for shape, tone in parts:
            s.fill(shape.turn(lean, x, 400), tone, light="cyl", drop=8)
        for y in (445, 562):
            s.fill(box(x - 13, y - 16, x + 15, y + 14, 5).turn(lean, x, 400), d, light="cyl", drop=3)
        s.fill(oval(x, 640, 30, 10).turn(lean, x, 400), d, light="v", drop=4)
        s.fill(
            blob(
                (x - 20, 135), (x, 118), (x + 22, 138), (x + 17, 220), (x + 15, 290), (x - 14, 290), (x - 15, 210)
            ).turn(lean, x, 400),
            d,
            light="cyl",
            drop=8,
            texture=stripes(13, 0.1),
        )
        s.fill((line([(x - 12, 150), (x - 55, 230), (x - 30, 300), (x - 10, 180)], 8)).turn(lean, x, 400), c, drop=4)


@drawing("tripodlamp")
def tripod_lamp(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.glow(400, 250, 330, colour("ffdc96"), 0.85)
    s.ground(400, 650, 170, 18, 0.35)
    for x in (270, 400, 530):
        stick(s, [(400, 455), (x, 650)], 13, d)
        s.fill(oval(x, 650, 11, 8), BLACK, light="ball")
    stick(s, [(400, 330), (400, 470)], 16, d)
    s.fill(box(384, 440, 416, 475, 6), BLACK, light="cyl")
    s.fill(lathe(400, [(200, 96), (300, 100), (322, 70)], 0.2), d, light="cyl", drop=6)
    s.fill(lathe(400, [(175, 120), (245, 120)], 0.24, False), colour("fff0c8"), light="cyl")
    s.fill(oval(400, 175, 120, 29), c, light="v", puff=0.3)
    s.fill(oval(400, 175, 60, 14), darker(c, 0.2), puff=-0.2)
    s.glow(400, 235, 130, (1.0, 0.97, 0.86), 0.6)
