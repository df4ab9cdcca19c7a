"""Chargers, cables, sound and desk electronics."""

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
    darker,
    drawing,
    grid,
    lighter,
    line,
    mix,
    oval,
    poly,
    stripes,
)


@drawing("cable")
def cable(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    braid = grid(7, 0.16)
    loop = [
        (240, 210),
        (250, 420),
        (330, 590),
        (500, 610),
        (600, 470),
        (540, 330),
        (390, 300),
        (270, 400),
        (290, 560),
        (430, 660),
        (580, 600),
        (640, 420),
        (600, 230),
    ]
    s.fill(line(loop, 17), c, light="soft", puff=0.7, round_by=6, drop=12, texture=braid)
    for x, y, a in ((240, 205, 0), (600, 225, -6)):
        s.fill(box(x - 12, y - 5, x + 12, y + 40, 6).turn(a, x, y), darker(c, 0.3), light="cyl", drop=6)
        s.fill(box(x - 22, y - 70, x + 22, y, 12).turn(a, x, y), STEEL, light="cyl", drop=8)
        s.fill(box(x - 15, y - 108, x + 15, y - 68, 10).turn(a, x, y), lighter(STEEL, 0.3), light="cyl", drop=5)
        s.fill(box(x - 9, y - 106, x + 9, y - 100, 3).turn(a, x, y), BLACK, puff=0)
    s.fill(box(405, 288, 445, 322, 8), colour("c98b4a"), light="cyl", drop=5)


@drawing("charger")
def charger(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 190, 24)
    s.fill(poly((520, 280), (620, 235), (620, 560), (520, 640)), darker(c, 0.22), light="v", puff=0.2)
    s.fill(poly((210, 280), (320, 232), (622, 234), (522, 282)), lighter(c, 0.3), light="soft", puff=0.2)
    for x in (395, 470):
        s.fill(poly((x, 165), (x + 16, 160), (x + 16, 255), (x, 260)), STEEL, light="cyl", drop=5)
    s.fill(box(205, 278, 525, 645, 34), c, light="v", puff=0.4)
    for y, port in ((345, 12), (425, 12)):
        s.fill(box(310, y, 420, y + 34, 17), darker(c, 0.15), puff=-0.3)
        s.fill(box(322, y + port, 408, y + 23, 5), BLACK, puff=0)
    s.fill(box(300, 505, 430, 555, 6), darker(c, 0.15), puff=-0.3)
    s.fill(box(310, 515, 420, 545, 3), BLACK, puff=0)
    s.fill(box(316, 518, 414, 528, 2), colour("3a6fb0"), puff=0)


@drawing("powerbank")
def power_bank(s: Sheet, c: Colour, d: Colour, kind: str, mag: str = "") -> None:
    body = box(260, 170, 540, 630, 46)
    if mag:
        s.fill(box(330, 130, 620, 660, 50).turn(8, 470, 400), colour("33373d"), light="v", drop=16, puff=0.3)
        s.fill(box(350, 150, 430, 270, 30).turn(8, 470, 400), BLACK, puff=0.3)
        s.fill(box(205, 220, 475, 610, 44).turn(-6, 340, 420), c, light="v", drop=16, puff=0.4)
        s.fill((oval(335, 400, 82) - oval(335, 400, 66)).turn(-6, 340, 420), lighter(c, 0.5), puff=0.2)
        s.fill(box(326, 478, 344, 530, 8).turn(-6, 340, 420), lighter(c, 0.5), puff=0.2)
        return
    s.fill(line([(520, 215), (600, 230), (622, 360), (600, 480), (560, 520)], 20), darker(c, 0.35), drop=8)
    s.fill(body.turn(7, 400, 400), c, light="soft", drop=16, puff=0.4)
    s.fill(box(350, 215, 450, 262, 14).turn(7, 400, 400), BLACK, puff=-0.2)
    for k in range(3):
        s.fill(box(366 + 24 * k, 225, 380 + 24 * k, 252, 3).turn(7, 400, 400), colour("9fe0d2"), puff=0)
    s.fill(line([(300, 560), (500, 560)], 4).turn(7, 400, 400), lighter(c, 0.4), puff=0)
    s.fill(
        blob((390, 380), (430, 380), (410, 420), (440, 420), (375, 500), (395, 440), (365, 440)).turn(7, 400, 400),
        lighter(c, 0.3),
        puff=0,
    )


@drawing("powerstrip")
def power_strip(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(
        line([(640, 330), (720, 260), (640, 180), (480, 215), (300, 170), (150, 220)], 17),
        darker(c, 0.1),
        puff=0.5,
        drop=9,
    )
    s.fill(box(95, 195, 165, 255, 16), darker(c, 0.1), light="v", drop=6)
    s.fill(box(90, 360, 710, 540, 36), c, light="v", drop=18, puff=0.45)
    for k in range(6):
        x = 150 + 74 * k
        s.fill(box(x - 30, 390, x + 30, 510, 12), lighter(c, 0.4), puff=-0.25)
        for dx in (-12, 12):
            s.fill(box(x + dx - 4, 402, x + dx + 4, 428, 2), BLACK, puff=0)
        for a, dx in ((-30, -12), (30, 12)):
            s.fill(box(x + dx - 4, 468, x + dx + 4, 494, 2).turn(-a, x + dx, 481), BLACK, puff=0)
        s.fill(box(x - 4, 444, x + 4, 464, 2), BLACK, puff=0)
    for k in range(3):
        s.fill(box(592, 392 + 36 * k, 632, 410 + 36 * k, 3), BLACK, puff=0)
        s.fill(box(596, 395 + 36 * k, 628, 401 + 36 * k, 1), colour("3a6fb0"), puff=0)
    s.fill(box(650, 405, 688, 480, 10), colour("d5573f"), light="v", drop=4)


@drawing("earbuds")
def earbuds(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 645, 195, 24)
    s.fill(box(205, 225, 595, 430, 90), lighter(c, 0.1), light="v", puff=0.4, drop=5)
    s.fill(box(230, 250, 570, 430, 70), darker(c, 0.12), puff=-0.35)
    s.fill(box(200, 430, 600, 645, 96), c, light="v", puff=0.45, drop=6)
    s.fill(box(205, 420, 595, 462, 20), lighter(c, 0.3), light="v", puff=0.3)
    for x, m in ((315, False), (485, True)):
        bud = line([(x + 14, 360), (x + 14, 450)], 32) + oval(x, 330, 50, 46)
        s.fill(bud.flip(x) if m else bud, lighter(c, 0.45), light="soft", drop=7, puff=0.5)
        s.fill(oval(x + (22 if m else -22), 335, 16, 24), darker(c, 0.65), puff=-0.2, texture=grid(4, 0.2))
    s.fill(oval(400, 540, 9), colour("6fd3a8"), puff=0)
    s.fill(box(205, 448, 595, 462, 4), darker(c, 0.12), light="cyl", puff=0)


@drawing("openear")
def open_ear(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for mirrored in (False, True):

        def place(shape, mirrored=mirrored):
            return shape.flip(400).shift(20, 40) if mirrored else shape.shift(-20, 0)

        s.fill(
            place(line([(330, 360), (255, 330), (190, 250), (210, 180), (290, 160), (345, 220)], 20)),
            d,
            light="soft",
            drop=8,
            puff=0.5,
        )
        s.fill(place(box(150, 290, 225, 400, 34).turn(18, 190, 340)), c, light="cyl", drop=8)
        s.fill(
            place(blob((290, 290), (360, 290), (385, 360), (355, 430), (290, 430), (268, 360))),
            c,
            light="ball",
            drop=10,
            puff=0.45,
        )
        s.fill(place(oval(328, 360, 28, 40)), lighter(c, 0.25), puff=-0.2)
        s.fill(place(box(318, 398, 352, 408, 4)), GOLD, puff=0.2)
    s.ground(400, 660, 130, 18)
    s.fill(box(270, 520, 530, 660, 60), c, light="v", puff=0.5, drop=5)
    s.fill(line([(272, 575), (528, 575)], 4), darker(c, 0.4), puff=0)
    s.fill(oval(400, 610, 7), colour("6fd3a8"), puff=0)


@drawing("headphones")
def headphones(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    band = [(215, 470), (205, 300), (290, 170), (400, 138), (510, 170), (595, 300), (585, 470)]
    s.fill(line(band, 42), c, light="v", puff=0.6, round_by=14, drop=12)
    s.fill(line([(290, 190), (345, 165), (400, 157), (455, 165), (510, 190)], 22), d, light="v", puff=0.4)
    for m in (False, True):

        def side(shape, m=m):
            return shape.flip() if m else shape

        s.fill(side(line([(213, 370), (215, 450)], 20)), STEEL, light="cyl", drop=4)
        s.fill(side(oval(258, 510, 62, 118)), darker(d, 0.2), light="cyl", drop=10, puff=0.5)
        s.fill(side(oval(210, 510, 72, 122)), c, light="cyl" if not m else "soft", drop=10, puff=0.5, round_by=20)
        s.fill(side(oval(196, 510, 40, 86)), lighter(c, 0.12), puff=-0.2)
        s.fill(side(oval(192, 510, 14, 30)), d, puff=0.3)
    s.ground(215, 652, 80, 12, 0.3)
    s.ground(585, 652, 80, 12, 0.3)


@drawing("speaker")
def speaker(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 600, 280, 26)
    s.fill(line([(640, 370), (710, 420), (690, 520)], 13), d, drop=5)
    s.fill(box(125, 330, 675, 600, 130), c, light="bar", puff=0.4, texture=grid(7, 0.13), drop=6)
    for x in (165, 635):
        s.fill(oval(x, 465, 46, 118), darker(c, 0.3), light="cyl", puff=0.35)
        s.fill(oval(x, 465, 28, 80), BLACK, puff=-0.3)
        s.fill(oval(x, 465, 13, 38), darker(STEEL, 0.2), light="ball")
    s.fill(box(280, 440, 520, 500, 30), darker(c, 0.25), light="bar", drop=3)
    s.fill(box(390, 455, 410, 485, 2) + box(375, 466, 425, 474, 2), d, puff=0)
    s.fill(box(310, 466, 345, 474, 2) + box(455, 466, 490, 474, 2), d, puff=0)
    s.fill(box(300, 330, 500, 346, 8), d, light="bar")


@drawing("keyboard")
def keyboard(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(70, 270, 730, 560, 26), mix(c, d, 0.35), light="v", drop=20, puff=0.4)
    s.fill(box(86, 286, 714, 544, 14), darker(d, 0.35), puff=-0.3)
    pitch, left = 36.4, 94
    for row in range(6):
        y = 294 + 41 * row
        for k in range(17):
            if k == 13 or (row == 0 and k in (1,)) or (k > 13 and row == 3) or (k in (14, 16) and row == 4):
                continue
            if row == 5 and 3 <= k <= 9:
                continue
            tone = d if (k in (0, 12) or row == 5 or k > 13 or (row == 0 and 5 <= k <= 8)) else c
            s.fill(box(left + k * pitch, y, left + k * pitch + 32, y + 36, 7), darker(tone, 0.18), puff=0, drop=3)
            s.fill(
                box(left + k * pitch + 3, y + 1, left + k * pitch + 29, y + 29, 6),
                lighter(tone, 0.12),
                light="v",
                puff=0.15,
            )
    s.fill(box(left + 3 * pitch, 499, left + 10 * pitch - 4, 535, 7), darker(c, 0.18), puff=0, drop=3)
    s.fill(box(left + 3 * pitch + 3, 500, left + 10 * pitch - 7, 528, 6), lighter(c, 0.12), light="v", puff=0.15)
    s.fill(box(left + 3, 295, left + 29, 323, 6), colour("c9583f"), light="v", puff=0.2)


@drawing("mouse")
def mouse(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    body = blob(
        (290, 300),
        (340, 195),
        (400, 175),
        (460, 195),
        (510, 300),
        (530, 460),
        (480, 605),
        (400, 635),
        (320, 605),
        (270, 460),
    )
    s.fill(body, c, light="ball", drop=22, puff=0.45, round_by=26)
    s.fill(line([(400, 178), (400, 350)], 4), darker(c, 0.4), puff=0)
    s.fill(line([(283, 365), (340, 345), (400, 350), (460, 345), (517, 365)], 4), darker(c, 0.35), puff=0)
    s.fill(box(383, 225, 417, 310, 17), darker(c, 0.6), puff=-0.2)
    s.fill(box(389, 235, 411, 298, 11), STEEL, light="bar", texture=stripes(8, 0.2), puff=0.3)
    s.fill(line([(278, 420), (276, 500)], 13), darker(c, 0.25), puff=0.4)
    s.shine(blob((310, 420), (330, 290), (345, 300), (330, 440)), 0.25)


@drawing("phonestand")
def phone_stand(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 645, 150, 20)
    s.fill(box(265, 610, 535, 642, 14), c, light="bar", drop=5)
    s.fill(line([(400, 615), (420, 470)], 30), c, light="cyl", drop=5)
    s.fill(box(280, 130, 520, 560, 34).turn(-5, 400, 350), BLACK, light="v", drop=12, puff=0.35)
    s.fill(box(292, 142, 508, 548, 26).turn(-5, 400, 350), colour("e7b49a"), to=colour("6f93ab"), along=65, puff=0)
    for x, y in ((330, 230), (400, 230), (470, 230), (330, 300), (400, 300), (470, 300)):
        s.fill(box(x - 22, y - 22, x + 22, y + 22, 11).turn(-5, 400, 350), WHITE, puff=0.1, alpha=0.8)
    s.fill(box(300, 545, 500, 575, 10), c, light="bar", drop=7)
    for x in (320, 458):
        s.fill(box(x, 535, x + 22, 575, 8), lighter(c, 0.2), light="cyl", drop=4)


@drawing("hub")
def hub(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(line([(190, 420), (110, 380), (130, 250), (250, 215), (330, 250)], 17), darker(c, 0.3), puff=0.5, drop=8)
    s.fill(box(320, 225, 390, 280, 10).turn(14, 350, 250), c, light="v", drop=5)
    s.fill(box(385, 240, 425, 268, 8).turn(14, 350, 250), STEEL, light="bar", drop=4)
    s.fill(poly((170, 400), (640, 400), (690, 450), (120, 450)), lighter(c, 0.25), puff=0.2, drop=10)
    s.fill(box(120, 448, 690, 560, 22), c, light="v", drop=12, puff=0.35)
    x = 160
    for w, h, tone in (
        (62, 30, BLACK),
        (62, 26, colour("3a6fb0")),
        (62, 26, colour("3a6fb0")),
        (62, 26, colour("3a6fb0")),
        (54, 16, BLACK),
        (46, 18, BLACK),
    ):
        s.fill(box(x, 505 - h / 2, x + w, 505 + h / 2, 4), darker(c, 0.5), puff=-0.3)
        s.fill(box(x + 5, 505 - h / 2 + 5, x + w - 5, 505 + h / 2 - (9 if h > 20 else 5), 2), tone, puff=0)
        x += w + 24
    s.fill(oval(655, 425, 6), colour("6fd3a8"), puff=0)


@drawing("deskmat")
def desk_mat(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(poly((150, 300), (650, 300), (750, 590), (50, 590)), darker(c, 0.3), drop=14, puff=0.3)
    mat = poly((156, 306), (644, 306), (740, 582), (60, 582))
    s.fill(mat, c, light="v", puff=0.15, texture=grid(4, 0.03))
    s.fill(
        blob((60, 582), (200, 440), (400, 500), (560, 400), (760, 470), (740, 620), (300, 640)),
        d,
        within=mat,
        puff=0,
        alpha=0.9,
    )
    s.fill(
        blob((60, 600), (220, 510), (420, 550), (620, 470), (760, 540), (740, 640), (300, 660)),
        mix(c, d, 0.5),
        within=mat,
        puff=0,
    )
    s.fill(oval(560, 372, 34, 20), colour("e9d9b8"), within=mat, puff=0)
    s.fill(poly((210, 385), (500, 385), (520, 480), (190, 480)), WHITE, light="v", drop=10, puff=0.4)
    for r in range(4):
        for k in range(11):
            x0 = 203 + 27.6 * k - r * 1.0
            s.fill(box(x0, 392 + 22 * r, x0 + 22, 408 + 22 * r, 4), colour("d9dde0"), puff=0.2)
    s.fill(blob((600, 400), (640, 400), (656, 450), (640, 490), (604, 490), (590, 450)), WHITE, light="ball", drop=10)
    s.fill(line([(622, 402), (624, 440)], 4), colour("b9bfc6"), puff=0)


@drawing("phonecase")
def phone_case(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(box(430, 190, 640, 610, 44).turn(7, 530, 400), colour("d9a79a"), light="v", drop=14, puff=0.35)
    s.fill(box(250, 150, 500, 640, 54), colour("7f93a8"), light="v", drop=16, puff=0.3)
    s.fill(box(236, 136, 514, 654, 62), c, alpha=0.42, puff=0.9, round_by=16)
    for x, y in ((262, 162), (488, 162), (262, 628), (488, 628)):
        s.fill(oval(x, y, 30), WHITE, alpha=0.4, puff=0.5)
    s.fill(box(275, 180, 385, 300, 30), darker(c, 0.55), puff=0.4)
    for x, y in ((308, 213), (352, 213), (308, 262)):
        s.fill(oval(x, y, 21), BLACK, puff=0.3)
        s.fill(oval(x - 4, y - 4, 8), colour("5f7fa8"), light="ball", puff=0)
    s.shine(poly((430, 150), (495, 150), (330, 640), (268, 640)), 0.2, within=box(250, 150, 500, 640, 54))
