"""`magnetar bench cards`: attributes recovered from titles and descriptions when the structured ones are hidden."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, cpu_time, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.measurement import Interval
from magnetar.capabilities.understanding import Kind, Neighbourhood, find_measures, find_words, infer, make_card
from magnetar.capabilities.understanding.merchandise import KEYS
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import BadInput
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

MEASURED = (Kind.SIZE, Kind.QUANTITY, Kind.CAPACITY, Kind.WEIGHT, Kind.POWER)
HELD = 2
"""One product in so many, by its id's draw, is kept for the figures; the others were looked at while writing the rules."""
Unit = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A product with its structured attributes taken away, and what they said."""

    product: Product
    gold: frozenset[Unit]
    text: str


def units(kind: Kind, value: str) -> set[Unit]:
    """What a structured value says, in the words that claims are compared by."""
    if kind in MEASURED:
        found = {one.name for one in find_measures(value) if one.kind is kind}
        return {(kind, name.lower()) for name in found if name != "1 pcs"}
    words = {one.en for one in find_words(value) if one.kind is kind}
    plain = value.strip().lower()
    return {(kind, word) for word in words or ({plain} if plain else set())}


def label(product: Product, attributes: Mapping[str, str], brand: str = "") -> Labelled:
    """Hide a product's attributes."""
    gold = {unit for key, value in attributes.items() if (kind := KEYS.get(key)) for unit in units(kind, value)}
    hidden = replace(product, attributes={}, brand=brand)
    text = " ".join([product.title, product.title_en, product.description, *product.selling_points]).lower()
    return Labelled(hidden, frozenset(gold), text)


def held_out(id: str) -> bool:
    """Whether a product is kept for the figures."""
    return int(Chance(20).of("cards", id).integers(HELD, 1)[0]) == 0


def predicted(one: Labelled) -> set[Unit]:
    """What the card of the stripped product claims."""
    card = make_card(one.product)
    return {(claim.kind, claim.value_en.lower()) for claim in card.claims}


def gazetteer(known: Iterable[Labelled], raw: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Unit]]:
    """The baseline: every value of the other half's attributes as written, looked up in the text."""
    found: dict[str, set[Unit]] = defaultdict(set)
    for one in known:
        for key, value in raw[str(one.product.id)].items():
            if (kind := KEYS.get(key)) and len(value.strip()) > 1:
                found[value.strip().lower()] |= units(kind, value)
    return [(value, unit) for value, made in found.items() for unit in made]


def looked_up(one: Labelled, table: Sequence[tuple[str, Unit]]) -> set[Unit]:
    return {unit for value, unit in table if value in one.text}


def counts(one: Labelled, found: set[Unit]) -> tuple[int, int, int]:
    """(right, wrong, missed) within the kinds that the product's own attributes speak of."""
    kinds = {kind for kind, _ in one.gold}
    told = {unit for unit in found if unit[0] in kinds}
    return len(told & one.gold), len(told - one.gold), len(one.gold - told)


def f1(table: np.ndarray) -> float:
    """Of (…, 3) counts of right, wrong and missed."""
    right, wrong, missed = table.sum(axis=0)
    return float(2 * right / max(2 * right + wrong + missed, 1))


def interval(table: np.ndarray, seed: int, draws: int = 500) -> Interval:
    """F1 with its 95 % interval, products drawn again."""
    rows = Chance(seed).of("bootstrap").integers(len(table), draws, len(table))
    drawn = np.sort([f1(table[one]) for one in rows])
    return Interval(f1(table), float(drawn[int(0.025 * draws)]), float(drawn[int(0.975 * draws) - 1]), len(table))


def shop_set() -> tuple[list[Labelled], dict[str, Mapping[str, str]]]:
    """The sample shop; brand and category stay, attributes are hidden."""
    goods = goods_from(sample_shop() / "catalogue.csv", "bench", "CNY")
    raw = {str(one.id): one.attributes for one in goods}
    return [label(one, one.attributes, one.brand) for one in goods], dict(raw)


def pqa_set(file: Path) -> tuple[list[Labelled], dict[str, Mapping[str, str]]]:
    """Product questions with titles, bullets, descriptions and attributes by product; brands are hidden too."""
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    titles: dict[str, str] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            titles[line["ASIN"]] = line["title"]
            if line["candidate"] not in texts[line["ASIN"]][line["source"]]:
                texts[line["ASIN"]][line["source"]].append(line["candidate"])
    found: list[Labelled] = []
    raw: dict[str, Mapping[str, str]] = {}
    for id in sorted(titles):
        said = texts[id]
        attributes = dict(filter(None, map(_attribute, said["attribute"])))
        if not attributes:
            continue
        product = Product(
            ProductId(id), MerchantId("bench"), titles[id], Money.of(1), description=" ".join(said["description"]),
            selling_points=tuple(said["bullet"]),
        )  # fmt: skip
        raw[id] = attributes
        found.append(label(product, attributes))
    return found, raw


def _attribute(text: str) -> tuple[str, str] | None:
    """`key:  { unit:inches, value:9 }` as the key and a text with its unit."""
    key, _, rest = text.partition(":")
    rest = re.sub(r"normalized_value:\{[^}]*\}\s*,?", "", rest)
    measured = re.findall(r"unit:(\w+),\s*value:([\d.]+)", rest)
    if measured:
        return key, "; ".join(f"{value.rstrip('.')} {unit.replace('_', ' ')}" for unit, value in measured)
    values = re.findall(r'value:"([^"]*)"', rest) or re.findall(r"value:([^\s}]+)", rest)
    if not values:
        return None
    counted = key.startswith(("number_of", "unit_count", "item_package_quantity"))
    return key, "; ".join(f"{one} pcs" if counted else one for one in values)


def _judge(name: str, labelled: list[Labelled], raw: dict[str, Mapping[str, str]], seed: int) -> list[dict[str, Any]]:
    kept = [one for one in labelled if one.gold and held_out(str(one.product.id))]
    table = gazetteer([one for one in labelled if not held_out(str(one.product.id))], raw)
    told = [predicted(one) for one in kept]
    ours = np.array([counts(one, found) for one, found in zip(kept, told, strict=True)])
    theirs = np.array([counts(one, looked_up(one, table)) for one in kept])
    rows = [
        row(f"{name}: attribute F1", "of 1", interval(ours, seed), baseline=("gazetteer of the other half", f1(theirs)),
            goal=f1(theirs), precision=_precision(ours), recall=_recall(ours),
            baseline_precision=_precision(theirs), baseline_recall=_recall(theirs)),
        row(f"{name}: precision", "of 1", Interval(_precision(ours), np.nan, np.nan, int(ours[:, :2].sum())), baseline=("gazetteer", _precision(theirs))),
        row(f"{name}: recall", "of 1", Interval(_recall(ours), np.nan, np.nan, int(ours[:, [0, 2]].sum())), baseline=("gazetteer", _recall(theirs))),
    ]  # fmt: skip
    stated = [(len({u for u in one.gold & found if _stated(u, one)}), len({u for u in one.gold if _stated(u, one)}))
              for one, found in zip(kept, told, strict=True)]  # fmt: skip
    right, every = (sum(each) for each in zip(*stated, strict=True))
    rows.append(
        row(
            f"{name}: recall of values that the text spells out",
            "of 1",
            Interval(right / max(every, 1), np.nan, np.nan, every),
        )
    )
    for kind in Kind:
        one = [
            (len(g & t), len(t - g), len(g - t))
            for labelled_one, found in zip(kept, told, strict=True)
            if (g := {u for u in labelled_one.gold if u[0] is kind})
            for t in [{u for u in found if u[0] is kind}]
        ]
        if len(one) >= 10:
            by_kind = np.array(one)
            rows.append(
                row(f"{name}: {kind.value} F1", "of 1", interval(by_kind, seed, 200), precision=_precision(by_kind), recall=_recall(by_kind))
            )  # fmt: skip
    return rows


def _stated(unit: Unit, one: Labelled) -> bool:
    """Whether the value's own word or number stands in the text."""
    word = unit[1].split()[0] if unit[0] in MEASURED else unit[1]
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\d.])", one.text) is not None


def _precision(table: np.ndarray) -> float:
    right, wrong, _ = table.sum(axis=0)
    return float(right / max(right + wrong, 1))


def _recall(table: np.ndarray) -> float:
    right, _, missed = table.sum(axis=0)
    return float(right / max(right + missed, 1))


def _inferred(seed: int) -> list[dict[str, Any]]:
    """What neighbours say of a kind that a product's own record speaks of, were the record silent."""
    goods = goods_from(sample_shop() / "catalogue.csv", "bench", "CNY")
    cards = [make_card(one) for one in goods]
    around = Neighbourhood.of(cards)
    rows: list[dict[str, Any]] = []
    for kind in (Kind.SCENE, Kind.AUDIENCE, Kind.MATERIAL):
        common = defaultdict(lambda: defaultdict(int))
        for product, card in zip(goods, cards, strict=True):
            for value in card.values(kind):
                common[product.top_category][value] += 1
        right, told, base_right, base_told, asked = 0, 0, 0, 0, 0
        for product, card in zip(goods, cards, strict=True):
            own = card.values(kind)
            if not own:
                continue
            asked += 1
            silent = replace(card, claims=tuple(one for one in card.claims if one.kind is not kind))
            said = {one.value_en for one in infer(silent, around, (kind,))}
            right, told = right + len(said & own), told + len(said)
            others = {value: n - (value in own) for value, n in common[product.top_category].items()}
            best = max(others, key=lambda value: others[value], default="")
            if others.get(best, 0) >= 3:
                base_right, base_told = base_right + (best in own), base_told + 1
        if told:
            rows.append(
                row(f"inferred from neighbours, {kind.value}: precision", "of 1", Interval(right / told, np.nan, np.nan, told),
                    baseline=("category's commonest value", base_right / max(base_told, 1)), coverage=told / max(asked, 1)))  # fmt: skip
    del seed
    return rows


def _unlabelled(name: str, products: list[Product], flags_of: bool = True) -> list[dict[str, Any]]:
    cards: list[Any] = []
    spent = cpu_time(lambda: cards.extend(make_card(one) for one in products))
    kinds = [len({claim.kind for claim in card.claims}) for card in cards]
    some = float(np.mean([count >= 2 for count in kinds]))
    found = [
        row(f"{name}: kinds of claim per product", "of 1", Interval(float(np.mean(kinds)), np.nan, np.nan, len(cards))),
        row(f"{name}: products with two kinds or more", "of 1", Interval(some, np.nan, np.nan, len(cards))),
        row(f"{name}: CPU per card", "CPU ms", Interval(1000 * spent / len(cards), np.nan, np.nan, len(cards))),
    ]
    return found if flags_of else found[:2]


def _other(data: Path, quick: bool) -> tuple[list[dict[str, Any]], list[Path]]:
    rows: list[dict[str, Any]] = []
    files: list[Path] = []
    industrial = data / "amazon-industrial" / "Industrial_and_Scientific.item.json.gz"
    if industrial.is_file():
        files.append(industrial)
        with gzip.open(industrial, "rt") as lines:
            items = list(json.load(lines).values())[: 300 if quick else None]
        rows += _unlabelled("amazon-industrial", [
            Product(ProductId(str(place)), MerchantId("bench"), one["title"], Money.of(1), description=one["description"], brand=one["brand"])
            for place, one in enumerate(items)])  # fmt: skip
    kuaisearch = data / "kuaisearch-demo" / "items.jsonl.gz"
    if kuaisearch.is_file():
        files.append(kuaisearch)
        with gzip.open(kuaisearch, "rt") as lines:
            found = [json.loads(line) for line in lines]
        rows += _unlabelled("kuaisearch-demo", [
            Product(ProductId(str(one["item_id"])), MerchantId("bench"), one["item_title"], Money.of(1), brand=one["brand_name"])
            for one in found])  # fmt: skip
    return rows, files


def bench(quick: bool, seed: int, data: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions.

    Args:
        data: a folder with product-qa, amazon-industrial and kuaisearch-demo; '' judges on the sample shop alone.

    Raises:
        BadInput: the folder is not there.
    """
    rows = _judge("sample shop", *shop_set(), seed)
    rows += _inferred(seed)
    files = [sample_shop() / "catalogue.csv"]
    if data:
        folder = Path(data)
        if not folder.is_dir():
            raise BadInput(f"--data: 没有 there is no folder {data!r}.")
        questions = folder / "product-qa" / "ePQA_dev_part.csv"
        if questions.is_file():
            files.append(questions)
            rows += _judge("product-qa", *pqa_set(questions), seed)
        more, read = _other(folder, quick)
        rows, files = rows + more, files + read
    return rows, conditions(
        files, seed=seed, held="one product in two by a draw on its id; rules were written on the other half"
    )
