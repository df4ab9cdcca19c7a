"""A role as it is drawn: a bust in flat colours with ink outlines, the same in every shot but for its expression.

Units: the head's half height is 1, its middle is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass

from magnetar.capabilities.creative.drama.bible import Role
from magnetar.capabilities.creative.drama.pen import INK, Layer, Pen, shade
from magnetar.capabilities.creative.planes import RGB, even

LEFT, RIGHT, TOP, BOTTOM = -2.7, 2.7, -1.75, 4.6
LINE = 0.035
_WHITE: RGB = (252, 252, 250)


@dataclass(frozen=True, slots=True)
class Face:
    """What changes from frame to frame."""

    mouth: int = 0
    """0 closed, 1 half open, 2 open."""
    shut: bool = False
    """Eyes closed."""


FACES = (Face(0), Face(1), Face(2), Face(0, shut=True))


def figure(role: Role, mood: str, face: Face, unit: float, turned: int) -> Layer:
    """Draw a role.

    Args:
        unit: pixels of the head's half height.
        turned: -1 looks left, 1 looks right.
    """
    pen = portrait(role, mood, face, unit, turned)
    return Layer(pen.rgb, pen.alpha)


def portrait(role: Role, mood: str, face: Face, unit: float, turned: int, ground: RGB | None = None) -> Pen:
    """The drawing itself."""
    width, height = even((RIGHT - LEFT) * unit), even((BOTTOM - TOP) * unit)
    pen = Pen(width, height, unit, -LEFT * unit, -TOP * unit, ground)
    look = 0.09 * turned
    _back_hair(pen, role)
    _body(pen, role)
    _head(pen, role, look)
    _eyes(pen, role, mood, face, look)
    _mouth(pen, role, mood, face, look)
    _front_hair(pen, role, look)
    _extras(pen, role, mood, look)
    return pen


def _back_hair(pen: Pen, role: Role) -> None:
    if role.cut in ("long", "curly", "pony"):
        wave = 0.12 if role.cut == "curly" else 0.0
        low = 2.35 if role.cut != "pony" else 0.9
        pen.fill(
            [(-0.95, -0.6), (-1.08 - wave, 0.4), (-1.0, 1.2), (-1.15 - wave, low), (-0.5, low + 0.12), (0.5, low + 0.12), (1.15 + wave, low), (1.0, 1.2), (1.08 + wave, 0.4), (0.95, -0.6), (0.0, -1.2)],
            shade(role.hair, 0.82), curve=True, line=LINE,
        )  # fmt: skip
    if role.cut == "pony":
        pen.fill([(0.6, -0.9), (1.3, -0.7), (1.45, 0.6), (1.1, 1.7), (0.95, 0.6)], role.hair, curve=True, line=LINE)
    if role.cut == "bun":
        pen.oval(0.0, -1.18, 0.42, 0.36, role.hair, line=LINE)
        pen.stroke([(-0.3, -1.2), (0, -1.05), (0.3, -1.25)], shade(role.hair, 0.7), 0.03)


def _body(pen: Pen, role: Role) -> None:
    wide = 1.55 if role.female else 1.95
    cloth, dark = role.clothes, shade(role.clothes, 0.74)
    pen.fill(
        [(-0.3, 0.7), (-0.34, 1.5), (-0.6, 1.8), (0.6, 1.8), (0.34, 1.5), (0.3, 0.7)], shade(role.skin, 0.9), line=LINE
    )
    pen.fill([(-0.3, 0.95), (0.3, 0.95), (0.33, 1.3), (0.0, 1.42)], shade(role.skin, 0.76))
    pen.fill(
        [(-0.36, 1.42), (-0.9, 1.62), (-wide, 1.95), (-wide - 0.18, 2.8), (-wide - 0.22, 4.8), (wide + 0.22, 4.8), (wide + 0.18, 2.8), (wide, 1.95), (0.9, 1.62), (0.36, 1.42), (0.0, 1.75)],
        cloth, curve=True, line=LINE,
    )  # fmt: skip
    for side in (-1, 1):
        pen.fill(
            [
                (side * wide * 0.72, 2.6),
                (side * (wide + 0.12), 2.7),
                (side * (wide + 0.16), 4.7),
                (side * wide * 0.82, 4.7),
            ],
            dark,
            curve=True,
        )
        pen.stroke([(side * wide * 0.7, 2.5), (side * wide * 0.74, 3.4), (side * wide * 0.7, 4.6)], INK, 0.026)
    if role.dress in ("suit", "coat"):
        shirt = _WHITE if role.dress == "suit" else shade(role.accent, 1.25)
        pen.fill([(-0.36, 1.42), (0.36, 1.42), (0.12, 3.4), (-0.12, 3.4)], shirt, line=0.02)
        for side in (-1, 1):
            pen.fill(
                [(side * 0.34, 1.36), (side * 0.86, 1.62), (side * 0.72, 2.35), (side * 0.12, 3.5)],
                shade(cloth, 1.12),
                line=LINE,
            )
            pen.stroke([(side * 0.8, 1.9), (side * 0.56, 2.02)], INK, 0.026, curve=False)
        pen.stroke([(0.0, 3.4), (0.0, 4.7)], INK, 0.03, curve=False)
        for y in (3.75, 4.25):
            pen.oval(0.16, y, 0.055, 0.055, shade(cloth, 0.6), line=0.015)
    elif role.dress == "knit":
        pen.fill(
            [(-0.5, 1.38), (0.5, 1.38), (0.46, 1.72), (0.0, 1.86), (-0.46, 1.72)],
            shade(cloth, 1.15),
            curve=True,
            line=LINE,
        )
        for y in (2.5, 2.9, 3.3, 3.7, 4.1):
            pen.stroke([(-wide * 0.66, y), (0, y + 0.12), (wide * 0.66, y)], shade(cloth, 0.86), 0.03)
    else:
        pen.fill([(-0.42, 1.4), (0.0, 2.1), (0.42, 1.4), (0.0, 1.62)], shade(cloth, 1.2), line=0.025)
    if role.scarf == "scarf":
        pen.fill([(0.1, 1.7), (0.62, 1.72), (0.78, 3.2), (0.34, 3.3)], shade(role.accent, 0.88), line=LINE)
        pen.fill(
            [(-0.72, 1.28), (0.0, 1.5), (0.72, 1.28), (0.8, 1.66), (0.0, 2.0), (-0.8, 1.66)],
            role.accent,
            curve=True,
            line=LINE,
        )
        pen.stroke([(-0.5, 1.56), (0, 1.72), (0.5, 1.54)], shade(role.accent, 0.7), 0.03)
    elif role.scarf == "tie":
        pen.fill(
            [(-0.11, 1.5), (0.11, 1.5), (0.16, 1.7), (0.17, 2.7), (0.0, 2.95), (-0.17, 2.7), (-0.16, 1.7)],
            role.accent,
            line=0.025,
        )


def _head(pen: Pen, role: Role, look: float) -> None:
    jaw = 0.50 if role.female else 0.60
    for side in (-1, 1):
        pen.oval(side * 0.80 - look, 0.12, 0.13, 0.2, shade(role.skin, 0.94), line=LINE)
    pen.fill(
        [(-0.78, -0.25), (-0.79, 0.2), (-0.68 + look * 0.4, 0.6), (-jaw + 0.16 + look, 0.9), (look, 1.03), (jaw - 0.16 + look, 0.9), (0.68 + look * 0.4, 0.6), (0.79, 0.2), (0.78, -0.25), (0.5, -0.82), (0.0, -0.98), (-0.5, -0.82)],
        role.skin, curve=True, line=LINE,
    )  # fmt: skip
    side = -1 if look > 0 else 1
    pen.fill(
        [
            (side * 0.76, -0.1),
            (side * 0.76, 0.24),
            (side * 0.63, 0.62),
            (side * 0.36, 0.9),
            (side * 0.5, 0.5),
            (side * 0.6, 0.1),
        ],
        shade(role.skin, 0.88),
        curve=True,
    )
    pen.stroke(
        [(look * 1.6 + 0.02, 0.18), (look * 1.6 + 0.07, 0.36), (look * 1.6 - 0.02, 0.4)], shade(role.skin, 0.62), 0.028
    )
    if role.age >= 50:
        for one in (-1, 1):
            pen.stroke(
                [(one * 0.2 + look, 0.44), (one * 0.32 + look, 0.58), (one * 0.33 + look, 0.7)],
                shade(role.skin, 0.74),
                0.02,
            )
            pen.stroke(
                [(one * 0.24 + look, 0.3), (one * 0.4 + look, 0.335), (one * 0.52 + look, 0.29)],
                shade(role.skin, 0.78),
                0.018,
            )


def _eyes(pen: Pen, role: Role, mood: str, face: Face, look: float) -> None:
    tall = {"shocked": 0.235, "angry": 0.13, "happy": 0.15, "sad": 0.15, "firm": 0.145, "doubt": 0.165}.get(mood, 0.175)
    if not role.female:
        tall *= 0.86
    tilt = {"angry": 0.13, "firm": 0.08, "sad": -0.12, "doubt": -0.03, "shocked": -0.05}.get(mood, 0.0)
    lift = {"shocked": 0.1, "angry": -0.04, "firm": -0.03, "sad": 0.02}.get(mood, 0.0)
    iris: RGB = ((70, 46, 34), (50, 66, 92), (58, 74, 54))[role.seed % 3]
    for side in (-1, 1):
        x, y = side * 0.35 + look * 1.3, 0.08
        if face.shut or (mood == "happy" and not face.mouth and role.female):
            bend = -0.07 if mood == "happy" else 0.06
            pen.stroke([(x - 0.17, y + 0.03), (x, y + 0.03 + bend), (x + 0.17, y + 0.03)], INK, 0.04)
        else:
            pen.oval(x, y, 0.175, tall, _WHITE)
            small = 0.72 if mood == "shocked" else 1.0
            pen.oval(x + look * 0.5, y + 0.01, 0.108 * small, min(tall, 0.15) * 0.98 * small, iris)
            pen.oval(x + look * 0.5, y + 0.02, 0.052 * small, 0.07 * small, INK)
            pen.oval(x + look * 0.5 - 0.04, y - 0.055, 0.034, 0.034, _WHITE)
            pen.stroke(
                [
                    (x - 0.19, y - tall * 0.42 + side * tilt * 0.3),
                    (x, y - tall),
                    (x + 0.19, y - tall * 0.42 - side * tilt * 0.3),
                ],
                INK,
                0.05 if role.female else 0.042,
            )
            if role.female:
                pen.stroke(
                    [(x + side * 0.17, y - tall * 0.45), (x + side * 0.245, y - tall * 0.75)], INK, 0.035, curve=False
                )
            pen.stroke(
                [(x - 0.12, y + tall * 0.96), (x, y + tall * 1.04), (x + 0.12, y + tall * 0.96)],
                shade(role.skin, 0.55),
                0.018,
            )
        brow = y - 0.33 - lift
        pen.stroke(
            [(x - side * 0.17, brow + tilt), (x + side * 0.02, brow - 0.045 + tilt * 0.2), (x + side * 0.2, brow - tilt * 0.7 + 0.02)],
            shade(role.hair, 0.62) if sum(role.hair) < 480 else shade(role.hair, 0.72), 0.045 if role.female else 0.065,
        )  # fmt: skip
    if role.glasses:
        for side in (-1, 1):
            x = side * 0.36 + look * 1.3
            pen.stroke(
                [(x - 0.27, -0.1), (x + 0.27, -0.1), (x + 0.25, 0.28), (x - 0.25, 0.28)],
                INK,
                0.04,
                curve=False,
                closed=True,
            )
        pen.stroke([(-0.09 + look * 1.3, 0.02), (0.09 + look * 1.3, 0.02)], INK, 0.035, curve=False)


def _mouth(pen: Pen, role: Role, mood: str, face: Face, look: float) -> None:
    x, y = look * 1.3, 0.64
    lip: RGB = (176, 72, 74) if role.female else shade(role.skin, 0.52)
    if role.beard:
        pen.fill(
            [
                (-0.68 + look, 0.4),
                (-0.3 + look, 0.5),
                (look, 0.44),
                (0.3 + look, 0.5),
                (0.68 + look, 0.4),
                (0.5 + look, 0.92),
                (look, 1.08),
                (-0.5 + look, 0.92),
            ],
            shade(role.hair, 0.9),
            curve=True,
        )
    if face.mouth:
        tall = (0.075, 0.15)[face.mouth - 1] * (1.25 if mood in ("shocked", "angry") else 1.0)
        wide = 0.13 if mood == "shocked" else 0.2 if mood in ("happy", "angry") else 0.165
        pen.oval(x, y + 0.02, wide, tall, (92, 30, 36), line=0.026, ink=lip if role.female else INK)
        if face.mouth == 2:
            pen.fill(
                [
                    (x - wide * 0.7, y - tall * 0.55),
                    (x + wide * 0.7, y - tall * 0.55),
                    (x + wide * 0.6, y - tall * 0.25),
                    (x - wide * 0.6, y - tall * 0.25),
                ],
                _WHITE,
            )
        return
    bend = {"happy": 0.09, "sad": -0.08, "angry": -0.06, "shocked": -0.02, "doubt": -0.02}.get(mood, 0.02)
    if mood == "shocked":
        pen.oval(x, y + 0.02, 0.08, 0.09, (92, 30, 36), line=0.026)
        return
    pen.stroke([(x - 0.17, y), (x, y + bend), (x + 0.17, y)], lip, 0.045)


def _front_hair(pen: Pen, role: Role, look: float) -> None:
    hair, light = role.hair, shade(role.hair, 1.22)
    if role.cut == "bald":
        pen.stroke([(-0.3, -0.72), (-0.1, -0.82)], _WHITE, 0.05)
        return
    if role.cut == "crop":
        shape = [
            (-0.82, -0.1),
            (-0.84, -0.55),
            (-0.5, -1.02),
            (0.0, -1.12),
            (0.5, -1.02),
            (0.84, -0.55),
            (0.82, -0.1),
            (0.7, -0.45),
            (0.4, -0.62),
            (-0.4, -0.62),
            (-0.7, -0.45),
        ]
    elif role.female and role.cut != "bun":
        low = 0.85 if role.cut == "short" else 0.55
        shape = [
            (-0.74, low),
            (-0.98, 0.5),
            (-1.0, -0.4),
            (-0.62, -1.1),
            (0.0, -1.27),
            (0.62, -1.1),
            (1.0, -0.4),
            (0.98, 0.5),
            (0.74, low),
            (0.72, 0.0),
            (0.5, -0.42),
            (0.12 + look, -0.3),
            (-0.1 + look, -0.55),
            (-0.4, -0.3),
            (-0.72, 0.0),
        ]
    elif role.cut == "bun":
        shape = [
            (-0.78, 0.1),
            (-0.93, -0.3),
            (-0.62, -0.98),
            (0.0, -1.16),
            (0.62, -0.98),
            (0.93, -0.3),
            (0.78, 0.1),
            (0.68, -0.3),
            (0.3, -0.68),
            (0.0, -0.52),
            (-0.4, -0.66),
            (-0.68, -0.3),
        ]
    else:
        shape = [
            (-0.8, 0.08),
            (-0.95, -0.4),
            (-0.7, -1.0),
            (-0.2, -1.24),
            (0.35, -1.2),
            (0.82, -0.9),
            (0.95, -0.35),
            (0.8, 0.08),
            (0.74, -0.3),
            (0.52, -0.5),
            (0.3, -0.36),
            (0.02, -0.6),
            (-0.3, -0.34),
            (-0.55, -0.5),
            (-0.74, -0.26),
        ]
    pen.fill(shape, hair, curve=True, line=LINE)
    pen.stroke([(-0.62, -0.66), (-0.3, -0.9), (0.1, -0.96)], light, 0.07)
    pen.stroke([(0.3, -0.92), (0.56, -0.74)], light, 0.05, curve=False)
    if role.cut == "curly":
        for x in (-0.98, 0.98):
            for y in (0.1, 0.5, 0.9):
                pen.oval(x, y, 0.16, 0.2, hair, line=0.025)
    if role.hat == "cap":
        pen.fill(
            [(-0.98, -0.5), (-0.9, -1.1), (0.0, -1.5), (0.9, -1.1), (0.98, -0.5), (0.0, -0.66)],
            role.clothes,
            curve=True,
            line=LINE,
        )
        pen.fill(
            [(-0.9, -0.58), (0.0, -0.74), (0.9, -0.58), (0.84, -0.36), (0.0, -0.5), (-0.84, -0.36)],
            shade(role.clothes, 0.6),
            curve=True,
            line=LINE,
        )
        pen.oval(0.0, -0.98, 0.13, 0.13, (222, 186, 90), line=0.02)


def _extras(pen: Pen, role: Role, mood: str, look: float) -> None:
    if mood == "happy" or (role.female and mood == "calm"):
        for side in (-1, 1):
            for step in (-0.09, 0.0, 0.09):
                x = side * 0.5 + look + step
                pen.stroke([(x - 0.03, 0.42), (x + 0.03, 0.34)], (236, 140, 132), 0.024, curve=False)
    if mood == "sad":
        for side in (-1, 1):
            x = side * 0.42 + look * 1.3
            pen.fill(
                [(x - 0.035, 0.3), (x, 0.22), (x + 0.035, 0.3), (x + 0.045, 0.5), (x - 0.045, 0.5)],
                (170, 214, 244),
                curve=True,
                line=0.014,
                ink=(90, 140, 190),
            )
    if mood == "shocked":
        x = 0.72
        pen.fill(
            [(x, -0.42), (x + 0.1, -0.16), (x, -0.06), (x - 0.1, -0.16)],
            (176, 218, 246),
            curve=True,
            line=0.02,
            ink=(90, 140, 190),
        )
    if mood == "angry":
        for start, end in (
            ((0.62, -0.62), (0.62, -0.4)),
            ((0.62, -0.4), (0.42, -0.4)),
            ((0.72, -0.62), (0.72, -0.3)),
            ((0.72, -0.3), (0.94, -0.3)),
        ):
            pen.stroke([start, end], (206, 44, 44), 0.04, curve=False)
