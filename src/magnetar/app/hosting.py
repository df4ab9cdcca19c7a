"""Hosting (智能托管): a rehearsed plan becomes a live campaign, and its agent goes on running it, tick by tick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from magnetar.capabilities.autopilot import AGENTS, POLICIES, Brief, Intention, Kind, Plan, Record, Uax
from magnetar.capabilities.campaigns import Delivery, Roster
from magnetar.kernel.errors import BadInput, MagnetarError, NotFound, Refused
from magnetar.platform.live import LivePlatform
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal
from magnetar.vocabulary.ids import OPERATOR, MerchantId
from magnetar.vocabulary.money import MICROS, Money

HOSTED = ("uax", "whole-site", "manual")
"""The agents that a merchant may launch."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """A campaign that an agent runs."""

    campaign: str
    merchant: str
    agent: str
    goal: Goal
    daily_budget: Money
    made_at: int
    by: str = ""
    rehearsal: str = ""
    """The rehearsal that it was launched from."""


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """An ad group with what it has delivered; money in currency units."""

    group: AdGroup
    price: float
    target: float
    views: int
    clicks: int
    orders: int
    spend: float
    gmv: float
    returned: float
    conversions: int = 0
    """Of the kind that the goal pays for."""


class Hosting:
    """Launches, runs, reads and undoes campaigns on a live platform."""

    def __init__(self, live: LivePlatform) -> None:
        self.live = live
        self._clock = live.platform.runtime.clock
        self._kept = live.platform.runtime.store.collection("hosted", Hosted)
        self._agents: dict[str, Any] = {}
        self.trouble: dict[str, str] = {}
        """What went wrong in a campaign's last turn."""
        named = live.platform.runtime.settings.audiences
        if named not in POLICIES:
            raise BadInput(
                f"audiences 设置只能是 {', '.join(POLICIES)}. · The setting audiences is one of {', '.join(POLICIES)}, found {named!r}."
            )
        self._reach = POLICIES[named]
        live.before_tick.append(self.act)

    @property
    def market(self) -> Marketplace:
        return self.live.market

    def act(self, live: LivePlatform, tick: int) -> None:
        """Let every agent look and change, before a tick opens."""
        for id, one in self._kept.list(OPERATOR):
            try:
                campaign = live.market.campaigns.campaign(id)
                if not campaign.paused:
                    self._agent(one, campaign).act(live.market, tick)
                self.trouble.pop(id, None)
            except MagnetarError as error:  # one merchant's trouble must not stop the others
                self.trouble[id] = str(error)

    def _agent(self, one: Hosted, campaign: Campaign) -> Any:
        """The agent of a campaign; after a restart it takes up where the store is."""
        agent: Any = self._agents.get(one.campaign)
        if agent is None:
            agent = cast(Any, self._made(one.agent))
            self._agents[one.campaign] = agent
            agent.brief = _brief(one.merchant, one.daily_budget, one.goal)
            agent.plan = Plan(campaign, [], [])
        return agent

    def _made(self, agent: str) -> Any:
        made = AGENTS[agent]()
        if isinstance(made, Uax):
            made.reach = self._reach
        return made

    # ---- launching

    def launch(
        self, merchant: str, agent: str, goal: Goal, daily_budget: Money, *, by: str = "", rehearsal: str = ""
    ) -> Campaign:
        """Plan with what the platform knows now, open the campaign through the desk, and keep running it.

        Raises:
            NotFound: there is no such agent.
            Refused: the merchant has nothing on the shelf, or such a campaign runs already.
        """
        if agent not in HOSTED:
            raise NotFound(f"没有这种投放方式: {agent!r}. · No agent {agent!r}.")
        with self.live._turn, self.live._lock:
            if not self._on_shelf(merchant):
                self.live.open_now()  # a feed that was imported a moment ago waits for the next tick
            market = self.market
            if not self._on_shelf(merchant):
                raise Refused("货架上没有商品, 请先导入商品目录. · Nothing is on the shelf; import a catalogue first.")
            if f"{merchant}-{agent}" in {one.id for one in self.campaigns(merchant)}:
                raise Refused(
                    "同类计划已在投放, 请先调整它. · A campaign of this kind runs already; change that one instead."
                )
            tick = market.tick
            runner = self._made(agent)
            made = runner.start(market, _brief(merchant, daily_budget, goal), tick)
            assert made is not None
            one = Hosted(made.campaign.id, merchant, agent, goal, daily_budget, self._clock.now(), by, rehearsal)
            self._kept.put(OPERATOR, [(one.campaign, one)])
            self._agents[one.campaign] = runner
            self.live.open_now()
            return made.campaign

    def _on_shelf(self, merchant: str) -> bool:
        shelf = self.market.shelf
        return merchant in shelf.merchants and len(shelf.of_merchant(merchant)) > 0

    def hosted(self, merchant: str, campaign: str) -> Hosted | None:
        """How a campaign came to be run by an agent; None where it is not."""
        one = self._kept.get(OPERATOR, campaign)
        return one if one is not None and one.merchant == merchant else None

    # ---- looking

    def campaigns(self, merchant: str) -> list[Campaign]:
        """A merchant's campaigns."""
        return [one for one in self.market.campaigns.roster.campaigns if one.merchant == merchant]

    def campaign(self, merchant: str, id: str) -> Campaign:
        """A merchant's campaign.

        Raises:
            NotFound: it has none of that id.
        """
        for one in self.campaigns(merchant):
            if one.id == id:
                return one
        raise NotFound(f"没有这个计划: {id[:60]!r}. · No campaign {id[:60]!r}.")

    def groups(self, merchant: str, campaign: str) -> list[GroupFigures]:
        """A campaign's ad groups with their delivery.

        Raises:
            NotFound: the merchant has no such campaign.
        """
        self.campaign(merchant, campaign)
        with self.live._lock:
            campaigns = self.market.campaigns
            roster, delivery = campaigns.roster, campaigns.delivery
            prices = self.market.shelf.arrays.price
            conversions = delivery.conversions().tolist()
            return [
                _figures(roster, delivery, prices, row, conversions[row])
                for row in campaigns.rows_of(campaign).tolist()
            ]

    def audit(self, merchant: str) -> list[Record]:
        """Every intention of a merchant's campaigns, newest first."""
        return sorted(self.market.desk.audit(merchant), key=lambda one: (one.at, one.id), reverse=True)

    def record(self, merchant: str, id: str) -> Record:
        """One line of a merchant's audit.

        Raises:
            NotFound: it has none of that id.
        """
        for one in self.market.desk.audit(merchant):
            if one.id == id:
                return one
        raise NotFound(f"没有这条记录: {id[:80]!r}. · No record {id[:80]!r}.")

    # ---- changing

    def undo(self, merchant: str, id: str) -> Record:
        """Put back what an intention changed.

        Raises:
            NotFound: the merchant has no such record.
            Refused: there is nothing to undo.
        """
        self.record(merchant, id)
        with self.live._lock:
            return self.market.desk.undo(id)

    def change_group(self, merchant: str, group: str, *, paused: bool, by: str) -> Record:
        """Pause an ad group, or let it run again, as a person asks for it; through the desk like everything else.

        Raises:
            NotFound: the merchant has no such ad group.
        """
        with self.live._lock:
            campaigns = self.market.campaigns
            one = campaigns.roster.groups[campaigns.group_row(group)]
            self.campaign(merchant, one.campaign)
            word, english = ("暂停", "paused") if paused else ("恢复", "resumed")
            wanted = Intention(
                Kind.PAUSE if paused else Kind.RESUME, one.campaign, one.id, True,
                f"{by} 手动{word}", f"{english} by hand, by {by}",
            )  # fmt: skip
            return self.market.desk.settle([wanted], self.market.tick)[0]

    def pause(self, merchant: str, id: str, paused: bool) -> Campaign:
        """Pause a campaign or let it run again.

        Raises:
            NotFound: the merchant has no such campaign.
        """
        before = self.campaign(merchant, id)
        with self.live._lock:
            self.market.campaigns.change_campaign(before.id, paused=paused)
        return replace(before, paused=paused)


def _brief(merchant: str, daily_budget: Money, goal: Goal) -> Brief:
    nothing = np.empty(0, np.int64)
    return Brief(MerchantId(merchant), daily_budget, goal, nothing, nothing)


def _figures(roster: Roster, delivery: Delivery, prices: Any, row: int, conversions: int) -> GroupFigures:
    return GroupFigures(
        roster.groups[row],
        float(prices[roster.item[row]]),
        float(roster.target[row]),
        int(delivery.views[row]),
        int(delivery.clicks[row]),
        int(delivery.orders[row]),
        float(delivery.spend[row]) / MICROS,
        float(delivery.gmv[row]) / MICROS,
        float(delivery.returned[row]) / MICROS,
        conversions,
    )
