"""A relearned engine against the one in use, on queries that neither was taught: which of them is to answer."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from magnetar.capabilities.search.engine import Key, SearchEngine
from magnetar.capabilities.search.fields import texts_of
from magnetar.capabilities.search.teaching import make_up
from magnetar.kernel.chance import Chance

JUDGED = 300
"""Queries of each kind, made up and chosen in life, that a verdict rests on, at most."""
DEEP = 50
ALLOWED = 0.02
"""Reciprocal rank that a new engine may lose, at the lower end of the interval: it knows the catalogue better."""
LEAST = 8
"""Held-out queries without which nothing is judged."""
FOLDS = 5
CHANGED = 0.02
"""Share of products with new texts, come or gone, from which an engine learns again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a lesson."""

    at: int
    """Microseconds."""
    merchant: str
    """Whose engine; '' is the whole site's."""
    products: int
    takes_over: bool
    made_up: int
    """Queries made up that judged."""
    chosen: int
    """Queries after which somebody chose a product, that judged."""
    found: float
    """Mean reciprocal rank of the new engine."""
    before: float
    """Of the one in use; both 0 where there was nothing to hold it against."""
    low: float
    """Lower end of the 95 % interval of the gain."""
    reason: str


def held_out(query: str) -> bool:
    """Whether a query judges and never teaches: one in five, always the same ones.

    >>> round(sum(held_out(f"query {n}") for n in range(10_000)) / 10_000, 1)
    0.2
    """
    return zlib.crc32(query.encode("utf-8", "surrogatepass")) % FOLDS == 0


def judging_queries(
    engine: SearchEngine, log: Sequence[tuple[str, Key]], seed: int
) -> tuple[list[tuple[str, Key]], list[tuple[str, Key]]]:
    """Queries made up anew, none of which the engine was taught, and those of the log that are held out.

    Args:
        engine: the new one.
        log: (query, product chosen) pairs, those chosen most first.
    """
    products = engine.products()
    order = Chance(seed).of("judged").order(len(products))[: 2 * JUDGED].tolist()
    some = {place: (products[place], texts_of(products[place])) for place in order}
    each = max(1, math.ceil(1.5 * JUDGED / max(1, len(some))))
    made = [
        (query, (str(products[place].merchant), str(products[place].id)))
        for query, place in make_up(some, each, seed + 7919, engine.bridge.words)
        if query not in engine.taught
    ]
    keep = sorted(Chance(seed).of("kept").order(len(made))[:JUDGED].tolist())
    return [made[place] for place in keep], [one for one in log if held_out(one[0]) and one[1] in engine][:JUDGED]


def judge(
    new: SearchEngine, old: SearchEngine, log: Sequence[tuple[str, Key]], *, at: int, merchant: str, seed: int
) -> Verdict:
    """Hold a new engine against the one in use: it takes over unless it may be clearly worse.

    The gain is the mean difference of reciprocal ranks, query by query; the new one takes over where the lower end of
    its 95 % interval is at or above −`ALLOWED`. Both must hold the same products.
    """
    made, chosen = judging_queries(new, log, seed)
    asked = [*made, *chosen]
    if len(asked) < LEAST:
        return Verdict(at, merchant, len(new), True, len(made), len(chosen), 0.0, 0.0, 0.0,
                       "太小, 无法比较, 直接接手 · too small a catalogue to compare on: taken as it is")  # fmt: skip
    here = np.array([_reciprocal(new, query, key) for query, key in asked])
    there = np.array([_reciprocal(old, query, key) for query, key in asked])
    gain = here - there
    low = float(gain.mean() - 1.96 * gain.std(ddof=1) / math.sqrt(len(gain)))
    takes = low >= -ALLOWED
    reason = "不差于在用的 · not worse than the one in use" if takes else "可能更差, 不接手 · it may be worse: kept out"
    return Verdict(
        at, merchant, len(new), takes, len(made), len(chosen), float(here.mean()), float(there.mean()), low, reason
    )


def changed_share(now: dict[Key, str], then: dict[Key, str]) -> float:
    """Share of products that came, went or were rewritten, of those that there are; 0 for none.

    >>> changed_share({("m", "a"): "1", ("m", "b"): "2"}, {("m", "a"): "1", ("m", "c"): "3"})
    1.0
    """
    moved = sum(then.get(key) != digest for key, digest in now.items()) + sum(key not in now for key in then)
    return moved / len(now) if now else float(moved > 0)


def _reciprocal(engine: SearchEngine, query: str, key: Key) -> float:
    hits = engine.search(query, DEEP, explained=False).hits
    return next((1.0 / place for place, hit in enumerate(hits, 1) if (hit.merchant, hit.id) == key), 0.0)
