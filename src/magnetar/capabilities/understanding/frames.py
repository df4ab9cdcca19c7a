"""What a film's pictures show that can be measured: cuts, colours, light, movement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Floats

RATE = 8.0
"""Pictures a second that are looked at."""
WIDTH = 96
LONGEST_S = 1_800.0
"""Seconds that are looked at; what follows is said to be left out."""
CUT, LEAST_SCENE_S = 0.30, 0.4
"""Least histogram distance of a cut, of 1; and the shortest scene."""
_STANDS_OUT = 4.0
"""A cut's distance is at least so many times the usual distance around it."""
_LEVELS = 4
Image = NDArray[np.uint8]

FILMS = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,asf,gif,ogg,wav,mp3,flac,aac",
    "protocol_whitelist": "file",
}
"""FFmpeg's word for what a film is: no text file drawn as pictures, no playlist that opens other files or addresses."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch between two cuts."""

    start_s: float
    end_s: float
    colours: tuple[tuple[str, float], ...]
    """The commonest colours of its middle picture as #rrggbb, and their shares."""
    brightness: float
    """Mean luma in [0, 1]."""
    motion: float
    """Mean change of luma from picture to picture, in [0, 1]."""
    key: Image
    """(height, width, 3) RGB, the middle picture, small."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A film's pictures, measured."""

    seconds: float
    width: int
    height: int
    fps: float
    scenes: tuple[Scene, ...]
    cut_short: bool

    @property
    def cuts_per_minute(self) -> float:
        return 60.0 * max(0, len(self.scenes) - 1) / self.seconds if self.seconds > 0 else 0.0

    @property
    def shape(self) -> str:
        """The nearest usual aspect ratio, or the ratio as a number.

        >>> Pictures(1.0, 1080, 1920, 25.0, (), False).shape
        '9:16'
        """
        ratio = self.width / max(self.height, 1)
        for name, usual in (
            ("9:16", 9 / 16),
            ("16:9", 16 / 9),
            ("1:1", 1.0),
            ("3:4", 0.75),
            ("4:3", 4 / 3),
            ("21:9", 21 / 9),
        ):
            if abs(ratio / usual - 1.0) < 0.03:
                return name
        return f"{ratio:.2f}"


def look(path: Path) -> Pictures | None:
    """Measure a film's pictures; None where the file has no picture track.

    Raises:
        av.error.FFmpegError: the file cannot be decoded at all.
    """
    with av.open(str(path), options=FILMS) as box:
        if not box.streams.video:
            return None
        track: Any = box.streams.video[0]
        track.thread_type = "AUTO"
        width, height, fps = track.width, track.height, float(track.average_rate or 0)
        times, images = [], []
        seconds, cut_short = 0.0, False
        for at, image in _sampled(box, track):
            if at > LONGEST_S:
                cut_short = True
                break
            times.append(at)
            images.append(image)
        seconds = float(box.duration or 0) / 1e6 or (times[-1] + 1.0 / RATE if times else 0.0)
    if not times:
        return Pictures(seconds, width, height, fps, (), cut_short)
    end = min(max(seconds, times[-1]), LONGEST_S)
    return Pictures(seconds, width, height, fps, tuple(_scenes(np.array(times), np.stack(images), end)), cut_short)


def _sampled(box: Any, track: Any) -> Iterator[tuple[float, Image]]:
    """Small RGB pictures, at most `RATE` a second."""
    following = -math.inf
    for frame in box.decode(track):
        at = float(frame.time or 0.0)
        if at + 1e-6 < following:
            continue
        following = at + 1.0 / RATE
        tall = max(2, round(WIDTH * frame.height / max(frame.width, 1)))
        yield at, frame.reformat(WIDTH, min(tall, 4 * WIDTH), "rgb24").to_ndarray()


def histograms(images: Image) -> Floats:
    """(pictures, 64), shares of coarse RGB colours."""
    coarse = (images >> 6).astype(np.int64)
    cells = (coarse[..., 0] * _LEVELS + coarse[..., 1]) * _LEVELS + coarse[..., 2]
    flat = cells.reshape(len(images), -1)
    found = np.stack([np.bincount(one, minlength=_LEVELS**3) for one in flat]).astype(np.float64)
    return found / flat.shape[1]


def cuts(images: Image, times: Floats) -> list[int]:
    """Pictures with which a scene begins; the first always does.

    A cut is where the colour histogram changes by at least `CUT` (half the L1 distance) and at least
    `_STANDS_OUT` times as much as it usually does within a second around. Source: Zhang, Kankanhalli & Smoliar (1993),
    Multimedia Systems 1, histogram comparison; the local test is ours.
    """
    shares = histograms(images)
    distance = np.concatenate([[0.0], 0.5 * np.abs(np.diff(shares, axis=0)).sum(axis=1)])
    found, span = [0], max(1, round(RATE))
    for place in range(1, len(distance)):
        around = np.concatenate([distance[max(1, place - span) : place], distance[place + 1 : place + 1 + span]])
        usual = float(np.median(around)) if len(around) else 0.0
        if distance[place] >= max(CUT, _STANDS_OUT * usual) and times[place] - times[found[-1]] >= LEAST_SCENE_S:
            found.append(place)
    return found


def _scenes(times: Floats, images: Image, end: float) -> Iterator[Scene]:
    firsts = cuts(images, times)
    luma = images.astype(np.float64) @ np.array([0.2126, 0.7152, 0.0722]) / 255.0
    change = np.concatenate([[0.0], np.abs(np.diff(luma, axis=0)).mean(axis=(1, 2))])
    for first, last in zip(firsts, [*firsts[1:], len(times)], strict=True):
        middle = (first + last) // 2
        key = images[middle]
        inner = change[first + 1 : last]
        yield Scene(
            float(times[first]), float(times[last]) if last < len(times) else float(end), colours(key),
            float(luma[first:last].mean()), float(inner.mean()) if len(inner) else 0.0, key,
        )  # fmt: skip


def colours(image: Image, most: int = 3, least: float = 0.05) -> tuple[tuple[str, float], ...]:
    """The commonest coarse colours of a picture: the mean of each as #rrggbb, and its share.

    >>> colours(np.zeros((2, 2, 3), np.uint8))
    (('#000000', 1.0),)
    """
    flat = image.reshape(-1, 3)
    coarse = (flat >> 5).astype(np.int64)
    cells = (coarse[:, 0] * 8 + coarse[:, 1]) * 8 + coarse[:, 2]
    count = np.bincount(cells, minlength=512)
    found: list[tuple[str, float]] = []
    for cell in np.argsort(-count, kind="stable")[:most].tolist():
        share = count[cell] / len(flat)
        if share >= least:
            red, green, blue = flat[cells == cell].mean(axis=0).round().astype(int).tolist()
            found.append((f"#{red:02x}{green:02x}{blue:02x}", round(float(share), 3)))
    return tuple(found)
