"""Zooms are smooth and centred, pans lie between pixels, blends are rounded right, meters agree with plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magnetar.capabilities.creative.coded import encode, settle
from magnetar.capabilities.creative.loudness import PEAK_DB, RATE, limit, loudness, true_peak
from magnetar.capabilities.creative.motion import Travel, Way
from magnetar.capabilities.creative.planes import Box, Planes, Sprite


def blob(side: int, x: float, y: float) -> Planes:
    """A soft spot on a dark plate."""
    rows, columns = np.mgrid[:side, :side]
    spot = 16 + 200 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 72.0)
    half = np.full((side // 2, side // 2), 128, np.uint8)
    return Planes(spot.astype(np.uint8), half, half.copy())


def middles(travel: Travel, frames: int) -> np.ndarray:
    """(frames, 2) where the spot is seen in the window."""
    canvas = Planes.filled(travel.window.right, travel.window.bottom, (0, 0, 0))
    found: list[tuple[float, float]] = []
    for frame in range(frames):
        travel.paint(canvas, frame)
        seen = np.maximum(canvas.view(travel.window).y.astype(float) - 19, 0)
        rows, columns = seen.sum(axis=1), seen.sum(axis=0)
        found.append((columns @ np.arange(len(columns)) / seen.sum(), rows @ np.arange(len(rows)) / seen.sum()))
    return np.array(found)


@pytest.mark.parametrize("way", [Way.CLOSER, Way.AWAY])
@pytest.mark.parametrize(("tall", "frames"), [(270, 30), (200, 30), (200, 90)], ids=["square", "squat", "slow"])
def test_a_zoom_runs_evenly_about_the_middle(way: Way, tall: int, frames: int):
    side = 270 + 2 * 29
    seen = middles(Travel(blob(side, 90.0, 110.0), Box(0, 0, 270, tall), way, frames), frames)
    if way is Way.AWAY:
        seen = seen[::-1]
    across, down = 90 - side / 2 + 0.5, 110 - side / 2 + 0.5
    for frame, scale in ((0, 270 / side), (frames - 1, 1.0)):
        assert seen[frame] == pytest.approx((135 + across * scale - 0.5, tall / 2 + down * scale - 0.5), abs=0.06)
    assert np.abs(np.diff(seen, n=2, axis=0)).max() < 0.12
    assert (np.diff(seen, axis=0) < 0.05).all()


def test_a_frame_of_a_zoom_does_not_depend_on_those_before_it():
    travel, window = Travel(blob(330, 90, 110), Box(0, 0, 270, 200), Way.CLOSER, 30), Box(0, 0, 270, 200)
    one, other = (Planes.filled(270, 200, (0, 0, 0)) for _ in range(2))
    for frame in range(18):
        travel.paint(one, frame)
    Travel(blob(330, 90, 110), window, Way.CLOSER, 30).paint(other, 17)
    assert all((a == b).all() for a, b in zip(one.all(), other.all(), strict=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.floats(0, 1))
def test_a_blend_is_the_rounded_mean(under: int, cover: int, over: int, opacity: float):
    canvas = Planes(*(np.full(shape, under, np.uint8) for shape in ((4, 8), (2, 4), (2, 4))))
    paint = Planes(*(np.full(shape, over, np.uint8) for shape in ((4, 8), (2, 4), (2, 4))))
    Sprite(np.full((4, 8), cover, np.uint8), paint).blend(canvas, 0, 0, opacity)
    share = cover * round(opacity * 256) // 256
    assert abs(int(canvas.y[0, 0]) - (under * (255 - share) + over * share) / 255) <= 0.5 + 1e-9
    assert all((plane == canvas.y[0, 0]).all() for plane in canvas.all())


def test_a_sprite_half_outside_touches_only_what_is_there():
    canvas = Planes.filled(16, 16, (0, 0, 0))
    box = Sprite(np.full((8, 8), 255, np.uint8), (255, 255, 255)).blend(canvas, -4, 12)
    assert box == Box(0, 12, 4, 16)
    assert (canvas.y == 235).sum() == 16


def test_a_tone_is_as_loud_as_the_standard_says():
    """A 997 Hz sine at 0 dBFS in one channel is −3.01 LUFS (BS.1770-5); its peak between the samples is its height."""
    time = np.arange(4 * RATE) / RATE
    tone = np.stack([np.sin(2 * np.pi * 997 * time), np.zeros_like(time)]).astype(np.float32)
    assert loudness(tone) == pytest.approx(-3.01, abs=0.02)
    fade = np.minimum(1, np.minimum(time, time[::-1]) * 20)
    off = (fade * np.sin(2 * np.pi * RATE / 4 * time + np.pi / 4))[None].astype(
        np.float32
    )  # samples at 0.707 of the top
    assert np.abs(off).max() == pytest.approx(0.7071, abs=1e-3)
    assert true_peak(off) == pytest.approx(0.0, abs=0.1)
    assert true_peak(np.zeros((2, 100), np.float32)) == float("-inf")


def test_what_is_limited_stays_below_the_ceiling_and_the_rest_as_it_is():
    sound = np.linspace(-3, 3, 6001, dtype=np.float32)[None].repeat(2, axis=0)
    done = limit(sound, 0.8)
    assert np.abs(done).max() <= 0.8
    assert (done[np.abs(sound) <= 0.56] == sound[np.abs(sound) <= 0.56]).all()
    assert (np.diff(done, axis=1) >= 0).all()


def test_sound_holds_its_peak_after_the_encoder_too():
    chance = np.random.default_rng(5)
    clicks = np.zeros((2, 3 * RATE), np.float32)
    clicks[:, chance.integers(0, 3 * RATE, 400)] = 1.0
    time = np.arange(3 * RATE) / RATE
    mixed = (clicks + 0.2 * np.sin(2 * np.pi * 150 * time)).astype(np.float32)
    made = settle(mixed)
    _, heard = encode(made.sound)
    assert true_peak(heard) <= PEAK_DB
    assert len(made.packets) == pytest.approx(3 * RATE / 1024, abs=2)
