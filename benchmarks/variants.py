"""What a variant costs beside a full render and beside moviepy, and whether it is exactly right.

    python benchmarks/variants.py [--quick] [--films N] [--product ID] [--only films] [--moviepy FOLDER] [--json FILE|-]

CPU seconds (user and system) of this process and its ended children, in one run:
  moviepy       the same takes with moviepy in one pass, x264 at the same preset (`pip install moviepy`, for this
                benchmark only; said to be missing otherwise)
  full          `render_film`: everything painted and encoded, without checks
  text          a film of stored segments with a band text that was never seen before: text set and encoded, film
                put together, written, read back and checked
  recombined    a film of stored segments and slices: put together, written, read back and checked;
                spoken_recombined: the same with a voice, its sound joined from pieces, its subtitles a track
  films         N films of one product, angles × audiences, from an empty store, on two processes; spoken_films: the
                same with a voice, where one is ready (which one is said)
And: SSIM of a film against the lossless composite; the largest difference of any pixel outside the band between the
base and a text variant, over all frames; the same by a second decoder (OpenH264) where the system has its library.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import hashlib
import sys
import tempfile
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.catalogue import read_catalogue
from magnetar.capabilities.creative import make_variants, render_film
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.segments.cache import Cache
from magnetar.capabilities.creative.segments.coding import PRESET, QP, Coded
from magnetar.capabilities.creative.segments.films import Stock, assemble, write_film
from magnetar.capabilities.creative.segments.mp4 import read_tables
from magnetar.capabilities.creative.segments.proof import decoded, frames_of
from magnetar.capabilities.creative.segments.recipes import Recipe, choose
from magnetar.capabilities.creative.segments.saying import band_texts, write_scripts
from magnetar.capabilities.creative.segments.speech import say
from magnetar.capabilities.creative.segments.takes import gather
from magnetar.capabilities.creative.segments.workshop import Commission, Workshop
from magnetar.capabilities.generation import Matrix, Voice
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.engines.spread import spread
from magnetar.kernel.chance import Chance
from magnetar.kernel.settings import Settings
from magnetar.surface.report import cpu_seconds, progress, seconds, write_json
from magnetar.vocabulary.catalogue import Product

SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
SAMPLE = 100
"""Films whose decoded sound is compared."""
TEXT_GOAL, RECOMBINED_GOAL, SSIM_GOAL, SECONDS_GOAL = 1_000.0, 15_000.0, 0.985, 180.0


def moviepy_once(shop: Workshop, recipe: Recipe, folder: Path) -> float | None:
    """CPU seconds of the film's takes in moviepy, one pass, without sound; None where it is not installed."""
    try:
        from moviepy import ColorClip, CompositeVideoClip, ImageClip, TextClip  # pyright: ignore
    except ImportError:
        return None
    picture, font, clips, at = shop.studio.picture.pixels, str(shop.face.path), [], 0.0
    height, width, fps = shop.coding.height, shop.coding.width, shop.coding.fps
    picture = cv2.resize(picture, (width, width), interpolation=cv2.INTER_AREA)
    began = cpu_seconds()
    for take in recipe.takes:
        length = shop.grid.frames(take.kind) / fps
        clips.append(ColorClip((width, height), color=(240, 236, 230)).with_start(at).with_duration(length))
        moving = ImageClip(picture).with_duration(length).resized(lambda t, d=length: 1 + 0.14 * t / d)
        clips.append(moving.with_start(at).with_position(("center", 250)))
        words = (
            (take.line.headline, 120, 1360),
            (take.line.caption, 60, 1550),
            ("AI 生成", 62, 160),
            (recipe.text, 60, 60),
        )
        for text, size, y in words:
            if text:
                drawn = TextClip(font=font, text=text, font_size=size, color="black", margin=(0, 20))
                clips.append(drawn.with_start(at).with_duration(length).with_position((72, y)))
        at += length
    film = CompositeVideoClip(clips, size=(width, height))
    film.write_videofile(str(folder / "moviepy.mp4"), fps=fps, codec="libx264", audio=False, preset=PRESET, threads=1, logger=None)  # fmt: skip
    return cpu_seconds() - began


def ssim(one: np.ndarray, two: np.ndarray) -> float:
    """Structural similarity of two luma planes (Wang et al. 2004, Gaussian window of 1.5 pixels)."""
    a, b = one.astype(np.float32), two.astype(np.float32)
    soft = partial(cv2.GaussianBlur, ksize=(11, 11), sigmaX=1.5)
    mean_a, mean_b = soft(a), soft(b)
    var_a, var_b, both = soft(a * a) - mean_a**2, soft(b * b) - mean_b**2, soft(a * b) - mean_a * mean_b
    top = (2 * mean_a * mean_b + 6.5025) * (2 * both + 58.5225)
    return float((top / ((mean_a**2 + mean_b**2 + 6.5025) * (var_a + var_b + 58.5225))).mean())


class OpenH264:
    """Cisco's decoder through its C interface: a second opinion that shares no code with libavcodec."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("openh264")
        if name is None:
            raise OSError("no libopenh264 on this system")
        self._library = ctypes.CDLL(name)
        self._decoder = ctypes.c_void_p()
        if self._library.WelsCreateDecoder(ctypes.byref(self._decoder)):
            raise OSError("WelsCreateDecoder failed")
        table = ctypes.cast(self._decoder, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p * 12)))[0][0]
        whole = ctypes.CFUNCTYPE
        self._start = whole(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)(table[0])
        pieces = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._decode = whole(ctypes.c_int, *pieces)(table[3])  # DecodeFrameNoDelay
        self._flush = whole(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(table[5])
        about = (
            ctypes.c_ubyte * 64
        )()  # SDecodingParam: path, CPU load, target layer, concealment, parse only, property
        ctypes.memset(about, 0, 64)
        if self._start(self._decoder, ctypes.byref(about)):
            raise OSError("the decoder does not start")

    def frames(self, coded: Coded, slice_: bytes | None, width: int, height: int) -> list[np.ndarray]:
        """All luma planes of a segment, in the order they come out."""
        at = 8
        sps = coded.config[at : at + int.from_bytes(coded.config[6:8], "big")]
        at += len(sps) + 3
        pps = coded.config[at : at + int.from_bytes(coded.config[at - 2 : at], "big")]
        found: list[np.ndarray] = []
        place = 0
        for number, size in enumerate(coded.sizes):
            data = coded.payload[place : place + int(size)]
            place += int(size)
            if number == 0 and slice_ is not None:
                data = slice_ + data[coded.band[1] :]
            stream = b"".join(b"\0\0\0\1" + unit for unit in ([sps, pps] if number == 0 else []))
            while data:
                length = int.from_bytes(data[:4], "big")
                stream += b"\0\0\0\1" + data[4 : 4 + length]
                data = data[4 + length :]
            found += self._take(stream, width, height)
        for _ in range(8):
            found += self._take(None, width, height)
        return found

    def _take(self, stream: bytes | None, width: int, height: int) -> list[np.ndarray]:
        planes, about = (ctypes.c_void_p * 3)(), (ctypes.c_int64 * 16)()
        if stream is None:
            code = self._flush(self._decoder, planes, about)
        else:
            code = self._decode(self._decoder, stream, len(stream), planes, about)
        if code:
            raise ValueError(f"OpenH264 says {code}")
        raw = bytes(about)
        ready = int.from_bytes(raw[:4], sys.byteorder)  # SBufferInfo.iBufferStatus
        if ready != 1 or not planes[0]:
            return []
        stride = int.from_bytes(raw[36:40], sys.byteorder)  # after two time stamps: width, height, format, stride
        rows = np.ctypeslib.as_array(ctypes.cast(planes[0], ctypes.POINTER(ctypes.c_ubyte)), (height, stride))
        return [rows[:, :width].copy()]


def second_opinion(shop: Workshop, coded: list[Coded], slice_: bytes) -> tuple[int, int, int] | str:
    """(largest difference outside the band base against variant, the same against libavcodec, frames), by OpenH264."""
    try:
        worst = against = count = 0
        for one in coded:
            planes: list[list[np.ndarray]] = []
            for text in (None, slice_):
                planes.append(OpenH264().frames(one, text, shop.coding.width, shop.coding.height))
            ours = decoded(one, slice_)
            if not len(planes[0]) == len(planes[1]) == len(ours):
                return f"{len(planes[0])} and {len(planes[1])} frames, expected {len(ours)}"
            for base, variant, own in zip(planes[0], planes[1], ours, strict=True):
                rows = shop.band.height
                worst = max(worst, int(np.abs(base[rows:].astype(int) - variant[rows:]).max()))
                against = max(
                    against, int(np.abs(variant.astype(int) - own[: shop.coding.height, : shop.coding.width]).max())
                )
                count += 1
    except (OSError, ValueError) as error:
        return str(error)
    return worst, against, count


def main() -> int:
    """Measure, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one film of five seconds, 30 films, no moviepy")
    parser.add_argument("--films", type=int, default=0, help="how many films from end to end; 1,000 by default")
    parser.add_argument("--product", default="p065")
    parser.add_argument("--only", default="", choices=("", "films"), help="films: only those from end to end")
    parser.add_argument(
        "--moviepy",
        default="",
        metavar="FOLDER",
        help="a folder that holds moviepy, searched after this environment's own",
    )
    parser.add_argument("--json", default="", metavar="FILE|-")
    options = parser.parse_args()
    if options.moviepy:
        sys.path.append(options.moviepy)
    count, length_s = options.films or (30 if options.quick else 1000), 5.0 if options.quick else 15.0
    [product] = [
        one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product) and one.id == options.product
    ]
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.only == "films":
            full = render_film(product, SHOP, folder / "full.mp4", length_s=length_s).manifest["cpu_seconds"]["render"]
            rows = _films(product, folder, count, length_s, full)
            return _told(rows, options, length_s)
        render_film(product, SHOP, folder / "warm.mp4", width=270, length_s=5.0)
        full = render_film(product, SHOP, folder / "full.mp4", length_s=length_s).manifest["cpu_seconds"]["render"]
        scripts = write_scripts(product, "zh")
        chance, bare = Chance(0), tuple(replace(script, notes=[]) for script in scripts)
        pool = gather(scripts, chance, every_look=False)
        wanted = Commission(product, str(SHOP), bare, "zh", 100, min(3, pool.lines), length_s=length_s)
        stock = Stock(wanted, Cache(folder / "segments"), 0)
        recipes = choose(pool, stock.shop.grid, band_texts(scripts, product), 100, chance)
        first = recipes[0]
        began = cpu_seconds()
        stock.fill([first], partial(spread, over=""), 1, progress)
        progress(f"segments, sound and proof of one film {cpu_seconds() - began:.2f} CPU s; full render {full:.2f}")
        same = [replace(recipe, takes=first.takes, tune=first.tune) for recipe in recipes]
        recombined = _cost(stock, same, folder, warm=True)
        fresh = [replace(first, text="山野好物" + chr(0x4E00 + number)) for number in range(100)]
        text = _cost(stock, fresh, folder, warm=False)
        film = moviepy_once(stock.shop, first, folder) if not options.quick else None
        if film is None:
            progress("moviepy is not measured (--quick) or not installed: ratios are to the full render")
        base, name = (film, "moviepy one pass, CPU s") if film else (full, "full render, CPU s")
        for metric, cost, goal in (("text", text, TEXT_GOAL), ("recombined", recombined, RECOMBINED_GOAL)):
            rows.append(row(f"{metric}_cost", "CPU ms", _scaled(cost, 1000.0), baseline=(name, base)))
            times = Interval(base / cost.mean, base / cost.high, base / cost.low, cost.n)
            rows.append(
                row(f"{metric}_times_cheaper", "times", times, baseline=(name, base), goal=goal if film else None)
            )
            rows.append(row(f"{metric}_against_full", "times", Interval(full / cost.mean, full / cost.high, full / cost.low, cost.n), baseline=("full render, CPU s", full)))  # fmt: skip
        rows += _spoken(stock, first, same, folder, base, name, bool(film))
        rows += _rightness(stock, first)
        rows += _films(product, folder, count, length_s, full)
    return _told(rows, options, length_s)


def _spoken(
    stock: Stock, first: Recipe, recipes: list[Recipe], folder: Path, base: float, name: str, goal: bool
) -> list[dict[str, Any]]:
    """The cost of a recombined film that speaks, its sound joined and its subtitles a track of their own."""
    voice = Matrix(Settings()).voice
    if voice is None:
        progress("no spoken film is recombined: no voice is ready here")
        return []
    takes = sorted(set(first.takes), key=repr)
    spoken = say(takes, stock.wanted.scripts, stock.shop.grid, voice, "", stock.wanted.language, folder / "speech")
    told = Stock(replace(stock.wanted, beats=spoken.beats), stock.cache, 0, spoken)
    told.fill([first], partial(spread, over=""), 1, progress)
    cost = _cost(told, recipes, folder, warm=True)
    times = Interval(base / cost.mean, base / cost.high, base / cost.low, cost.n)
    return [
        row("spoken_recombined_cost", "CPU ms", _scaled(cost, 1000.0), baseline=(name, base), voice=voice.name),
        row("spoken_recombined_times_cheaper", "times", times, baseline=(name, base), goal=RECOMBINED_GOAL if goal else None),
    ]  # fmt: skip


def _films(product: Product, folder: Path, count: int, length_s: float, full: float) -> list[dict[str, Any]]:
    """Films from end to end, with music alone and spoken."""
    rows = _end_to_end(product, folder, count, length_s, full, None)
    voice = Matrix(Settings()).voice
    if voice is None:
        progress("films are not spoken: no voice is ready here")
        return rows
    return rows + _end_to_end(product, folder, count, length_s, full, voice)


def _told(rows: list[dict[str, Any]], options: argparse.Namespace, length_s: float) -> int:
    """Print the rows; 1 where a goal is missed."""
    for one in rows:
        print("  ".join(shown(one)))
    about = conditions(
        [SHOP / "catalogue.csv"], preset=PRESET, qp=QP, length_s=length_s, product=options.product, av=av.__version__
    )
    write_json(options.json, "bench variants", {"rows": rows, **about}, 0)
    return 1 if not_met(rows) else 0


def _cost(stock: Stock, recipes: list[Recipe], folder: Path, *, warm: bool) -> Interval:
    """CPU seconds of a film, over films."""
    if warm:
        for recipe in recipes:
            stock.slice_of(recipe.text)
    costs: list[float] = []
    for number in range(0, len(recipes), 10):  # ten at a time: the clock of CPU time is coarse
        began = cpu_seconds()
        for place, recipe in enumerate(recipes[number : number + 10], number):
            write_film(folder / f"v{place}.mp4", assemble(stock, recipe), stock.shop.grid.total, stock.wanted.fps)
        costs.append((cpu_seconds() - began) / len(recipes[number : number + 10]))
    return mean_interval(np.array(costs))


def _scaled(one: Interval, by: float) -> Interval:
    return Interval(one.mean * by, one.low * by, one.high * by, one.n)


def _rightness(stock: Stock, recipe: Recipe) -> list[dict[str, Any]]:
    """SSIM against what was painted; the largest difference outside the band, by two decoders."""
    shop = stock.shop
    slice_ = shop.slice_of(recipe.text)
    likeness: list[float] = []
    worst = frames = 0
    every: list[Coded] = []
    canvas = Planes.filled(shop.coding.width, shop.coding.height, (0, 0, 0))
    for piece in shop.pieces(recipe.takes):
        coded = stock.piece_for(piece, recipe.text)[1].coded
        every.append(coded)
        plain, variant = decoded(coded), decoded(coded, slice_)
        painted = shop.play(replace(piece, text=recipe.text), canvas)
        for number, (one, two) in enumerate(zip(plain, variant, strict=True)):
            next(painted)
            rows = shop.coding.height
            if number % 5 == 0:
                likeness.append(ssim(two[:rows, : shop.coding.width], canvas.y))
            below = [plane[shop.band.height : rows] for plane in (one, two)]
            chroma = [plane[rows:].reshape(2, rows // 2, -1)[:, shop.band.height // 2 :] for plane in (one, two)]
            for a, b in (below, chroma):
                worst = max(worst, int(np.abs(a.astype(int) - b).max()))
            frames += 1
    found = [
        row("ssim_to_composite", "of 1", mean_interval(np.array(likeness)), goal=SSIM_GOAL, lowest=min(likeness)),
        row("outside_band_max_difference", "grey levels", Interval(worst, worst, worst, frames), goal=0.5, met=worst == 0, at_most=True),
    ]  # fmt: skip
    second = second_opinion(shop, every, slice_)
    if isinstance(second, str):
        progress(f"second decoder: {second}")
        return found
    outside, against, count = second
    found.append(row("outside_band_by_openh264", "grey levels", Interval(outside, outside, outside, count), goal=0.5, met=outside == 0, at_most=True))  # fmt: skip
    found.append(row("openh264_against_libavcodec", "grey levels", Interval(against, against, against, count), goal=0.5, met=against == 0, at_most=True))  # fmt: skip
    return found


def _end_to_end(
    product: Product, folder: Path, count: int, length_s: float, full: float, voice: Voice | None
) -> list[dict[str, Any]]:
    """So many films of copy's scripts from an empty store on two processes, with a voice where one is ready."""
    kind = "spoken_films" if voice else "films"
    began, cpu = seconds(), cpu_seconds()
    made = make_variants(
        product, SHOP, count, folder / kind, folder / f"{kind}-home", length_s=length_s, spread=partial(spread, over=""), workers=2,
        told=progress, voice=voice,
    )  # fmt: skip
    wall, spent = seconds() - began, cpu_seconds() - cpu
    distinct = len({film.file.read_bytes() for film in made.films})
    scripts = len({film.script for film in made.films})
    ways = len({(film.angle, film.audience) for film in made.films})
    seen = _pictures([film.file for film in made.films])
    heard = _sounds([film.file for film in made.films][:: max(1, count // SAMPLE)][:SAMPLE])
    sample = min(SAMPLE, count)
    progress(
        f"{count} {kind}: {wall:.0f} s wall on two processes, {spent:.1f} CPU s {made.cpu}, {made.segments_made} segments, "
        f"{ways} angles and audiences"
    )
    both = spent / 2
    good = distinct == count and not made.defects
    return [
        row(f"{kind}_distinct", "films", Interval(distinct, distinct, distinct, count), baseline=("asked for", float(count)), goal=float(count), met=good),
        row(f"{kind}_scripts", "scripts", Interval(scripts, scripts, scripts, count), baseline=("films", float(count)), goal=float(count), met=scripts == count, angles_and_audiences=ways),
        row(f"{kind}_pictures_distinct", "films", Interval(seen, seen, seen, count), baseline=("asked for", float(count)), goal=float(count), met=seen == count),
        row(f"{kind}_sounds_distinct", "films", Interval(heard, heard, heard, sample), baseline=("decoded", float(sample))),
        row(f"{kind}_cpu", "CPU s", Interval(spent, spent, spent, 1), baseline=("full renders, CPU s", full * count), by=made.cpu),
        row(f"{kind}_two_cores", "s", Interval(both, both, both, 1), goal=SECONDS_GOAL, met=both <= SECONDS_GOAL, at_most=True, baseline=("full renders, s on two cores", full * count / 2)),
        row(f"{kind}_wall", "s", Interval(wall, wall, wall, 1), baseline=("CPU s of two processes / 2", both)),
        row(f"{kind}_share_of_full_render", "of 1", Interval(spent / count / full, spent / count / full, spent / count / full, count), baseline=("full render, CPU s", full)),
    ]  # fmt: skip


def _pictures(files: list[Path]) -> int:
    """How many of these films differ in what is decoded below the band; a segment that several share is decoded once."""
    segments: dict[str, Coded] = {}
    films: list[tuple[str, ...]] = []
    for file in files:
        data = file.read_bytes()
        [table] = [one for one in read_tables(data)[0] if one.kind == "vide"]
        edges = [*table.keys.tolist(), len(table.sizes)]
        made: list[str] = []
        for first, last in pairwise(edges):
            places = zip(table.offsets[first:last].tolist(), table.sizes[first:last].tolist(), strict=True)
            payload = b"".join(data[place : place + size] for place, size in places)
            band = 4 + int.from_bytes(payload[:4], "big")
            name = hashlib.sha256(payload[band:]).hexdigest()
            segments.setdefault(name, Coded(table.config, payload, table.sizes[first:last], table.shifts[first:last], (0, band)))  # fmt: skip
            made.append(name)
        films.append(tuple(made))
    names = list(segments)
    shown = dict(spread(_digest, [segments[name] for name in names], 2, over=""))
    seen = {name: shown[place] for place, name in enumerate(names)}
    progress(f"{len(names)} different segments in {len(files)} films, {len(set(seen.values()))} different pictures")
    return len({tuple(seen[name] for name in film) for film in films})


def _digest(coded: Coded) -> str:
    """What is seen below the band in every fifth frame of a segment."""
    found = hashlib.sha256()
    for number, frame in enumerate(frames_of(coded)):
        if number % 5 == 0:
            found.update(frame.to_ndarray()[frame.height // 5 : frame.height].tobytes())
    return found.hexdigest()


def _sounds(files: list[Path]) -> int:
    """How many of these films differ in their decoded sound."""
    sounds: set[bytes] = set()
    for file in files:
        heard = hashlib.sha256()
        with av.open(str(file)) as box:
            for sound in box.decode(audio=0):
                heard.update(sound.to_ndarray().tobytes())
        sounds.add(heard.digest())
    return len(sounds)


if __name__ == "__main__":
    sys.exit(main())
