"""Campaigns and ad groups: added, changed, paused; every change is an event and can be read back."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np

from magnetar.capabilities.campaigns.delivery import Delivery
from magnetar.capabilities.campaigns.roster import Roster
from magnetar.kernel.bus import Bus
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import AdGroup, Campaign, GoalKind
from magnetar.vocabulary.ids import AdGroupId, CampaignId

MAX_BID_FACTOR = 3.0
"""No intention, rule or model may raise a bid above this many times what the controller asks."""


MAX_QUOTA_BID = 5.0
"""Largest bid for an impression that a guaranteed pool may set, currency units."""


class AdGroupChanged(Event, frozen=True):
    """An ad group was added or changed."""

    campaign: str
    group: str
    changes: dict[str, Any]


class CampaignChanged(Event, frozen=True):
    """A campaign was added or changed."""

    campaign: str
    merchant: str
    changes: dict[str, Any]


class Campaigns:
    """The campaigns of all merchants, as objects for people and as a roster for ticks."""

    def __init__(self, bus: Bus, store: Store, rows: dict[str, int], merchants: dict[str, int], prices: Any) -> None:
        self._bus = bus
        self._kept = store.collection("campaigns", Campaign)
        self._kept_groups = store.collection("ad_groups", AdGroup)
        self._rows = rows
        self._merchants = merchants
        self._prices = prices
        self._campaign_row: dict[str, int] = {}
        self._group_row: dict[str, int] = {}
        self.roster = Roster()
        self.delivery = Delivery(bus)

    def restore(self) -> None:
        """Take up the campaigns that the store keeps, after a restart."""
        for merchant in self._merchants:
            for _, campaign in self._kept.list(merchant):
                self._enter(campaign)
            for _, group in self._kept_groups.list(merchant):
                self._enter_group(group)

    def add(self, campaign: Campaign) -> int:
        """Add a campaign; returns its row.

        Raises:
            Refused: the id is taken, the merchant is unknown, or the budget is not positive.
        """
        if campaign.id in self._campaign_row:
            raise Refused(f"Campaign {campaign.id!r} exists already. Choose another id.")
        if campaign.merchant not in self._merchants:
            raise Refused(f"Merchant {campaign.merchant!r} has no products on the shelf. Import a catalogue first.")
        if campaign.daily_budget.micros <= 0:
            raise Refused(f"Campaign {campaign.id!r} needs a daily budget above 0, found {campaign.daily_budget}.")
        row = self._enter(campaign)
        self._kept.put(campaign.merchant, [(campaign.id, campaign)])
        self._bus.publish(CampaignChanged(campaign=campaign.id, merchant=campaign.merchant, changes={"added": True}))
        return row

    def _enter(self, campaign: Campaign) -> int:
        row = len(self.roster.campaigns)
        self.roster.campaigns.append(campaign)
        self.roster.version += 1
        self._campaign_row[campaign.id] = row
        return row

    def add_group(self, group: AdGroup) -> int:
        """Add an ad group; returns its row.

        Raises:
            Refused: the id is taken, or the product is not on the shelf or belongs to somebody else.
        """
        campaign = self.campaign(group.campaign)
        if group.id in self._group_row:
            raise Refused(f"Ad group {group.id!r} exists already. Choose another id.")
        if group.product not in self._rows:
            raise Refused(f"Product {group.product!r} is not on the shelf. Import it first.")
        row = self._enter_group(group)
        self._kept_groups.put(campaign.merchant, [(group.id, group)])
        self._bus.publish(AdGroupChanged(campaign=group.campaign, group=group.id, changes={"added": True}))
        return row

    def _enter_group(self, group: AdGroup) -> int:
        roster = self.roster
        campaign_row = self._campaign_row[group.campaign]
        campaign = roster.campaigns[campaign_row]
        row = roster.grow()
        roster.groups.append(group)
        self._group_row[group.id] = row
        roster.item[row] = self._rows[group.product]
        roster.campaign[row] = campaign_row
        roster.merchant[row] = self._merchants[campaign.merchant]
        self.delivery.grow(len(roster.groups))
        self._write(row)
        return row

    def _write(self, row: int) -> None:
        """Bring a row of the roster in line with its ad group and campaign."""
        roster = self.roster
        group = roster.groups[row]
        campaign = roster.campaigns[roster.campaign[row]]
        goal = campaign.goal
        if goal.kind is GoalKind.TARGET_COST:
            target = goal.target
        elif goal.kind is GoalKind.TARGET_ROI:
            target = float(self._prices[roster.item[row]]) / goal.target
        else:
            target = np.inf
        roster.goal[row] = goal.kind
        roster.target[row] = target
        roster.audience[row] = group.audience
        roster.scenes[row] = group.scenes
        roster.factor[row] = group.bid_factor
        roster.quota[row] = group.quota_bid
        roster.active[row] = not (group.paused or campaign.paused)
        roster.cap[row] = campaign.frequency_cap
        roster.incremental[row] = campaign.incremental
        roster.phase[row] = group.phase
        roster.version += 1

    def change_group(self, id: str, **changes: Any) -> AdGroup:
        """Change an ad group; returns it as it was.

        Raises:
            NotFound: there is no such ad group.
            Refused: the bid factor leaves (0, MAX_BID_FACTOR].
        """
        row = self.group_row(id)
        before = self.roster.groups[row]
        factor = changes.get("bid_factor", before.bid_factor)
        if not 0.0 < factor <= MAX_BID_FACTOR:
            raise Refused(f"A bid factor lies in (0, {MAX_BID_FACTOR}], found {factor!r}.")
        quota = changes.get("quota_bid", before.quota_bid)
        if not 0.0 <= quota <= MAX_QUOTA_BID:
            raise Refused(f"A quota bid lies in [0, {MAX_QUOTA_BID}], found {quota!r}.")
        after = replace(before, **changes)
        self.roster.groups[row] = after
        self._write(row)
        self._kept_groups.put(self.campaign(before.campaign).merchant, [(id, after)])
        self._bus.publish(AdGroupChanged(campaign=before.campaign, group=id, changes=changes))
        return before

    def change_campaign(self, id: str, **changes: Any) -> Campaign:
        """Change a campaign; returns it as it was.

        Raises:
            NotFound: there is no such campaign.
        """
        before = self.campaign(id)
        after = replace(before, **changes)
        row = self._campaign_row[id]
        self.roster.campaigns[row] = after
        self.roster.version += 1
        for group_row in np.flatnonzero(self.roster.campaign == row):
            self._write(int(group_row))
        self._kept.put(after.merchant, [(id, after)])
        told = {name: str(asdict(after)[name]) for name in changes}
        self._bus.publish(CampaignChanged(campaign=id, merchant=after.merchant, changes=told))
        return before

    def campaign(self, id: str | CampaignId) -> Campaign:
        """A campaign by id."""
        if id not in self._campaign_row:
            raise NotFound(f"No campaign {id!r}.")
        return self.roster.campaigns[self._campaign_row[id]]

    def campaign_row(self, id: str | CampaignId) -> int:
        self.campaign(id)
        return self._campaign_row[id]

    def group_row(self, id: str | AdGroupId) -> int:
        if id not in self._group_row:
            raise NotFound(f"No ad group {id!r}.")
        return self._group_row[id]

    def rows_of(self, campaign: str | CampaignId) -> np.ndarray:
        """Rows of a campaign's ad groups."""
        return np.flatnonzero(self.roster.campaign == self.campaign_row(campaign))
