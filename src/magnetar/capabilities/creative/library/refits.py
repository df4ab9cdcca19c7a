"""Fine-tuned variants of winners (素材微调), rendered: made, checked, labelled, and taken up as drafts with their lineage."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from magnetar.capabilities.creative.direction import LONGEST, SceneWish
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.film import render_film
from magnetar.capabilities.creative.goods import Found
from magnetar.capabilities.creative.library.records import read_manifest
from magnetar.capabilities.creative.library.service import Library
from magnetar.capabilities.creative.science import Belief, Refinement, refine
from magnetar.capabilities.creative.service import points_for
from magnetar.capabilities.generation import Voice
from magnetar.kernel.errors import BadInput, Refused
from magnetar.vocabulary.campaigns import Creative
from magnetar.vocabulary.catalogue import Product

_DEEP = 3
"""Variants that are looked at for each that is wanted: some cannot be made, or do not come out."""


@dataclass(frozen=True, slots=True)
class Refit:
    """One variant that stands beside its winner now."""

    creative: Creative
    refinement: Refinement
    kept: bool
    """It was there already."""
    cpu_seconds: float


def scenes_of(film: Path, price: str = "") -> tuple[SceneWish, ...]:
    """The scenes that a film's manifest tells, as wishes; none where they cannot be said again.

    Args:
        price: last puts the offer behind everything else.
    """
    try:
        told: Any = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
        found = [
            SceneWish(_text(one, "kind"), _text(one, "headline"), _text(one, "caption"), _text(one, "chip"))
            for one in told["scenes"]
        ]
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return ()
    if any(max(map(len, (one.headline, one.caption, one.chip))) > LONGEST for one in found):
        return ()
    if price == "last":
        found.sort(key=lambda one: one.kind == "offer")
    return tuple(found)


def refit(
    library: Library, winner: Creative, found: Found, out: Path, *, belief: Belief | None = None, most: int = 2,
    seed: int = 0, voice: Voice | None = None, speech: Path | None = None, width: int = 0, font: str = "",
    category: str = "", made_at: int = 0, told: Callable[[str], None] | None = None,
) -> tuple[list[Refit], list[str]]:  # fmt: skip
    """Make the variants of a winner that should bring most, and take them up as drafts.

    What a variant shows is read from its finished film: one in which anything but the wished element came out otherwise
    is not taken up. Nor is one with defects. A variant that stands there is not made again.

    Args:
        out: folder of the variants, each `<winner>-<sort>-<level>.mp4` with its manifest.
        most: how many.

    Returns:
        The variants, and notes of what could not be made and why.

    Raises:
        BadInput: the winner is another product's, or its film is gone.
        ProviderUnavailable: no font.
    """
    product = replace(found.product, merchant=winner.merchant)
    film = Path(winner.file)
    if not film.with_suffix(".json").is_file():
        raise BadInput(
            f"素材 {winner.id[:60]!r}: 影片清单不在了 its film's manifest is gone ({winner.file!r}). "
            "Take the film up again: magnetar studio library --add DIR."
        )
    wished = refine(winner, product, belief=belief, scenes=scenes_of(film), most=10**6)
    made: list[Refit] = []
    notes: list[str] = []
    for one in wished[: most * _DEEP]:
        if len(made) == most:
            break
        name = f"{winner.id[:16]}-{one.sort}-{one.level}".replace(":", "x")
        if one.elements["voice"] == "spoken" and voice is None:
            notes.append(f"{one.sort}:{one.level}: 没有就绪的声音 no voice is ready")
            continue
        try:
            done = _make(
                one, winner, product, found, out / f"{name}.mp4", seed, voice, speech, width, font, category, made_at
            )
        except (BadInput, Refused) as error:
            notes.append(f"{one.sort}:{one.level}: {error}")
            continue
        if isinstance(done, str):
            notes.append(f"{one.sort}:{one.level}: {done}")
            continue
        made.append(done)
        if told:
            told(f"变体 variant {name}")
    library.add(winner.merchant, [one.creative for one in made])
    return [replace(one, creative=library.get(winner.merchant, one.creative.id)) for one in made], notes


def _make(
    wished: Refinement, winner: Creative, product: Product, found: Found, file: Path, seed: int, voice: Voice | None,
    speech: Path | None, width: int, font: str, category: str, made_at: int,
) -> Refit | str:  # fmt: skip
    """Make one variant, or say why it is not to be used."""
    changed = f"{wished.sort}:{wished.level}"
    beside, spent = file.with_suffix(".json"), 0.0
    kept = file.is_file() and beside.is_file() and _told(beside).get("changed") == changed
    if not kept:
        scenes = scenes_of(Path(winner.file), wished.elements["price"])
        direction = wished.direction if wished.sort == "hook" else replace(wished.direction, scenes=scenes)
        size: dict[str, Any] = {"width": width} if width else {}
        report = render_film(
            product, found.pictures, file, language=winner.language, seed=seed, points=points_for(found, winner.language),
            font=font, direction=direction, voice=voice, speech=speech, angle=winner.angle, audience=winner.audience, **size,
        )  # fmt: skip
        spent = report.cpu_seconds
        if report.defects:
            return f"影片有缺陷 {len(report.defects)} defects: {report.defects[0]['kind']}"
        about = {**_told(beside), "direction": direction.plain(), "parent": winner.id, "changed": changed}
        with whole_or_nothing(beside) as part:
            part.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    record = read_manifest(file, merchant=winner.merchant, category=category or winner.category, made_at=made_at)
    if record.elements[wished.sort] != wished.level:
        return f"成片里是 it came out as {record.elements[wished.sort]!r}"
    return Refit(record, wished, kept, spent)


def _text(scene: dict[str, Any], name: str) -> str:
    return str(scene.get(name) or "")


def _told(path: Path) -> dict[str, Any]:
    told: Any = json.loads(path.read_text(encoding="utf-8"))
    return told if isinstance(told, dict) else {}


def winners_of(library: Library, merchant: str, ids: Sequence[str] = (), product: str = "") -> list[Creative]:
    """The creatives to make variants of: those named, else the merchant's own that worked, best first.

    Raises:
        NotFound: the merchant has none of an id.
    """
    if ids:
        return [library.get(merchant, one) for one in ids]
    found = [one.creative for one in library.winners(merchant, most=10**6) if one.creative is not None]
    return [one for one in found if not product or one.product == product]
