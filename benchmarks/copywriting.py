"""Scripts for 500 products in two languages, held against a judge of its own; invented claims put in and found again.

    python benchmarks/copywriting.py [--quick] [--json FILE|-]

  invented facts   every number with its unit, every price and every word of every script is looked up in the record by
                   this file's own judge, which shares no table and no code with the checker: what is neither the
                   record's nor our glue (listed here by hand) is an invented fact
  caught           claims of 19 kinds from the lists of `copywriting_claims.py`, both languages, put into clean scripts;
                   the tables were mended by the first and second lists, never by the third, which only --final reads;
                   beside them what numbers and forbidden words alone catch (`facts.py`, `wording.py`)
  false alarms     the same scripts without them
  distinct         scripts per product where 1,000 are asked for; CPU per script

The sample shop's 200 products, copies of them with other numbers and names, and product texts of ../shared/data where
they are there (amazon-industrial in English, kuaisearch-demo in Chinese).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from copywriting_claims import FILLERS, FIRST, SECOND, THIRD
from copywriting_judge import invented

from magnetar.app.benches.rows import conditions, not_met, row, shown
from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.capabilities.creative.copy import Brief, Pitch, check_claims, write_scripts
from magnetar.capabilities.creative.facts import check_numbers
from magnetar.capabilities.creative.wording import forbidden_words
from magnetar.capabilities.measurement import Interval, share_interval
from magnetar.capabilities.understanding import make_card
from magnetar.kernel.chance import Chance
from magnetar.kernel.errors import MagnetarError, Refused
from magnetar.surface.report import write_json
from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples" / "shop" / "catalogue.csv"
DATA = ROOT.parent / "shared" / "data"
PRODUCTS, ASKED = 500, 1000
CAUGHT_GOAL = 0.99


@dataclass(frozen=True)
class Case:
    """A product in a language, with the merchant's texts in that language and the raw texts that the judge reads."""

    product: Product
    language: str
    points: tuple[str, ...]
    raw: str


def shop() -> list[tuple[Product, dict[str, str]]]:
    rows = {one["id"]: one for one in csv.DictReader(SHOP.open(encoding="utf-8-sig"))}
    read = (one for one in read_catalogue(SHOP, merchant="demo", currency="CNY"))
    return [(one, rows[one.id]) for one in read if not isinstance(one, Rejected)]


def varied(product: Product, rows: dict[str, str], chance: Chance) -> tuple[Product, dict[str, str]]:
    """The product with another brand, other prices, and every number of its texts replaced, the same for the same."""
    draws = chance.uniforms(8)
    brand = "".join("云岭青禾远山朝露知南北溪木石"[int(draw * 14)] for draw in draws[:2]) + "坊"
    latin = "".join("BCDFGLMNPRSTVW"[int(draw * 14)] + "aeiou"[int(draw * 1e6) % 5] for draw in draws[2:5]).capitalize()
    factor = 2 + int(draws[5] * 7)

    def change(text: str) -> str:
        text = text.replace(product.brand, brand) if product.brand else text
        if product.title_en:
            text = text.replace(product.title_en.split()[0], latin)
        return re.sub(r"\d+", lambda match: str(int(match[0]) * factor % 100_000), text)

    price = Money.of(round(5 + draws[6] * 900, 2))
    was = Money.of(round(price.amount * (1.1 + draws[7]), 2)) if draws[7] < 0.7 else None
    new = replace(
        product, id=ProductId(f"{product.id}-v{factor}"), title=change(product.title), title_en=change(product.title_en), brand=brand,
        description=change(product.description), price=price, list_price=was,
        attributes={name: change(text) for name, text in product.attributes.items()},
        selling_points=tuple(change(text) for text in product.selling_points),
    )  # fmt: skip
    changed = {name: change(text) for name, text in rows.items() if name in ("selling_points_en", "description_en")}
    return new, changed


def cases(seed: int, count: int) -> dict[str, list[Case]]:
    """`count` products for each language."""
    base, chance = shop(), Chance(seed).of("copywriting")
    found: dict[str, list[Case]] = {"zh": [], "en": []}

    def add(product: Product, rows: dict[str, str]) -> None:
        points = tuple(part.strip() for part in rows.get("selling_points_en", "").split("|") if part.strip())
        for language in ("zh", "en"):
            given = points if language == "en" else ()
            texts = [
                product.title,
                product.title_en,
                product.brand,
                product.category,
                product.description,
                *product.selling_points,
            ]
            texts += [f"{name} {text}" for name, text in product.attributes.items()] + [*given]
            found[language].append(Case(product, language, given, "\n".join(texts)))

    for product, rows in base[: count * 2 // 5 if count < PRODUCTS else 200]:
        add(product, rows)
    for language, listed in (("zh", kuaisearch()), ("en", industrial())):
        order = chance.of(language).order(len(listed))
        for place in order[: count * 3 // 10]:
            one = listed[int(place)]
            found[language].append(
                Case(one, language, (), "\n".join([one.title, one.brand, one.category, one.description]))
            )
    turn = 0
    while min(map(len, found.values())) < count:
        product, rows = base[int(chance.of("varied", turn).integers(len(base), 1)[0])]
        add(*varied(product, rows, chance.of("numbers", turn)))
        turn += 1
    return {language: listed[:count] for language, listed in found.items()}


def kuaisearch() -> list[Product]:
    path = DATA / "kuaisearch-demo" / "items.jsonl.gz"
    if not path.is_file():
        print("../shared/data/kuaisearch-demo is not here: more varied products instead", file=sys.stderr)
        return []
    found: list[Product] = []
    for number, line in enumerate(gzip.decompress(path.read_bytes()).decode().splitlines()):
        one = json.loads(line)
        path_of = " > ".join(name for level in (1, 2, 3) if (name := one[f"category_level{level}_name"]) != "UNKNOWN")
        found.append(
            Product(ProductId(f"k{number}"), MerchantId("demo"), one["item_title"], Money.of(19 + number), path_of)
        )
    return found


def industrial() -> list[Product]:
    path = DATA / "amazon-industrial" / "Industrial_and_Scientific.item.json.gz"
    if not path.is_file():
        print("../shared/data/amazon-industrial is not here: more varied products instead", file=sys.stderr)
        return []
    found: list[Product] = []
    for key, one in json.loads(gzip.decompress(path.read_bytes())).items():
        if one["title"]:
            about = one["description"].strip("[]'\"")[:1500]
            found.append(Product(ProductId(f"a{key}"), MerchantId("demo"), one["title"][:200], Money.of("12.50", "USD"), brand=one["brand"][:60], description=about))  # fmt: skip
    return found


def texts_of(pitch: Pitch) -> list[str]:
    return [text for line in pitch.script.lines for text in (line.headline, line.caption, line.chip) if text]


def plain_catch(text: str, product: Product) -> bool:
    """What numbers and forbidden words alone find."""
    try:
        check_numbers([text], product)
    except Refused:
        return True
    return bool(forbidden_words(text))


def inject(
    kinds: dict[str, dict[str, list[str]]], case: Case, pitches: list[Pitch], chance: Chance
) -> tuple[str, str] | None:
    """(kind, a text of a script with an invented claim); None where the record happens to say so."""
    names = sorted(kinds)
    draws = chance.uniforms(6)
    kind = names[int(draws[0] * len(names))]
    listed = kinds[kind][case.language]
    claim = listed[int(draws[1] * len(listed))]
    for slot, fillers in FILLERS[case.language].items():
        claim = claim.replace(slot, fillers[int(draws[2] * len(fillers))])
    words = unicodedata.normalize("NFKC", claim).lower()
    raw = unicodedata.normalize("NFKC", case.raw).lower()
    parts = re.findall(r"[\u4e00-\u9fff]{2}", words) if case.language == "zh" else re.findall(r"[a-z]{4,}|\d+", words)
    if sum(part in raw for part in parts) > len(parts) / 2:
        return None
    pitch = pitches[int(draws[3] * len(pitches))]
    texts = texts_of(pitch)
    text = texts[int(draws[4] * len(texts))]
    mark = "，" if case.language == "zh" else ", "
    return kind, claim if draws[5] < 0.4 else f"{text}{mark}{claim}" if draws[5] < 0.8 else f"{claim}{mark}{text}"


def altered(case: Case, pitches: list[Pitch], chance: Chance) -> tuple[str, str] | None:
    """(kind, a text in which a number, a unit or the price is another one)."""
    draws = chance.uniforms(4)
    texts = [text for pitch in pitches for text in texts_of(pitch) if re.search(r"\d", text)]
    if not texts:
        return None
    text = texts[int(draws[0] * len(texts))]
    if draws[1] < 0.3 and "".join(pitches[0].script.price) in text:
        return "price altered", text.replace(
            pitches[0].script.price[1], f"{case.product.price.amount * (0.5 + 0.4 * draws[2]):.2f}"
        )
    numbers = list(re.finditer(r"\d+(?:\.\d+)?", text))
    one = numbers[int(draws[2] * len(numbers))]
    other = f"{float(one[0]) * (1.3 + draws[3] * 3) + 1:.0f}"
    if re.search(rf"(?<![\d.]){other}(?![\d.])", case.raw):
        return None
    return "number altered", text[: one.start()] + other + text[one.end() :]


def main(arguments: list[str] | None = None) -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--quick", action="store_true", help="60 products, 200 scripts each")
    reader.add_argument("--json", default="", metavar="FILE|-")
    reader.add_argument("--seed", type=int, default=6)
    reader.add_argument("--final", action="store_true", help="the third lists of claims too: at a final seed, once")
    reader.add_argument("--show", action="store_true", help="print what was not caught, and every invented fact")
    options = reader.parse_args(arguments)
    count, asked = (60, 200) if options.quick else (PRODUCTS, ASKED)
    rows: list[dict[str, Any]] = []
    chance = Chance(options.seed).of("injected")
    caught: dict[str, list[bool]] = {"first": [], "second": [], "third": [], "altered": []}
    plain: dict[str, list[bool]] = {"first": [], "second": [], "third": [], "altered": []}
    tables: dict[str, list[bool]] = {"first": [], "second": [], "third": [], "altered": []}
    kinds: Counter[str] = Counter()
    alarms: list[bool] = []
    for language, listed in cases(options.seed, count).items():
        made, wrong, judged, refused = list[int](), Counter[str](), 0, 0
        spent = 0.0
        for number, case in enumerate(listed):
            card = make_card(case.product)
            brief = Brief(language=language, tone=("plain", "lively", "warm")[number % 3])
            before = time.process_time()
            try:
                pitches = write_scripts(case.product, card, brief, asked, options.seed, points=case.points)
            except MagnetarError as error:
                refused += 1
                if options.show:
                    print("refused", case.product.id, str(error)[:150], file=sys.stderr)
                continue
            spent += time.process_time() - before
            made.append(len({tuple(texts_of(one)) for one in pitches}))
            shown_texts = sorted(
                {
                    text
                    for pitch in pitches
                    for text in (*texts_of(pitch), "".join(pitch.script.price), "".join(pitch.script.list_price or ()))
                }
            )
            judged += len(shown_texts)
            for text in shown_texts:
                for fault in invented(text, case.raw, case.product, language):
                    wrong[f"{fault} | {text}"] += 1
            alarms += [
                bool(check_claims([text], case.product, case.points))
                for text in chance_of(shown_texts, chance.of("clean", number, language), 6)
            ]
            lists = (("first", FIRST), ("second", SECOND), ("third", THIRD))
            for name, table in lists[: 3 if options.final else 2]:
                for turn in range(2):
                    if put := inject(table, case, pitches, chance.of(name, language, number, turn)):
                        kind, text = put
                        hit = bool(check_claims([text], case.product, case.points))
                        caught[name].append(hit)
                        plain[name].append(plain_catch(text, case.product))
                        tables[name].append(bool(check_claims([text], case.product, case.points, strict=False)))
                        kinds[kind] += 1
                        if options.show and not hit:
                            print("missed", name, kind, "|", text, file=sys.stderr)
            if put := altered(case, pitches, chance.of("altered", language, number)):
                hit = bool(check_claims([put[1]], case.product, case.points))
                caught["altered"].append(hit)
                plain["altered"].append(plain_catch(put[1], case.product))
                tables["altered"].append(bool(check_claims([put[1]], case.product, case.points, strict=False)))
                kinds[put[0]] += 1
                if options.show and not hit:
                    print("missed", *put, "|", case.product.title, file=sys.stderr)
        if options.show:
            for fault, times in wrong.most_common(60):
                print("invented", language, times, fault, file=sys.stderr)
        total = sum(made)
        rows += [
            row(f"{language}: invented facts, own judge, {judged:,} texts of {total:,} scripts", "count", one(len(wrong), judged), goal=0, met=not wrong, at_most=True),
            row(f"{language}: products with scripts", "count", one(len(made), len(listed)), baseline=("records refused", refused)),
            row(f"{language}: distinct scripts per product, median of {asked:,} asked", "count", one(float(np.median(made)), len(made)), baseline=("least", min(made))),
            row(f"{language}: CPU per script, parts and checks included", "CPU ms", one(1000 * spent / total, total)),
        ]  # fmt: skip
    for name, label in (
        ("first", "lists seen while mending"),
        ("second", "second lists, mended from as well"),
        ("third", "lists written afterwards"),
        ("altered", "numbers and prices altered"),
    ):
        share = share_interval(sum(caught[name]), len(caught[name]))
        other = sum(plain[name]) / max(1, len(plain[name]))
        if not caught[name]:
            continue
        goal = None if name == "first" else CAUGHT_GOAL
        alone = share_interval(sum(tables[name]), len(tables[name]))
        rows.append(
            row(
                f"invented claims caught by the tables alone, {label}",
                "share",
                alone,
                baseline=("numbers and forbidden words alone", other),
            )
        )
        rows.append(
            row(
                f"invented claims caught, {label}",
                "share",
                share,
                baseline=("numbers and forbidden words alone", other),
                goal=goal,
            )
        )
    false = share_interval(sum(alarms), len(alarms))
    rows.append(row("false alarms on clean texts", "share", false, goal=0.0, met=sum(alarms) == 0, at_most=True))
    for line in rows:
        print("  ".join(cell for cell in shown(line) if cell), file=sys.stderr)
    print("kinds", dict(sorted(kinds.items())), file=sys.stderr)
    result = {
        "rows": rows,
        "kinds": dict(kinds),
        "conditions": conditions([SHOP], products=count, asked=asked, seed=options.seed),
    }
    write_json(options.json, "bench copywriting", result, options.seed)
    return 1 if not_met(rows) else 0


def chance_of(texts: list[str], chance: Chance, count: int) -> list[str]:
    return [texts[int(place)] for place in chance.order(len(texts))[:count]]


def one(value: float, n: int) -> Interval:
    return Interval(value, float("nan"), float("nan"), n)


if __name__ == "__main__":
    sys.exit(main())
