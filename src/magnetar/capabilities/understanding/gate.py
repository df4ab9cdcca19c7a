"""The gate of the data flywheel: other settings of the predictor learn beside it and take over only when they prove better.

Every candidate sees the same events as the live predictor and is judged on the same impressions:
the difference of the surprise (−ln of the probability given to what happened) of click and order
rates, summed by tick, so that the interval allows for what ticks have in common. At midnight the
best candidate takes over if the whole interval lies beyond a margin. The one it replaced stays on
as a candidate, and comes back as soon as it proves better in turn.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from magnetar.capabilities.shoppers import POSITIONS, Clicked, Ordered, Viewed
from magnetar.capabilities.understanding.service import Predictor, Strengths
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats, Ints
from magnetar.kernel.events import Event

MARGIN = 0.002
"""Share of the live predictor's surprise that a candidate must save at least."""
ERRORS = 3.0
"""Standard errors by which the saving must lie beyond the margin: a look every midnight at a few candidates."""
FEWEST_TICKS = 48
WINDOW_TICKS = 240
"""Ticks that count: five days."""
_FLOOR = 1e-6
_Surprise = Callable[[Floats], Floats]


class PredictorPromoted(Event, frozen=True):
    """Other settings took over the predictions."""

    at: int
    name: str
    before: str
    saved: float
    """Share of the surprise."""
    error: float
    """Its standard error."""


class PredictorRolledBack(Event, frozen=True):
    """Settings that had been replaced proved better after all and came back."""

    at: int
    name: str
    before: str
    saved: float
    error: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate does against the live predictor."""

    name: str
    saved: float
    """Share of the live predictor's surprise that the candidate would have saved; negative where it is worse."""
    error: float
    """Standard error; infinite before there are enough ticks."""
    ticks: int

    @property
    def better(self) -> bool:
        """Whether the whole interval lies beyond the margin."""
        return self.ticks >= FEWEST_TICKS and self.saved - ERRORS * self.error > MARGIN


@dataclass(slots=True)
class _Candidate:
    strengths: Strengths
    shadow: Predictor
    surprise: deque[float] = field(default_factory=lambda: deque[float](maxlen=WINDOW_TICKS))
    """By tick."""
    now: float = 0.0


class Gate:
    """Candidates beside a predictor. Call `refresh` and `new_day` where the predictor's own are called, after them."""

    def __init__(
        self,
        bus: Bus,
        live: Predictor,
        candidates: Mapping[str, Strengths],
        name: str = "default",
        replaced: Iterable[str] = (),
    ) -> None:
        """`name` is what the live settings are called; `replaced`, which candidates were live before.

        Raises:
            ValueError: a candidate has the live one's name.
        """
        if name in candidates:
            raise ValueError(f"{name!r} is the live predictor's name; call the candidate something else")
        self._bus, self._live = bus, live
        self.name = name
        self.replaced = set(replaced)
        shoppers = len(live.liked)
        self._rivals = {
            one: _Candidate(strengths, Predictor(bus, live.shelf, shoppers, strengths))
            for one, strengths in candidates.items()
        }
        self._surprise: deque[float] = deque(maxlen=WINDOW_TICKS)
        self._now = 0.0
        self._tick = -1
        bus.subscribe(Viewed, self.on_viewed)
        bus.subscribe(Clicked, self.on_clicked)
        bus.subscribe(Ordered, self.on_ordered)
        for one in self._rivals.values():  # who begins beside a predictor that has learned begins with what it learned
            for mine, theirs in ((one.shadow.clicks, live.clicks), (one.shadow.orders, live.orders)):
                mine.matches.expect(theirs.matches.prior.astype(np.float64))
            one.shadow.take_over(live)

    def close(self) -> None:
        """Learn and judge no more."""
        gone = {id(self), *(id(one.shadow) for one in self._rivals.values())}
        for handlers in self._bus._handlers.values():
            handlers[:] = [one for one in handlers if id(getattr(one, "__self__", None)) not in gone]

    def take_over(self, old: Gate) -> None:
        """What another gate with the same names has learned and counted, on a shelf whose first items were its own."""
        for name, one in self._rivals.items():
            before = old._rivals.get(name)
            if before is not None:
                one.shadow.take_over(before.shadow)
                one.surprise, one.now = before.surprise, before.now
        self._surprise, self._now, self._tick = old._surprise, old._now, old._tick
        self.replaced = old.replaced

    def forget(self, row: int) -> None:
        """All that the candidates know of one shopper."""
        for one in self._rivals.values():
            one.shadow.forget(row)

    def standings(self) -> list[Standing]:
        """Every candidate, the best first."""
        live = np.array(self._surprise)
        found: list[Standing] = []
        for name, one in self._rivals.items():
            theirs = np.array(one.surprise)[-len(live) :] if len(live) else np.zeros(0)
            total, count = float(live[-len(theirs) :].sum()) if len(theirs) else 0.0, len(theirs)
            if count < 2 or total <= 0.0:
                found.append(Standing(name, 0.0, math.inf, count))
                continue
            saved = live[-count:] - theirs
            error = float(saved.std(ddof=1)) * math.sqrt(count) / total
            found.append(Standing(name, float(saved.sum()) / total, error, count))
        return sorted(found, key=lambda one: -one.saved)

    def refresh(self, now: int) -> None:
        """Close the tick; bring the candidates up to date."""
        if self._tick >= 0:
            self._surprise.append(self._now)
            for one in self._rivals.values():
                one.surprise.append(one.now)
        self._tick += 1
        self._now = 0.0
        for one in self._rivals.values():
            one.now = 0.0
            one.shadow.refresh(now)

    def new_day(self) -> Event | None:
        """Let the candidates forget as the live one does, and let the best take over if it is better; tells which."""
        for one in self._rivals.values():
            one.shadow.new_day()
        best = next(iter(self.standings()), None)
        if best is None or not best.better:
            return None
        chosen = self._rivals.pop(best.name)
        before = self.name
        left = _Candidate(self._live.strengths, chosen.shadow)
        chosen.shadow.adopt(self._live.strengths)  # the shadow goes on as the one that is replaced
        self._live.adopt(chosen.strengths)
        self._rivals[before], self.name = left, best.name
        back = best.name in self.replaced
        self.replaced.add(before)
        self._surprise.clear()
        for one in self._rivals.values():
            one.surprise.clear()
        told = (PredictorRolledBack if back else PredictorPromoted)(
            self._bus.clock.now(), best.name, before, best.saved, best.error
        )
        self._bus.publish(told)
        return told

    # ---- judging: the shadows have learned of this tick's events only what they read from the next tick on

    def on_viewed(self, event: Viewed) -> None:
        """Every view might have been a click."""
        pages = event.pages
        item = np.asarray(pages.item)
        row, place = np.nonzero((np.arange(POSITIONS) < np.asarray(event.depth)[:, None]) & (item >= 0))
        shopper, scene = np.asarray(pages.shopper)[row], np.asarray(pages.scene)[row]
        self._judge(shopper, scene, item[row, place].astype(np.int64), 0, lambda rate: -np.log1p(-rate))

    def on_clicked(self, event: Clicked) -> None:
        """A click was one; what is sold might have been ordered."""
        shopper, scene, item = np.asarray(event.shopper), np.asarray(event.scene), np.asarray(event.item, np.int64)
        self._judge(shopper, scene, item, 0, lambda rate: np.log1p(-rate) - np.log(rate))
        sold = self._live.shelf.arrays.price[item] > 0.0
        self._judge(shopper[sold], scene[sold], item[sold], 1, lambda rate: -np.log1p(-rate))

    def on_ordered(self, event: Ordered) -> None:
        """An order came of a click: judged by the rates of now."""
        shopper, scene, item = np.asarray(event.shopper), np.asarray(event.scene), np.asarray(event.item, np.int64)
        sold = self._live.shelf.arrays.price[item] > 0.0
        self._judge(shopper[sold], scene[sold], item[sold], 1, lambda rate: np.log1p(-rate) - np.log(rate))

    def _judge(self, shopper: Ints, scene: Ints, item: Ints, which: int, surprise: _Surprise) -> None:
        if not len(item):
            return
        self._now += _total(self._live, shopper, scene, item, which, surprise)
        for one in self._rivals.values():
            one.now += _total(one.shadow, shopper, scene, item, which, surprise)


def _total(predictor: Predictor, shopper: Ints, scene: Ints, item: Ints, which: int, surprise: _Surprise) -> float:
    rate = np.clip(predictor.rates(shopper, scene, item)[which], _FLOOR, 1.0 - _FLOOR)
    return float(surprise(rate).sum())
