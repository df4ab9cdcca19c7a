"""What models know of what goes with what, as one table of partners, and whether it beats the table in use.

Sources name partners of every item: the mixture of memory and content, the intent graph, and a taught network where
there is one. How much each counts, and how much the table counts beside transitions that are counted as they come, is
chosen on a day before the one that the gate judges on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.recommendation.evidence import Evidence, alike, nobody_alike
from magnetar.capabilities.recommendation.flywheel import Verdict, compare
from magnetar.capabilities.recommendation.following import DAILY_MEMORY, RECENT, WIDE, counted, named
from magnetar.capabilities.recommendation.gate import Gate
from magnetar.capabilities.recommendation.histories import Histories, Rows
from magnetar.capabilities.recommendation.memory import WINDOW, Memory, Table
from magnetar.capabilities.recommendation.mixture import CONTEXT, DENSE, Parts, Recommender, prior_weights
from magnetar.capabilities.recommendation.registry import Cases
from magnetar.kernel.chance import Chance, Ints
from magnetar.kernel.clock import DAY
from magnetar.kernel.compiled import Array, compiled

ORDERED = 3.0
"""Clicks that one which led to an order counts for."""
ASKED = 24
"""Answers of the mixture of which the best `WIDE` with evidence are kept."""
GATE_CASES = 1_000
"""Cases that the mixture's gate is fitted on, at most."""
FIRM = (2.0, 8.0)
"""Clicks that a row of the table counts for at least; one of them is chosen."""
SHARE = (0.0, 1.0, 3.0)
"""Of an item's own transitions by the time of the fit, added to that; one of them is chosen."""
BLENDS = (0.0, 0.3, 1.0)
"""Weights of every source beside the mixture that are tried."""

Source = tuple[Rows, NDArray[np.float32]]
"""(items, WIDE) partners, best first, −1 where fewer, and their shares, which add up to at most 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Deeds:
    """Clicks of shoppers, one's after another's, in time order."""

    who: Ints
    """(clicks,), from 0, ascending."""
    item: Rows
    at: Ints
    """Microseconds."""
    worth: NDArray[np.float32]
    """(clicks,), 1, or `ORDERED` where an order came of it."""

    @classmethod
    def of(cls, who: Ints, item: Ints, at: Ints, bought: NDArray[np.bool_]) -> Deeds:
        """From clicks and orders in any order; an order marks the shopper's latest click of the item before it.

        An order without such a click stands for one.
        """
        deed = np.lexsort((bought, at, item, who))
        who, item, at, bought = who[deed], item[deed], at[deed], bought[deed]
        new = np.ones(len(who), bool)
        new[1:] = (np.diff(who) != 0) | (np.diff(item) != 0)
        start = np.maximum.accumulate(np.where(new, np.arange(len(who)), 0))
        latest = np.maximum.accumulate(np.where(bought, -1, np.arange(len(who))))
        clicked = latest >= start  # there is a click of the same item by the same shopper before
        worth = np.where(bought, ORDERED, 1.0).astype(np.float32)
        worth[latest[bought & clicked]] = ORDERED
        kept = np.flatnonzero(~(bought & clicked))
        kept = kept[np.lexsort((kept, at[kept], who[kept]))]
        return cls(who[kept].astype(np.int64), item[kept].astype(np.int32), at[kept].astype(np.int64), worth[kept])

    def __len__(self) -> int:
        return len(self.item)

    def before(self, moment: int) -> Deeds:
        """Those before a moment."""
        kept = self.at < moment
        return Deeds(self.who[kept], self.item[kept], self.at[kept], self.worth[kept])


@dataclass(frozen=True, slots=True)
class Goods:
    """What is known of the items without behaviour."""

    vectors: NDArray[np.float32]
    """(items, any), of length 1 or 0."""
    near: Source
    """Nearest items in content and the transitions that they count for, where no table is in use."""

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True, slots=True)
class Mix:
    """How a table is made from its sources."""

    weights: tuple[float, ...]
    """Of each source."""
    firm: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A table with how it came about."""

    partners: Rows
    strengths: NDArray[np.float32]
    verdict: Verdict
    mix: Mix
    sources: tuple[str, ...]
    hit: float
    """Share of the judged clicks that the new table foretold, by worth, mean over shoppers."""
    hit_before: float
    """The same of the table in use."""


Maker = Callable[[Deeds], Source]
"""A source of partners, from the deeds that it may know."""


def refit(
    deeds: Deeds, goods: Goods, in_use: tuple[Rows, NDArray[np.float32]], judged_from: int, others: dict[str, Maker],
    without: NDArray[np.int32], seed: int = 1,
) -> Fitted:  # fmt: skip
    """A new table from everything, judged by one that was made in the same way before the judged deeds.

    Args:
        in_use: partners and strengths of the table in use; what no row of it speaks for is left to likeness.
        judged_from: moment from which deeds are judged on; the table in use must not know what came after.
        others: further sources by name; each is given only the deeds that it may know.
        without: (pairs, 2), pairs that people took out.
    """
    chosen_from = judged_from - DAY
    mixture = {"mixture": _Mixture(goods, deeds.before(judged_from), chosen_from, seed)}
    makers: dict[str, Maker] = {**mixture, **others}
    known = deeds.before(chosen_from)
    mix = _chosen(known, deeds.before(judged_from), goods, [make(known) for make in makers.values()], without)
    known = deeds.before(judged_from)
    stream = Stream.of(known, len(goods))
    new = _table([make(known) for make in makers.values()], mix, known, len(goods))
    found, before = (
        foretold(deeds, judged_from, stream.named(*over_likeness(one, goods), without)) for one in (new, in_use)
    )
    verdict = compare(found, before)
    partners, strengths = _table([make(deeds) for make in makers.values()], mix, deeds, len(goods))
    hits = [float(one.mean()) if len(one) else 0.0 for one in (found, before)]
    return Fitted(partners, strengths, verdict, mix, tuple(makers), *hits)


def foretold(deeds: Deeds, since: int, partners: Rows) -> NDArray[np.float64]:
    """(shoppers who clicked since,), share of their clicks, by worth, that followed up one of the two before."""
    people = int(deeds.who[-1]) + 1 if len(deeds) else 0
    hit, whole = np.zeros(people), np.zeros(people)
    _foretold(deeds.who, deeds.item, deeds.at, deeds.worth, since, partners, hit, whole)
    there = whole > 0.0
    return hit[there] / whole[there]


def over_likeness(table: tuple[Rows, NDArray[np.float32]], goods: Goods) -> tuple[Rows, NDArray[np.float32]]:
    """A table with likeness where it is silent, over all items."""
    near, weight = goods.near[0].copy(), goods.near[1].copy()
    partners, strengths = table
    told = np.flatnonzero((partners >= 0).any(axis=1))
    near[told], weight[told] = partners[told], strengths[told]
    return near, weight


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Transitions as pages count them, by a moment."""

    after: Table
    taken: NDArray[np.float32]

    @classmethod
    def of(cls, deeds: Deeds, items: int) -> Stream:
        """Count day by day, forgetting a little each night."""
        after, taken = Table(items), np.zeros(items, np.float32)
        if len(deeds):
            recent = np.full((int(deeds.who[-1]) + 1, RECENT), -1, np.int32)
            day = deeds.at // DAY
            for one in np.unique(day):
                rows = day == one
                after.weight *= np.float32(DAILY_MEMORY)
                taken *= np.float32(DAILY_MEMORY)
                counted(deeds.who[rows], deeds.item[rows], recent, after)
                taken += np.bincount(deeds.item[rows], minlength=items).astype(np.float32)
        return cls(after, taken)

    def named(self, beside: Rows, weight: NDArray[np.float32], without: NDArray[np.int32]) -> Rows:
        """(items, NEXT), partners as pages would follow them up."""
        return named(self.after, self.taken, beside, weight, without)


def remembered(deeds: Deeds, items: int) -> Memory:
    """Memory in which a click that led to an order counts for more than one that did not."""
    memory = Memory(items)
    for back in range(1, WINDOW + 1):
        if len(deeds) <= back:
            break
        same = (deeds.who[back:] == deeds.who[:-back]) & (deeds.item[back:] != deeds.item[:-back])
        source, goal = deeds.item[:-back][same], deeds.item[back:][same]
        weight = deeds.worth[back:][same] / np.float32(back)
        memory.after.add(source, goal, weight)
        memory.before.add(goal, source, weight)
    memory.count += np.bincount(deeds.item, deeds.worth, items).astype(np.float32)
    return memory


class _Mixture:
    """Memory and content, weighed by a gate that is fitted once, on a day that the judge does not look at."""

    def __init__(self, goods: Goods, deeds: Deeds, valid_from: int, seed: int) -> None:
        self._goods = goods
        vectors = goods.vectors
        self._near = alike(vectors) if vectors.shape[1] and len(goods) <= DENSE else nobody_alike(len(goods))
        self._gate = Gate.plain(prior_weights(), CONTEXT)
        fitting = self._made(deeds.before(valid_from))
        rows = np.flatnonzero((deeds.at[1:] >= valid_from) & (deeds.who[1:] == deeds.who[:-1])) + 1
        rows = rows[(deeds.item[rows] != deeds.item[rows - 1]) & (deeds.who[rows] % 2 == 0)]
        if len(rows) > GATE_CASES:
            rows = np.sort(rows[Chance(seed).of("gate").order(len(rows))[:GATE_CASES]])
        count = len(rows)
        if count:
            ids = [str(one) for one in range(len(goods))]
            context = Histories(ids, [""] * count, np.arange(count + 1), deeds.item[rows - 1])
            cases = Cases(context, np.arange(count + 1), deeds.item[rows])
            self._gate = fitting._fitted(cases, True)  # what was just clicked is never its own partner

    def _made(self, deeds: Deeds) -> Recommender:
        memory = remembered(deeds, len(self._goods))
        evidence = Evidence(memory, self._near)
        return Recommender(Parts(memory, self._gate, self._gate, evidence))

    def __call__(self, deeds: Deeds) -> Source:
        return answered(self._made(deeds), len(self._goods))


def answered(recommender: Recommender, items: int, rows: Ints | None = None) -> Source:
    """A recommender's answers to every item as context; what only popularity speaks for is left out.

    `rows` (items,) are the items' rows in the recommender, −1 where it does not know them; partners are its rows.
    """
    partners, shares = np.full((items, WIDE), -1, np.int32), np.zeros((items, WIDE), np.float32)
    for item in range(items):
        row = item if rows is None else int(rows[item])
        if row < 0:
            continue
        found = recommender.answer(np.array([row], np.int32), ASKED, True)
        told = found.shares.max(axis=1, initial=0.0) > 0.0
        if told.any():
            odds = np.exp(found.scores - found.scores.max())
            best = np.flatnonzero(told)[:WIDE]
            partners[item, : len(best)] = found.items[best]
            shares[item, : len(best)] = odds[best] / odds.sum()
    return partners, shares


def _table(sources: Sequence[Source], mix: Mix, deeds: Deeds, items: int) -> Source:
    """Sources added up, the best `WIDE` of each item, in clicks."""
    partners = np.concatenate([one for one, _ in sources], axis=1)
    shares = np.concatenate(
        [weight * share for (_, share), weight in zip(sources, mix.weights, strict=True)], axis=1
    ).astype(np.float32)
    out, strengths = np.full((items, WIDE), -1, np.int32), np.zeros((items, WIDE), np.float32)
    _best(partners, shares, out, strengths)
    own = np.bincount(deeds.item, minlength=items).astype(np.float32)
    whole = strengths.sum(axis=1, keepdims=True)
    firm = strengths / np.where(whole > 0.0, whole, 1.0) * (mix.firm + mix.share * own[:, None])
    return out, firm.astype(np.float32)


def _chosen(known: Deeds, told: Deeds, goods: Goods, sources: Sequence[Source], without: NDArray[np.int32]) -> Mix:
    """The mix that foretells best what came after `known`, by shoppers that the mixture's gate was not fitted on."""
    stream, since = Stream.of(known, len(goods)), int(known.at.max()) + 1 if len(known) else 0
    odd = told.who % 2 == 1
    told = Deeds(told.who[odd], told.item[odd], told.at[odd], told.worth[odd])
    best, most = Mix((1.0, *[BLENDS[1]] * (len(sources) - 1)), FIRM[0], SHARE[1]), -1.0
    tried: set[Mix] = set()
    for place in range(len(sources) + 1):  # firmness first, then the weight of each further source, then firmness again
        options = [
            *(Mix(best.weights, firm, share) for firm in FIRM for share in SHARE if place in (0, len(sources))),
            *(
                Mix((*best.weights[:place], weight, *best.weights[place + 1 :]), best.firm, best.share)
                for weight in BLENDS
                if 0 < place < len(sources)
            ),
        ]
        for mix in options:
            if mix in tried:
                continue
            tried.add(mix)
            table = _table(sources, mix, known, len(goods))
            found = foretold(told, since, stream.named(*over_likeness(table, goods), without))
            worth = float(found.mean()) if len(found) else 0.0
            if worth > most:
                best, most = mix, worth
    return best


@compiled
def _best(partners: Array, shares: Array, out: Array, strengths: Array) -> None:
    """Add up what sources say of the same partner; keep the best of each row."""
    total = np.zeros(len(out), np.float32)
    for item in range(len(out)):
        for place in range(partners.shape[1]):
            one = partners[item, place]
            if one >= 0:
                total[one] += shares[item, place]
        held = 0
        for place in range(partners.shape[1]):
            one = partners[item, place]
            if one < 0 or total[one] <= 0.0 or one == item:
                continue
            score = total[one]
            total[one] = 0.0
            if held < out.shape[1] or score > strengths[item, out.shape[1] - 1]:
                at = min(held, out.shape[1] - 1)
                while at > 0 and strengths[item, at - 1] < score:
                    strengths[item, at], out[item, at] = strengths[item, at - 1], out[item, at - 1]
                    at -= 1
                strengths[item, at], out[item, at] = score, one
                held = min(held + 1, out.shape[1])
        total[item] = 0.0


@compiled
def _foretold(
    who: Array, item: Array, at: Array, worth: Array, since: int, partners: Array, hit: Array, whole: Array
) -> None:
    recent = np.full(RECENT, -1, np.int32)
    for row in range(len(who)):
        if row == 0 or who[row] != who[row - 1]:
            recent[:] = -1
        what, place = item[row], RECENT - 1
        again = False
        for turn in range(RECENT):
            if recent[turn] == what:
                place, again = turn, True
        if at[row] >= since and recent[0] >= 0 and not again:
            found = False
            for turn in range(RECENT):
                if recent[turn] >= 0:
                    for one in range(partners.shape[1]):
                        if partners[recent[turn], one] == what:
                            found = True
            whole[who[row]] += worth[row]
            if found:
                hit[who[row]] += worth[row]
        for turn in range(place, 0, -1):
            recent[turn] = recent[turn - 1]
        recent[0] = what
