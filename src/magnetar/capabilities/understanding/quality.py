"""How good predictions were, day by day, from the platform's own events: ranking, level, and what surprise they left.

Each page says what was predicted for every place on it; views, clicks and orders say what came of
it. A click counts on the day of its page; an order on the day of the click's page, whenever it
comes, so a day's orders are complete only when no more can come. Beside the live predictor stand
two that need no model: the overall rate, and each item's own rate, both frozen at midnight.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Viewed
from magnetar.kernel.chance import Floats
from magnetar.kernel.events import Event

TICKS = 48
"""Of a day."""
BINS = 60
_LOWEST = 1e-4
_EDGES = np.geomspace(_LOWEST, 1.0, BINS + 1)[1:-1]
LIVE, ITEM, OVERALL = "live", "item", "overall"
JUDGED = (LIVE, ITEM, OVERALL)
SMOOTHING = 4.0
"""Expected hits' worth of trust in the overall rate."""
PAGES_KEPT = 200_000
"""Pages whose clicks may still come; a click on an older page is not judged."""
_FLOOR = 1e-6
COMPLETE_DAYS = 3
"""Days after which hardly any order of a click is still under way."""


@dataclass(slots=True)
class Score:
    """What one predictor said of one kind of event on one day, by bins of the rate it said."""

    trials: Floats = field(default_factory=lambda: np.zeros(BINS))
    predicted: Floats = field(default_factory=lambda: np.zeros(BINS))
    hits: Floats = field(default_factory=lambda: np.zeros(BINS))
    loss: float = 0.0
    """Sum of −ln of the probability given to what happened."""

    def tried(self, rate: Floats) -> None:
        """So many chances, each with its predicted rate; failures until a hit says otherwise."""
        rate = np.clip(rate, _FLOOR, 1.0 - _FLOOR)
        place = bin_of_rate(rate)
        self.trials += np.bincount(place, minlength=BINS)
        self.predicted += np.bincount(place, rate, BINS)
        self.loss -= float(np.log1p(-rate).sum())

    def hit(self, rate: Floats) -> None:
        """Chances, tried before, that came true."""
        rate = np.clip(rate, _FLOOR, 1.0 - _FLOOR)
        self.hits += np.bincount(bin_of_rate(rate), minlength=BINS)
        self.loss -= float((np.log(rate) - np.log1p(-rate)).sum())

    def add(self, other: Score) -> None:
        """Another day's."""
        self.trials += other.trials
        self.predicted += other.predicted
        self.hits += other.hits
        self.loss += other.loss

    @property
    def count(self) -> int:
        return int(self.trials.sum())

    @property
    def log_loss(self) -> float:
        """Mean over chances; NaN where there were none."""
        return self.loss / self.trials.sum() if self.trials.any() else float("nan")

    @property
    def level(self) -> float:
        """Predicted over what came; NaN where nothing came."""
        return float(self.predicted.sum() / self.hits.sum()) if self.hits.any() else float("nan")

    @property
    def auc(self) -> float:
        """Chance that a hit was rated above a miss; within a bin all rates count as equal, which costs at most a little."""
        misses = np.maximum(self.trials - self.hits, 0.0)
        total = float(self.hits.sum() * misses.sum())
        below = np.cumsum(misses) - misses
        return float((self.hits * (below + 0.5 * misses)).sum()) / total if total > 0.0 else float("nan")

    @property
    def calibration_error(self) -> float:
        """Mean over chances of |predicted − came|, by bins."""
        return (
            float(np.abs(self.predicted - self.hits).sum() / self.trials.sum()) if self.trials.any() else float("nan")
        )

    def reliability(self, least: float = 50.0) -> list[tuple[float, float, float]]:
        """(predicted, came, standard error of what came) for groups of bins with at least so many expected hits."""
        out: list[tuple[float, float, float]] = []
        trials = predicted = hits = 0.0
        for place in range(BINS):
            trials, predicted = trials + self.trials[place], predicted + self.predicted[place]
            hits += self.hits[place]
            last = place == BINS - 1
            if predicted >= least or (last and predicted > 0.0 and not out):
                rate = hits / trials
                out.append((predicted / trials, rate, float(np.sqrt(max(rate * (1.0 - rate), 1e-12) / trials))))
                trials = predicted = hits = 0.0
        return out


def bin_of_rate(rate: Floats) -> NDArray[np.int64]:
    """Which of the BINS a rate falls into; they widen with the rate."""
    return np.searchsorted(_EDGES, rate, side="right")


class Pages(NamedTuple):
    """Pages whose clicks may still come, by request."""

    request: NDArray[np.uint64]
    """Sorted."""
    row: NDArray[np.int64]
    event: Viewed


class Quality:
    """Scores by day; feed it events in their order."""

    def __init__(self, price: Floats) -> None:
        """`price` is (items,), currency units; 0 for what is not sold."""
        self._price = np.asarray(price, np.float64)
        items = len(self._price)
        self.days: dict[int, dict[str, dict[str, Score]]] = {}
        """By day, then "click" or "order", then predictor."""
        self._counts = np.zeros((4, items))
        """Views, clicks, clicks on what is sold, orders, of each item."""
        self._frozen: tuple[int, Floats, Floats] = (-1, np.zeros(items), np.zeros(items))
        self._overall = (0.05, 0.05)
        self._pages: deque[Pages] = deque()
        self._kept = 0
        self._clicked: dict[tuple[int, int], tuple[int, float, float, float]] = {}
        self._last_day = -1

    def grow(self, price: Floats) -> None:
        """More items came onto the shelf, after the others."""
        more = len(price) - len(self._price)
        if more > 0:
            self._price = np.asarray(price, np.float64)
            self._counts = np.append(self._counts, np.zeros((4, more)), axis=1)
            day, click, order = self._frozen
            self._frozen = day, np.append(click, np.full(more, self._overall[0])), np.append(order, np.zeros(more))

    def take(self, event: Event) -> None:
        """Count an event; what is none of the three is passed over."""
        if isinstance(event, Viewed):
            self._viewed(event)
        elif isinstance(event, Clicked):
            self._click(event)
        elif isinstance(event, Ordered):
            self._order(event)

    def total(self, kind: str, name: str, days: int = 7) -> Score:
        """The last so many days together."""
        out = Score()
        for day in sorted(self.days)[-days:]:
            out.add(self.days[day][kind][name])
        return out

    def _day(self, day: int) -> dict[str, dict[str, Score]]:
        if day not in self.days:
            self.days[day] = {kind: {name: Score() for name in JUDGED} for kind in ("click", "order")}
        return self.days[day]

    def _plain(self, day: int) -> tuple[Floats, Floats]:
        """(items,) rates of each item by the last midnight, and the overall ones."""
        if self._frozen[0] < day:
            views, clicks, trials, orders = self._counts
            click = (clicks.sum() + 1.0) / (views.sum() + 20.0)
            order = (orders.sum() + 1.0) / (trials.sum() + 20.0)
            self._overall = float(click), float(order)
            own = (clicks + SMOOTHING) / (views + SMOOTHING / click)
            own_order = np.minimum(1.0, (orders + SMOOTHING) / (trials + SMOOTHING / order))
            self._frozen = day, own, own_order
            old = [key for key, known in self._clicked.items() if known[0] < day - 30]
            for key in old:
                del self._clicked[key]
        return self._frozen[1], self._frozen[2]

    def _viewed(self, event: Viewed) -> None:
        pages = event.pages
        if not len(pages.request):
            return
        day = int(pages.tick) // TICKS
        seen = (np.arange(POSITIONS) < np.asarray(event.depth)[:, None]) & (np.asarray(pages.item) >= 0)
        item = np.asarray(pages.item)[seen]
        own, _ = self._plain(day)
        scores = self._day(day)["click"]
        scores[LIVE].tried(np.asarray(pages.click_rate)[seen].astype(np.float64))
        scores[ITEM].tried(own[item])
        scores[OVERALL].tried(np.full(len(item), self._overall[0]))
        self._counts[0] += np.bincount(item, minlength=len(self._price))
        order = np.argsort(pages.request, kind="stable")
        self._pages.append(Pages(np.asarray(pages.request)[order], order, event))
        self._kept += len(order)
        while self._kept > PAGES_KEPT and len(self._pages) > 1:
            self._kept -= len(self._pages.popleft().row)

    def _click(self, event: Clicked) -> None:
        request = np.asarray(event.request)
        left = np.ones(len(request), np.bool_)
        for pages in reversed(self._pages):
            if not left.any():
                return
            place = np.minimum(np.searchsorted(pages.request, request), len(pages.request) - 1)
            row, position = pages.row[place], np.asarray(event.position)
            served = pages.event.pages
            found = left & (pages.request[place] == request) & (position < np.asarray(pages.event.depth)[row])
            found &= np.asarray(served.item)[row, position] == event.item
            if not found.any():
                continue
            left &= ~found
            self._judge_clicks(event, np.flatnonzero(found), row, pages.event)

    def _judge_clicks(self, event: Clicked, rows: NDArray[np.int64], row: NDArray[np.int64], viewed: Viewed) -> None:
        day = int(viewed.pages.tick) // TICKS
        own, own_order = self._plain(day)
        item, position = np.asarray(event.item)[rows], np.asarray(event.position)[rows]
        live = np.asarray(viewed.pages.click_rate)[row[rows], position].astype(np.float64)
        scores = self._day(day)
        scores["click"][LIVE].hit(live)
        scores["click"][ITEM].hit(own[item])
        scores["click"][OVERALL].hit(np.full(len(item), self._overall[0]))
        items = len(self._price)
        self._counts[1] += np.bincount(item, minlength=items)
        organic = np.asarray(event.group)[rows] < 0  # of an ad another result may have been predicted
        sold = (self._price[item] > 0.0) & (organic | (np.asarray(viewed.pages.order_rate)[row[rows], position] > 0.0))
        if not sold.any():
            return
        item, position, rows = item[sold], position[sold], rows[sold]
        live = np.asarray(viewed.pages.order_rate)[row[rows], position].astype(np.float64)
        everything = np.full(len(item), self._overall[1])
        self._counts[2] += np.bincount(item, minlength=items)
        for name, rate in ((LIVE, live), (ITEM, own_order[item]), (OVERALL, everything)):
            scores["order"][name].tried(rate)
        keys = zip(np.asarray(event.request)[rows].tolist(), item.tolist(), strict=True)
        told = zip(live.tolist(), own_order[item].tolist(), everything.tolist(), strict=True)
        self._clicked.update({key: (day, *rates) for key, rates in zip(keys, told, strict=True)})

    def _order(self, event: Ordered) -> None:
        self._counts[3] += np.bincount(np.asarray(event.item), minlength=len(self._price))
        for key in zip(np.asarray(event.request).tolist(), np.asarray(event.item).tolist(), strict=True):
            known = self._clicked.pop(key, None)  # a second order of the same click is not judged
            if known is None:
                continue
            scores = self._day(known[0])["order"]
            for name, rate in zip(JUDGED, known[1:], strict=True):
                scores[name].hit(np.array([rate]))
