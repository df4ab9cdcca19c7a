"""Who is drawn to what: click rates from few numbers of each shopper and each item, all learned from clicks.

    logit(click rate) = scene + appeal(item) + taste(shopper) · nature(item)

Tastes, natures and appeals are Gaussian beliefs. Everything that happens within a tick is reckoned
from the beliefs of its start, as sums that do not depend on how views and clicks are interleaved:
a view adds its information and takes its expected click off the slope, a click adds one. At the
tick edge (an item, when enough has come together; a shopper, when next met) one Newton step brings
the belief up to date. A rate is the mean over the doubt, by MacKay's approximation, so that who is
little known is predicted near what everybody does.

Sources: logistic Kalman filter, Fahrmeir (1992), JASA 87(418); both sides learned online as in
Matchbox, Stern, Herbrich & Graepel (2009), WWW; mean over a Gaussian, MacKay (1992), Neural
Computation 4(5). Drawing natures to a mean of their category is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Chance, Floats
from magnetar.kernel.compiled import Array, compiled, inlined
from magnetar.kernel.fetching import fetch, fetch_line

WIDE = 8
"""Numbers of a taste."""
DOUBT, NORM, EDGE, FRESH = 8, 9, 10, 11
"""Columns of a shopper after the taste: mean variance; squared length; edge of the last step; views since."""
VIEWED, CLICKED, INFORMATION = 12, 20, 28
"""Where the slopes of views and of clicks and the upper triangle of the information begin; 64 columns in all."""
LINE = 64
BIAS, LENGTH, VAGUE, UNSURE, NATURE = 0, 1, 2, 3, 8
"""Columns of an item as pages read it: appeal with all it starts from; squared length of the nature; mean variance
of the nature; variance of the appeal; the nature. 16 in all."""
ITEM = WIDE + 1
SPREAD, APPEAL_SPREAD, REACH = 0.2, 0.5, 0.9
"""Standard deviations of natures about their category's mean, in each direction, and of appeals; length of a fresh
category's mean. Chosen on the tuned seeds."""
SCENE_NOISE = 3e-5
"""Variance by which the level of a scene may move in a tick."""
MEMORY = 0.99
"""Share of the information on a shopper or an item that is kept from one day to the next."""
_LEAST_SHARE = 1e-3
_EIGHTH_PI = math.pi / 8.0
_LEAST, _MORE = 4.0, 0.05
"""An item takes a step after so many views, and so large a share of those it had."""


class Draws(NamedTuple):
    """What kernels read and add to."""

    shoppers: Array
    """(shoppers, LINE) float32."""
    items: Array
    """(items, 16) float32, as of the tick's start."""
    scenes: Array
    """(scenes,) levels, on the logistic scale, as of the tick's start."""
    item_viewed: Array
    """(items, ITEM), slopes of nature and appeal since the last step."""
    item_clicked: Array
    item_information: Array
    """(items, ITEM × ITEM), of which the upper triangle counts."""
    item_fresh: Array
    """(items, 2), views since the last step, and in all."""
    scene_sums: Array
    """(scenes, 3): slopes of views, of clicks, information."""
    day_of: Array
    """(edges,) int32, see `Tastes`."""
    edge: int
    today: int


@dataclass(slots=True)
class Affinity:
    """The beliefs of one predictor."""

    shoppers: NDArray[np.float32]
    items: NDArray[np.float32]
    scenes: Floats
    mean: Floats
    """(items, ITEM), nature and appeal; the appeal beyond its category's."""
    centre: Floats
    """(categories, ITEM), what a category's items start from."""
    viewed: Floats
    clicked: Floats
    information: Floats
    fresh: Floats
    scene_sums: Floats
    scene_precision: Floats
    category: NDArray[np.int64]
    described: Floats
    """(items, dimensions), what words and pictures say of an item beyond its category, in standard deviations."""
    told: Floats
    """(items, ITEM), what an item starts from beyond its category, concluded from how it is described."""

    @classmethod
    def of(
        cls,
        shoppers: int,
        category: NDArray[np.int64],
        categories: int,
        scenes: int,
        base: float,
        vectors: NDArray[np.float32] | None = None,
    ) -> Affinity:
        """Beliefs before anything was seen.

        `base` is the click rate that every scene starts from; `vectors` are (items, dimensions), rows of zeros where
        nothing is known of an item.
        """
        items = len(category)
        described = _described(category, np.zeros((items, 0)) if vectors is None else vectors.astype(np.float64))
        centre = np.zeros((categories, ITEM))
        if categories <= WIDE:
            centre[:, :categories] = REACH * np.eye(categories)
        else:
            drawn = Chance(0).of("directions").normals(categories, WIDE)
            centre[:, :WIDE] = REACH * drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        rows = np.zeros((shoppers, LINE), np.float32)
        rows[:, DOUBT] = 1.0
        made = cls(
            rows,
            np.zeros((items, 16), np.float32),
            np.full(scenes, math.log(base / (1.0 - base))),
            centre[category],
            centre,
            np.zeros((items, ITEM)),
            np.zeros((items, ITEM)),
            np.zeros((items, ITEM * ITEM)),
            np.zeros((items, 2)),
            np.zeros((scenes, 3)),
            np.full(scenes, 1.0),
            category,
            described,
            np.zeros((items, ITEM)),
        )
        _lay_out(made.mean, made.information, np.arange(items), made.items)
        return made

    def draws(self, day_of: NDArray[np.int32], edge: int, today: int) -> Draws:
        """For kernels."""
        return Draws(
            self.shoppers, self.items, self.scenes, self.viewed, self.clicked, self.information, self.fresh,
            self.scene_sums, day_of, edge, today,
        )  # fmt: skip

    def refresh(self, categories_too: bool) -> None:
        """Bring items and scenes up to date; at a tick edge."""
        if categories_too:
            self._conclude()
            _centres(self.category, self.told, self.mean, self.information, self.centre)
            _lay_out(self.mean, self.information, np.flatnonzero(self.fresh.sum(axis=1) < 50.0), self.items)
        rows = _step_items(self.fresh, self.mean, self.viewed, self.clicked, self.information)
        _lay_out(self.mean, self.information, rows, self.items)
        sums = self.scene_sums
        self.scene_precision += sums[:, 2]
        self.scenes += (sums[:, 0] + sums[:, 1]) / self.scene_precision
        self.scene_precision = 1.0 / (1.0 / self.scene_precision + SCENE_NOISE)
        sums[:] = 0.0

    def _conclude(self) -> None:
        """Which natures go with which descriptions, from the items that are known; the others are drawn to them.

        A weighted ridge regression of what behaviour alone says of each direction (cf. Agarwal & Chen 2009, KDD,
        regression-based latent factor models).
        """
        x, known = self.described, self.information[:, :: ITEM + 1]
        if not x.shape[1]:
            return
        prior = np.full(ITEM, 1.0 / SPREAD**2)
        prior[WIDE] = 1.0 / APPEAL_SPREAD**2
        share = known / (known + prior)
        base = self.centre[self.category] + self.told
        alone = (self.mean - base) / np.maximum(share, _LEAST_SHARE) + self.told
        weight = np.where(share > _LEAST_SHARE, share, 0.0)
        weighted = np.ascontiguousarray(x.T) * np.ascontiguousarray(weight.T)[:, None]  # a layer for each direction
        slope = np.linalg.solve(weighted @ x + len(x.T) * np.eye(len(x.T)), weighted @ alone.T[:, :, None])
        fresh = np.ascontiguousarray((x @ slope)[:, :, 0].T)
        self.mean += (1.0 - share) * (fresh - self.told)
        self.told = fresh

    def decay(self) -> None:
        """Let items forget; shoppers forget when next met."""
        self.information *= MEMORY
        self.fresh[:, 1] *= MEMORY

    def forget(self, row: int, edge: int) -> None:
        """What is known of one shopper."""
        self.shoppers[row] = 0.0
        self.shoppers[row, DOUBT], self.shoppers[row, EDGE] = 1.0, edge

    def take_over(self, old: Affinity) -> None:
        """What another has learned of the same items, shoppers and scenes, which are the first of ours."""
        for name in ("shoppers", "mean", "viewed", "clicked", "information", "fresh", "scenes", "scene_sums"):
            source = getattr(old, name)
            getattr(self, name)[: len(source)] = source
        self.scene_precision[:] = old.scene_precision
        self.shoppers[len(old.shoppers) :, EDGE] = old.shoppers[:, EDGE].max(initial=0.0)
        self.centre[: len(old.centre)] = old.centre
        fresh = np.arange(len(old.mean), len(self.mean))
        self.told[: len(old.told)] = old.told
        self.mean[fresh] = self.centre[self.category[fresh]]
        self._conclude()
        _lay_out(self.mean, self.information, np.arange(len(self.mean)), self.items)


def _described(category: NDArray[np.int64], vectors: Floats) -> Floats:
    """Vectors less their category's mean, in standard deviations of all items; zeros where nothing is known."""
    out, known = np.zeros_like(vectors), vectors.any(axis=1)
    for kind in np.unique(category[known]):
        rows = np.flatnonzero(known & (category == kind))
        out[rows] = vectors[rows] - vectors[rows].mean(axis=0)
    spread = out[known].std(axis=0) if known.any() else np.ones(vectors.shape[1])
    return out / np.where(spread > 1e-9, spread, 1.0)


@inlined
def rate_of(mean: float, variance: float) -> float:
    """Mean of the logistic of a Gaussian, approximately."""
    return 1.0 / (1.0 + math.exp(-mean / math.sqrt(1.0 + _EIGHTH_PI * variance)))


@inlined
def belief(person: int, what: int, where: int, draws: Draws) -> tuple[float, float]:
    """Mean and variance of the logit of a click."""
    row, thing = draws.shoppers, draws.items
    pull = (  # in pairs, so that no sum waits for the one before, and wide: kernels round alike
        (np.float64(row[person, 0]) * thing[what, 8] + np.float64(row[person, 1]) * thing[what, 9])
        + (np.float64(row[person, 2]) * thing[what, 10] + np.float64(row[person, 3]) * thing[what, 11])
    ) + (
        (np.float64(row[person, 4]) * thing[what, 12] + np.float64(row[person, 5]) * thing[what, 13])
        + (np.float64(row[person, 6]) * thing[what, 14] + np.float64(row[person, 7]) * thing[what, 15])
    )
    doubt, vague = np.float64(row[person, DOUBT]), np.float64(thing[what, VAGUE])
    variance = doubt * thing[what, LENGTH] + vague * (row[person, NORM] + WIDE * doubt) + thing[what, UNSURE]
    return draws.scenes[where] + thing[what, BIAS] + pull, variance


@compiled
def click_rates(shopper: Array, scene: Array, item: Array, draws: Draws, out: Array) -> None:
    """Click rates of rows whose shoppers are up to date."""
    for row in range(item.shape[0]):
        mean, variance = belief(int(shopper[row]), int(item[row]), int(scene[row]), draws)
        out[row] = rate_of(mean, variance)


@compiled
def click_beliefs(shopper: Array, scene: Array, item: Array, draws: Draws, out: Array) -> None:
    """(2, rows) mean and variance of the logits of rows whose shoppers are up to date."""
    for row in range(item.shape[0]):
        out[0, row], out[1, row] = belief(int(shopper[row]), int(item[row]), int(scene[row]), draws)


@compiled
def bring_up(shopper: Array, first: int, last: int, draws: Draws) -> None:
    """Bring the tastes of some rows' shoppers up to the tick's start."""
    rows, day_of, edge, today = draws.shoppers, draws.day_of, draws.edge, draws.today
    work, step = np.empty((WIDE, WIDE)), np.empty(WIDE)
    for place in range(first, last):
        fetch(rows, int(shopper[place]))
    for place in range(first, last):
        person = int(shopper[place])
        since = int(rows[person, EDGE])
        if since == edge:
            continue
        rows[person, EDGE] = edge
        nights = today - int(day_of[since])
        fresh = rows[person, FRESH] > 0.0
        if not fresh and nights == 0:
            continue
        if fresh:
            for axis in range(WIDE):
                step[axis] = np.float64(rows[person, VIEWED + axis]) + rows[person, CLICKED + axis]
                rows[person, VIEWED + axis] = rows[person, CLICKED + axis] = 0.0
            _factor(rows, person, work)
            _solve(WIDE, work, step)
            norm = 0.0
            for axis in range(WIDE):
                rows[person, axis] += step[axis]
                norm += np.float64(rows[person, axis]) ** 2
            rows[person, NORM], rows[person, FRESH] = norm, 0.0
        if nights > 0:
            keep = np.float32(MEMORY**nights)
            for place_ in range(INFORMATION, LINE):
                rows[person, place_] *= keep
            _factor(rows, person, work)
        rows[person, DOUBT] = _trace_of_inverse(WIDE, work, step) / WIDE


@inlined
def _factor(rows: Array, person: int, work: Array) -> None:
    """Cholesky factor of 1 + information, below the diagonal."""
    place = INFORMATION
    for a in range(WIDE):
        for b in range(a, WIDE):
            work[b, a] = np.float64(rows[person, place])
            place += 1
        work[a, a] += 1.0
    _cholesky(WIDE, work)


@inlined
def _cholesky(size: int, work: Array) -> None:
    """In place, below the diagonal. The size is given, so that loops of known length can be unrolled."""
    for a in range(size):
        held = work[a, a]
        for k in range(a):
            held -= work[a, k] * work[a, k]
        held = math.sqrt(max(held, 1e-12))
        work[a, a] = held
        for b in range(a + 1, size):
            rest = work[b, a]
            for k in range(a):
                rest -= work[b, k] * work[a, k]
            work[b, a] = rest / held


@inlined
def _solve(size: int, work: Array, step: Array) -> None:
    for a in range(size):
        for k in range(a):
            step[a] -= work[a, k] * step[k]
        step[a] /= work[a, a]
    for a in range(size - 1, -1, -1):
        for k in range(a + 1, size):
            step[a] -= work[k, a] * step[k]
        step[a] /= work[a, a]


@inlined
def _trace_of_inverse(size: int, work: Array, column: Array) -> float:
    """Sum of the variances whose precision has this Cholesky factor."""
    total = 0.0
    for axis in range(size):
        for a in range(axis, size):
            held = 1.0 if a == axis else 0.0
            for k in range(axis, a):
                held -= work[a, k] * column[k]
            column[a] = held / work[a, a]
            total += column[a] * column[a]
    return total


@compiled
def learn_views(shopper: Array, scene: Array, item: Array, depth: Array, first: int, last: int, draws: Draws) -> None:
    """Everything on screen: its information, and its expected click off the slopes."""
    rows, thing, sums = draws.shoppers, draws.items, draws.scene_sums
    slope, information = draws.item_viewed, draws.item_information
    for page in range(first, last):
        person, where = int(shopper[page]), int(scene[page])
        fetch_line(rows, person, 1)
        fetch_line(rows, person, 2)
        fetch_line(rows, person, 3)
        for position in range(depth[page]):
            what = int(item[page, position])
            if what < 0:
                continue
            mean, variance = belief(person, what, where, draws)
            rate = rate_of(mean, variance)
            curve = rate * (1.0 - rate)
            doubt, vague = np.float64(rows[person, DOUBT]), np.float64(thing[what, VAGUE])
            both = WIDE * doubt * vague
            own = 1.0 / (1.0 + curve * (vague * rows[person, NORM] + both + thing[what, UNSURE]))
            its = 1.0 / (1.0 + curve * (doubt * thing[what, LENGTH] + both))
            miss, weight = np.float32(rate * own), np.float32(curve * own)
            place = INFORMATION
            for a in range(WIDE):
                nature = thing[what, NATURE + a]
                rows[person, VIEWED + a] -= miss * nature
                nature *= weight
                for b in range(a, WIDE):
                    rows[person, place + b - a] += nature * thing[what, NATURE + b]
                place += WIDE - a
            rows[person, FRESH] += np.float32(1.0)
            expected, weighed = rate * its, curve * its
            for a in range(WIDE):
                taste = np.float64(rows[person, a])
                slope[what, a] -= expected * taste
                taste *= weighed
                for b in range(a, WIDE):
                    information[what, ITEM * a + b] += taste * rows[person, b]
                information[what, ITEM * a + WIDE] += taste
            slope[what, WIDE] -= expected
            information[what, ITEM * ITEM - 1] += weighed
            draws.item_fresh[what, 0] += 1.0
            settled = 1.0 / (1.0 + curve * variance)
            sums[where, 0] -= rate * settled
            sums[where, 2] += curve * settled


@compiled
def learn_clicks(shopper: Array, scene: Array, item: Array, draws: Draws) -> None:
    """A click adds to the slopes what its view took off for the expectation of a whole click."""
    rows, thing = draws.shoppers, draws.items
    slope, sums = draws.item_clicked, draws.scene_sums
    for row in range(item.shape[0]):
        person, what, where = int(shopper[row]), int(item[row]), int(scene[row])
        mean, variance = belief(person, what, where, draws)
        rate = rate_of(mean, variance)
        curve = rate * (1.0 - rate)
        doubt, vague = np.float64(rows[person, DOUBT]), np.float64(thing[what, VAGUE])
        both = WIDE * doubt * vague
        own = 1.0 / (1.0 + curve * (vague * rows[person, NORM] + both + thing[what, UNSURE]))
        its = 1.0 / (1.0 + curve * (doubt * thing[what, LENGTH] + both))
        for a in range(WIDE):
            rows[person, CLICKED + a] += own * thing[what, NATURE + a]
            slope[what, a] += its * rows[person, a]
        rows[person, FRESH] += np.float32(1.0)
        slope[what, WIDE] += its
        sums[where, 1] += 1.0 / (1.0 + curve * variance)


@inlined
def _precision(information: Array, what: int, work: Array) -> None:
    for a in range(ITEM):
        for b in range(a, ITEM):
            work[b, a] = information[what, ITEM * a + b]
        work[a, a] += 1.0 / SPREAD**2 if a < WIDE else 1.0 / APPEAL_SPREAD**2
    _cholesky(ITEM, work)


@compiled
def _step_items(fresh: Array, mean: Array, viewed: Array, clicked: Array, information: Array) -> Array:
    """Items of which enough came together take a step; which they are."""
    work, step = np.empty((ITEM, ITEM)), np.empty(ITEM)
    rows, count = np.empty(fresh.shape[0], np.int64), 0
    for what in range(fresh.shape[0]):
        if fresh[what, 0] < _LEAST + _MORE * fresh[what, 1]:
            continue
        rows[count] = what
        count += 1
        fresh[what, 1] += fresh[what, 0]
        fresh[what, 0] = 0.0
        _precision(information, what, work)
        for axis in range(ITEM):
            step[axis] = viewed[what, axis] + clicked[what, axis]
            viewed[what, axis] = clicked[what, axis] = 0.0
        _solve(ITEM, work, step)
        for axis in range(ITEM):
            mean[what, axis] += step[axis]
    return rows[:count]


@compiled
def _lay_out(mean: Array, information: Array, rows: Array, out: Array) -> None:
    """Items as pages read them."""
    work, column = np.empty((ITEM, ITEM)), np.empty(ITEM)
    for what in rows:
        _precision(information, what, work)
        whole = _trace_of_inverse(ITEM, work, column)
        unsure = 1.0 / work[WIDE, WIDE] ** 2  # the appeal stands last, so that its variance can be read off
        length = 0.0
        for axis in range(WIDE):
            out[what, NATURE + axis] = mean[what, axis]
            length += mean[what, axis] ** 2
        out[what, BIAS], out[what, LENGTH] = mean[what, WIDE], length
        out[what, VAGUE], out[what, UNSURE] = (whole - unsure) / WIDE, unsure


@compiled
def _centres(category: Array, told: Array, mean: Array, information: Array, centre: Array) -> None:
    """Categories' means from their items, and what they move by to those items, the less the more is known of them.

    Directions and the appeal are treated one by one, as if the information had no entries beside the diagonal.
    """
    categories = centre.shape[0]
    total, weight = np.zeros((categories, ITEM)), np.zeros((categories, ITEM))
    for what in range(mean.shape[0]):
        for axis in range(ITEM):
            prior = 1.0 / SPREAD**2 if axis < WIDE else 1.0 / APPEAL_SPREAD**2
            known = information[what, (ITEM + 1) * axis]
            share = known / (known + prior)
            if share > 1e-3:
                kind = category[what]
                alone = centre[kind, axis] + (mean[what, axis] - told[what, axis] - centre[kind, axis]) / share
                total[kind, axis] += share * alone
                weight[kind, axis] += share
    for what in range(mean.shape[0]):
        kind = category[what]
        for axis in range(ITEM):
            prior = 1.0 / SPREAD**2 if axis < WIDE else 1.0 / APPEAL_SPREAD**2
            rest = prior / (information[what, (ITEM + 1) * axis] + prior)
            held = 2.0 * centre[kind, axis] if axis < WIDE else 0.0
            new = (total[kind, axis] + held) / (weight[kind, axis] + 2.0)
            mean[what, axis] += rest * (new - centre[kind, axis])
    for kind in range(categories):
        for axis in range(ITEM):
            held = 2.0 * centre[kind, axis] if axis < WIDE else 0.0
            centre[kind, axis] = (total[kind, axis] + held) / (weight[kind, axis] + 2.0)
