"""The intent graph, judged: stated intentions, next baskets, hidden goods of a basket, and whether a path carries its item."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.app.behaviours import Told, read_behaviour
from magnetar.app.benches.rows import conditions, row
from magnetar.app.intents import BLEND
from magnetar.capabilities.measurement import Interval, mean_interval, share_interval
from magnetar.capabilities.understanding.intents import (
    Behaviour,
    Blend,
    IntentGraph,
    Matcher,
    Purposes,
    Question,
    build,
    rank_of,
)
from magnetar.capabilities.understanding.intents.flows import flows
from magnetar.capabilities.understanding.intents.matching import PRIOR, scaled
from magnetar.capabilities.understanding.intents.matrices import Sparse, csr, scaled_by
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.errors import BadInput

FOLDS = 5
TOP = 10
DRAWS = 1000
TEST_DAYS, CHECK_DAYS = 45, 45
"""The last days of the log judge; those before them choose parameters."""
DECAYS, DAMPINGS = (0.95, 0.98, 0.995), (0.0, 0.3, 0.6)
"""What the transition baseline may choose from."""
BLENDS = tuple((types, again) for types in (0.0, 0.1, 0.3) for again in (2.0, 8.0))
"""What the graph may choose from: weights of paths over types, and of coming again."""

Tell = Callable[[str], None]


def data_folder() -> Path:
    """Where the public sets lie: beside the repository."""
    return Path(__file__).resolve().parents[5] / "shared" / "data"


def bench(
    quick: bool, seed: int, files: dict[str, str], tell: Tell = lambda _: None
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every part whose file is there.

    Args:
        files: paths by part (intentions, orders, baskets); '' takes the public set, "none" leaves the part out.

    Raises:
        BadInput: a named file is missing, or no file at all is there.
    """
    folder = data_folder()
    usual = {
        "intentions": folder / "intentionqa" / "QA_fullInfo_task1.jsonl.gz",
        "orders": folder / "online-retail" / "online_retail.csv.gz",
        "baskets": folder / "groceries" / "groceries.csv.gz",
    }
    parts: list[tuple[str, Path, Callable[[Path, bool, Chance, Tell], list[dict[str, Any]]]]] = []
    for name, judge in (("intentions", _intentions), ("orders", _orders), ("baskets", _baskets)):
        given = files.get(name, "")
        path = Path(given) if given else usual[name]
        if given == "none" or (not given and not path.is_file()):
            continue
        if not path.is_file():
            raise BadInput(f"--{name}: 没有文件 there is no file {str(path)!r}.")
        parts.append((name, path, judge))
    if not parts:
        raise BadInput(
            f"No data: {str(folder)!r} is not there, or every part was left out. "
            "Name files with --intentions, --orders or --baskets; see docs/capabilities/intent-graph.md."
        )
    rows: list[dict[str, Any]] = []
    for name, path, judge in parts:
        tell(f"{name}: {path.name}")
        rows += judge(path, quick, Chance(seed).of("bench intents", name), tell)
    used = [path for _, path, _ in parts]
    return rows, conditions(used, seed=seed, test_days=TEST_DAYS, check_days=CHECK_DAYS, folds=FOLDS)


# ---- stated intentions


def questions_in(path: Path) -> tuple[list[Question], list[str]]:
    """Questions with two options or more and a right one among them, and the group of products that each belongs to.

    Raises:
        BadInput: the file is no list of questions.
    """
    questions, ends = [], []
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                one = json.loads(line)
                names = list(one["options"])
                if len(names) < 2 or one["gold_ind"] not in names:
                    continue
                questions.append(
                    Question(
                        one["item_a_name"],
                        one["item_b_name"],
                        tuple(one["options"].values()),
                        names.index(one["gold_ind"]),
                    )
                )
                ends.append((str(one["item_a_id"]), str(one["item_b_id"])))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path.name} is no file of questions ({error!r}). Expected JSON lines with item_a_name, item_b_name, options and gold_ind."
        ) from None
    return questions, _components(ends)


def _components(ends: Sequence[tuple[str, str]]) -> list[str]:
    """The group of each pair: pairs that share a product, however far along, are one group."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in ends:
        parent[root(a)] = root(b)
    return [root(a) for a, _ in ends]


def _intentions(path: Path, quick: bool, chance: Chance, tell: Tell) -> list[dict[str, Any]]:
    questions, groups = questions_in(path)
    names = sorted(set(groups))
    fold_of = dict(zip(names, (chance.of("folds").order(len(names)) % FOLDS).tolist(), strict=True))
    fold = np.array([fold_of[one] for one in groups])
    right = np.array([one.right for one in questions])
    hits, base, judged, owner = [], [], [], []
    for number in range(1 if quick else FOLDS):
        train, test = np.flatnonzero(fold != number).tolist(), np.flatnonzero(fold == number).tolist()
        model = Purposes.fit([questions[one] for one in train], [groups[one] for one in train])
        asked = [questions[one] for one in test]
        hits.append(model.choose(asked) == right[test])
        base.append(model.nearest(asked) == right[test])
        judged += test
        owner += [groups[one] for one in test]
        tell(f"  fold {number + 1}: {np.mean(hits[-1]):.3f} against {np.mean(base[-1]):.3f}")
    ours, nearest = np.concatenate(hits).astype(float), np.concatenate(base).astype(float)
    baseline = ("nearest text vector", float(nearest.mean()))
    gain = bootstrap(ours - nearest, chance, owner)
    return [
        row(
            "intentions: right of 4",
            "of 1",
            bootstrap(ours, chance, owner),
            baseline=baseline,
            note="words only, fitted on other folds of the same set; no fold shares a product with another",
        ),
        row("intentions: points above nearest vector", "of 1", gain, goal=0.10, baseline=("nearest text vector", 0.0)),
    ]


# ---- the next basket


@dataclass(frozen=True, slots=True)
class Cases:
    """Shoppers at a cut: what they did before it, and their first basket after it."""

    behaviour: Behaviour
    histories: list[Ints]
    targets: list[Ints]

    def __len__(self) -> int:
        return len(self.histories)


def next_baskets(behaviour: Behaviour, start: int, end: int) -> Cases:
    """Everything before `start` to learn from; the first basket of each known shopper in [start, end) to foretell."""
    past = behaviour.only(behaviour.at < start)
    after = behaviour.only((behaviour.at >= start) & (behaviour.at < end))
    people, first = np.unique(past.shopper, return_index=True)
    last = np.append(first[1:], len(past))
    place = {int(person): slot for slot, person in enumerate(people)}
    histories, targets = [], []
    who, begin = np.unique(after.shopper, return_index=True)
    for person, start_row in zip(who.tolist(), begin.tolist(), strict=True):
        slot = place.get(person)
        if slot is not None:
            basket = after.basket == after.basket[start_row]
            histories.append(past.item[first[slot] : last[slot]])
            targets.append(np.unique(after.item[basket]))
    return Cases(past, histories, targets)


@dataclass(frozen=True, slots=True)
class Recalls:
    """Recall@10 of each case: over everything, and over types that were never bought (NaN where there are none)."""

    whole: Floats
    fresh: Floats


def recalls(scores: Floats, cases: Cases, kind: Ints) -> Recalls:
    """Judge scores; equal ones go by number. For complements both lists hold only types that the shopper never bought."""
    whole, fresh = np.zeros(len(cases)), np.full(len(cases), np.nan)
    for place, (history, target) in enumerate(zip(cases.histories, cases.targets, strict=True)):
        order = np.argsort(-scores[place], kind="stable")
        whole[place] = np.isin(order[:TOP], target).sum() / len(target)
        owned = np.zeros(int(kind.max(initial=0)) + 2, bool)
        owned[kind[history]] = True
        new = target[~owned[kind[target]]]
        if len(new):
            allowed = order[~owned[kind[order]]]
            fresh[place] = np.isin(allowed[:TOP], new).sum() / len(new)
    return Recalls(whole, fresh)


def transitions(cases: Cases, items: int, decay: float, damping: float) -> Floats:
    """The baseline, transition-kNN: what followed each past item, 1 ⁄ distance, damped by popularity, late ones first.

    It may offer again what was bought before: those transitions count as well.
    """
    behaviour = cases.behaviour
    often = np.bincount(behaviour.item, minlength=items).astype(np.float64)
    matrix = csr(flows(behaviour, items, own=True) @ scaled_by((often + 5.0) ** -damping))
    rows, columns, values = [], [], []
    for row_, history in enumerate(cases.histories):
        latest = history[-300:]
        rows.append(np.full(len(latest), row_))
        columns.append(latest)
        values.append(decay ** np.arange(len(latest) - 1, -1, -1, dtype=np.float64))
    met = csr((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(cases), items))
    return (met @ matrix).toarray()


def _orders(path: Path, quick: bool, chance: Chance, tell: Tell) -> list[dict[str, Any]]:
    told = read_behaviour(path)
    behaviour, items = told.behaviour, len(told.items)
    if quick:  # half of the shoppers
        draw = chance.of("people").uniforms(int(behaviour.shopper.max()) + 1)
        behaviour = behaviour.only(draw[behaviour.shopper] < 0.5)
    end = int(behaviour.at.max()) + 1
    cut, check_cut = end - TEST_DAYS * DAY, end - (TEST_DAYS + CHECK_DAYS) * DAY
    check = _thinned(next_baskets(behaviour, check_cut, cut), 500 if quick else 0, chance)
    test = _thinned(next_baskets(behaviour, cut, end), 500 if quick else 0, chance)
    if not len(check) or not len(test):
        raise BadInput(
            f"{path.name} spans too little time: {TEST_DAYS + CHECK_DAYS} days are needed to choose and to judge."
        )
    tell(f"  {len(check.histories):,} shoppers to choose on, {len(test):,} to judge")
    graph = build(check.behaviour, told.items, told.titles, told.categories, placebo=False)
    kind = graph.kind
    tried = {
        (decay, damping): recalls(transitions(check, items, decay, damping), check, kind)
        for decay in DECAYS
        for damping in DAMPINGS
    }
    best_whole = max(tried, key=lambda one: tried[one].whole.mean())
    best_fresh = max(tried, key=lambda one: _mean(tried[one].fresh))
    blends = {one: recalls(Matcher(graph, _blend(*one)).scores(check.histories), check, kind) for one in BLENDS}
    chosen = max(blends, key=lambda one: _mean(blends[one].fresh) + 0.2 * _mean(blends[one].whole))
    tell(f"  chosen: transition {best_whole} and {best_fresh}, graph {chosen}")
    graph = _graph(test.behaviour, told)
    kind = graph.kind
    matcher = Matcher(graph, _blend(*chosen))
    ours = recalls(matcher.scores(test.histories), test, kind)
    theirs = recalls(transitions(test, items, *best_whole), test, kind)
    theirs_fresh = recalls(transitions(test, items, *best_fresh), test, kind)
    popular = recalls(np.tile(graph.popularity, (len(test), 1)), test, kind)
    name = "transition-kNN"
    judged = np.isfinite(ours.fresh)
    rows = [
        row(
            "next basket: Recall@10", "of 1", bootstrap(ours.whole, chance), baseline=(name, float(theirs.whole.mean()))
        ),
        row(
            "next basket: Recall@10, above transition-kNN",
            "of 1",
            bootstrap(ours.whole - theirs.whole, chance),
            goal=0.0,
            baseline=(name, 0.0),
        ),
        row(
            "complements: Recall@10",
            "of 1",
            bootstrap(ours.fresh[judged], chance),
            baseline=(name, _mean(theirs.fresh[judged])),
        ),
        _times("complements: times transition-kNN", ours.fresh[judged], theirs.fresh[judged], chance, 1.25),
        _times(
            "complements: times transition-kNN tuned for complements",
            ours.fresh[judged],
            theirs_fresh.fresh[judged],
            chance,
            None,
        ),
        row("complements: Recall@10 of what is popular now", "of 1", bootstrap(popular.fresh[judged], chance)),
    ]
    for label, changed in (
        ("without paths over types", scaled(matcher.blend, types=0.0)),
        ("paths over types alone", scaled(matcher.blend, items=0.0)),
    ):
        part = recalls(Matcher(graph, changed).scores(test.histories), test, kind)
        rows.append(
            row(
                f"complements: Recall@10 {label}",
                "of 1",
                bootstrap(part.fresh[judged], chance),
                baseline=("all paths", _mean(ours.fresh[judged])),
            )
        )
    rows += _edges_of(graph, "orders")
    return rows + _cuts(matcher, test.histories, "next basket", 40 if quick else 200, chance)


def _graph(behaviour: Behaviour, told: Told) -> IntentGraph:
    return build(behaviour, told.items, told.titles, told.categories)


def _blend(types: float, again: float) -> Blend:
    return scaled(BLEND, types=types, again=again)


def _thinned(cases: Cases, most: int, chance: Chance) -> Cases:
    """A random part of the cases; all where `most` is 0."""
    if not most or len(cases) <= most:
        return cases
    keep = np.sort(chance.of("cases").order(len(cases))[:most]).tolist()
    return Cases(cases.behaviour, [cases.histories[one] for one in keep], [cases.targets[one] for one in keep])


def _edges_of(graph: IntentGraph, name: str) -> list[dict[str, Any]]:
    found, placebo = int(graph.about["edges_found"]), int(graph.about["placebo_edges"])
    nothing = float("nan")
    return [
        row(
            f"{name}: edges of types in shuffled data, of those found", "of 1", Interval(placebo / max(found, 1), nothing, nothing, found),
            goal=0.02, met=placebo <= 0.02 * max(found, 1), at_most=True, baseline=("false discoveries allowed", graph.about["false_discovery_rate"]),
        )
    ]  # fmt: skip


# ---- hidden goods of a basket


def _baskets(path: Path, quick: bool, chance: Chance, tell: Tell) -> list[dict[str, Any]]:
    told = read_behaviour(path)
    behaviour, items = told.behaviour, len(told.items)
    draw = chance.of("split").uniforms(behaviour.baskets)[behaviour.basket]
    train, rest = behaviour.only(draw < 0.8), behaviour.only(draw >= 0.8)
    inner, check = behaviour.only(draw < 0.64), behaviour.only((draw >= 0.64) & (draw < 0.8))
    histories, targets = _hidden(rest, chance.of("hidden"), 800 if quick else 0)
    checked, wanted = _hidden(check, chance.of("check"), 400 if quick else 0)
    if not histories or not checked:
        raise BadInput(f"{path.name} holds no basket of two goods to hide one of.")
    tried: dict[tuple[float, float, float, float], float] = {}
    for damping, side in ((0.3, 1.0), (0.3, 25.0)) if quick else ((0.0, 1.0), (0.0, 25.0), (0.3, 1.0), (0.3, 25.0)):
        graph = build(inner, told.items, told.titles, told.categories, damping=damping, side=side, placebo=False)
        for types in (0.0, 0.3):
            for prior in (1e-6, 3.0, 10.0, 30.0):
                matcher = Matcher(graph, _basket_blend(types, prior))
                tried[damping, side, types, prior] = float(_found(matcher.scores(checked), checked, wanted).mean())
    damping, side, types, prior = max(tried, key=lambda one: tried[one])
    tell(
        f"  {len(histories):,} baskets with one good hidden; chosen damping {damping}, side {side}, types {types}, prior {prior}"
    )
    graph = build(train, told.items, told.titles, told.categories, damping=damping, side=side)
    matcher = Matcher(graph, _basket_blend(types, prior))
    often = np.bincount(train.item, minlength=items).astype(np.float64)
    met = _incidence(train, items)
    joint = (met.T @ met).toarray()
    np.fill_diagonal(joint, 0.0)
    cosine = joint / np.sqrt(np.maximum(np.outer(often, often), 1.0))

    ours = _found(matcher.scores(histories), histories, targets)
    popular = _found(np.tile(often, (len(histories), 1)), histories, targets)
    knn = _found(np.stack([cosine[history].sum(axis=0) for history in histories]), histories, targets)
    rows = [
        row("basket: hidden good in first 10", "of 1", bootstrap(ours, chance), baseline=("most popular", float(popular.mean()))),
        row("basket: above most popular", "of 1", bootstrap(ours - popular, chance), goal=0.0, baseline=("most popular", 0.0)),
        row("basket: above item-kNN (cosine)", "of 1", bootstrap(ours - knn, chance), baseline=("item-kNN (cosine)", float(knn.mean())), baseline_unit="of 1"),
    ]  # fmt: skip
    return rows + _edges_of(graph, "baskets") + _cuts(matcher, histories, "basket", 40 if quick else 200, chance)


def _basket_blend(types: float, prior: float) -> Blend:
    """Within a basket nothing is late and nothing comes again."""
    return scaled(BLEND, again=0.0, decay=1.0, types=types, prior=prior)


def _hidden(behaviour: Behaviour, chance: Chance, most: int) -> tuple[list[Ints], list[Ints]]:
    """Baskets of two goods and more, one of each hidden: what is left, and what is hidden."""
    histories: list[Ints] = []
    targets: list[Ints] = []
    edges = np.flatnonzero(np.diff(behaviour.basket, prepend=-1, append=behaviour.baskets))
    pick = chance.uniforms(max(behaviour.baskets, 1))
    for number, (start, stop) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        goods = np.unique(behaviour.item[start:stop])
        if len(goods) > 1:
            hidden = int(pick[number] * len(goods))
            histories.append(np.delete(goods, hidden))
            targets.append(goods[hidden : hidden + 1])
    return (histories[:most], targets[:most]) if most else (histories, targets)


def _found(scores: Floats, histories: Sequence[Ints], targets: Sequence[Ints]) -> Floats:
    """Whether each hidden good is among the first ten that are not in the basket."""
    hits = np.zeros(len(histories))
    for place, (history, target) in enumerate(zip(histories, targets, strict=True)):
        mine = scores[place].copy()
        mine[history] = -np.inf
        hits[place] = float(target[0] in np.argsort(-mine, kind="stable")[:TOP])
    return hits


def _incidence(behaviour: Behaviour, items: int) -> Sparse:
    cells = np.unique(behaviour.basket * items + behaviour.item)
    return csr((np.ones(len(cells)), (cells // items, cells % items)), shape=(behaviour.baskets, items))


# ---- whether a path carries its item


def _cuts(matcher: Matcher, histories: Sequence[Ints], name: str, most: int, chance: Chance) -> list[dict[str, Any]]:
    """Cut the paths that an explanation names, and as many others of the same shopper at random."""
    picked = chance.of("cuts", name).order(len(histories))[:most].tolist()
    by_path, by_best, by_chance, by_prior, sizes = [], [], [], [], []
    for number, place in enumerate(picked):
        history = histories[place]
        offered, _ = matcher.recommend(history, TOP)
        if not len(offered):
            continue
        item = int(offered[int(chance.of("item", name, number).integers(len(offered), 1)[0])])
        needed = matcher.needed(history, item, TOP)
        paths = matcher.paths(history, item)
        everywhere = [one for other in offered.tolist() for one in matcher.paths(history, int(other))]
        by_path.append(bool(needed) and rank_of(matcher.without(history, needed), item) > TOP)
        by_best.append(bool(paths) and rank_of(matcher.without(history, paths[:1]), item) > TOP)
        sizes.append(len(needed) / max(len(paths), 1))
        by_prior.append(any(one.edge == PRIOR for one in needed))
        draw = chance.of("random", name, number).order(len(everywhere))[: max(len(needed), 1)].tolist()
        by_chance.append(rank_of(matcher.without(history, [everywhere[one] for one in draw]), item) > TOP)
    count = len(by_path)
    return [
        row(f"{name}: shown paths cut, item leaves the first 10", "of 1", share_interval(sum(by_path), count), goal=0.90, baseline=("random paths cut", float(np.mean(by_chance)))),
        row(f"{name}: random paths cut, item leaves the first 10", "of 1", share_interval(sum(by_chance), count), goal=0.10, met=sum(by_chance) <= 0.10 * count, at_most=True),
        row(f"{name}: strongest path alone cut, item leaves the first 10", "of 1", share_interval(sum(by_best), count)),
        row(f"{name}: popularity is among the shown paths", "of 1", share_interval(sum(by_prior), count)),
        row(f"{name}: share of an item's paths that are shown", "of 1", mean_interval(np.array(sizes))),
    ]  # fmt: skip


# ---- intervals


def bootstrap(values: NDArray[Any], chance: Chance, groups: Sequence[object] | None = None) -> Interval:
    """Mean with its percentile interval over resampled cases, whole groups where they are given.

    Source: Efron & Tibshirani (1993), percentile bootstrap; Cameron et al. (2008) for clusters.
    """
    values = np.asarray(values, np.float64)
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    number: dict[object, int] = {}
    group = (
        np.arange(len(values)) if groups is None else np.array([number.setdefault(one, len(number)) for one in groups])
    )
    total, count = np.bincount(group, values), np.bincount(group).astype(np.float64)
    picks = chance.of("bootstrap").integers(len(total), DRAWS, len(total))
    means = total[picks].sum(axis=1) / count[picks].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(values.mean()), float(low), float(high), len(values))


def _mean(values: Floats) -> float:
    """The mean of what is defined; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _times(name: str, ours: Floats, theirs: Floats, chance: Chance, goal: float | None) -> dict[str, Any]:
    """How many times the baseline, with its interval over resampled shoppers."""
    if not len(ours) or not theirs.any():
        nothing = float("nan")
        return row(name, "of 1", Interval(nothing, nothing, nothing, len(ours)), baseline=("transition-kNN", 1.0))
    picks = chance.of("times").integers(len(ours), DRAWS, len(ours))
    below = theirs[picks].mean(axis=1)
    ratio = ours[picks].mean(axis=1) / np.where(below > 0.0, below, np.nan)
    low, high = np.nanquantile(ratio, (0.025, 0.975))
    mean = float(ours.mean() / theirs.mean())
    return row(
        name, "of 1", Interval(mean, float(low), float(high), len(ours)), goal=goal, baseline=("transition-kNN", 1.0)
    )
