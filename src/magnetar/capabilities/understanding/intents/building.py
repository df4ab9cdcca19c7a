"""From behaviour and a catalogue's words to the intent graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.understanding.intents.behaviour import Behaviour
from magnetar.capabilities.understanding.intents.extending import Extender, Judged, LexiconExtender, judge
from magnetar.capabilities.understanding.intents.flows import beside, flows, strongest
from magnetar.capabilities.understanding.intents.graph import NO_NEED, IntentGraph, Links, Standing
from magnetar.capabilities.understanding.intents.kinds import Kinds, kinds_of
from magnetar.capabilities.understanding.intents.matrices import Sparse, coo, csr, scaled_by
from magnetar.capabilities.understanding.intents.mining import Edges, Relation, evidence_for, mine
from magnetar.capabilities.understanding.intents.needs import Need, mined_needs
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.compiled import Array, compiled

NEAREST = 400
"""Edges that an item keeps."""
DAMPING = 0.6
"""Power of a target's popularity that its edges are divided by."""
RECENT = 14 * DAY
"""Time over which the weight of an event falls to 1 ⁄ e, for what is in season."""
SEASON = 0.7
"""Power of the trend that edges to an item are multiplied with."""
FADING = 90 * DAY
"""Time over which the weight of a basket falls to 1 ⁄ e, for what stands beside what."""
RIDGE = 60.0
BESIDE, ONLY_BESIDE = 1.0, 25.0
"""What stands beside an item counts this much for each unit of what follows it: where shoppers come back, where they do not."""
RETURNING = 1.2
"""Baskets per shopper from which shoppers are taken to come back."""
HYPOTHESIS = 0.02
"""Weight of an edge that nothing but a hypothesis speaks for: less than what a mined edge carries."""
REPEATS = 20.0
"""Shoppers that the general rate of coming again weighs as much as, when a type's own is judged."""


def build(
    behaviour: Behaviour,
    items: Sequence[str],
    titles: Sequence[str],
    categories: Sequence[str] = (),
    *,
    kinds: Kinds | None = None,
    extenders: Sequence[Extender] | None = None,
    rate: float = 0.01,
    placebo: bool = True,
    seed: int = 1,
    damping: float = DAMPING,
    season: float = SEASON,
    recent: int = RECENT,
    fading: int = FADING,
    ridge: float = RIDGE,
    side: float | None = None,
) -> IntentGraph:
    """Mine types, needs and edges; ask the extenders; hold what they propose against the data.

    Args:
        behaviour: its items number `items`.
        titles: what each item is called; '' where nothing is known, then only its own edges can be mined.
        kinds: product types, where they are known already.
        extenders: who proposes needs; the table of scenes where it is not given.
        side: weight of what stands beside an item; `BESIDE` or `ONLY_BESIDE` where it is not given.
        placebo: whether to count edges in shuffled data as well.

    Raises:
        ValueError: an event names an item that is not listed.
    """
    count = len(items)
    if side is None:
        side = BESIDE if behaviour.baskets >= RETURNING * len(np.unique(behaviour.shopper)) else ONLY_BESIDE
    if len(behaviour) and int(behaviour.item.max()) >= count:
        raise ValueError(f"{count} items are listed, an event names number {int(behaviour.item.max())}")
    kinds = kinds or kinds_of(list(titles), list(categories))
    types = len(kinds.names)
    typed = behaviour.seen_as(kinds.of) if count else behaviour
    mined = mine(typed, types, rate=rate, chance=Chance(seed) if placebo else None)
    often = _baskets_with(typed, types)
    needs = mined_needs(mined.edges, kinds.names)
    judged = _proposed(
        [LexiconExtender()] if extenders is None else extenders, kinds.names, needs, mined.edges, often, typed.baskets
    )
    needs += [one.need for one in judged]
    popularity, trend = _popularity(behaviour, count, recent, season)
    type_links = _type_links(mined.edges, needs, judged, damping, often)
    about = {
        "events": len(behaviour), "baskets": behaviour.baskets, "shoppers": len(np.unique(behaviour.shopper)),
        "items": count, "types": types, "tests": mined.pairs, "edges_found": int(mined.edges.kept.sum()),
        "placebo_edges": mined.placebo, "false_discovery_rate": rate,
        "first": int(behaviour.at.min()) if len(behaviour) else 0, "last": int(behaviour.at.max()) if len(behaviour) else 0,
    }  # fmt: skip
    return IntentGraph(
        list(items), list(titles), kinds.of, kinds.names, often, popularity, trend, _again(typed, types), needs,
        type_links, _item_links(behaviour, count, kinds.of, type_links, types, damping, fading, ridge, side), about,
    )  # fmt: skip


def _baskets_with(behaviour: Behaviour, things: int) -> Floats:
    cells = np.unique(behaviour.basket * max(things, 1) + behaviour.item)
    return np.bincount(cells % max(things, 1), minlength=things).astype(np.float64)


def _proposed(
    extenders: Sequence[Extender], names: list[str], needs: list[Need], edges: Edges, often: Floats, baskets: int
) -> list[Judged]:
    """What the extenders propose, from nothing and around each mined need, as far as the catalogue has it."""
    found: list[Judged] = []
    for extender in extenders:
        seen: set[str] = set()
        for need in (None, *needs[:40]):
            for proposal in extender.propose(names, need):
                if proposal.name in seen:
                    continue
                seen.add(proposal.name)
                one = judge(proposal, extender.name, len(found), names, edges, often, baskets)
                if one is not None:
                    found.append(one)
    return found


def _popularity(behaviour: Behaviour, items: int, recent: int, season: float) -> tuple[Floats, Floats]:
    """Decayed counts, and the trend: share now over share always, to the power `season`."""
    always: Floats = np.bincount(behaviour.item, minlength=items).astype(np.float64)
    if not len(behaviour):
        return always, np.ones(items)
    fresh = np.exp((behaviour.at - behaviour.at.max()) / recent)
    now: Floats = np.bincount(behaviour.item, fresh, minlength=items).astype(np.float64)
    scaled = now * (always.sum() / now.sum())
    return now, ((scaled + 2.0) / (always + 5.0)) ** season


def _again(typed: Behaviour, types: int) -> Floats:
    """(types,) the chance that a type met once is met again in the shopper's next basket, shrunken to the general rate."""
    hits, trials = np.zeros(types), np.zeros(types)
    cells = (
        np.unique(np.stack([typed.shopper, typed.basket, typed.item], 1), axis=0)
        if len(typed)
        else np.zeros((0, 3), np.int64)
    )
    _count_again(cells[:, 0], cells[:, 1], cells[:, 2], hits, trials)
    general = hits.sum() / (trials.sum() + 20.0)
    return (hits + REPEATS * general) / (trials + REPEATS)


@compiled
def _count_again(shopper: Array, basket: Array, item: Array, hits: Array, trials: Array) -> None:
    """Rows by shopper, basket and item: compare each basket with the shopper's next one."""
    count = shopper.shape[0]
    start = 0
    while start < count:
        end = start
        while end < count and basket[end] == basket[start]:
            end += 1
        if end < count and shopper[end] == shopper[start]:
            following = end
            last = end
            while last < count and basket[last] == basket[end]:
                last += 1
            for row in range(start, end):
                trials[item[row]] += 1.0
                while following < last and item[following] < item[row]:
                    following += 1
                if following < last and item[following] == item[row]:
                    hits[item[row]] += 1.0
        start = end


def _type_links(edges: Edges, needs: list[Need], judged: list[Judged], damping: float, often: Floats) -> Links:
    """Edges that stand and are complements, and what hypotheses add to them."""
    stands = edges.kept & (edges.low > 1.0) & (edges.relation == Relation.COMPLEMENT)
    picked = edges.pick(stands)
    supported = {pair for one in judged for pair in one.stands}
    pairs = list(zip(picked.source.tolist(), picked.target.tolist(), strict=True))
    need_of = _needs_of(pairs, needs)
    weight = picked.share * _damped(often, damping)[picked.target] if len(picked) else picked.share
    whole = np.bincount(picked.source, weight, minlength=1)
    mean = whole[whole > 0.0].mean() if (whole > 0.0).any() else 1.0
    weight = weight / mean
    standing = np.array([Standing.SUPPORTED if pair in supported else Standing.MINED for pair in pairs], np.int8)
    known = set(pairs)
    refuted = {pair for one in judged for pair in one.refuted}
    guesses: dict[tuple[int, int], int] = {}
    offset = len(needs) - len(judged)
    for place, one in enumerate(judged):
        if one.need.status in ("contradicted", "unverified"):
            continue  # what a model thinks and the data do not show adds no edge
        for a in one.need.types:
            for b in one.need.types:
                if a != b and (a, b) not in known and (a, b) not in refuted:
                    guesses.setdefault((a, b), offset + place)
    mined = Links.of(
        picked.source, picked.target, weight, need_of, standing=standing, relation=picked.relation,
        support=picked.support, expected=picked.expected, lift=picked.lift, low=picked.low, high=picked.high, p=picked.p,
        after=picked.after, before=picked.before, direction=picked.direction, lag=picked.lag,
    )  # fmt: skip
    if not guesses:
        return mined
    ends = np.array(list(guesses), np.int64)
    guessed = Links.of(
        ends[:, 0], ends[:, 1], HYPOTHESIS * np.minimum(_damped(often, damping)[ends[:, 1]], 1.0), list(guesses.values()),
        standing=np.full(len(ends), Standing.HYPOTHESIS), lift=np.ones(len(ends)), p=np.ones(len(ends)),
    )  # fmt: skip
    return _joined(mined, guessed)


def _joined(one: Links, other: Links) -> Links:
    columns: list[Any] = [
        np.concatenate([getattr(one, name), getattr(other, name)]) for name in Links.__dataclass_fields__
    ]
    return Links(*columns)


def _damped(often: Floats, damping: float) -> Floats:
    """A factor around 1: less for what is everywhere anyway."""
    scale = (often + 5.0) ** -damping
    total = float((scale * often).sum())
    return scale * (often.sum() / total if total > 0.0 else 1.0 / max(scale.max(initial=0.0), 1e-12))


def _needs_of(pairs: Sequence[tuple[int, int]], needs: list[Need]) -> Ints:
    """The need that each pair serves: a proposed one that the data support before a mined one, the smaller first."""
    order = sorted(
        range(len(needs)),
        key=lambda one: (needs[one].status != "supported", needs[one].source != "mining", len(needs[one].types)),
    )
    usable = [one for one in order if needs[one].status in ("supported", "mined")]
    of_type: dict[int, list[int]] = {}
    for rank, one in enumerate(usable):
        for kind in needs[one].types:
            of_type.setdefault(kind, []).append(rank)
    found = np.full(len(pairs), NO_NEED, np.int64)
    for row, (a, b) in enumerate(pairs):
        shared = set(of_type.get(a, ())) & set(of_type.get(b, ()))
        if shared:
            found[row] = usable[min(shared)]
    return found


def _item_links(
    behaviour: Behaviour,
    items: int,
    kind: Ints,
    type_links: Links,
    types: int,
    damping: float,
    fading: int,
    ridge: float,
    side: float,
) -> Links:
    """What follows an item, near events counting most, and what stands beside it, new baskets counting most.

    Each edge serves the need of its types, where they have one. Both parts are brought to a mean row of 1.
    """
    if not len(behaviour):
        return Links.none()
    fresh = np.exp((behaviour.at - behaviour.at.max()) / fading)
    matrix = flows(behaviour, items, np.sqrt(fresh))
    if not matrix.nnz:
        return Links.none()
    often = np.bincount(behaviour.item, minlength=items).astype(np.float64)
    worth = _even(csr(matrix @ scaled_by((often + 5.0) ** -damping)))
    if side:
        worth = csr(worth + side * _even(beside(behaviour, items, fresh, ridge)))
    cells = coo(strongest(worth, NEAREST))
    source, target = cells.row.astype(np.int64), cells.col.astype(np.int64)
    support, expected, lift, low, high = evidence_for(behaviour, items, source, target)
    need = np.full(len(source), NO_NEED, np.int64)
    codes = type_links.source * max(types, 1) + type_links.target
    order = np.argsort(codes)
    wanted = np.where((kind[source] >= 0) & (kind[target] >= 0), kind[source] * max(types, 1) + kind[target], -1)
    place = np.searchsorted(codes[order], wanted)
    hit = (place < len(codes)) & (wanted >= 0)
    hit[hit] &= codes[order][place[hit]] == wanted[hit]
    need[hit] = type_links.need[order][place[hit]]
    return Links.of(
        source, target, cells.data, need, support=support, expected=expected, lift=lift, low=low, high=high,
        relation=np.where((kind[source] == kind[target]) & (kind[source] >= 0), Relation.NEITHER, Relation.COMPLEMENT),
    )  # fmt: skip


def _even(matrix: Sparse) -> Sparse:
    """The same, divided by the mean of its rows' sums."""
    rows = np.asarray(matrix.sum(axis=1)).ravel()
    mean = rows[rows > 0.0].mean() if (rows > 0.0).any() else 1.0
    return csr(matrix / mean)
