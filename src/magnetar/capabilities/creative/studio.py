"""N different films of one product: what to make of them, making it, and what was made.

A second call with the same arguments makes only what is missing; a film stands under its name whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.creative.checks import Defect, Expected, check_film, check_settings
from magnetar.capabilities.creative.copy import Brief
from magnetar.capabilities.creative.film import FPS
from magnetar.capabilities.creative.layout import FORMS
from magnetar.capabilities.creative.script import LANGUAGES, Script
from magnetar.capabilities.creative.segments.cache import LIMIT, Cache
from magnetar.capabilities.creative.segments.films import (
    Spread,
    Stock,
    assemble,
    film_digest,
    one_by_one,
    write_film,
)
from magnetar.capabilities.creative.segments.manifests import manifest_of, standing, write_manifest
from magnetar.capabilities.creative.segments.menu import Menu
from magnetar.capabilities.creative.segments.recipes import EVERY_LOOK_FROM, TUNES, Recipe, choose, scripts_count
from magnetar.capabilities.creative.segments.rejecting import acquit, known_bad, reject
from magnetar.capabilities.creative.segments.saying import band_texts, menu_for, write_scripts
from magnetar.capabilities.creative.segments.sealing import Seal
from magnetar.capabilities.creative.segments.speech import say
from magnetar.capabilities.creative.segments.takes import POINTS, TEMPI, Take, gather, make_grid
from magnetar.capabilities.creative.segments.workshop import Commission
from magnetar.capabilities.generation import Voice
from magnetar.capabilities.understanding import Audience
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import cpu_seconds
from magnetar.vocabulary.catalogue import Product

ASPECTS = tuple(FORMS)
MOST = 100_000
"""Films of one call."""
_SPOKEN_TUNES = 4
"""Tunes of films that speak: every line is encoded over each of them."""


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
    angle: str = ""
    """The way to persuade; see copy.angles."""
    audience: str = ""
    """Whom it speaks to; '' for everybody."""
    script: str = ""
    """A stable name of what it says."""
    defects: tuple[dict[str, Any], ...] = ()
    """Why it was rejected; empty for a finished film."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a call made."""

    films: tuple[Variant, ...]
    """Those that stand in the folder, finished."""
    segments_made: int
    segments_reused: int
    segments_painted: int
    """Segments whose band could not be exchanged exactly, painted with their text."""
    decoded: int
    """Films that were decoded whole."""
    defects: tuple[dict[str, Any], ...]
    cpu: dict[str, float]
    notes: tuple[str, ...]
    rejected: tuple[Variant, ...] = ()
    """Films with defects, in the folder's `rejected`."""
    scripts_possible: int = 0
    """Different scripts that were to be chosen from."""


def make_variants(
    product: Product, pictures: Path | str | None, count: int, out: Path | str, home: Path, *, language: str = "zh",
    seed: int = 0, points: Sequence[str] | None = None, scripts: Sequence[Script] = (), texts: Sequence[str] = (),
    font: str = "", aspect: str = "9:16", width: int = 0, fps: int = FPS, length_s: float = 15.0, decode: float = 0.01,
    limit: int = LIMIT, spread: Spread = one_by_one, workers: int = 1, told: Callable[[str], None] | None = None,
    brief: Brief | None = None, audiences: Sequence[Audience] = (), seal: Seal | None = None, voice: Voice | None = None,
    voice_name: str = "",
) -> Batch:  # fmt: skip
    """Make so many different films of a product.

    Args:
        pictures: folder that the record's picture names start from.
        out: folder of the films: `<product>-0001.mp4`, each with its manifest beside it.
        home: the store of segments lies below it.
        points: selling points in the film's language, where the record's own are in another one.
        scripts: what the films say; by default angles × audiences of copy, each line held against the record.
        texts: for the band; by default facts of the record.
        aspect: one of ASPECTS.
        width: of the picture in pixels, smaller for tests; 0 for the aspect's own.
        decode: share of the films that is decoded whole, at least one; the others are right by construction.
        limit: bytes that the store may hold.
        spread: runs pieces of work, for instance engines.spread.
        told: is told how far the work is.
        brief: goal, audience, tone, length and words of the merchant's.
        audiences: understanding's ranked audiences, best first.
        seal: signs each film.
        voice: speaks each take's line once; None for music alone.
        voice_name: one of its voices; '' for its own choice.

    Raises:
        BadInput: fewer different films than asked for, unknown language, or a folder that cannot be written.
        Refused: a number that the record does not hold; right-to-left writing; a record of which nothing may be said.
        ProviderUnavailable: no font.
        GoalMissed: a film that was read back is not what was put together.
    """
    if not 1 <= count <= MOST:
        raise BadInput(f"--variants takes 1 to {MOST}, found {count}.")
    if aspect not in FORMS:
        raise BadInput(f"--aspect takes {', '.join(FORMS)}, found {aspect!r}.")
    told = told or _silent
    began = cpu_seconds()
    brief = _brief_for(brief, language)
    length_s = brief.length_s if brief else length_s
    chance = Chance(seed).of("studio", product.id, language)
    tempo = TEMPI[int(chance.of("tempo").uniforms(1)[0] * len(TEMPI))]
    notes: list[str] = []
    plain_scripts = 0
    menu = None if scripts else menu_for(product, language, points, brief, audiences, count, chance, notes)
    if menu is not None:
        written, slots = menu.scripts, menu.slots
        notes += menu.copy.notes
        shown = band_texts(written, product, texts, menu.texts())
        recipes = menu.choose(shown, count, chance, _SPOKEN_TUNES if voice else TUNES)
    else:
        written = tuple(scripts) or write_scripts(product, language, points)
        pool = gather(written, chance, every_look=count >= EVERY_LOOK_FROM)
        slots = min(POINTS, pool.lines)
        shown = band_texts(written, product, texts)
        grid = make_grid(fps, tempo, slots, length_s)
        recipes, plain_scripts = choose(pool, grid, shown, count, chance), scripts_count(pool, grid)
    bare = tuple(replace(script, notes=[]) for script in written)
    wanted = Commission(
        product, str(pictures) if pictures else "", bare, language, tempo, slots, font, aspect, width, fps, length_s
    )
    spoken = None
    if voice is not None:
        takes = sorted({take for recipe in recipes for take in recipe.takes}, key=repr)
        told(f"台词 {len(takes)} 句: {voice.name} · {len(takes)} lines: {voice.name}")
        grid = make_grid(fps, tempo, slots, length_s)
        spoken = say(takes, bare, grid, voice, voice_name, language, Path(home) / "speech")
        wanted, notes = replace(wanted, beats=spoken.beats), [*notes, *spoken.notes]
    said = cpu_seconds()
    stock = Stock(wanted, Cache(Path(home) / "segments", limit), seed, spoken)
    stock.fill(recipes, spread, workers, told)
    stocked = cpu_seconds()
    films, fresh = _write_all(stock, recipes, Path(out), menu, seal, told)
    wrote = cpu_seconds()
    defects = _check_settings(stock, recipes)
    doubtful = [film for film in films if known_bad(film.file, film.film)]
    sample = sorted({*_sample(fresh, decode, chance), *doubtful}, key=lambda film: film.variant)
    expected = Expected(stock.shop.coding.width, stock.shop.coding.height, fps, stock.shop.grid.total)
    for place, found in spread(partial(_decode_whole, expected), [film.file for film in sample], workers):
        defects[sample[place].variant] += found
    rejected = [
        replace(film, file=reject(film.file, film.film, wrong), defects=tuple(wrong))
        for film in films
        if (wrong := defects[film.variant])
    ]
    for film in doubtful:
        if not defects[film.variant]:
            acquit(film.file)
    stock.cache.evict(frozenset(stock.parts))
    signing = seal.cpu_seconds if seal else 0.0
    notes += [note for script in (*written, *bare, *stock.shop.wanted.scripts) for note in script.notes]
    possible = menu.scripts_count if menu else plain_scripts
    if possible < count:
        notes.append(
            f"scripts: 资料只够 {possible} 个不同的脚本 the record gives {possible} different scripts; {count} films share them, "
            "with other music, band texts and looks. More selling points or attributes give more."
        )
    return Batch(
        tuple(film for film in films if not defects[film.variant]), stock.made, stock.reused, stock.painted, len(sample),
        tuple({**one, "file": film.file.name} for film in rejected for one in film.defects),
        {"speech": said - began + (spoken.cpu_seconds if spoken else 0.0), "segments": stocked - said, "films": wrote - stocked - signing, "signing": signing, "checks": cpu_seconds() - wrote},
        tuple(dict.fromkeys(notes)), tuple(rejected), possible,
    )  # fmt: skip


def _brief_for(brief: Brief | None, language: str) -> Brief | None:
    if language not in LANGUAGES:
        raise BadInput(f"--language takes {' or '.join(LANGUAGES)}, found {language!r}.")
    if brief is not None and brief.language != language:
        raise BadInput(
            f"brief: 语言不一致 language {brief.language!r}, the films are to be in {language!r}. Name the same in both."
        )
    return brief


def _silent(text: str) -> None:
    del text


def _write_all(
    stock: Stock, recipes: Sequence[Recipe], out: Path, menu: Menu | None, seal: Seal | None, told: Callable[[str], None]
) -> tuple[list[Variant], list[Variant]]:  # fmt: skip
    """Write the films that do not stand there yet; (all, those that are new)."""
    name = re.sub(r"[^\w.-]+", "_", str(stock.wanted.product.id))[:40].strip(".") or "film"
    if stock.wanted.aspect != "9:16":
        name += "-" + stock.wanted.aspect.replace(":", "x")
    frames, fps = stock.shop.grid.total, stock.wanted.fps
    every = max(1, len(recipes) // 10)
    issuer = seal.issuer if seal else ""
    films: list[Variant] = []
    for number, recipe in enumerate(recipes, 1):
        path = out / f"{name}-{number:0{max(4, len(str(len(recipes))))}}.mp4"
        began = cpu_seconds()
        digest = film_digest(stock, recipe)
        about = standing(path, digest, issuer)
        kept = about is not None
        if about is None:
            film = assemble(stock, recipe)
            write = partial(write_film, film=film, frames=frames, fps=fps)
            size = seal.write(path, write) if seal else write(path)
            about = manifest_of(stock, recipe, film, number, size, menu, issuer)
            write_manifest(path, about)
        films.append(
            Variant(
                path, frames / fps, number, round(cpu_seconds() - began, 4), digest, kept, about.get("angle", ""),
                about.get("audience", ""), about.get("script", ""),
            )
        )  # fmt: skip
        if number % every == 0:
            told(f"影片 {number}/{len(recipes)} · films {number}/{len(recipes)}")
    return films, [film for film in films if not film.kept]


def _check_settings(stock: Stock, recipes: Sequence[Recipe]) -> dict[int, list[dict[str, Any]]]:
    """Contrast, overlap, safe area and label of every take with the band, and of every text, once each.

    Returns:
        For each film's number what is wrong in it.
    """
    takes = list(dict.fromkeys(take for recipe in recipes for take in recipe.takes))
    texts = list(dict.fromkeys(recipe.text for recipe in recipes))
    short, tall = stock.shop.studio.short_side, stock.wanted.aspect == "9:16"

    def wrong(take: Take, text: str) -> list[Defect]:
        return check_settings(stock.shop.settings(take, text), short, tall=tall)

    own = {take: wrong(take, "") for take in takes}
    bad_takes = {take: [{**one, "headline": take.line.headline} for one in found] for take, found in own.items()}
    bad_texts = {
        text: [{**one, "band": text} for one in wrong(takes[0], text) if one not in own[takes[0]]] for text in texts
    }
    return {
        number: [*(one for take in recipe.takes for one in bad_takes[take]), *bad_texts[recipe.text]]
        for number, recipe in enumerate(recipes, 1)
    }


def _sample(films: Sequence[Variant], share: float, chance: Chance) -> list[Variant]:
    if not films or share <= 0:
        return []
    order = chance.of("decoded").order(len(films))
    return [films[int(place)] for place in np.sort(order[: max(1, round(share * len(films)))])]


def _decode_whole(expected: Expected, file: Path) -> list[dict[str, Any]]:
    return check_film(file, expected, (), every_frame=True)
