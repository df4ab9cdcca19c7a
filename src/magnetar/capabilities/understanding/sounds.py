"""What a film's sound is like, by simple measures: how loud, how much silence, how much like speech or like music."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from scipy.signal import lfilter

from magnetar.capabilities.understanding.frames import FILMS
from magnetar.kernel.chance import Floats

RATE = 48_000
LONGEST_S = 1_800.0
SILENCE_DB = -50.0
"""Level of a second, full scale 0, below which it is silence."""
_FRAME = RATE // 50
_SPEECH_DIPS, _SPEECH_CHANGE = 0.20, 0.45
"""Share of a second's frames below half its level, and change of level by frame, from which it is like speech."""
_SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


@dataclass(frozen=True, slots=True)
class Hearing:
    """A film's sound, measured."""

    lufs: float
    """Integrated loudness; −inf for silence or less than 0.4 s."""
    silence: float
    """Share of the seconds, in [0, 1]; so are the next two. They add up to 1."""
    speech_like: float
    music_like: float


def hear(path: Path) -> Hearing | None:
    """Measure a film's sound; None where it has no sound track.

    Raises:
        av.error.FFmpegError: the file cannot be decoded at all.
    """
    with av.open(str(path), options=FILMS) as box:
        if not box.streams.audio:
            return None
        mixer: Any = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        parts: list[Floats] = []
        length = 0
        for frame in box.decode(box.streams.audio[0]):
            for one in mixer.resample(frame):
                part = one.to_ndarray().ravel()
                parts.append(part)
                length += len(part)
            if length > LONGEST_S * RATE:
                break
    sound = np.concatenate(parts) if parts else np.zeros(0)
    return measure(sound.astype(np.float64))


def measure(sound: Floats) -> Hearing:
    """Of mono samples at 48 kHz, full scale ±1; no sound at all counts as silence.

    A second is like speech where its level dips often and changes much from frame to frame (syllables and pauses),
    else like music. Source: Scheirer & Slaney (1997), ICASSP, share of low-energy frames and energy modulation;
    thresholds are ours, so `like` is as much as may be said.
    """
    seconds = len(sound) // RATE
    if seconds == 0:
        level = 20 * np.log10(max(float(np.sqrt(np.mean(sound**2))), 1e-10)) if len(sound) else -200.0
        return Hearing(loudness(sound), float(level < SILENCE_DB), 0.0, float(level >= SILENCE_DB))
    frames = sound[: seconds * RATE].reshape(seconds, -1, _FRAME)
    level = np.sqrt(np.mean(frames**2, axis=2))
    whole = np.sqrt(np.mean(level**2, axis=1))
    silent = 20 * np.log10(np.maximum(whole, 1e-10)) < SILENCE_DB
    dips = np.mean(level < 0.5 * whole[:, None], axis=1)
    change = np.std(level, axis=1) / np.maximum(whole, 1e-10)
    speech = ~silent & (dips >= _SPEECH_DIPS) & (change >= _SPEECH_CHANGE)
    return Hearing(
        loudness(sound), float(silent.mean()), float(speech.mean()), float((~silent & ~speech).mean())
    )  # fmt: skip


def loudness(sound: Floats) -> float:
    """Integrated loudness of one channel, LUFS (ITU-R BS.1770-5: K-weighting, 0.4 s blocks, gates at −70 and −10 LU)."""
    block, hop = RATE * 4 // 10, RATE // 10
    if len(sound) < block:
        return float("-inf")
    heard = np.asarray(lfilter(*_PASS, np.asarray(lfilter(*_SHELF, sound))))
    sums = np.add.reduceat(heard**2, np.arange(0, len(heard) // hop * hop, hop))
    power = np.convolve(sums, np.ones(4), "valid") / block
    level = -0.691 + 10 * np.log10(np.maximum(power, 1e-20))
    loud = power[level >= -70.0]
    if not len(loud):
        return float("-inf")
    gate = -0.691 + 10 * np.log10(loud.mean()) - 10.0
    return float(-0.691 + 10 * np.log10(power[(level >= -70.0) & (level >= gate)].mean()))
