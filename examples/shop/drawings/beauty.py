"""Make-up, skin care and bathroom things."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
    GOLD,
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


@drawing("lipstick")
def lipstick(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(
        blob((120, 600), (200, 560), (330, 585), (480, 560), (560, 600), (430, 640), (240, 632)),
        c,
        light="v",
        alpha=0.85,
        puff=0.4,
    )
    s.ground(330, 630, 72, 14)
    s.fill(
        poly(*curve([(288, 330), (288, 235), (310, 190), (350, 160), (372, 200), (372, 330)]), (288, 330)),
        c,
        light="cyl",
        puff=0.3,
    )
    s.fill(lathe(330, [(320, 46), (420, 48)], 0.14, False), GOLD, light="cyl", drop=3)
    s.fill(lathe(330, [(412, 60), (628, 62)], 0.14, False), d, light="cyl", drop=3)
    s.fill(box(268, 440, 392, 450), GOLD, light="cyl", puff=0)
    s.ground(520, 635, 74, 14)
    s.fill(lathe(520, [(345, 64), (632, 64)], 0.14, False), d, light="cyl")
    s.fill(oval(520, 345, 64, 9), lighter(d, 0.3), puff=0.3)
    s.fill(box(456, 470, 584, 480), GOLD, light="cyl", puff=0)
    s.shine(poly((352, 175), (366, 205), (366, 315), (356, 315)), 0.25)


@drawing("cushion", "palette")
def compact(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    if kind == "cushion":
        s.fill(oval(400, 270, 190, 165), d, light="v", drop=10, puff=0.45)
        s.fill(oval(400, 272, 158, 136), colour("dbe5ea"), to=colour("f7fafb"), along=50, puff=-0.3)
        s.shine(poly((330, 170), (380, 150), (300, 380), (268, 340)), 0.5)
        s.fill(box(355, 405, 445, 445, 12), darker(d, 0.2), light="bar")
        s.ground(400, 610, 190, 22)
        s.fill(lathe(400, [(520, 200), (590, 196)], 0.55), d, light="cyl", drop=6)
        s.fill(oval(400, 520, 200, 112), lighter(d, 0.12), light="soft", puff=0.4)
        s.fill(oval(400, 518, 165, 90), c, light="v", puff=-0.35, texture=speckle(0.1, 5, 0.3))
        s.fill(oval(455, 520, 92, 50), colour("efd9cf"), light="v", drop=9, puff=0.5)
        s.fill(box(400, 506, 512, 530, 10).turn(-8, 455, 520), d, light="bar", drop=4)
        return
    s.ground(400, 640, 260, 18)
    s.fill(poly((160, 420), (640, 420), (650, 185), (150, 185)), c, light="v", drop=8, puff=0.4)
    s.fill(
        poly((182, 405), (618, 405), (626, 205), (174, 205)), colour("dbe4e8"), to=colour("f6f9fa"), along=50, puff=-0.2
    )
    s.shine(poly((260, 205), (330, 205), (270, 405), (215, 405)), 0.5)
    s.fill(poly((160, 420), (640, 420), (690, 620), (110, 620)), c, light="v", puff=0.4)
    s.fill(box(110, 614, 690, 642, 10), darker(c, 0.25), light="v")
    tones = ("f0dcc4", "d9b08a", "b98560", "e7b6a0", "c47f68", "8f5645", "d6a24e", "7a4b38", "4e3128")
    for k, code in enumerate(tones):
        row, col = divmod(k, 3)
        y, w = 455 + 62 * row, 70 + 6 * row
        x = 400 + (col - 1) * (165 + 12 * row)
        s.fill(
            oval(x, y, w, 26),
            colour(code),
            light="v",
            puff=-0.4,
            texture=speckle(-0.3, 4, 0.12) if k in (3, 6) else None,
        )


@drawing("brushes")
def brushes(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 130, 22)
    for k, (dx, top, w) in enumerate(
        ((-95, 200, 26), (-55, 140, 40), (-8, 175, 20), (35, 120, 46), (82, 190, 30), (112, 235, 16))
    ):
        lean, x = dx * 0.16, 400 + dx * 0.75
        s.fill(line([(x, top + 90), (x, 560)], 15).turn(lean, x, 560), c, light="cyl", drop=6)
        s.fill(
            poly((x - w * 0.55, top + 70), (x + w * 0.55, top + 70), (x + 8, top + 140), (x - 8, top + 140)).turn(
                lean, x, 560
            ),
            d,
            light="cyl",
            drop=3,
        )
        tip = blob(
            (x - w * 0.6, top + 75), (x - w, top + 20), (x, top - 28), (x + w, top + 20), (x + w * 0.6, top + 75)
        )
        s.fill(
            tip.turn(lean, x, 560),
            colour("e8d3c0") if k % 2 else colour("7b4d3c"),
            light="cyl",
            texture=stripes(4, 0.05, 90 + lean),
        )
    s.fill(lathe(400, [(430, 112), (540, 116), (640, 112)], 0.16), c, light="cyl", drop=5)
    s.fill(box(284, 560, 516, 574), d, light="cyl", puff=0)
    s.shine(box(306, 460, 316, 620, 5), 0.35)


@drawing("tube", "tubecap", "handcream")
def tube(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    def one(x: float, base: float, h: float, w: float, tone: Colour, cap: Colour) -> None:
        s.ground(x, base, w * 0.7, 12)
        s.fill(
            poly(
                *curve([(x - w, base - h), (x - w * 0.97, base - h * 0.5), (x - w * 0.72, base - 70)]),
                (x + w * 0.72, base - 70),
                *curve([(x + w * 0.72, base - 70), (x + w * 0.97, base - h * 0.5), (x + w, base - h)]),
            ),
            tone,
            light="cyl",
            drop=6,
        )
        s.fill(
            box(x - w - 2, base - h - 26, x + w + 2, base - h + 4, 4),
            lighter(tone, 0.15),
            light="cyl",
            texture=stripes(6, 0.08, 90),
        )
        s.fill(lathe(x, [(base - 74, w * 0.7), (base, w * 0.66)], 0.12, False), cap, light="cyl", drop=3)
        s.fill(
            blob(
                (x, base - h * 0.74),
                (x + w * 0.32, base - h * 0.58),
                (x, base - h * 0.46),
                (x - w * 0.32, base - h * 0.58),
            ),
            mix(cap, WHITE, 0.15),
            light="v",
            puff=0.25,
        )
        for k, q in enumerate((0.56, 0.38)):
            y = base - h * 0.38 + 14 * k
            s.fill(box(x - w * q, y, x + w * q, y + 5, 2), darker(tone, 0.4), puff=0, alpha=0.6)

    if kind == "handcream":
        s.fill(box(140, 560, 660, 665, 16), colour("efe6da"), light="v", drop=14, puff=0.3)
        for x, tone in ((250, d), (400, c), (550, colour("b9a1b5"))):
            one(x, 625, 390, 64, tone, lighter(GOLD, 0.2))
        s.fill(box(140, 612, 660, 668, 14), colour("e3d6c4"), light="v", puff=0.3, drop=4)
        s.fill(line([(140, 640), (660, 640)], 8), colour("a9685f"), puff=0.2)
        return
    one(400 if kind == "tube" else 380, 650, 460, 108, c, d)
    if kind == "tubecap":
        s.glow(575, 250, 120, colour("ffd980"), 0.6)
        s.fill(oval(575, 250, 40), colour("f6c65a"), light="ball")
        for k in range(10):
            s.fill(line([(575, 190), (575, 172)], 9).turn(36 * k, 575, 250), colour("f6c65a"), puff=0.2)
    else:
        for x, y, r in ((560, 600, 44), (612, 565, 27), (600, 630, 22), (220, 615, 34), (185, 580, 18)):
            s.fill(oval(x, y, r), WHITE, light="ball", alpha=0.55, puff=0.6)
            s.shine(oval(x - r * 0.35, y - r * 0.4, r * 0.2, r * 0.14), 0.9)


@drawing("serum", "perfume")
def bottle(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    if kind == "serum":
        s.ground(400, 650, 112, 18)
        s.fill(lathe(400, [(130, 22), (160, 34), (235, 36), (250, 30)], 0.14), BLACK, light="cyl")
        s.fill(lathe(400, [(242, 52), (330, 54)], 0.14, False), GOLD, light="cyl", texture=stripes(9, 0.07, 90))
        s.fill(
            lathe(400, [(330, 56), (362, 110), (400, 114), (630, 114), (650, 106)], 0.13), c, light="cyl", alpha=0.75
        )
        s.fill(lathe(400, [(430, 106), (628, 106), (642, 98)], 0.13), lighter(c, 0.2), light="cyl", alpha=0.85)
        s.fill(line([(400, 340), (400, 600)], 12), WHITE, alpha=0.6, puff=0.5)
        s.fill(box(318, 460, 482, 590, 4), WHITE, light="cyl", puff=0.06, alpha=0.92)
        s.fill(blob((400, 478), (424, 520), (400, 545), (376, 520)), c, light="ball")
        s.fill(box(350, 560, 450, 566, 2), darker(c, 0.4), puff=0)
        s.shine(box(300, 400, 311, 620, 5), 0.6)
        return
    s.ground(400, 640, 150, 20)
    s.fill(box(350, 165, 450, 285, 14), d, light="cyl", drop=4, puff=0.4)
    s.fill(box(362, 280, 438, 318, 4), GOLD, light="cyl")
    s.fill(box(245, 310, 555, 640, 44), lighter(c, 0.35), light="cyl", alpha=0.7, puff=0.8, round_by=18)
    s.fill(box(272, 370, 528, 612, 26), c, to=darker(c, 0.18), light="cyl", alpha=0.8, puff=0.4)
    s.fill(line([(400, 320), (402, 590)], 5), WHITE, alpha=0.7, puff=0)
    s.fill(box(325, 435, 475, 545, 4), WHITE, light="v", alpha=0.9, puff=0.05)
    for k in range(5):
        s.fill(oval(400, 468, 9, 15).turn(72 * k, 400, 485), c, light="v", puff=0.2)
    s.fill(oval(400, 485, 5), GOLD, puff=0)
    s.fill(box(360, 520, 440, 525, 2), darker(c, 0.4), puff=0)
    s.shine(box(262, 340, 275, 600, 6), 0.6)


@drawing("toothbrush")
def toothbrush(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(430, 655, 80, 14)
    s.fill(box(392, 330, 468, 655, 36), c, light="cyl", drop=4)
    s.fill(box(412, 190, 448, 345, 14), WHITE, light="cyl", drop=3)
    s.fill(box(402, 322, 458, 346, 8), GOLD, light="cyl")
    s.fill(box(406, 105, 454, 205, 20), WHITE, light="cyl", drop=3)
    s.fill(box(366, 112, 410, 196, 5), WHITE, texture=stripes(6, 0.10), drop=4)
    s.fill(box(362, 112, 380, 196, 4), mix(c, WHITE, 0.35), texture=stripes(6, 0.12), puff=0.1)
    s.fill(oval(430, 415, 17), lighter(c, 0.35), puff=0.4)
    for k in range(5):
        s.fill(oval(430, 470 + 22 * k, 5), colour("bff0dc") if k == 1 else lighter(c, 0.3), puff=0)
    s.ground(250, 655, 45, 9)
    s.fill(box(228, 450, 268, 655, 14), WHITE, light="cyl", drop=3)
    s.fill(box(224, 380, 272, 465, 20), WHITE, light="cyl", drop=3)
    s.fill(box(186, 388, 228, 458, 5), colour("e9b8a8"), texture=stripes(6, 0.10), drop=3)
    s.ground(590, 655, 75, 12)
    s.fill(lathe(590, [(540, 66), (600, 72), (652, 66)], 0.2), WHITE, light="cyl", drop=4)
    s.fill(oval(590, 540, 66, 13), lighter(c, 0.6), puff=-0.2)


@drawing("soap")
def soap(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 250, 20)
    s.fill(box(140, 585, 660, 632, 20), WOOD, light="bar", texture=grain(), drop=6)
    for x, y, tone in ((270, 530, c), (525, 530, d), (395, 425, mix(c, WHITE, 0.3)), (400, 320, mix(d, WHITE, 0.25))):
        s.fill(
            box(x - 118, y - 44, x + 118, y + 58, 26),
            tone,
            light="v",
            drop=8,
            puff=0.5,
            round_by=14,
            texture=lambda px, py: 0.05 * ((px * 0.03 + 2 * (py * 0.02) ** 2) % 1.0) + 0 * py,
        )
        s.fill(box(x - 85, y - 22, x + 85, y + 34, 16), darker(tone, 0.08), puff=-0.25)
        s.fill(line([(x - 32, y + 20), (x + 30, y - 8)], 4), darker(tone, 0.35), puff=0)
        for k in range(3):
            px, py = x - 16 + 20 * k, y + 12 - 9 * k
            s.fill(blob((px, py), (px - 6, py - 16), (px + 8, py - 22)), darker(tone, 0.3), puff=0.1)
            s.fill(blob((px + 2, py), (px + 18, py + 10), (px + 26, py - 2)), darker(tone, 0.3), puff=0.1)
    for x, y, r in ((150, 555, 22), (650, 545, 27), (682, 512, 14), (270, 400, 17), (545, 395, 22), (580, 365, 12)):
        s.fill(oval(x, y, r), WHITE, light="ball", alpha=0.5, puff=0.6)
        s.shine(oval(x - r * 0.35, y - r * 0.4, r * 0.22, r * 0.15), 0.9)
