"""A stretch of footage as a scene's moving picture: reframed on its subject, steadied, lit, denoised, 25 frames a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from magnetar.capabilities.creative.cutting.footage import Footage, frames, shown
from magnetar.capabilities.creative.cutting.looking import Eye, Samples
from magnetar.capabilities.creative.cutting.reading import Area
from magnetar.capabilities.creative.planes import Box, Planes

GAMMA, GAIN, TINT = (0.72, 1.30), (0.90, 1.25), 5.0
"""Limits of what is corrected: gamma, gain, and chroma against a colour cast."""
STEADY = 0.03
"""At most this share of the width is given up to steady a hand."""
NOISY = 3.0
SMOOTH_S = 0.8
"""How slowly the frame follows its subject."""
CLOSER = 0.05
"""A stretch that hardly moves is approached by this much."""
LOST = 0.45
"""A frame that would lose more than this of the width shows all of it over its own blur, unless the subject is narrow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a stretch is brought to its window."""

    whole: bool
    """All of it over its own blur, instead of a part."""
    centre: NDArray[np.float64]
    """(frames, 2) middle of the part, shares of the sides."""
    steady: NDArray[np.float64]
    """(frames, 2) what is added to steady it, shares of the width."""
    zoom: NDArray[np.float64]
    """(frames,) how near."""
    light: NDArray[np.uint8]
    """(256,) luma."""
    tint: tuple[int, int]
    """Added to chroma."""
    denoise: float
    done: tuple[str, ...]
    """In words."""


def inspect(footage: Footage, start_s: float, end_s: float) -> Samples:
    """Look at every frame of a stretch."""
    eye = Eye(footage, subject=True)
    for count, (at, frame) in enumerate(frames(footage, start_s, end_s)):
        eye.look(frame, at, count > 0)
    return eye.samples


def plan(
    footage: Footage, samples: Samples, start_s: float, count: int, fps: int, aspect: float, steady: bool = True,
    keep: Area | None = None,
) -> Plan:  # fmt: skip
    """Decide how a stretch is brought to a window of a shape.

    Args:
        samples: of its every frame.
        count: frames of the film that it fills.
        aspect: width over height of the window.
        keep: what must not be cut, such as writing, shares of the sides; where it does not fit the whole picture is shown.
    """
    at = start_s + np.arange(count) / fps
    times = np.array(samples.times)
    places = np.array(samples.subject).reshape(-1, 2)
    slow = SMOOTH_S * max(footage.fps, 1.0)
    path = np.stack(
        [np.interp(at, times, gaussian_filter1d(places[:, axis], slow, mode="nearest")) for axis in (0, 1)], axis=1
    )
    source = footage.width / footage.height
    kept = min(1.0, aspect / source)
    whole = kept < LOST and float(np.median(samples.spread)) > 1.15 * kept
    done: list[str] = []
    if keep and not whole and not _within(path, keep, (kept, min(1.0, source / aspect))):
        whole = True
        done.append("画面有字, 不裁 writing in it is not cut")
    if whole:
        done.append("整幅加虚化底 whole picture over its blur")
    elif kept < 0.98 or source / aspect < 0.98:
        done.append("跟随主体裁切 reframed on its subject")
    shift = np.zeros((count, 2))
    moves = np.nan_to_num(np.array(samples.move).reshape(-1, 2))
    if steady and len(moves) > 8:
        walked = np.cumsum(moves, axis=0)
        calm = gaussian_filter1d(walked, 0.45 * max(footage.fps, 1.0), axis=0, mode="nearest")
        wanted = calm - walked
        if float(np.sqrt((wanted**2).sum(axis=1).mean())) > 0.0012:
            wanted = np.clip(wanted, -STEADY / 2, STEADY / 2)
            shift = np.stack([np.interp(at, times, wanted[:, axis]) for axis in (0, 1)], axis=1)
            done.append("防抖 steadied")
    zoom = np.full(count, 1.0 + (STEADY if shift.any() else 0.0))
    finite = [value for value in samples.change if np.isfinite(value)]
    if finite and float(np.median(finite)) < 1.2:
        zoom = zoom * (1 + CLOSER * np.arange(count) / max(1, fps * 4))
        done.append("缓慢推近 slowly approached")
    light, lit = levels_for(samples)
    tint = cast_of(samples)
    noise = float(np.median(samples.noise))
    if lit:
        done.append("曝光校正 exposure corrected")
    if tint != (0, 0):
        done.append(f"白平衡 white balance {tint[0]:+d}, {tint[1]:+d}")
    if footage.hdr == "PQ":
        light, done = light[_from_pq()], [*done, "HDR"]
    if noise > NOISY:
        done.append("降噪 denoised")
    return Plan(whole, path, shift, zoom, light, tint, min(10.0, 3 * noise) if noise > NOISY else 0.0, tuple(done))


def _within(path: NDArray[np.float64], keep: Area, parts: tuple[float, float]) -> bool:
    """Move the part that is shown so that an area stays inside it; whether it can.

    Args:
        path: (frames, 2) middles, which are changed.
        parts: how much of each side is shown.
    """
    for axis, part in enumerate(parts):
        if part >= 0.98:
            continue
        half = part / 2 / (1 + STEADY + CLOSER) - STEADY / 2
        low, high = keep[axis], keep[axis + 2]
        if high - low > 2 * half:
            return False
        path[:, axis] = np.clip(path[:, axis], high - half, low + half)
    return True


def levels_for(samples: Samples) -> tuple[NDArray[np.uint8], bool]:
    """A curve for luma that brings the middle towards grey and the top towards white, within limits; whether it does anything."""
    middle, top = float(np.median(samples.mean)), float(np.median(samples.high))
    gain = float(np.clip((225 - 16) / max(1.0, top - 16), *GAIN)) if top < 200 else 1.0
    level = np.clip((middle - 16) / 219 * gain, 0.02, 0.98)
    wanted = np.clip(level, 0.36, 0.62)
    gamma = float(np.clip(np.log(wanted) / np.log(level), *GAMMA)) if abs(wanted - level) > 0.01 else 1.0
    if gain == 1.0 and abs(gamma - 1) < 0.03:
        return np.arange(256, dtype=np.uint8), False
    share = np.clip((np.arange(256) - 16) / 219 * gain, 0, 1) ** gamma
    return np.clip(16 + 219 * share, 16, 235).round().astype(np.uint8), True


def cast_of(samples: Samples) -> tuple[int, int]:
    """What is added to chroma against a strong cast over the whole picture: half of it, within limits (grey world)."""
    u, v = (float(np.median([one[axis] for one in samples.tint])) for axis in (0, 1))
    if max(abs(u), abs(v)) < 6:  # products have colours
        return 0, 0
    return round(float(np.clip(-u / 2, -TINT, TINT))), round(float(np.clip(-v / 2, -TINT, TINT)))


def _from_pq() -> NDArray[np.uint8]:
    """Code values of PQ (SMPTE ST 2084), 203 cd/m² as diffuse white (ITU-R BT.2408), to those of standard range."""
    code = np.clip((np.arange(256) - 16) / 219, 0, 1)
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = code ** (1 / m2)
    light = 10000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1) / 203
    mapped = light * (1 + light / 16) / (1 + light)  # Reinhard's curve with a white point
    return np.clip(16 + 219 * np.clip(mapped * 1.6, 0, 1) ** (1 / 2.2), 16, 235).round().astype(np.uint8)


class Reel:
    """A stretch that is played into a scene's window; frames are asked for in order."""

    def __init__(self, footage: Footage, start_s: float, plan_: Plan, window: Box, fps: int) -> None:
        self.footage, self.start_s, self.plan, self.window, self.fps = footage, start_s, plan_, window, fps
        scale = max(window.width / footage.width, window.height / footage.height) * (1 + STEADY + CLOSER)
        if plan_.whole:
            scale = min(window.width / footage.width, window.height / footage.height)
        scale = min(1.0, scale)
        self.size = max(16, round(footage.width * scale / 2) * 2), max(16, round(footage.height * scale / 2) * 2)
        self._source: Iterator[tuple[float, Any]] | None = None
        self._shown: tuple[NDArray[np.uint8], ...] | None = None
        self._next: tuple[float, Any] | None = None
        self._at = self._last = -1.0
        self._frame = -1
        self._blend = footage.fps < 0.9 * fps

    def paint(self, canvas: Planes, frame: int) -> None:
        """Paint the window's content at one frame of the scene."""
        place = min(max(frame, 0), len(self.plan.zoom) - 1)
        now = self.start_s + place / self.fps
        if self._source is None or place < self._frame:
            self._open()
        self._frame = place
        planes = self._planes(now)
        if planes is None:
            return
        target = canvas.view(self.window)
        if self.plan.whole:
            self._over_blur(target, planes)
        else:
            self._part(target, planes, place)

    def _open(self) -> None:
        before = max(0.0, self.start_s - 1.5 / max(1.0, self.footage.fps))
        self._source = frames(self.footage, before, self.footage.seconds + 1)
        self._shown, self._next, self._at = None, next(self._source, None), -1.0

    def _planes(self, now: float) -> tuple[NDArray[np.uint8], ...] | None:
        """The frame that stands at a time: of a slow source between two of its frames."""
        assert self._source is not None
        latest: Any = None
        while self._next is not None and (
            self._next[0] <= now + 0.5 / self.fps or (self._shown is None and latest is None)
        ):
            self._at, latest = self._next
            self._next = next(self._source, None)
        if latest is not None:
            self._shown = self._corrected(latest)
        if not self._blend or self._next is None or self._shown is None:
            return self._shown
        part = float(np.clip((now - self._at) / max(1e-6, self._next[0] - self._at), 0, 1))
        if part < 0.05:
            return self._shown
        other = self._corrected(self._next[1])
        return tuple(
            np.asarray(cv2.addWeighted(a, 1 - part, b, part, 0), np.uint8)
            for a, b in zip(self._shown, other, strict=True)
        )

    def _corrected(self, frame: Any) -> tuple[NDArray[np.uint8], ...]:
        y, u, v = (np.ascontiguousarray(one) for one in shown(frame, self.footage, *self.size))
        if self.plan.denoise:
            smooth = cv2.GaussianBlur(y, (0, 0), 1.2)
            away = np.clip(smooth.astype(np.int16) - y, -self.plan.denoise, self.plan.denoise)
            y = np.clip(y + away, 0, 255).astype(np.uint8)
        y = np.asarray(cv2.LUT(y, self.plan.light), np.uint8)
        first, second = self.plan.tint
        if first or second:
            u, v = (
                np.clip(plane.astype(np.int16) + add, 16, 240).astype(np.uint8)
                for plane, add in ((u, first), (v, second))
            )
        return y, u, v

    def _part(self, target: Planes, planes: tuple[NDArray[np.uint8], ...], place: int) -> None:
        wide, tall = self.size
        x, y, across, down = part_of(wide / tall, target.width / target.height, self.plan, place)
        for source, plane in zip(planes, target.all(), strict=True):
            rows, columns = plane.shape
            high, long = source.shape
            back = np.array([[across * long / columns, 0, x * long], [0, down * high / rows, y * high]])
            back[:, 2] += 0.5 * np.array([back[0, 0], back[1, 1]]) - 0.5  # pixel middles
            cv2.warpAffine(source, back, (columns, rows), dst=plane, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip

    def _over_blur(self, target: Planes, planes: tuple[NDArray[np.uint8], ...]) -> None:
        for number, (source, plane) in enumerate(zip(planes, target.all(), strict=True)):
            rows, columns = plane.shape
            small = cv2.resize(source, (48, 48), interpolation=cv2.INTER_AREA)
            soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 4.0), (columns, rows), interpolation=cv2.INTER_CUBIC)
            if number == 0:
                soft = (soft.astype(np.float32) * 0.72 + 5).astype(np.uint8)
            np.copyto(plane, soft)
            scale = min(columns / source.shape[1], rows / source.shape[0])
            wide, tall = min(columns, round(source.shape[1] * scale)), min(rows, round(source.shape[0] * scale))
            x, y = (columns - wide) // 2, (rows - tall) // 2
            plane[y : y + tall, x : x + wide] = cv2.resize(source, (wide, tall), interpolation=cv2.INTER_AREA)


@dataclass(frozen=True, slots=True)
class Chain:
    """Stretches that follow one another in a scene's window."""

    window: Box
    reels: tuple[tuple[int, Reel], ...]
    """(first frame of the scene, stretch)."""

    def paint(self, canvas: Planes, frame: int) -> None:
        """Paint the window's content at one frame of the scene."""
        first, reel = next(one for one in reversed(self.reels) if one[0] <= max(0, frame))
        reel.paint(canvas, frame - first)


def part_of(source: float, aspect: float, plan_: Plan, place: int) -> tuple[float, float, float, float]:
    """x, y, width and height of the part that is shown, shares of the sides.

    Args:
        source, aspect: width over height of the footage and of the window.
    """
    across, down = min(1.0, aspect / source), min(1.0, source / aspect)
    across, down = across / plan_.zoom[place], down / plan_.zoom[place]
    x = plan_.centre[place, 0] - plan_.steady[place, 0] - across / 2
    y = plan_.centre[place, 1] - plan_.steady[place, 1] * source - down / 2
    return float(np.clip(x, 0, 1 - across)), float(np.clip(y, 0, 1 - down)), float(across), float(down)
