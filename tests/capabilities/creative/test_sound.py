"""Loudness and true peak agree with the standard's own test signals; the music is ours and repeatable."""

from __future__ import annotations

import re
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from magnetar.capabilities.creative.loudness import RATE, Sound, loudness, master, true_peak
from magnetar.capabilities.creative.music import TEMPI, choose_tune, compose
from magnetar.kernel.chance import Chance


def tone(hertz: float, level_db: float, seconds: float, phase: float = 0.0) -> Sound:
    """A sine on both channels."""
    time = np.arange(round(seconds * RATE)) / RATE
    line = 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * time + phase)
    return np.stack((line, line)).astype(np.float32)


@pytest.mark.parametrize(("level", "lufs"), [(-23.0, -23.0), (-33.0, -33.0)])
def test_the_reference_tone_has_its_loudness(level: float, lufs: float):
    """EBU Tech 3341, cases 1 and 2: 1 kHz in stereo, ± 0.1 LU."""
    assert loudness(tone(1000, level, 20)) == pytest.approx(lufs, abs=0.1)


def test_quiet_stretches_are_gated():
    """EBU Tech 3341, case 3: −36, −23, −36 dBFS is −23 LUFS."""
    parts = [tone(1000, -36, 10), tone(1000, -23, 60), tone(1000, -36, 10)]
    assert loudness(np.concatenate(parts, axis=1)) == pytest.approx(-23.0, abs=0.1)


def test_silence_has_no_loudness():
    silence = np.zeros((2, RATE), np.float32)
    assert loudness(silence) == float("-inf")
    assert not master(silence)[0].any()


def test_a_peak_between_the_samples_is_seen():
    """EBU Tech 3341, case 16: a quarter of the sampling rate at 45° peaks 3 dB above its samples; +0.2 / −0.4 dB."""
    signal = tone(RATE / 4, -6.0, 1.0, np.pi / 4)
    assert 20 * np.log10(np.abs(signal).max()) == pytest.approx(-9.0, abs=0.1)
    assert -6.4 <= true_peak(signal) <= -5.8


@pytest.mark.parametrize("seed", range(6))
def test_music_is_brought_to_its_loudness(seed: int):
    chance = Chance(seed)
    tune = choose_tune(chance)
    beats = round(10 / tune.beat_s)
    done, level, peak = master(compose(tune, beats, (4, 8, 12), chance))
    assert level == pytest.approx(-14.0, abs=0.15)
    assert loudness(done) == pytest.approx(level, abs=0.01)
    assert peak <= -1.0
    assert np.array_equal(done, master(compose(tune, beats, (4, 8, 12), Chance(seed)))[0])


@pytest.mark.parametrize("tempo", TEMPI)
def test_fifteen_seconds_hold_a_whole_number_of_beats(tempo: int):
    assert 15 * tempo % 60 == 0


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the independent judge, ffmpeg, is not installed")
def test_ffmpeg_measures_the_same(tmp_path: Path):
    chance = Chance(3)
    done, level, peak = master(compose(choose_tune(chance), 24, (5, 9), chance))
    path = tmp_path / "music.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((done.T * 32767).astype("<i2").tobytes())
    told = subprocess.run(["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True).stderr  # fmt: skip
    summary = told[told.rindex("Summary:") :]
    assert float(re.findall(r"I:\s+(-?[\d.]+) LUFS", summary)[0]) == pytest.approx(level, abs=0.15)
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", summary)[0]) == pytest.approx(peak, abs=0.3)
