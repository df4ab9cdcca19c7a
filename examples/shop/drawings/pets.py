"""Things for cats and dogs."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Shape,
    Sheet,
    blob,
    box,
    colour,
    curve,
    darker,
    drawing,
    fleecy,
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


def cat_head(s: Sheet, x: float, y: float, r: float, c: Colour) -> None:
    """A sleepy cat's face."""
    for m in (-1, 1):
        s.fill(
            poly((x + m * r * 0.9, y - r * 0.2), (x + m * r * 0.85, y - r * 1.12), (x + m * r * 0.22, y - r * 0.75)),
            c,
            light="v",
            puff=0.4,
        )
        s.fill(
            poly((x + m * r * 0.78, y - r * 0.4), (x + m * r * 0.76, y - r * 0.9), (x + m * r * 0.4, y - r * 0.68)),
            colour("e7aea2"),
            puff=0,
        )
    s.fill(oval(x, y, r, r * 0.84), c, light="ball", drop=5, puff=0.4, texture=fleecy(0.04, 5))
    for m in (-1, 1):
        s.fill(
            line(
                [(x + m * r * 0.58, y - 2), (x + m * r * 0.4, y + r * 0.1), (x + m * r * 0.22, y - 2)], max(4, r * 0.07)
            ),
            BLACK,
            puff=0,
        )
    s.fill(oval(x, y + r * 0.24, r * 0.1, r * 0.07), colour("c9776b"), puff=0.2)
    for m in (-1, 1):
        s.fill(
            line(
                [(x, y + r * 0.3), (x + m * r * 0.14, y + r * 0.42), (x + m * r * 0.26, y + r * 0.32)],
                max(3, r * 0.045),
            ),
            BLACK,
            puff=0,
        )


@drawing("scratcher")
def scratcher(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 610, 285, 22)
    body = poly(
        *curve([(105, 340), (130, 330), (240, 440), (400, 480), (560, 440), (670, 330), (695, 340)]),
        *curve([(695, 340), (690, 480), (640, 600)]),
        *curve([(640, 600), (400, 615), (160, 600)]),
        *curve([(160, 600), (110, 480), (105, 340)]),
    )
    s.fill(body, c, light="v", puff=0.35, texture=stripes(13, 0.10, 90))
    s.fill(
        poly(
            *curve([(105, 340), (130, 330), (240, 440), (400, 480), (560, 440), (670, 330), (695, 340)]),
            *curve([(672, 372), (560, 478), (400, 516), (240, 478), (128, 372)]),
        ),
        lighter(c, 0.35),
        texture=stripes(9, 0.12, 55),
        puff=0.2,
    )
    s.fill(
        blob((275, 430), (330, 365), (430, 350), (520, 390), (545, 440), (400, 480)),
        colour("8d8f93"),
        light="ball",
        puff=0.4,
        drop=5,
        texture=fleecy(0.05, 6),
    )
    s.fill(line([(530, 430), (590, 400), (600, 340)], 23), colour("7d7f83"), light="v", puff=0.5)
    cat_head(s, 300, 385, 66, colour("97999d"))


@drawing("catbed")
def cat_bed(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 245, 22)
    s.fill(
        blob(
            (165, 560),
            (180, 360),
            (290, 225),
            (400, 195),
            (510, 225),
            (620, 360),
            (635, 560),
            (560, 640),
            (400, 652),
            (240, 640),
        ),
        c,
        light="ball",
        puff=0.5,
        round_by=30,
        texture=fleecy(0.07, 8),
    )
    s.fill(
        blob((235, 560), (245, 420), (320, 330), (400, 310), (480, 330), (555, 420), (565, 560), (400, 600)),
        darker(c, 0.5),
        puff=-0.5,
        round_by=20,
    )
    s.fill(
        blob((230, 570), (300, 520), (400, 508), (500, 520), (570, 570), (500, 620), (300, 620)),
        lighter(c, 0.6),
        light="v",
        puff=0.5,
        texture=fleecy(0.07, 8),
    )
    s.fill(
        blob((300, 560), (340, 490), (430, 470), (510, 500), (530, 560), (430, 590)),
        colour("e3b27c"),
        light="ball",
        puff=0.4,
        texture=stripes(31, 0.07, 70),
    )
    cat_head(s, 345, 515, 58, colour("e8bb88"))
    s.fill(
        blob((180, 590), (290, 590), (400, 612), (510, 590), (620, 590), (600, 655), (400, 672), (200, 655)),
        lighter(c, 0.15),
        light="v",
        drop=5,
        puff=0.5,
        texture=fleecy(0.08, 8),
    )


@drawing("wand")
def wand(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for k, (lean, tone) in enumerate(((-22, c), (2, colour("d98a5a")), (26, colour("6fa095")))):

        def place(shape: Shape, lean: float = lean) -> Shape:
            return shape.turn(lean, 400, 660)

        s.fill(place(line([(400, 660), (400, 330)], 11)), WOOD, light="cyl", drop=7)
        s.fill(place(line([(400, 660), (400, 570)], 19)), darker(tone, 0.3), light="cyl", drop=4)
        for a, h in ((-28, 150), (0, 185), (28, 150)):
            feather = blob(
                (400, 335), (372, 290), (378, 335 - h * 0.75), (400, 335 - h), (424, 335 - h * 0.75), (428, 290)
            ).turn(a, 400, 335)
            s.fill(
                place(feather),
                mix(tone, WHITE, 0.12 * (a == 0) + 0.06 * k),
                light="soft",
                drop=7,
                puff=0.35,
                texture=stripes(6, 0.06, 30),
            )
            s.fill(place(line([(400, 335), (400, 335 - h * 0.85)], 4).turn(a, 400, 335)), lighter(tone, 0.5), puff=0)
        s.fill(place(oval(400, 345, 20)), GOLD, light="ball", drop=4)
        s.fill(place(box(390, 350, 410, 354, 2)), BLACK, puff=0)


@drawing("petbowls")
def pet_bowls(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 620, 285, 20)
    s.fill(box(130, 520, 170, 625, 8) + box(630, 520, 670, 625, 8), d, light="v", texture=grain(0.05, 20, 90))
    s.fill(
        poly((150, 420), (650, 420), (700, 500), (100, 500)),
        lighter(d, 0.15),
        light="v",
        puff=0.3,
        texture=grain(0.05, 22),
    )
    s.fill(box(100, 498, 700, 545, 12), d, light="v", texture=grain(0.05, 20), drop=5)
    for x, inside in ((265, "b9783f"), (535, "9ccbe0")):
        s.fill(lathe(x, [(455, 112), (520, 96), (560, 70)], 0.24), c, light="cyl", within=box(0, 498, 800, 800))
        s.fill(oval(x, 455, 122, 37), c, light="v", drop=5, puff=0.5)
        s.fill(oval(x, 457, 103, 28), darker(c, 0.25), puff=-0.3)
        s.fill(
            oval(x, 462, 92, 22),
            colour(inside),
            light="v",
            puff=0.3,
            texture=speckle(0.4, 10, 0.5) if x < 400 else None,
        )
        if x < 400:
            for k in range(11):
                px, py = x - 70 + 14 * k, 452 - 9 * ((k * 5) % 4)
                s.fill(oval(px, py, 14, 10), mix(colour("b9783f"), BLACK, 0.08 * (k % 3)), light="ball", drop=3)
        else:
            s.shine(blob((x - 60, 455), (x - 10, 447), (x + 30, 452), (x - 20, 462)), 0.6)


@drawing("leash")
def leash(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    path = [
        (300, 190),
        (210, 260),
        (230, 380),
        (400, 420),
        (570, 470),
        (590, 590),
        (440, 650),
        (280, 600),
        (300, 500),
        (440, 470),
        (560, 360),
        (560, 260),
    ]
    s.fill(line(path, 30), c, light="soft", drop=11, puff=0.5, round_by=9, texture=grid(6, 0.07))
    s.fill(line(path, 5), lighter(c, 0.6), puff=0, alpha=0.8)
    s.fill(
        line([(300, 190), (340, 120), (430, 130), (420, 220), (330, 260), (260, 235)], 40),
        darker(c, 0.35),
        light="soft",
        drop=8,
        puff=0.5,
        texture=stripes(9, 0.08, 40),
    )
    s.fill(box(538, 205, 584, 275, 8), darker(c, 0.3), light="cyl", drop=5)
    s.fill(oval(561, 190, 24) - oval(561, 190, 13), GOLD, puff=0.4, drop=4)
    s.fill(line([(561, 170), (545, 120), (561, 85), (585, 105), (580, 140)], 15), GOLD, light="cyl", drop=6)


@drawing("petbrush")
def pet_brush(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(355, 380, 445, 680, 44).turn(14, 400, 400), c, light="cyl", drop=14, puff=0.45)
    s.fill(box(372, 470, 428, 640, 26).turn(14, 400, 400), darker(c, 0.2), puff=-0.2, texture=stripes(17, 0.1, 14))
    s.fill(oval(400, 425, 27).turn(14, 400, 400), WHITE, light="ball", drop=5)
    s.fill(box(235, 170, 565, 395, 60).turn(14, 400, 300), lighter(c, 0.1), light="soft", drop=14, puff=0.45)
    s.fill(box(262, 198, 538, 366, 40).turn(14, 400, 300), WHITE, puff=-0.35)
    for row in range(6):
        for k in range(11):
            x, y = 282 + 23.6 * k + 6 * (row % 2), 216 + 27 * row
            s.fill(line([(x, y), (x - 5, y - 9)], 3.4).turn(14, 400, 300), STEEL, puff=0, drop=1.5)
            s.fill(oval(x - 5, y - 9, 4.2).turn(14, 400, 300), colour("d98a7a"), light="ball", puff=0)
    s.fill(
        blob((180, 560), (230, 520), (280, 550), (260, 610), (200, 620)),
        colour("b9a58c"),
        light="ball",
        drop=6,
        puff=0.4,
        texture=fleecy(0.2, 5),
    )


@drawing("carrier")
def carrier(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 260, 22)
    s.fill(line([(320, 235), (330, 165), (470, 165), (480, 235)], 26), darker(c, 0.35), light="v", drop=5)
    s.fill(
        blob((150, 420), (170, 270), (280, 222), (400, 215), (520, 222), (630, 270), (650, 420)),
        c,
        light="v",
        puff=0.45,
    )
    s.fill(
        blob((150, 420), (650, 420), (648, 590), (600, 640), (400, 648), (200, 640), (152, 590)),
        d,
        light="v",
        puff=0.45,
    )
    s.fill(box(140, 415, 660, 448, 12), darker(c, 0.2), light="bar", drop=4)
    for x in (170, 612):
        s.fill(box(x, 395, x + 20, 470, 7), darker(c, 0.5), light="v", drop=4)
    s.fill(
        blob((270, 600), (262, 420), (310, 310), (400, 288), (490, 310), (538, 420), (530, 600), (400, 612)),
        BLACK,
        to=colour("5a4b40"),
        puff=-0.3,
    )
    cat_head(s, 400, 490, 78, colour("e3b27c"))
    for k in range(7):
        x = 292 + 36 * k
        s.fill(line([(x, 330 - 26 * (3 - abs(k - 3)) / 3 + 20), (x, 598)], 7), STEEL, puff=0.4)
    for y in (380, 520):
        s.fill(line([(272, y), (528, y)], 7), STEEL, puff=0.4)
    for x in (208, 592):
        for k in range(3):
            s.fill(box(x - 22, 290 + 30 * k, x + 22, 303 + 30 * k, 6), darker(c, 0.5), puff=-0.3)


@drawing("cattree")
def cat_tree(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    rope = stripes(9, 0.12, 8)
    s.ground(400, 670, 210, 18)
    s.fill(poly((230, 630), (570, 630), (610, 662), (190, 662)), lighter(c, 0.15), puff=0.2, texture=grain(0.05, 16))
    s.fill(box(190, 660, 610, 680, 6), c, light="v", texture=grain(0.05, 16))
    for x, y0, y1 in ((300, 440, 645), (500, 300, 645), (330, 200, 410)):
        s.fill(box(x - 22, y0, x + 22, y1, 8), d, light="cyl", drop=6, texture=rope)
    for x, y, w in ((310, 430, 125), (490, 300, 120), (345, 190, 130)):
        s.fill(oval(x, y + 15, w, 25), darker(c, 0.2), puff=0.2, drop=6)
        s.fill(oval(x, y, w, 27), c, light="v", puff=0.4, texture=grain(0.05, 16))
        s.fill(oval(x, y - 6, w * 0.82, 20), lighter(d, 0.3), light="v", puff=0.5, texture=fleecy(0.08, 6))
    s.fill(
        blob((265, 180), (300, 130), (380, 115), (430, 150), (435, 185), (340, 198)),
        colour("f1eadf"),
        light="ball",
        puff=0.4,
        drop=4,
    )
    s.fill(line([(425, 170), (465, 190), (470, 250)], 18), colour("e3b27c"), light="cyl", puff=0.5)
    cat_head(s, 295, 130, 50, colour("f3ece1"))
    s.fill(line([(560, 310), (563, 380)], 3), BLACK, puff=0)
    s.fill(oval(563, 395, 18), colour("c9584a"), light="ball", drop=4)
