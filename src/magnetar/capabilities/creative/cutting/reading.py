"""What models hear and read in footage, where they are there: sentences with their times, and writing in the picture.

Without them the rules stand alone: speech is told by its energy, and writing is not looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from magnetar.capabilities.creative.cutting.footage import Footage, frames, shown
from magnetar.capabilities.creative.cutting.own_sound import sound_of_clip
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.generation import Heard, Listener, Viewer
from magnetar.kernel.errors import MagnetarError

LISTEN_S = 180.0
"""Of each clip, from its start."""
_RATE = 16_000
_LONG = 1280
_SURE, _SMALL = 0.5, 0.012
"""Writing is believed from this confidence on, and counted from this height on, share of the picture's."""
_EDGE = 0.01
_JOIN_S = 0.25
Area = tuple[float, float, float, float]


def hear(
    clip: Footage, listener: Listener, language: str, hints: Sequence[str], tell: Callable[[str], None]
) -> list[Heard]:
    """What is said in a clip, in order; nothing where it has no sound or the listener fails, which is told."""
    if not clip.sound:
        return []
    sound = sound_of_clip(clip, _RATE)[:, : round(LISTEN_S * _RATE)]
    if sound.shape[1] < _RATE // 4:
        return []
    try:
        told = listener.listen(sound.mean(axis=0).astype(np.float32), _RATE, language=language, hints=hints)
    except (MagnetarError, ValueError, RuntimeError, OSError) as error:
        tell(f"{clip.name}: 听不了 the listener {listener.name} failed: {str(error)[:120]}")
        return []
    good = [one for one in told if one.text.strip() and one.end_s > one.start_s]
    return sorted(good, key=lambda one: one.start_s)


def sentences_of(heard: Sequence[Heard]) -> list[tuple[float, float]]:
    """Times of what is said; where one ends and the next begins at once, they are one.

    >>> sentences_of([Heard(0.0, 1.0, "一"), Heard(1.1, 2.0, "二"), Heard(3.0, 4.0, "三")])
    [(0.0, 2.0), (3.0, 4.0)]
    """
    found: list[tuple[float, float]] = []
    for one in heard:
        if found and one.start_s - found[-1][1] <= _JOIN_S:
            found[-1] = (found[-1][0], max(found[-1][1], one.end_s))
        else:
            found.append((one.start_s, one.end_s))
    assert all(a[1] < b[0] for a, b in pairwise(found))
    return found


def writing_in(clip: Footage, at_s: float, viewer: Viewer, tell: Callable[[str], None]) -> Area | None:
    """The area of the writing in a clip's frame, shares of the sides; None where there is none or it cannot be read."""
    share = min(1.0, _LONG / max(clip.width, clip.height))
    size = max(16, round(clip.width * share / 2) * 2), max(16, round(clip.height * share / 2) * 2)
    frame = next((frame for _, frame in frames(clip, at_s, at_s + 1.0)), None)
    if frame is None:
        return None
    picture = Planes(*(np.ascontiguousarray(plane) for plane in shown(frame, clip, *size))).to_rgb()
    try:
        lines = viewer.read(picture)
    except (MagnetarError, ValueError, RuntimeError, OSError) as error:
        tell(f"{clip.name}: 看不了 the viewer {viewer.name} failed: {str(error)[:120]}")
        return None
    boxes = [one.box for one in lines if one.confidence >= _SURE and one.box[3] - one.box[1] >= _SMALL and one.text.strip()]  # fmt: skip
    if not boxes:
        return None
    x, y, right, bottom = np.array(boxes).T
    low, high = max(0.0, float(x.min()) - _EDGE), max(0.0, float(y.min()) - _EDGE)
    return low, high, min(1.0, float(right.max()) + _EDGE), min(1.0, float(bottom.max()) + _EDGE)
