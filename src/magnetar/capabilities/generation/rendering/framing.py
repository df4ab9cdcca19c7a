"""Where a frame is cut out of a picture, and where words go, when faces are not to be cut or covered.

Boxes are x, y, right, bottom as shares of the picture. Without boxes a frame is cut about the middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from magnetar.capabilities.generation.ports import PeopleFinder
from magnetar.kernel.errors import BadInput, ProviderFailed

Box = tuple[float, float, float, float]
MARGIN = 0.12
"""A face is kept with so much of its height around it: hair, chin and ears lie outside the detector's box."""


def faces_in(picture: Image.Image, finder: PeopleFinder | None) -> tuple[Box, ...]:
    """The faces of a picture with their margin, the largest first; none where nobody looks, or looking fails."""
    if finder is None:
        return ()
    try:
        found = finder.faces(np.asarray(picture.convert("RGB")))
    except (BadInput, ProviderFailed):  # a picture too narrow, a worker that died: framed about the middle
        return ()
    return tuple(widened(one.box, picture.width / picture.height) for one in found)


def widened(box: Box, aspect: float = 1.0) -> Box:
    """A box with its margin, inside the picture.

    Args:
        aspect: the picture's width over its height, so that the margin is as wide as it is high.

    >>> widened((0.4, 0.4, 0.6, 0.6)) == (0.376, 0.376, 0.624, 0.624)
    True
    """
    x, y, right, bottom = box
    down = MARGIN * (bottom - y)
    across = down / aspect
    return max(0.0, x - across), max(0.0, y - down), min(1.0, right + across), min(1.0, bottom + down)


def kept_together(keep: Sequence[Box], across: float, down: float) -> Box | None:
    """The box around as many of the largest boxes as fit into a window of `across` by `down` shares.

    The first is taken even where it does not fit, so that a window lies on it.

    >>> kept_together([(0.1, 0.1, 0.2, 0.2), (0.5, 0.1, 0.6, 0.2), (0.25, 0.1, 0.3, 0.2)], 0.3, 0.5)
    (0.1, 0.1, 0.3, 0.2)
    """
    around: Box | None = None
    for x, y, right, bottom in keep:
        if around is None:
            around = x, y, right, bottom
            continue
        wider = min(around[0], x), min(around[1], y), max(around[2], right), max(around[3], bottom)
        if wider[2] - wider[0] <= across and wider[3] - wider[1] <= down:
            around = wider
    return around


def clamped(middle: float, half: float, low: float, high: float) -> float:
    """The middle of a window of ± half that shows low to high, as near to `middle` as can be.

    Where low to high is wider than the window, it lies about their middle.

    >>> clamped(5.0, 2.0, 6.0, 8.0), clamped(5.0, 2.0, 4.0, 6.0), clamped(5.0, 1.0, 6.0, 10.0)
    (6.0, 5.0, 8.0)
    """
    first, last = high - half, low + half
    return (low + high) / 2 if first > last else min(max(middle, first), last)


def cut_out(
    size: tuple[int, int], frame: tuple[int, int], keep: Sequence[Box] = ()
) -> tuple[float, float, float, float]:
    """left, top, width and height, in the picture's points, of the largest part with the frame's shape.

    Args:
        keep: what is to be seen whole, the most important first.
    """
    width, height = size
    scale = min(width / frame[0], height / frame[1])
    across, down = frame[0] * scale, frame[1] * scale
    x, y = width / 2, height / 2
    around = kept_together(keep, across / width, down / height)
    if around is not None:
        x = (around[0] + around[2]) / 2 * width
        y = clamped(y, down / 2, around[1] * height, around[3] * height)
    x = min(max(x, across / 2), width - across / 2)
    y = min(max(y, down / 2), height - down / 2)
    return x - across / 2, y - down / 2, across, down


def seen_through(boxes: Sequence[Box], size: tuple[int, int], part: tuple[float, float, float, float]) -> list[Box]:
    """The boxes as shares of a part that was cut out; those outside it are left out."""
    left, top, across, down = part
    moved = [
        ((x * size[0] - left) / across, (y * size[1] - top) / down, (right * size[0] - left) / across, (bottom * size[1] - top) / down)
        for x, y, right, bottom in boxes
    ]  # fmt: skip
    return [one for one in moved if one[0] < 1 and one[1] < 1 and one[2] > 0 and one[3] > 0]


def covered(box: Box, boxes: Sequence[Box]) -> float:
    """The area of `box` that lies over others, as a share of the picture; two that overlap count twice.

    >>> covered((0.0, 0.0, 0.5, 1.0), [(0.25, 0.0, 0.75, 0.5)])
    0.125
    """
    x, y, right, bottom = box
    return sum(
        max(0.0, min(right, one[2]) - max(x, one[0])) * max(0.0, min(bottom, one[3]) - max(y, one[1])) for one in boxes
    )


def least_covering(places: Sequence[Box], avoid: Sequence[Box]) -> int:
    """The first of the places that cover the least."""
    return min(range(len(places)), key=lambda at: (round(covered(places[at], avoid), 6), at))
