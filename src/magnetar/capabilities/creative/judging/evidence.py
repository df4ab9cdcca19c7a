"""What a maker writes into its manifest so that its film can be judged by others: texts with their places, sound in outline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.layers import Scene
from magnetar.capabilities.creative.loudness import RATE, Sound
from magnetar.capabilities.creative.typography import Setting

OUTLINE_HZ = 100
LOWEST_DB, STEP_DB = -72.0, 1.5
_FIRST = 48
"""Code of the character for the lowest level: '0'."""


def levels(sound: Sound, middle: NDArray[np.int64], window: int = RATE // OUTLINE_HZ) -> NDArray[np.float64]:
    """Level in dB of a window of sound around each place, never below −72.

    Args:
        sound: (channels, samples) at 48 kHz.
        middle: samples.
        window: samples.
    """
    power = (sound.astype(np.float64) ** 2).mean(axis=0)
    total = np.concatenate([[0.0], np.cumsum(power)])
    low = np.clip(middle - window // 2, 0, sound.shape[1])
    high = np.clip(middle + window // 2, 0, sound.shape[1])
    mean = (total[high] - total[low]) / np.maximum(high - low, 1)
    return np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), LOWEST_DB)


def outline(sound: Sound) -> str:
    """The sound's level every 10 ms, one character each, 1.5 dB a step.

    >>> outline(np.zeros((2, 960), np.float32))
    '00'
    """
    hop = RATE // OUTLINE_HZ
    middle = np.arange(hop // 2, sound.shape[1], hop)
    steps = np.rint((levels(sound, middle) - LOWEST_DB) / STEP_DB).astype(int)
    return "".join(chr(_FIRST + int(step)) for step in np.clip(steps, 0, 74))


def outlined(text: str) -> NDArray[np.float64]:
    """The levels in dB that an outline tells."""
    return (np.array([ord(letter) for letter in text], float) - _FIRST) * STEP_DB + LOWEST_DB


def texts(scene: Scene, fps: float) -> list[dict[str, Any]]:
    """The texts of a scene: words, place and colours, and from when on each stands still."""
    return [_text(scene, role, done, behind, fps) for role, done, behind in scene.settings]


def _text(scene: Scene, role: str, done: Setting, behind: Sequence[int], fps: float) -> dict[str, Any]:
    settled = 0
    for one in scene.appearing:
        inside = one.x <= done.box.x and done.box.right <= one.x + one.sprite.width
        if one.sprite is done.sprite or (
            role in ("chip", "action")
            and inside
            and one.y <= done.box.y
            and done.box.bottom <= one.y + one.sprite.height
        ):
            settled = max(settled, one.start + one.frames)
    box = done.box
    return {
        "role": role,
        "text": done.text,
        "lines": list(done.lines),
        "size": done.size,
        "weight": done.weight,
        "leading": done.leading,
        "align": done.align,
        "origin": list(done.origin),
        "box": [box.x, box.y, box.right, box.bottom],
        "colour": list(done.colour),
        "behind": list(behind),
        "settled_s": round(settled / fps, 3),
    }
