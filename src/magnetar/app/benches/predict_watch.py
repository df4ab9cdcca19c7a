"""A market lived through with every impression written down: what was predicted, what was true, what happened."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from magnetar.app.benches.predict_rivals import Counting, Hashed, Seen
from magnetar.app.benches.predict_truth import Oracle, Views, true_rates
from magnetar.capabilities.serving import PageRequests
from magnetar.capabilities.shoppers import Served
from magnetar.capabilities.understanding import Predictor, Strengths
from magnetar.kernel.chance import Chance, Floats, Ints
from magnetar.kernel.clock import HOUR
from magnetar.platform.market import TICKS_PER_DAY
from magnetar.twin.bazaar.market import BazaarMarket
from magnetar.twin.bazaar.population import People
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage
from magnetar.twin.world import Responses

Columns = dict[str, np.ndarray[Any, Any]]
NEW_SHARE = 0.08
"""Share of each merchant's items that go on sale later."""
NEW_MERCHANTS = 2


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched."""

    setting: Setting
    pair: int = 0
    newcomers_from: int = 3
    """Day on which new items and merchants go on sale; days count from 0."""
    rivals: Mapping[str, Strengths] = field(default_factory=dict[str, Strengths])
    """Other strengths of our own predictor, taught by the same events."""
    oracle: bool = True
    slower_from: int = -1
    """Day from which orders take `slower_h` hours; −1 for never."""
    slower_h: float = 12.0

    @property
    def days(self) -> int:
        return WARM_UP_DAYS + self.setting.days


class _Ears:
    """A market that tells what it was shown and what it did."""

    def __init__(self, market: BazaarMarket, hear: Any) -> None:
        self._market, self._hear = market, hear
        self.shelf, self.shoppers, self.rivals = market.shelf, market.shoppers, market.rivals

    def requests(self, tick: int) -> PageRequests:
        return self._market.requests(tick)

    def respond(self, tick: int, pages: Served) -> Responses:
        people = copy.deepcopy(self._market.people)
        done = self._market.respond(tick, pages)
        self._hear(tick, pages, done, people)
        return done

    def manage(self, *what: Any) -> None:
        self._market.manage(*what)


class Watch:
    """The loop; `run` gives the columns."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.stage = stage = Stage(watched.setting, watched.pair)
        market = stage.market
        assert isinstance(market, BazaarMarket)
        self.market = market
        stage.market = _Ears(market, self._hear)  # pyright: ignore[reportAttributeAccessIssue]
        bus, shelf = stage.platform.bus, market.shelf
        self.shadows = {
            name: Predictor(bus, shelf, market.shoppers, strengths) for name, strengths in watched.rivals.items()
        }
        self.counting, self.hashed = Counting(shelf), Hashed(shelf)
        self.oracle = Oracle(market.settings, market._truth, market.shoppers) if watched.oracle else None
        self._columns: list[Columns] = []
        self._clicks_of = np.zeros(market.shoppers), np.zeros(len(shelf)), np.zeros(len(shelf.merchants) + 1)
        merchant = shelf.arrays.merchant
        self._seller = np.where(merchant < 0, len(shelf.merchants), merchant)
        luck = Chance(watched.setting.seed).of("bench predict", watched.pair)
        self.late = (luck.of("new").uniforms(len(shelf)) < NEW_SHARE) & (merchant >= 0)
        self.late_merchants = 1 + luck.of("merchants").order(len(shelf.merchants) - 1)[:NEW_MERCHANTS]
        self.late |= np.isin(merchant, self.late_merchants)
        shelf.arrays.listed[:] = ~self.late

    def run(self) -> Columns:
        """Columns over impressions that came on screen, in order of time."""
        watched, stage = self.watched, self.stage
        open_tick = stage.platform.open_tick

        def opening(tick: int) -> None:
            open_tick(tick)
            for shadow in self.shadows.values():
                if tick and tick % TICKS_PER_DAY == 0:
                    shadow.new_day()
                shadow.refresh(stage.platform.bus.clock.now())

        object.__setattr__(stage, "platform", _Opened(stage.platform, opening))
        for tick in range(watched.days * TICKS_PER_DAY):
            if tick == watched.newcomers_from * TICKS_PER_DAY:
                stage.platform.list_items(np.flatnonzero(self.late))
            if tick == watched.slower_from * TICKS_PER_DAY:
                self.market._weights[4] = watched.slower_h * HOUR
            stage.step(tick)
        return {name: np.concatenate([one[name] for one in self._columns]) for name in self._columns[0]}

    def _hear(self, tick: int, pages: Served, done: Responses, people: People) -> None:
        market, night = self.market, tick // TICKS_PER_DAY
        lift, coupon = market._promotion(market._date(tick)[0])
        room = Views.room(int(done.depth.sum()))
        count = true_rates(
            market._shop, night, pages.request, pages.shopper, pages.scene, pages.item, done.depth,
            market.shelf.arrays.price, market._truth, people, people.row.view(np.int32), market._click_base,
            market._order_base, market._weights, lift, coupon, room,
        )  # fmt: skip
        what = room.first(count)
        page, place = what.page, what.place
        shopper, scene = pages.shopper[page], pages.scene[page]
        item = pages.item[page, place].astype(np.int64)
        seen = Seen(tick, shopper, scene, item, place, what.clicked, pages.request[page])
        rates: dict[str, tuple[Floats, Floats]] = {
            "ours": self.stage.platform.predictor.rates(shopper, scene, item),
            "item": self.counting.by_item(item),
            "ftrl": self.hashed.predict(seen),
        }
        click, order = self.counting.overall()
        rates["overall"] = np.full(count, click), np.full(count, order)
        for name, shadow in self.shadows.items():
            rates[name] = shadow.rates(shopper, scene, item)
        if self.oracle is not None:
            rates["attainable"] = self.oracle.predict(night, shopper, scene, item, what.seen, lift)
            self.oracle.learn(shopper, scene, item, what.seen, lift, market.shelf.arrays.price, what)
        low, high, _ = self.stage.platform.predictor.doubt(shopper, scene, item)
        shoppers, items, sellers = self._clicks_of
        columns: Columns = {
            "day": np.full(count, night, np.int8),
            "scene": scene.astype(np.int8),
            "sold": market.shelf.arrays.price[item] > 0.0,
            "charge": pages.charge[page, place].astype(np.float32),
            "clicked": what.clicked,
            "ordered": what.ordered,
            "ours.click.low": low.astype(np.float32),
            "ours.click.high": high.astype(np.float32),
            "true.click": what.click.astype(np.float32),
            "true.order": what.order.astype(np.float32),
            "late": self.late[item],
            "clicks.shopper": shoppers[shopper].astype(np.int32),
            "clicks.item": items[item].astype(np.int32),
            "clicks.merchant": sellers[self._seller[item]].astype(np.int32),
            "late_merchant": np.isin(market.shelf.arrays.merchant[item], self.late_merchants),
        }
        for name, (click, order) in rates.items():
            columns[f"{name}.click"], columns[f"{name}.order"] = click.astype(np.float32), order.astype(np.float32)
        self._columns.append(columns)
        hits = what.clicked > 0
        np.add.at(shoppers, shopper[hits], 1.0)
        np.add.at(items, item[hits], 1.0)
        np.add.at(sellers, self._seller[item[hits]], 1.0)
        self.counting.learn(seen, np.asarray(done.ordered.item))
        self.hashed.learn(seen, np.asarray(done.ordered.request), np.asarray(done.ordered.item))


class _Opened:
    """A marketplace whose ticks are opened with something beside."""

    def __init__(self, platform: Any, opening: Any) -> None:
        self._platform, self.open_tick = platform, opening

    def __getattr__(self, name: str) -> Any:
        return getattr(self._platform, name)


def auc(score: Floats, positive: Floats, negative: Floats) -> float:
    """Chance that a positive scores above a negative, ties counting half, with weights for both.

    With the true probabilities p and 1 − p for weights it is the expected AUC of the outcomes, without their noise.

    >>> auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 0, 0]))
    0.75
    """
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    up, down = np.add.reduceat(positive[order], first), np.add.reduceat(negative[order], first)
    below = np.cumsum(down) - down
    total = up.sum() * down.sum()
    return float((up * (below + 0.5 * down)).sum() / total) if total > 0.0 else float("nan")


def off(predicted: Floats, true: Floats, weight: Floats | None = None) -> float:
    """Mean predicted over mean true, less 1."""
    weight = np.ones(len(true)) if weight is None else weight
    total = float((true * weight).sum())
    return float((predicted * weight).sum()) / total - 1.0 if total > 0.0 else float("nan")


def calibration_error(predicted: Floats, true: Floats, bins: int = 20) -> float:
    """Expected calibration error: the mean over bins of equal size of |mean predicted − mean true|."""
    if not len(predicted):
        return float("nan")
    parts: Sequence[Ints] = np.array_split(np.argsort(predicted, kind="stable"), bins)
    gaps = [abs(float((predicted[part] - true[part]).sum(dtype=np.float64))) for part in parts if len(part)]
    return sum(gaps) / len(predicted)
