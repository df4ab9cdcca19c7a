"""Bedding, storage and lamps."""

from __future__ import annotations

from drawings.brush import (
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


def cushion_at(s: Sheet, x: float, y: float, w: float, h: float, c: Colour, **paint) -> None:
    """A plump pillow with pointed corners."""
    a, b = w / 2, h / 2
    outline = blob(
        (x - a, y - b),
        (x, y - b * 1.06),
        (x + a, y - b),
        (x + a * 1.0, y),
        (x + a, y + b),
        (x, y + b * 1.06),
        (x - a, y + b),
        (x - a * 1.0, y),
    )
    s.fill(outline, c, light="soft", puff=0.5, round_by=min(34, h * 0.2), drop=10, **paint)


@drawing("bedding")
def bedding(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 660, 285, 18)
    s.fill(box(130, 200, 670, 470, 36), WOOD, light="v", texture=grain(0.05, 34), drop=8)
    s.fill(box(120, 420, 680, 640, 20), WHITE, light="v")
    for x in (270, 530):
        cushion_at(s, x, 370, 225, 130, lighter(d, 0.15), texture=grid(4, 0.02))
    cushion_at(s, 400, 405, 190, 105, c, texture=grid(4, 0.02))
    quilt = poly(
        *curve([(112, 475), (250, 440), (400, 452), (550, 438), (688, 475)]),
        (704, 640),
        *curve([(690, 655), (550, 640), (400, 658), (250, 640), (110, 655)]),
        (96, 640),
    )
    s.fill(quilt, c, light="v", puff=0.5, drop=10, texture=grid(4, 0.02))
    fold = poly(
        *curve([(112, 475), (250, 440), (400, 452), (550, 438), (688, 475)]),
        *curve([(694, 530), (550, 492), (400, 508), (250, 494), (106, 530)]),
    )
    s.fill(fold, d, light="v", puff=0.4, drop=7)
    for x in (210, 330, 470, 600):
        s.fill(blob((x, 530), (x + 9, 580), (x + 26, 645), (x - 4, 600)), darker(c, 0.2), alpha=0.35, puff=0)


@drawing("pillow")
def pillow(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 575, 260, 26)
    wave = blob(
        (135, 420),
        (170, 345),
        (290, 322),
        (400, 372),
        (510, 340),
        (630, 350),
        (668, 430),
        (650, 530),
        (520, 566),
        (400, 556),
        (280, 570),
        (150, 535),
    )
    s.fill(wave, c, light="v", puff=0.6, round_by=34, texture=grid(7, 0.03))
    s.fill(line([(142, 475), (280, 500), (400, 486), (520, 500), (660, 480)], 4), darker(c, 0.2), puff=0, alpha=0.6)
    s.shine(blob((200, 372), (290, 340), (350, 365), (280, 368)), 0.35)


@drawing("quilt", "towels", "babytowel")
def folded(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    tones = {"quilt": [c, lighter(c, 0.2), c, lighter(c, 0.2)], "towels": [c, d, colour("8fa79a")]}.get(
        kind, [c, lighter(c, 0.25), c]
    )
    h = {"quilt": 92, "towels": 118}.get(kind, 100)
    texture = fleecy(0.06, 6) if kind == "towels" else grid(9 if kind == "babytowel" else 30, 0.05)
    s.ground(400, 645, 235, 20)
    for k, tone in enumerate(tones):
        y = 640 - (k + 1) * h
        w = 240 - 6 * (k % 2)
        s.fill(box(400 - w, y, 400 + w, y + h + 4, h * 0.42), tone, light="bar", puff=0.35, drop=6, texture=texture)
        if kind == "towels":
            s.fill(box(400 - w + 330, y + 2, 400 - w + 352, y + h), lighter(tone, 0.35), light="bar", puff=0)
        s.fill(
            line([(400 - w + 20, y + h / 2), (400 + w - 60, y + h / 2 + 2)], 4), darker(tone, 0.3), puff=0, alpha=0.5
        )
    if kind == "babytowel":
        s.fill(box(384, 336, 416, 646, 4), colour("a9beb0"), light="cyl", drop=3)
        for m in (-1, 1):
            loop = blob((400, 345), (400 + m * 60, 290), (400 + m * 88, 325), (400 + m * 60, 362))
            s.fill(loop, colour("a9beb0"), light="v", drop=6, puff=0.5)
        s.fill(oval(400, 343, 18), colour("94ad9d"), light="ball", drop=4)


@drawing("rug")
def rug(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    flat = poly((215, 330), (585, 330), (700, 600), (100, 600))
    s.fill(flat, c, light="v", drop=14, puff=0.4, texture=fleecy(0.13, 16))
    s.fill(
        poly((250, 360), (550, 360), (632, 570), (168, 570)) - poly((264, 374), (536, 374), (606, 552), (194, 552)),
        lighter(c, 0.4),
        puff=0.2,
        texture=fleecy(0.1, 14),
    )
    for k in range(31):
        x = 102 + 19.9 * k
        s.fill(line([(x, 600), (x - 4 + 8 * (k % 2), 622)], 6), lighter(c, 0.3), puff=0.2)


@drawing("curtain")
def curtain(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(180, 150, 620, 610, 6), colour("dfeaf0"), light="v", puff=-0.2)
    s.glow(400, 360, 250, (1.0, 0.98, 0.9), 0.6)
    s.fill(box(394, 150, 406, 610) + box(180, 370, 620, 380), WHITE, drop=3)
    s.fill(line([(95, 130), (705, 130)], 15), GOLD, light="bar", drop=7)
    for x in (92, 708):
        s.fill(oval(x, 130, 18), GOLD, light="ball")
    for mirrored in (False, True):
        panel = poly((110, 138), (345, 138), *curve([(345, 138), (335, 320), (290, 480), (318, 690)]), (110, 690))
        panel = panel.flip() if mirrored else panel
        s.fill(panel, c, light="cyl", drop=12, texture=stripes(47, 0.16, 90), puff=0.2)
        tie = line([(108, 478), (200, 500), (298, 478)], 20)
        s.fill(tie.flip() if mirrored else tie, darker(c, 0.2), light="bar", drop=4)


@drawing("storagebox")
def storage_box(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 630, 250, 24)
    s.fill(poly((135, 390), (520, 420), (520, 640), (150, 590)), c, light="v", puff=0.25, texture=grid(5, 0.05))
    s.fill(
        poly((520, 420), (670, 370), (660, 570), (520, 640)), darker(c, 0.2), light="v", puff=0.2, texture=grid(5, 0.05)
    )
    s.fill(poly((125, 352), (520, 382), (520, 430), (128, 400)), lighter(c, 0.12), light="v", drop=5)
    s.fill(poly((520, 382), (682, 330), (680, 378), (520, 430)), darker(c, 0.1), light="v")
    s.fill(poly((125, 352), (300, 310), (682, 330), (520, 382)), lighter(c, 0.28), puff=0.25, texture=grid(5, 0.04))
    s.fill(line([(270, 490), (330, 512), (395, 500)], 17), colour("8a5f3f"), drop=5)
    s.fill(box(290, 545, 372, 590, 6), WHITE, drop=3)


@drawing("drawers")
def drawers(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 215, 18)
    s.fill(box(190, 215, 610, 640, 20), c, light="cyl", alpha=0.75, puff=0.5)
    items = [["a5464b", "c98f7a", "e0a0a8"], ["6f93ab", "d9b06a", "8fae95"], ["8c6f9c", "5a6b58", "d98b5a"]]
    for k in range(3):
        y = 235 + 134 * k
        for j, code in enumerate(items[k]):
            x = 235 + 115 * j
            s.fill(box(x, y + 40 - 12 * (j == k), x + 88, y + 112, 12), colour(code), light="cyl", puff=0.35)
        s.fill(box(205, y, 595, y + 122, 14), WHITE, light="v", alpha=0.35, puff=0.5, drop=3)
        s.fill(box(365, y + 12, 435, y + 30, 9), GOLD, light="bar", drop=4)
        s.shine(box(216, y + 14, 224, y + 108, 4), 0.6)


@drawing("hangers")
def hangers(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(line([(80, 190), (720, 190)], 18), STEEL, light="bar", drop=8)
    for k in range(5):
        x, y, tone = 300 + 50 * k, 40 * k * 0.5, mix(c, WHITE, 0.09 * (4 - k))
        s.fill(line([(x, 300 + y), (x, 240 + y), (x + 24, 205), (x, 182), (x - 22, 200)], 8), GOLD, drop=4)
        frame = poly((x, 290 + y), (x + 205, 430 + y), (x + 190, 470 + y), (x - 190, 470 + y), (x - 205, 430 + y))
        frame = frame - poly(
            (x, 325 + y), (x + 158, 432 + y), (x + 150, 446 + y), (x - 150, 446 + y), (x - 158, 432 + y)
        )
        s.fill(frame, tone, light="v", drop=9, puff=0.35, round_by=8, texture=fleecy(0.03, 4))


@drawing("nightlamp")
def night_lamp(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.glow(400, 360, 330, colour("ffe2a6"), 0.9)
    s.ground(400, 640, 130, 22)
    s.fill(lathe(400, [(560, 100), (600, 128), (636, 126)], 0.16), d, light="cyl")
    s.fill(
        lathe(400, [(220, 40), (250, 110), (360, 158), (480, 150), (565, 100)], 0.16),
        colour("ffe9bf"),
        to=colour("ffd48a"),
        light="ball",
        puff=0.25,
    )
    s.glow(390, 380, 130, (1.0, 0.98, 0.9), 0.75)
    s.fill(line([(400, 215), (400, 165), (430, 150)], 11), d, drop=3)
    s.fill(oval(400, 612, 14, 8), colour("f4c15d"), puff=0.2)


@drawing("desklamp")
def desk_lamp(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.glow(255, 440, 300, colour("fff1c9"), 0.75)
    s.ground(490, 645, 130, 20)
    s.fill(lathe(490, [(615, 124), (642, 126)], 0.2, False), c, light="cyl")
    s.fill(oval(490, 615, 124, 25), lighter(c, 0.3), puff=0.25)
    s.fill(oval(490, 614, 20, 5), d, puff=0.2)
    s.fill(line([(490, 610), (590, 400)], 19), c, light="cyl", drop=8)
    s.fill(line([(590, 400), (390, 215)], 19), c, light="v", drop=8)
    for x, y in ((590, 400), (390, 215)):
        s.fill(oval(x, y, 21), d, light="ball", drop=4)
    s.fill(box(180, 205, 420, 245, 18).turn(-8, 390, 215), c, light="bar", drop=8)
    s.fill(box(195, 238, 400, 250, 6).turn(-8, 390, 215), colour("fff3cf"), light="flat", puff=0)


@drawing("shelf")
def shelf(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for y in (380, 620):
        s.fill(
            poly((170, y - 40), (630, y - 40), (560, y), (240, y)),
            lighter(c, 0.3),
            puff=0.2,
            drop=8,
            texture=stripes(26, 0.07, 90),
        )
        s.fill(box(240, y, 560, y + 14, 6), c, light="bar", drop=5)
        s.fill(line([(175, y - 85), (240, y - 52), (560, y - 52), (625, y - 85)], 9, False), c, light="bar", drop=5)
    for x in (205, 595):
        s.fill(line([(x, 270), (x, 625)], 9), c, light="cyl", drop=5)
    for x, y, w, h, code in (
        (300, 365, 34, 120, "6fa095"),
        (385, 365, 40, 95, "efb6a5"),
        (480, 365, 30, 145, "e9e0cf"),
        (340, 605, 48, 105, "8c7fae"),
        (470, 605, 40, 130, "d8b06a"),
    ):
        s.fill(lathe(x, [(y - h, w * 0.75), (y - h + 18, w), (y, w * 0.95)], 0.14), colour(code), light="cyl", drop=6)
        s.fill(lathe(x, [(y - h - 26, w * 0.42), (y - h - 2, w * 0.45)], 0.14, False), WHITE, light="cyl")
    s.fill(line([(240, 328), (560, 328)], 8), c, light="bar", drop=4)
    s.fill(line([(240, 568), (560, 568)], 8), c, light="bar", drop=4)
