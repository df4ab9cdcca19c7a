"""Snacks, tea and coffee, fruit and fresh food."""

from __future__ import annotations

import math

from drawings.brush import (
    BLACK,
    GOLD,
    WHITE,
    Colour,
    Sheet,
    blob,
    box,
    colour,
    darker,
    drawing,
    lathe,
    lighter,
    line,
    mix,
    oval,
    poly,
    speckle,
    stripes,
)


def carton(s: Sheet, x: float, y: float, w: float, h: float, deep: float, c: Colour) -> None:
    """A box standing on y: front, right side and top."""
    s.fill(
        poly((x + w, y - h), (x + w + deep, y - h - deep * 0.5), (x + w + deep, y - deep * 0.5), (x + w, y)),
        darker(c, 0.24),
        light="v",
        puff=0.12,
    )
    s.fill(
        poly((x, y - h), (x + deep, y - h - deep * 0.5), (x + w + deep, y - h - deep * 0.5), (x + w, y - h)),
        lighter(c, 0.28),
        puff=0.12,
    )
    s.fill(box(x, y - h, x + w, y, 3), c, light="v", puff=0.15)


def nut(s: Sheet, x: float, y: float, k: int) -> None:
    """One of four kinds of nut or dried berry."""
    if k == 0:
        s.fill(
            blob((x - 30, y), (x - 14, y - 24), (x + 18, y - 22), (x + 30, y), (x + 14, y + 24), (x - 16, y + 22)),
            colour("b98756"),
            light="ball",
            drop=6,
            puff=0.4,
            texture=speckle(0.35, 9, 0.4),
        )
        s.fill(line([(x - 18, y - 8), (x, y + 2), (x + 20, y - 6)], 5), colour("7d5530"), puff=0, alpha=0.7)
    elif k == 1:
        s.fill(
            line([(x - 20, y + 12), (x - 8, y - 14), (x + 16, y - 12), (x + 22, y + 8)], 21),
            colour("ecd6a9"),
            light="v",
            drop=6,
            puff=0.5,
        )
    elif k == 2:
        s.fill(
            blob((x - 32, y + 2), (x - 8, y - 18), (x + 30, y - 4), (x + 6, y + 17)),
            colour("9a5b2f"),
            light="ball",
            drop=6,
            texture=stripes(6, 0.08, 10),
        )
    else:
        s.fill(
            blob((x - 18, y - 4), (x, y - 16), (x + 18, y - 2), (x + 4, y + 15), (x - 14, y + 12)),
            colour("a3273a"),
            light="ball",
            drop=5,
        )


@drawing("nutbox", "teabox", "dripcoffee", "maskbox")
def box_of(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(420, 600, 220, 22)
    carton(s, 190, 600, 330, 350, 100, c)
    s.fill(box(215, 300, 495, 560, 16), mix(WHITE, d, 0.1), light="v", puff=0.1)
    if kind == "nutbox":
        for k, (x, y) in enumerate(
            ((290, 390), (365, 370), (430, 400), (320, 455), (400, 450), (365, 500), (290, 500), (440, 490))
        ):
            nut(s, x, y, k % 4)
        for k, (x, y) in enumerate(
            ((140, 640), (215, 655), (300, 640), (600, 645), (665, 630), (540, 660), (390, 660), (460, 645))
        ):
            nut(s, x, y, (k + 2) % 4)
    elif kind == "teabox":
        for x, y, tone in ((300, 400, "f0a488"), (400, 385, "f2d25c"), (355, 480, "a5bf6a")):
            s.fill(oval(x, y, 48), colour(tone), light="ball", drop=6, puff=0.3)
            s.fill(oval(x, y, 34), lighter(colour(tone), 0.4), puff=-0.1)
            for k in range(6):
                s.fill(
                    line([(x, y), (x + 32 * math.cos(k * 1.05), y + 32 * math.sin(k * 1.05))], 3), colour(tone), puff=0
                )
        for x, y, a, tone in ((590, 620, -8, d), (665, 645, 9, colour("e8c35c")), (140, 640, -5, c)):
            s.fill(box(x - 46, y - 60, x + 46, y + 40, 5).turn(a, x, y), tone, light="v", drop=8, puff=0.3)
            s.fill(
                box(x - 46, y - 60, x + 46, y - 48).turn(a, x, y),
                lighter(tone, 0.4),
                texture=stripes(5, 0.1, 90),
                puff=0,
            )
            s.fill(
                blob((x, y - 26), (x + 16, y - 4), (x, y + 16), (x - 16, y - 4)).turn(a, x, y),
                WHITE,
                puff=0.1,
                alpha=0.85,
            )
    elif kind == "dripcoffee":
        for x, y, a in ((310, 400, -30), (390, 370, 20), (420, 460, 70), (330, 490, 10), (270, 460, 50)):
            s.fill(oval(x, y, 27, 38).turn(a, x, y), c, light="ball", drop=6, puff=0.3)
            s.fill(line([(x, y - 32), (x + 6, y), (x, y + 32)], 5).turn(a, x, y), darker(c, 0.5), puff=0)
        s.ground(620, 660, 80, 12)
        s.fill(lathe(610, [(540, 82), (600, 78), (655, 56)], 0.18), WHITE, light="cyl", drop=6)
        s.fill(line([(685, 570), (730, 580), (690, 625)], 13), WHITE, drop=3)
        s.fill(oval(610, 542, 73, 12), darker(c, 0.3), puff=-0.2)
        s.fill(poly((562, 440), (658, 440), (650, 535), (570, 535)), colour("f0e6d2"), light="cyl", drop=4)
        s.fill(poly((570, 455), (650, 455), (646, 470), (574, 470)), darker(c, 0.1), puff=0)
        s.fill(line([(562, 480), (530, 500), (532, 545)], 9) + line([(658, 480), (690, 500), (688, 540)], 9), d, drop=2)
    else:
        for x, y, r in ((355, 420, 74), (300, 490, 30), (420, 500, 38), (420, 350, 22), (285, 365, 17)):
            s.fill(
                blob((x, y - r * 1.25), (x + r * 0.72, y), (x, y + r * 0.8), (x - r * 0.72, y)),
                c,
                light="ball",
                puff=0.3,
            )
            s.shine(oval(x - r * 0.25, y + r * 0.1, r * 0.12, r * 0.25), 0.7)
        for x, a, tone in ((600, 7, c), (665, 16, lighter(c, 0.3))):
            s.fill(box(x - 70, 400, x + 60, 640, 6).turn(a, x, 600), tone, light="v", drop=10, puff=0.3)
            s.fill(
                box(x - 70, 400, x + 60, 420).turn(a, x, 600), lighter(tone, 0.3), texture=stripes(6, 0.1, 90), puff=0
            )
            s.fill(
                blob((x - 5, 480), (x + 22, 530), (x - 5, 565), (x - 32, 530)).turn(a, x, 600),
                WHITE,
                light="ball",
                alpha=0.9,
            )


@drawing("tin", "teatin", "petchews")
def tin(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 600, 145, 24)
    s.fill(lathe(400, [(230, 140), (420, 142), (598, 140)], 0.15, False), c, light="cyl")
    s.fill(
        lathe(400, [(175, 142), (245, 145)], 0.15, False),
        GOLD if kind == "teatin" else lighter(c, 0.35),
        light="cyl",
        drop=5,
    )
    s.fill(oval(400, 175, 142, 21), lighter(GOLD if kind == "teatin" else c, 0.45), puff=0.3)
    s.fill(lathe(400, [(320, 143), (530, 143)], 0.15, False), d, light="cyl", puff=0)
    if kind == "teatin":
        for x, y in ((370, 430), (435, 415), (405, 475)):
            for k in range(5):
                a = k * 1.2566
                s.fill(oval(x + 19 * math.cos(a), y + 19 * math.sin(a), 15, 12), WHITE, light="ball", drop=2)
            s.fill(oval(x, y, 8), colour("e6c04c"), light="ball")
        for x, y, a in ((330, 480, 30), (470, 470, -30)):
            s.fill(blob((x - 28, y), (x, y - 12), (x + 28, y), (x, y + 12)).turn(a, x, y), c, light="v")
        for k in range(16):
            x, y = 250 + 21 * k, 640 + 9 * ((k * 7) % 4)
            s.fill(line([(x - 12, y), (x, y - 6), (x + 12, y + 3)], 6), darker(c, 0.35), drop=3)
    elif kind == "tin":
        for x, y, a in ((350, 400, 0), (440, 420, 20), (390, 470, -10)):
            s.fill(box(x - 42, y - 17, x + 42, y + 17, 8).turn(a, x, y), darker(c, 0.3), light="bar", drop=4)
            s.fill(oval(x + 40, y, 10, 17).turn(a, x, y), colour("c98f4b"), light="ball", texture=speckle(0.3, 5, 0.4))
        for x, y, a in ((230, 640, 8), (575, 645, -12)):
            s.fill(box(x - 62, y - 24, x + 58, y + 24, 10).turn(a, x, y), darker(c, 0.35), light="bar", drop=9)
            s.fill(oval(x + 58, y, 14, 24).turn(a, x, y), colour("c98f4b"), light="ball", texture=speckle(0.35, 5, 0.4))
    else:
        bone = line([(360, 425), (440, 425)], 27)
        for x, y in ((352, 410), (352, 440), (448, 410), (448, 440)):
            bone = bone + oval(x, y, 20)
        s.fill(bone.turn(-14, 400, 425), c, light="v", drop=5, puff=0.4)
        for x, y, a in ((225, 640, 12), (330, 660, -6), (560, 645, -14)):
            s.fill(
                line([(x - 60, y), (x + 60, y)], 31).turn(a, x, y),
                c,
                light="bar",
                drop=9,
                texture=stripes(15, 0.14, 60),
            )
    s.shine(box(288, 260, 300, 310, 6), 0.35)


@drawing("cookies")
def cookies(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 240, 20)
    s.fill(oval(400, 600, 270, 58), WHITE, drop=8, puff=0.5)
    s.fill(oval(400, 594, 205, 40), colour("e9ded0"), puff=-0.2)
    places = [(290, 565), (400, 580), (510, 565), (340, 520), (460, 520), (400, 470)]
    for k, (x, y) in enumerate(places):
        s.fill(oval(x, y + 14, 78, 27), darker(c, 0.25), puff=0.2)
        s.fill(oval(x, y, 80, 31), c, light="ball", drop=7, puff=0.4, texture=speckle(0.22, 7, 0.3))
        for j in range(5):
            dx, dy = 50 * math.cos(j * 1.3 + k), 16 * math.sin(j * 1.3 + k)
            s.fill(oval(x + dx, y + dy, 13, 6), colour("efe0bf") if j % 2 else colour("7d4d2a"), light="v", drop=2)
    x, y = 425, 300
    s.fill(oval(x + 10, y + 12, 128), darker(c, 0.3), drop=14)
    s.fill(
        oval(x, y, 130) - oval(x + 112, y - 78, 52) - oval(x + 60, y - 122, 32),
        c,
        light="ball",
        puff=0.4,
        texture=speckle(0.2, 8, 0.3),
    )
    for j in range(13):
        r = 28 + 80 * ((j * 5) % 7) / 7
        px, py = x - 18 + r * math.cos(j * 2.4), y + 14 + r * math.sin(j * 2.4) * 0.9
        s.fill(
            oval(px, py, 17, 9).turn(40 * j, px, py), colour("efe0bf") if j % 2 else colour("6d4122"), light="v", drop=3
        )


def fruit(s: Sheet, kind: str, c: Colour, x: float, y: float, r: float) -> None:
    """One fruit of the kind named."""
    if kind == "mango":
        s.fill(
            blob(
                (x - r, y + 8),
                (x - r * 0.5, y - r * 0.75),
                (x + r * 0.6, y - r * 0.7),
                (x + r * 1.05, y),
                (x + r * 0.4, y + r * 0.72),
                (x - r * 0.6, y + r * 0.7),
            ),
            c,
            to=colour("d4483a"),
            along=-35,
            light="ball",
            drop=8,
            puff=0.3,
        )
        s.shine(oval(x - r * 0.35, y - r * 0.35, r * 0.2, r * 0.1).turn(-25, x, y), 0.4)
        return
    if kind == "apple":
        s.fill(
            blob(
                (x - r, y - 4),
                (x - r * 0.55, y - r * 0.86),
                (x, y - r * 0.7),
                (x + r * 0.55, y - r * 0.86),
                (x + r, y - 4),
                (x + r * 0.55, y + r * 0.88),
                (x, y + r * 0.8),
                (x - r * 0.55, y + r * 0.88),
            ),
            c,
            to=colour("e3a04c"),
            along=110,
            light="ball",
            drop=8,
            puff=0.3,
            texture=stripes(13, 0.03, 90),
        )
        s.fill(line([(x, y - r * 0.62), (x + 6, y - r * 1.08)], 7), colour("6b4a2c"), drop=2)
        s.fill(
            blob((x + 8, y - r * 0.9), (x + 30, y - r * 1.15), (x + 52, y - r), (x + 28, y - r * 0.84)),
            colour("7d9c4f"),
            light="v",
        )
    else:
        s.fill(oval(x, y, r), c, light="ball", drop=8, puff=0.25, texture=speckle(0.08, 5, 0.35))
        s.fill(oval(x + 3, y - r * 0.62, 7, 5), colour("7d9c4f"), light="ball")
    s.shine(oval(x - r * 0.38, y - r * 0.4, r * 0.17, r * 0.12), 0.45)


@drawing("fruitbox")
def fruit_box(s: Sheet, c: Colour, d: Colour, name: str, kind: str = "orange") -> None:
    kraft = colour("c99f6b")
    s.ground(400, 625, 270, 22)
    s.fill(poly((150, 420), (220, 345), (580, 345), (650, 420)), darker(kraft, 0.35), puff=0)
    rows = ((345, 4, 62, 118), (400, 5, 70, 112))
    for y, count, r, pitch in rows:
        for k in range(count):
            fruit(s, kind, mix(c, darker(c, 0.3), 0.12 * ((k * 3) % 3)), 400 + (k - (count - 1) / 2) * pitch, y, r)
    fruit(s, kind, c, 345, 290, 66)
    fruit(s, kind, mix(c, WHITE, 0.06), 470, 285, 66)
    s.fill(
        poly((130, 425), (670, 425), (650, 625), (150, 625)),
        kraft,
        light="v",
        drop=5,
        puff=0.25,
        texture=stripes(9, 0.02, 90),
    )
    s.fill(box(340, 455, 460, 485, 15), darker(kraft, 0.5), puff=-0.3)
    s.fill(oval(400, 555, 42), mix(c, WHITE, 0.1), light="v", puff=0.15)
    s.fill(blob((405, 520), (432, 488), (462, 500), (430, 525)), colour("7d9c4f"), light="v")
    if kind == "orange":
        s.ground(655, 655, 60, 10)
        s.fill(oval(655, 610, 60), c, light="ball", drop=6)
        s.fill(oval(650, 612, 51), colour("fbe3b4"), puff=0)
        for k in range(9):
            a = k * 0.698
            s.fill(
                blob(
                    (650 + 8 * math.cos(a), 612 + 8 * math.sin(a)),
                    (650 + 43 * math.cos(a - 0.28), 612 + 43 * math.sin(a - 0.28)),
                    (650 + 46 * math.cos(a), 612 + 46 * math.sin(a)),
                    (650 + 43 * math.cos(a + 0.28), 612 + 43 * math.sin(a + 0.28)),
                ),
                c,
                light="v",
                puff=0.1,
            )
    else:
        fruit(s, kind, c, 660, 605, 56)


@drawing("eggs")
def eggs(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 265, 20)
    s.fill(poly((190, 372), (610, 372), (690, 560), (110, 560)), colour("b9b2a4"), light="v", puff=0.3)
    for row in range(5):
        n, y = 6, 372 + 44 * row
        w = 195 + 27 * row
        for k in range(n):
            x = 400 + (k - 2.5) * w * 2 / 6.4
            r = 31 + 4 * row
            s.fill(oval(x, y + r * 0.55, r * 1.06, r * 0.55), darker(colour("b9b2a4"), 0.25), puff=-0.3)
            tone = mix(c, WHITE, 0.16 * ((k * 3 + row * 5) % 4))
            s.fill(
                blob(
                    (x, y - r * 1.25),
                    (x + r * 0.78, y - r * 0.3),
                    (x + r * 0.84, y + r * 0.35),
                    (x, y + r * 0.86),
                    (x - r * 0.84, y + r * 0.35),
                    (x - r * 0.78, y - r * 0.3),
                ),
                tone,
                light="ball",
                drop=4,
                puff=0.3,
            )
    s.fill(
        poly((100, 570), (700, 570), (672, 648), (128, 648)),
        colour("a8a092"),
        light="v",
        puff=0.35,
        drop=4,
        texture=speckle(0.1, 6, 0.3),
    )


@drawing("meat")
def meat(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(110, 230, 690, 620, 46), BLACK, light="v", drop=18, puff=0.4)
    s.fill(box(140, 258, 660, 592, 32), lighter(BLACK, 0.12), puff=-0.4)
    for k in range(7):
        x = 205 + 66 * k
        slab = blob(
            (x - 48, 300),
            (x + 10, 282),
            (x + 58, 300),
            (x + 62, 430),
            (x + 52, 555),
            (x, 572),
            (x - 46, 555),
            (x - 54, 430),
        )
        s.fill(slab, colour("f3ddd2"), light="v", drop=9, puff=0.3)
        for y, h in ((318, 44), (398, 58), (492, 46)):
            s.fill(
                blob((x - 50, y), (x, y - 9), (x + 58, y + 3), (x + 58, y + h), (x, y + h - 8), (x - 52, y + h)),
                c,
                light="v",
                within=slab,
                puff=0.15,
                texture=stripes(23, 0.05, 8),
            )
    s.fill(line([(585, 270), (620, 235), (660, 215)], 5), colour("5f7d47"))
    for k in range(6):
        s.fill(line([(590 + 12 * k, 265 - 9 * k), (600 + 12 * k, 232 - 5 * k)], 5), colour("6f8f52"), drop=2)
    s.shine(poly((140, 260), (330, 260), (200, 590), (140, 590)), 0.10)


@drawing("shrimp")
def shrimp(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(oval(400, 430, 285, 215), WHITE, light="v", drop=18, puff=0.5)
    s.fill(oval(400, 425, 225, 162), colour("dfe9ec"), puff=-0.3)
    for x, y in ((250, 370), (330, 540), (520, 530), (560, 370), (400, 310), (430, 450), (300, 460)):
        s.fill(
            poly((x - 26, y - 18), (x + 16, y - 28), (x + 32, y + 6), (x - 10, y + 24)),
            colour("d3e9f2"),
            light="v",
            alpha=0.85,
            drop=4,
            puff=0.5,
        )
    for x, y, a in ((300, 380, 0), (420, 350, 60), (520, 420, 130), (360, 480, -70), (470, 510, 20), (270, 470, 170)):
        pts = [(x - 48, y + 22), (x - 42, y - 28), (x, y - 50), (x + 42, y - 24), (x + 40, y + 22), (x + 8, y + 30)]
        s.fill(line(pts, 36).turn(a, x, y), c, light="v", drop=7, puff=0.6, round_by=11)
        for k in range(1, 5):
            px, py = pts[k]
            s.fill(
                line([(px * 0.9 + x * 0.1, py * 0.9 + y * 0.1), (px * 1.06 - x * 0.06, py * 1.06 - y * 0.06)], 5).turn(
                    a, x, y
                ),
                lighter(c, 0.5),
                puff=0,
                alpha=0.8,
            )
        s.fill(
            blob((x - 48, y + 18), (x - 72, y + 52), (x - 48, y + 44), (x - 34, y + 58), (x - 36, y + 20)).turn(
                a, x, y
            ),
            darker(c, 0.12),
            light="v",
            drop=4,
        )
    for x, y in ((560, 300), (590, 325)):
        s.fill(
            blob((x - 30, y), (x, y - 18), (x + 30, y), (x, y + 18)).turn(30, x, y), colour("7d9c58"), light="v", drop=4
        )
