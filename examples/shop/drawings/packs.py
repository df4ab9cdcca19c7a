"""Bottles, bags and other things of the cleaning cupboard, and bags of food."""

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
