"""N different films of one product: what to make of them, making it, and what was made.

A second call with the same arguments makes only what is missing; a film stands under its name whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from magnetar import __version__
from magnetar.capabilities.creative import label
from magnetar.capabilities.creative.checks import Expected, check_film, check_settings
from magnetar.capabilities.creative.encode import whole_or_nothing
from magnetar.capabilities.creative.film import FPS
from magnetar.capabilities.creative.judging.evidence import OUTLINE_HZ
from magnetar.capabilities.creative.layout import FORMS
from magnetar.capabilities.creative.script import Script, write_script
from magnetar.capabilities.creative.segments.cache import LIMIT, Cache
from magnetar.capabilities.creative.segments.films import (
    Assembled,
    Spread,
    Stock,
    assemble,
    film_digest,
    one_by_one,
    write_film,
)
from magnetar.capabilities.creative.segments.recipes import EVERY_LOOK_FROM, Recipe, choose
from magnetar.capabilities.creative.segments.takes import POINTS, TEMPI, gather, make_grid
from magnetar.capabilities.creative.segments.workshop import Commission
from magnetar.capabilities.creative.wording import clean_text, forbidden_words
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import cpu_seconds
from magnetar.vocabulary.catalogue import Product

ASPECTS = tuple(FORMS)
MOST = 100_000
"""Films of one call."""
_TEXTS, _LONGEST = 24, 40
_SCRIPTS = 8


@dataclass(frozen=True, slots=True)
class Variant:
    """One film that stands in the folder."""

    file: Path
    seconds: float
    variant: int
    cpu_seconds: float
    film: str
    kept: bool
    """It was there already."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a call made."""

    films: tuple[Variant, ...]
    segments_made: int
    segments_reused: int
    segments_painted: int
    """Segments whose band could not be exchanged exactly, painted with their text."""
    decoded: int
    """Films that were decoded whole."""
    defects: tuple[dict[str, Any], ...]
    cpu: dict[str, float]
    notes: tuple[str, ...]


def make_variants(
    product: Product, pictures: Path | str | None, count: int, out: Path | str, home: Path, *, language: str = "zh",
    seed: int = 0, points: Sequence[str] | None = None, scripts: Sequence[Script] = (), texts: Sequence[str] = (),
    font: str = "", aspect: str = "9:16", width: int = 0, fps: int = FPS, length_s: float = 15.0, decode: float = 0.01,
    limit: int = LIMIT, spread: Spread = one_by_one, workers: int = 1, told: Callable[[str], None] | None = None,
) -> Batch:  # fmt: skip
    """Make so many different films of a product.

    Args:
        pictures: folder that the record's picture names start from.
        out: folder of the films: `<product>-0001.mp4`, each with its manifest beside it.
        home: the store of segments lies below it.
        points: selling points in the film's language, where the record's own are in another one.
        scripts: what the films say; by default written from the record.
        texts: for the band; by default facts of the record.
        aspect: one of ASPECTS.
        width: of the picture in pixels, smaller for tests; 0 for the aspect's own.
        decode: share of the films that is decoded whole, at least one; the others are right by construction.
        limit: bytes that the store may hold.
        spread: runs pieces of work, for instance engines.spread.
        told: is told how far the work is.

    Raises:
        BadInput: fewer different films than asked for, unknown language, or a folder that cannot be written.
        Refused: a number that the record does not hold; right-to-left writing.
        ProviderUnavailable: no font.
        GoalMissed: a film that was read back is not what was put together.
    """
    if not 1 <= count <= MOST:
        raise BadInput(f"--variants takes 1 to {MOST}, found {count}.")
    if aspect not in FORMS:
        raise BadInput(f"--aspect takes {', '.join(FORMS)}, found {aspect!r}.")
    told = told or _silent
    began = cpu_seconds()
    written = tuple(scripts) or write_scripts(product, language, points)
    chance = Chance(seed).of("studio", product.id, language)
    pool = gather(written, chance, every_look=count >= EVERY_LOOK_FROM)
    tempo = TEMPI[int(chance.of("tempo").uniforms(1)[0] * len(TEMPI))]
    slots = min(POINTS, pool.lines)
    grid = make_grid(fps, tempo, slots, length_s)
    shown = band_texts(written, product, texts)
    recipes = choose(pool, grid, shown, count, chance)
    bare = tuple(replace(script, notes=[]) for script in written)
    wanted = Commission(
        product, str(pictures) if pictures else "", bare, language, tempo, slots, font, aspect, width, fps, length_s
    )
    stock = Stock(wanted, Cache(Path(home) / "segments", limit), seed)
    stock.fill(recipes, spread, workers, told)
    stocked = cpu_seconds()
    films, fresh = _write_all(stock, recipes, Path(out), told)
    wrote = cpu_seconds()
    defects = _check_settings(stock, recipes)
    sample = _sample(fresh, decode, chance)
    expected = Expected(stock.shop.coding.width, stock.shop.coding.height, fps, stock.shop.grid.total)
    for place, found in spread(partial(_decode_whole, expected), [film.file for film in sample], workers):
        defects += [{**defect, "file": sample[place].file.name} for defect in found]
    stock.cache.evict(frozenset(stock.parts))
    return Batch(
        tuple(films), stock.made, stock.reused, stock.painted, len(sample),
        tuple(defects),
        {"segments": stocked - began, "films": wrote - stocked, "checks": cpu_seconds() - wrote},
        tuple(dict.fromkeys(note for script in (*written, *bare) for note in script.notes)),
    )  # fmt: skip


def _silent(text: str) -> None:
    del text


def write_scripts(product: Product, language: str, points: Sequence[str] | None = None) -> tuple[Script, ...]:
    """Scripts that between them say all selling points of a record, three each."""
    every = list(points if points is not None else product.selling_points)
    first = write_script(product, language, points)
    further = [every[start : start + POINTS] for start in range(POINTS, len(every), POINTS)][: _SCRIPTS - 1]
    found = [first]
    for some in further:
        script = write_script(product, language, some)
        if any(line.kind == "point" for line in script.lines):
            found.append(script)
    return tuple(found)


def band_texts(scripts: Sequence[Script], product: Product, given: Sequence[str] = ()) -> list[str]:
    """The texts for the band: those given, else facts of the record that films show anyway.

    Raises:
        BadInput: a given text is empty, too long or holds a forbidden word.
        Refused: right-to-left writing, or a number that the record does not hold.
    """
    if given:
        found: list[str] = []
        for text in given:
            clean = clean_text(text, "--text", [])
            if not clean or len(clean) > _LONGEST:
                raise BadInput(
                    f"--text takes 1 to {_LONGEST} characters that can be shown, found {text[:60]!r} ({len(text)})."
                )
            if words := forbidden_words(clean):
                raise BadInput(f"--text {clean!r}: 广告法禁用词 forbidden words {', '.join(words)}. Leave them out.")
            found.append(clean)
        return list(dict.fromkeys(found))
    texts: list[str] = []
    for script in scripts:
        hook = script.lines[0]
        texts += [script.brand, *hook.caption.split(" · "), hook.chip, "".join(script.price)]
        texts += [line.chip for line in script.lines if line.kind == "point"]
    return list(dict.fromkeys(text for text in texts if text and len(text) <= _LONGEST))[:_TEXTS] or [""]


def _write_all(
    stock: Stock, recipes: Sequence[Recipe], out: Path, told: Callable[[str], None]
) -> tuple[list[Variant], list[Variant]]:
    """Write the films that do not stand there yet; (all, those that are new)."""
    name = re.sub(r"[^\w.-]+", "_", str(stock.wanted.product.id))[:40].strip(".") or "film"
    if stock.wanted.aspect != "9:16":
        name += "-" + stock.wanted.aspect.replace(":", "x")
    frames, fps = stock.shop.grid.total, stock.wanted.fps
    every = max(1, len(recipes) // 10)
    films: list[Variant] = []
    for number, recipe in enumerate(recipes, 1):
        path = out / f"{name}-{number:0{max(4, len(str(len(recipes))))}}.mp4"
        began = cpu_seconds()
        digest = film_digest(stock, recipe)
        kept = _stands(path, digest)
        if not kept:
            film = assemble(stock, recipe)
            size = write_film(path, film, frames, fps)
            _write_manifest(path, stock, recipe, film, number, size)
        films.append(Variant(path, frames / fps, number, round(cpu_seconds() - began, 4), digest, kept))
        if number % every == 0:
            told(f"影片 films {number}/{len(recipes)}")
    return films, [film for film in films if not film.kept]


def _stands(path: Path, digest: str) -> bool:
    """Whether this very film is there, whole."""
    try:
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        return about["film"] == digest and about["bytes"] == path.stat().st_size
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _write_manifest(path: Path, stock: Stock, recipe: Recipe, film: Assembled, number: int, size: int) -> None:
    """Write what `studio check` needs to judge the film, and what it was made of."""
    shop = stock.shop
    grid, product, sound, script = shop.grid, stock.wanted.product, stock.sounds[recipe.tune], stock.wanted.scripts[0]
    scenes: list[dict[str, Any]] = []
    at = 0
    for take in recipe.takes:
        end = at + grid.frames(take.kind)
        scenes.append(
            {
                "start_s": round(at / grid.fps, 3), "end_s": round(end / grid.fps, 3), "kind": take.kind, "look": take.look.value,
                "camera": take.way.value, "headline": take.line.headline, "caption": take.line.caption, "chip": take.line.chip,
                "texts": shop.texts_of(take, recipe.text),
            }
        )  # fmt: skip
        at = end
    about = {
        "schema": "magnetar/film-manifest/1", "film": film.digest, "bytes": size, "variant": number, "product": product.id,
        "merchant": product.merchant, "language": stock.wanted.language, "seed": stock.seed, "aspect": stock.wanted.aspect,
        "picture": shop.picture_used or None, "seconds": at / grid.fps, "frames": at, "fps": grid.fps,
        "width": shop.coding.width, "height": shop.coding.height, "turn_s": round(shop.turn_frames / grid.fps, 3),
        "scenes": scenes, "band": recipe.text, "segments": film.segments,
        "price": "".join(script.price), "list_price": "".join(script.list_price) if script.list_price else None,
        "music": {"tempo": grid.tempo, "key": sound.name, "lufs": sound.lufs, "true_peak_db": sound.peak_db},
        "sound": {"outline_hz": OUTLINE_HZ, "outline": sound.outline},
        "label": {"text": label.TEXT[stock.wanted.language], "metadata": json.loads(label.metadata(product.merchant, film.digest))},
        "font": {"name": shop.face.name, "file": shop.face.path.name}, "version": __version__,
    }  # fmt: skip
    with whole_or_nothing(path.with_suffix(".json")) as part:
        part.write_bytes(msgspec.json.encode(about) + b"\n")


def _check_settings(stock: Stock, recipes: Sequence[Recipe]) -> list[dict[str, Any]]:
    """Contrast, overlap, safe area and label of every take with the band, and of every text, once each."""
    takes = list(dict.fromkeys(take for recipe in recipes for take in recipe.takes))
    counts = Counter(recipe.text for recipe in recipes)
    found: list[dict[str, Any]] = []
    first, short = next(iter(counts)), stock.shop.studio.short_side
    for take, text in [(take, first) for take in takes] + [(takes[0], text) for text in counts]:
        defects = check_settings(stock.shop.settings(take, text), short, tall=stock.wanted.aspect == "9:16")
        found += [{**defect, "band": text, "headline": take.line.headline} for defect in defects]
    return found


def _sample(films: Sequence[Variant], share: float, chance: Chance) -> list[Variant]:
    if not films or share <= 0:
        return []
    order = chance.of("decoded").order(len(films))
    return [films[int(place)] for place in np.sort(order[: max(1, round(share * len(films)))])]


def _decode_whole(expected: Expected, file: Path) -> list[dict[str, Any]]:
    return check_film(file, expected, (), every_frame=True)
