"""Things for babies and toddlers."""

from __future__ import annotations

from drawings.brush import (
    BLACK,
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
    fleecy,
    grain,
    grid,
    lathe,
    lighter,
    line,
    mix,
    oval,
    poly,
    stripes,
)


@drawing("babybottle")
def baby_bottle(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 660, 105, 18)
    for m in (False, True):
        grip = line([(490, 330), (590, 350), (605, 450), (570, 540), (500, 560)], 27)
        s.fill(grip.flip() if m else grip, c, light="v", drop=6, puff=0.5)
    s.fill(
        lathe(400, [(320, 98), (400, 108), (500, 100), (640, 106), (658, 98)], 0.13),
        colour("efd9b4"),
        light="cyl",
        alpha=0.75,
    )
    s.fill(lathe(400, [(430, 96), (500, 93), (632, 98), (648, 90)], 0.13), WHITE, light="cyl", alpha=0.9)
    for k in range(6):
        s.fill(box(420, 420 + 38 * k, 446 + 12 * (k % 2), 424 + 38 * k, 2), darker(c, 0.25), puff=0)
    s.fill(lathe(400, [(265, 92), (325, 100)], 0.13, False), c, light="cyl", drop=4, texture=stripes(13, 0.07, 90))
    s.fill(lathe(400, [(135, 12), (175, 26), (215, 46), (262, 84)], 0.13), colour("f2dfc4"), light="cyl", alpha=0.92)
    s.shine(box(318, 400, 329, 610, 6), 0.6)


@drawing("wipes", "diaper")
def soft_pack(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 270, 20)
    if kind == "wipes":
        for k in range(3):
            y = 640 - 104 * k
            pack = poly(
                (135, y - 90),
                (665, y - 90),
                *curve([(665, y - 90), (678, y - 45), (665, y)]),
                (135, y),
                *curve([(135, y), (122, y - 45), (135, y - 90)]),
            )
            s.fill(pack, mix(c, WHITE, 0.15 * k), light="bar", drop=6, puff=0.45)
            for x in (118, 658):
                s.fill(box(x, y - 84, x + 24, y - 6, 3), lighter(c, 0.3), texture=stripes(5, 0.1), puff=0.1)
            s.fill(
                blob((190, y - 60), (240, y - 70), (260, y - 40), (230, y - 20), (190, y - 30)),
                WHITE,
                alpha=0.8,
                puff=0.1,
            )
        s.fill(poly((190, 260), (610, 260), (655, 345), (145, 345)), lighter(c, 0.25), light="v", puff=0.4)
        s.fill(poly((285, 272), (515, 272), (540, 330), (260, 330)), WHITE, light="v", drop=6, puff=0.4)
        s.fill(poly((350, 305), (390, 220), (440, 190), (470, 240), (455, 310)), WHITE, light="v", drop=6, puff=0.3)
        return
    s.fill(box(150, 250, 650, 640, 46), c, light="cyl", puff=0.5, drop=8)
    s.fill(
        blob((150, 470), (300, 420), (500, 480), (650, 430), (650, 600), (620, 640), (180, 640), (150, 600)),
        d,
        light="cyl",
        puff=0.1,
        within=box(150, 250, 650, 640, 46),
    )
    s.fill(oval(400, 420, 128, 118), WHITE, light="v", puff=0.2, drop=4)
    nappy = poly(
        *curve([(300, 362), (400, 382), (500, 362)]),
        (504, 408),
        *curve([(504, 408), (460, 420), (440, 480), (438, 512)]),
        (362, 512),
        *curve([(362, 512), (360, 480), (340, 420), (296, 408)]),
    )
    s.fill(nappy, lighter(c, 0.62), light="v", drop=8, puff=0.5)
    for x in (292, 462):
        s.fill(box(x, 372, x + 46, 398, 7), d, light="v", drop=3)
    for k in range(3):
        s.fill(oval(368 + 32 * k, 440, 7), lighter(d, 0.1), puff=0.2)
    s.fill(line([(330, 250), (400, 205), (470, 250)], 20), lighter(c, 0.2), drop=5)
    s.fill(box(560, 275, 625, 330, 14), WHITE, puff=0.1, alpha=0.9)


@drawing("bib")
def bib(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    body = blob(
        (330, 200),
        (262, 160),
        (262, 300),
        (212, 420),
        (230, 600),
        (400, 640),
        (570, 600),
        (588, 420),
        (538, 300),
        (538, 160),
        (470, 200),
        (462, 265),
        (400, 295),
        (338, 265),
    )
    s.fill(body, c, light="soft", drop=16, puff=0.4, round_by=16)
    s.fill(line([(290, 215), (280, 150), (340, 105), (400, 98)], 38), c, light="v", drop=7, puff=0.4)
    s.fill(line([(510, 215), (520, 150), (460, 105), (400, 98)], 38), lighter(c, 0.08), light="v", drop=7, puff=0.4)
    for k in range(3):
        s.fill(oval(352 + 42 * k, 106 - 4 * k * (k < 2), 8), darker(c, 0.3), puff=-0.2)
    s.fill(
        blob((205, 540), (400, 585), (595, 540), (590, 640), (400, 690), (210, 640)),
        lighter(c, 0.14),
        light="v",
        drop=9,
        puff=0.5,
    )
    s.fill(blob((215, 545), (400, 590), (585, 545), (400, 560)), darker(c, 0.4), puff=-0.2)
    for x in (355, 445):
        s.fill(oval(x, 400, 11, 14), BLACK, light="ball")
    s.fill(oval(400, 440, 40, 30), lighter(c, 0.45), puff=0.2)
    s.fill(oval(400, 428, 13, 9), BLACK, light="ball")
    for x in (320, 480):
        s.fill(oval(x, 440, 22, 13), colour("eba79a"), alpha=0.75, puff=0)


@drawing("onesie")
def onesie(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for shift, tone in ((75, lighter(colour("e9d8c4"), 0.1)), (-60, c)):
        body = poly(
            *curve([(355, 185), (400, 205), (445, 185)]),
            *curve([(445, 185), (510, 205), (585, 330), (610, 430)]),
            *curve([(610, 430), (560, 448)]),
            (505, 330),
            *curve([(505, 330), (500, 440), (530, 600), (535, 650)]),
            (462, 655),
            *curve([(462, 655), (430, 560), (400, 530)]),
            *curve([(400, 530), (370, 560), (338, 655)]),
            (265, 650),
            *curve([(265, 650), (270, 600), (300, 440), (295, 330)]),
            (240, 448),
            *curve([(240, 448), (190, 430)]),
            *curve([(190, 430), (215, 330), (290, 205), (355, 185)]),
        )
        body = body.change(lambda x, y, m=shift: (400 + m + (x - 400) * 0.84, 400 + (y - 410) * 0.96))
        s.fill(body, tone, light="soft", drop=13, puff=0.45, round_by=18, texture=grid(4, 0.02))
        for i in range(7):
            for j in range(5):
                x, y = 300 + shift + 42 * j + 21 * (i % 2), 250 + 52 * i
                s.fill(
                    blob((x, y + 8), (x - 8, y - 2), (x - 4, y - 8), (x, y - 4), (x + 4, y - 8), (x + 8, y - 2)),
                    darker(tone, 0.22),
                    puff=0,
                    alpha=0.7,
                    within=body,
                )
        s.fill(line([(358 + shift, 188), (400 + shift, 208), (442 + shift, 188)], 11), darker(tone, 0.15), drop=3)
        for k in range(5):
            s.fill(oval(400 + shift, 245 + 58 * k, 7), WHITE, light="ball", drop=3)


@drawing("blocks")
def blocks(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [c, colour("7fa3b8"), colour("e6bf62"), colour("8fae83"), colour("d98f8a"), WOOD]
    places = [(215, 570, 0), (330, 570, 1), (445, 570, 2), (560, 570, 3), (272, 455, 4), (388, 455, 5), (330, 340, 2)]
    s.ground(400, 630, 260, 20)
    for x, y, k in places:
        s.fill(
            poly((x - 52, y - 52), (x - 34, y - 72), (x + 72, y - 72), (x + 54, y - 52)),
            lighter(tones[k], 0.3),
            puff=0.2,
        )
        s.fill(
            poly((x + 54, y - 52), (x + 72, y - 72), (x + 72, y + 36), (x + 54, y + 56)),
            darker(tones[k], 0.2),
            puff=0.2,
        )
        s.fill(box(x - 54, y - 54, x + 56, y + 58, 10), tones[k], light="v", puff=0.4, texture=grain(0.035, 20))
    s.fill(poly((275, 285), (385, 285), (330, 195)), tones[0], light="v", drop=5, puff=0.4, texture=grain(0.035, 20))
    arch = box(480, 420, 660, 515, 8) - oval(570, 518, 46, 52)
    s.fill(arch, tones[1], light="v", drop=5, puff=0.4, texture=grain(0.035, 20))
    s.fill(oval(570, 385, 36), tones[4], light="ball", drop=4)
    s.fill(oval(330, 590, 20) - oval(330, 590, 11), WHITE, puff=0.2, alpha=0.9)
    s.fill(poly((445, 545), (468, 590), (422, 590)), WHITE, puff=0.2, alpha=0.9)


@drawing("clothbook")
def cloth_book(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = [colour("8fb6c9"), colour("e6c46c"), c]
    for k, (x, y, a) in enumerate(((270, 330, -12), (530, 340, 10), (400, 450, -3))):
        tone = tones[k]
        s.fill(box(x - 140, y - 140, x + 140, y + 140, 30).turn(a + 3, x, y), WHITE, light="soft", drop=12, puff=0.5)
        s.fill(
            box(x - 138, y - 144, x + 138, y + 134, 30).turn(a, x, y),
            tone,
            light="soft",
            drop=7,
            puff=0.5,
            round_by=16,
            texture=grid(5, 0.03),
        )
        frame = box(x - 116, y - 122, x + 116, y + 112, 20) - box(x - 110, y - 116, x + 110, y + 106, 16)
        s.fill(frame.turn(a, x, y), WHITE, alpha=0.6, puff=0)
    x, y = 400, 450
    for m in (-1, 1):
        s.fill(
            blob((x + m * 22, y - 50), (x + m * 20, y - 125), (x + m * 46, y - 128), (x + m * 56, y - 45)),
            lighter(c, 0.5),
            light="v",
            drop=5,
            puff=0.4,
        )
    s.fill(oval(x, y + 5, 76, 68), lighter(c, 0.55), light="ball", drop=5, texture=fleecy(0.03, 5))
    for m in (-1, 1):
        s.fill(oval(x + m * 26, y, 8, 10), BLACK, light="ball")
        s.fill(oval(x + m * 46, y + 24, 14, 9), colour("ea9a8f"), puff=0, alpha=0.7)
    s.fill(oval(x, y + 22, 9, 7), colour("c96f62"), light="ball")


@drawing("plush")
def plush(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    fur = fleecy(0.05, 6)
    s.ground(400, 660, 150, 20)
    for m in (-1, 1):
        s.fill(
            blob(
                (400 + m * 60, 210), (400 + m * 62, 80), (400 + m * 105, 62), (400 + m * 128, 130), (400 + m * 108, 245)
            ),
            c,
            light="soft",
            drop=8,
            puff=0.5,
            texture=fur,
        )
        s.fill(
            blob(
                (400 + m * 78, 200), (400 + m * 80, 112), (400 + m * 100, 98), (400 + m * 110, 150), (400 + m * 98, 215)
            ),
            colour("efc0b4"),
            puff=-0.1,
        )
        s.fill(oval(400 + m * 82, 625, 60, 42), c, light="ball", drop=5, texture=fur)
    s.fill(
        blob((320, 420), (400, 390), (480, 420), (520, 560), (470, 645), (330, 645), (280, 560)),
        c,
        light="ball",
        puff=0.5,
        texture=fur,
    )
    s.fill(oval(400, 560, 70, 72), lighter(c, 0.45), puff=0.15, texture=fur)
    for m in (-1, 1):
        s.fill(
            line([(400 + m * 88, 450), (400 + m * 125, 510), (400 + m * 108, 565)], 54),
            c,
            light="soft",
            drop=7,
            puff=0.5,
            texture=fur,
        )
        s.fill(oval(400 + m * 82, 632, 27, 22), colour("efc0b4"), puff=0.2)
    s.fill(oval(400, 315, 142, 122), c, light="ball", drop=9, puff=0.45, texture=fur)
    for m in (-1, 1):
        s.fill(oval(400 + m * 52, 305, 12, 15), BLACK, light="ball")
        s.fill(oval(400 + m * 84, 350, 24, 16), colour("eeb0a4"), puff=0, alpha=0.7)
    s.fill(oval(400, 352, 40, 28), lighter(c, 0.5), puff=0.2)
    s.fill(blob((388, 340), (412, 340), (400, 354)), colour("c97f74"), puff=0.2)
    s.fill(
        blob((400, 440), (340, 415), (335, 470), (400, 455), (465, 470), (460, 415)),
        colour("8aa7b5"),
        light="v",
        drop=6,
    )


@drawing("stroller")
def stroller(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 665, 220, 14, 0.35)
    frame = darker(STEEL, 0.45)
    for points in (
        [(590, 200), (470, 430), (270, 640)],
        [(330, 420), (430, 520), (560, 640)],
        [(590, 200), (640, 175)],
    ):
        s.fill(line(points, 16, False), frame, puff=0.5, drop=5)
    s.fill(line([(585, 190), (660, 160)], 24), colour("8a5f3f"), light="bar", drop=4)
    seat = poly(
        *curve([(270, 300), (320, 440), (420, 500)]),
        *curve([(420, 500), (500, 490), (520, 420)]),
        *curve([(520, 420), (505, 330), (470, 240)]),
    )
    s.fill(seat, darker(c, 0.15), light="v", drop=7, puff=0.4, texture=grid(5, 0.04))
    s.fill(
        poly(
            *curve([(235, 330), (245, 210), (340, 140), (450, 150), (510, 235)]),
            *curve([(510, 235), (400, 270), (235, 330)]),
        ),
        c,
        light="v",
        drop=9,
        puff=0.45,
        texture=grid(5, 0.03),
    )
    for t in (0.33, 0.66):
        x = 245 + 230 * t
        s.fill(line([(x, 315 - 70 * t), (x + 10, 230 - 40 * t), (x + 50 + 20 * t, 160)], 4), darker(c, 0.35), puff=0)
    s.fill(line([(280, 420), (240, 440), (235, 500)], 24), c, light="v", drop=5)
    s.fill(line([(300, 400), (380, 385), (500, 400)], 22), colour("8a5f3f"), light="bar", drop=5)
    s.fill(poly((350, 560), (520, 560), (500, 615), (365, 615)), darker(c, 0.3), light="v", drop=4)
    for x in (265, 565):
        s.fill(oval(x, 630, 44), BLACK, light="ball", drop=4, puff=0.4)
        s.fill(oval(x, 630, 28), STEEL, puff=0.3)
        s.fill(oval(x, 630, 10), BLACK, light="ball")
