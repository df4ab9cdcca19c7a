"""Segments join in any order, a band's text is exchanged without touching the rest, and nothing is made twice."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magnetar.capabilities.creative.layers import Scene
from magnetar.capabilities.creative.layout import FORMS, VERTICAL
from magnetar.capabilities.creative.loudness import true_peak
from magnetar.capabilities.creative.motion import Way
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.script import Line
from magnetar.capabilities.creative.segments import tracks, workshop
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.coding import Coding, encode, encode_band
from magnetar.capabilities.creative.segments.mp4 import Audio, Chunk, Video, compose, read_tables, write
from magnetar.capabilities.creative.segments.proof import check_bytes, decoded, hardest, prove
from magnetar.capabilities.creative.segments.recipes import TUNES, bodies, choose, tune_of
from magnetar.capabilities.creative.segments.saying import write_scripts
from magnetar.capabilities.creative.segments.takes import Grid, Pool, Take, gather, make_grid
from magnetar.capabilities.creative.segments.workshop import Commission, Piece, Workshop
from magnetar.capabilities.creative.stage import Stage
from magnetar.capabilities.creative.storyboard import Look, Shot, Storyboard, Turn
from magnetar.capabilities.creative.typeface import Typeface
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.catalogue import Product

Make = Callable[..., Product]
WIDTH = 270


@pytest.fixture
def shop(face: Typeface, pictures: Path, product: Make) -> Workshop:
    """A workshop for small, short films of the backpack."""
    made = product()
    scripts = write_scripts(made, "zh")
    return Workshop(Commission(made, str(pictures), scripts, "zh", 125, 2, width=WIDTH, length_s=4.0))


def pool_of(shop: Workshop) -> Pool:
    return gather(shop.wanted.scripts, Chance(0), every_look=False)


# --- the grid and the recipes


@given(st.sampled_from([100, 125]), st.integers(0, 3), st.floats(1.0, 15.0))
def test_a_grid_fills_its_beats_and_every_cut_is_a_whole_frame(tempo: int, points: int, length_s: float):
    grid = make_grid(25, tempo, points, length_s)
    assert min(grid.hook, grid.point, grid.offer) >= 1
    assert grid.total == grid.frames("hook") + points * grid.frames("point") + grid.frames("offer")
    assert grid.total / 25 <= max(length_s, (points + 2) * 60 / tempo) + 1e-9
    assert len(grid.cuts) == points + 1


def test_a_beat_that_is_no_whole_number_of_frames_is_refused():
    with pytest.raises(ValueError, match="no whole number of frames"):
        make_grid(25, 96, 3, 15.0)


def _pool(points: int, looks: Sequence[Look] = (Look.BAND, Look.CARD)) -> Pool:
    def take(kind: str, name: str, look: Look) -> Take:
        return Take(kind, Line(kind, name), look, Way.CLOSER, 1.0, 0)

    return Pool(
        (take("hook", "name", Look.STUDIO),),
        tuple(take("point", f"p{n}", look) for n in range(points) for look in looks),
        (take("offer", "name", Look.OFFER),),
    )


def test_films_count_is_the_product_of_their_choices():
    grid = Grid(25, 100, 5, 4, 8, 2)
    pool = _pool(2)  # two orders of two points, and the first in one of two looks, the second in the other
    assert len(bodies(pool, grid)) == 4
    most = 4 * 1 * 3 * TUNES
    chosen = choose(pool, grid, ["a", "b", "c"], most, Chance(1))
    assert len({(recipe.takes, recipe.tune, recipe.text) for recipe in chosen}) == most
    with pytest.raises(BadInput, match=f"only {most} different films"):
        choose(pool, grid, ["a", "b", "c"], most + 1, Chance(1))


def test_a_film_repeats_neither_a_point_nor_its_hook_nor_a_look():
    pool = _pool(3, tuple(Look)[1:4])
    pool = replace(pool, hooks=(*pool.hooks, replace(pool.hooks[0], line=Line("hook", "p0"))))
    for hook, *points in bodies(pool, Grid(25, 100, 5, 4, 8, 2)):
        said = [hook.line.headline, *(point.line.headline for point in points)]
        assert len(set(said)) == len(said)
        assert points[0].look is not points[1].look


def test_texts_and_hooks_are_used_evenly():
    chosen = choose(_pool(3), Grid(25, 100, 5, 4, 8, 2), ["a", "b", "c", "d"], 40, Chance(3))
    counts = [sum(recipe.text == text for recipe in chosen) for text in "abcd"]
    assert max(counts) - min(counts) <= 8


def test_no_two_tunes_are_the_same():
    assert len({tune_of(number, 100, Chance(2)) for number in range(TUNES)}) == TUNES


# --- segments


def test_segments_show_what_the_stage_would(shop: Workshop):
    """Painted apart and joined, the frames are those of the film painted in one go, below the band."""
    pool = pool_of(shop)
    takes = (pool.hooks[0], *pool.points[:2], pool.offers[0])
    grid = shop.grid
    shots: list[Shot] = []
    start = 0
    for number, take in enumerate(takes):
        turn = Turn.CUT if number == 0 else shop.turn(takes[number - 1], take)
        frames = grid.frames(take.kind)
        shots.append(Shot(take.line, take.look, take.way, turn, start, frames, take.closer))
        start += frames
    board = Storyboard(tuple(shots), 25, start, shop.turn_frames, tune_of(0, 125, Chance(0)), grid.beats, grid.cuts)
    size = (shop.coding.width, shop.coding.height, (0, 0, 0))
    whole, apart = Planes.filled(*size), Planes.filled(*size)
    wanted = Stage(board, shop.studio).play(whole)
    band = shop.band.height
    count = 0
    for piece in shop.pieces(takes):
        for _ in shop.play(piece, apart):
            count = next(wanted) + 1
            for one, two in zip(whole.all(), apart.all(), strict=True):
                rows = band if one.shape[0] == shop.coding.height else band // 2
                assert np.array_equal(one[rows:], two[rows:]), f"frame {count - 1}, {piece.take.kind}"
    assert count == start


def test_all_segments_share_their_parameter_sets_and_any_order_plays(shop: Workshop):
    pool = pool_of(shop)
    made = [shop.code(piece) for piece in shop.pieces((pool.hooks[0], pool.points[0], pool.offers[0]))]
    assert len({one.config for one in made}) == 1
    for order in (made, made[::-1]):
        chunks = [Chunk((one.payload,), one.sizes) for one in order]
        shifts = np.concatenate([one.shifts for one in order])
        head, pieces = compose(Video(WIDTH, 480, 25, made[0].config, chunks, shifts), None, {})
        data = b"".join([head, *pieces])
        assert check_bytes(data, [], len(shifts), 25)[0].endswith("expected 0")  # nothing was announced, all the same
        frames = _decode(data)
        assert len(frames) == len(shifts)
        place = 0
        for one in order:  # each segment looks as it does alone
            for frame in decoded(one):
                assert np.array_equal(frame, frames[place])
                place += 1


def _decode(data: bytes) -> list[np.ndarray]:
    import io

    with av.open(io.BytesIO(data), "r", options={"err_detect": "explode"}) as box:
        times = []
        frames = []
        for frame in box.decode(video=0):
            times.append(float(frame.time or 0.0))
            frames.append(frame.to_ndarray())
    assert np.allclose(times, np.arange(len(frames)) / 25, atol=1e-6)
    return frames


def test_a_band_text_is_exchanged_without_touching_the_rest(shop: Workshop):
    test = hardest(shop.band)
    slice_ = encode_band(shop.coding, test)
    pool = pool_of(shop)
    for piece in shop.pieces((pool.hooks[0], pool.points[0], pool.offers[0])):
        proof = prove(shop.code(piece), shop.band, slice_, test, shop.coding.height)
        assert proof.outside == 0
        assert proof.exact, proof


def test_a_proof_tells_a_segment_whose_picture_reaches_into_the_band(shop: Workshop):
    """Text that slides up into the band makes later frames refer to it; the proof must say so."""
    coding, band = shop.coding, shop.band

    def slide(canvas: Planes) -> Any:
        rng = np.random.default_rng(5)
        tall = rng.integers(16, 235, (coding.height * 2, coding.width)).astype(np.uint8)
        for plane in canvas.all():
            plane[...] = 128
        for frame in range(8):
            canvas.y[...] = tall[frame * 8 : frame * 8 + coding.height]
            yield frame

    test = hardest(band)
    proof = prove(encode(coding, slide), band, encode_band(coding, test), test, coding.height)
    assert not proof.exact


def test_the_slice_of_the_band_alone_is_that_of_the_whole_picture(shop: Workshop):
    [text] = ["山野"]
    whole = shop.code(Piece(pool_of(shop).hooks[0], opening=True, text=text))
    assert whole.payload[slice(*whole.band)] == shop.slice_of(text)


def test_the_key_tells_what_is_seen_apart(shop: Workshop):
    pool = pool_of(shop)
    first, second = pool.points[:2]
    pieces = [Piece(first), Piece(second), Piece(first, second), Piece(second, first), Piece(first, text="a"), Piece(first, text="b")]  # fmt: skip
    keys = [shop.key(piece) for piece in pieces]
    assert len(set(keys)) == len(keys)
    assert shop.key(Piece(first)) == keys[0]
    again = Workshop(replace(shop.wanted, product=replace(shop.wanted.product, title="另一个标题")))
    assert again.key(Piece(first)) == keys[0]  # the title is not in the scene
    dearer = replace(shop.wanted.scripts[0], price=("¥", "240.00"))
    assert Workshop(replace(shop.wanted, scripts=(dearer,))).key(Piece(pool.offers[0])) != shop.key(
        Piece(pool.offers[0])
    )


def test_a_number_that_the_record_does_not_hold_is_refused_in_the_band(shop: Workshop):
    with pytest.raises(Refused, match="98"):
        shop.slice_of("今日 98 元")


@pytest.mark.parametrize("aspect", list(FORMS))
def test_looks_of_every_aspect_keep_texts_apart_and_below_the_band(aspect: str):
    form = FORMS[aspect]
    for look, layout in form.layouts.items():
        boxes = [layout.headline, layout.chip, layout.price, layout.action]
        boxes += [layout.caption] if layout.caption.height else []
        texts = [box for box in boxes if box is not None]
        for number, one in enumerate(texts):
            assert 0 <= one.x < one.right <= form.width
            assert form.band[0] <= one.y < one.bottom <= form.height, (look, one)
            assert not any(one.overlaps(other) for other in texts[:number]), look
    tall, top, bottom = form.band
    assert tall % 16 == 0
    assert tall - bottom >= 16 or form is VERTICAL
    assert top < bottom


# --- files and the store


def test_a_segment_survives_its_file(shop: Workshop, tmp_path: Path):
    coded = shop.code(Piece(pool_of(shop).points[0]))
    data = workshop.to_file(shop.coding, coded)
    back = workshop.from_file(data)
    assert (back.payload, back.config, back.band) == (coded.payload, coded.config, coded.band)
    assert (back.sizes == coded.sizes).all()
    assert (back.shifts == coded.shifts).all()
    (tmp_path / "segment.mp4").write_bytes(data)
    with av.open(str(tmp_path / "segment.mp4")) as box:
        assert sum(1 for _ in box.decode(video=0)) == coded.frames


def test_a_film_plays_with_its_sound_and_metadata(shop: Workshop, tmp_path: Path):
    coded = shop.code(Piece(pool_of(shop).hooks[0], opening=True))
    samples = coded.frames * 48_000 // 25
    tone = (0.3 * np.sin(np.arange(samples) / 10)).astype(np.float32)
    track = tracks.encode_sound(np.stack([tone, tone]))
    chunks = [Chunk((coded.payload,), coded.sizes)]
    about = {"title": "标题 <&> 🙂", "AIGC": json.dumps({"Label": "1"})}
    head, pieces = compose(
        Video(WIDTH, 480, 25, coded.config, chunks, coded.shifts), track.cut([coded.frames / 25]), about
    )
    path = tmp_path / "film.mp4"
    assert write(path, head, pieces) == path.stat().st_size
    with av.open(str(path)) as box:
        assert {name: box.metadata[name] for name in about} == about
        assert box.duration == coded.frames * 1_000_000 // 25
        sound = np.concatenate([frame.to_ndarray() for frame in box.decode(audio=0)], axis=1)
    assert abs(sound.shape[1] - samples) <= 1024
    best = int(np.argmax(np.correlate(sound[0, :9_000], tone[2_000:6_000], "valid")))
    assert abs(best - 2_000) <= 96  # priming is cut off: sound begins with the picture


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 1000))
def test_tables_tell_where_every_sample_lies(counts: list[int], seed: int):
    rng = np.random.default_rng(seed)
    chunks = []
    for count in counts:
        sizes = rng.integers(1, 50, count)
        chunks.append(Chunk((rng.bytes(int(sizes.sum())),), sizes.astype(np.int64)))
    shifts = np.zeros(sum(counts), np.int64)
    audio = Audio(b"\x11\x90", 48_000, 1024, 4_800, chunks[:1] + [Chunk((), np.empty(0, np.int64))] * (len(chunks) - 1))
    head, pieces = compose(Video(16, 16, 25, b"\1\x64\0\x0a", chunks, shifts), audio, {"a": "b"})
    data = b"".join([head, *pieces])
    (video, sound), (start, end) = read_tables(data)
    assert b"".join(data[o : o + s] for o, s in zip(video.offsets, video.sizes, strict=True)) == b"".join(
        c.pieces[0] for c in chunks
    )
    assert b"".join(data[o : o + s] for o, s in zip(sound.offsets, sound.sizes, strict=True)) == chunks[0].pieces[0]
    assert end == len(data) and start == len(head)  # noqa: PT018
    assert list(video.keys) == list(np.cumsum([0, *counts[:-1]]))


@given(st.binary(max_size=400))
def test_any_bytes_are_told_to_be_no_film(data: bytes):
    with pytest.raises(ValueError):
        read_tables(data)


def test_a_changed_byte_or_table_is_found(shop: Workshop):
    import zlib

    coded = shop.code(Piece(pool_of(shop).points[0]))
    head, pieces = compose(
        Video(WIDTH, 480, 25, coded.config, [Chunk((coded.payload,), coded.sizes)], coded.shifts), None, {}
    )
    data, sums = b"".join([head, *pieces]), [(coded.payload, zlib.crc32(coded.payload))]
    assert check_bytes(data, sums, coded.frames, 25) == []
    flipped = bytearray(data)
    flipped[-100] ^= 1
    assert any("not those that were proved" in wrong for wrong in check_bytes(bytes(flipped), sums, coded.frames, 25))
    moved = bytearray(data)
    place = data.index(b"stco") + 12
    moved[place : place + 4] = struct.pack(">I", struct.unpack(">I", data[place : place + 4])[0] + 1)
    assert any("does not tile" in wrong for wrong in check_bytes(bytes(moved), sums, coded.frames, 25))
    assert any("expected" in wrong for wrong in check_bytes(data, sums, coded.frames + 1, 25))
    assert check_bytes(data[:-5], sums, coded.frames, 25)


def test_the_store_gives_back_what_it_was_given_and_nothing_damaged(tmp_path: Path):
    cache = Cache(tmp_path / "store")
    cache.put("ab12", b"content")
    assert cache.get("ab12") == b"content"
    [path] = (tmp_path / "store").glob("??/*")
    path.write_bytes(path.read_bytes().replace(b"content", b"c0ntent"))
    assert cache.get("ab12") is None
    assert not cache.has("ab12")
    assert cache.get("cd34") is None


def test_the_store_lets_the_least_recently_used_go(tmp_path: Path):
    import os

    cache = Cache(tmp_path, limit=3 * 140)
    for number, key in enumerate(["aa", "bb", "cc", "dd"]):
        cache.put(key, bytes(100))
        os.utime(tmp_path / key / f"{key}.mp4", (number, number))
    os.utime(tmp_path / "aa" / "aa.mp4", (99, 99))
    assert cache.evict(keep=frozenset({"bb"})) == 1
    assert [cache.has(key) for key in ("aa", "bb", "cc", "dd")] == [True, True, False, True]


def test_a_scene_without_its_own_header_has_neither_label_nor_brand(shop: Workshop):
    scene: Scene = shop.scene(pool_of(shop).hooks[0])
    assert {"label", "brand"}.isdisjoint(role for role, _, _ in scene.settings)
    assert {role for role, _, _ in shop.settings(pool_of(shop).hooks[0], "山野")} >= {"label", "band", "headline"}


def test_a_coding_without_a_band_has_no_slices():
    assert "slice-max-mbs" not in Coding(64, 64, 25, 0).options()["x264-params"]


def test_a_tunes_peaks_hold_in_its_packets_not_only_before_them():
    chance = Chance(0).of("studio", "p012", "en")  # mastered alone, this tune's packets reach −0.33 dBTP
    track, _, lufs, _ = tracks.make_track(
        tune_of(2, 100, chance), 25, (6, 10, 14, 18), 15 * tracks.RATE, chance.of("sound", 2)
    )
    box: Any = av.open(io.BytesIO(tracks.to_file(track)))
    with box:
        heard = np.concatenate([frame.to_ndarray() for frame in box.decode(audio=0)], axis=1)
    assert true_peak(heard) <= -1.0
    assert abs(lufs + 14) <= 0.5
