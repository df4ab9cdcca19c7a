"""The process that a merchant's films are made in: an order comes in, lines go out that tell how far it is.

`python -m magnetar.app.studio_making` reads one MessagePack order from stdin and ends when stdin closes, so that it
never outlives the server that started it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from magnetar.app.apart import take_order
from magnetar.app.film_shelf import grab_frame
from magnetar.capabilities.creative import make_variants, render_film
from magnetar.capabilities.creative.copy import Brief, Pitch, write_scripts
from magnetar.capabilities.creative.direction import Direction
from magnetar.capabilities.creative.script import write_script
from magnetar.capabilities.understanding import make_card
from magnetar.engines.spread import spread
from magnetar.kernel.errors import MagnetarError
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.catalogue import Product

SCRIPTS = 6
"""Scripts that films are recombined from; a film's hook is one of theirs."""


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
    brief, out = order.brief, Path(order.out)
    pitches = write_scripts(
        order.product, make_card(order.product), brief, SCRIPTS, order.seed, points=order.points or ()
    )
    scripts = [pitch.script for pitch in pitches]
    named = {_shown(pitch): pitch for pitch in reversed(pitches)}
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
            order.product, order.pictures or None, share, out, Path(order.home), language=brief.language, seed=order.seed,
            points=order.points, scripts=scripts, font=order.font, aspect=aspect, width=order.width, length_s=brief.length_s,
            spread=spread, workers=order.workers, told=told,
        )  # fmt: skip
        for film in batch.films:
            about = msgspec.json.decode(film.file.with_suffix(".json").read_bytes())
            _poster(film.file, about)
            angle, audience = _angle(about, named)
            beside = film.file.with_suffix(".json")
            beside.write_bytes(msgspec.json.encode({**about, "angle": angle, "audience": audience}) + b"\n")
            whole += 1
            tell(Told(done=whole, of=order.count, film=film.file.stem, angle=angle, audience=audience))
        if batch.defects:
            first = "; ".join(f"{one['kind']} ({one['detail']})" for one in batch.defects[:3])
            tell(Told(notes=(f"有 {len(batch.defects)} 处缺陷 defects: {first}", *batch.notes)))
        elif batch.notes:
            tell(Told(notes=batch.notes))


def _make_cut(order: Making, tell: Any) -> None:
    from magnetar.capabilities.generation import Matrix

    tell(Told(said="正在渲染 rendering", of=1))
    language, direction = order.brief.language, order.direction
    script = write_script(order.product, language, order.points)
    voice = Matrix(Settings(home=Path(order.home))).voice if direction.voice != "none" else None
    out = Path(order.out) / "film.mp4"
    size: dict[str, Any] = {"width": order.width} if order.width else {}
    report = render_film(
        order.product, order.pictures or None, out, language=language, seed=order.seed, points=order.points,
        font=order.font, script=script, direction=direction, voice=voice, **size,
    )  # fmt: skip
    _poster(out, report.manifest)
    tell(Told(done=1, of=1, film=out.stem, notes=report.notes))


def _poster(film: Path, about: dict[str, Any]) -> None:
    scenes = about.get("scenes") or [{"start_s": 0.0, "end_s": 2.0}]
    first = scenes[0]
    grab_frame(film, first["start_s"] + 0.6 * (first["end_s"] - first["start_s"]), film.with_suffix(".webp"))


def _shown(pitch: Pitch) -> tuple[str, str]:
    hook = pitch.script.lines[0]
    return hook.headline, hook.caption


def _angle(about: dict[str, Any], named: dict[tuple[str, str], Pitch]) -> tuple[str, str]:
    """The way to persuade of a recombined film, told by its hook; (angle, audience)."""
    hook = about["scenes"][0]
    pitch = named.get((hook["headline"], hook["caption"]))
    if pitch is not None:
        return pitch.angle, pitch.audience
    return ("price" if hook["headline"] == about.get("price") else "point"), ""


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
