"""The sound of an episode: voices, a calm bed of our own music, and the sound of the place, which gives way to voices.

The place's sound is the clip's own where a provider's clip has one; otherwise it is made here: rain, waves, a room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from magnetar.capabilities.creative.drama.voices import Said
from magnetar.capabilities.creative.loudness import RATE, Sound, master
from magnetar.capabilities.creative.music import PATTERNS, Tune, compose
from magnetar.kernel.chance import Chance

DUCK_CLIP_DB, DUCK_MUSIC_DB = -14.0, -9.0
"""How far the place and the music give way while somebody speaks."""
ATTACK_S, RELEASE_S = 0.06, 0.30
_MUSIC_DB, _CLIP_DB = -27.0, -31.0
_PROGRESSIONS = ((9, 5, 2, 4), (9, 4, 5, 2), (2, 9, 5, 4))
"""In steps of the major scale; minor for the most part."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A line at its time."""

    start_s: float
    said: Said
    side: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the episode with one place's sound."""

    start_s: float
    end_s: float
    kind: str
    weather: str
    clip: NDArray[np.float32] | None = None
    """(2, n) at 48 kHz, the clip's own sound."""


@dataclass(frozen=True, slots=True)
class Stems:
    """The parts of the sound before they are joined: (2, samples) each, the beds after they have given way."""

    voice: Sound
    music: Sound
    clip: Sound
    duck: NDArray[np.float32]
    """(samples,), the clip's gain."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """The finished sound."""

    sound: Sound
    lufs: float
    peak_db: float
    stems: Stems
    tempo: float
    key: str


def mix(lines: Sequence[Heard], stretches: Sequence[Stretch], samples: int, chance: Chance) -> Mixed:
    """Join voices, music and places.

    Args:
        samples: of the whole film at 48 kHz.
    """
    voice = np.zeros((2, samples), np.float32)
    spoken = np.zeros(samples, bool)
    for line in lines:
        at = round(line.start_s * RATE)
        part = line.said.samples[: max(0, samples - at)]
        angle = (line.side + 1) * np.pi / 4
        for channel, gain in enumerate((np.cos(angle), np.sin(angle))):
            voice[channel, at : at + len(part)] += part * np.float32(gain * np.sqrt(2))
        spoken[at : at + len(part)] = True
    tune = _tune(chance)
    beats = int(np.ceil(samples / RATE / tune.beat_s)) + 1
    music = compose(tune, beats, (beats,), chance)[:, :samples].copy()
    music = _fade(_level(music, _MUSIC_DB))
    clip = np.zeros((2, samples), np.float32)
    for stretch in stretches:
        first, last = round(stretch.start_s * RATE), min(samples, round(stretch.end_s * RATE))
        if last > first:
            bed = (
                _fit(stretch.clip, last - first)
                if stretch.clip is not None
                else ambience(stretch.kind, stretch.weather, last - first, chance.of("place", stretch.kind))
            )
            clip[:, first:last] += _edges(bed)
    duck = envelope(spoken, DUCK_CLIP_DB)
    stems = Stems(voice, music * envelope(spoken, DUCK_MUSIC_DB), clip * duck, duck)
    sound, lufs, peak = master(np.ascontiguousarray(stems.voice + stems.music + stems.clip, np.float32))
    return Mixed(sound, lufs, peak, stems, tune.tempo, tune.key)


def envelope(spoken: NDArray[np.bool_], depth_db: float) -> NDArray[np.float32]:
    """A gain that is at its depth while somebody speaks: down just before, back slowly.

    Args:
        spoken: (samples,).
    """
    step = RATE // 1000
    coarse: NDArray[np.bool_] = np.asarray(np.pad(spoken, (0, -len(spoken) % step)).reshape(-1, step).max(axis=1), bool)
    ahead, behind = round(ATTACK_S * 1000), round(RELEASE_S * 1000)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], coarse.astype(np.int8), [0]]))).reshape(-1, 2)
    gain = np.zeros(len(coarse))
    for start, end in edges:
        low, high = max(0, start - ahead), min(len(gain), end + behind)
        gain[start:end] = depth_db
        gain[low:start] = np.minimum(gain[low:start], np.linspace(0, depth_db, start - low + 1)[:-1])
        gain[end:high] = np.minimum(gain[end:high], np.linspace(depth_db, 0, high - end + 1)[1:])
    fine = np.interp(np.arange(len(spoken)), np.arange(len(gain)) * step, gain)
    return (10 ** (fine / 20)).astype(np.float32)


def _tune(chance: Chance) -> Tune:
    draw = chance.of("tune").uniforms(4)
    return Tune(
        (66, 72, 80)[int(draw[0] * 3)],
        int(draw[1] * 12),
        _PROGRESSIONS[int(draw[2] * 3)],
        PATTERNS[int(draw[3] * len(PATTERNS))],
    )


def ambience(kind: str, weather: str, samples: int, chance: Chance) -> Sound:
    """The sound of a place, made of noise; quiet."""
    noise = (chance.of("noise").uniforms(2, min(samples, 12 * RATE)) * 2 - 1).astype(np.float32)
    noise = np.tile(noise, (1, -(-samples // noise.shape[1])))[:, :samples]
    time = np.arange(samples) / RATE
    low, high = {
        "sea": (60, 900),
        "train": (40, 260),
        "street": (50, 420),
        "station": (60, 500),
        "park": (1800, 5200),
        "cafe": (180, 1100),
        "shop": (180, 1100),
    }.get(kind, (60, 300))
    bed = _band(noise, low, high)
    if kind == "sea":
        bed *= (0.45 + 0.55 * np.sin(2 * np.pi * time / 6.5) ** 2).astype(np.float32)
    elif kind == "train":
        bed *= (0.5 + 0.5 * (np.sin(2 * np.pi * time * 1.6) ** 8)).astype(np.float32)
    elif kind in ("cafe", "shop"):
        bed *= (0.6 + 0.4 * np.sin(2 * np.pi * time * 0.7) * np.sin(2 * np.pi * time * 0.31 + 1)).astype(np.float32)
    bed = _level(bed, _CLIP_DB - 3)
    if weather == "rain":
        bed = bed + _level(_band(noise[::-1], 900, 9_000), _CLIP_DB)
    return bed.astype(np.float32)


def _band(noise: Sound, low: float, high: float) -> Sound:
    return np.asarray(sosfilt(butter(2, [low, high], "bandpass", fs=RATE, output="sos"), noise, axis=1), np.float32)


def _level(sound: Sound, decibels: float) -> Sound:
    power = float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))) if sound.size else 0.0
    return (sound * np.float32(10 ** (decibels / 20) / power)).astype(np.float32) if power > 1e-9 else sound


def _fit(clip: NDArray[np.float32], samples: int) -> Sound:
    out = np.zeros((2, samples), np.float32)
    long = min(samples, clip.shape[1])
    out[:, :long] = _level(np.ascontiguousarray(clip[:, :long]), _CLIP_DB + 6)
    return out


def _edges(bed: Sound) -> Sound:
    """Without clicks where one place's sound meets another's."""
    edge = min(1200, bed.shape[1] // 2)
    bed[:, :edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    bed[:, bed.shape[1] - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
    return bed


def _fade(sound: Sound) -> Sound:
    edge = min(round(0.35 * RATE), sound.shape[1] // 2)
    sound[:, sound.shape[1] - edge :] *= np.linspace(1, 0.03, edge, dtype=np.float32)
    return sound
