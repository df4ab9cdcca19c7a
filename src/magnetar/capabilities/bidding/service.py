"""Bidding: at every tick edge each campaign's bidder sets its multiplier, and the multipliers become bids."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.bidding.state import GRID, GRID_SCALE, Bidder, CampaignState
from magnetar.capabilities.bidding.terms import Terms
from magnetar.capabilities.bidding.watch import Edge, Plans, Reasoned, Watch
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.forecast import TICKS_PER_DAY, Landscape, Traffic, bin_of
from magnetar.capabilities.shoppers import Viewed
from magnetar.kernel.bus import Bus
from magnetar.kernel.chance import Floats
from magnetar.kernel.compiled import Array, compiled
from magnetar.kernel.ports import Port
from magnetar.vocabulary.money import MICROS

BIDDERS = Port[Bidder](
    "bidder",
    {
        "pacing": "magnetar.capabilities.bidding.pacing:PacingBidder",
        "reasoner": "magnetar.capabilities.bidding.mpc:ReasonerBidder",
        "mpc": "magnetar.capabilities.bidding.mpc:MpcBidder",
        "online-lp": "magnetar.capabilities.bidding.dual:OnlineLpBidder",
        "dual": "magnetar.capabilities.bidding.dual:DualBidder",
        "pid": "magnetar.capabilities.bidding.pid:PidBidder",
        "fixed": "magnetar.capabilities.bidding.pid:FixedBidder",
        "learned": "magnetar.capabilities.bidding.learned:LearnedBidder",
    },
    default="pacing",
)

REASONER = "reasoner"
"""The bidder whose forecasts the reasons move; under other bidders they only explain."""
WINDOW_KEEP = 0.97
"""What a tick keeps of the results window: a half-life of about eleven hours."""
CALIBRATION_PRIOR = 8.0
"""Orders' worth of trust in the predictor before a campaign's results correct it, and in the campaign before an ad group's do."""


class Bidding:
    """Keeps each campaign's multiplier, calibration and results window."""

    def __init__(self, bus: Bus, campaigns: Campaigns, landscape: Landscape, traffic: Traffic, prices: Floats) -> None:
        self._campaigns = campaigns
        self._landscape = landscape
        self._traffic = traffic
        self._prices = prices
        self._bidders: dict[str, Bidder] = {}
        self.multiplier: Floats = np.zeros(0)
        """(campaigns,), what the last tick solved; 1 bids the target."""
        self.calibration: Floats = np.zeros(0)
        """(groups,), realised over predicted results, shrunk to 1."""
        self._seen_spend = np.zeros(0, np.int64)
        self._seen_predicted: Floats = np.zeros(0)
        self._waiting: Floats = np.zeros(0)
        self._matured: Floats = np.zeros(0)
        self._window_spent: Floats = np.zeros(0)
        self._window_earned: Floats = np.zeros(0)
        self._window_organic: Floats = np.zeros(0)
        self._organic = np.zeros((2, len(prices)))
        """Expected organic GMV of each item: in all, and at the last tick edge."""
        self._pages = np.zeros(2)
        self._baseline: dict[int, tuple[NDArray[np.int64], float]] = {}
        """Of each whole-site campaign: items that sold by themselves before it began, and their GMV a page."""
        self._doubt: Floats = np.zeros(0)
        self._terms: Terms | None = None
        self._forecast: Floats = np.zeros(0)
        self._realised: Floats = np.zeros((0, 2))
        self._spent_today: Floats = np.zeros(0)
        self._bus = bus
        self._watch = Watch()
        self._midnight = False
        self._watched = np.zeros(0, np.int64)
        """Rows of campaigns whose reasons are kept: the reasoner's, and those that deliver automatically."""
        self._met: Floats = np.zeros((0, 2))
        """(campaigns,), what the landscape held of each at the last tick edge: cost and value."""
        self._expected_pages = math.nan
        self._spent_micros: Floats = np.zeros(0)
        """(campaigns,), today; whole numbers, exact far beyond any day's spend."""
        bus.subscribe(Viewed, self.on_viewed)

    def history(self, campaign: int) -> Sequence[Reasoned]:
        """Why the reasoner moved a campaign's multiplier in the last three days, oldest first."""
        return self._watch.history(campaign)

    def on_viewed(self, event: Viewed) -> None:
        """Organic impressions have an expected GMV, which whole-site targets weigh against."""
        pages = event.pages
        _count_organic(
            pages.item, pages.group, pages.click_rate, pages.order_rate, event.depth, self._prices, self._organic[0]
        )
        self._pages[0] += len(event.depth)

    def _grow(self, campaigns: int, groups: int) -> None:
        def longer(column: NDArray[np.generic], count: int, fill: float) -> NDArray[np.generic]:
            missing = count - len(column)
            return (
                np.append(column, np.full((missing, *column.shape[1:]), fill, column.dtype), axis=0)
                if missing
                else column
            )

        self.multiplier = longer(self.multiplier, campaigns, np.nan)  # type: ignore[assignment]
        for name in (
            "_window_spent",
            "_window_earned",
            "_window_organic",
            "_forecast",
            "_realised",
            "_spent_today",
            "_doubt",
            "_met",
            "_spent_micros",
        ):
            setattr(self, name, longer(getattr(self, name), campaigns, 0.0))
        self.calibration = longer(self.calibration, groups, 1.0)  # type: ignore[assignment]
        for name in ("_seen_spend", "_seen_predicted", "_waiting", "_matured"):
            setattr(self, name, longer(getattr(self, name), groups, 0.0))

    def multiplier_of(self, campaign: int) -> float:
        """The campaign's multiplier in the last tick; 1 before its first."""
        known = campaign < len(self.multiplier) and np.isfinite(self.multiplier[campaign])
        return float(self.multiplier[campaign]) if known else 1.0

    def matured_of(self, group: int) -> float:
        """Results that an ad group's views should have brought by now, by the predictor."""
        return float(self._matured[group]) if group < len(self._matured) else 0.0

    def new_day(self) -> None:
        """Today's spend starts at zero, once the last tick of yesterday has been learned from."""
        self._midnight = True
        self._watch.new_day()

    def solve(self, tick: int, left: NDArray[np.int64], elapsed: int, mean_delay: Floats | float) -> Floats:
        """Multipliers for the next tick; returns (groups,) bids per expected result.

        Args:
            tick: the tick that opens.
            left: (campaigns,) micros left of each day's budget.
            elapsed: microseconds since the last tick edge.
            mean_delay: mean time from click to result, microseconds, for all ad groups or (groups,).
        """
        roster = self._campaigns.roster
        if not len(roster):
            return np.zeros(0)
        if self._terms is None or self._terms.version != roster.version:
            self._terms = Terms.of(roster)
            self._watched = np.array(
                [
                    row
                    for row, one in enumerate(roster.campaigns)
                    if one.bidder == REASONER or one.incremental or one.whole_site
                ],
                np.int64,
            )
            self._grow(len(roster.campaigns), len(roster))
        terms, landscape = self._terms, self._landscape
        landscape.grow(len(roster))
        self._learn(terms, elapsed, mean_delay)

        remaining = self._traffic.remaining(tick)
        cost, worth = np.zeros((len(terms.target), GRID)), np.zeros((len(terms.target), GRID))
        _grid(
            landscape.value,
            landscape.cost,
            roster.campaign,
            terms.ratio * self.calibration,
            terms.worth * self.calibration,
            roster.active,
            GRID_SCALE,
            remaining / max(landscape.pages, 1.0),
            cost,
            worth,
        )
        # not everything served comes on screen, and better slots cost more: scale to what was really spent
        reality = np.minimum(np.maximum((self._realised[:, 0] + 1.0) / (self._realised[:, 1] + 1.0), 0.2), 3.0)
        passed = self._traffic.share_passed(tick, remaining)
        watched = self._watched
        if len(watched):
            self._read(tick, terms, watched, left, cost, worth)
        before = self.multiplier.copy()
        for name, row in terms.bidders.items():
            real = reality[row, None]
            state = CampaignState(
                row=row,
                target=terms.target[row],
                bound=terms.bound[row],
                budget=terms.budget[row],
                left=left[row] / MICROS,
                spent=self._spent_today[row],
                earned=self._window_earned[row],
                window_spent=self._window_spent[row],
                organic=self._window_organic[row],
                passed=np.full(len(row), passed),
                cost=cost[row] * real,
                worth=worth[row] * real,
                previous=self.multiplier[row],
                doubt=self._doubt[row],
            )
            if name not in self._bidders:
                self._bidders[name] = BIDDERS.make(name)
            self.multiplier[row] = np.minimum(self._bidders[name].multipliers(state), terms.cap[row])
        _forecast_spend(cost, self.multiplier, GRID_SCALE, self._forecast)
        self._forecast *= self._tick_share(tick, remaining)
        self._expected_pages = remaining * self._tick_share(tick, remaining)
        if len(watched):
            planned = self._spent_today[watched] + np.minimum(self._forecast[watched], left[watched] / MICROS)
            real = reality[watched, None]
            reasoned = self._watch.decided(
                tick, watched, before[watched], self.multiplier[watched], planned,
                self._spent_micros[watched].astype(np.int64), left[watched],
                Plans.at(
                    before[watched], self.multiplier[watched], cost[watched] * real, worth[watched] * real,
                    self._window_spent[watched], self._window_earned[watched] + self._window_organic[watched],
                    terms.target[watched], terms.bound[watched],
                ),
            )  # fmt: skip
            if reasoned is not None:
                self._bus.publish(reasoned)
        return self.multiplier[roster.campaign] * terms.bid * self.calibration

    def _read(
        self, tick: int, terms: Terms, watched: NDArray[np.int64], left: NDArray[np.int64], cost: Floats, worth: Floats
    ) -> None:
        """Let the reasoner read the watched campaigns, and move the forecasts of those it bids for."""
        landscape, delivery = self._landscape, self._campaigns.delivery
        campaigns = len(terms.target)
        held = np.stack(
            [
                np.bincount(terms.campaign, landscape.cost.sum(axis=1), campaigns),
                np.bincount(terms.campaign, landscape.value.sum(axis=1) * terms.worth, campaigns),
            ],
            axis=1,
        )
        fresh = held - self._met
        self._met = held.astype(np.float64)
        matured = np.bincount(terms.campaign, self._matured * self.calibration, campaigns)
        came = np.bincount(terms.campaign, delivery.results(), campaigns)
        moves = set(terms.bidders.get(REASONER, np.zeros(0, np.int64)).tolist())
        count = int(self._traffic.today[(tick - 1) % TICKS_PER_DAY])
        for row in watched.tolist():
            met = fresh[row, 0] > 0.0 and fresh[row, 1] > 0.0  # a new day's fading leaves less than before
            step = self._watch.read(
                tick,
                row,
                Edge(
                    count=count,
                    expected_count=self._expected_pages,
                    price=math.log(fresh[row, 0] / fresh[row, 1]) if met else math.nan,
                    matured=float(matured[row]),
                    came=float(came[row]),
                    spent=float(self._spent_today[row]),
                    left=float(left[row]) / MICROS,
                    budget=float(terms.budget[row]),
                ),
            )
            if step and row in moves:
                log = np.log(GRID_SCALE)
                cost[row] = math.exp(step) * np.interp(log - step, log, cost[row])
                worth[row] = np.interp(log - step, log, worth[row])

    def _learn(self, terms: Terms, elapsed: int, mean_delay: Floats | float) -> None:
        """Take in what the last tick spent and what it should earn."""
        delivery = self._campaigns.delivery
        campaigns = len(terms.target)
        spent = (delivery.spend - self._seen_spend) / MICROS
        predicted = delivery.predicted - self._seen_predicted
        self._seen_spend, self._seen_predicted = delivery.spend.copy(), delivery.predicted.copy()
        moved = self._waiting * -np.expm1(-elapsed / np.maximum(mean_delay, 1.0))
        self._waiting += predicted - moved
        self._matured += moved
        # ad groups are chosen for high predictions, so a campaign is on the whole overrated: the whole corrects each
        results = delivery.results()
        orders = np.bincount(terms.campaign, results, campaigns)
        matured = np.bincount(terms.campaign, self._matured, campaigns)
        self._doubt = 1.0 / np.sqrt(orders + CALIBRATION_PRIOR)
        common = ((orders + CALIBRATION_PRIOR) / (matured + CALIBRATION_PRIOR))[terms.campaign]
        self.calibration = (results + CALIBRATION_PRIOR * common) / (self._matured + CALIBRATION_PRIOR)
        tick_spent = np.bincount(terms.campaign, spent, campaigns)
        self._spent_micros += np.rint(tick_spent * MICROS)
        earned = np.bincount(terms.campaign, predicted * self.calibration * terms.worth, campaigns)
        self._spent_today += tick_spent
        if self._midnight:
            self._spent_today[:] = 0.0
            self._spent_micros[:] = 0.0
            self._midnight = False
        for window, fresh in (
            (self._window_spent, tick_spent),
            (self._window_earned, earned),
            (self._window_organic, self._organic_worth(terms)),
        ):
            window *= WINDOW_KEEP
            window += fresh
        self._realised *= WINDOW_KEEP
        self._realised[:, 0] += tick_spent
        self._realised[:, 1] += self._forecast

    def _tick_share(self, tick: int, remaining: float) -> float:
        """Share of the remaining traffic that the opening tick brings."""
        after = self._traffic.remaining(tick + 1) if (tick + 1) % TICKS_PER_DAY else 0.0
        return max(remaining - after, 0.0) / max(remaining, 1.0)

    def _organic_worth(self, terms: Terms) -> Floats:
        """(campaigns,), by how much whole-site campaigns' products now sell more by themselves than before; may be negative.

        An ad that takes the place of its own organic impression shows up here as a loss, so a
        whole-site target cannot be met by buying what would have been sold anyway.
        """
        out = np.zeros(len(terms.target))
        for row, items in terms.whole_site.items():
            if row not in self._baseline:
                known = items[self._organic[0, items] > 0.0]
                self._baseline[row] = known, float(self._organic[0, known].sum() / max(self._pages[0], 1.0))
            known, rate = self._baseline[row]
            gained = float((self._organic[0, known] - self._organic[1, known]).sum())
            gained -= rate * float(self._pages[0] - self._pages[1])
            out[row] = gained if terms.by_value[row] else gained / max(float(self._prices[items].mean()), 1e-9)
        self._organic[1], self._pages[1] = self._organic[0], self._pages[0]
        return out


@compiled
def _count_organic(
    item: Array, group: Array, click_rate: Array, order_rate: Array, depth: Array, price: Array, out: Array
) -> None:
    for page in range(item.shape[0]):
        for position in range(depth[page]):
            what = item[page, position]
            if what >= 0 and group[page, position] < 0:
                out[what] += click_rate[page, position] * order_rate[page, position] * price[what]


@compiled
def _grid(
    value: Array,
    cost: Array,
    owner: Array,
    ratio: Array,
    worth_each: Array,
    active: Array,
    scale: Array,
    factor: float,
    out_cost: Array,
    out_worth: Array,
) -> None:
    """Add up each campaign's landscape at every multiplier of the grid."""
    bins = value.shape[1]
    cumulative_value, cumulative_cost = np.empty(bins), np.empty(bins)
    for group in range(owner.shape[0]):
        if not active[group]:
            continue
        total_value, total_cost = 0.0, 0.0
        for column in range(bins):
            total_value += value[group, column]
            total_cost += cost[group, column]
            cumulative_value[column] = total_value
            cumulative_cost[column] = total_cost
        if total_cost <= 0.0:
            continue
        for place in range(scale.shape[0]):
            column = bin_of(ratio[group] * scale[place])
            out_cost[owner[group], place] += cumulative_cost[column] * factor
            out_worth[owner[group], place] += cumulative_value[column] * worth_each[group] * factor


@compiled
def _forecast_spend(cost: Array, multiplier: Array, scale: Array, out: Array) -> None:
    """The forecast spend at each campaign's multiplier, between grid places by straight line."""
    for one in range(cost.shape[0]):
        place = 0
        while place < scale.shape[0] - 1 and scale[place + 1] < multiplier[one]:
            place += 1
        if multiplier[one] <= scale[0] or place == scale.shape[0] - 1:
            out[one] = cost[one, place] if multiplier[one] > 0.0 else 0.0
            continue
        share = (multiplier[one] - scale[place]) / (scale[place + 1] - scale[place])
        out[one] = cost[one, place] + share * (cost[one, place + 1] - cost[one, place])
