"""What models bring to cards: speech and written words of films that we made, and claims that a language model proposes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from magnetar.app.benches.cards import Labelled, counts, f1, held_out, interval, pqa_set, shop_set
from magnetar.app.benches.rows import conditions, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.creative import render_film
from magnetar.capabilities.generation import Language, Matrix
from magnetar.capabilities.measurement import Interval, mean_interval
from magnetar.capabilities.understanding import ProductCard, deepen, make_card, understand_film
from magnetar.capabilities.understanding.ports import MatrixModels, Models
from magnetar.capabilities.understanding.providers.hearing import Hearer
from magnetar.capabilities.understanding.providers.language import LanguageDeepener
from magnetar.capabilities.understanding.providers.seeing import Seer
from magnetar.capabilities.understanding.words import plain
from magnetar.kernel.errors import BadInput, ProviderUnavailable
from magnetar.kernel.settings import Settings
from magnetar.vocabulary.catalogue import Product

FOUND = 0.8
"""Likeness from which a line counts as found."""
HEARD_GOAL, SEEN_GOAL, LINES_GOAL = 0.15, 0.05, 0.9
FILMS = ("p054", "p101")
"""Products of the films, named before any was read."""
Say = Callable[[str], None]


def bench(
    quick: bool, seed: int, data: str, parts: Sequence[str], say: Say
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of the parts whose models are ready here, and conditions.

    Args:
        parts: some of films, language.
        data: a folder with product-qa, '' for the sample shop alone.

    Raises:
        BadInput: no such part.
    """
    if unknown := [one for one in parts if one not in ("films", "language")]:
        raise BadInput(f"--only takes films and language, found {unknown[0][:20]!r}.")
    settings = Settings()
    matrix = Matrix(settings)
    models = MatrixModels(matrix)
    rows: list[dict[str, Any]] = []
    if "films" in parts:
        rows += _films(matrix, models, quick, say)
    if "language" in parts:
        rows += _language(settings, quick, seed, data, say)
    ready = {
        name: value for name, value in matrix.ready().items() if name in ("language", "listener", "viewer", "voice")
    }
    return rows, conditions([sample_shop() / "catalogue.csv"], seed=seed, models=ready, films=FILMS)


# ---- films


@dataclass(slots=True)
class _Film:
    """A film of ours without its script, and what its script says."""

    product: Product
    card: ProductCard
    path: Path
    seconds: float
    shown: list[str]
    said: list[str]


def _made(folder: Path, matrix: Matrix, quick: bool, voiced: bool) -> list[_Film]:
    """Films at 540 points and 12 pictures a second; the copy that is read has no script and no subtitles."""
    goods = {str(one.id): one for one in goods_from(sample_shop() / "catalogue.csv", "demo", "CNY")}
    found: list[_Film] = []
    for id in FILMS[: 1 if quick else len(FILMS)]:
        out = folder / f"{id}-{'voice' if voiced else 'plain'}.mp4"
        render_film(
            goods[id], sample_shop(), out, width=540, fps=12, voice=matrix.voice if voiced else None, check=False
        )
        told = json.loads(out.with_suffix(".json").read_bytes())
        shown = [line for scene in told["scenes"] for text in scene.get("texts", ()) for line in text["lines"]]
        shown += [line for one in told.get("subtitles", ()) for line in one.get("lines", ())]
        said = [one["text"] for one in told.get("subtitles", ())] if voiced else []
        bare = folder / f"{out.stem}-bare.mp4"
        _without_subtitles(out, bare)
        found.append(
            _Film(goods[id], make_card(goods[id]), bare, float(told["seconds"]), list(dict.fromkeys(shown)), said)
        )
    return found


def _without_subtitles(film: Path, out: Path) -> None:
    """A copy with pictures and sound only, nothing encoded anew."""
    import av

    with av.open(str(film)) as box, av.open(str(out), "w") as made:
        tracks = {one.index: made.add_stream_from_template(one) for one in (*box.streams.video, *box.streams.audio)}
        for packet in box.demux(*box.streams.video, *box.streams.audio):
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                made.mux(packet)


class _Meter:
    """CPU seconds of the worker behind a model, where it has one."""

    def __init__(self, model: Any) -> None:
        self.spent = 0.0
        worker = getattr(model, "_worker", None)
        if worker is None:
            return
        call = worker.call

        def counted(*names: Any, **more: Any) -> Any:
            value, used = call(*names, **more)
            self.spent += used
            return value, used

        worker.call = counted


def _films(matrix: Matrix, models: Models, quick: bool, say: Say) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        voiced = _made(folder, matrix, quick, True) if matrix.voice is not None and matrix.listener is not None else []
        films = voiced or _made(folder, matrix, quick, False)
        if matrix.viewer is not None:
            rows += _seen(films, models, say)
        else:
            say("ocr is left out: pip install 'magnetar[ocr]'")
        if voiced:
            rows += _heard(voiced, _made(folder, matrix, quick, False), models, say)
        else:
            say("whisper is left out: it needs a voice and `magnetar models pull whisper-base --unverified`")
        if voiced and matrix.viewer is not None:
            rows += _cards(voiced, models, say)
    return rows


def _seen(films: Sequence[_Film], models: Models, say: Say) -> list[dict[str, Any]]:
    """Lines of the script on the pictures: found, letters wrong, and readings that no line explains."""
    meter = _Meter(models.viewer)
    reader = Seer(models)
    found, wrong, letters, extra, told, seconds = [], 0, 0, 0, 0, 0.0
    for film in films:
        read = [one.text for one in reader.read(film.path) or ()]
        seconds += film.seconds
        best = [max((alike(line, one) for one in read), default=0.0) for line in film.shown]
        found += [one >= FOUND for one in best]
        for line, near in zip(film.shown, best, strict=True):
            letters += len(_flat(line))
            wrong += round((1.0 - near) * len(_flat(line)))
        strange = [one for one in read if max((alike(line, one) for line in film.shown), default=0.0) < FOUND]
        extra, told = extra + len(strange), told + len(read)
        missed = [line for line, near in zip(film.shown, best, strict=True) if near < FOUND]
        say(f"ocr {film.product.id}: {len(read)} lines, missed {missed}, not in the script {strange}")
    hits = np.array(found, float)
    error = wrong / max(letters, 1)
    return [
        row("ocr: lines of the script found", "of 1", mean_interval(hits), baseline=("no reader", 0.0), goal=LINES_GOAL),
        row("ocr: letters wrong or missed", "of 1", Interval(error, np.nan, np.nan, letters), baseline=("no reader", 1.0),
            goal=SEEN_GOAL, met=error <= SEEN_GOAL, at_most=True),
        row("ocr: readings that no line of the script explains", "of 1", Interval(extra / max(told, 1), np.nan, np.nan, told)),
        row("ocr: CPU for a second of film", "CPU s", Interval(meter.spent / max(seconds, 1e-9), np.nan, np.nan, len(films))),
    ]  # fmt: skip


def _heard(voiced: Sequence[_Film], silent: Sequence[_Film], models: Models, say: Say) -> list[dict[str, Any]]:
    """Characters of the narration wrong, with and without the product's words; and what is heard in music alone."""
    from magnetar.capabilities.understanding.materials import hints_of

    meter = _Meter(models.listener)
    reader = Hearer(models)
    errors: dict[str, list[float]] = {"hints": [], "plain": []}
    lines: list[bool] = []
    seconds = 0.0
    for film in voiced:
        wanted = spoken("，".join(film.said))
        for name, hints in (("hints", hints_of(film.product)), ("plain", ())):
            heard = reader.read(film.path, hints) or ()
            told = spoken("，".join(one.text for one in heard))
            errors[name].append(min(1.0, Levenshtein.distance(wanted, told) / max(len(wanted), 1)))
            seconds += film.seconds
            say(f"whisper {name} {film.product.id} {errors[name][-1]:.2f}: {' '.join(one.text for one in heard)}")
            if name == "hints":
                lines += [_inside(spoken(line), told) >= FOUND for line in film.said]
    used = meter.spent / max(seconds, 1e-9)
    invented = sum(
        len(spoken(one.text)) for film in silent for one in reader.read(film.path, hints_of(film.product)) or ()
    )
    value = mean_interval(np.array(errors["hints"]))
    return [
        row("whisper: characters wrong", "of 1", value, baseline=("without hints", float(np.mean(errors["plain"]))),
            goal=HEARD_GOAL, met=value.mean <= HEARD_GOAL, at_most=True),
        row("whisper: lines of the narration found", "of 1", mean_interval(np.array(lines, float)), baseline=("no listener", 0.0), goal=0.8),
        row("whisper: characters heard in music alone", "characters", Interval(float(invented), np.nan, np.nan, len(silent)),
            goal=0.0, met=invented == 0, at_most=True),
        row("whisper: CPU for a second of film", "CPU s", Interval(used, np.nan, np.nan, len(voiced))),
    ]  # fmt: skip


def _cards(films: Sequence[_Film], models: Models, say: Say) -> list[dict[str, Any]]:
    """What the card of a film says when models read it, against the card from its own script and narration."""
    from magnetar.capabilities.understanding.materials import read_words
    from magnetar.capabilities.understanding.ports import Words

    table: list[tuple[int, int, int]] = []
    contradicts, prices, mentioned, points = 0, 0, 0, 0
    for film in films:
        texts = [Words(0.0, 1.0, line, "shown.script") for line in film.shown]
        texts += [Words(0.0, 1.0, line, "said.script") for line in film.said]
        gold = {(one.kind, one.value_en) for one in read_words("", texts, film.product, film.card).claims}
        read = understand_film(film.path, film.product, film.card, speech="whisper", screen="ocr", models=models)
        told = {(one.kind, one.value_en) for one in read.claims}
        table.append((len(told & gold), len(told - gold), len(gold - told)))
        contradicts += sum(one.verdict == "contradicts" for one in read.prices)
        prices += len(read.prices)
        mentioned, points = mentioned + len(read.mentioned), points + len(film.product.selling_points)
        say(f"card {film.product.id}: not in the script {sorted(told - gold)}, missed {sorted(gold - told)}")
    counted = np.array(table)
    return [
        row("film card by models: F1 of its claims", "of 1", Interval(f1(counted), np.nan, np.nan, int(counted.sum())),
            baseline=("neither reader", 0.0), right=int(counted[:, 0].sum()), wrong=int(counted[:, 1].sum()), missed=int(counted[:, 2].sum())),
        row("film card by models: prices said to contradict the product", "prices", Interval(float(contradicts), np.nan, np.nan, prices),
            goal=0.0, met=contradicts == 0, at_most=True),
        row("film card by models: selling points found", "of 1", Interval(mentioned / max(points, 1), np.nan, np.nan, points),
            baseline=("neither reader", 0.0)),
    ]  # fmt: skip


def _flat(text: str) -> str:
    return "".join(plain(text).split())


def alike(line: str, read: str) -> float:
    """How like two lines are, blanks and widths aside, in [0, 1]."""
    return Levenshtein.normalized_similarity(_flat(line), _flat(read))


def spoken(text: str) -> str:
    """A Chinese text as it is read aloud, signs only: 400ml and 四百毫升 are the same."""
    from magnetar.capabilities.generation.speaking.chinese import read_chinese

    return "".join(piece.spoken.lower() for piece in read_chinese(text) if piece.language != "pause").replace(" ", "")


def _inside(line: str, whole: str) -> float:
    """Likeness of a line to the stretch of a text that is most like it."""
    from rapidfuzz.fuzz import partial_ratio

    return partial_ratio(line, whole) / 100.0 if len(whole) >= len(line) else alike(line, whole)


# ---- claims


@dataclass(frozen=True, slots=True)
class _Only:
    """A language model and nothing else."""

    language: Language
    listener: None = None
    viewer: None = None


def _language(settings: Settings, quick: bool, seed: int, data: str, say: Say) -> list[dict[str, Any]]:
    """Claims proposed by each local model, on held products: F1 beside the rules', and what the check refuses."""
    from magnetar.capabilities.generation.providers import llama

    sets = {"sample shop": (shop_set()[0], 3 if quick else 20)}
    questions = Path(data) / "product-qa" / "ePQA_dev_part.csv"
    if data and not quick and questions.is_file():
        sets["product-qa"] = (pqa_set(questions)[0], 12)
    rows: list[dict[str, Any]] = []
    for model in ("qwen-0.5b",) if quick else ("qwen-0.5b", "qwen-1.5b"):
        try:
            language = llama.make(settings, model)
        except ProviderUnavailable as error:
            say(f"{model} is left out: {error}")
            continue
        for name, (labelled, most) in sets.items():
            kept = [one for one in labelled if one.gold and held_out(str(one.product.id))]
            taken = kept[:: max(1, len(kept) // most)][: most if model == "qwen-0.5b" else most // 2]
            rows += _deepened(f"{name}, {model}", language, taken, seed, say)
        language.close()
    return rows


def _deepened(name: str, language: Language, kept: Sequence[Labelled], seed: int, say: Say) -> list[dict[str, Any]]:
    meter = _Meter(language)
    deepener = LanguageDeepener(_Only(language))
    before, after, taken, refused = [], [], 0, 0
    for one in kept:
        card = make_card(one.product)
        deeper, dropped = deepen(card, deepener)
        plainly, more = ({(c.kind, c.value_en.lower()) for c in each.claims} for each in (card, deeper))
        before.append(counts(one, plainly))
        after.append(counts(one, more))
        new = [(c.kind.value, c.value) for c in deeper.claims if c.made_by != "rules"]
        taken, refused = taken + len(new), refused + len(dropped)
        say(f"{name} {one.product.id}: taken {new}, right {sorted((more - plainly) & one.gold)}")
        for drop in dropped:
            say(f"    refused {drop.proposal['kind']} {drop.proposal['quote']!r}: {drop.reason}")
    for reason in deepener.failed:
        say(f"{name} failed: {reason}")
    ours, rules = np.array(after), np.array(before)
    proposed = taken + refused
    return [
        row(f"{name}: F1 with its claims", "of 1", interval(ours, seed), baseline=("rules alone", f1(rules)), goal=f1(rules),
            counts=ours.sum(axis=0).tolist(), counts_of_rules=rules.sum(axis=0).tolist()),
        row(f"{name}: claims taken for a product", "claims", Interval(taken / max(len(kept), 1), np.nan, np.nan, len(kept))),
        row(f"{name}: share of its proposals that the check refuses", "of 1", Interval(refused / max(proposed, 1), np.nan, np.nan, proposed)),
        row(f"{name}: CPU for a card", "CPU s", Interval(meter.spent / max(len(kept), 1), np.nan, np.nan, len(kept))),
    ]  # fmt: skip
