"""Plates, bowls, cups, pots, kitchen tools and cleaning things."""

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
    mix,
    oval,
    poly,
    speckle,
    stripes,
)


def open_vessel(s: Sheet, x: float, profile: list[tuple[float, float]], c: Colour, inside: Colour, **paint) -> None:
    """A bowl, cup or pot seen a little from above, with its inside showing."""
    top, r = profile[0]
    low, low_r = profile[-1]
    s.ground(x, low + 4, low_r * 1.05, low_r * 0.2)
    s.fill(lathe(x, profile, 0.28), c, light="cyl", puff=0.12, **paint)
    s.fill(oval(x, top, r, r * 0.28), lighter(c, 0.35), light="flat", puff=0.2, round_by=4)
    opening = oval(x, top + 1, r - 8, r * 0.28 - 6)
    s.fill(opening, darker(inside, 0.5), to=lighter(inside, 0.2), along=35, puff=0)
    s.fill(
        oval(x + r * 0.04, top + r * 0.2, r * 0.62, r * 0.2),
        darker(inside, 0.42),
        to=darker(inside, 0.1),
        along=30,
        puff=0,
        within=opening,
    )
    s.fill(
        oval(x + r * 0.04, top + r * 0.225, r * 0.56, r * 0.19),
        darker(inside, 0.15),
        to=lighter(inside, 0.25),
        along=40,
        puff=0,
        within=opening,
    )


@drawing("plate")
def plate(s: Sheet, c: Colour, d: Colour, kind: str, n: str = "1") -> None:
    count = int(n)
    s.ground(400, 640, 150, 20)
    for k in range(count - 1):
        y = 628 - 15 * k
        s.fill(lathe(400, [(y - 14, 215), (y, 130)], 0.2), darker(c, 0.04 * k), light="cyl", puff=0.2, drop=5)
    x, y, r = 400, 345, 222
    s.fill(oval(x, y, r), c, light="ball", puff=0.35, drop=16, texture=speckle(0.16, 6, 0.05))
    s.fill(oval(x, y, r - 10), lighter(c, 0.05), light="soft", puff=-0.1, texture=speckle(0.14, 6, 0.05))
    s.fill(oval(x, y, r * 0.66), mix(c, d, 0.2), to=lighter(c, 0.25), along=60, puff=-0.28, round_by=14)
    s.fill(oval(x, y, r * 0.60), lighter(c, 0.08), to=c, along=50, puff=0, texture=speckle(0.1, 6, 0.04))
    s.shine(blob((255, 260), (300, 205), (360, 175), (310, 222), (275, 275)), 0.28)


@drawing("bowl")
def bowl(s: Sheet, c: Colour, d: Colour, kind: str, n: str = "1") -> None:
    places = {"1": [(400, 1.0)], "2": [(495, 0.82), (315, 1.0)], "3": [(540, 0.74), (285, 0.74), (412, 1.0)]}[n]
    rim = d if n == "3" else darker(c, 0.2)
    for x, scale in places:
        base = 560 + 80 * scale
        r = 190 * scale
        profile = [(base - r * 0.98, r), (base - r * 0.62, r * 0.93), (base - r * 0.26, r * 0.66), (base, r * 0.40)]
        texture = None if n == "3" else speckle(0.2, 5, 0.07)
        open_vessel(s, x, profile, c, lighter(c, 0.35) if n != "3" else c, texture=texture)
        body = lathe(x, profile, 0.2)
        y = base - r * 0.84
        band = lathe(x, [(y, r * 1.2), (y + 9, r * 1.2)], 0.2) - oval(x, y, r * 1.2, r * 0.235)
        s.fill(band, rim, light="cyl", puff=0, within=body, alpha=0.75)
        s.shine(
            blob((x - r * 0.72, base - r * 0.66), (x - r * 0.6, base - r * 0.68), (x - r * 0.5, base - r * 0.3)), 0.3
        )


@drawing("chopsticks")
def chopsticks(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tails = [d, colour("7fa094"), colour("b9574a"), colour("d9b25a"), colour("59748f")]
    wooden = c[0] > c[2] + 0.1
    s.fill(box(190, 560, 610, 600, 18), WHITE, light="bar", drop=10)
    for k in range(5):
        x = 240 + 72 * k
        for dx in (0, 24):
            stick = poly((x + dx - 4, 655), (x + dx + 4, 655), (x + dx + 9, 145), (x + dx - 9, 145))
            lean = (k - 2) * 1.1
            s.fill(
                stick.turn(lean, 400, 600),
                c,
                light="cyl",
                drop=7,
                puff=0.15,
                texture=grain(0.10, 18, 90) if wooden else None,
            )
            tail = lighter(c, 0.45) if wooden else tails[k]
            s.fill(box(x + dx - 9, 142, x + dx + 9, 178, 4).turn(lean, 400, 600), tail, light="cyl", puff=0.1)


@drawing("cutlery")
def cutlery(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(165, 180, 635, 655, 40), colour("7f9d95"), light="v", drop=18, puff=0.3)
    s.fill(box(190, 205, 610, 630, 26), colour("6a877f"), light="soft", puff=-0.25)
    s.fill(line([(275, 590), (275, 380)], 22) + oval(275, 300, 46, 72), c, light="cyl", drop=8)
    s.fill(oval(275, 298, 33, 56), darker(c, 0.15), to=lighter(c, 0.5), along=60, puff=-0.2)
    fork = line([(390, 590), (390, 360)], 22) + box(350, 230, 430, 350, 30)
    for x in (366, 386, 406):
        fork = fork - box(x, 205, x + 9, 305, 4)
    s.fill(fork, c, light="cyl", drop=8)
    for x in (480, 525):
        s.fill(poly((x - 9, 240), (x + 9, 240), (x + 5, 595), (x - 5, 595)), c, light="cyl", drop=7)


@drawing("mug")
def mug(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    handle = line([(520, 330), (610, 335), (632, 430), (585, 515), (505, 525)], 36)
    s.ground(395, 640, 150, 26)
    s.fill(handle, c, light="v", puff=0.45, drop=6)
    open_vessel(s, 385, [(275, 152), (450, 152), (600, 146), (635, 132)], c, WHITE, texture=grid(5, 0.015))
    s.fill(
        oval(385, 290, 143, 34),
        colour("6f4a33"),
        to=colour("9a6b48"),
        along=30,
        puff=-0.15,
        within=oval(385, 276, 144, 36),
    )
    s.shine(box(270, 330, 284, 560, 7), 0.28)


@drawing("glass")
def glass(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 645, 115, 20, 0.35)
    body = lathe(400, [(180, 135), (420, 126), (645, 112)], 0.18)
    s.fill(body, c, light="cyl", alpha=0.42, puff=0.3, round_by=10)
    s.fill(lathe(400, [(330, 124), (500, 118), (622, 105)], 0.18), colour("e7c98d"), light="cyl", alpha=0.55)
    s.fill(oval(400, 330, 124, 22), colour("f0dcae"), alpha=0.8, puff=0.1)
    s.fill(oval(400, 180, 135, 24) - oval(400, 181, 128, 19), WHITE, light="flat", puff=0, alpha=0.85)
    for k in range(6):
        s.fill(box(455, 300 + 50 * k, 485 + 12 * (k % 2), 304 + 50 * k, 2), WHITE, puff=0, alpha=0.9)
    s.shine(box(290, 225, 306, 590, 8), 0.6)
    s.shine(box(318, 225, 323, 560, 3), 0.4)


@drawing("lunchbox")
def lunchbox(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 235, 24)
    s.fill(box(165, 400, 635, 640, 44), colour("c9d8d6"), light="v", alpha=0.75, puff=0.5)
    s.fill(box(190, 450, 400, 622, 26), colour("e9e0cf"), light="soft", texture=speckle(0.08, 9, 0.3))
    s.fill(box(414, 450, 612, 622, 26), colour("8fae63"), texture=speckle(0.2, 22, 0.3))
    for x, y, t in ((455, 520, "d9763c"), (520, 560, "d9763c"), (570, 500, "d9763c"), (480, 590, "e8b44a")):
        s.fill(oval(x, y, 28, 24), colour(t), light="ball", puff=0.2)
    s.fill(box(165, 400, 635, 640, 44), WHITE, alpha=0.16, puff=0.5)
    s.fill(box(145, 330, 655, 425, 34), c, light="v", drop=8, puff=0.4)
    s.fill(box(185, 350, 615, 372, 11), lighter(c, 0.25), puff=-0.2)
    for x in (160, 595):
        s.fill(box(x, 385, x + 45, 470, 12), lighter(c, 0.35), light="v", drop=5)
    s.shine(box(215, 470, 228, 600, 6), 0.5)


@drawing("trivet")
def trivet(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for x, y, r in ((270, 300, 118), (535, 285, 118), (280, 545, 118), (530, 545, 128)):
        disc = oval(x, y, r)
        for k in range(-2, 3):
            w = (r**2 - (k * r * 0.3) ** 2) ** 0.5 * 0.62
            disc = disc - box(x - w, y + k * r * 0.3 - 7, x + w, y + k * r * 0.3 + 7, 7)
        s.fill(disc, c, light="soft", drop=12, puff=0.4, round_by=6, texture=grain(0.06, 22, 8))


@drawing("teapot")
def teapot(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    texture = speckle(0.18, 5, 0.08)
    s.ground(390, 600, 150, 24)
    s.fill(line([(500, 470), (590, 450), (660, 395)], 34), c, light="bar", drop=5, texture=texture)
    s.fill(poly((255, 470), (180, 395), (150, 372), (172, 358), (240, 400), (300, 430)), c, light="v", texture=texture)
    s.fill(
        lathe(385, [(390, 80), (430, 145), (510, 165), (570, 130), (595, 105)], 0.16), c, light="cyl", texture=texture
    )
    s.fill(lathe(385, [(352, 20), (376, 70), (394, 88)], 0.2), lighter(c, 0.08), light="cyl", drop=4, texture=texture)
    s.fill(oval(385, 345, 20, 17), darker(c, 0.2), light="ball")
    for x, y in ((235, 655), (345, 672), (460, 672), (575, 655)):
        open_vessel(s, x, [(y - 58, 46), (y - 25, 42), (y, 27)], lighter(c, 0.12), colour("b98a4a"), texture=texture)


@drawing("storagebowl")
def storagebowl(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for x, base, r in ((510, 560, 150), (275, 590, 122), (430, 660, 92)):
        h = r * 1.05
        s.ground(x, base, r * 0.75, r * 0.14)
        s.fill(lathe(x, [(base - h, r), (base - h * 0.4, r * 0.92), (base, r * 0.68)], 0.18), c, light="cyl")
        s.fill(lathe(x, [(base - h - 16, r * 1.03), (base - h + 6, r * 1.03)], 0.18, False), d, light="cyl", drop=4)
        s.fill(oval(x, base - h - 16, r * 1.03, r * 0.185), lighter(d, 0.15), light="soft", puff=0.25)
        s.fill(oval(x, base - h - 18, r * 0.7, r * 0.12), lighter(d, 0.22), puff=-0.2)


@drawing("divplate")
def divplate(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    bear = oval(400, 430, 245, 205) + oval(235, 250, 72) + oval(565, 250, 72)
    s.fill(bear, c, light="soft", drop=18, puff=0.5)
    inner = lighter(c, 0.3)
    s.fill(oval(235, 250, 44), inner, puff=-0.3)
    s.fill(oval(565, 250, 44), inner, puff=-0.3)
    dish = oval(400, 432, 218, 178)
    s.fill(dish - box(160, 425, 640, 441) - box(392, 200, 408, 432), inner, puff=-0.45, round_by=12)
    for x, y, t in ((300, 355, "e07a4c"), (330, 385, "e07a4c"), (470, 370, "7aa35c"), (510, 350, "7aa35c")):
        s.fill(oval(x, y, 24), colour(t), light="ball", drop=5)
    s.fill(
        blob((290, 530), (330, 480), (400, 470), (480, 485), (510, 535), (400, 575)),
        WHITE,
        light="soft",
        drop=5,
        texture=speckle(0.1, 7, 0.3),
    )


@drawing("tray")
def tray(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    outer = box(110, 235, 690, 620, 60) - box(130, 395, 160, 470, 15) - box(640, 395, 670, 470, 15)
    s.fill(outer, c, light="soft", drop=18, puff=0.5, texture=grain(0.09, 34))
    s.fill(box(175, 275, 625, 580, 36), lighter(c, 0.1), puff=-0.4, round_by=14, texture=grain(0.09, 34))
    s.fill(oval(310, 430, 95), WHITE, light="ball", drop=10)
    s.fill(oval(310, 430, 62), lighter(colour("e9c98f"), 0.2), puff=-0.2)
    s.fill(blob((270, 420), (310, 385), (355, 420), (340, 470), (290, 470)), colour("c98b4b"), light="ball", drop=6)
    s.fill(oval(510, 400, 64), colour("8fa9bd"), light="ball", drop=10)
    s.fill(oval(510, 400, 50), colour("6b4630"), puff=-0.3)
    s.fill(line([(470, 520), (570, 500)], 9), STEEL, drop=4)


@drawing("cups")
def cups(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for x, base, scale, tone in ((520, 600, 0.95, mix(c, colour("7a4a32"), 0.35)), (300, 645, 1.1, c)):
        r = 120 * scale
        profile = [(base - r * 1.75, r), (base - r * 1.1, r * 0.93), (base - r * 0.5, r * 1.0), (base, r * 0.72)]
        open_vessel(s, x, profile, tone, lighter(tone, 0.4), texture=speckle(0.25, 5, 0.1))
        band = lathe(x, [(base - r * 1.75, r), (base - r * 1.4, r * 1.1)], 0.28) - oval(x, base - r * 1.75, r, r * 0.28)
        s.fill(band, colour("a9754a"), alpha=0.35, within=lathe(x, profile, 0.28), puff=0)


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


@drawing("pumpbottle", "shampoobottle")
def pump_bottle(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    head = WHITE if kind == "pumpbottle" else darker(c, 0.45)
    s.ground(400, 665, 118, 20)
    s.fill(line([(400, 170), (330, 168), (292, 190)], 28), head, light="bar", drop=4)
    s.fill(box(388, 165, 412, 250), lighter(head, 0.1), light="cyl")
    s.fill(lathe(400, [(238, 46), (290, 50)], 0.16, False), head, light="cyl")
    body = [(285, 60), (318, 108), (370, 122), (520, 122), (640, 122), (662, 112)]
    if kind == "shampoobottle":
        body = [(285, 90), (302, 128), (330, 132), (520, 132), (650, 132), (664, 124)]
    s.fill(lathe(400, body, 0.13), c, to=darker(c, 0.12), light="cyl", alpha=0.96)
    s.fill(box(305, 400, 495, 590, 14), WHITE, light="cyl", puff=0.08, alpha=0.94)
    if kind == "pumpbottle":
        s.fill(oval(400, 480, 48, 42), colour("f3d545"), light="ball")
        s.fill(blob((435, 450), (470, 430), (480, 455), (450, 470)), colour("7aa35c"), light="v")
    else:
        s.fill(blob((400, 440), (440, 490), (400, 530), (360, 490)), mix(c, WHITE, 0.2), light="v")
    s.fill(box(345, 545, 455, 551, 3) + box(365, 563, 435, 568, 2), darker(c, 0.35), puff=0, alpha=0.7)
    s.shine(box(292, 370, 304, 630, 6), 0.5)


def snack(s: Sheet, of: str, tone: Colour, bag: Colour) -> None:
    """What is in a snack bag, pictured on its label."""
    if of == "mango":
        for x, y, a in ((370, 385, -25), (440, 420, 20), (375, 465, 5), (440, 500, -20)):
            s.fill(
                blob((x - 44, y), (x, y - 17), (x + 46, y - 3), (x, y + 19)).turn(a, x, y),
                tone,
                light="v",
                drop=5,
                puff=0.35,
            )
    elif of == "rice":
        for x, y, a in ((365, 390, -15), (440, 380, 22), (395, 450, 8), (455, 475, -12), (350, 490, 30)):
            s.fill(
                box(x - 31, y - 27, x + 31, y + 27, 8).turn(a, x, y),
                tone,
                light="v",
                drop=5,
                puff=0.4,
                texture=grid(9, 0.14),
            )
    elif of == "berry":
        for x, y, a in ((362, 400, -10), (440, 395, 14), (400, 480, 0)):
            berry = blob((x - 38, y - 24), (x, y - 34), (x + 38, y - 24), (x + 10, y + 36), (x - 10, y + 36))
            s.fill(berry.turn(a, x, y), bag, light="ball", drop=5, puff=0.3, texture=speckle(-0.5, 8, 0.35))
            s.fill(
                blob((x - 24, y - 32), (x, y - 48), (x + 24, y - 32), (x, y - 22)).turn(a, x, y),
                colour("7a9c55"),
                light="v",
            )
    else:
        for k, (x, y, a) in enumerate(((385, 380, -8), (410, 430, 6), (388, 482, -4), (412, 530, 8))):
            s.fill(
                box(x - 72, y - 15, x + 72, y + 15, 9).turn(a, x, y),
                mix(bag, tone, 0.1 * k),
                light="bar",
                drop=5,
                puff=0.35,
                texture=grain(0.12, 12, a),
            )


@drawing("pouch", "pouchbag", "petbag", "ricebag", "litterbag", "snackbag")
def pouch(s: Sheet, c: Colour, d: Colour, kind: str, of: str = "") -> None:
    wide = {"snackbag": 165, "ricebag": 195, "petbag": 180, "litterbag": 195}.get(kind, 165)
    top, low = (190, 640) if kind != "ricebag" else (170, 655)
    s.ground(400, low, wide * 1.02, 24)
    left = [(400 - wide, top), (400 - wide + 12, top + 70), (400 - wide - 8, 420), (400 - wide + 6, low - 14)]
    right = [(800 - x, y) for x, y in left]
    bag = poly(*curve(left), (400, low + 10), *reversed(curve(right)))
    s.fill(bag, c, to=darker(c, 0.16), light="cyl", puff=0.5, drop=6)
    s.fill(
        box(400 - wide, top, 400 + wide, top + 34),
        lighter(c, 0.12),
        light="cyl",
        texture=stripes(6, 0.05, 90),
        puff=0.1,
        within=bag,
    )
    label = blob(
        (400 - wide * 0.66, 330),
        (400, 300),
        (400 + wide * 0.66, 330),
        (400 + wide * 0.66, 540),
        (400, 572),
        (400 - wide * 0.66, 540),
    )
    s.fill(label, mix(WHITE, d, 0.12), light="cyl", puff=0.12, alpha=0.97)
    if kind == "pouch":
        s.fill(box(365, 128, 435, 200, 12), d, light="cyl", drop=4)
        s.fill(oval(400, 430, 60, 52), colour("f3d545"), light="ball")
        s.fill(blob((440, 395), (485, 370), (495, 402), (460, 420)), colour("7aa35c"), light="v")
    elif kind == "snackbag":
        snack(s, of, d, c)
    elif kind == "petbag":
        paw = oval(400, 470, 46, 38)
        for x, y in ((345, 420), (380, 392), (420, 392), (455, 420)):
            paw = paw + oval(x, y, 18, 22)
        s.fill(paw, c, light="v", puff=0.25)
    elif kind == "ricebag":
        for k in range(9):
            x, y = 355 + 11 * k, 495 - 19 * (k % 5) - 4 * k
            s.fill(
                oval(x, y, 9, 20).turn(20 * (k % 3) - 20, x, y), lighter(colour("eadfc4"), 0.3), light="ball", drop=3
            )
        s.fill(box(330, 530, 470, 540, 4), d, puff=0)
        s.fill(line([(320, 175), (400, 205), (480, 175)], 12), d, drop=4)
    elif kind == "litterbag":
        for k in range(14):
            x, y = 330 + 37 * (k % 5), 385 + 48 * (k // 5)
            s.fill(
                line([(x - 12, y), (x + 12, y + 4)], 15).turn(37 * k % 90, x, y), mix(d, WHITE, 0.4), light="v", drop=3
            )
    else:
        for k in range(5):
            x = 352 + 24 * k
            s.fill(line([(x, 500), (x + 5, 400)], 5), d, puff=0.1)
            for j in range(4):
                s.fill(oval(x + 9 + 2, 400 + 20 * j, 6, 12).turn(30, x + 9, 400 + 20 * j), c, light="v")
    s.shine(blob((400 - wide + 22, 290), (400 - wide + 34, 280), (400 - wide + 30, 430), (400 - wide + 16, 560)), 0.35)


@drawing("spray")
def spray(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(405, 665, 112, 18)
    s.fill(line([(335, 255), (322, 300), (345, 345)], 20), darker(c, 0.1), drop=4)
    s.fill(
        poly((285, 170), (455, 165), (480, 205), (462, 262), (370, 262), (345, 225), (285, 218)),
        c,
        light="v",
        puff=0.4,
        drop=5,
    )
    s.fill(box(258, 176, 290, 212, 6), WHITE, light="v")
    s.fill(box(375, 255, 445, 300, 6), darker(c, 0.15), light="cyl", texture=stripes(9, 0.06, 90))
    s.fill(lathe(410, [(295, 42), (335, 70), (400, 112), (520, 105), (640, 112), (662, 104)], 0.12), WHITE, light="cyl")
    s.fill(box(318, 440, 502, 600, 16), c, light="cyl", puff=0.1)
    s.fill(oval(410, 500, 38) - oval(410, 500, 26), WHITE, puff=0)
    s.fill(box(360, 560, 460, 567, 3), WHITE, puff=0)
    s.shine(box(322, 410, 332, 630, 5), 0.5)


@drawing("sponge")
def sponge(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [c, colour("8fb7c9"), colour("e79a86"), colour("a8c08a")]
    for k, (x, y, a) in enumerate(((265, 590, -3), (520, 600, 4), (395, 490, -6), (410, 375, 8))):
        block = box(x - 130, y - 38, x + 130, y + 40, 16)
        s.ground(x, y + 40, 118, 12, 0.3)
        s.fill(block.turn(a, x, y), tones[k], light="v", drop=9, puff=0.4, texture=speckle(0.22, 9, 0.3))
        s.fill(box(x - 130, y - 40, x + 130, y - 14, 10).turn(a, x, y), d, light="v", texture=grid(4, 0.12), puff=0.3)


@drawing("podbox")
def podbox(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(420, 600, 190, 26)
    s.fill(lathe(430, [(280, 175), (440, 180), (595, 170)], 0.14), WHITE, light="cyl", alpha=0.9)
    for k in range(15):
        x, y = 320 + 55 * (k % 5), 565 - 62 * (k // 5)
        s.fill(oval(x, y, 33, 30), c if k % 2 else d, light="ball", alpha=0.85)
    s.fill(lathe(430, [(280, 175), (440, 180), (595, 170)], 0.14), WHITE, light="cyl", alpha=0.3)
    s.fill(lathe(430, [(225, 182), (290, 186)], 0.14, False), c, light="cyl", drop=6)
    s.fill(oval(430, 225, 182, 26), lighter(c, 0.25), puff=0.2)
    for x, y in ((190, 640), (285, 665)):
        s.ground(x, y + 20, 40, 8)
        s.fill(blob((x - 52, y), (x, y - 34), (x + 52, y), (x, y + 30)), lighter(c, 0.2), light="ball", drop=4)
        s.fill(blob((x - 22, y - 18), (x + 14, y - 20), (x + 5, y + 12), (x - 18, y + 8)), d, light="ball")
        s.shine(oval(x - 18, y - 14, 9, 5), 0.8)


@drawing("jug")
def jug(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 660, 160, 22)
    s.fill(box(330, 150, 425, 235, 14), WHITE, light="cyl", texture=stripes(11, 0.05, 90))
    body = poly(
        *curve([(340, 225), (300, 270), (245, 320), (235, 480), (240, 640), (262, 660)]),
        (400, 668),
        *reversed(curve([(430, 225), (520, 265), (568, 330), (566, 480), (562, 640), (538, 660)])),
    )
    s.fill(
        body - blob((460, 310), (515, 320), (528, 400), (515, 500), (478, 480), (470, 400)),
        c,
        to=darker(c, 0.15),
        light="cyl",
        puff=0.45,
    )
    s.fill(box(268, 400, 452, 600, 20), WHITE, light="cyl", puff=0.1, alpha=0.93)
    for k in range(5):
        x = 320 + 20 * k
        s.fill(line([(360, 580), (x, 470)], 4), colour("7c9a6a"), puff=0)
        for j in range(5):
            s.fill(oval(x - 3 + (j % 2) * 8, 440 + 13 * j, 8, 7), c, light="ball")
    s.shine(box(250, 350, 262, 620, 6), 0.4)


@drawing("mop")
def mop(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(520, 650, 105, 18)
    s.fill(lathe(520, [(400, 118), (640, 98)], 0.16, False), c, light="cyl")
    s.fill(oval(520, 400, 118, 19), lighter(c, 0.3), puff=0.2)
    s.fill(oval(520, 402, 106, 14), darker(c, 0.4), puff=-0.2)
    s.fill(line([(560, 405), (560, 330), (480, 330), (480, 405)], 9, False), STEEL, drop=3)
    s.ground(250, 655, 150, 14)
    s.fill(line([(265, 625), (330, 110)], 17), STEEL, light="cyl", drop=10)
    s.fill(line([(322, 175), (331, 105)], 24), c, light="cyl")
    s.fill(poly((245, 560), (295, 565), (285, 630), (235, 630)), darker(c, 0.2), light="v")
    s.fill(box(110, 622, 410, 646, 8), c, light="v", drop=5)
    s.fill(box(102, 640, 418, 668, 12), WHITE, light="v", texture=stripes(9, 0.07, 90))


@drawing("rollbag", "tissue")
def roll_or_tissue(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    if kind == "tissue":
        for x, y in ((510, 420), (300, 470)):
            s.fill(box(x - 125, y - 250, x + 125, y + 180, 24), WHITE, light="cyl", drop=14, puff=0.4)
            s.fill(box(x - 125, y - 160, x + 125, y + 80), c, light="cyl", puff=0)
            s.fill(blob((x - 60, y - 30), (x, y - 90), (x + 60, y - 30), (x, y + 30)), d, light="v")
            s.fill(line([(x, y + 20), (x, y - 70)], 4), lighter(d, 0.5), puff=0)
            s.fill(line([(x - 30, y - 250), (x, y - 290), (x + 30, y - 250)], 12), d, drop=4)
        s.fill(poly((245, 640), (355, 640), (338, 700), (300, 690), (262, 704)), WHITE, light="v", drop=5)
        return
    for x, y in ((300, 555), (520, 560), (410, 400)):
        s.fill(box(x - 150, y - 78, x + 110, y + 78, 20), c, light="bar", drop=12)
        s.fill(oval(x + 108, y, 34, 78), lighter(c, 0.12), puff=0.2)
        s.fill(oval(x + 108, y, 22, 52) - oval(x + 108, y, 17, 42), darker(c, 0.2), puff=0)
        s.fill(oval(x + 108, y, 9, 22), BLACK, puff=-0.2)
        s.fill(box(x - 90, y - 79, x - 20, y + 79), colour("e9e4d8"), light="bar", puff=0)
    s.fill(blob((250, 330), (330, 318), (330, 200), (290, 170), (240, 240)), c, light="v", alpha=0.9, drop=6)


@drawing("toiletbrush")
def toilet_brush(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(line([(300, 130), (300, 470)], 20), c, light="cyl", drop=9)
    s.fill(line([(300, 120), (300, 220)], 32), d, light="cyl")
    head = blob((270, 470), (330, 470), (362, 540), (340, 640), (300, 660), (260, 640), (238, 540))
    s.fill(head, d, light="cyl", drop=9, puff=0.4, texture=grid(15, 0.2))
    s.ground(540, 655, 85, 14)
    s.fill(line([(540, 150), (540, 420)], 20), c, light="cyl", drop=6)
    s.fill(line([(540, 140), (540, 230)], 32), d, light="cyl")
    s.fill(lathe(540, [(395, 72), (420, 88), (640, 84), (652, 78)], 0.16), c, light="cyl", drop=8)
    s.fill(oval(540, 395, 70, 12), lighter(c, 0.4), puff=0.2)
    s.fill(box(470, 560, 610, 572, 5), d, light="cyl", puff=0.1)


@drawing("gloves")
def gloves(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for shift, tone, lean in ((105, lighter(c, 0.2), 9), (-75, c, -7)):
        hand = box(330, 330, 470, 560, 50) + box(338, 520, 462, 672, 14)
        for x, top in ((352, 215), (384, 185), (416, 190), (449, 225)):
            hand = hand + line([(x, top), (x, 400)], 33)
        hand = hand + line([(450, 450), (505, 395), (522, 330)], 38)
        glove = hand.shift(shift, 0).turn(lean, 400 + shift, 430)
        s.fill(glove, tone, light="soft", drop=13, puff=0.42, round_by=14)
        cuff = box(330, 640, 470, 676, 10).shift(shift, 0).turn(lean, 400 + shift, 430)
        s.fill(cuff, lighter(tone, 0.4), light="cyl", texture=stripes(8, 0.05))
