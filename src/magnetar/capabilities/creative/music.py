"""The music bed: pads, plucks, bass and drums from our own synthesis, in a key and a tempo that the seed chooses.

Cuts of the film lie on the beat: the storyboard asks for the tempo first. All sound is made here, so nobody
else holds rights in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from magnetar.capabilities.creative.loudness import RATE, Sound
from magnetar.kernel.chance import Chance

TEMPI = (96, 112, 128)
"""Beats a minute; each gives a whole number of beats in fifteen seconds."""
PACES = {"slow": TEMPI[:1], "fast": TEMPI[-1:]}
PROGRESSIONS = ((0, 7, 9, 5), (9, 5, 0, 7), (0, 9, 5, 7), (5, 7, 4, 9))
_MINOR_ON = (2, 4, 9)
"""Steps of the major scale whose chord is minor."""
PATTERNS = ((0, 1, 2, 3, 2, 1, 2, 1), (0, 2, 1, 3, 0, 2, 3, 2), (2, 1, 0, 1, 2, 3, 2, 1))
_TABLE = 4096


@dataclass(frozen=True, slots=True)
class Tune:
    """What the seed chose."""

    tempo: int
    root: int
    """Semitones above C."""
    progression: tuple[int, ...]
    pattern: tuple[int, ...]

    @property
    def beat_s(self) -> float:
        return 60.0 / self.tempo

    @property
    def key(self) -> str:
        return ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"][self.root] + " major"


def choose_tune(chance: Chance, pace: str = "", number: int = 0) -> Tune:
    """A tempo, a key, chords and a figure.

    Args:
        pace: slow or fast for a tempo of that kind.
        number: another number, another tune.
    """
    draws = (chance.of("tune", number) if number else chance.of("tune")).uniforms(4)
    tempi = PACES.get(pace, TEMPI)
    return Tune(
        tempi[int(draws[0] * len(tempi))],
        int(draws[1] * 12),
        PROGRESSIONS[int(draws[2] * len(PROGRESSIONS))],
        PATTERNS[int(draws[3] * len(PATTERNS))],
    )


def compose(tune: Tune, beats: int, cuts: tuple[int, ...], chance: Chance) -> Sound:
    """Play the tune.

    Args:
        beats: length.
        cuts: the beats at which scenes change; the drums enter at the first, a soft swell leads to each.

    Returns:
        (2, samples) at 48 kHz, before mastering; fades at its end.
    """
    beat = RATE * tune.beat_s
    length = round(beats * beat)
    stage = np.zeros((2, length), np.float32)
    dry = np.zeros(length, np.float32)
    plucked = np.zeros(length, np.float32)
    noise = (chance.of("noise").uniforms(RATE) * 2 - 1).astype(np.float32)
    first = cuts[0] if cuts else 0
    for bar_beat in range(0, beats, 4):
        last = bar_beat + 4 >= beats
        step = 0 if last and beats > 8 else tune.progression[bar_beat // 4 % len(tune.progression)]
        chord = _chord(tune.root, step)
        at, span = round(bar_beat * beat), round(min(4, beats - bar_beat) * beat)
        _pad(stage[:, at : at + span], chord)
        for half in range(min(8, 2 * (beats - bar_beat))):
            note = chord[tune.pattern[half] % 3] + 12 * (tune.pattern[half] // 3) + 12
            _add(plucked, _pluck(note), round((bar_beat + half / 2) * beat), 0.30 if half % 2 else 0.42)
        for count in range(min(4, beats - bar_beat)):
            now = bar_beat + count
            if now >= first:
                _add(dry, _bass(chord[0] - 24, tune.beat_s), round(now * beat), 0.5)
    kick, hat, clap = _kick(), _hat(noise), _clap(noise)
    for now in range(first, beats):
        _add(dry, kick, round(now * beat), 0.75)
        _add(stage[now % 2], hat, round((now + 0.5) * beat), 0.16)
        _add(stage[1 - now % 2], hat, round((now + 0.5) * beat), 0.10)
        if (now - first) % 2 == 1:
            _add(dry, clap, round(now * beat), 0.22)
    for cut in cuts:
        swell = _swell(noise, round(0.45 * RATE))
        _add(stage[cut % 2], swell, round(cut * beat) - len(swell), 0.22)
        _add(stage[1 - cut % 2], swell, round(cut * beat) - len(swell), 0.14)
    _echo(stage, plucked, round(0.75 * beat))
    stage += dry
    tail = round(0.9 * RATE)
    stage[:, -tail:] *= np.linspace(1.0, 0.0, tail, dtype=np.float32) ** 1.5
    stage[:, :240] *= np.linspace(0.0, 1.0, 240, dtype=np.float32)
    return stage


def _chord(root: int, step: int) -> tuple[int, int, int]:
    """Three notes as MIDI numbers, kept near middle C so that chords move little."""
    base = 48 + (root + step) % 12
    third = 3 if step in _MINOR_ON else 4
    low, middle, high = base, base + third, base + 7
    return (low, middle, high) if base < 56 else (middle - 12, high - 12, low)


def _hertz(note: float) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def _wave(strengths: tuple[float, ...]) -> Sound:
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    return sum(s * np.sin((n + 1) * phase) for n, s in enumerate(strengths)).astype(np.float32)  # pyright: ignore


_WARM = _wave((1.0, 0.42, 0.24, 0.12, 0.06))
_ROUND = _wave((1.0, 0.28, 0.08))


def _tone(wave: Sound, hertz: float, samples: int, phase: float = 0.0) -> Sound:
    """A wave played at a pitch: its phase runs in 32 bits, of which the upper 12 are the place in the table."""
    step, first = round(hertz * 2**32 / RATE), round(phase * 2**32) % 2**32
    return wave[(np.arange(samples, dtype=np.uint32) * np.uint32(step) + np.uint32(first)) >> np.uint32(20)]


def _pad(stage: Sound, chord: tuple[int, int, int]) -> None:
    samples = stage.shape[1]
    shape = np.ones(samples, np.float32)
    rise, fall = min(samples // 2, round(0.18 * RATE)), min(samples // 2, round(0.12 * RATE))
    shape[:rise] = np.sin(np.linspace(0, np.pi / 2, rise)) ** 2
    shape[-fall:] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    for number, note in enumerate(chord):
        for side, detune in ((0, -0.06), (1, 0.06)):
            stage[side] += 0.085 * shape * _tone(_WARM, _hertz(note + detune), samples, 0.31 * number)


@lru_cache(maxsize=64)
def _pluck(note: int) -> Sound:
    samples = round(0.7 * RATE)
    fade = np.exp(-np.arange(samples) / (0.16 * RATE)).astype(np.float32)
    bright = np.exp(-np.arange(samples) / (0.04 * RATE)).astype(np.float32)
    sound = fade * _tone(_ROUND, _hertz(note), samples) + 0.35 * bright * _tone(_WARM, _hertz(note + 12), samples)
    sound[:96] *= np.linspace(0, 1, 96, dtype=np.float32)
    return sound.astype(np.float32)


@lru_cache(maxsize=32)
def _bass(note: int, beat_s: float) -> Sound:
    samples = round(beat_s * 0.9 * RATE)
    shape = np.exp(-np.arange(samples) / (0.30 * RATE)).astype(np.float32)
    shape[:240] *= np.linspace(0, 1, 240, dtype=np.float32)
    shape[-480:] *= np.linspace(1, 0, 480, dtype=np.float32)
    return shape * _tone(_ROUND, _hertz(note + 12), samples)


def _kick() -> Sound:
    time = np.arange(round(0.28 * RATE)) / RATE
    sweep = 2 * np.pi * (46 * time + (120 - 46) * 0.035 * (1 - np.exp(-time / 0.035)))
    return (np.sin(sweep) * np.exp(-time / 0.10)).astype(np.float32)


def _hat(noise: Sound) -> Sound:
    crisp = np.diff(noise[: round(0.06 * RATE) + 2], n=2)
    return (crisp * 0.3 * np.exp(-np.arange(len(crisp)) / (0.014 * RATE))).astype(np.float32)


def _clap(noise: Sound) -> Sound:
    body = np.diff(noise[4000 : 4001 + round(0.16 * RATE)])
    time = np.arange(len(body)) / RATE
    bursts = np.exp(-time / 0.045) + 0.8 * np.exp(-np.abs(time - 0.012) / 0.004)
    return (np.convolve(body, np.ones(6) / 6, "same") * bursts * 1.6).astype(np.float32)


def _swell(noise: Sound, samples: int) -> Sound:
    body = np.convolve(noise[:samples], np.ones(12) / 12, "same")
    return (body * np.linspace(0, 1, samples) ** 3 * 2.0).astype(np.float32)


def _add(line: Sound, sound: Sound, at: int, level: float) -> None:
    start, end = max(0, at), min(len(line), at + len(sound))
    if start < end:
        line[start:end] += np.float32(level) * sound[start - at : end - at]


def _echo(stage: Sound, line: Sound, delay: int) -> None:
    """A ping-pong echo: the sound in the middle, its repeats left and right in turn."""
    stage += 0.8 * line
    level = 0.34
    for turn in range(1, 5):
        shift = delay * turn
        if shift >= len(line):
            break
        stage[turn % 2, shift:] += np.float32(level) * line[:-shift]
        stage[1 - turn % 2, shift:] += np.float32(level * 0.35) * line[:-shift]
        level *= 0.55
