"""How many injected defects `magnetar studio check` finds, and how often it complains of good films.

    python benchmarks/judging.py [--quick] [--tune | --practice SEED] [--each N] [--clean N] [--workers N] [--json FILE|-]

Good films: ours over products, languages and seeds, every fourth with a voice, fresh, re-muxed and re-encoded by
ffmpeg, and films that ffmpeg made of its test pictures, noise, chords and its own voice. Defects: benchmarks/seeded_defects.py, injected by ffmpeg, into bytes, or as faults of the
maker. Beside: the ffmpeg program's own detectors (blackdetect, freezedetect, silencedetect, ebur128, decode errors).
Thresholds were found with `--tune` and `--practice` on every fourth product and the tuning seeds of
benchmarks/held-out.toml; the judged films are of the other products and its final seed.
Needs the ffmpeg program (apt install ffmpeg).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from seeded_defects import AAC, KEEP, SPOILERS, X264, Base, Spoiler, ffmpeg, spoil

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.catalogue import read_catalogue
from magnetar.capabilities.creative import render_film
from magnetar.capabilities.creative.english import english_points
from magnetar.capabilities.creative.judging import judge_film
from magnetar.capabilities.creative.judging.inpicture import Watch
from magnetar.capabilities.creative.judging.media import read_media
from magnetar.capabilities.creative.judging.told import Told, read_told
from magnetar.capabilities.creative.typeface import find_typeface
from magnetar.capabilities.generation.choosing import VOICES
from magnetar.capabilities.measurement import Interval, mean_interval, share_interval
from magnetar.kernel.errors import ProviderUnavailable
from magnetar.kernel.settings import Settings
from magnetar.surface.report import write_json
from magnetar.vocabulary.catalogue import Product

SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
SEEDS = tomllib.loads(Path(__file__).with_name("held-out.toml").read_text(encoding="utf-8"))["judging"]
TUNED_SEED, FINAL_SEED = int(SEEDS["tuned_seeds"][0]), int(SEEDS["final_seed"])
TUNED_EVERY = 4
"""Every fourth product of the sample shop is for tuning only."""
CAUGHT_GOAL, ALARMS_GOAL = 0.99, 0.0
WORDS = (
    "The handle stays cool and the lid shuts tight.",
    "Fold it twice and it fits in a coat pocket.",
    "Rinse it under the tap after each use.",
    "Two sizes and four colours are in stock today.",
)
"""What films of others say."""
LENGTHS, WIDTHS = (6.0, 7.0, 8.0), (270, 360)


@dataclass
class Plan:
    """What one film of ours is made of."""

    product: str
    language: str
    seed: int
    width: int
    length_s: float
    spoken: bool = False
    """With a voice and subtitles, where espeak-ng is installed."""

    def options(self) -> dict[str, Any]:
        points = english_points(SHOP / "catalogue.csv", self.product) if self.language == "en" else ()
        return {
            "language": self.language, "seed": self.seed, "width": self.width, "length_s": self.length_s,
            "points": points or None, "voice": voice() if self.spoken else None,
        }  # fmt: skip


@dataclass
class Result:
    """What became of one film."""

    name: str
    base: str
    caught: bool = False
    found: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    by_ffmpeg: list[str] = field(default_factory=list)
    judge_cpu_s: float = 0.0
    ffmpeg_cpu_s: float = 0.0
    made: bool = True


@lru_cache(maxsize=1)
def voice() -> Any:
    """Who speaks in every fourth film of ours; None where no voice is installed."""
    try:
        return VOICES.make("espeak", Settings())
    except ProviderUnavailable:
        return None


@lru_cache(maxsize=1)
def products() -> dict[str, Product]:
    """The sample shop."""
    return {str(one.id): one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product)}


def plans(count: int, seed: int, tuned: bool) -> list[Plan]:
    """Films over products, languages, seeds, widths and lengths."""
    rng = np.random.default_rng(seed)
    names = [one for place, one in enumerate(products()) if (place % TUNED_EVERY == 0) == tuned]
    order = [
        names[int(n)] for n in np.concatenate([rng.permutation(len(names)) for _ in range(-(-count // len(names)))])
    ]
    return [
        Plan(name, ("zh", "en")[n % 3 == 2], seed + n, WIDTHS[n % 4 == 3], LENGTHS[n % 3], n % 4 == 1) for n, name in enumerate(order[:count])
    ]  # fmt: skip


def make(job: tuple[Plan, Path]) -> Path:
    """Render a film of ours."""
    plan, path = job
    render_film(products()[plan.product], SHOP, path, check=False, **plan.options())
    return path


def make_foreign(path: Path, number: int, seed: int) -> Path:
    """A film by ffmpeg alone: a moving test picture; noise, a chord, or a voice over one; brought to −14 LUFS."""
    rng = np.random.default_rng((seed, number))
    scale, grain = float(rng.uniform(0.5, 3.0)), int(rng.integers(1 << 30))
    sources = (
        "testsrc2=size=270x480:rate=25", f"mandelbrot=size=270x480:rate=25:start_scale={scale:.3f}", "testsrc2=size=480x270:rate=30",
        f"life=size=270x480:rate=25:mold=10:ratio=0.3:seed={grain}:death_color=#C83232:life_color=#00ff00", "testsrc2=size=360x360:rate=24",
        f"cellauto=size=270x480:rate=25:seed={grain}", f"gradients=size=360x640:rate=30:seed={grain}:speed=0.08",
    )  # fmt: skip
    length = 6
    root = 110 * 2 ** float(rng.uniform(0, 1))
    parts = "+".join(
        f"{0.3 / (n + 1):.3f}*sin({2 * np.pi * root * step:.3f}*t)" for n, step in enumerate((1, 1.26, 1.5, 2))
    )
    chord = f"aevalsrc={parts}:s=48000:d={length},tremolo=f={1 + number % 4}:d=0.6"
    noise = f"anoisesrc=color=pink:seed={grain}:amplitude=0.4:sample_rate=48000:duration={length},tremolo=f={2 + number % 5}:d=0.5,highpass=f=80"
    said = f"{WORDS[int(rng.integers(len(WORDS)))]} {WORDS[int(rng.integers(len(WORDS)))]}"
    voice = f"flite=text='{said}':voice={('slt', 'kal', 'rms')[number % 3]},aresample=48000[a];{chord},volume=-14dB[b];[a][b]amix=inputs=2:duration=longest:normalize=0"
    raw = path.with_suffix(".wav")
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        (noise, chord, voice if _speaks() else chord)[number % 3],
        "-t",
        str(length),
        "-ac",
        "2",
        raw,
    )
    level = meters(raw)["lufs"]
    shown = sources[int(rng.permutation(len(sources))[0])]
    ffmpeg("-f", "lavfi", "-i", shown, "-i", raw, "-t", str(length), "-af", f"volume={-14 - level:.2f}dB,alimiter=limit=0.7:level=0:attack=1:release=20,volume=0.1dB", *X264, *AAC, "-movflags", "+faststart", path)  # fmt: skip
    for _ in range(4):
        again = meters(path)["lufs"]
        if abs(again + 14) <= 0.3:
            break
        moved = path.with_suffix(".again.mp4")
        ffmpeg("-i", path, "-c:v", "copy", "-af", f"volume={-14 - again:.2f}dB,alimiter=limit=0.7:level=0:attack=1:release=20", *AAC, "-movflags", "+faststart", moved)  # fmt: skip
        moved.replace(path)
    raw.unlink()
    return path


@lru_cache(maxsize=1)
def _speaks() -> bool:
    """Whether this ffmpeg can read aloud."""
    return b" flite " in subprocess.run(["ffmpeg", "-hide_banner", "-filters"], capture_output=True).stdout


def meters(path: Path) -> dict[str, Any]:
    """What the ffmpeg program's detectors say of a film; `found` names those that complain."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", "-threads", "1", "-i", str(path), "-vf", "blackdetect=d=0.03:pix_th=0.10,freezedetect=n=-60dB:d=0.5",
         "-af", "silencedetect=n=-60dB:d=0.5,ebur128=peak=true", "-f", "null", "-"], capture_output=True, check=False,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = done.stderr.decode(errors="replace")
    level = [float(one) if one != "-inf" else -99.0 for one in re.findall(r"I:\s+(-?[\d.]+|-inf) LUFS", said)]
    peak = [float(one) if one != "-inf" else -99.0 for one in re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", said)]
    lufs, top = (level[-1] if level else float("nan")), (peak[-1] if peak else float("nan"))
    found = [name for name, sign in (("black", "black_start"), ("freeze", "freeze_start"), ("silence", "silence_start")) if sign in said]  # fmt: skip
    if level and abs(lufs + 14) > 0.5:
        found.append("loudness")
    if peak and top > -0.95:
        found.append("peak")
    if not level:
        found.append("no sound")
    if done.returncode or re.search(r"[Ee]rror|Invalid|corrupt|moov atom", said):
        found.append("error")
    return {
        "lufs": lufs, "peak": top, "found": found,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }  # fmt: skip


def judge(path: Path, base: Base | None, name: str, right: frozenset[str] | None, foreign: bool) -> Result:
    """Ask both judges."""
    began = time.process_time()
    product = base.product if base else None
    points = tuple((base.options.get("points") or ()) if base else ())
    found = judge_film(path, product=product, points=points, ours=False).defects
    spent = time.process_time() - began
    kinds = [one["kind"] for one in found]
    caught = bool(kinds) if not right else bool(right & set(kinds))
    other = meters(path)
    return Result(
        name, str(base.path.stem) if base else path.stem, caught, kinds, [f"{one['kind']}: {one['detail']}" for one in found[:4]],
        other["found"], spent, other["cpu_s"],
    )  # fmt: skip


def load(path: Path, plan: Plan | None, other: Path) -> Base:
    """A base from disk."""
    if plan is None:
        seen = read_media(path, False)
        told = {"frames": len(seen.times), "seconds": len(seen.times) / seen.fps, "fps": seen.fps, "width": seen.width, "height": seen.height, "music": {"tempo": 120}}  # fmt: skip
        return Base(path, told, None, {}, other, SHOP)
    told = json.loads(path.with_suffix(".json").read_text())
    return Base(path, told, products()[plan.product], plan.options(), other, SHOP)


def spoiled(job: tuple[int, int, int, list[tuple[Path, Plan | None]], Path]) -> Result:
    """Inject one defect and judge it."""
    number, turn, seed, bases, folder = job
    spoiler: Spoiler = SPOILERS[number]
    rng = np.random.default_rng((seed, number, turn))
    fit = [one for one in bases if spoiler.foreign or one[1] is not None]
    if not spoiler.foreign or turn % 4:
        fit = [one for one in fit if one[1] is not None]
    else:
        fit = [one for one in fit if one[1] is None] or fit
    for place in rng.permutation(len(fit))[:24]:
        path, plan = fit[int(place)]
        others = [one for one, _ in bases if one.stem != path.stem]
        base = load(path, plan, others[int(rng.integers(len(others)))])
        out = folder / f"bad-{number}-{turn}.mp4"
        try:
            done = spoil(base, spoiler, rng, out)
        except RuntimeError as error:  # ffmpeg refuses: said at the end, and no defect
            return Result(spoiler.name, path.stem, made=False, details=[str(error)[-200:]])
        if done:
            result = judge(out, base, spoiler.name, spoiler.right, plan is None)
            for one in (out, out.with_suffix(".json")):
                one.unlink(missing_ok=True)
            return result
    return Result(spoiler.name, "", made=False)


def good(job: tuple[Path, Plan | None, str, Path]) -> Result:
    """Judge a good film, as it is or after ffmpeg re-muxed or re-encoded it."""
    path, plan, how, folder = job
    target = path
    if how != "as made":
        target = folder / f"again-{path.stem}.mp4"
        coding = ["-c", "copy"] if how == "re-muxed" else [*X264[:5], "18", *X264[6:], "-c:a", "copy"]
        ffmpeg("-i", path, *coding, *KEEP, target)
        shutil.copyfile(path.with_suffix(".json"), target.with_suffix(".json"))
    base = load(path, plan, path) if plan else None
    result = judge(target, base, f"good, {'by others' if plan is None else how}", None, plan is None)
    if target != path:
        target.unlink()
    return result


def tune(count: int, folder: Path) -> None:
    """Print the margins of good films, on tuning products only."""
    values: dict[str, list[float]] = {}
    for n, plan in enumerate(plans(count, TUNED_SEED, True)):
        path = make((plan, folder / f"tune-{n}.mp4"))
        again = folder / "again.mp4"
        ffmpeg("-i", path, *X264, "-c:a", "copy", *KEEP, again)
        shutil.copyfile(path.with_suffix(".json"), again.with_suffix(".json"))
        for one in (path, again):
            told = read_told(one)
            assert isinstance(told, Told)
            watch = Watch(told, find_typeface(), True)
            media = read_media(one, True, watch.look)
            for (scene, place), seen in watch.best.items():
                text = told.scenes[scene].texts[place]
                group = "label" if text.role == "label" else f"text of {text.size // 8 * 8} px"
                values.setdefault(f"correlation, {group}", []).append(seen.alike)
                values.setdefault(f"worst letter, {group}", []).append(seen.worst)
                values.setdefault(f"sampled contrast, {group}", []).append(seen.contrast)
                values.setdefault("digits misread", []).append(float(bool(seen.misread)))
            values.setdefault("liveliest block of the stillest frame", []).append(min(media.seen.lively))
            judged = judge_film(one, product=products()[plan.product], points=plan.options()["points"] or ())
            values.setdefault("alarms", []).append(float(len(judged.defects)))
            for found in judged.defects:
                print("   alarm", plan, found)
    for name, many in sorted(values.items()):
        low, first, middle = np.quantile(many, [0, 0.01, 0.5])
        print(f"{name:40} n {len(many):5} least {low:.3f}  1 % {first:.3f}  median {middle:.3f}  most {max(many):.3f}")


def cost(paths: Sequence[Path]) -> dict[str, Interval]:
    """CPU seconds per film second: whole decode, key frames, and ffmpeg's decode alone."""
    spent: dict[str, list[float]] = {"whole": [], "key frames": [], "ffmpeg": []}
    for path in paths:
        for name, every in (("whole", True), ("key frames", False)):
            began = time.process_time()
            judge_film(path, every=every)
            spent[name].append(time.process_time() - began)
        spent["ffmpeg"].append(meters(path)["cpu_s"])
    return {name: mean_interval(np.array(values)) for name, values in spent.items()}


def main() -> int:
    """Measure, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="one defect of each kind, 8 good films")
    parser.add_argument("--tune", action="store_true", help="margins on tuning films instead")
    parser.add_argument(
        "--practice", type=int, default=0, metavar="SEED", help="tuning products and this seed, which judges nothing"
    )
    parser.add_argument("--each", type=int, default=10, help="defects of each kind")
    parser.add_argument("--clean", type=int, default=200, help="good films")
    parser.add_argument("--only", default="", metavar="PATTERN", help="kinds whose name it is found in")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", default="", metavar="FILE|-")
    options = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        print("ffmpeg 程序缺失: this bench injects and compares with the ffmpeg program: apt install ffmpeg", file=sys.stderr)  # fmt: skip
        return 3
    each, clean = (1, 8) if options.quick else (options.each, options.clean)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.tune:
            tune(8 if options.quick else 40, folder)
            return 0
        os.environ["OMP_NUM_THREADS"] = "1"
        seed = options.practice or FINAL_SEED
        results, bad_cost = _run(folder, each, clean, options.only, options.workers, seed, bool(options.practice))
    rows = table(results)
    rows += [
        row("check, whole decode", "CPU s", bad_cost["whole"], baseline=("ffmpeg's detectors", bad_cost["ffmpeg"].mean)),
        row("check, key frames", "CPU s", bad_cost["key frames"], baseline=("whole decode", bad_cost["whole"].mean)),
    ]  # fmt: skip
    for one in rows:
        print("  ".join(f"{cell:<28}" if place == 0 else f"{cell:<16}" for place, cell in enumerate(shown(one))))
    for one in results:
        if not one.made:
            print(f"NOT MADE {one.name} {one.base}: {one.details}")
    missed = [one for one in results if one.made and one.caught == one.name.startswith("good")]
    for one in missed:
        print(f"{'ALARM' if one.name.startswith('good') else 'MISSED'} {one.name} {one.base}: {one.details}")
    told = conditions([SHOP / "catalogue.csv"], seeds={"tuned": SEEDS["tuned_seeds"], "judged": seed}, practice=bool(options.practice), each=each, clean=clean, kinds=len(SPOILERS), widths=WIDTHS, lengths_s=LENGTHS, voice=getattr(voice(), "name", None))  # fmt: skip
    wrong = [{"kind": one.name, "film": one.base, "found": one.details} for one in missed]
    write_json(options.json, "bench judging", {"rows": rows, "wrong": wrong, **told}, seed)
    return 1 if not_met(rows) else 0


def _run(
    folder: Path, each: int, clean: int, only: str, workers: int, seed: int, tuned: bool
) -> tuple[list[Result], dict[str, Interval]]:  # fmt: skip
    foreign = max(1, clean // 10)
    wanted = plans(max(4, round(clean * 0.8)), seed, tuned)
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        paths = pool.map(make, [(plan, folder / f"good-{n}.mp4") for n, plan in enumerate(wanted)], 1)
        others = pool.starmap(make_foreign, [(folder / f"other-{n}.mp4", n, seed) for n in range(foreign)], 1)
        films: list[tuple[Path, Plan | None]] = [*zip(paths, wanted, strict=True)]
        jobs = [(path, plan, "as made", folder) for path, plan in films]
        jobs += [(path, None, "as made", folder) for path in others]
        rest = max(0, clean - len(jobs))
        jobs += [(path, plan, ("re-muxed", "re-encoded")[n % 2], folder) for n, (path, plan) in enumerate(films[:rest])]
        results = list(pool.imap_unordered(good, jobs, 1)) if not only else []
        print(f"good films judged: {len(results)}", file=sys.stderr)
        bases = films[:40] + [(path, None) for path in others[:10]]
        kinds = [n for n, one in enumerate(SPOILERS) if re.search(only, one.name)]
        todo = [(number, turn, seed, bases, folder) for turn in range(each) for number in kinds]
        for count, one in enumerate(pool.imap_unordered(spoiled, todo, 1)):
            results.append(one)
            if count % 50 == 49:
                print(f"defects judged: {count + 1} of {len(todo)}", file=sys.stderr)
    return results, cost(paths[:3])


def table(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Rows: overall, then each kind."""
    bad = [one for one in results if not one.name.startswith("good") and one.made]
    fine = [one for one in results if one.name.startswith("good")]
    rows: list[dict[str, Any]] = []
    if bad:
        by_ffmpeg = float(np.mean([bool(one.by_ffmpeg) for one in bad]))
        caught = share_interval(sum(one.caught for one in bad), len(bad))
        rows.append(row("defects caught", "of 1", caught, baseline=("ffmpeg's detectors", by_ffmpeg), goal=CAUGHT_GOAL))
    if fine:
        alarms = share_interval(sum(bool(one.found) for one in fine), len(fine))
        other = float(np.mean([bool(one.by_ffmpeg) for one in fine]))
        rows.append(
            row(
                "false alarms",
                "of 1",
                alarms,
                baseline=("ffmpeg's detectors", other),
                goal=ALARMS_GOAL,
                met=alarms.mean <= ALARMS_GOAL,
                at_most=True,
            )
        )
    for spoiler in SPOILERS:
        many = [one for one in bad if one.name == spoiler.name]
        if many:
            other = float(np.mean([bool(one.by_ffmpeg) for one in many]))
            rows.append(row(spoiler.name, "of 1", share_interval(sum(one.caught for one in many), len(many)), baseline=("ffmpeg's detectors", other)))  # fmt: skip
    for name in sorted({one.name for one in fine}):
        many = [one for one in fine if one.name == name]
        rows.append(row(name, "alarms, of 1", share_interval(sum(bool(one.found) for one in many), len(many))))
    return rows


if __name__ == "__main__":
    sys.exit(main())
