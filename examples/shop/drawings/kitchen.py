"""Pots, knives, boards and jars."""

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
    lathe,
    lighter,
    line,
    mix,
    oval,
    poly,
    speckle,
    stripes,
)
from drawings.tableware import open_vessel


@drawing("wok")
def wok(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(365, 600, 190, 26)
    s.fill(line([(545, 380), (640, 330), (735, 270)], 34), d, light="bar", drop=8, texture=grain(0.06, 16, -30))
    s.fill(line([(530, 392), (590, 360)], 26), STEEL, light="bar")
    open_vessel(s, 340, [(385, 245), (470, 215), (550, 150), (595, 95)], c, darker(c, 0.1))
    s.fill(
        oval(340, 398, 205, 34), lighter(c, 0.12), puff=0, texture=speckle(0.3, 4, 0.12), within=oval(340, 386, 232, 40)
    )
    s.fill(lathe(340, [(340, 60), (372, 180), (392, 238)], 0.18), colour("cdd8d8"), light="cyl", alpha=0.42)
    s.fill(lathe(340, [(300, 26), (338, 18)], 0.2), d, light="cyl", drop=4)
    s.shine(blob((190, 375), (240, 350), (290, 345), (240, 362)), 0.5)


@drawing("saucepan")
def saucepan(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(line([(490, 420), (600, 400), (730, 380)], 36), d, light="bar", drop=8, texture=grain(0.07, 16, -8))
    s.fill(line([(480, 424), (540, 412)], 28), STEEL, light="bar")
    open_vessel(s, 330, [(390, 178), (500, 176), (590, 170), (625, 155)], c, WHITE)
    s.fill(poly((154, 372), (136, 388), (160, 408), (196, 398)), c, puff=0.3)
    s.fill(oval(330, 406, 168, 40), colour("fbf8ee"), light="soft", puff=-0.1, within=oval(330, 391, 170, 43))
    s.shine(box(200, 450, 214, 580, 7), 0.4)


@drawing("castpot")
def castpot(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 630, 200, 28)
    for x in (165, 635):
        s.fill(line([(x, 465), (x + (-42 if x < 400 else 42), 470), (x, 505)], 26), c, light="v", drop=4)
    s.fill(lathe(400, [(420, 230), (520, 230), (595, 218), (628, 190)], 0.15), c, to=darker(c, 0.35), light="cyl")
    s.fill(lathe(400, [(330, 50), (352, 150), (395, 225), (428, 236)], 0.13), lighter(c, 0.05), light="cyl", drop=8)
    s.fill(lathe(400, [(300, 32), (315, 36), (334, 20)], 0.2), GOLD, light="cyl", drop=4)
    s.shine(blob((215, 400), (262, 366), (320, 348), (270, 380), (235, 415)), 0.42)
    s.shine(box(215, 470, 228, 590, 6), 0.3)


@drawing("knife")
def knife(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(120, 480, 680, 660, 26), WOOD, light="soft", drop=14, texture=grain(0.06, 30))
    blade = poly(*curve([(120, 430), (150, 330), (240, 290), (470, 286)]), (470, 410), (300, 432))
    s.fill(blade, STEEL, to=lighter(STEEL, 0.6), along=70, drop=14, puff=0.2)
    s.fill(poly((120, 430), (300, 432), (470, 410), (470, 396), (300, 414), (140, 410)), WHITE, puff=0, alpha=0.75)
    s.fill(poly((465, 284), (505, 288), (505, 400), (465, 412)), darker(STEEL, 0.2), light="bar")
    s.fill(
        blob((500, 292), (600, 282), (705, 300), (715, 350), (690, 392), (600, 365), (505, 385)),
        c,
        light="bar",
        drop=10,
        texture=grain(0.1, 18, 3),
    )
    for x in (545, 605, 665):
        s.fill(oval(x, 330, 8), GOLD, light="ball")


@drawing("board")
def board(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(140, 170, 660, 620, 40) - box(365, 195, 435, 222, 13), c, light="soft", drop=20, puff=0.5, round_by=9)
    for k in range(8):
        s.fill(
            box(142, 172 + 56 * k, 658, 228 + 56 * k),
            mix(c, d, 0.12 * (k * 5 % 3)),
            puff=0,
            alpha=0.55,
            texture=grain(0.05, 18),
            within=box(144, 174, 656, 616, 38) - box(365, 195, 435, 222, 13),
        )
    s.fill(box(175, 245, 625, 585, 26) - box(187, 257, 613, 573, 20), darker(c, 0.25), puff=-0.4, alpha=0.8)
    for x, y in ((300, 420), (345, 455), (390, 430)):
        s.fill(oval(x, y, 50), colour("d8503f"), light="ball", drop=9)
        s.fill(oval(x, y, 38), colour("e9836a"), puff=-0.15)
        for dx, dy in ((0, -17), (15, 9), (-15, 9)):
            s.fill(oval(x + dx, y + dy, 9, 11), colour("f0c08a"), puff=-0.2)
    for x, y, a in ((500, 400, 10), (530, 470, -30), (480, 500, 60)):
        s.fill(
            blob((x - 30, y), (x, y - 20), (x + 34, y), (x, y + 20)).turn(a, x, y), colour("7c9f58"), light="v", drop=6
        )


@drawing("jar", "honeyjar", "candle", "creamjar")
def jar(s: Sheet, c: Colour, d: Colour, kind: str, n: str = "1") -> None:
    if kind == "jar":
        fills = ["8b5b3a", "d8c39a", "a9743f"]
        for k, (x, base, r, h) in enumerate(((255, 590, 95, 190), (545, 600, 112, 310), (400, 655, 95, 245))):
            s.ground(x, base, r, r * 0.18, 0.4)
            s.fill(
                lathe(x, [(base - h, r * 0.9), (base - h + 30, r), (base, r * 0.95)], 0.16),
                colour("cfdada"),
                light="cyl",
                alpha=0.6,
            )
            s.fill(
                lathe(x, [(base - h * 0.72, r * 0.93), (base - 8, r * 0.89)], 0.16),
                colour(fills[k]),
                light="cyl",
                texture=speckle(0.25, 9, 0.35),
            )
            s.fill(
                lathe(x, [(base - h - 34, r * 0.93), (base - h + 4, r * 0.93)], 0.16, False),
                WOOD,
                light="cyl",
                texture=grain(0.05, 20),
            )
            s.fill(oval(x, base - h - 34, r * 0.93, r * 0.15), lighter(WOOD, 0.2), texture=grain(0.05, 20))
            s.shine(box(x - r * 0.75, base - h + 40, x - r * 0.62, base - 30, 6), 0.55)
        return
    if kind == "candle":
        s.glow(400, 250, 260, colour("ffdf9a"), 0.75)
        s.ground(400, 625, 150, 26)
        s.fill(lathe(400, [(330, 150), (480, 150), (620, 146)], 0.16), d, light="cyl")
        s.fill(oval(400, 330, 150, 25), lighter(d, 0.3), puff=0.2)
        s.fill(oval(400, 333, 138, 20), colour("f4e6c8"), to=colour("ffe9b8"), puff=-0.15)
        s.fill(line([(400, 335), (402, 305)], 5), BLACK, puff=0)
        s.fill(blob((402, 225), (422, 275), (402, 308), (382, 275)), colour("ffb545"), to=colour("fff3c4"), puff=0)
        s.fill(box(310, 430, 490, 560, 8), colour("efe8da"), light="cyl", puff=0.1)
        s.fill(
            line([(400, 455), (400, 535)], 4) + line([(400, 500), (370, 475)], 4) + line([(400, 510), (430, 485)], 4),
            darker(d, 0.2),
            puff=0,
        )
        return
    if kind == "creamjar":
        s.ground(400, 620, 205, 30)
        s.fill(lathe(400, [(430, 205), (560, 205), (615, 190)], 0.15), c, light="cyl")
        s.fill(lathe(400, [(330, 198), (425, 202)], 0.15, False), d, light="cyl", drop=6)
        s.fill(oval(400, 330, 198, 30), lighter(d, 0.25), puff=0.25)
        s.fill(box(320, 500, 480, 506, 3) + box(350, 525, 450, 530, 2), d, puff=0, alpha=0.7)
        s.shine(box(222, 455, 238, 590, 7), 0.5)
        return
    s.ground(400, 635, 135, 24)
    s.fill(
        lathe(400, [(300, 100), (345, 140), (480, 146), (590, 140), (632, 128)], 0.16),
        c,
        to=darker(c, 0.2),
        light="cyl",
    )
    s.fill(lathe(400, [(225, 98), (300, 102)], 0.16, False), WOOD, light="cyl", texture=stripes(14, 0.03, 90))
    s.fill(oval(400, 225, 98, 16), lighter(WOOD, 0.2))
    s.fill(box(290, 410, 510, 550, 12), colour("fbf3dc"), light="cyl", puff=0.1)
    for x, y in ((372, 470), (400, 454), (428, 470), (372, 502), (400, 518), (428, 502), (400, 486)):
        s.fill(poly(*((x + dx, y + dy) for dx, dy in ((0, -15), (13, -7), (13, 7), (0, 15), (-13, 7), (-13, -7)))), c)
    s.shine(blob((275, 370), (295, 350), (300, 450), (285, 540), (272, 450)), 0.5)


@drawing("utensils")
def utensils(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for k, x in enumerate((200, 300, 400, 500, 600)):
        lean = (k - 2) * 4
        s.fill(line([(x, 400), (x, 650)], 22).turn(lean, x, 420), d, light="cyl", drop=8, texture=grain(0.06, 14, 90))
        heads = (
            box(x - 38, 180, x + 38, 350, 16)
            - box(x - 18, 215, x - 11, 310, 3)
            - box(x - 3, 215, x + 4, 310, 3)
            - box(x + 12, 215, x + 19, 310, 3),
            oval(x, 290, 48, 62),
            oval(x, 280, 50) - oval(x - 18, 265, 8) - oval(x + 18, 265, 8) - oval(x, 290, 8) - oval(x, 250, 8),
            box(x - 34, 200, x + 34, 330, 14),
            line([(x - 14, 200), (x - 26, 280), (x - 6, 380)], 18)
            + line([(x + 14, 200), (x + 26, 280), (x + 6, 380)], 18),
        )
        head = heads[k] + poly((x - 14, 330), (x + 14, 330), (x + 10, 420), (x - 10, 420))
        s.fill(head.turn(lean, x, 420), c, light="soft", drop=9, puff=0.4)
        if k == 1:
            s.fill(oval(x, 288, 35, 48).turn(lean, x, 420), darker(c, 0.15), puff=-0.3)
        if k == 3:
            s.fill(box(x - 34, 200, x + 34, 260, 8).turn(lean, x, 420), lighter(c, 0.2), texture=stripes(7, 0.12, 90))


@drawing("whisk")
def whisk(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for spread in (28, 62, 98, -28, -62, -98, 0):
        loop = line([(400, 400), (400 + spread, 290), (400 + spread * 1.05, 200), (400, 130)], 6)
        s.fill(loop.turn(24, 400, 400), c, light="cyl", drop=6, puff=0.5)
    s.fill(box(382, 385, 418, 450, 12).turn(24, 400, 400), lighter(c, 0.2), light="cyl", drop=4)
    s.fill(box(376, 440, 424, 670, 24).turn(24, 400, 400), c, light="cyl", drop=10)


@drawing("scale")
def scale(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 630, 250, 18)
    s.fill(poly((200, 400), (600, 400), (665, 600), (135, 600)), c, light="soft", drop=10, puff=0.3)
    s.fill(box(135, 596, 665, 630, 14), darker(c, 0.14), light="v")
    s.fill(poly((220, 415), (580, 415), (615, 530), (185, 530)), darker(c, 0.05), light="v", puff=0.2)
    s.fill(poly((310, 548), (490, 548), (500, 588), (300, 588)), BLACK, light="soft")
    for k, x in enumerate((345, 375, 405, 442)):
        s.fill(
            box(x, 556, x + (16 if k < 3 else 20), 580, 4) - box(x + 5, 561, x + 11, 575, 2), colour("9fe0d2"), puff=0
        )
    for x in (255, 545):
        s.fill(oval(x, 568, 14, 9), colour("c9cdca"), puff=0.3)
    open_vessel(s, 400, [(320, 130), (390, 110), (465, 75)], colour("e9e3d6"), WHITE)
    for x, y in ((360, 325), (395, 335), (430, 325), (410, 315), (375, 315)):
        s.fill(oval(x, y, 24, 14), colour("6b4630"), light="ball", within=oval(400, 321, 123, 22))
