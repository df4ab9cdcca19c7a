"""How loud sound is and how high its true peaks are (ITU-R BS.1770-5, EBU R128), and bringing it to a target.

K-weighting is applied in the frequency domain, so plain numpy suffices; ffmpeg's `ebur128` agrees within 0.1 LU in the tests.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
"""(channels, samples), full scale ±1."""

RATE = 48_000
TARGET_LUFS = -14.0
PEAK_DB = -1.0
ROOM_DB = 1.2
"""Kept below the peak limit, because an audio encoder may overshoot."""
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


@functools.lru_cache(maxsize=2)
def _weighting(length: int) -> NDArray[np.complex64]:
    back = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length).astype(np.complex64)
    response = np.ones(len(back), np.complex64)
    for above, below in (_SHELF, _PASS):
        response *= (above[0] + back * (above[1] + back * above[2])) / (below[0] + back * (below[1] + back * below[2]))
    return response


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
    samples = sound.shape[1]
    length = _smooth(samples + RATE // 4)
    total = np.zeros(samples)
    for channel in sound:
        weighted = np.fft.irfft(np.fft.rfft(channel.astype(np.float32), length) * _weighting(length), length)[:samples]
        total += weighted.astype(np.float64) ** 2
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


def _smooth(least: int) -> int:
    """A length that the Fourier transform is quick at: 2^a or 3·2^a or 5·2^a."""
    return min(base << max(0, int(np.ceil(np.log2(least / base)))) for base in (1, 3, 5))


def true_peak(sound: Sound) -> float:
    """The highest peak between the samples as well, in dBTP (four times oversampled)."""
    highest = float(np.abs(sound).max(initial=0.0))
    if highest == 0.0:
        return float("-inf")
    taps = _phases()
    for channel in sound:
        near = np.flatnonzero(np.abs(channel) > 0.5 * highest)  # a peak stands beside a high sample
        if not len(near):
            continue
        padded = np.pad(channel, (taps.shape[1], taps.shape[1]))
        for start in range(0, len(near), 20_000):
            places = near[start : start + 20_000, None] + np.arange(taps.shape[1])[None] + taps.shape[1] // 2 + 1
            highest = max(highest, float(np.abs(padded[places] @ taps.T).max()))
    return float(20 * np.log10(highest))


@functools.lru_cache(maxsize=1)
def _phases(half: int = 12) -> Sound:
    """(3, 2·half) interpolation filters for a quarter, a half and three quarters of a sample later."""
    place = np.arange(-half + 1, half + 1)[None] - np.array([0.25, 0.5, 0.75])[:, None]
    return (np.sinc(place) * np.cos(np.pi * place / (2 * half + 1)) ** 2).astype(np.float32)


def limit(sound: Sound, ceiling: float) -> Sound:
    """Round off what exceeds a knee below the ceiling; what is lower stays as it is."""
    knee = 0.7 * ceiling
    over = np.abs(sound) - knee
    room = ceiling - knee
    return np.where(over > 0, np.sign(sound) * (knee + room * np.tanh(over / room)), sound).astype(np.float32)


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
