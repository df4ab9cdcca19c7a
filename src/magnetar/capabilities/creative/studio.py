"""N different films of one product: what to make of them, making it, and what was made.

A second call with the same arguments makes only what is missing; a film stands under its name whole or not at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.capabilities.creative.checks import Expected, check_film, check_settings
from magnetar.capabilities.creative.copy import Brief, make_copy
from magnetar.capabilities.creative.film import FPS
from magnetar.capabilities.creative.layout import FORMS
from magnetar.capabilities.creative.script import LANGUAGES, Script, write_script
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
from magnetar.capabilities.creative.segments.menu import Menu, make_menu
from magnetar.capabilities.creative.segments.recipes import EVERY_LOOK_FROM, TUNES, Recipe, choose
from magnetar.capabilities.creative.segments.sealing import Seal
from magnetar.capabilities.creative.segments.speech import say
from magnetar.capabilities.creative.segments.takes import POINTS, TEMPI, gather, make_grid
from magnetar.capabilities.creative.segments.workshop import Commission
from magnetar.capabilities.creative.wording import clean_text, forbidden_words
from magnetar.capabilities.generation import Voice
from magnetar.capabilities.understanding import Audience, make_card
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.surface.report import cpu_seconds
from magnetar.vocabulary.catalogue import Product

ASPECTS = tuple(FORMS)
MOST = 100_000
"""Films of one call."""
_TEXTS, _LONGEST = 24, 40
_SCRIPTS = 8
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
        recipes = choose(pool, make_grid(fps, tempo, slots, length_s), shown, count, chance)
    bare = tuple(replace(script, notes=[]) for script in written)
    wanted = Commission(
        product, str(pictures) if pictures else "", bare, language, tempo, slots, font, aspect, width, fps, length_s
    )
    spoken = None
    if voice is not None:
        takes = sorted({take for recipe in recipes for take in recipe.takes}, key=repr)
        told(f"台词 lines {len(takes)}: {voice.name}")
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
    sample = _sample(fresh, decode, chance)
    expected = Expected(stock.shop.coding.width, stock.shop.coding.height, fps, stock.shop.grid.total)
    for place, found in spread(partial(_decode_whole, expected), [film.file for film in sample], workers):
        defects += [{**defect, "file": sample[place].file.name} for defect in found]
    stock.cache.evict(frozenset(stock.parts))
    signing = seal.cpu_seconds if seal else 0.0
    notes += [note for script in (*written, *bare) for note in script.notes]
    return Batch(
        tuple(films), stock.made, stock.reused, stock.painted, len(sample),
        tuple(defects),
        {"speech": said - began + (spoken.cpu_seconds if spoken else 0.0), "segments": stocked - said, "films": wrote - stocked - signing, "signing": signing, "checks": cpu_seconds() - wrote},
        tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _brief_for(brief: Brief | None, language: str) -> Brief | None:
    if language not in LANGUAGES:
        raise BadInput(f"--language takes {' or '.join(LANGUAGES)}, found {language!r}.")
    if brief is not None and brief.language != language:
        raise BadInput(
            f"brief: 语言不一致 language {brief.language!r}, the films are to be in {language!r}. Name the same in both."
        )
    return brief


def menu_for(
    product: Product, language: str, points: Sequence[str] | None, brief: Brief | None, audiences: Sequence[Audience],
    count: int, chance: Chance, notes: list[str],
) -> Menu | None:  # fmt: skip
    """Checked parts of copy for so many films; None where the record is too thin for them and plain scripts say more.

    A record of which copy leaves something out is never handed to the plain scripts, and nor is a brief.
    """
    own = brief or Brief(language=language)
    copy = make_copy(product, make_card(product), own, points=points or (), audiences=audiences)
    menu = make_menu(copy, count, chance)
    if brief is not None or menu.slots >= POINTS or any("left out" in note for note in copy.notes):
        return menu
    plain = write_script(product, language, points)
    if sum(line.kind == "point" for line in plain.lines) <= menu.slots:
        return menu
    notes.append("scripts: 商品资料太少 the record is too thin for angles and audiences; plain scripts are used")
    return None


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


def band_texts(
    scripts: Sequence[Script], product: Product, given: Sequence[str] = (), checked: Sequence[str] = ()
) -> list[str]:
    """The texts for the band: those given, else facts of the record that films show anyway.

    Args:
        checked: such facts, where copy has them.

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
    texts: list[str] = list(checked)
    for script in scripts if not checked else ():
        hook = script.lines[0]
        texts += [script.brand, *hook.caption.split(" · "), hook.chip, "".join(script.price)]
        texts += [line.chip for line in script.lines if line.kind == "point"]
    return list(dict.fromkeys(text for text in texts if text and len(text) <= _LONGEST))[:_TEXTS] or [""]


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
            told(f"影片 films {number}/{len(recipes)}")
    return films, [film for film in films if not film.kept]


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
