"""Campaigns and ad groups: added, changed, paused; every change is an event and can be read back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns.buyers import Buyers
from magnetar.capabilities.campaigns.delivery import Delivery
from magnetar.capabilities.campaigns.roster import Roster
from magnetar.kernel.bus import Bus
from magnetar.kernel.errors import NotFound, Refused
from magnetar.kernel.events import Event
from magnetar.kernel.store import Store
from magnetar.vocabulary.campaigns import AdGroup, Campaign, ConversionKind, Horizon
from magnetar.vocabulary.ids import OPERATOR, AdGroupId, CampaignId

MAX_BID_FACTOR = 3.0
"""No intention, rule or model may raise a bid above this many times what the controller asks."""


MAX_QUOTA_BID = 5.0
"""Largest bid for an impression that a guaranteed pool may set, currency units."""


ORDERS_PER_CLICK = 0.05
"""Before anything is known; makes prices per click and per lead comparable with prices per order."""


class AdGroupChanged(Event, frozen=True):
    """An ad group was added, with all its fields, or changed."""

    campaign: str
    group: str
    changes: dict[str, Any]
    added: bool = False


class CampaignChanged(Event, frozen=True):
    """A campaign was added, with all its fields, or changed."""

    campaign: str
    merchant: str
    changes: dict[str, Any]
    added: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The row that a campaign or an ad group holds; events name rows, so rows outlive a restart."""

    row: int


class Campaigns:
    """The campaigns of all merchants, as objects for people and as a roster for ticks."""

    def __init__(
        self,
        bus: Bus,
        store: Store,
        rows: dict[str, int],
        merchants: dict[str, int],
        prices: Any,
        owners: NDArray[np.int64],
    ) -> None:
        """`rows` maps products to items, `merchants` names to numbers; `prices` and `owners` are columns over items."""
        self._bus = bus
        self._kept = store.collection("campaigns", Campaign)
        self._kept_groups = store.collection("ad_groups", AdGroup)
        self._places = store.collection("roster_places", Place)
        self._rows = rows
        self._merchants = merchants
        self._prices = prices
        self._owners = owners
        self._campaign_row: dict[str, int] = {}
        self._group_row: dict[str, int] = {}
        self.roster = Roster()
        self.buyers = Buyers(owners)
        self.delivery = Delivery(bus, self.roster, self.buyers)

    def restore(self) -> None:
        """Take up the campaigns that the store keeps, each in the row that it had, after a restart."""
        row = {key: place.row for key, place in self._places.list(OPERATOR)}
        campaigns = [one for merchant in self._merchants for _, one in self._kept.list(merchant)]
        for campaign in sorted(campaigns, key=lambda one: row[f"campaign:{one.id}"]):
            self._enter(campaign)
        groups = [one for merchant in self._merchants for _, one in self._kept_groups.list(merchant)]
        for group in sorted(groups, key=lambda one: row[f"group:{one.id}"]):
            self._enter_group(group)

    def add(self, campaign: Campaign) -> int:
        """Add a campaign; returns its row.

        Raises:
            Refused: the id is taken, the merchant is unknown, the budget is not positive, or the goal does not go
                with whole-site.
        """
        if campaign.id in self._campaign_row:
            raise Refused(f"Campaign {campaign.id!r} exists already. Choose another id.")
        if campaign.merchant not in self._merchants:
            raise Refused(f"Merchant {campaign.merchant!r} has no products on the shelf. Import a catalogue first.")
        _check(campaign)
        row = self._enter(campaign)
        self._places.put(OPERATOR, [(f"campaign:{campaign.id}", Place(row))])
        self._kept.put(campaign.merchant, [(campaign.id, campaign)])
        self._bus.publish(CampaignChanged(campaign.id, campaign.merchant, _plain(campaign), added=True))
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
            NotFound: there is no such campaign.
            Refused: the id is taken, the product is not on the shelf or belongs to somebody else, or a bid is
                out of its limits.
        """
        campaign = self.campaign(group.campaign)
        if group.id in self._group_row:
            raise Refused(f"Ad group {group.id!r} exists already. Choose another id.")
        if group.product not in self._rows:
            raise Refused(f"Product {group.product!r} is not on the shelf. Import it first.")
        if self._owners[self._rows[group.product]] != self._merchants[campaign.merchant]:
            raise Refused(
                f"Product {group.product!r} does not belong to {campaign.merchant!r}. Promote one of your own products."
            )
        _check_bids(group)
        row = self._enter_group(group)
        self._places.put(OPERATOR, [(f"group:{group.id}", Place(row))])
        self._kept_groups.put(campaign.merchant, [(group.id, group)])
        self._bus.publish(AdGroupChanged(group.campaign, group.id, _plain(group), added=True))
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
        self._expect(row)
        self._write(row)
        return row

    def _expect(self, row: int) -> None:
        """What a result of an ad group is worth and how often one comes, before anything is learned."""
        roster = self.roster
        goal = roster.campaigns[roster.campaign[row]].goal
        price, reported = float(self._prices[roster.item[row]]), not goal.conversion.observed
        value = (goal.expected_value or price) if reported else price
        roster.conversion[row] = goal.conversion
        roster.worth[row] = value if goal.kind.by_value else 1.0
        roster.per_click[row], roster.unit[row] = 0.0, price
        if not goal.conversion.of_orders:
            roster.per_click[row] = rate = goal.expected_rate if reported else 1.0
            roster.unit[row] = (price or 1.0) * ORDERS_PER_CLICK / rate

    def _write(self, row: int) -> None:
        """Bring a row of the roster in line with its ad group and campaign."""
        roster = self.roster
        group = roster.groups[row]
        campaign = roster.campaigns[roster.campaign[row]]
        goal, capped = campaign.goal, campaign.goal.kind.capped
        roster.goal[row] = goal.kind
        allowed = goal.price
        roster.target[row] = allowed * roster.worth[row] if allowed < np.inf else np.inf
        roster.audience[row] = group.audience
        roster.scenes[row] = group.scenes
        # a cap holds for every bid, that of a cold start and of a guaranteed pool too
        roster.factor[row] = min(group.bid_factor, 1.0) if capped else group.bid_factor
        roster.quota[row] = 0.0 if capped else group.quota_bid
        roster.active[row] = not (group.paused or campaign.paused)
        roster.cap[row] = campaign.frequency_cap
        roster.incremental[row] = campaign.incremental
        roster.phase[row] = group.phase
        roster.version += 1

    def change_group(self, id: str, **changes: Any) -> AdGroup:
        """Change an ad group; returns it as it was.

        Raises:
            NotFound: there is no such ad group.
            Refused: the bid factor leaves (0, MAX_BID_FACTOR], or the quota bid [0, MAX_QUOTA_BID].
        """
        row = self.group_row(id)
        before = self.roster.groups[row]
        after = replace(before, **changes)
        _check_bids(after)
        self.roster.groups[row] = after
        self._write(row)
        self._kept_groups.put(self.campaign(before.campaign).merchant, [(id, after)])
        self._bus.publish(AdGroupChanged(before.campaign, id, _plain(changes)))
        return before

    def change_campaign(self, id: str, **changes: Any) -> Campaign:
        """Change a campaign; returns it as it was.

        Raises:
            NotFound: there is no such campaign.
            Refused: the budget is not positive, or the goal does not go with whole-site.
        """
        before = self.campaign(id)
        after = replace(before, **changes)
        _check(after)
        row = self._campaign_row[id]
        self.roster.campaigns[row] = after
        self.roster.version += 1
        for group_row in np.flatnonzero(self.roster.campaign == row).tolist():
            if after.goal != before.goal:
                self._expect(group_row)
            self._write(group_row)
        self._kept.put(after.merchant, [(id, after)])
        self._bus.publish(CampaignChanged(id, after.merchant, _plain(changes)))
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


def _check(campaign: Campaign) -> None:
    if campaign.daily_budget.micros <= 0:
        raise Refused(
            f"日预算须大于 0, 现为 {campaign.daily_budget}. · "
            f"Campaign {campaign.id!r} needs a daily budget above 0, found {campaign.daily_budget}."
        )
    if campaign.whole_site and (campaign.goal.conversion, campaign.goal.horizon) != (
        ConversionKind.ORDER,
        Horizon.OPEN,
    ):
        found = campaign.goal.conversion.name.lower(), campaign.goal.horizon.name.lower()
        raise Refused(
            f"全站推广只支持不限周期的订单目标, 现为 {found}. · "
            f"A whole-site campaign counts orders whenever they arrive, found {found}. Turn whole_site off or change the goal."
        )


def _check_bids(group: AdGroup) -> None:
    if not 0.0 < group.bid_factor <= MAX_BID_FACTOR:
        raise Refused(f"A bid factor lies in (0, {MAX_BID_FACTOR}], found {group.bid_factor!r}.")
    if not 0.0 <= group.quota_bid <= MAX_QUOTA_BID:
        raise Refused(f"A quota bid lies in [0, {MAX_QUOTA_BID}], found {group.quota_bid!r}.")


def _plain(value: Any) -> dict[str, Any]:
    """As plain data, from which a replay makes the same object again."""
    return msgspec.to_builtins(value)
