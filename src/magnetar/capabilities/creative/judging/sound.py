"""What is wrong with a film's sound, by its samples alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.creative.judging.defects import Defect, defect
from magnetar.capabilities.creative.loudness import PEAK_DB, RATE, TARGET_LUFS, Sound, loudness, true_peak

LOUD_WITHIN = 0.5
SILENT_DB = -60.0
SILENT_S = 0.5
"""A stretch below that level for that long is silence; ours end in a fade shorter than that."""
DEAD_DB = -60.0
DC = 0.01
FLAT_FROM, FLAT_TOP, FLAT_RUN, FLAT_RISE, FLAT_SHARE = 0.80, 0.86, 8, 0.35, 0.007
"""Clipped sound: runs of at least so many samples above 0.80 of the top level that reach 0.86 of it, yet rise in their
middle by less than 0.35 of what a rounded peak of their height does, hold that share of all samples. Good sound has
at most 0.003; music and voices cut off by 8 to 18 dB have 0.025 and more."""
NOISE_WINDOW, NOISE_LINES, NOISE_WIDTH, NOISE_KURTOSIS, NOISE_LEAST = 4096, 0.3, 40.0, 2.45, 10
"""Noise has its flat tops smeared by an audio encoder, its distribution stays cut off: a window is noise where less
than 0.3 of its power stands in spectral lines and its power spreads over more than 40 of its frequencies. The middle
kurtosis of at least ten such windows is 3 for natural noise, 2.6 after a limiter of 14 dB, 2.5 where its amplitudes
are drawn evenly, 2.45 where it was cut off at twice its effective value, and less the deeper the cut."""
_MOST_WINDOWS = 240
PEAK_SLACK_DB = 0.05
"""Two true-peak meters may differ by this much."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of a film, decoded."""

    sound: Sound
    """(channels, samples) at 48 kHz."""
    start_s: float
    rate: int
    """Of the file, before any change."""
    channels: int

    @property
    def seconds(self) -> float:
        return self.sound.shape[1] / RATE


def check_sound(heard: Heard) -> list[Defect]:
    """Loudness, true peak, silence, clipping, dead channels, DC offset."""
    sound = heard.sound
    if not sound.shape[1]:
        return [defect("no sound", 0.0, "the audio stream holds no sound")]
    found: list[Defect] = []
    level, peak = loudness(sound), true_peak(sound)
    if not abs(level - TARGET_LUFS) <= LOUD_WITHIN:
        found.append(defect("loudness", 0.0, f"{level:.1f} LUFS, expected {TARGET_LUFS} ± {LOUD_WITHIN}"))
    if peak > PEAK_DB + PEAK_SLACK_DB:
        found.append(defect("true peak", 0.0, f"{peak:.2f} dBTP, at most {PEAK_DB}"))
    found += _silences(sound)
    strength = 20 * np.log10(np.maximum(np.sqrt((sound.astype(np.float64) ** 2).mean(axis=1)), 1e-9))
    if len(strength) > 1 and strength.max() > DEAD_DB + 20 and strength.min() < DEAD_DB:
        found.append(defect("dead channel", 0.0, f"channel {int(strength.argmin()) + 1} has no sound"))
    middle = sound.mean(axis=1, dtype=np.float64)
    if np.abs(middle).max() > DC:
        found.append(
            defect("dc offset", 0.0, f"{middle[np.abs(middle).argmax()]:+.3f} of full scale, at most {DC:.3f}")
        )
    if (at := _flat(sound)) is not None:
        found.append(defect("clipping", at, "flat-topped: the sound was cut off at its peaks"))
    elif (at := _cut_noise(sound)) is not None:
        found.append(
            defect(
                "clipping", at, "noise that was cut off at its peaks: its amplitudes end where noise has none to end at"
            )
        )
    return found


def _silences(sound: Sound) -> list[Defect]:
    hop = RATE // 100
    blocks = sound.shape[1] // hop
    loudest = np.abs(sound[:, : blocks * hop]).reshape(len(sound), blocks, hop).max(axis=(0, 2))
    quiet = np.concatenate([[False], loudest < 10 ** (SILENT_DB / 20), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    return [
        defect("silence", start / 100, f"{(end - start) / 100:.2f} s below {SILENT_DB:.0f} dBFS")
        for start, end in edges
        if end - start >= SILENT_S * 100
    ]


def _flat(sound: Sound) -> float | None:
    """Second of the first flat top, where there are many; an audio encoder's ripple is allowed for."""
    count, first = 0, None
    for channel in sound:
        top = float(np.quantile(np.abs(channel), 0.999))
        if top < 0.05:
            continue
        for upright in (channel, -channel):
            high = np.concatenate([[False], upright >= FLAT_FROM * top, [False]])
            runs = np.flatnonzero(high[1:] != high[:-1]).reshape(-1, 2)
            runs = runs[runs[:, 1] - runs[:, 0] >= FLAT_RUN]
            first_of, middle = runs[:, 0], runs.sum(axis=1) // 2
            quarter = np.maximum(1, (runs[:, 1] - first_of) // 4)
            height = upright[middle]
            rise = height - (upright[middle - quarter] + upright[np.minimum(middle + quarter, runs[:, 1] - 1)]) / 2
            rounded = 0.25 * (height - FLAT_FROM * top)
            flat = runs[(height > FLAT_TOP * top) & (rise < FLAT_RISE * rounded)]
            count += int((flat[:, 1] - flat[:, 0]).sum())
            if len(flat) and (first is None or flat[0, 0] < first):
                first = int(flat[0, 0])
    return None if first is None or count < FLAT_SHARE * sound.size else first / RATE


def _cut_noise(sound: Sound) -> float | None:
    """Second of the first noise whose amplitudes are cut off, where there is enough of it.

    Noise is a sum of many parts, so its amplitudes are normally distributed (kurtosis 3) whatever its spectrum is;
    cutting it off takes the tails away, and no filter or encoder after that brings them back.
    """
    wide = NOISE_WINDOW
    window = np.hanning(wide)
    for channel in sound:
        parts = channel[: len(channel) // wide * wide].reshape(-1, wide).astype(np.float64)
        power = (parts**2).mean(axis=1)
        loud = np.flatnonzero(power > max(4e-4, 0.1 * float(np.median(power)) if len(power) else 0.0))
        loud = loud[:: max(1, len(loud) // _MOST_WINDOWS)]
        if len(loud) < NOISE_LEAST:
            continue
        spectrum = np.abs(np.fft.rfft(parts[loud] * window, axis=1)) ** 2
        total = spectrum.sum(axis=1)
        bands = spectrum[:, 4:1396].reshape(len(loud), -1, 12)
        lines = (bands * (bands > 8 * np.median(bands, axis=2, keepdims=True))).sum(axis=(1, 2)) / total
        spread = total**2 / (spectrum**2).sum(axis=1)
        noise = loud[(lines < NOISE_LINES) & (spread > NOISE_WIDTH)]
        if len(noise) < max(NOISE_LEAST, len(loud) // 2):
            continue
        kurtosis = (parts[noise] ** 4).mean(axis=1) / power[noise] ** 2
        if float(np.median(kurtosis)) < NOISE_KURTOSIS:
            return float(noise[0]) * wide / RATE
    return None
