"""What a film that is cut from raw clips uses of them, beside taking clips at random or from their starts.

    python benchmarks/cutting.py [--quick] [--json FILE|-]

Raw clips are drawn with known truth: coloured grounds with texture, a moving subject, a cut or two, and seeded stretches that
are blurred, black, shaken, over-exposed or frozen. CPU seconds are of this process.
  bad_used        share of what the film uses that is bad by truth; random windows and the first seconds of each clip beside it
  cut_recall, cut_precision   cuts within 0.12 s of the truth; the same rule on every frame beside it
  cut_cpu         CPU of finding them beside decoding and comparing every frame
  subject_kept    share of frames in which the subject's middle is in the 9:16 part; a crop of the middle beside it
  cpu_per_second  CPU seconds for a second of film; what looking at the footage took beside it
  defects         of the film by its own checks
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.catalogue import read_catalogue
from magnetar.capabilities.creative.cutting import conform
from magnetar.capabilities.creative.cutting.cutting import cut_film
from magnetar.capabilities.creative.cutting.footage import Footage, probe
from magnetar.capabilities.creative.cutting.shots import look_through
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.surface.report import cpu_seconds, write_json
from magnetar.vocabulary.catalogue import Product

SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
KINDS = ("blurred", "black", "shaky", "burnt", "frozen")
FPS = 25


@dataclass(slots=True)
class Truth:
    """A clip that was drawn, and what is in it."""

    path: Path
    seconds: float
    cuts: list[float] = field(default_factory=list[float])
    bad: list[tuple[float, float, str]] = field(default_factory=list[tuple[float, float, str]])
    subject: list[float] = field(default_factory=list[float])
    """Middle of the subject in each frame, share of the width."""

    def bad_in(self, start_s: float, end_s: float) -> float:
        """Seconds of a stretch that are bad."""
        return sum(max(0.0, min(end_s, high) - max(start_s, low)) for low, high, _ in self.bad)


def draw_clip(
    path: Path,
    rng: np.random.Generator,
    number: int,
    seconds: float,
    size: tuple[int, int],
    bad: list[tuple[float, float, str]],
    cuts: list[float],
) -> Truth:
    """Draw one clip."""
    wide, tall = size
    truth = Truth(path, seconds, cuts, bad)
    grounds: list[Any] = []
    for shot in range(len(cuts) + 1):
        hue = int((number * 47 + shot * 83) % 180)
        value = np.clip(
            cv2.GaussianBlur(rng.normal(120, 150, (tall + 240, wide + 240)).astype(np.float32), (0, 0), 5) * 1.0,
            30,
            225,
        )
        fine = rng.normal(0, 14, value.shape)
        hsv = np.dstack((np.full(value.shape, hue), np.full(value.shape, 110), np.clip(value + fine, 20, 235))).astype(
            np.uint8
        )
        ground = np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB))
        for _ in range(14):
            x, y = int(rng.integers(0, wide + 200)), int(rng.integers(0, tall + 200))
            cv2.rectangle(
                ground,
                (x, y),
                (x + int(rng.integers(20, 90)), y + int(rng.integers(20, 90))),
                tuple(int(c) for c in rng.integers(40, 220, 3)),
                -1,
            )
        grounds.append(ground)
    with av.open(str(path), "w") as box:
        stream: Any = box.add_stream(
            "libx264", rate=FPS, options={"preset": "veryfast", "crf": "20", "g": "30", "threads": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = wide, tall, "yuv420p"
        held: Any = None
        for count in range(round(seconds * FPS)):
            at = count / FPS
            shot = sum(at >= one - 1e-9 for one in cuts)
            kind = next((name for low, high, name in bad if low <= at < high), "")
            x, y = 120 + 40 * np.sin(at * 0.7 + number), 120 + 22 * np.cos(at * 0.5)
            if kind == "shaky":
                x, y = x + rng.normal(0, 16), y + rng.normal(0, 16)
            x, y = int(np.clip(x, 0, 239)), int(np.clip(y, 0, 239))
            picture = grounds[shot][y : y + tall, x : x + wide].copy()
            across = 0.5 + 0.32 * np.sin(at * 0.9 + number * 1.3)
            truth.subject.append(float(across))
            middle = (int(across * wide), int(tall * (0.5 + 0.06 * np.sin(at * 2))))
            cv2.circle(picture, middle, tall // 7, (250, 240, 60), -1)
            cv2.circle(picture, middle, tall // 12, (200, 30, 40), -1)
            if kind == "blurred":
                picture = cv2.GaussianBlur(picture, (0, 0), max(4.0, tall / 90))
            elif kind == "black":
                picture = (picture * 0.03).astype(np.uint8)
            elif kind == "burnt":
                picture = np.clip(picture.astype(np.float32) * 1.1 + 150, 0, 255).astype(np.uint8)
            elif kind == "frozen":
                picture = held if held is not None else picture
            held = picture
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture, np.uint8), format="rgb24")
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return truth


def draw_footage(folder: Path, seed: int, quick: bool) -> list[Truth]:
    """Clips with seeded defects."""
    rng = np.random.default_rng(seed)
    size = (640, 360) if quick else (1280, 720)
    count = 6 if quick else 9
    found: list[Truth] = []
    for number in range(count):
        seconds = float(rng.integers(8, 12))
        bad: list[tuple[float, float, str]] = []
        at = 0.0 if number % 2 else float(rng.uniform(2.6, 3.4))  # half of the clips begin badly
        for turn in range(2):
            long = float(rng.uniform(1.4, 2.4))
            if at + long < seconds - 0.5:
                bad.append((round(at, 2), round(at + long, 2), KINDS[(number * 2 + turn) % len(KINDS)]))
            at += long + float(rng.uniform(2.8, 3.6))
        free = [
            t
            for t in np.arange(1.0, seconds - 1.0, 0.04)
            if all(not low - 0.6 < t < high + 0.6 for low, high, _ in bad)
        ]
        cuts = [round(float(rng.choice(free)), 2)] if number % 3 != 1 and free else []
        found.append(draw_clip(folder / f"clip{number}.mp4", rng, number, seconds, size, bad, cuts))
    return found


def subject_rows(truths: list[Truth]) -> dict[str, Any]:
    """Whether the reframed part holds the subject's middle."""
    kept: list[float] = []
    middle: list[float] = []
    for truth in truths[:4]:
        clip = probe(truth.path)
        assert isinstance(clip, Footage)
        spans = [(low, high) for low, high in _clean(truth) if high - low > 2.0][:1]
        for low, high in spans:
            seen = conform.inspect(clip, low, high)
            count = int((high - low) * FPS) - 1
            plan = conform.plan(clip, seen, low, count, FPS, 9 / 16)
            share = (9 / 16) / (clip.width / clip.height)
            for place in range(count):
                true = truth.subject[min(len(truth.subject) - 1, round(low * FPS) + place)]
                x, _, across, _ = conform.part_of(clip.width / clip.height, 9 / 16, plan, place)
                kept.append(float(plan.whole or x <= true <= x + across))
                middle.append(float(abs(true - 0.5) <= share / 2))
    return row(
        "subject_kept",
        "share",
        mean_interval(np.array(kept)),
        baseline=("crop of the middle", float(np.mean(middle))),
        goal=0.9,
    )


def _clean(truth: Truth) -> list[tuple[float, float]]:
    edges = sorted(
        {0.0, truth.seconds, *truth.cuts, *(low for low, _, _ in truth.bad), *(high for _, high, _ in truth.bad)}
    )
    return [(a + 0.1, b - 0.1) for a, b in pairwise(edges) if truth.bad_in(a, b) < 0.01]


def cut_rows(truths: list[Truth]) -> list[dict[str, Any]]:
    """Cuts by key frames first beside every frame."""
    rows: list[dict[str, Any]] = []
    scores: dict[bool, tuple[float, float, float, int, int]] = {}
    for every in (False, True):
        hits = told = true = 0
        decoded = frames = 0
        began = cpu_seconds()
        for truth in truths:
            clip = probe(truth.path)
            assert isinstance(clip, Footage)
            samples, cuts = look_through(clip, every)
            decoded, frames = decoded + samples.decoded, frames + len(clip.times)
            # a jump into or out of a black or burnt stretch is a cut in no editor's sense, and no error here either
            edges = [edge for low, high, _ in truth.bad for edge in (low, high)]
            hits += sum(any(abs(one - at) <= 0.12 for one in cuts) for at in truth.cuts)
            told += sum(all(abs(one - edge) > 0.12 for edge in edges) for one in cuts)
            true += len(truth.cuts)
        scores[every] = (hits / max(1, true), hits / max(1, told), cpu_seconds() - began, decoded, frames)
    quick, full = scores[False], scores[True]
    rows.append(
        row(
            "cut_recall",
            "share",
            Interval(quick[0], quick[0], quick[0], 1),
            baseline=("every frame", full[0]),
            goal=0.9,
        )
    )
    rows.append(
        row(
            "cut_precision",
            "share",
            Interval(quick[1], quick[1], quick[1], 1),
            baseline=("every frame", full[1]),
            goal=0.9,
        )
    )
    ratio = quick[2] / full[2]
    rows.append(
        row(
            "cut_cpu",
            "of 1",
            Interval(ratio, ratio, ratio, 1),
            baseline=("every frame, CPU s", full[2]),
            goal=0.7,
            met=ratio <= 0.7,
            at_most=True,
            baseline_unit="CPU s",
        )
    )
    share = quick[3] / full[4]
    rows.append(row("frames_decoded", "share", Interval(share, share, share, 1), baseline=("every frame", 1.0)))
    return rows


def main() -> int:
    """Measure, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--json", default="", metavar="FILE|-")
    parser.add_argument("--keep", default="", metavar="DIR", help="keep clips and film there")
    options = parser.parse_args()
    product = next(
        one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product) and one.id == "p065"
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(options.keep or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        truths = draw_footage(folder, options.seed, options.quick)
        by_name = {truth.path.name: truth for truth in truths}
        made = cut_film(
            product,
            [truth.path for truth in truths],
            folder / "cut.mp4",
            pictures=SHOP,
            width=360 if options.quick else 0,
        )
        parts = [
            (by_name[Path(one["file"]).name], one["start_s"], one["end_s"])
            for one in made.scenes
            if one["kind"] == "clip"
        ]
        used = np.array([truth.bad_in(low, high) / (high - low) for truth, low, high in parts] or [1.0])
        rng = np.random.default_rng(options.seed + 1)
        lengths = [high - low for _, low, high in parts]
        random, firsts = [], []
        for _ in range(200):
            for length in lengths:
                truth = truths[int(rng.integers(len(truths)))]
                at = float(rng.uniform(0, truth.seconds - length))
                random.append(truth.bad_in(at, at + length) / length)
        for place, length in enumerate(lengths):
            truth = truths[place % len(truths)]
            firsts.append(truth.bad_in(0.0, length) / length)
        print(
            f"random {np.mean(random):.3f}, first seconds {np.mean(firsts):.3f}, scenes from clips {len(parts)} of {len(made.scenes)}",
            file=sys.stderr,
        )
        rows = [
            row("bad_used", "share", mean_interval(used), baseline=("random windows", float(np.mean(random))), goal=0.03, met=bool(used.mean() <= 0.03), at_most=True, first_seconds=float(np.mean(firsts))),
            *cut_rows(truths),
            subject_rows(truths),
        ]  # fmt: skip
        cost = made.report.manifest["cpu_seconds"]
        each = (cost["look"] + cost["render"]) / made.report.seconds
        rows.append(
            row(
                "cpu_per_second",
                "CPU s/s",
                Interval(each, each, each, 1),
                baseline=("looking alone", cost["look"] / made.report.seconds),
            )
        )
        many = float(len(made.report.defects))
        rows.append(row("defects", "count", Interval(many, many, many, 1), goal=0.0, met=many == 0))
        lufs = made.report.loudness_lufs
        rows.append(row("loudness", "LUFS", Interval(lufs, lufs, lufs, 1), goal=-14.0, met=abs(lufs + 14) <= 0.5))
        for one in rows:
            print(shown(one))
        for one in made.report.defects:
            print(one, file=sys.stderr)
        write_json(
            options.json,
            "bench cutting",
            {
                "rows": rows,
                **conditions([], clips=len(truths), seconds=round(made.report.seconds, 2), quick=options.quick),
            },
            options.seed,
        )
    return 1 if not_met(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
