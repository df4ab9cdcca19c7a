"""The manifest beside a film: what `studio check` needs to judge it, what it was made of, and what each line rests on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ
from magnetar.capabilities.creative.segments.films import Assembled, Stock
from magnetar.capabilities.creative.segments.menu import Menu
from magnetar.capabilities.creative.segments.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Kept:
    """A film that stands in the folder already."""

    angle: str
    audience: str
    script: str


def standing(path: Path, digest: str, issuer: str = "") -> dict[str, Any] | None:
    """The manifest of this very film, where it is there and whole.

    Args:
        issuer: whose credentials it must carry; '' for any or none.
    """
    try:
        about: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        same = about["film"] == digest and about["bytes"] == path.stat().st_size
        return about if same and (not issuer or about["signed_by"] == issuer) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def manifest_of(
    stock: Stock, recipe: Recipe, film: Assembled, number: int, size: int, menu: Menu | None = None, issuer: str = ""
) -> dict[str, Any]:
    """What a film tells of itself.

    Args:
        number: of the film in its call, from 1.
        size: of the file in bytes.
        menu: where its script came from.
        issuer: whose content credentials it carries.
    """
    shop = stock.shop
    grid, product, script = shop.grid, stock.wanted.product, stock.wanted.scripts[recipe.takes[-1].script]
    scenes: list[dict[str, Any]] = []
    at = 0
    for take in recipe.takes:
        end = at + grid.frames(take.kind)
        scenes.append(
            {
                "start_s": round(at / grid.fps, 3), "end_s": round(end / grid.fps, 3), "kind": take.kind, "look": take.look.value,
                "camera": take.way.value, "headline": take.line.headline, "caption": take.line.caption, "chip": take.line.chip,
                "picture": shop.picture_of(take) or None,
                **_grounds(menu, take), "texts": shop.texts_of(take, recipe.text),
            }
        )  # fmt: skip
        at = end
    hook = menu.parts[recipe.takes[0]] if menu else None
    sound = film.sound
    return {
        "schema": "magnetar/film-manifest/1", "film": film.digest, "bytes": size, "variant": number, "product": product.id,
        "merchant": product.merchant, "language": stock.wanted.language, "seed": stock.seed, "aspect": stock.wanted.aspect,
        "angle": hook.angle if hook else "", "audience": hook.audience if hook else "",
        "script": menu.script_of(recipe) if menu else "", "action": script.action,
        "picture": shop.picture_used or None, "seconds": at / grid.fps, "frames": at, "fps": grid.fps,
        "width": shop.coding.width, "height": shop.coding.height, "turn_s": round(shop.turn_frames / grid.fps, 3),
        "scenes": scenes, "band": recipe.text, "segments": film.segments,
        "price": "".join(script.price), "list_price": "".join(script.list_price) if script.list_price else None,
        "music": {"tempo": grid.tempo, "key": sound.name, "lufs": sound.lufs, "true_peak_db": sound.peak_db},
        "sound": {"outline_hz": OUTLINE_HZ, "outline": sound.outline},
        **film.told,
        "label": {"text": label.TEXT[stock.wanted.language], "metadata": json.loads(label.metadata(product.merchant, film.digest))},
        "signed_by": issuer,
        "font": {"name": shop.face.name, "file": shop.face.path.name}, "version": __version__,
    }  # fmt: skip


def write_manifest(path: Path, about: dict[str, Any]) -> None:
    """Write it beside the film, whole or not at all."""
    with whole_or_nothing(path.with_suffix(".json")) as part:
        part.write_bytes(msgspec.json.encode(about) + b"\n")


def _grounds(menu: Menu | None, take: Any) -> dict[str, Any]:
    if menu is None:
        return {}
    part = menu.parts[take]
    return {"wording": part.wording, "evidence": [{"words": one.words, "field": one.field} for one in part.grounds]}
