"""What a film costs beside its encoder alone, and beside moviepy.

    python benchmarks/film.py [--quick] [--json FILE|-] [--product ID]

All in one process, one after the other, CPU seconds (user and system) of the process and its children:
  film       `render_film`: script, scenes, music, painting, H.264, AAC, muxing; its checks are shown apart
  x264       the same frames, held ready in a file, through the same encoder with the same settings, without sound
  ssim       of every tenth frame of the film against the frames that were painted, before any encoding
  moviepy    the same scenes with moviepy in one pass (its own zoom, text and composition, our x264 preset), and in three
             stages (scenes to files; joined and lettered; joined with sound), with moviepy's own preset, as pipelines
             leave it, and with ours; by an interpreter that has it, --moviepy PYTHON (`pip install moviepy` into an
             environment of its own); left out, and said so, otherwise
  spoken     the film with a voice (espeak-ng, or what MAGNETAR_VOICE names): CPU of a second of it beside a second of the film without one;
             what the voice took beside the whole; how far subtitles lie from the marks of their words, and how far the
             voice lies in the decoded file from where the manifest says; left out, and said so, where no voice is ready
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from magnetar.app.benches.rows import not_met
from magnetar.capabilities.catalogue import read_catalogue
from magnetar.capabilities.creative import encode
from magnetar.capabilities.creative.encode import Writer
from magnetar.capabilities.creative.film import FPS, HEIGHT, WIDTH, prepare, render_film
from magnetar.capabilities.creative.loudness import RATE
from magnetar.capabilities.creative.planes import Planes
from magnetar.capabilities.creative.speaking import speak
from magnetar.capabilities.generation import Voice, choosing
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.settings import Settings
from magnetar.surface.report import write_json
from magnetar.vocabulary.catalogue import Product

SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
WAYS = Path(__file__).with_name("moviepy_ways.py")
TO_X264, CPU_GOAL, ALIKE = 1.25, 6.0, 0.985
WAYS_OF = {
    "film_to_moviepy": ("once", encode.PRESET, 1 / 11),
    "film_to_three_stages": ("three", "medium", 1 / 25),
    "film_to_three_quick": ("three", encode.PRESET, None),
}
"""Row: way, x264's preset, goal. Three-stage pipelines leave moviepy's own preset, medium; beside it with ours."""
TO_SILENT = 1.25
"""A second of a spoken film beside a second of a silent one: its sound is mixed, and heard again after encoding."""
VOICE_CPU = {"espeak": 0.5}


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def x264_alone(product: Product, folder: Path, seed: int, length_s: float) -> float:
    """Encode the film's frames, which lie ready in a file, and nothing else."""
    made = prepare(product, SHOP, seed=seed, length_s=length_s)
    raw = folder / "frames.yuv"
    with raw.open("wb") as file, Writer(folder / "unused.mp4", WIDTH, HEIGHT, FPS, {}) as scratch:
        for _ in made.stage.play(scratch.canvas):
            for plane in scratch.canvas.all():
                file.write(np.ascontiguousarray(plane).tobytes())
        scratch.write()
    frames = np.memmap(raw, np.uint8, "r").reshape(-1, WIDTH * HEIGHT * 3 // 2)
    began, luma = cpu(), WIDTH * HEIGHT
    with Writer(folder / "x264.mp4", WIDTH, HEIGHT, FPS, {}) as writer:
        for frame in frames:
            writer.canvas.y[...] = frame[:luma].reshape(HEIGHT, WIDTH)
            writer.canvas.u[...] = frame[luma : luma * 5 // 4].reshape(HEIGHT // 2, WIDTH // 2)
            writer.canvas.v[...] = frame[luma * 5 // 4 :].reshape(HEIGHT // 2, WIDTH // 2)
            writer.write()
    used = cpu() - began
    raw.unlink()
    return used


def other_way(
    python: str, way: str, preset: str, product: Product, folder: Path, seed: int, length_s: float
) -> float:  # fmt: skip
    """CPU seconds of the same scenes by moviepy, once or in three stages; see moviepy_ways.py.

    Raises:
        RuntimeError: it failed.
    """
    made = prepare(product, SHOP, seed=seed, length_s=length_s)
    plan = {
        "width": WIDTH, "height": HEIGHT, "fps": FPS, "preset": preset, "font": str(made.face.path),
        "picture": str(SHOP / product.images[0]),
        "shots": [
            {"start": shot.start, "frames": shot.frames, "headline": shot.line.headline, "caption": shot.line.caption, "label": "AI 生成"}
            for shot in made.board.shots
        ],
    }  # fmt: skip
    file = folder / "plan.json"
    file.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
    done = subprocess.run([python, str(WAYS), str(file), way, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"moviepy, {way}: {done.stderr[-600:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["cpu_seconds"])


def moviepy_python(named: str) -> str:
    """An interpreter that has moviepy; '' where there is none."""
    for python in [named] if named else [sys.executable]:
        tried = subprocess.run([python, "-c", "import moviepy"], capture_output=True, check=False)
        if tried.returncode == 0:
            return python
    return ""


def likeness(film: Path, product: Product, seed: int, length_s: float, every: int = 10) -> NDArray[np.float64]:
    """SSIM of the luma of every so many frames of a film, against the frames that its encoder was given."""
    made = prepare(product, SHOP, seed=seed, length_s=length_s)
    canvas = Planes.filled(WIDTH, HEIGHT, (0, 0, 0))
    found: list[float] = []
    with av.open(str(film)) as box:
        for number, frame in zip(made.stage.play(canvas), box.decode(video=0), strict=False):
            if number % every == 0:
                plane: Any = frame.planes[0]
                luma = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:, :WIDTH]
                found.append(ssim(canvas.y, luma[:HEIGHT]))
    return np.array(found)


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Structural similarity with a Gaussian window of 11 pixels (Wang, Bovik, Sheikh, Simoncelli 2004, IEEE TIP 13(4))."""
    a, b = one.astype(np.float32), other.astype(np.float32)

    def blur(plane: Any) -> Any:
        return cv2.GaussianBlur(plane, (11, 11), 1.5)

    ma, mb = blur(a), blur(b)
    va, vb, both = blur(a * a) - ma * ma, blur(b * b) - mb * mb, blur(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float((((2 * ma * mb + c1) * (2 * both + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2))).mean())


def speaker() -> Voice | None:
    """The voice that the settings name, else espeak-ng; None where it is not ready."""
    settings = Settings()
    name = settings.voice if settings.voice != "auto" else "espeak"
    try:
        return choosing.choose(choosing.VOICES, name, settings)
    except MagnetarError as missing:
        print(f"no voice, its rows are left out: {missing}", file=sys.stderr)
        return None


def spoken_rows(product: Product, folder: Path, voice: Voice, seed: int, silent: float) -> list[dict[str, Any]]:
    """Rows of one film with a voice.

    Args:
        silent: CPU seconds that a second of the film without a voice takes.
    """
    report = render_film(product, SHOP, folder / "spoken.mp4", seed=seed, voice=voice, speech=folder / "speech")
    spent = report.manifest["cpu_seconds"]
    whole = spent["render"] + spent["voice"]
    errors = [
        FPS * abs(one[key] - one["words"][place][key])
        for one in report.manifest["subtitles"]
        for key, place in (("start_s", 0), ("end_s", -1))
    ]
    offsets = voice_offsets(folder / "spoken.mp4", report.manifest, voice, folder / "speech")
    print(f"{product.id} spoken by {voice.name}: {report.seconds:.1f} s, render {spent['render']:.2f} s, voice {spent['voice']:.2f} s, "
          f"silent {silent:.3f} s a second, defects {len(report.defects)}", file=sys.stderr)  # fmt: skip
    return [
        _row(
            "spoken_to_silent",
            "ratio",
            np.array([whole / report.seconds / silent]),
            TO_SILENT,
            "silent, s a second",
            silent,
        ),
        _row("voice_cpu", "CPU s", np.array([spent["voice"]]), VOICE_CPU.get(voice.name, 30.0), "whole film, s", whole),
        _row("subtitle_error", "frames", np.array(errors), 1.0, "allowed, frames", 1.0, largest=True),
        _row("voice_offset", "ms", np.array(offsets), 20.0, "allowed, ms", 20.0, largest=True),
    ]


def voice_offsets(film: Path, told: dict[str, Any], voice: Voice, kept: Path) -> list[float]:
    """How far each spoken line lies in the decoded file from where the manifest says, in ms, by correlation."""
    from scipy.signal import fftconvolve

    with av.open(str(film)) as box:
        heard = np.concatenate([frame.to_ndarray().mean(axis=0) for frame in box.decode(audio=0)])
    found: list[float] = []
    for line in told["voice"]["lines"]:
        sound = speak(voice, line["text"], told["language"], "", told["voice"]["speed"], kept).sound
        start, reach = round(line["start_s"] * RATE), RATE // 10
        part = heard[max(0, start - reach) : start + len(sound) + reach]
        found.append(abs(float(fftconvolve(part, sound[::-1], "valid").argmax() - min(reach, start))) * 1000 / RATE)
    return found


def main() -> int:
    """Measure, print, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a third of the length, one film, no moviepy")
    parser.add_argument("--product", default="", help="one product of the sample shop; by default three")
    parser.add_argument("--moviepy", default="", metavar="PYTHON", help="an interpreter that has moviepy")
    parser.add_argument("--json", default="", metavar="FILE|-")
    options = parser.parse_args()
    products = {str(one.id): one for one in read_catalogue(SHOP / "catalogue.csv") if isinstance(one, Product)}
    chosen = [options.product] if options.product else ["p065"] if options.quick else ["p010", "p065", "p130"]
    length_s = 5.0 if options.quick else 15.0
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        render_film(products[chosen[0]], SHOP, folder / "warm.mp4", width=270, length_s=5.0)  # imports, fonts, caches
        films, encoders, checks, seconds, alike = [], [], [], [], []
        movies: dict[str, float] = {}
        for seed, name in enumerate(chosen):
            report = render_film(products[name], SHOP, folder / "film.mp4", seed=seed, length_s=length_s)
            seconds.append(report.seconds)
            films.append(report.manifest["cpu_seconds"]["render"])
            checks.append(report.manifest["cpu_seconds"]["check"])
            encoders.append(x264_alone(products[name], folder, seed, length_s))
            alike += list(likeness(folder / "film.mp4", products[name], seed, length_s))
            print(
                f"{name}: film {films[-1]:.2f} s, checks {checks[-1]:.2f} s, x264 alone {encoders[-1]:.2f} s",
                file=sys.stderr,
            )
        voice = speaker()
        spoken = spoken_rows(products[chosen[0]], folder, voice, 0, films[0] / seconds[0]) if voice is not None else []
        python = "" if options.quick else moviepy_python(options.moviepy)
        for name, (way, preset, _) in WAYS_OF.items() if python else ():
            movies[name] = other_way(python, way, preset, products[chosen[0]], folder, 0, length_s)
            print(f"{chosen[0]}: moviepy, {way}, x264 {preset}: {movies[name]:.1f} s", file=sys.stderr)
    ratios = np.array(films) / np.array(encoders)
    rows.append(_row("film_to_x264", "ratio", ratios, TO_X264, "x264 alone, s", float(np.mean(encoders))))
    rows.append(
        _row(
            "film_cpu",
            "CPU s",
            np.array(films) + np.array(checks),
            CPU_GOAL if not options.quick else CPU_GOAL / 3,
            "render only",
            float(np.mean(films)),
        )
    )
    rows.append(_row("ssim", "SSIM", np.array(alike), ALIKE, "lossless", 1.0, least=True))
    for name, (_, preset, goal) in WAYS_OF.items():
        if name in movies:
            ratio, beside = np.array([films[0] / movies[name]]), f"moviepy, x264 {preset}, s"
            rows.append(_row(name, "ratio", ratio, goal, beside, movies[name]))
    if voice is not None:
        rows += spoken
    if not options.quick and not movies:
        print("no interpreter with moviepy: its rows are left out (name one with --moviepy)", file=sys.stderr)
    for row in rows:
        goal = "no goal" if row["goal"] is None else f"goal {row['goal']:.4f} {'met' if row['met'] else 'not met'}"
        print(f"{row['metric']:20} {row['value']:8.4f} {row['unit']:6} [{row['low']:.4f}, {row['high']:.4f}] {goal}; "
              f"{row['baseline']['name']} {row['baseline']['value']:.2f}")  # fmt: skip
    conditions = {
        "voice": voice.name if voice is not None else None,
        "preset": encode.PRESET,
        "crf": encode.CRF,
        "fps": FPS,
        "length_s": length_s,
        "products": chosen,
        "av": av.__version__,
    }
    write_json(options.json, "bench film", {"rows": rows, **conditions}, 0)
    return 1 if not_met(rows) else 0


def _row(
    metric: str, unit: str, values: Any, goal: float | None, baseline: str, beside: float, largest: bool = False, least: bool = False
) -> dict[str, Any]:  # fmt: skip
    value = float(np.max(values) if largest else np.min(values) if least else np.mean(values))
    return {
        "metric": metric, "unit": unit, "value": value, "low": float(np.min(values)),
        "high": float(np.max(values)), "n": len(values), "baseline": {"name": baseline, "value": beside},
        "goal": goal, "met": None if goal is None else bool(value >= goal if least else value <= goal),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
