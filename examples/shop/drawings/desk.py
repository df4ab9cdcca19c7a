"""Stationery and office things."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
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
    lighter,
    line,
    mix,
    oval,
    poly,
    stripes,
)


@drawing("pens")
def pens(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for k in range(6):
        x, y0 = 215 + 74 * k, 150 + 16 * ((k * 2) % 3)
        lean = (k - 2.5) * 1.6
        tone = c if k % 2 == 0 else mix(c, WHITE, 0.22)
        parts = [
            (box(x - 8, y0 - 34, x + 8, y0 + 12, 6), STEEL),
            (box(x - 19, y0, x + 19, y0 + 330, 13), tone),
            (box(x - 19, y0 + 325, x + 19, y0 + 420, 8), darker(tone, 0.35)),
            (poly((x - 18, y0 + 416), (x + 18, y0 + 416), (x + 5, y0 + 470), (x - 5, y0 + 470)), STEEL),
            (poly((x - 4, y0 + 468), (x + 4, y0 + 468), (x, y0 + 490)), GOLD),
        ]
        for shape, colour_of in parts:
            s.fill(shape.turn(lean, x, 400), colour_of, light="cyl", drop=8)
        s.fill(box(x + 12, y0 + 10, x + 24, y0 + 140, 5).turn(lean, x, 400), STEEL, light="cyl", drop=4)
        for j in range(4):
            s.fill(
                box(x - 19, y0 + 345 + 18 * j, x + 19, y0 + 351 + 18 * j).turn(lean, x, 400),
                lighter(tone, 0.2),
                puff=0,
                alpha=0.5,
            )


@drawing("notebook")
def notebook(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(255, 165, 590, 655, 12).turn(7, 420, 410), WHITE, light="v", drop=14, puff=0.2, texture=grid(14, 0.02))
    s.fill(box(245, 155, 580, 645, 16).turn(4, 410, 400), mix(WHITE, BLACK, 0.06), drop=5, texture=stripes(3, 0.05))
    s.fill(box(230, 145, 575, 640, 16).turn(2, 400, 400), c, light="soft", drop=9, puff=0.35, texture=grid(4, 0.02))
    s.fill(box(230, 145, 272, 640, 10).turn(2, 400, 400), darker(c, 0.2), light="cyl", puff=0.1)
    s.fill(box(525, 143, 542, 642).turn(2, 400, 400), darker(c, 0.45), drop=3, puff=0.2)
    s.fill(box(320, 245, 490, 330, 6).turn(2, 400, 400), mix(WHITE, GOLD, 0.2), drop=2, puff=0.1)
    s.fill(
        box(345, 272, 465, 278, 2).turn(2, 400, 400) + box(365, 295, 445, 300, 2).turn(2, 400, 400),
        darker(c, 0.2),
        puff=0,
    )
    s.fill(line([(320, 640), (318, 700)], 10), colour("b9574a"), drop=3)
    s.fill(box(600, 200, 622, 560, 10).turn(12, 610, 400), colour("c98b4a"), light="cyl", drop=9)
    s.fill(poly((600, 558), (622, 558), (611, 595)).turn(12, 610, 400), colour("ecd2ac"), light="cyl", drop=4)
    s.fill(poly((607, 581), (615, 581), (611, 595)).turn(12, 610, 400), BLACK, puff=0)


@drawing("markers")
def markers(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [
        "c9463f",
        "e07a3c",
        "edb13f",
        "f1d95c",
        "9fc05a",
        "4f9a6a",
        "3f9aa0",
        "4f86c0",
        "4a5aa8",
        "8a5fb0",
        "c768a4",
        "8a5a3c",
    ]
    s.ground(400, 650, 250, 20)
    for row, y in ((0, 250), (1, 300)):
        for k in range(12):
            x = 400 + (k - 5.5) * 38 + 8 * row
            tone = colour(tones[(k + 5 * row) % 12])
            s.fill(box(x - 16, y, x + 16, y + 90, 8), tone, light="cyl", drop=4)
            s.fill(box(x - 16, y + 78, x + 16, 560, 4), WHITE, light="cyl", drop=2)
            s.fill(box(x - 16, y + 108, x + 16, y + 118), tone, light="cyl", puff=0)
    s.fill(box(145, 480, 655, 650, 26), lighter(BLACK, 0.18), light="v", drop=8, puff=0.4)
    for k in range(12):
        s.fill(box(172 + 38.5 * k, 555, 196 + 38.5 * k, 575, 4), colour(tones[k]), puff=0)


@drawing("stickynotes")
def sticky_notes(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = ["d9b06a", "a5b394", "c98f7f", "8fa5b3", "e3d3ae", "b59aa8"]
    for k, (x, y, a) in enumerate(
        ((250, 300, -8), (420, 270, 5), (575, 330, -3), (270, 500, 6), (560, 520, 9), (410, 470, -4))
    ):
        tone = colour(tones[k])
        for j in range(5):
            s.fill(
                box(x - 92, y - 92 + 5 * (4 - j), x + 92, y + 92 + 5 * (4 - j), 3).turn(a, x, y),
                mix(tone, BLACK, 0.05 * (4 - j)),
                puff=0.1,
                drop=10 if j == 0 else 0,
            )
        if k == 5:
            curl = poly(
                (x + 20, y + 92),
                (x + 92, y + 92),
                (x + 92, y + 25),
                *curve([(x + 92, y + 25), (x + 45, y + 45), (x + 20, y + 92)]),
            )
            s.fill(curl.turn(a, x, y), lighter(tone, 0.35), light="v", drop=7, puff=0.4)
            for j in range(3):
                s.fill(
                    line(
                        [(x - 60, y - 40 + 34 * j), (x, y - 46 + 34 * j), (x + 55 - 40 * (j == 2), y - 40 + 34 * j)], 4
                    ).turn(a, x, y),
                    darker(tone, 0.5),
                    puff=0,
                    alpha=0.7,
                )


@drawing("fountainpen")
def fountain_pen(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(120, 470, 680, 665, 18), BLACK, light="v", drop=16, puff=0.3)
    s.fill(box(145, 492, 655, 642, 10), lighter(BLACK, 0.14), puff=-0.4)
    a = -24

    def place(shape):
        return shape.turn(a, 400, 400)

    s.fill(place(box(140, 366, 420, 436, 30)), c, light="bar", drop=16, puff=0.3)
    s.fill(place(box(415, 372, 560, 430, 8)), c, light="bar", drop=12)
    for x in (408, 545):
        s.fill(place(box(x, 368, x + 18, 434, 3)), GOLD, light="bar")
    s.fill(place(poly((560, 378), (600, 384), (600, 418), (560, 424))), BLACK, light="bar", drop=8)
    s.fill(
        place(poly(*curve([(598, 384), (650, 376), (715, 400)]), *curve([(715, 402), (650, 426), (598, 418)]))),
        GOLD,
        light="bar",
        drop=7,
    )
    s.fill(place(line([(645, 401), (712, 401)], 3)), darker(GOLD, 0.6), puff=0)
    s.fill(place(oval(645, 401, 6)), darker(GOLD, 0.6), puff=0)
    s.fill(place(box(190, 352, 330, 366, 6)), GOLD, light="bar", drop=4)
    s.fill(place(oval(150, 401, 13, 30)), GOLD, light="ball")
    for x in (250, 470):
        s.fill(box(x, 545, x + 110, 590, 16), mix(colour("2c4a78"), WHITE, 0.1), light="bar", alpha=0.85, drop=4)
    s.fill(line([(560, 250), (610, 235), (640, 262), (690, 240)], 5), c, puff=0)


@drawing("watercolour")
def watercolour(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [
        "f1d95c",
        "edb13f",
        "e07a3c",
        "c9463f",
        "c768a4",
        "8a5fb0",
        "4a5aa8",
        "4f86c0",
        "3f9aa0",
        "4f9a6a",
        "9fc05a",
        "7a5a3c",
    ]
    s.fill(box(120, 170, 680, 390, 20), c, light="v", drop=10, puff=0.4)
    for k, x in enumerate((140, 325, 510)):
        s.fill(box(x, 190, x + 152, 372, 14), WHITE, light="v", puff=-0.35)
        tone = colour(("e79a86", "9cc4d4", "b9cf8c")[k])
        s.fill(
            blob((x + 35, 290), (x + 70, 245), (x + 115, 270), (x + 110, 320), (x + 60, 335)), tone, puff=0.1, alpha=0.8
        )
    s.fill(box(120, 395, 680, 620, 20), c, light="v", drop=16, puff=0.4)
    s.fill(box(138, 412, 662, 602, 10), WHITE, puff=-0.3)
    for k in range(24):
        row, col = divmod(k, 12)
        x, y = 148 + 42.4 * col, 422 + 92 * row
        s.fill(box(x, y, x + 37, y + 80, 4), WHITE, puff=0.3, drop=2)
        tone = colour(tones[(col + 5 * row) % 12])
        s.fill(box(x + 4, y + 5, x + 33, y + 75, 3), mix(tone, BLACK, 0.12 * row), light="v", puff=-0.3)
    s.fill(line([(330, 690), (690, 560)], 19), colour("cfe3ea"), light="v", drop=9, puff=0.6)
    s.fill(line([(330, 690), (285, 706)], 12), BLACK, drop=5)
    s.fill(blob((292, 696), (262, 706), (238, 724), (268, 718), (296, 712)), colour("4f86c0"), light="v", drop=3)


@drawing("pencilcase")
def pencil_case(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 610, 285, 20)
    for x, h, tone in (
        (250, 210, "d9b25a"),
        (310, 250, "b9574a"),
        (370, 225, "59748f"),
        (430, 262, "7fa094"),
        (490, 218, "8a6f9c"),
    ):
        s.fill(box(x - 14, 480 - h, x + 14, 480, 4), colour(tone), light="cyl", drop=5)
        s.fill(poly((x - 14, 482 - h), (x + 14, 482 - h), (x, 444 - h)), colour("ecd2ac"), light="cyl")
        s.fill(poly((x - 5, 458 - h), (x + 5, 458 - h), (x, 444 - h)), colour(tone), puff=0)
    s.fill(
        box(535, 265, 575, 480, 4), mix(WHITE, colour("9cc4d4"), 0.4), light="cyl", drop=5, texture=stripes(13, 0.07)
    )
    s.fill(box(115, 395, 685, 480, 34), darker(c, 0.35), light="v", drop=5, puff=0.3)
    s.fill(box(110, 425, 690, 612, 44), c, light="v", puff=0.45, drop=6, texture=grid(5, 0.05))
    s.fill(line([(135, 432), (400, 442), (665, 432)], 13), darker(c, 0.4), puff=0.2)
    s.fill(line([(135, 432), (400, 442), (665, 432)], 5), GOLD, texture=stripes(6, 0.3, 90), puff=0)
    s.fill(box(600, 425, 622, 490, 7), d, light="cyl", drop=5)
    s.fill(line([(150, 530), (400, 540), (650, 530)], 4), lighter(c, 0.4), puff=0, alpha=0.8)
    s.fill(box(180, 500, 265, 550, 5), d, light="v", drop=3)


@drawing("stapler")
def stapler(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 620, 290, 18)
    s.fill(box(120, 585, 690, 622, 14), darker(c, 0.25), light="v", drop=5)
    s.fill(box(135, 570, 215, 590, 4), STEEL, light="v")
    s.fill(poly((150, 500), (640, 440), (645, 500), (160, 545)), STEEL, light="bar", drop=5)
    s.fill(
        poly(
            *curve([(120, 490), (150, 430), (300, 380), (500, 330), (640, 330), (690, 390)]),
            *curve([(690, 400), (680, 470), (640, 490)]),
            *curve([(640, 470), (400, 485), (150, 520)]),
        ),
        c,
        light="v",
        drop=8,
        puff=0.45,
    )
    s.fill(line([(200, 440), (340, 400), (520, 365), (620, 362)], 16), lighter(c, 0.3), puff=0.3)
    s.fill(box(590, 430, 690, 600, 24), darker(c, 0.2), light="cyl", drop=4)
    s.fill(oval(640, 510, 17), STEEL, light="ball")
    for x, y, a in ((215, 665, 10), (320, 672, -20), (450, 660, 30)):
        s.fill(
            line([(x - 16, y + 12), (x - 16, y - 8), (x + 16, y - 8), (x + 16, y + 12)], 5, False).turn(a, x, y),
            STEEL,
            drop=3,
        )


@drawing("labelprinter")
def label_printer(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 190, 20)
    s.fill(box(340, 150, 460, 330, 3), WHITE, light="cyl", drop=6, puff=0.1)
    s.fill(oval(400, 200, 26), d, light="v", puff=0.2)
    for y, w in ((244, 40), (262, 28)):
        s.fill(box(400 - w, y, 400 + w, y + 7, 3), BLACK, puff=0, alpha=0.75)
    s.fill(box(225, 285, 575, 640, 74), c, light="cyl", puff=0.5, drop=5)
    s.fill(box(320, 300, 480, 320, 10), BLACK, puff=-0.3)
    s.fill(box(275, 360, 525, 480, 30), d, light="v", puff=0.2)
    s.fill(oval(400, 420, 36), lighter(d, 0.35), puff=0.3)
    s.fill(oval(400, 560, 32), lighter(c, 0.5), puff=0.4)
    s.fill(oval(400, 560, 12) - oval(400, 560, 7), d, puff=0)
    s.fill(oval(480, 560, 6), colour("6fd3a8"), puff=0)
    for x, y, a, tone in ((640, 610, 14, "f0d9a0"), (165, 620, -12, "cfe0d2")):
        s.fill(box(x - 62, y - 27, x + 62, y + 27, 8).turn(a, x, y), colour(tone), light="v", drop=7, puff=0.2)
        s.fill(box(x - 36, y - 4, x + 36, y + 3, 2).turn(a, x, y), BLACK, puff=0, alpha=0.7)


@drawing("riser")
def riser(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 300, 16)
    s.fill(box(250, 170, 550, 375, 14), BLACK, light="v", drop=6)
    s.fill(box(262, 182, 538, 358, 6), colour("8fb0c4"), to=colour("e7c3a6"), along=60, puff=0)
    s.fill(
        blob((262, 330), (350, 280), (430, 320), (538, 260), (545, 365), (255, 365)),
        colour("5f7f8a"),
        puff=0,
        within=box(262, 182, 538, 358, 6),
    )
    s.fill(box(378, 372, 422, 440), STEEL, light="cyl")
    s.fill(oval(400, 446, 78, 13), STEEL, puff=0.3, drop=4)
    s.fill(box(105, 470, 695, 640, 10), darker(c, 0.55), puff=-0.3)
    s.fill(box(125, 590, 300, 628, 6), WHITE, light="v", drop=3)
    for k in range(8):
        s.fill(box(132 + 21 * k, 597, 148 + 21 * k, 610, 3), colour("d5dade"), puff=0.2)
    for x, h, tone in ((350, 70, "c98f7a"), (388, 88, "6f93ab"), (426, 62, "d9b06a")):
        s.fill(box(x, 630 - h, x + 30, 630, 3), colour(tone), light="cyl", drop=3)
    s.fill(oval(590, 605, 42, 24), colour("8fa79a"), light="ball")
    for x in (95, 305, 487, 683):
        s.fill(box(x, 455, x + 22, 645, 4), c, light="cyl", drop=4, texture=grain(0.05, 18, 90))
    s.fill(poly((130, 420), (670, 420), (720, 455), (80, 455)), lighter(c, 0.2), puff=0.2, texture=grain(0.05, 18))
    s.fill(box(80, 453, 720, 480, 6), c, light="v", drop=6, texture=grain(0.05, 18))
    s.fill(oval(400, 440, 78, 12), STEEL, puff=0.3, drop=3)
    s.fill(box(384, 372, 416, 438), STEEL, light="cyl")


@drawing("calculator")
def calculator(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(210, 135, 590, 665, 30), c, light="soft", drop=18, puff=0.4)
    s.fill(box(240, 165, 380, 195, 5), colour("3b2a26"), texture=stripes(24, 0.2, 90), puff=-0.2)
    s.fill(box(240, 210, 560, 300, 10), d, light="v", puff=-0.3)
    for k in range(6):
        x = 310 + 40 * k
        s.fill(
            box(x, 232, x + 24, 280, 4) - box(x + 6, 240, x + 18, 253) - box(x + 6, 259, x + 18, 272),
            darker(d, 0.75),
            puff=0,
        )
    for row in range(5):
        for k in range(5):
            if row == 4 and k == 4:
                continue
            x, y = 240 + 65 * k, 328 + 65 * row
            tone = colour("d27a4a") if (k == 4 or (row == 0 and k == 0)) else (lighter(c, 0.25) if row == 0 else WHITE)
            h = 115 if (row == 3 and k == 4) else 50
            s.fill(box(x, y, x + 54, y + h, 10), tone, light="v", drop=5, puff=0.35)
            s.fill(box(x + 21, y + h / 2 - 7, x + 33, y + h / 2 + 7, 3), darker(tone, 0.55), puff=0, alpha=0.55)
