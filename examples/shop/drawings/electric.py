"""Small household appliances."""

from __future__ import annotations

import numpy as np

from drawings.brush import (
    BLACK,
    GOLD,
    STEEL,
    WHITE,
    WOOD,
    Colour,
    Sheet,
    blob,
    box,
    colour,
    darker,
    drawing,
    grain,
    lathe,
    lighter,
    line,
    mix,
    oval,
    poly,
    stripes,
)


@drawing("blender")
def blender(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 665, 108, 18)
    s.fill(lathe(400, [(300, 104), (430, 110), (470, 104)], 0.14), WHITE, light="cyl", alpha=0.6)
    s.fill(lathe(400, [(335, 100), (430, 104), (465, 98)], 0.14), colour("e8687a"), light="cyl", alpha=0.9)
    s.fill(oval(400, 335, 100, 14), colour("f3a0a4"), puff=0.1)
    for x, y in ((360, 390), (420, 370), (445, 425), (385, 440)):
        s.fill(oval(x, y, 15, 13), colour("c9354a"), light="ball", alpha=0.8)
    s.fill(lathe(400, [(465, 106), (500, 112), (645, 104), (664, 96)], 0.14), c, light="cyl", drop=5)
    s.fill(lathe(400, [(225, 92), (250, 108), (308, 108)], 0.14), c, light="cyl", drop=5)
    s.fill(line([(330, 225), (345, 165), (455, 165), (470, 225)], 15, False), darker(c, 0.1), drop=4)
    s.fill(oval(400, 560, 30), lighter(c, 0.35), puff=0.35)
    s.fill(oval(400, 560, 17) - oval(400, 560, 11), GOLD, puff=0)
    s.shine(box(312, 335, 324, 450, 6), 0.7)
    for x, y in ((215, 640), (258, 652)):
        s.ground(x, y + 18, 26, 5)
        s.fill(
            blob((x - 30, y - 18), (x, y - 26), (x + 30, y - 18), (x + 6, y + 26), (x - 6, y + 26)),
            colour("d9404a"),
            light="ball",
            drop=3,
        )
        s.fill(blob((x - 20, y - 24), (x, y - 36), (x + 20, y - 24), (x, y - 16)), colour("7a9c55"))


@drawing("kettle")
def kettle(s: Sheet, c: Colour, d: Colour, kind: str, glass: str = "") -> None:
    s.ground(390, 655, 155, 24)
    s.fill(lathe(385, [(622, 150), (650, 152)], 0.16, False), d, light="cyl")
    s.fill(line([(495, 275), (610, 300), (622, 430), (560, 560)], 36), d, light="v", drop=8)
    s.fill(poly((285, 265), (225, 250), (215, 268), (275, 345)), c, light="v", puff=0.3)
    s.fill(lathe(385, [(255, 108), (330, 124), (520, 140), (620, 142)], 0.15), c, light="cyl")
    if glass:
        s.fill(
            lathe(385, [(272, 106), (330, 116), (520, 132), (612, 134)], 0.15), colour("e4eeee"), light="cyl", puff=0.4
        )
        s.fill(lathe(385, [(400, 122), (520, 131), (606, 130)], 0.15), colour("a9d0dc"), light="cyl", alpha=0.75)
        s.fill(oval(385, 400, 122, 17), colour("cfe6ec"), puff=0.1)
        s.glow(385, 636, 90, colour("ffdf9a"), 0.6)
    s.fill(lathe(385, [(222, 80), (256, 110)], 0.16), d, light="cyl", drop=4)
    s.fill(oval(385, 213, 17, 12), GOLD, light="ball", drop=3)
    s.fill(box(362, 350, 376, 560, 7), mix(d, WHITE, 0.75), puff=-0.3)
    s.fill(box(362, 440, 376, 560, 7), colour("7db4d2"), puff=0)
    s.shine(box(280, 310, 294, 585, 7), 0.6)
    for x, y in ((215, 215), (195, 170), (222, 130)):
        s.fill(oval(x, y, 22, 17), WHITE, puff=0, alpha=0.25)


@drawing("airfryer")
def air_fryer(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 200, 26)
    s.fill(
        blob((250, 180), (400, 150), (550, 180), (600, 400), (590, 620), (400, 655), (210, 620), (200, 400)),
        c,
        light="cyl",
        puff=0.4,
    )
    s.fill(
        blob((265, 200), (400, 175), (535, 200), (545, 265), (400, 285), (255, 265)),
        darker(c, 0.35),
        light="v",
        puff=0.2,
    )
    for x in (330, 470):
        s.fill(oval(x, 232, 34), d, light="ball", drop=5)
        s.fill(box(x - 3, 205, x + 3, 232, 2), BLACK, puff=0)
    s.fill(box(228, 330, 572, 625, 44), darker(c, 0.12), light="cyl", drop=6, puff=0.35)
    s.fill(box(262, 358, 538, 520, 26), colour("2a1d14"), to=colour("8a4a1c"), puff=-0.3)
    s.glow(400, 470, 130, colour("ffb45a"), 0.6)
    for x, y, r in ((350, 470, 50), (430, 460, 56), (395, 490, 46)):
        s.fill(
            blob((x - r, y), (x - r * 0.4, y - r * 0.6), (x + r, y - 8), (x + r * 0.4, y + r * 0.5)),
            colour("c98238"),
            light="ball",
            drop=4,
        )
    s.shine(poly((285, 365), (345, 365), (290, 510), (270, 510)), 0.22)
    s.fill(box(345, 555, 455, 612, 22), d, light="bar", drop=9)


@drawing("ricecooker")
def rice_cooker(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 645, 190, 26)
    s.fill(line([(205, 420), (230, 240), (400, 190), (570, 240), (595, 420)], 24), d, light="v", drop=5)
    s.fill(
        blob((230, 350), (400, 330), (570, 350), (605, 500), (570, 630), (400, 655), (230, 630), (195, 500)),
        c,
        light="cyl",
        puff=0.45,
        round_by=24,
    )
    s.fill(
        blob((225, 370), (260, 275), (400, 240), (540, 275), (575, 370), (400, 395)),
        lighter(c, 0.15),
        light="v",
        drop=8,
        puff=0.4,
    )
    s.fill(oval(400, 268, 46, 15), d, light="v", drop=4)
    s.fill(oval(400, 520, 70), darker(c, 0.08), puff=0.3)
    s.fill(oval(400, 520, 52), d, light="ball", drop=4)
    s.fill(box(396, 476, 404, 512, 3), WHITE, puff=0)
    for k in range(3):
        s.fill(oval(300 - 8 * (k == 1), 480 + 38 * k, 7), colour("e8a34a") if k == 0 else darker(c, 0.25), puff=0.2)


@drawing("pourover")
def pour_over(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 150, 24, 0.4)
    s.fill(line([(510, 470), (610, 480), (600, 590), (520, 600)], 16), colour("c3d2d2"), alpha=0.8, drop=3)
    s.fill(
        lathe(400, [(410, 62), (470, 110), (570, 150), (635, 145), (650, 130)], 0.16),
        colour("cfdcdb"),
        light="cyl",
        alpha=0.6,
    )
    s.fill(lathe(400, [(525, 132), (580, 143), (632, 137), (642, 124)], 0.16), c, to=darker(c, 0.4), light="cyl")
    s.fill(oval(400, 525, 132, 19), lighter(c, 0.2), puff=-0.1)
    s.fill(box(330, 392, 470, 416, 8), WOOD, light="cyl", texture=grain(0.06, 12), drop=4)
    s.fill(
        lathe(400, [(215, 145), (300, 95), (390, 45)], 0.17, False), WHITE, light="cyl", texture=stripes(24, 0.05, 80)
    )
    s.fill(oval(400, 215, 145, 26), lighter(WHITE, 0.2), puff=0.2)
    s.fill(oval(400, 219, 128, 19), c, to=darker(c, 0.35), puff=-0.2)
    s.fill(line([(540, 240), (600, 260), (560, 330), (480, 320)], 15), WHITE, drop=4)
    s.shine(blob((285, 570), (310, 500), (322, 510), (300, 610)), 0.6)


@drawing("coffeemachine")
def coffee_machine(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 655, 220, 24)
    s.fill(box(200, 200, 600, 650, 26), d, light="v", puff=0.35)
    s.fill(box(180, 180, 620, 370, 30), c, light="v", drop=10, puff=0.4, texture=stripes(3, 0.015))
    s.fill(box(190, 590, 610, 655, 16), c, light="v", drop=6)
    s.fill(box(215, 585, 585, 600, 5), BLACK, texture=stripes(12, 0.4, 90), puff=0)
    s.fill(oval(290, 270, 44), WHITE, puff=0.4)
    s.fill(oval(290, 270, 35), lighter(WHITE, 0.4), puff=-0.2)
    s.fill(line([(290, 272), (310, 248)], 4), colour("c4472f"), puff=0)
    for x in (400, 465, 530):
        s.fill(oval(x, 270, 22), darker(c, 0.12), puff=0.4)
        s.fill(oval(x, 270, 5), colour("f0c06a") if x == 400 else WHITE, puff=0)
    s.fill(box(345, 365, 455, 405, 8), c, light="cyl", drop=5)
    s.fill(line([(400, 412), (300, 450)], 30), BLACK, light="bar", drop=6)
    s.fill(box(370, 400, 430, 428, 8), STEEL, light="cyl")
    s.fill(line([(545, 365), (555, 440), (540, 500)], 12), STEEL, light="cyl", drop=5)
    for x in (388, 412):
        s.fill(line([(x, 428), (x, 505)], 4), colour("5a3a22"), puff=0)
    s.fill(lathe(400, [(505, 56), (545, 52), (585, 36)], 0.2), WHITE, light="cyl", drop=5)
    s.fill(oval(400, 507, 48, 9), colour("8a5a34"), to=colour("c99a63"), puff=-0.1)
    s.fill(line([(452, 520), (482, 528), (448, 560)], 9), WHITE)


@drawing("eggboiler")
def egg_boiler(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 170, 24)
    s.fill(lathe(400, [(560, 172), (610, 176), (646, 150)], 0.15), c, light="cyl")
    for y, tray in ((548, 165), (405, 150)):
        s.fill(lathe(400, [(y, tray), (y + 14, tray)], 0.15, False), WHITE, light="cyl")
        for k in range(4):
            x = 400 + (k - 1.5) * 72
            s.fill(oval(x, y - 30, 33, 43), colour("e2b48a") if k % 2 else colour("eec9a4"), light="ball", drop=4)
    s.fill(lathe(400, [(300, 90), (330, 140), (420, 165), (556, 170)], 0.15), colour("dfe9ea"), light="cyl", alpha=0.38)
    s.fill(lathe(400, [(278, 30), (300, 60)], 0.2), c, light="cyl", drop=4)
    s.fill(oval(400, 612, 19), WHITE, light="ball", drop=3)
    s.shine(blob((262, 420), (290, 350), (302, 356), (278, 520), (262, 520)), 0.6)


@drawing("humidifier")
def humidifier(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for k in range(9):
        s.glow(400 + 22 * ((k * 7) % 5 - 2) + 3 * k, 250 - 22 * k, 70 + 9 * k, (1, 1, 1), 0.42 - 0.03 * k)
    s.ground(400, 650, 145, 24)
    s.fill(lathe(400, [(300, 60), (350, 120), (480, 152), (600, 150), (645, 128)], 0.15), c, light="cyl", puff=0.35)
    s.fill(lathe(400, [(480, 152), (600, 150), (645, 128)], 0.15), WHITE, light="cyl", alpha=0.9)
    s.fill(oval(400, 300, 58, 11), WHITE, puff=0.3)
    s.fill(oval(400, 299, 20, 5), darker(c, 0.5), puff=-0.2)
    s.fill(oval(400, 590, 15), lighter(c, 0.2), puff=0.4)
    s.fill(box(330, 484, 470, 490, 3), colour("ffdf9a"), puff=0)
    s.shine(blob((300, 410), (318, 385), (310, 520), (292, 560)), 0.45)


@drawing("minifan", "fan")
def fan(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    x, y, r = (400, 300, 165) if kind == "minifan" else (400, 285, 172)
    if kind == "minifan":
        s.ground(400, 655, 105, 18)
        s.fill(lathe(400, [(632, 100), (652, 102)], 0.2, False), c, light="cyl")
        s.fill(oval(400, 632, 100, 20), lighter(c, 0.3), puff=0.2)
        s.fill(box(372, 440, 428, 632, 26), c, light="cyl", drop=5)
        s.fill(oval(400, 540, 13), lighter(c, 0.5), puff=0.3)
    else:
        s.ground(400, 660, 125, 20)
        s.fill(lathe(400, [(636, 122), (656, 124)], 0.2, False), WHITE, light="cyl")
        s.fill(oval(400, 636, 122, 25), lighter(c, 0.3), puff=0.2)
        s.fill(line([(400, 440), (400, 630)], 26), WHITE, light="cyl")
        s.fill(box(380, 560, 420, 610, 12), d, light="cyl")
    s.fill(oval(x, y, r), darker(c, 0.08) if kind == "minifan" else WHITE, light="ball", drop=12, puff=0.5)
    s.fill(oval(x, y, r - 18), mix(d, BLACK, 0.25), puff=-0.4)
    for k in range(5):
        blade = blob((x, y - 20), (x + 60, y - 70), (x + 40, y - r + 34), (x - 20, y - r + 44), (x - 26, y - 50))
        s.fill(blade.turn(72 * k, x, y), lighter(c, 0.25), light="v", puff=0.25, alpha=0.95)
    for k in range(28):
        s.fill(
            line([(x, y - 34), (x + 24, y - 95), (x, y - r + 12)], 3).turn(360 / 28 * k, x, y),
            WHITE,
            puff=0,
            alpha=0.85,
        )
    for q in (0.5, 0.78):
        s.fill(oval(x, y, r * q) - oval(x, y, r * q - 4), WHITE, puff=0, alpha=0.85)
    s.fill(oval(x, y, 36), c if kind == "minifan" else d, light="ball", drop=4)


@drawing("hairdryer")
def hair_dryer(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.fill(line([(470, 600), (520, 660), (640, 655), (700, 690)], 11), BLACK, drop=5)
    s.fill(poly((395, 370), (490, 370), (505, 620), (430, 620)), c, light="cyl", drop=10, puff=0.4)
    s.fill(box(430, 600, 508, 636, 10), darker(c, 0.3), light="cyl", texture=stripes(7, 0.12))
    s.fill(box(225, 250, 590, 400, 70), c, light="bar", drop=12, puff=0.35)
    s.fill(oval(585, 325, 36, 75), darker(c, 0.35), puff=0.2)
    s.fill(oval(587, 325, 26, 58), BLACK, texture=stripes(8, 0.4), puff=-0.2)
    s.fill(poly((235, 262), (170, 278), (170, 372), (235, 388)), BLACK, light="bar", drop=5)
    s.fill(box(118, 288, 176, 362, 10), darker(STEEL, 0.4), light="bar", drop=4)
    s.fill(box(300, 250, 318, 400), GOLD, light="bar", puff=0)
    for k in range(3):
        s.fill(oval(455, 450 + 45 * k, 13), GOLD if k == 0 else lighter(c, 0.4), light="ball", drop=3)


@drawing("steamer")
def steamer(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    for k in range(8):
        s.glow(190 - 12 * k, 255 + 16 * ((k * 5) % 7 - 3), 60 + 8 * k, (1, 1, 1), 0.5 - 0.04 * k)
    s.fill(poly((235, 190), (330, 180), (330, 345), (235, 335)), STEEL, light="cyl", drop=8, puff=0.3)
    for k in range(4):
        s.fill(oval(255, 215 + 33 * k, 7), BLACK, puff=-0.2)
    s.fill(
        blob((320, 180), (480, 190), (590, 240), (600, 300), (520, 340), (400, 352), (320, 345)),
        c,
        light="bar",
        drop=9,
        puff=0.4,
    )
    s.fill(poly((455, 330), (560, 300), (555, 620), (475, 620)), c, light="cyl", drop=9, puff=0.4)
    s.fill(box(465, 470, 567, 650, 26), colour("b9d3d8"), light="cyl", alpha=0.85, puff=0.4)
    s.fill(box(475, 540, 557, 640, 18), colour("8fc0d4"), light="cyl", alpha=0.7)
    s.fill(oval(450, 255, 22), GOLD, light="ball", drop=4)
    s.fill(box(352, 236, 405, 250, 6), WHITE, puff=0, alpha=0.8)


@drawing("heater")
def heater(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.glow(400, 400, 330, colour("ffb48a"), 0.5)
    s.ground(400, 650, 165, 22)
    s.fill(box(230, 200, 570, 640, 90), c, light="cyl", puff=0.45, drop=6)
    s.fill(box(270, 245, 530, 510, 60), darker(d, 0.55), to=d, puff=-0.4)
    s.glow(400, 390, 150, colour("ffa25a"), 0.8)
    for k in range(9):
        s.fill(box(282, 268 + 27 * k, 518, 277 + 27 * k, 4), lighter(c, 0.1), light="bar", puff=0.3)
    for x in (350, 450):
        s.fill(oval(x, 565, 26), darker(c, 0.08), puff=0.4)
        s.fill(oval(x, 565, 7), d if x == 350 else darker(c, 0.4), puff=0)
    for x in (290, 510):
        s.fill(oval(x, 646, 30, 11), BLACK, light="v")


@drawing("vacuum")
def vacuum(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    g = 24
    s.fill(
        blob((470, 330), (560, 250), (660, 280), (680, 350), (610, 380), (560, 420)).turn(g - 10, 500, 380)
        - blob((540, 330), (590, 295), (632, 318), (620, 345), (570, 360)).turn(g - 10, 500, 380),
        c,
        light="v",
        drop=10,
        puff=0.4,
    )
    s.fill(box(330, 310, 560, 430, 50).turn(g, 400, 380), c, light="bar", drop=12, puff=0.35)
    s.fill(box(225, 308, 400, 432, 44).turn(g, 400, 380), colour("c9d6d8"), light="bar", alpha=0.75, puff=0.4, drop=8)
    s.fill(box(270, 335, 380, 405, 26).turn(g, 400, 380), WHITE, light="bar", texture=stripes(9, 0.08, 90 + g))
    s.fill(box(388, 306, 408, 434, 4).turn(g, 400, 380), d, light="bar")
    s.fill(
        poly((230, 335), (235, 408), (110, 395), (95, 365)).turn(g, 400, 380),
        darker(c, 0.3),
        light="bar",
        drop=8,
        puff=0.3,
    )
    s.fill(oval(480, 370, 14).turn(g, 400, 380), d, light="ball", drop=3)
    s.fill(box(480, 560, 690, 600, 16), darker(c, 0.2), light="bar", drop=8)
    s.fill(box(500, 596, 670, 640, 6), BLACK, texture=stripes(5, 0.4, 90), drop=4)
    s.fill(poly((120, 600), (300, 575), (300, 620), (120, 618)), darker(c, 0.2), light="bar", drop=8)


@drawing("sandwichmaker")
def sandwich_maker(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 640, 220, 22)
    s.fill(poly((200, 400), (600, 400), (620, 190), (560, 165), (240, 165), (180, 190)), c, light="v", puff=0.4, drop=6)
    s.fill(
        poly((225, 390), (575, 390), (588, 215), (212, 215)),
        colour("3a3433"),
        light="v",
        puff=-0.3,
        texture=lambda x, y: 0.14 * (waffle(x, y)),
    )
    s.fill(box(160, 400, 640, 640, 50), c, light="v", puff=0.45, drop=6)
    s.fill(poly((200, 425), (600, 425), (625, 560), (175, 560)), colour("3a3433"), light="v", puff=-0.3)
    for x in (290, 510):
        s.fill(
            poly((x - 82, 440), (x + 82, 440), (x + 92, 545), (x - 92, 545)),
            colour("d9a055"),
            light="v",
            puff=0.4,
            drop=5,
            texture=lambda px, py: -0.2 * waffle(px, py),
        )
    s.fill(box(335, 595, 465, 625, 14), d, light="bar", drop=6)
    s.fill(oval(550, 606, 10), colour("e8a34a"), light="ball")


def waffle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """1 on the lines of a waffle grid, 0 between them."""
    return (((x / 34) % 1.0 < 0.26) | ((y / 30) % 1.0 < 0.26)).astype("float32")


@drawing("fountain")
def fountain(s: Sheet, c: Colour, d: Colour, kind: str) -> None:
    s.ground(400, 650, 180, 26)
    s.fill(lathe(400, [(450, 185), (560, 185), (640, 165)], 0.2), c, light="cyl", alpha=0.85)
    s.fill(lathe(400, [(520, 178), (600, 172), (636, 158)], 0.2), colour("9cc9dc"), light="cyl", alpha=0.55)
    s.fill(oval(400, 450, 185, 42), WHITE, puff=0.3)
    s.fill(oval(400, 453, 165, 34), colour("a9d3e2"), to=colour("d9eef4"), puff=-0.3)
    s.fill(lathe(400, [(330, 26), (450, 44)], 0.3), WHITE, light="cyl")
    for x0, x1 in ((400, 300), (400, 500), (400, 400)):
        s.fill(
            line([(x0, 330), ((x0 + x1) / 2, 300), (x1, 380), (x1, 450)], 15), colour("cfe8f1"), alpha=0.75, puff=0.3
        )
    s.fill(oval(400, 325, 36, 14), d, light="v", puff=0.3)
    s.fill(oval(400, 600, 9), colour("6fd3a8"), puff=0.2)
