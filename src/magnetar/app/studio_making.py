"""The process that a merchant's films are made in: an order comes in, lines go out that tell how far it is.

`python -m magnetar.app.studio_making` reads one MessagePack order from stdin and ends when stdin closes, so that it
never outlives the server that started it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from magnetar.app.apart import take_order
from magnetar.app.film_shelf import grab_frame
from magnetar.capabilities.creative import make_variants, render_film
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.script import write_script
from magnetar.capabilities.generation import find_speaker
from magnetar.engines.spread import spread
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.catalogue import Product


@dataclass(frozen=True, slots=True)
class Making:
    """What is to be made."""

    kind: str
    """variants, or cut: one film as it was directed."""
    product: Product
    pictures: str
    points: tuple[str, ...] | None
    """Selling points in the film's language, where the record's own are in another one."""
    brief: Brief
    direction: Direction
    count: int
    aspects: tuple[str, ...]
    seed: int
    out: str
    """Folder of its own."""
    home: str
    width: int = 0
    """Of the picture; 0 for the aspect's own."""
    workers: int = 0
    font: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the answer."""

    said: str = ""
    done: int = 0
    of: int = 0
    film: str = ""
    """Name of a film that is whole."""
    angle: str = ""
    audience: str = ""
    notes: tuple[str, ...] = ()
    error: str = ""


def make(order: Making, tell: Any) -> None:
    """Make what is ordered.

    Raises:
        MagnetarError: as `make_variants` and `render_film`.
    """
    (_make_cut if order.kind == "cut" else _make_variants)(order, tell)


def _make_variants(order: Making, tell: Any) -> None:
    out, language = Path(order.out), order.brief.language
    matrix, speaks_as = find_speaker(Settings(home=Path(order.home)), order.direction.voice, language)
    whole = 0
    for number, aspect in enumerate(order.aspects):
        share = order.count // len(order.aspects) + (number < order.count % len(order.aspects))

        def told(said: str, whole: int = whole) -> None:
            words, _, figures = said.rpartition(" ")
            done, _, of = figures.partition("/")
            sure = done.isdigit() and of.isdigit()
            films = int(done) if sure and words.startswith("影片") else 0
            tell(Told(said=said, done=whole + films, of=order.count))

        batch = make_variants(
            order.product, order.pictures or None, share, out, Path(order.home), language=language, seed=order.seed,
            points=order.points, font=order.font, aspect=aspect, width=order.width, brief=order.brief, spread=spread,
            workers=order.workers, told=told, voice=matrix.voice, voice_name=speaks_as,
        )  # fmt: skip
        for film in batch.films:
            _poster(film.file, msgspec.json.decode(film.file.with_suffix(".json").read_bytes()))
            whole += 1
            tell(Told(done=whole, of=order.count, film=film.file.stem, angle=film.angle, audience=film.audience))
        if batch.defects:
            first = "; ".join(f"{one['kind']} ({one['detail']})" for one in batch.defects[:3])
            tell(Told(notes=(f"有 {len(batch.defects)} 处缺陷 defects: {first}", *batch.notes)))
        elif batch.notes:
            tell(Told(notes=batch.notes))


def _make_cut(order: Making, tell: Any) -> None:
    tell(Told(said="正在渲染 rendering", of=1))
    language, direction = order.brief.language, order.direction
    script = write_script(order.product, language, order.points)
    matrix, named = find_speaker(Settings(home=Path(order.home)), direction.voice, language)
    direction = replace(direction, voice=named or ("none" if direction.voice == "none" else ""))
    out = Path(order.out) / "film.mp4"
    size: dict[str, Any] = {"width": order.width} if order.width else {}
    report = render_film(
        order.product, order.pictures or None, out, language=language, seed=order.seed, points=order.points,
        font=order.font, script=script, direction=direction, voice=matrix.voice, **size,
    )  # fmt: skip
    _poster(out, report.manifest)
    tell(Told(done=1, of=1, film=out.stem, notes=report.notes))


def _poster(film: Path, about: dict[str, Any]) -> None:
    scenes = about.get("scenes") or [{"start_s": 0.0, "end_s": 2.0}]
    first = scenes[0]
    grab_frame(film, first["start_s"] + 0.6 * (first["end_s"] - first["start_s"]), film.with_suffix(".webp"))


def main(argv: Sequence[str] = ()) -> None:
    """Read the order, make it, write a line for each step."""
    del argv
    order = msgspec.msgpack.decode(take_order(), type=Making)

    def tell(told: Told) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()

    try:
        make(order, tell)
    except MagnetarError as error:
        tell(Told(error=str(error)))
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
