"""Search engines side by side: recall and reciprocal rank on judged queries, and the time that an answer takes.

Without files the sample shop is searched with generated queries, by the seeds that nothing was tuned on.
"""

from __future__ import annotations

import csv
import gzip
import io
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, row
from magnetar.app.benches.search_queries import Judged, make_queries
from magnetar.app.goods import sample_shop
from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.capabilities.measurement import Interval, mean_interval, ratio_interval
from magnetar.capabilities.search import ENGINES, SearchEngine
from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.errors import BadInput
from magnetar.kernel.held_out import seeds_of
from magnetar.vocabulary.catalogue import Product

GOAL = 0.10
EACH, QUICK_EACH = 150, 40
"""Generated queries of a kind."""
DEEP = 100
LOST = 20
"""Losing queries that are listed, at most."""
TIMED = 400


@dataclass(frozen=True, slots=True)
class Scored:
    """What one engine made of every query; its time is of the process, which a busy machine does not lengthen."""

    recall: np.ndarray
    reciprocal: np.ndarray
    p99_ms: float


def bench(
    catalogue: str, queries: str, quick: bool, seed: int, progress: Callable[[str], None]
) -> tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]]]:
    """Rows, conditions, and queries that the platform's engine loses to BM25.

    Raises:
        BadInput: a file cannot be read, or holds no query about a product of the catalogue.
    """
    file = Path(catalogue) if catalogue else sample_shop() / "catalogue.csv"
    products = _products(file)
    found: dict[str, Any] = {"products": len(products), "engines": list(ENGINES)}
    if queries:
        judged, left_out = read_queries(queries, {str(one.id) for one in products})
        found |= {"queries": len(judged), "left out": left_out, "queries are": "from the file"}
    else:
        seed = seed or final_seed()
        judged = make_queries(products, QUICK_EACH if quick else EACH, seed)
        found |= {
            "queries": len(judged),
            "queries are": "generated, by another maker than the teaching ones",
            "seed of queries": seed,
        }
        if not judged:
            raise BadInput(
                f"No query can be made from {str(file)!r}. Give judged ones: --queries FILE (query,product_id)."
            )
    progress(f"{len(products)} 件商品 products, {len(judged)} 条搜索词 queries")
    before = time.process_time()
    engine = SearchEngine.open(products)
    found["CPU seconds to open"] = round(time.process_time() - before, 1)
    found["gate"] = [round(one, 2) for one in engine.gate.weights]
    scored = {name: _score(engine, name, judged) for name in ENGINES}
    rows = _rows(scored, judged)
    rows += _updates(engine, products)
    if not queries and not catalogue:
        rows += _one_language(products, quick, seed)
    files = [file, *([Path(queries)] if queries else [])]
    return rows, conditions(files, **found), _losing(engine, scored, judged)


def final_seed() -> int:
    """The seed that judges.

    Raises:
        BadInput: the file is not part of this installation.
    """
    return seeds_of("search").final


def read_queries(path: str, known: set[str]) -> tuple[list[Judged], dict[str, int]]:
    """Judged queries of a file `query,product_id[,grade]`; a grade of 0 is no answer.

    Raises:
        BadInput: the file cannot be read, lacks a column, or names no product of the catalogue.
    """
    try:
        raw = Path(path).read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise BadInput(
            f"无法读取 Cannot read {path!r}: {error}. Expected a UTF-8 CSV file: query,product_id[,grade]."
        ) from None
    reader = csv.DictReader(io.StringIO(text))
    names = reader.fieldnames or []
    if "query" not in names or "product_id" not in names:
        raise BadInput(
            f"{path!r} has the columns {list(names)!r}; expected query,product_id[,grade]. Add a header line."
        )
    answers: dict[str, list[str]] = defaultdict(list)
    unknown = ungraded = 0
    for line, one in enumerate(reader, 2):
        query, product, grade = (str(one.get(name) or "").strip() for name in ("query", "product_id", "grade"))
        try:
            worth = float(grade) if grade else 1.0
        except ValueError:
            raise BadInput(f"{path!r}, line {line}: grade is {grade!r}, expected a number, 0 for no answer.") from None
        if worth <= 0.0:
            ungraded += 1
        elif product not in known:
            unknown += 1
        elif product not in answers[query]:
            answers[query].append(product)
    judged = [Judged(query, tuple(right), "file") for query, right in answers.items() if right]
    if not judged:
        raise BadInput(
            f"{path!r} names no product of the catalogue ({unknown} unknown ids). Its product_id must be the catalogue's ids."
        )
    return judged, {"lines with an unknown product": unknown, "lines with grade 0": ungraded}


def _products(file: Path) -> list[Product]:
    products = [one for one in read_catalogue(file, merchant="bench", currency="CNY") if not isinstance(one, Rejected)]
    if not products:
        raise BadInput(f"No usable product in {str(file)!r}. See: magnetar import catalogue {file}")
    return products


def _score(engine: SearchEngine, name: str, judged: Sequence[Judged]) -> Scored:
    """Recall over the first ten, reciprocal rank over the first hundred; time of an answer of ten with its reasons."""
    recall, reciprocal = np.zeros(len(judged)), np.zeros(len(judged))
    spent: list[float] = []
    for place, one in enumerate(judged):
        ids = [hit.id for hit in engine.search(one.query, DEEP, engine=name, explained=False).hits]
        right = set(one.answers)
        recall[place] = len(right & set(ids[:10])) / len(right)
        reciprocal[place] = next((1.0 / (rank + 1) for rank, id in enumerate(ids) if id in right), 0.0)
        if len(spent) < TIMED:
            start = time.process_time()
            engine.search(one.query, 10, engine=name)
            spent.append(time.process_time() - start)
    return Scored(recall, reciprocal, 1000.0 * float(np.percentile(spent, 99)))


def _rows(scored: dict[str, Scored], judged: Sequence[Judged]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    base = scored["bm25"]
    groups = {"": np.arange(len(judged))}
    kinds = list(dict.fromkeys(one.kind for one in judged))
    if len(kinds) > 1:
        groups |= {kind: np.array([place for place, one in enumerate(judged) if one.kind == kind]) for kind in kinds}
    for kind, places in groups.items():
        for name, one in scored.items():
            recall = share_interval(one.recall[places])
            more: dict[str, Any] = {
                "engine": name,
                "kind": kind or "all",
                "recall@10": recall.mean,
                "mrr": float(one.reciprocal[places].mean()),
                "p99_ms": one.p99_ms,
            }
            label = f"{name}: recall@10{f', {kind}' if kind else ''}"
            rows.append(row(label, "of 1", recall, baseline=("bm25", float(base.recall[places].mean())), **more))
    for label, of in (("recall@10", "recall"), ("mrr", "reciprocal")):
        mine, theirs = getattr(scored["hybrid"], of), getattr(base, of)
        room = theirs.mean() * (1.0 + GOAL) < 1.0
        gain = (
            ratio_interval(mine - theirs, theirs)
            if theirs.any()
            else Interval(float("nan"), float("nan"), float("nan"), len(judged))
        )
        rows.append(
            row(
                f"hybrid over bm25, {label}", "share", gain, baseline=(f"bm25 {label}", float(theirs.mean())), baseline_unit="of 1",
                goal=GOAL if room else None, verdict=None if room else f"no room: bm25 is at {theirs.mean():.3f} of 1",
            )
        )  # fmt: skip
    return rows


def _updates(engine: SearchEngine, products: Sequence[Product]) -> list[dict[str, Any]]:
    """How long after an upload a product answers to its title."""
    chance = Chance(7).of("uploads")
    spent, first = [], 0
    for place in chance.order(len(products))[:50].tolist():
        new = replace(products[place], id=f"new-{place}", title=f"{products[place].title} zqx{place}")
        start = time.process_time()
        engine.put(new)
        hits = engine.search(f"zqx{place}", 1).hits
        spent.append(1000.0 * (time.process_time() - start))
        first += int(bool(hits) and hits[0].id == new.id)
        engine.drop((str(new.merchant), str(new.id)))
    worst = float(np.percentile(spent, 99))
    interval = Interval(worst, min(spent), max(spent), len(spent))
    return [
        row(
            "upload to first hit, p99",
            "CPU ms",
            interval,
            goal=100.0,
            met=bool(worst <= 100.0) and first == len(spent),
            at_most=True,
        ),
    ]


def _one_language(products: Sequence[Product], quick: bool, seed: int) -> list[dict[str, Any]]:
    """English queries for products whose English was taken away, so that only the learned dictionary leads to them."""
    bare = {place for place in range(len(products)) if place % 3 == 0}
    stripped = [replace(one, title_en="") if place in bare else one for place, one in enumerate(products)]
    english = [replace(one, title=one.title_en) for place, one in enumerate(products) if place in bare and one.title_en]
    judged = make_queries(english, QUICK_EACH if quick else EACH, seed, ("plain",))
    if not judged:
        return []
    engine = SearchEngine.open(stripped)
    scored = {name: _score(engine, name, judged) for name in ENGINES}
    base = float(scored["bm25"].recall.mean())
    rows: list[dict[str, Any]] = []
    for name, one in scored.items():
        recall = share_interval(one.recall)
        more: dict[str, Any] = {"recall@10": recall.mean, "mrr": float(one.reciprocal.mean()), "p99_ms": one.p99_ms}
        label = f"{name}: recall@10, English query for a product without English"
        rows.append(row(label, "of 1", recall, baseline=("bm25", base), engine=name, kind="one-language", **more))
    return rows


def _losing(engine: SearchEngine, scored: dict[str, Scored], judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Queries on which BM25 ranks the right product higher, worst first."""
    lost = scored["bm25"].reciprocal - scored["hybrid"].reciprocal
    worst = [int(place) for place in np.argsort(-lost, kind="stable")[:LOST] if lost[place] > 0.0]
    return [
        {
            "query": judged[place].query,
            "kind": judged[place].kind,
            "answers": list(judged[place].answers[:3]),
            "bm25": float(scored["bm25"].reciprocal[place]),
            "hybrid": float(scored["hybrid"].reciprocal[place]),
            "first": [hit.id for hit in engine.search(judged[place].query, 3, explained=False).hits],
        }
        for place in worst
    ]


def share_interval(shares: Floats) -> Interval:
    """Mean of shares with its interval, which ends at 0 and at 1 as shares do; NaN stays where it is not defined.

    >>> float(share_interval(np.array([0.0, 1.0, 1.0])).high)
    1.0
    """
    found = mean_interval(shares)
    return Interval(found.mean, float(np.clip(found.low, 0.0, 1.0)), float(np.clip(found.high, 0.0, 1.0)), found.n)
