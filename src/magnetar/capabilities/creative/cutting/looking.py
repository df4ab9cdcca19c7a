"""What is measured of a frame: light, sharpness, motion, likeness; all on a small copy of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.creative.cutting.footage import Footage, shown

LONG = 384
"""Pixels of the small copy's long side."""
Luma = NDArray[np.uint8]


@dataclass(slots=True)
class Samples:
    """Frames that were looked at, in order."""

    times: list[float] = field(default_factory=list[float])
    follows: list[bool] = field(default_factory=list[bool])
    """Whether the sample before is the very frame before."""
    mean: list[float] = field(default_factory=list[float])
    low: list[float] = field(default_factory=list[float])
    """Luma that 5 % of the pixels lie below."""
    high: list[float] = field(default_factory=list[float])
    """Luma that 2 % lie above."""
    burnt: list[float] = field(default_factory=list[float])
    """Share of pixels near white."""
    blur: list[float] = field(default_factory=list[float])
    """0 sharp to 1 blurred; see `blur_effect`."""
    detail: list[float] = field(default_factory=list[float])
    """Variance of the Laplacian."""
    change: list[float] = field(default_factory=list[float])
    """Mean absolute change since the sample before."""
    move: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """How far the picture moved since the sample before, in shares of the width; NaN where it cannot be told."""
    tint: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Mean chroma less 128."""
    alike: list[int] = field(default_factory=list[int])
    """Difference hash of 64 bits."""
    colours: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])
    subject: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Where the eye goes, shares of the sides; only where it was asked for."""
    spread: list[float] = field(default_factory=list[float])
    """How wide that is, share of the width."""
    noise: list[float] = field(default_factory=list[float])
    decoded: int = 0
    """Frames that were decoded."""

    def __len__(self) -> int:
        return len(self.times)


class Eye:
    """Looks at frames one after another."""

    def __init__(self, footage: Footage, subject: bool = False) -> None:
        long = max(footage.width, footage.height)
        share = min(1.0, LONG / long)
        self.size = max(16, round(footage.width * share / 2) * 2), max(16, round(footage.height * share / 2) * 2)
        self.footage, self.samples, self.want_subject = footage, Samples(), subject
        self._before: Luma | None = None
        self._tiny: NDArray[np.float32] | None = None

    def look(self, frame: Any, time: float, follows: bool) -> None:
        """Measure a decoded frame."""
        y, u, v = shown(frame, self.footage, *self.size)
        self.see(y, u, v, time, follows)

    def see(self, y: Luma, u: Luma, v: Luma, time: float, follows: bool) -> None:
        """Measure small planes."""
        one = self.samples
        one.times.append(time)
        one.follows.append(follows and self._before is not None)
        counts = np.asarray(cv2.calcHist([np.ascontiguousarray(y)], [0], None, [256], [0, 256])).ravel()
        total = np.cumsum(counts) / counts.sum()
        one.mean.append(float((counts * np.arange(256)).sum() / counts.sum()))
        one.low.append(float(np.searchsorted(total, 0.05)))
        one.high.append(float(np.searchsorted(total, 0.98)))
        one.burnt.append(float(1 - total[227]))
        one.blur.append(blur_effect(y))
        one.detail.append(float(cv2.Laplacian(y, cv2.CV_32F, ksize=1).var()))
        one.noise.append(noise_of(y))
        one.tint.append((float(u.mean()) - 128, float(v.mean()) - 128))
        one.alike.append(difference_hash(y))
        one.colours.append(colours(counts, u, v))
        tiny = cv2.resize(y, (160, max(16, 160 * y.shape[0] // y.shape[1])), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        if self._before is None or self._before.shape != y.shape or self._tiny is None:
            one.change.append(float("inf"))
            one.move.append((float("nan"), float("nan")))
        else:
            one.change.append(float(cv2.absdiff(y, self._before).mean()))
            one.move.append(self._motion(self._tiny, tiny) if follows else (float("nan"), float("nan")))
        if self.want_subject:
            place, wide = subject_of(tiny, self._tiny, one.move[-1])
            one.subject.append(place)
            one.spread.append(wide)
        self._before, self._tiny = y.copy(), tiny

    @staticmethod
    def _motion(before: NDArray[np.float32], now: NDArray[np.float32]) -> tuple[float, float]:
        """The middle one of the motions of corners, where enough of them agree (Lucas & Kanade 1981, in pyramids)."""
        nothing = float("nan"), float("nan")
        first, second = (np.clip(one, 0, 255).astype(np.uint8) for one in (before, now))
        corners = cv2.goodFeaturesToTrack(first, 60, 0.02, 6)
        if corners is None or len(corners) < 8:
            return nothing
        flow: Any = cv2.calcOpticalFlowPyrLK
        moved, found, _ = flow(first, second, corners, None, winSize=(13, 13), maxLevel=3)
        steps = (moved - corners).reshape(-1, 2)[found.ravel() == 1]
        if len(steps) < 8:
            return nothing
        middle = np.median(steps, axis=0)
        if (np.hypot(*(steps - middle).T) < 1.0).mean() < 0.35:
            return nothing
        return float(middle[0]) / now.shape[1], float(middle[1]) / now.shape[1]


def blur_effect(y: Luma) -> float:
    """How blurred a picture is, 0 sharp to 1: how little it loses when it is blurred again.

    Source:
        Crété-Roffet, Dolmiere, Ladret, Nicolas (2007), The blur effect: perception and estimation with a new
        no-reference perceptual blur metric, SPIE 6492.
    """
    sharp = y.astype(np.float32)
    worst = 0.0
    for axis in (0, 1):
        size = (1, 9) if axis == 0 else (9, 1)
        again = cv2.blur(sharp, size)
        first, second = np.abs(np.diff(sharp, axis=axis)), np.abs(np.diff(again, axis=axis))
        total = float(first.sum())
        lost = float(np.maximum(0.0, first - second).sum())
        worst = max(worst, (total - lost) / total if total > 1e-6 else 1.0)
    return worst


def noise_of(y: Luma) -> float:
    """Standard deviation of the noise (Immerkær 1996, Computer Vision and Image Understanding 64(2)); texture counts in."""
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    found = np.abs(cv2.filter2D(y, cv2.CV_16S, mask))[1:-1, 1:-1]
    if not found.size:
        return 0.0
    counts = np.bincount(found.ravel())
    reached = np.cumsum(counts)
    last = int(np.searchsorted(reached, 0.6 * (found.size - 1), side="right"))  # the quieter part: edges are no noise
    calm = (counts[: last + 1] * np.arange(last + 1)).sum() / reached[last]
    return float(calm * 2.1 * np.sqrt(np.pi / 2) / 6)


def difference_hash(y: Luma) -> int:
    """64 bits: whether each of 8 × 9 cells is darker than the next one."""
    cells = cv2.resize(y, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    return int(np.packbits(cells[:, 1:] > cells[:, :-1]).view(">u8")[0])


def colours(counts: NDArray[Any], u: Luma, v: Luma) -> NDArray[np.float32]:
    """Shares of 32 steps of luma, and of 16 of each chroma near grey."""
    parts = [counts.reshape(32, 8).sum(axis=1)]
    for plane in (u, v):
        parts.append(
            np.bincount((np.clip(plane, 64, 191).ravel().astype(int) - 64) // 8, minlength=16).astype(np.float64)
        )
    return np.concatenate([part / max(1.0, float(part.sum())) for part in parts]).astype(np.float32)


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How different two pictures' colours are, 0 to 1: of luma and of chroma, whichever says more."""
    far = np.abs(one - other)
    return float(max(far[:32].sum() / 2, far[32:48].sum() / 2, far[48:].sum() / 2))


def subject_of(
    now: NDArray[np.float32], before: NDArray[np.float32] | None, move: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """Where the eye goes: what stands out from its spectrum, and what moves against the whole.

    Returns:
        Its middle in shares of the sides, and its width in shares of the width.

    Source:
        Hou & Zhang (2007), Saliency detection: a spectral residual approach, CVPR.
    """
    small = cv2.resize(now, (64, 64), interpolation=cv2.INTER_AREA)
    spectrum = np.fft.fft2(small)
    size = np.log(np.abs(spectrum) + 1e-6).astype(np.float32)
    rest = size - cv2.blur(size, (3, 3))
    stands = np.abs(np.fft.ifft2(np.exp(rest + 1j * np.angle(spectrum)))) ** 2
    stands = cv2.GaussianBlur(stands.astype(np.float32), (0, 0), 3.0)
    stands /= max(1e-9, float(stands.max()))
    if before is not None and before.shape == now.shape:
        dx, dy = (0.0 if np.isnan(part) else part * now.shape[1] for part in move)
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        follows = cv2.warpAffine(before, shift, (now.shape[1], now.shape[0]), borderMode=cv2.BORDER_REPLICATE)
        moving = cv2.GaussianBlur(
            cv2.resize(cv2.absdiff(now, follows), (64, 64), interpolation=cv2.INTER_AREA), (0, 0), 2.0
        )
        strength = float(moving.max())
        if strength > 4.0:  # above noise
            stands = stands + 1.5 * np.where(moving > 0.35 * strength, moving / strength, 0.0)
    weight = np.where(stands >= np.percentile(stands, 88), stands, 0.0)
    weight = weight * _middle()
    total = float(weight.sum())
    if total <= 1e-9:
        return (0.5, 0.5), 0.5
    place = (np.arange(64) + 0.5) / 64
    across, down = weight.sum(axis=0) / total, weight.sum(axis=1) / total
    x, y = float(across @ place), float(down @ place)
    wide = float(min(1.0, 3.0 * np.sqrt(across @ (place - x) ** 2)))
    return (x, y), wide


def _middle() -> NDArray[np.float32]:
    """People look at the middle rather than at the edge."""
    place = (np.arange(64) + 0.5) / 64 - 0.5
    bell = 0.35 + 0.65 * np.exp(-(place**2) / (2 * 0.28**2))
    return np.outer(bell, bell).astype(np.float32)
