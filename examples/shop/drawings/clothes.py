"""Sweaters, jackets and what goes with them."""

from __future__ import annotations

import math

import numpy as np

from drawings.brush import (
    GOLD,
    STEEL,
    WHITE,
    Colour,
    Shape,
    Sheet,
    Texture,
    blob,
    box,
    colour,
    curve,
    darker,
    drawing,
    fleecy,
    grid,
    knit,
    lighter,
    line,
    mix,
    oval,
    poly,
    stripes,
)


def torso(wide: float, low: float) -> Shape:
    """The body of a garment laid flat, wide units across and ending at low."""
    x = wide / 2
    right = curve([(455, 172), (400 + x * 0.78, 198), (400 + x, 250), (400 + x * 0.93, 420), (400 + x * 0.97, low)])
    left = [(800 - a, b) for a, b in reversed(right)]
    return poly(
        *curve([(345, 172), (400, 205), (455, 172)]),
        *right,
        *curve([(400 + x * 0.97, low), (400, low + 8), (400 - x * 0.97, low)]),
        *left,
    )


def sleeve(wide: float, reach: float, spread: float, thick: float = 84) -> Shape:
    """The right sleeve of a garment laid flat; reach is its lowest point."""
    x = 400 + wide / 2
    return poly(
        *curve([(x - 62, 182), (x + 4, 226), (x + spread * 0.55, 360), (x + spread, reach)]),
        *curve([(x + spread - thick * 0.98, reach + 16), (x + spread * 0.2 - thick * 0.5, 410), (x - 40, 330)]),
    )


def garment(
    s: Sheet,
    c: Colour,
    texture: Texture | None,
    *,
    wide: float = 300,
    low: float = 620,
    reach: float = 590,
    spread: float = 92,
    cuff: float = 34,
    rib: Colour | None = None,
) -> None:
    """A top laid flat: sleeves, body and, where rib is given, ribbed hem and cuffs."""
    for mirrored in (False, True):
        arm = sleeve(wide, reach, spread)
        x = 400 + wide / 2 + spread
        band = poly((x - 84, reach - 8), (x + 4, reach - 24), (x + 3, reach + cuff - 16), (x - 80, reach + cuff))
        if mirrored:
            arm, band = arm.flip(), band.flip()
        s.fill(arm, c, light="soft", drop=14, puff=0.42, round_by=20, texture=texture)
        if rib:
            s.fill(band, rib, light="cyl", drop=2, texture=stripes(8, 0.09, 90))
    s.fill(torso(wide, low), c, light="cyl", drop=10, puff=0.35, round_by=20, texture=texture)
    if rib:
        x = wide / 2 * 0.96
        s.fill(box(400 - x, low - 6, 400 + x, low + 34, 8), rib, light="cyl", drop=2, texture=stripes(8, 0.09, 90))


def collar(s: Sheet, c: Colour, deep: float = 30) -> None:
    """A ribbed round collar with the inside of the back showing."""
    s.fill(blob((345, 172), (400, 158), (455, 172), (435, 200), (400, 208), (365, 200)), darker(c, 0.4), puff=-0.3)
    s.fill(
        line([(344, 174), (362, 174 + deep), (400, 182 + deep), (438, 174 + deep), (456, 174)], 21),
        c,
        light="soft",
        drop=4,
        puff=0.4,
        texture=stripes(7, 0.08, 90),
    )


@drawing("sweater", "turtleneck", "cablesweater", "vest", "cardigan", "fleece", "tshirt")
def top(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    stitch = knit(13, 0.05)
    if kind == "sweater":
        garment(s, c, stitch, wide=335, rib=darker(c, 0.06), spread=98)
        collar(s, darker(c, 0.04))
    elif kind == "turtleneck":
        garment(s, c, knit(8, 0.05), wide=268, rib=lighter(c, 0.05), spread=70)
        s.fill(box(348, 120, 452, 202, 20), lighter(c, 0.05), light="cyl", drop=5, texture=stripes(8, 0.1, 90))
        s.fill(oval(400, 130, 46, 11), darker(c, 0.45), puff=-0.2)
    elif kind == "cablesweater":
        garment(s, c, knit(17, 0.06), wide=330, rib=darker(c, 0.07))
        for x in (300, 400, 500):
            for k in range(9):
                y = 235 + 44 * k
                for a in (-34, 34):
                    s.fill(
                        oval(x + (9 if a > 0 else -9), y, 12, 26).turn(a, x, y),
                        lighter(c, 0.12),
                        light="ball",
                        drop=4,
                        puff=0.4,
                    )
            for dx in (-32, 32):
                s.fill(line([(x + dx, 230), (x + dx, 610)], 4), darker(c, 0.16), puff=0, alpha=0.6)
        collar(s, darker(c, 0.05))
    elif kind == "vest":
        body = torso(300, 600) - oval(268, 300, 44, 125).turn(8, 268, 300) - oval(532, 300, 44, 125).turn(-8, 532, 300)
        body = body - poly((350, 150), (400, 330), (450, 150))
        s.fill(body, c, light="cyl", drop=16, puff=0.35, texture=knit(9, 0.04))
        for row in range(4):
            for k in range(3):
                x, y = 330 + 70 * k, 330 + 72 * row
                s.fill(
                    poly((x, y - 36), (x + 27, y), (x, y + 36), (x - 27, y)),
                    d if (row + k) % 2 else lighter(c, 0.3),
                    puff=0,
                    alpha=0.9,
                    within=body,
                    texture=knit(9, 0.05),
                )
        s.fill(line([(346, 170), (400, 335), (454, 170)], 17, False), darker(c, 0.3), drop=3, texture=stripes(6, 0.1))
        s.fill(box(258, 592, 542, 634, 8), darker(c, 0.3), light="cyl", texture=stripes(8, 0.1, 90))
    elif kind == "cardigan":
        garment(s, c, knit(11, 0.05), wide=318, rib=darker(c, 0.1))
        s.fill(poly((345, 172), (400, 165), (455, 172), (402, 375)), colour("eef0f1"), light="v", puff=-0.2)
        s.fill(poly((362, 178), (400, 205), (380, 240), (352, 190)), WHITE, light="v", drop=5)
        s.fill(poly((438, 178), (400, 205), (420, 240), (448, 190)), WHITE, light="v", drop=5)
        for points in ([(340, 170), (402, 390), (402, 645)], [(460, 170), (402, 390), (402, 645)]):
            s.fill(line(points, 21, False), darker(c, 0.12), drop=4, texture=stripes(7, 0.09, 90), puff=0.4)
        for k in range(5):
            s.fill(oval(402, 405 + 55 * k, 9), colour("5a3f2f"), light="ball", drop=3)
        for x in (315, 490):
            s.fill(box(x - 38, 500, x + 38, 512, 4), darker(c, 0.15), drop=2, texture=stripes(6, 0.1, 90))
    elif kind == "fleece":
        garment(s, c, fleecy(0.09, 9), wide=322, rib=d)
        s.fill(
            poly(*curve([(352, 175), (345, 130), (400, 118), (455, 130), (448, 175)]), (400, 215)),
            c,
            light="v",
            drop=7,
            puff=0.4,
            texture=fleecy(0.09, 9),
        )
        s.fill(line([(400, 130), (400, 330)], 10), d, drop=3)
        s.fill(line([(400, 140), (400, 325)], 4), STEEL, puff=0, texture=stripes(5, 0.3))
        s.fill(box(394, 318, 406, 348, 4), GOLD, drop=3)
        s.fill(box(455, 280, 525, 350, 6), d, light="v", drop=3)
    else:
        wide = 320
        for mirrored in (False, True):
            arm = poly(
                *curve([(498, 182), (566, 226), (640, 350)]), *curve([(640, 350), (600, 385), (548, 400)]), (520, 300)
            )
            s.fill(arm.flip() if mirrored else arm, c, light="soft", drop=12, puff=0.35, texture=grid(4, 0.02))
            hem = line([(636, 342), (596, 376), (550, 392)], 3)
            s.fill(hem.flip() if mirrored else hem, darker(c, 0.25), puff=0, alpha=0.5)
        s.fill(torso(wide, 640), c, light="cyl", drop=10, puff=0.3, round_by=18, texture=grid(4, 0.02))
        for x, lean in ((330, 6), (455, -8)):
            s.fill(blob((x, 420), (x + 9, 500), (x + lean * 3, 610), (x - 8, 510)), darker(c, 0.3), alpha=0.14, puff=0)
        collar(s, lighter(c, 0.03), 22)
        s.fill(box(252, 622, 548, 626), darker(c, 0.25), puff=0, alpha=0.35)


def quilted(s: Sheet, shape: Shape, c: Colour, rows: int, **paint) -> None:
    """A down-filled panel: horizontal chambers that bulge."""
    _, y0, _, y1 = shape.bounds
    pitch = (y1 - y0) / rows
    s.fill(shape, c, puff=0.4, round_by=18, texture=lambda x, y: 0.17 * bulge((y - y0) / pitch), **paint)


def bulge(v: np.ndarray) -> np.ndarray:
    """Light on one rounded chamber a unit high: bright above the middle, dark at the seam."""
    f = v % 1.0
    return (0.5 - f) * 1.2 - ((f < 0.07) | (f > 0.93)) * 1.3


@drawing("puffer", "downvest", "longcoat")
def puffer(s: Sheet, c: Colour, d: Colour, kind: str, hood: str = "", kid: str = "") -> None:
    low = {"longcoat": 690, "downvest": 600}.get(kind, 590)
    wide = 286 if kind == "longcoat" else 320
    if hood or kind == "longcoat":
        s.fill(
            blob((310, 190), (318, 95), (400, 62), (482, 95), (490, 190), (400, 240)),
            darker(c, 0.08),
            light="v",
            drop=8,
            puff=0.5,
        )
        s.fill(blob((345, 190), (345, 120), (400, 98), (455, 120), (455, 190), (400, 225)), darker(c, 0.5), puff=-0.4)
        if kind == "longcoat":
            ring = blob(
                (305, 200),
                (312, 100),
                (400, 62),
                (488, 100),
                (495, 200),
                (450, 215),
                (452, 130),
                (400, 105),
                (348, 130),
                (350, 215),
            )
            s.fill(ring, d, light="v", drop=8, puff=0.6, texture=fleecy(0.2, 6))
    if kind != "downvest":
        for mirrored in (False, True):
            arm = sleeve(wide, 560 if kind != "longcoat" else 540, 88, 92)
            quilted(s, arm.flip() if mirrored else arm, c, 7, drop=13)
            cuff = box(400 + wide / 2 + 4, 548, 400 + wide / 2 + 90, 580, 12)
            if kind == "longcoat":
                cuff = cuff.shift(0, -18)
            s.fill(cuff.flip() if mirrored else cuff, darker(c, 0.25), light="cyl")
    body = torso(wide, low)
    if kind == "downvest":
        body = body - oval(246, 285, 40, 100).turn(10, 246, 285) - oval(554, 285, 40, 100).turn(-10, 554, 285)
    quilted(s, body, c, 9 if kind == "longcoat" else 7, light="cyl", drop=12)
    s.fill(line([(400, 190), (400, low)], 11), darker(c, 0.35), puff=0.2)
    s.fill(line([(400, 190), (400, low)], 4), STEEL if kind != "longcoat" else GOLD, puff=0, texture=stripes(6, 0.3))
    if not hood and kind != "longcoat":
        s.fill(
            poly(*curve([(346, 185), (342, 135), (400, 122), (458, 135), (454, 185)]), (400, 215)),
            c,
            light="v",
            drop=7,
            puff=0.5,
        )
        s.fill(line([(400, 130), (400, 200)], 7), darker(c, 0.35), puff=0)
    for x in (300, 500):
        s.fill(line([(x, low - 160), (x + (-14 if x < 400 else 14), low - 85)], 7), darker(c, 0.35), puff=0.2)
    if kind == "longcoat":
        s.fill(box(258, 400, 542, 424, 8), darker(c, 0.4), light="cyl", drop=5)
        s.fill(box(378, 394, 422, 430, 6) - box(387, 402, 413, 422, 3), GOLD, light="v", drop=4)
    if kid:
        s.fill(box(245, 340, 555, 362), colour("f4f6f2"), light="cyl", puff=0, within=body)
        s.fill(oval(475, 290, 24), WHITE, drop=3)
        tips = [(17 if k % 2 == 0 else 7, math.radians(36 * k - 90)) for k in range(10)]
        s.fill(poly(*((475 + r * math.cos(a), 290 + r * math.sin(a)) for r, a in tips)), colour("4f7080"), puff=0)


@drawing("scarf")
def scarf(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    def check(x, y):
        return 0.10 * ((x / 62) % 1 > 0.6) - 0.12 * ((y / 62) % 1 > 0.6) + 0.02 * ((x + y) % 6 > 3)

    for x, low, lean in ((330, 640, 5), (480, 600, -7)):
        strip = box(x - 66, 300, x + 66, low, 8).turn(lean, x, 300)
        s.fill(strip, c, light="cyl", drop=14, puff=0.3, texture=check)
        for k in range(3):
            s.fill(
                box(x - 66 + 46 * k, 300, x - 52 + 46 * k, low).turn(lean, x, 300), d, within=strip, alpha=0.55, puff=0
            )
        for k in range(5):
            s.fill(
                box(x - 66, 340 + 62 * k, x + 66, 352 + 62 * k).turn(lean, x, 300), d, within=strip, alpha=0.5, puff=0
            )
        for k in range(12):
            s.fill(
                line([(x - 62 + 11 * k, low), (x - 62 + 11 * k + (k % 3 - 1) * 3, low + 44)], 6).turn(lean, x, 300),
                mix(c, d, 0.5),
                drop=3,
            )
    ring = blob((210, 250), (270, 160), (400, 135), (530, 160), (590, 250), (540, 345), (400, 380), (260, 345))
    s.fill(ring, c, light="v", drop=14, puff=0.5, round_by=26, texture=check)
    for k in range(4):
        s.fill(
            line([(225, 240 + 28 * k), (320, 300 + 22 * k), (480, 300 + 22 * k), (575, 240 + 28 * k)], 9),
            d,
            alpha=0.45,
            puff=0,
            within=ring,
        )
    s.fill(blob((300, 225), (400, 195), (500, 225), (470, 275), (400, 290), (330, 275)), darker(c, 0.6), puff=-0.5)
    s.fill(line([(250, 300), (330, 335), (430, 350)], 7), darker(c, 0.3), alpha=0.5, puff=0)


@drawing("beanie")
def beanie(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 600, 190, 20, 0.35)
    s.fill(oval(400, 165, 62), lighter(c, 0.35), light="ball", drop=8, texture=fleecy(0.22, 9), puff=0.4)
    s.fill(
        blob((222, 470), (228, 330), (300, 220), (400, 190), (500, 220), (572, 330), (578, 470), (400, 490)),
        c,
        light="cyl",
        drop=8,
        puff=0.4,
        round_by=22,
        texture=stripes(27, 0.14, 90),
    )
    s.fill(box(200, 445, 600, 600, 50), c, light="cyl", drop=8, puff=0.4, texture=stripes(21, 0.16, 90))
    s.fill(box(440, 500, 510, 548, 5), colour("7a4f34"), light="v", drop=4)


@drawing("socks")
def socks(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [colour("51606d"), colour("c9896f"), d, colour("e9e4da"), c]
    for k, tone in enumerate(tones):
        dx = 96 * (k - 2) - 30
        sock = poly(
            *curve([(370, 190), (430, 190)]),
            *curve(
                [
                    (430, 190),
                    (432, 380),
                    (440, 470),
                    (500, 540),
                    (525, 590),
                    (480, 632),
                    (410, 605),
                    (372, 520),
                    (366, 400),
                    (370, 190),
                ]
            ),
        )
        s.fill(sock.shift(dx, 0), tone, light="cyl", drop=12, puff=0.4, texture=stripes(7, 0.04, 90))
        s.fill(
            box(364 + dx, 178, 436 + dx, 240, 10), darker(tone, 0.08), light="cyl", texture=stripes(8, 0.1, 90), drop=2
        )
        s.fill(
            blob((372 + dx, 490), (400 + dx, 490), (412 + dx, 550), (395 + dx, 590), (375 + dx, 540)),
            lighter(tone, 0.3),
            alpha=0.8,
            puff=0.2,
        )


@drawing("tote")
def tote(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 655, 190, 20)
    s.fill(line([(310, 330), (320, 190), (400, 130), (480, 190), (490, 330)], 24), darker(c, 0.25), drop=5)
    s.fill(
        poly(
            *curve([(205, 300), (400, 310), (595, 300)]),
            *curve([(595, 300), (605, 480), (588, 645)]),
            *curve([(588, 645), (400, 662), (212, 645)]),
            *curve([(212, 645), (195, 480), (205, 300)]),
        ),
        c,
        light="cyl",
        puff=0.35,
        texture=grid(5, 0.05),
    )
    s.fill(
        line([(310, 330), (315, 185), (400, 118), (485, 185), (490, 330)], 24),
        lighter(c, 0.05),
        drop=8,
        texture=grid(5, 0.06),
    )
    for x in (310, 490):
        s.fill(box(x - 16, 310, x + 16, 385, 4), lighter(c, 0.05), light="cyl", drop=4)
    s.fill(line([(400, 610), (400, 450)], 6), d, puff=0.2)
    for k, (y, a) in enumerate(((580, 40), (545, -40), (510, 40), (480, -40))):
        side = 1 if a > 0 else -1
        s.fill(
            blob((400, y), (400 + side * 30, y - 30), (400 + side * 66, y - 34), (400 + side * 40, y)),
            d,
            light="v",
            alpha=0.95 - 0.05 * k,
        )
    s.fill(oval(400, 440, 20, 28), d, light="v")
