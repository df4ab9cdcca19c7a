"""Places, drawn: flat shapes by kind of place, tinted by the time of day, with light of their own and the weather outside.

Units: the frame is 1080 by 1920; the drawing goes on beyond it by MARGIN on each side for the camera.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from magnetar.capabilities.creative.drama import exteriors, interiors
from magnetar.capabilities.creative.drama.bible import Place
from magnetar.capabilities.creative.drama.pen import Pen
from magnetar.capabilities.creative.drama.scenery import LAMP, Lights
from magnetar.capabilities.creative.planes import RGB, Bytes, even
from magnetar.kernel.chance import Chance

MARGIN = 0.09
"""Of the frame's sides, drawn beyond it."""
TINTS: dict[str, tuple[float, float, float]] = {
    "day": (1, 1, 1),
    "dusk": (1.0, 0.82, 0.74),
    "dawn": (1.0, 0.92, 0.9),
    "night": (0.46, 0.5, 0.74),
}
INDOOR_TINTS: dict[str, tuple[float, float, float]] = {**TINTS, "night": (0.74, 0.68, 0.72), "dusk": (0.98, 0.86, 0.78)}
Draw = Callable[[Pen, str, str, Chance], Lights]
_KINDS: dict[str, tuple[Draw, bool]] = {
    "cafe": (interiors.cafe, True), "home": (interiors.home, True), "office": (interiors.office, True), "hospital": (interiors.hospital, True), "school": (interiors.school, True), "train": (interiors.train, True),
    "shop": (interiors.shop, True), "station": (exteriors.station, False), "sea": (exteriors.sea, False), "roof": (exteriors.roof, False), "park": (exteriors.park, False), "street": (exteriors.street, False),
}  # fmt: skip


def backdrop(place: Place, time: str, weather: str, width: int, height: int) -> Bytes:
    """Draw a place.

    Args:
        width, height: of the frame; the drawing is larger by 2 · MARGIN.

    Returns:
        (height, width, 3) RGB with even sides.
    """
    scale = width / 1080
    across, down = even(width * (1 + 2 * MARGIN)), even(height * (1 + 2 * MARGIN))
    pen = Pen(across, down, scale, width * MARGIN, height * MARGIN, (120, 120, 126))
    chance = Chance(place.seed).of("backdrop")
    draw, inside = _KINDS[place.kind]
    lights = draw(pen, time, weather, chance)
    tint = (INDOOR_TINTS if inside else TINTS)[time]
    if not inside and weather:
        tint = (tint[0] * 0.84, tint[1] * 0.88, tint[2] * 0.94)
    pen.rgb = np.clip(pen.rgb * np.asarray(tint, np.float32), 0, 255).astype(np.uint8)
    if inside or time != "day":
        for x, y, radius, strength in lights:
            pen.glow(x, y, radius, LAMP, strength * {"night": 1.0, "day": 0.22}.get(time, 0.55))
    return _finish(pen.rgb)


def outside(place: Place) -> bool:
    """Whether weather falls on those who stand there."""
    return not _KINDS[place.kind][1]


def _finish(rgb: Bytes) -> Bytes:
    """A printed look: darker edges and a fine screen of dots in the shadows."""
    tall, wide = rgb.shape[:2]
    rows, columns = np.ogrid[-1 : 1 : tall * 1j, -1 : 1 : wide * 1j]
    edge = 1 - 0.34 * np.clip(rows**2 * 0.8 + columns**2 * 0.55 - 0.45, 0, 1)
    pitch = max(4, round(wide / 150))
    y, x = np.ogrid[:tall, :wide]
    dots = (np.cos(2 * np.pi * (x + y) / pitch) * np.cos(2 * np.pi * (x - y) / pitch) > 0.35) * np.clip(
        (rows - 0.1) * 0.14, 0, 0.1
    )
    return np.clip(rgb * (edge - dots)[..., None], 0, 255).astype(np.uint8)


def focus_lines(rgb: Bytes, x: float, y: float, colour: RGB, chance: Chance) -> Bytes:
    """Lines that run together at (x, y), shares of the picture: the comic's way to say that something strikes."""
    tall, wide = rgb.shape[:2]
    pen = Pen(wide, tall)
    pen.rgb = rgb.copy()
    reach = float(np.hypot(wide, tall))
    for turn, width, start in chance.of("focus").uniforms(90, 3):
        angle = 2 * np.pi * turn
        along = np.array([np.cos(angle), np.sin(angle) * 1.3])
        across = np.array([-along[1], along[0]])
        inner = np.array([x * wide, y * tall]) + along * wide * (0.44 + 0.16 * start)
        outer = np.array([x * wide, y * tall]) + along * reach
        half = wide * (0.004 + 0.016 * width)
        pen.fill([tuple(inner), tuple(outer + across * half), tuple(outer - across * half)], colour)
    return pen.rgb


def soften(rgb: Bytes, share: float) -> Bytes:
    """Out of focus: behind somebody who is near."""
    sigma = max(0.5, share * rgb.shape[1])
    small = cv2.resize(rgb, (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(
            cv2.GaussianBlur(small, (0, 0), sigma / 2), (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR
        ),
        np.uint8,
    )
