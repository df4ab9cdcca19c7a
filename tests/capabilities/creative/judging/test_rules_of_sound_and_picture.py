"""What sound and pictures may not be, on signals whose answer is known."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.creative.judging.defects import defect
from magnetar.capabilities.creative.judging.evidence import outline, outlined
from magnetar.capabilities.creative.judging.media import check_times
from magnetar.capabilities.creative.judging.picture import Pictures, check_packets, check_pictures, cut_shift
from magnetar.capabilities.creative.judging.sound import Heard, check_sound
from magnetar.capabilities.creative.judging.sync import check_lengths, check_offset, shift
from magnetar.capabilities.creative.loudness import RATE, Sound, master

SECONDS = 5


@functools.lru_cache(maxsize=1)
def music() -> Sound:
    """A chord struck at uneven times, at −14 LUFS."""
    rng = np.random.default_rng(5)
    time = np.arange(SECONDS * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hertz * time + n) for n, hertz in enumerate((196.0, 247.3, 331.0)))
    swell = np.full(len(time), 0.25)
    for at in np.cumsum(rng.uniform(0.15, 0.5, 14)):
        swell += np.where(time >= at, np.exp(-(time - at) / 0.05), 0.0)
    return master(np.stack([chord * swell * 0.1, chord * swell * 0.09]).astype(np.float32))[0]


def kinds(sound: Sound) -> set[str]:
    return {one["kind"] for one in check_sound(Heard(sound, 0.0, RATE, 2))}


def tone(hertz: float, strength: float) -> Sound:
    return np.tile(strength * np.sin(2 * np.pi * hertz * np.arange(SECONDS * RATE) / RATE), (2, 1)).astype(np.float32)


def test_music_at_its_level_has_no_defect():
    assert kinds(music()) == set()


@pytest.mark.parametrize("hertz", [50.0, 100.0, 440.0, 1000.0, 3000.0])
def test_the_peaks_of_a_plain_tone_are_not_clipping(hertz: float):
    assert "clipping" not in kinds(tone(hertz, 0.4))


@pytest.mark.parametrize("times", [3.0, 5.0])
def test_music_that_was_cut_off_at_its_peaks_is_clipping(times: float):
    sound = music() * times
    top = float(np.abs(music()).max())
    assert "clipping" in kinds(np.clip(sound, -top, top))


def noise() -> Sound:
    """Pink noise: power falls with frequency."""
    rng = np.random.default_rng(11)
    spectrum = np.fft.rfft(rng.standard_normal(SECONDS * RATE))
    spectrum[:400] = 0
    spectrum[400:] /= np.sqrt(np.arange(400, len(spectrum)))
    drawn = np.fft.irfft(spectrum)
    return np.tile(0.1 * drawn / drawn.std(), (2, 1)).astype(np.float32)


@pytest.mark.parametrize(("at", "cut"), [(9.0, False), (3.0, False), (1.5, True), (0.8, True)])
def test_noise_is_clipping_where_its_amplitudes_end_too_soon_whatever_an_encoder_does_after(at: float, cut: bool):
    rng = np.random.default_rng(2)
    smeared = np.clip(noise(), -0.1 * at, 0.1 * at) + 0.015 * rng.standard_normal((2, SECONDS * RATE)).astype(
        np.float32
    )
    assert ("clipping" in kinds(smeared)) is cut


def test_each_fault_of_sound_has_its_name():
    sound = music()
    quiet = sound.copy()
    quiet[:, RATE : 2 * RATE] = 0
    assert kinds(quiet) >= {"silence"}
    assert kinds(sound * 0.8) == {"loudness"}  # 1.9 dB down
    assert kinds(sound + np.float32(0.05)) >= {"dc offset"}
    dead = sound.copy()
    dead[1] = 0
    assert kinds(dead) >= {"dead channel"}
    assert kinds(np.zeros((2, RATE), np.float32)) == {"loudness", "silence"}
    assert kinds(np.zeros((2, 0), np.float32)) == {"no sound"}
    loud = sound.copy()
    loud[:, 1000:1004] = 1.2
    assert "true peak" in kinds(loud)


@settings(max_examples=8, deadline=None)
@given(st.integers(-300, 300))
def test_a_shift_of_the_sound_is_measured_to_a_few_milliseconds(by_ms: int):
    sound = music()
    told = outlined(outline(sound))
    moved = np.roll(sound, by_ms * RATE // 1000, axis=1)
    late, alike = shift(moved, told, 0)
    assert late * 1000 == pytest.approx(by_ms, abs=3)
    assert alike > 0.75
    found = check_offset(Heard(moved, 0.0, RATE, 2), 0.0, outline(sound), 0.0)
    if abs(by_ms) <= 17:
        assert found == []
    elif abs(by_ms) >= 23:
        assert [one["kind"] for one in found] == ["sync"]


def test_another_sound_than_was_made_is_told():
    other = np.random.default_rng(9).standard_normal((2, SECONDS * RATE)).astype(np.float32) * 0.1
    [found] = check_offset(Heard(other, 0.0, RATE, 2), 0.0, outline(music()), 0.0)
    assert (found["kind"], "another one" in found["detail"]) == ("sync", True)


def test_sound_that_starts_late_or_ends_early_is_out_of_sync():
    heard = Heard(music(), 0.0, RATE, 2)
    assert check_lengths(heard, 0.0, SECONDS, ours=True) == []
    assert len(check_lengths(Heard(heard.sound, 0.05, RATE, 2), 0.0, SECONDS, ours=True)) == 1
    assert len(check_lengths(heard, 0.0, SECONDS + 0.06, ours=True)) == 1
    assert check_lengths(heard, 0.0, SECONDS + 0.06, ours=False) == []


def walk(frames: int) -> list[np.ndarray]:
    """A block that moves over a pattern, one step a frame."""
    ground = np.random.default_rng(2).integers(80, 180, (96, 64), np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    return [np.ascontiguousarray(np.roll(ground, 2 * n, axis=1)[:384, :256]) for n in range(frames)]


def seen(frames: list[np.ndarray]) -> Pictures:
    made = Pictures()
    for number, frame in enumerate(frames):
        made.add(frame, number / 25)
    return made


def named(frames: list[np.ndarray], ours: bool = True) -> list[tuple[str, float]]:
    return [(one["kind"], one["at_s"]) for one in check_pictures(seen(frames), 25, ours, every=True)]


def test_a_moving_picture_has_no_defect():
    assert named(walk(100)) == []


def test_black_and_blank_frames_are_found_where_they_are():
    frames = walk(100)
    frames[50] = np.full_like(frames[50], 16)
    frames[70] = np.full_like(frames[70], 200)
    assert named(frames) == [("black or empty", 2.0), ("black or empty", 2.8)]
    frames[0] = np.full_like(frames[0], 16)
    assert named(frames)[0] == ("cover", 0.0)


def test_a_repeated_frame_is_a_defect_of_ours_only():
    frames = walk(100)
    frames[40] = frames[39]
    assert named(frames) == [("repeated frame", 1.6)]
    assert named(frames, ours=False) == []


def slow(frames: int) -> list[np.ndarray]:
    """A smooth picture that drifts by a quarter of a pixel a frame, with an encoder's grain."""
    rng = np.random.default_rng(4)
    across, down = np.meshgrid(np.arange(256.0), np.arange(384.0))
    made: list[np.ndarray] = []
    for n in range(frames):
        light = 120 + 50 * np.sin((across + 0.25 * n) / 12) * np.cos(down / 30)
        made.append(np.clip(light + rng.normal(0, 0.2, light.shape), 0, 255).astype(np.uint8))
    return made


def test_a_repeat_in_a_slow_film_is_told_from_its_slow_motion():
    frames = slow(60)
    assert named(frames) == []
    frames[30:32] = [frames[29], frames[29]]
    assert named(frames) == [("repeated frame", 1.2)]


def test_a_key_frame_does_not_end_a_frozen_stretch():
    frames = walk(120)
    frames[41:81] = [frames[40]] * 40
    frames[60:81] = [np.clip(frames[40].astype(int) + 1, 0, 255).astype(np.uint8)] * 21
    assert named(frames, ours=False) == [("frozen", 1.64)]


def test_a_frozen_stretch_is_found_in_anybodys_film():
    frames = walk(120)
    frames[41:81] = [frames[40]] * 40
    assert named(frames) == [("frozen", 1.64)]
    assert named(frames, ours=False) == [("frozen", 1.64)]


def test_a_film_about_a_flat_picture_is_not_called_repeated():
    frames = walk(4) * 4 + [walk(1)[0]] * 35 + walk(4)
    assert named(frames) == []


def test_packets_without_bits_are_a_frozen_stretch():
    times = [n / 25 for n in range(100)]
    assert check_packets(times, [900] * 30 + [20] * 40 + [900] * 30, 270 * 480, 25)[0]["kind"] == "frozen"
    assert check_packets(times, [900] * 100, 270 * 480, 25) == []


def test_the_places_of_scene_changes_are_measured():
    calm, other = [one // 10 + 100 for one in walk(60)], [one // 10 + 20 for one in walk(60)]
    frames = calm[:30] + other[30:60]
    assert cut_shift(seen(frames), [30 / 25], 25) in (-1 / 25, 0.0)
    assert cut_shift(seen(frames), [27 / 25], 25) in (2 / 25, 3 / 25)
    assert cut_shift(seen([calm[0]] * 60), [1.0], 25) is None


def test_uneven_time_stamps_are_found():
    even = [n / 25 for n in range(50)]
    assert check_times(even, 25) == []
    assert check_times([*even[:20], *even[24:]], 25)[0]["kind"] == "timing"
    assert check_times([*even[:20], even[19], *even[20:]], 25)[0]["kind"] == "timing"
    assert check_times([n / 24000 * 1001 for n in range(50)], 23.976) == []
    assert check_times([], 25) == check_times([0.0], 25) == []


def test_a_kind_that_nobody_listed_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        defect("odd", 0.0, "")
