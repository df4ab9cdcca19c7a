"""What places have in common: the sky and what stands against it, windows and what is outside them, floors, lamps.

Units: as in `backdrop`; a frame is 1080 by 1920 and the drawing goes on a little beyond it.
"""

from __future__ import annotations

from magnetar.capabilities.creative.drama.pen import INK, Pen, shade
from magnetar.capabilities.creative.planes import RGB
from magnetar.kernel.chance import Chance

SKIES: dict[str, tuple[RGB, RGB]] = {
    "day": ((112, 178, 232), (214, 236, 248)),
    "dusk": ((92, 74, 134), (250, 166, 110)),
    "dawn": ((122, 140, 196), (252, 208, 176)),
    "night": ((14, 20, 46), (48, 62, 112)),
}
LAMP: RGB = (255, 224, 150)
LEFT, TOP, RIGHT, BOTTOM = -100.0, -175.0, 1180.0, 2095.0
"""Where a drawing ends."""
Lights = list[tuple[float, float, float, float]]
"""(x, y, radius, strength)."""


def sky(pen: Pen, time: str, weather: str, chance: Chance, low: float) -> None:
    above, below = SKIES[time]
    if weather:
        above, below = shade(above, 0.66), shade(below, 0.62)
    pen.down(TOP, low, above, below)
    draw = chance.of("sky").uniforms(40, 3)
    if time == "night" and not weather:
        for x, y, size in draw:
            pen.oval(LEFT + x * 1280, TOP + y * (low - TOP) * 0.8, 1.5 + 2.5 * size, 1.5 + 2.5 * size, (230, 236, 250))
        pen.oval(840, 330, 78, 78, (248, 244, 220))
        pen.oval(812, 312, 66, 66, shade(above, 1.04))
        return
    if time in ("dusk", "dawn"):
        pen.glow(330, low - 90, 420, (255, 214, 150), 0.9)
        pen.oval(330, low - 90, 92, 92, (255, 232, 178))
    cloud = shade(below, 1.45 if not weather else 0.82)
    for x, y, size in draw[:6]:
        cx, cy, r = LEFT + x * 1280, 120 + y * (low - 420), 60 + 70 * size
        for step, drop in ((-1.4, 0.25), (-0.6, -0.15), (0.3, -0.3), (1.1, 0.05), (1.8, 0.3)):
            pen.oval(cx + step * r, cy + drop * r, r, r * 0.5, cloud)


def skyline(
    pen: Pen,
    time: str,
    chance: Chance,
    low: float,
    left: float = LEFT,
    right: float = RIGHT,
    tall: float = 520,
    colour: RGB = (86, 98, 126),
) -> None:
    draw = chance.of("skyline", round(low), round(left)).uniforms(40, 3)
    x, number = left, 0
    while x < right and number < len(draw):
        wide, high = 80 + 110 * draw[number][0], tall * (0.35 + 0.65 * draw[number][1])
        end = min(right, x + wide)
        body = shade(colour, 0.82 + 0.3 * float(draw[number][2]))
        pen.box(x, low - high, end, low, body, line=2.5)
        lit = chance.of("lit", round(low), number).uniforms(12, 6)
        for row in range(int(high / 56)):
            for column in range(int((end - x) / 34)):
                on = lit[row % 12][column % 6] < (0.55 if time in ("night", "dusk") else 0.2)
                window: RGB = (252, 222, 140) if on and time in ("night", "dusk") else shade(body, 1.18)
                wx, wy = x + 12 + column * 34, low - high + 18 + row * 56
                if wx + 20 < end and wy + 30 < low:
                    pen.box(wx, wy, wx + 18, wy + 30, window)
        x, number = end + 6, number + 1


def window(
    pen: Pen,
    x: float,
    y: float,
    right: float,
    bottom: float,
    time: str,
    weather: str,
    chance: Chance,
    frame: RGB,
    columns: int = 2,
    rows: int = 2,
) -> None:
    """A window with what is outside it."""
    above, below = SKIES[time]
    if weather:
        above, below = shade(above, 0.7), shade(below, 0.66)
    steps = 14
    for step in range(steps):
        share = step / (steps - 1)
        colour: RGB = tuple(round(a + (b - a) * share) for a, b in zip(above, below, strict=True))  # pyright: ignore[reportAssignmentType]
        pen.box(x, y + (bottom - y) * step / steps, right, y + (bottom - y) * (step + 1) / steps + 1, colour)
    skyline(pen, time, chance.of(round(x)), bottom, x, right, (bottom - y) * 0.5)
    if weather:
        for sx, sy, length in chance.of("panes", round(x)).uniforms(46, 3):
            px, py = x + 8 + sx * (right - x - 30), y + 8 + sy * (bottom - y - 60)
            if weather == "rain":
                pen.stroke([(px, py), (px - 6, py + 24 + 26 * length)], (206, 222, 240), 3, curve=False)
            else:
                pen.oval(px, py, 4 + 3 * length, 4 + 3 * length, (246, 248, 252))
    for n in range(1, columns):
        cx = x + (right - x) * n / columns
        pen.box(cx - 8, y, cx + 8, bottom, frame, line=2)
    for n in range(1, rows):
        cy = y + (bottom - y) * n / rows
        pen.box(x, cy - 8, right, cy + 8, frame, line=2)
    pen.stroke([(x, y), (right, y), (right, bottom), (x, bottom)], frame, 22, curve=False, closed=True)
    pen.stroke(
        [(x - 11, y - 11), (right + 11, y - 11), (right + 11, bottom + 11), (x - 11, bottom + 11)],
        INK,
        3,
        curve=False,
        closed=True,
    )


def floor(pen: Pen, y: float, colour: RGB, boards: bool = True) -> None:
    pen.down(y, BOTTOM, colour, shade(colour, 0.66))
    pen.stroke([(LEFT, y), (RIGHT, y)], INK, 4, curve=False)
    if boards:
        for n in range(-9, 10):
            pen.stroke([(540 + n * 90, y), (540 + n * 260, BOTTOM)], shade(colour, 0.72), 3, curve=False)
        for n in range(1, 6):
            yy = y + (BOTTOM - y) * (n / 6) ** 1.7
            pen.stroke([(LEFT, yy), (RIGHT, yy)], shade(colour, 0.76), 2, curve=False)


def pendant(pen: Pen, x: float, y: float, colour: RGB) -> tuple[float, float, float, float]:
    pen.stroke([(x, TOP), (x, y)], INK, 5, curve=False)
    pen.fill([(x - 74, y + 58), (x - 34, y), (x + 34, y), (x + 74, y + 58)], colour, line=4)
    pen.oval(x, y + 62, 30, 18, LAMP, line=2)
    return x, y + 80, 430, 0.8
