"""The film of benchmarks/film.py by moviepy, in one pass or in three stages; run by an interpreter that has moviepy.

    PYTHON benchmarks/moviepy_ways.py PLAN.json once|three OUT_FOLDER

The plan, written by benchmarks/film.py, holds scenes with their frames and texts, the picture, the font, the size and x264's
preset. Three stages are how common short-video pipelines work: every scene rendered to a file; the files joined and lettered;
the lettered film joined with its sound; each stage encodes anew. Prints {"cpu_seconds", "file"}: of this process and the
programs that it starts, without its own imports.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np
from moviepy import (  # pyright: ignore[reportMissingImports]
    AudioClip,
    ColorClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoFileClip,
    concatenate_videoclips,
)
from PIL import Image

LETTERS = (("headline", 120, 1360), ("caption", 60, 1550), ("label", 62, 160))
"""What is written, at which size and height."""


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def pictures(plan: dict[str, Any], shot: dict[str, Any], start: float) -> list[Any]:
    """A scene's ground and its picture, that comes nearer."""
    length = shot["frames"] / plan["fps"]
    with Image.open(plan["picture"]) as opened:
        still = np.asarray(opened.convert("RGB").resize((plan["width"],) * 2, Image.Resampling.LANCZOS))
    ground = ColorClip((plan["width"], plan["height"]), color=(240, 236, 230)).with_start(start).with_duration(length)
    moving = ImageClip(still).with_duration(length).resized(lambda t: 1 + 0.14 * t / length)
    return [ground, moving.with_start(start).with_position(("center", 250))]


def letters(plan: dict[str, Any], shot: dict[str, Any], start: float) -> list[Any]:
    """A scene's texts."""
    found: list[Any] = []
    for name, size, y in LETTERS:
        if shot[name]:
            drawn = TextClip(font=plan["font"], text=shot[name], font_size=size, color="black", margin=(0, 20))
            found.append(drawn.with_start(start).with_duration(shot["frames"] / plan["fps"]).with_position((72, y)))
    return found


def sound(seconds: float) -> Any:
    """A tone as long as the film."""
    return AudioClip(lambda t: np.stack([0.1 * np.sin(2 * np.pi * 220 * t)] * 2, axis=-1), duration=seconds, fps=48_000)


def write(clip: Any, path: Path, plan: dict[str, Any]) -> Path:
    """Encode a clip."""
    clip.write_videofile(
        str(path), fps=plan["fps"], codec="libx264", audio_codec="aac", preset=plan["preset"], threads=1, logger=None
    )
    clip.close()
    return path


def once(plan: dict[str, Any], folder: Path) -> Path:
    """All of it in one composition and one encoding."""
    clips: list[Any] = []
    for shot in plan["shots"]:
        clips += pictures(plan, shot, shot["start"] / plan["fps"]) + letters(plan, shot, shot["start"] / plan["fps"])
    film = CompositeVideoClip(clips, size=(plan["width"], plan["height"]))
    return write(film.with_audio(sound(film.duration)), folder / "once.mp4", plan)


def three(plan: dict[str, Any], folder: Path) -> Path:
    """Scenes to files, files joined and lettered, the whole joined with its sound: three encodings of every frame."""
    size = (plan["width"], plan["height"])
    files = [
        write(CompositeVideoClip(pictures(plan, shot, 0.0), size=size), folder / f"scene{place}.mp4", plan)
        for place, shot in enumerate(plan["shots"])
    ]
    joined = concatenate_videoclips([VideoFileClip(str(file)) for file in files])
    texts = [clip for shot in plan["shots"] for clip in letters(plan, shot, shot["start"] / plan["fps"])]
    lettered = write(CompositeVideoClip([joined, *texts], size=size), folder / "lettered.mp4", plan)
    silent = VideoFileClip(str(lettered))
    return write(silent.with_audio(sound(silent.duration)), folder / "three.mp4", plan)


def main() -> None:
    """Make it, and say what it took."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = cpu()
    file = {"once": once, "three": three}[sys.argv[2]](plan, Path(sys.argv[3]))
    print(json.dumps({"cpu_seconds": cpu() - began, "file": str(file)}))


if __name__ == "__main__":
    main()
