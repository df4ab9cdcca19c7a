"""The agents that run an account: nobody, a person with a playbook, UAX, and whole-site promotion.

Each is told the tick before it opens and acts through the desk alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.autopilot import creatives, playbook, uax
from magnetar.capabilities.autopilot.creatives import CreativeBook, Refiner
from magnetar.capabilities.autopilot.desk import Desk
from magnetar.capabilities.autopilot.intentions import Intention, Kind
from magnetar.capabilities.autopilot.planner import UAX_GROUPS, WHOLE_SITE_GROUPS, Plan, plan
from magnetar.capabilities.autopilot.reach import BY_REASONS, BY_RULE, Reach, ReachPolicy, audience_for
from magnetar.capabilities.autopilot.view import Account, GroupView, groups_of
from magnetar.capabilities.bidding import Bidding
from magnetar.vocabulary.campaigns import AdGroup, Goal, Phase
from magnetar.vocabulary.ids import AdGroupId, MerchantId, ProductId
from magnetar.vocabulary.money import MICROS, Money

CORE_AUDIENCE = 0.6
"""Share of the segments, those that like the category best, that an ad group of UAX reaches before it expands."""
STEADY_REVIEW = 8
"""Ticks between two reviews of ad groups that are past their cold start; the others are reviewed every hour."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the merchant handed over."""

    merchant: MerchantId
    daily_budget: Money
    goal: Goal
    launches: NDArray[np.int64]
    """(launches,), items that are new."""
    launch_ticks: NDArray[np.int64]
    """(launches,), the tick at which each goes on sale."""


class RunningAccount(Account, Protocol):
    """An account that can be acted upon."""

    @property
    def desk(self) -> Desk: ...
    @property
    def bidding(self) -> Bidding: ...


class Agent(Protocol):
    """Runs an account."""

    def start(self, account: RunningAccount, brief: Brief, tick: int) -> Plan | None:
        """Set the account up."""
        ...

    def act(self, account: RunningAccount, tick: int) -> None:
        """Look and change; called before every tick."""
        ...


class Nobody:
    """No advertising at all: what everything else is measured against."""

    def start(self, account: RunningAccount, brief: Brief, tick: int) -> Plan | None:
        return None

    def act(self, account: RunningAccount, tick: int) -> None:
        return None


@dataclass(slots=True)
class _Runner:
    """What the three buying agents share: a plan, a brief, and launches on their day."""

    brief: Brief | None = None
    plan: Plan | None = None
    launched: dict[str, int] = field(default_factory=dict[str, int])
    """Tick of each launched ad group."""

    def _open(self, account: RunningAccount, brief: Brief, made: Plan, tick: int) -> Plan:
        self.brief, self.plan = brief, made
        account.campaigns.add(made.campaign)
        new = {one.group.id: one.group for one in made.groups}
        account.desk.settle(
            [
                Intention(Kind.OPEN, made.campaign.id, one.group.id, True, one.reason, one.reason_en, one.evidence)
                for one in made.groups
            ],
            tick,
            {str(id): group for id, group in new.items()},
        )
        return made

    def _due(self, tick: int) -> list[int]:
        assert self.brief is not None
        return self.brief.launches[self.brief.launch_ticks == tick].tolist()

    def _launch(
        self, account: RunningAccount, item: int, tick: int, whom: Reach | None = None, **settings: object
    ) -> None:
        assert self.plan is not None
        shelf, campaign = account.predictor.shelf, self.plan.campaign
        id = AdGroupId(f"{campaign.id}-new-{shelf.ids[item]}")
        group = AdGroup(id, campaign.id, ProductId(shelf.ids[item]), **settings)  # type: ignore[arg-type]
        told = "; ".join(filter(None, ("新品上架, 开始推广", whom.reason if whom else "")))
        told_en = "; ".join(filter(None, ("a new product goes on sale", whom.reason_en if whom else "")))
        intention = Intention(Kind.OPEN, campaign.id, id, True, told, told_en, whom.evidence if whom else {})
        account.desk.settle([intention], tick, {str(id): group})
        self.launched[str(id)] = tick


class Manual(_Runner):
    """A competent operator with the playbook."""

    def start(self, account: RunningAccount, brief: Brief, tick: int) -> Plan:
        made = plan(
            account,
            name="manual",
            merchant=brief.merchant,
            goal=brief.goal,
            daily_budget=brief.daily_budget,
            launches=brief.launches,
            groups=playbook.GROUPS,
            bidder="pid",
            audience_share=playbook.AUDIENCE_SHARE,
        )
        return self._open(account, brief, made, tick)

    def act(self, account: RunningAccount, tick: int) -> None:
        assert self.plan is not None
        for item in self._due(tick):
            category = int(account.predictor.shelf.arrays.category[item])
            self._launch(
                account,
                item,
                tick,
                bid_factor=playbook.LAUNCH_FACTOR,
                audience=audience_for(account, category, playbook.AUDIENCE_SHARE),
                phase=Phase.STABLE,
            )
        moment = tick % 48
        if moment in playbook.CHECKS:
            views = groups_of(account, account.campaigns.rows_of(self.plan.campaign.id))
            wanted: list[Intention] = []
            for view in views:
                launched = self.launched.get(view.group.id)
                wanted += playbook.review(view, launched_ticks=None if launched is None else tick - launched)
            account.desk.settle(wanted, tick)
        elif moment == playbook.COPY_AT:
            self._copy_best(account, groups_of(account, account.campaigns.rows_of(self.plan.campaign.id)), tick)

    def _copy_best(self, account: RunningAccount, views: Sequence[GroupView], tick: int) -> None:
        assert self.plan is not None
        assert self.brief is not None
        selling = [view for view in views if view.orders >= 2 and not view.group.paused]
        if not selling:
            return
        best = max(selling, key=lambda view: view.gmv / max(view.spend, 1e-9))
        shelf = account.predictor.shelf
        row = shelf.row_of[best.group.product]
        running = {view.group.product for view in views}
        same = [
            item
            for item in shelf.of_merchant(self.brief.merchant).tolist()
            if shelf.arrays.category[item] == shelf.arrays.category[row]
            and shelf.arrays.listed[item]
            and shelf.ids[item] not in running
        ]
        sold = account.predictor.orders.items.hits * shelf.arrays.price
        for item in sorted(same, key=lambda one: -sold[one])[: playbook.COPIES]:
            id = AdGroupId(f"{self.plan.campaign.id}-{shelf.ids[item]}")
            group = AdGroup(
                id, self.plan.campaign.id, ProductId(shelf.ids[item]), audience=best.group.audience, phase=Phase.STABLE
            )
            reason = (
                f"复制昨日最佳单元 {best.group.product} 到同品类",
                f"copies the best ad group, {best.group.product}, within its category",
            )
            account.desk.settle(
                [Intention(Kind.OPEN, self.plan.campaign.id, id, True, *reason)], tick, {str(id): group}
            )


class Uax(_Runner):
    """UAX: many ad groups, staged cold starts, and a review every hour."""

    name = "uax"
    groups = UAX_GROUPS
    whole_site = False
    tends = True
    """Whether it tries, rests and refines creatives."""
    reach: ReachPolicy = BY_RULE

    def start(self, account: RunningAccount, brief: Brief, tick: int) -> Plan:
        made = plan(
            account,
            name=self.name,
            merchant=brief.merchant,
            goal=brief.goal,
            daily_budget=brief.daily_budget,
            launches=brief.launches,
            groups=self.groups,
            whole_site=self.whole_site,
            incremental=True,
            audience_share=CORE_AUDIENCE,
            reach=self.reach,
        )
        return self._open(account, brief, made, tick)

    def act(self, account: RunningAccount, tick: int) -> None:
        assert self.plan is not None
        for item in self._due(tick):
            whom = self.reach.core(account, item, CORE_AUDIENCE)
            self._launch(account, item, tick, whom, audience=whom.mask, phase=Phase.UNDERSTANDING)
        book: CreativeBook | None = getattr(account, "creatives", None)
        if book is not None and self.tends and self.brief is not None and tick % 48 == creatives.REVIEW_AT:
            found = book.candidates(self.brief.merchant)
            account.desk.settle(creatives.review(found, self.plan.campaign.id), tick)
            refiner: Refiner | None = getattr(account, "refiner", None)
            if refiner is not None:
                refiner.refine(self.brief.merchant, creatives.choose_variants(book.variants(self.brief.merchant)))
        if tick % 2 == 0:
            wanted: list[Intention] = []
            delivery = account.campaigns.delivery
            price = float(delivery.spend.sum()) / MICROS / max(int(delivery.views.sum()), 1)
            pacing = account.bidding.multiplier_of(account.campaigns.campaign_row(self.plan.campaign.id))
            rows = account.campaigns.rows_of(self.plan.campaign.id)
            if tick % STEADY_REVIEW:
                rows = rows[account.campaigns.roster.phase[rows] <= Phase.COLD_START]
            for view, row in zip(groups_of(account, rows), rows.tolist(), strict=True):
                wanted += uax.review(view, account.bidding.matured_of(row), pacing, price, self._wider(account))
            account.desk.settle(wanted, tick)

    def _wider(self, account: RunningAccount) -> Callable[[GroupView], Reach | None]:
        row_of = account.predictor.shelf.row_of
        return lambda view: self.reach.wider(account, row_of[view.group.product], view.group.audience)


class ReasonedUax(Uax):
    """UAX whose audiences are reasoned instead of taken by the rule."""

    name = "uax-reasons"
    reach = BY_REASONS


class WholeSite(Uax):
    """Whole-site promotion: one ROI target over paid and organic, on everything the merchant sells."""

    name = "whole-site"
    groups = WHOLE_SITE_GROUPS
    whole_site = True


AGENTS: dict[str, type[Nobody | Manual | Uax]] = {
    "none": Nobody,
    "manual": Manual,
    "uax": Uax,
    "uax-reasons": ReasonedUax,
    "whole-site": WholeSite,
}
"""By the names that `rehearse --arms` takes."""
