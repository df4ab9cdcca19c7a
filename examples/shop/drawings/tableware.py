"""Plates, bowls, cups and what goes with them."""

from __future__ import annotations

from drawings.brush import (
    STEEL,
    WHITE,
    Colour,
    Sheet,
    blob,
    box,
    colour,
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
