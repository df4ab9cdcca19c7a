"""Gym and ball-game things."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
    STEEL,
    WHITE,
    Colour,
    Sheet,
    blob,
    box,
    colour,
    darker,
    drawing,
    grid,
    lighter,
    line,
    oval,
    poly,
    stripes,
)


@drawing("dumbbell")
def dumbbell(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for x, y, scale in ((440, 330, 0.82), (370, 540, 1.0)):
        w, h = 250 * scale, 96 * scale
        s.ground(x, y + h, w * 0.95, 15)
        s.fill(
            box(x - w * 0.5, y - 22 * scale, x + w * 0.5, y + 22 * scale, 10), STEEL, light="bar", texture=grid(7, 0.14)
        )
        for m in (-1, 1):
            cx = x + m * w * 0.72
            head = poly(
                (cx - 75 * scale, y - h * 0.5),
                (cx - 60 * scale, y - h),
                (cx + 60 * scale, y - h),
                (cx + 75 * scale, y - h * 0.5),
                (cx + 75 * scale, y + h * 0.5),
                (cx + 60 * scale, y + h),
                (cx - 60 * scale, y + h),
                (cx - 75 * scale, y + h * 0.5),
            )
            s.fill(head, c, light="bar", drop=6, puff=0.45)
            s.fill(
                box(cx - 74 * scale, y - h * 0.5, cx + 74 * scale, y + h * 0.5), lighter(c, 0.08), light="bar", puff=0.2
            )
            s.fill(
                box(cx + m * 48 * scale - 7, y - h * 0.5, cx + m * 48 * scale + 7, y + h * 0.5), d, light="bar", puff=0
            )


@drawing("kettlebell")
def kettlebell(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 655, 165, 24)
    handle = line([(300, 400), (270, 260), (320, 170), (400, 150), (480, 170), (530, 260), (500, 400)], 48)
    s.fill(handle, STEEL, light="v", puff=0.6, round_by=16, drop=5)
    s.fill(line([(330, 172), (400, 152), (470, 172)], 50), BLACK, light="v", puff=0.5, texture=grid(8, 0.1))
    s.fill(
        blob((250, 520), (275, 400), (400, 345), (525, 400), (550, 520), (520, 630), (400, 660), (280, 630)),
        c,
        light="ball",
        puff=0.4,
        round_by=24,
    )
    for y in (455, 505, 555, 605):
        s.fill(
            box(220, y, 580, y + 7),
            darker(c, 0.5),
            puff=0,
            within=blob((252, 520), (277, 402), (400, 347), (523, 402), (548, 520), (518, 628), (400, 658), (282, 628)),
        )
    s.fill(oval(400, 500, 66), d, light="ball", drop=5)
    s.fill(oval(400, 500, 48), darker(c, 0.3), puff=-0.2)
    for k in range(6):
        s.fill(box(396, 462, 404, 476, 2).turn(60 * k, 400, 500), WHITE if k else d, puff=0)
    s.fill(box(290, 640, 510, 664, 12), BLACK, light="v")


@drawing("bands")
def bands(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [c, colour("e0a43f"), colour("6fa07a"), colour("4f86a8"), colour("55505c")]
    for k, tone in enumerate(tones):
        x, y = 190 + 105 * k, 350 + 26 * (k % 2)
        w = 12 + 4 * k
        outer, inner = oval(x, y, 62 + w * 0.5, 205), oval(x, y, 62 - w * 0.5, 205 - w)
        s.fill((outer - inner).turn(8, x, y), tone, light="cyl", drop=10, puff=0.45, round_by=7)
    s.ground(470, 665, 130, 14)
    s.fill(
        blob((345, 590), (400, 560), (480, 568), (560, 560), (600, 600), (590, 665), (470, 680), (350, 665)),
        colour("3f464c"),
        light="v",
        drop=8,
        puff=0.5,
        texture=grid(5, 0.08),
    )
    s.fill(line([(400, 575), (470, 585), (545, 573)], 7), colour("d9d3c6"), drop=3)


@drawing("jumprope")
def jump_rope(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(
        line([(240, 350), (150, 220), (300, 130), (460, 200), (620, 130), (680, 260), (560, 350)], 9),
        BLACK,
        drop=8,
        puff=0.6,
    )
    for x, lean in ((240, 14), (560, -14)):
        s.fill(box(x - 31, 350, x + 31, 640, 30).turn(lean, x, 360), c, light="cyl", drop=14, puff=0.35)
        s.fill(
            box(x - 32, 430, x + 32, 590, 14).turn(lean, x, 360), BLACK, light="cyl", texture=stripes(15, 0.25, lean)
        )
        s.fill(box(x - 24, 335, x + 24, 365, 10).turn(lean, x, 360), STEEL, light="cyl", drop=3)
    s.fill(box(218, 378, 268, 418, 8).turn(14, 240, 360), colour("cfe3c8"), puff=-0.2)
    for k in range(3):
        s.fill(box(224 + 14 * k, 386, 233 + 14 * k, 410, 2).turn(14, 240, 360), BLACK, puff=0)


@drawing("abwheel")
def ab_wheel(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(
        poly((150, 590), (570, 560), (690, 640), (240, 676)),
        colour("6f8f8a"),
        light="v",
        drop=10,
        puff=0.4,
        texture=grid(11, 0.05),
    )
    s.ground(400, 575, 130, 18)
    s.fill(box(130, 358, 670, 398, 18), STEEL, light="bar", drop=7)
    for x in (110, 560):
        s.fill(box(x, 345, x + 130, 411, 30), BLACK, light="bar", drop=6, texture=stripes(13, 0.22, 90))
    for x, shade in ((445, 0.2), (370, 0.0)):
        s.fill(oval(x, 378, 172, 196), d, light="soft", drop=8, puff=0.5, texture=stripes(9, 0.05, 90))
        s.fill(oval(x - 6, 378, 138, 160), darker(c, shade), light="ball", puff=0.3)
        s.fill(oval(x - 8, 378, 96, 114), d, puff=-0.3)
        for k in range(5):
            s.fill(
                line([(x - 8, 378), (x - 8, 282)], 22).turn(72 * k, x - 8, 378), darker(c, shade), light="v", puff=0.3
            )
        s.fill(oval(x - 8, 378, 38, 44), STEEL, light="ball", drop=3)
    s.fill(box(110, 345, 215, 411, 30), BLACK, light="bar", drop=6, texture=stripes(13, 0.22, 90))
    s.fill(box(205, 362, 335, 394, 10), STEEL, light="bar")


@drawing("basketball")
def basketball(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    x, y, r = 400, 400, 235
    s.ground(x, 640, 150, 22)
    ball = oval(x, y, r)
    s.fill(ball, c, light="ball", puff=0.25, round_by=30, texture=grid(6, 0.045))
    seams = (
        [(x - 60, y - 240), (x + 5, y), (x - 40, y + 245)],
        [(x - 240, y + 40), (x, y - 15), (x + 240, y - 60)],
        [(x - 215, y - 120), (x - 95, y - 20), (x - 120, y + 130), (x - 190, y + 190)],
        [(x + 120, y - 220), (x + 95, y - 60), (x + 150, y + 90), (x + 200, y + 140)],
    )
    for seam in seams:
        s.fill(line(seam, 10), BLACK, puff=0, within=ball, alpha=0.9)
    s.shine(blob((x - 150, y - 95), (x - 80, y - 165), (x - 40, y - 160), (x - 110, y - 90)), 0.22)


@drawing("rackets")
def rackets(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for lean, tone, x in ((-24, c, 440), (24, colour("c9584a"), 360)):

        def place(shape, lean=lean, x=x):
            return shape.turn(lean, x, 420)

        frame = oval(x, 225, 100, 128)
        inside = oval(x, 225, 88, 116)
        for k in range(-7, 8):
            s.fill(place(line([(x + 12 * k, 108), (x + 12 * k, 342)], 2)), WHITE, puff=0, within=place(inside))
            s.fill(
                place(line([(x - 90, 225 + 15 * k), (x + 90, 225 + 15 * k)], 2)), WHITE, puff=0, within=place(inside)
            )
        s.fill(place(frame - inside), tone, light="soft", drop=9, puff=0.6, round_by=5)
        s.fill(place(poly((x - 24, 345), (x + 24, 345), (x + 8, 385), (x - 8, 385))), tone, light="cyl", drop=5)
        s.fill(place(line([(x, 375), (x, 560)], 11)), darker(tone, 0.35), light="cyl", drop=8)
        s.fill(place(box(x - 15, 550, x + 15, 690, 10)), WHITE, light="cyl", drop=8, texture=stripes(15, 0.12, 25))
    s.ground(400, 655, 50, 9)
    for k in range(5):
        s.fill(
            poly((400 + (k - 2) * 11, 620), (400 + (k - 2) * 33 - 17, 545), (400 + (k - 2) * 33 + 17, 545)),
            WHITE,
            light="cyl",
            drop=4,
            puff=0.3,
            texture=stripes(5, 0.06, 70),
        )
    s.fill(blob((366, 618), (434, 618), (428, 650), (400, 664), (372, 650)), colour("ecdcc0"), light="ball", drop=4)
    s.fill(box(366, 610, 434, 622, 5), colour("4f8a6a"), light="cyl")
