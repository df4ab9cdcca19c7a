"""How loud sound is and how high its true peaks are (ITU-R BS.1770-5, EBU R128), and bringing it to a target.

ffmpeg's `ebur128` agrees within 0.1 LU in the tests.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.compiled import Array, compiled

Sound = NDArray[np.float32]
"""(channels, samples), full scale ±1."""

RATE = 48_000
TARGET_LUFS = -14.0
PEAK_DB = -1.0
ROOM_DB = 1.2
"""Kept below the peak limit, because an audio encoder may overshoot."""
_SECTIONS = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""The shelf and the high pass of K-weighting at 48 kHz: b0, b1, b2, a1, a2 (BS.1770-5, tables 1 and 2)."""
_REACH = 24
"""Samples that a value between two of them depends on."""


@compiled
def _weighted(channel: Array, total: Array, sections: Array) -> None:
    """Add a channel's K-weighted energy to a total, sample by sample: two biquads (direct form II, transposed)."""
    b0, b1, b2, a1, a2 = sections[0]
    c0, c1, c2, d1, d2 = sections[1]
    s1 = s2 = t1 = t2 = 0.0
    for place in range(len(channel)):
        x = float(channel[place])
        y = b0 * x + s1
        s1 = b1 * x - a1 * y + s2
        s2 = b2 * x - a2 * y
        z = c0 * y + t1
        t1 = c1 * y - d1 * z + t2
        t2 = c2 * y - d2 * z
        total[place] += z * z


def loudness(sound: Sound) -> float:
    """Integrated loudness.

    Args:
        sound: (channels, samples) at 48 kHz, left and right weighted alike.

    Returns:
        LUFS; −inf for silence or for less than 0.4 s.
    """
    hop = RATE // 10
    samples = sound.shape[1]
    if samples < 4 * hop:
        return float("-inf")
    energy = heard(sound)
    return gated(np.add.reduceat(energy[: samples // hop * hop], np.arange(0, samples // hop * hop, hop)))


def heard(sound: Sound) -> NDArray[np.float64]:
    """(samples,) K-weighted energy, summed over the channels."""
    total = np.zeros(sound.shape[1])
    for channel in sound:
        _weighted(channel.astype(np.float32, copy=False), total, _SECTIONS)
    return total


def gated(sums: NDArray[np.float64]) -> float:
    """Integrated loudness in LUFS of energies summed over steps of 100 ms; −inf for silence."""
    power = np.convolve(sums, np.ones(4), "valid") / (RATE * 4 // 10)
    level = -0.691 + 10 * np.log10(np.maximum(power, 1e-20))
    loud = power[level >= -70.0]
    if not len(loud):
        return float("-inf")
    gate = -0.691 + 10 * np.log10(loud.mean()) - 10.0
    return float(-0.691 + 10 * np.log10(power[(level >= -70.0) & (level >= gate)].mean()))


def true_peak(sound: Sound) -> float:
    """The highest peak between the samples as well, in dBTP (four times oversampled)."""
    highest = float(np.abs(sound).max(initial=0.0))
    if highest == 0.0:
        return float("-inf")
    for channel in sound:
        highest = _between(np.pad(channel.astype(np.float32, copy=False), _REACH), _phases(), np.float32(highest))
    return float(20 * np.log10(highest))


@compiled
def _between(padded: Array, taps: Array, highest: Array) -> Array:
    """The highest of a bound and what lies between the samples, in blocks: a peak stands beside a high sample."""
    samples, block = len(padded) - 2 * _REACH, 128
    line = np.empty(block, np.float32)
    least = highest * np.float32(0.5)
    for start in range(0, samples, block):
        size = min(block, samples - start)
        top = np.float32(0.0)
        for place in range(start + _REACH, start + _REACH + size):
            top = max(top, abs(padded[place]))
        if top <= least:
            continue
        for phase in range(len(taps)):
            line[:] = np.float32(0.0)
            for tap in range(taps.shape[1]):
                weight, first = taps[phase, tap], start + tap + _REACH // 2 + 1
                part = padded[first : first + size]
                for place in range(size):
                    line[place] += weight * part[place]
            for place in range(size):
                highest = max(highest, abs(line[place]))
    return highest


@functools.lru_cache(maxsize=1)
def _phases(half: int = _REACH // 2) -> Sound:
    """(3, 2·half) interpolation filters for a quarter, a half and three quarters of a sample later."""
    place = np.arange(-half + 1, half + 1)[None] - np.array([0.25, 0.5, 0.75])[:, None]
    return (np.sinc(place) * np.cos(np.pi * place / (2 * half + 1)) ** 2).astype(np.float32)


def limit(sound: Sound, ceiling: float) -> Sound:
    """Round off what exceeds a knee below the ceiling; what is lower stays as it is."""
    knee = np.float32(0.7 * ceiling)
    room = np.float32(ceiling) - knee
    done = sound.astype(np.float32)
    flat = done.reshape(-1)
    high = np.flatnonzero(np.abs(flat) > knee)
    part = flat[high]
    flat[high] = np.copysign(knee + room * np.tanh((np.abs(part) - knee) / room), part)
    return done


def master(sound: Sound, target: float = TARGET_LUFS, room_db: float = ROOM_DB) -> tuple[Sound, float, float]:
    """Bring sound to a loudness with its true peaks held.

    Args:
        room_db: kept below the peak limit.

    Returns:
        The sound, its loudness in LUFS and its true peak in dBTP; silence stays silence.
    """
    level = loudness(sound)
    if not np.isfinite(level):
        return sound, level, true_peak(sound)
    ceiling = 10 ** ((PEAK_DB - room_db - 0.4) / 20)
    gain = 10 ** ((target - level) / 20)
    done = limit(sound * np.float32(gain), ceiling)
    for _ in range(4):
        level = loudness(done)
        if abs(level - target) < 0.1:
            break
        gain *= 10 ** ((target - level) / 20)
        done = limit(sound * np.float32(gain), ceiling)
    peak = true_peak(done)
    for _ in range(4):  # sound that is rounded off much peaks between its samples
        if peak <= PEAK_DB - room_db:
            break
        ceiling *= 10 ** ((PEAK_DB - room_db - 0.1 - peak) / 20)
        done = limit(sound * np.float32(gain), ceiling)
        level, peak = loudness(done), true_peak(done)
    return done, level, peak
