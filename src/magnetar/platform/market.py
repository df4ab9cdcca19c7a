"""The selling side of a running platform: one shelf, its campaigns, and the turn of ticks and days.

The same object serves the four arrangements. What differs is who asks for pages and who tells the
clock: shoppers and the machine in life, a twin and its steps in a rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.auction import SECOND_PRICE
from magnetar.capabilities.autopilot import Desk
from magnetar.capabilities.autopilot.creatives import Refiner
from magnetar.capabilities.bidding import Bidding
from magnetar.capabilities.campaigns import Campaigns
from magnetar.capabilities.forecast import Landscape, Traffic
from magnetar.capabilities.ledger import BudgetBook
from magnetar.capabilities.measurement import Experiments
from magnetar.capabilities.recommendation import Following
from magnetar.capabilities.serving import PageRequests, Serving
from magnetar.capabilities.shoppers import Clicked, Converted, Ordered, Returned, Served, Viewed
from magnetar.capabilities.understanding import Outcomes, Predictor, Shelf
from magnetar.kernel.bus import Bus
from magnetar.kernel.events import Column, Event
from magnetar.kernel.store import Store
from magnetar.platform.creatives import Creatives
from magnetar.vocabulary.campaigns import ConversionKind
from magnetar.vocabulary.money import Money

TICKS_PER_DAY = 48
_FIRST_ORDER = int(ConversionKind.FIRST_ORDER)
"""As a plain number: an array is compared with it ten times as fast."""


class ItemsListed(Event, frozen=True):
    """Items went on sale."""

    items: Column
    """Rows of the shelf."""


class SpendWrittenOff(Event, frozen=True):
    """More was counted as spent than was leased; the platform bears it."""

    tick: int
    campaigns: Column
    """Rows of the roster."""
    micros: Column


@dataclass(slots=True)
class Marketplace:
    """Serving and everything that it stands on, for one shelf."""

    bus: Bus
    shelf: Shelf
    predictor: Predictor
    outcomes: Outcomes
    campaigns: Campaigns
    traffic: Traffic
    landscape: Landscape
    bidding: Bidding
    budgets: BudgetBook
    experiments: Experiments
    following: Following
    serving: Serving
    desk: Desk
    creatives: Creatives
    refiner: Refiner | None = None
    """Who makes variants of winners; None where nobody does."""
    tick: int = -1
    opened_at: int = 0
    written_off: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(campaigns,) micros that ad groups count as spent and nobody is charged for."""

    @classmethod
    def open(
        cls, bus: Bus, store: Store, shelf: Shelf, shoppers: int, seed: int, rule: int = SECOND_PRICE
    ) -> Marketplace:
        """Connect the capabilities around a shelf."""
        merchants = {name: row for row, name in enumerate(shelf.merchants)}
        campaigns = Campaigns(bus, store, shelf.row_of, merchants, shelf.arrays.price, shelf.arrays.merchant)
        predictor, outcomes = Predictor(bus, shelf, shoppers), Outcomes(bus, shelf, campaigns)
        traffic, landscape = Traffic(bus), Landscape()
        bidding = Bidding(bus, campaigns, landscape, traffic, shelf.arrays.price)
        experiments = Experiments(bus, store, campaigns, merchants, shelf.arrays.merchant, shoppers, seed)
        following = Following(bus, shelf, shoppers)
        serving = Serving(bus, predictor, campaigns, landscape, experiments, following, shoppers, seed, rule=rule)
        desk = Desk(bus, store, campaigns)
        creatives = Creatives(bus, store, shelf, predictor, seed)
        desk.library = creatives.library
        return cls(
            bus, shelf, predictor, outcomes, campaigns, traffic, landscape, bidding, BudgetBook(), experiments,
            following, serving, desk, creatives,
        )  # fmt: skip

    def open_tick(self, tick: int) -> None:
        """Settle what the last tick spent, learn, bid and lease again."""
        now = self.bus.clock.now()
        self.experiments.open_tick(tick)
        roster, budgets = self.campaigns.roster, self.budgets
        if self.tick >= 0:
            self._settle()
            if tick // TICKS_PER_DAY > self.tick // TICKS_PER_DAY:  # also where the first tick of the day was missed
                for part in (
                    self.traffic,
                    self.landscape,
                    self.predictor,
                    self.outcomes,
                    self.following,
                    self.bidding,
                    self.serving,
                    self.experiments,
                    self.creatives,
                    budgets,
                ):
                    part.new_day()
        for campaign in roster.campaigns[len(budgets) :]:
            currency = campaign.daily_budget.currency
            payer, earner = f"merchant:{campaign.merchant}:balance@{currency}", f"platform:revenue@{currency}"
            budgets.add(campaign.id, payer=payer, earner=earner)
        budgets.set_budgets(np.array([one.daily_budget.micros for one in roster.campaigns], np.int64))
        self.predictor.refresh(now)
        self.outcomes.refresh(now)
        left = self.budgets.remaining()
        elapsed = now - self.opened_at if self.tick >= 0 else 0
        alpha = self.bidding.solve(tick, left, elapsed, self.outcomes.delays(self.predictor.mean_delay))
        self.tick, self.opened_at = tick, now
        self.serving.rotation = self.creatives.open_tick(tick, self.serving.rotation)
        self.serving.open_tick(tick, alpha, self.budgets.lease(tick))
        self._leave_out_buyers()

    def _settle(self) -> None:
        """Charge what the last tick spent, as far as it was leased."""
        roster, budgets = self.campaigns.roster, self.budgets
        spent = np.bincount(roster.campaign, self.campaigns.delivery.spend, len(roster.campaigns)).astype(np.int64)
        spent = spent[: len(budgets)]
        missing = len(spent) - len(self.written_off)
        if missing > 0:
            self.written_off = np.append(self.written_off, np.zeros(missing, np.int64))
        spent -= self.written_off
        over = spent - budgets.spent_ever - budgets.leased
        if (over > 0).any():
            rows = np.flatnonzero(over > 0)
            self.written_off[rows] += over[rows]
            spent[rows] -= over[rows]
            self.bus.publish(SpendWrittenOff(self.tick, rows, over[rows]))
        budgets.settle_total(self.tick, spent)

    def _leave_out_buyers(self) -> None:
        """Ad groups that pay for first orders are at their cap for everybody who has bought from the merchant."""
        roster, shown = self.campaigns.roster, self.serving.shown
        rows = np.flatnonzero(roster.conversion == _FIRST_ORDER)
        if not len(rows):
            return
        for merchant in np.unique(roster.merchant[rows]).tolist():
            buyers = self.campaigns.buyers.of(merchant)
            groups = rows[roster.merchant[rows] == merchant]
            shown.exhaust(np.repeat(buyers, len(groups)), np.tile(groups, len(buyers)))

    def set_budget(self, campaign: str, daily_budget: Money) -> None:
        """Change a daily budget: more from the next tick on, less at once, down to nothing where it is spent already.

        Raises:
            NotFound: there is no such campaign.
            Refused: the budget is not positive.
        """
        self.campaigns.change_campaign(campaign, daily_budget=daily_budget)
        row, serving = self.campaigns.campaign_row(campaign), self.serving
        if row < len(serving.lease):
            held, reserved = int(serving.lease[row]), int(serving.leased[row] - serving.lease[row])
            free = daily_budget.micros - int(self.budgets.spent_today[row]) - reserved
            serving.lease[row] = max(0, min(held, free))
            serving.leased[row] -= held - serving.lease[row]

    def list_items(self, items: NDArray[np.int64]) -> None:
        """Put items on sale; candidate lists take them up at their next remaking."""
        self.shelf.arrays.listed[items] = True
        self.bus.publish(ItemsListed(items))

    def decide(self, requests: PageRequests) -> Served:
        """Fill pages."""
        return self.serving.decide(requests)

    def intake(
        self,
        pages: Served,
        depth: NDArray[np.int64],
        clicked: Clicked,
        ordered: Ordered,
        returned: Returned,
        converted: Converted | None = None,
    ) -> None:
        """Take in what shoppers did. Views that come after their tick's edge are counted and not charged.

        Their lease was settled at the edge and leased again; whoever serves has to report in time.
        """
        if pages.tick != self.serving.tick:
            pages = msgspec.structs.replace(pages, charge=np.zeros_like(pages.charge))
        self.bus.publish(Viewed(pages=pages, depth=depth))
        for event in (clicked, ordered, returned, converted):
            if event is not None and len(event.item):
                self.bus.publish(event)
