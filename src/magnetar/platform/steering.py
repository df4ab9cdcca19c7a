"""Steering: what a merchant may do to the campaigns of a running market, each call for one merchant only."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from magnetar.capabilities.autopilot import Record
from magnetar.capabilities.campaigns import goal_named
from magnetar.kernel.errors import BadInput, NotFound, Refused
from magnetar.platform.live import SCENES, LivePlatform
from magnetar.platform.market import Marketplace
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import MICROS, Money

MOST_GROUPS = 500
"""Ad groups of one campaign."""
LEARNED = 10
"""Conversions from which on a campaign no longer counts as learning, as the platform counts cold starts."""
MOST_CAMPAIGNS = 200
"""Campaigns of one merchant."""


class Steering:
    """Campaigns, ad groups and the audit, as a merchant meets them."""

    def __init__(self, live: LivePlatform) -> None:
        self._live = live

    @contextmanager
    def _market(self) -> Iterator[Marketplace]:
        with self._live._turn, self._live._lock:
            yield self._live.market

    # ---- campaigns

    def list(self, merchant: str) -> list[dict[str, Any]]:
        """A merchant's campaigns with their results so far."""
        with self._market() as market:
            return [_shown(market, one) for one in market.campaigns.roster.campaigns if one.merchant == merchant]

    def get(self, merchant: str, id: str) -> dict[str, Any]:
        """One campaign with its ad groups.

        Raises:
            NotFound: there is none, or it is somebody else's.
        """
        with self._market() as market:
            campaign = self._own(market, merchant, id)
            rows = market.campaigns.rows_of(id).tolist()
            return {**_shown(market, campaign), "groups": [self._group(market, row) for row in rows]}

    def create(
        self,
        merchant: str,
        *,
        name: str,
        goal: str,
        target: float,
        daily_budget: float,
        conversion: str = "order",
        horizon: str = "open",
        expected_rate: float = 0.0,
        expected_value: float = 0.0,
        whole_site: bool = False,
        incremental: bool = True,
        frequency_cap: int = 4,
    ) -> dict[str, Any]:
        """A new campaign without ad groups; it delivers from the next half-hour on.

        A goal on a kind of conversion that is reported needs `expected_rate`, conversions per click; 0
        takes what the platform measured on the merchant's products, where enough was reported.

        Raises:
            BadInput: a value cannot be used, or the goal's parts do not go together.
            Refused: the merchant has no products, or too many campaigns.
        """
        row = goal_named(goal, conversion, horizon)
        if not row.observed and not expected_rate:
            with self._market() as market:
                if merchant in market.shelf.merchants:
                    mine = market.shelf.of_merchant(merchant)
                    expected_rate, value = market.outcomes.measured(row.conversion, mine)
                    expected_value = expected_value or value
        wanted = row.goal(target, expected_rate, expected_value)
        try:
            budget = Money.of(daily_budget, self._live.platform.runtime.settings.currency)
        except ValueError as error:
            raise BadInput(f"{error}.") from None
        if not 1 <= frequency_cap <= 100:
            raise BadInput(f"frequency_cap lies in [1, 100], found {frequency_cap}.")
        id = CampaignId(f"c-{secrets.token_hex(6)}")
        campaign = Campaign(
            id, MerchantId(merchant), name.strip()[:200], wanted, budget,
            bidder=self._live.platform.runtime.settings.bidder, whole_site=whole_site, incremental=incremental,
            frequency_cap=frequency_cap,
        )  # fmt: skip
        with self._market() as market:
            mine = sum(one.merchant == merchant for one in market.campaigns.roster.campaigns)
            if mine >= MOST_CAMPAIGNS:
                raise Refused(f"A merchant has at most {MOST_CAMPAIGNS} campaigns. Change one of those instead.")
            market.campaigns.add(campaign)
            return _shown(market, campaign)

    def pause(self, merchant: str, id: str) -> dict[str, Any]:
        """Stop a campaign at once."""
        with self._market() as market:
            self._own(market, merchant, id)
            market.campaigns.change_campaign(id, paused=True)
            row = market.campaigns.campaign_row(id)
            if row < len(market.serving.lease):
                market.serving.lease[row] = 0
            return _shown(market, market.campaigns.campaign(id))

    def resume(self, merchant: str, id: str) -> dict[str, Any]:
        """Let a campaign deliver again, from the next half-hour on."""
        with self._market() as market:
            self._own(market, merchant, id)
            market.campaigns.change_campaign(id, paused=False)
            return _shown(market, market.campaigns.campaign(id))

    def budget(self, merchant: str, id: str, daily_budget: float) -> dict[str, Any]:
        """Change a daily budget: more from the next half-hour on, less at once.

        Raises:
            BadInput: the amount is no amount of money.
            Refused: it is not positive.
        """
        with self._market() as market:
            before = self._own(market, merchant, id)
            try:
                money = Money.of(daily_budget, before.daily_budget.currency)
            except ValueError as error:
                raise BadInput(f"{error}.") from None
            market.set_budget(id, money)
            return _shown(market, market.campaigns.campaign(id))

    def best_products(self, merchant: str, most: int) -> list[str]:
        """A merchant's products on the shelf by what a view of them should sell, best first."""
        with self._market() as market:
            shelf, predictor = market.shelf, market.predictor
            if merchant not in shelf.merchants:
                return []
            rows = shelf.of_merchant(merchant)
            rows = rows[shelf.arrays.listed[rows]]
            worth = predictor.clicks.items.mean[rows] * predictor.orders.items.mean[rows] * shelf.arrays.price[rows]
            best = rows[np.argsort(-worth, kind="stable")[:most]]
            return [self._live.items[row].product for row in best.tolist()]

    def _own(self, market: Marketplace, merchant: str, id: str) -> Campaign:
        try:
            campaign = market.campaigns.campaign(id)
        except NotFound:
            campaign = None
        if campaign is None or campaign.merchant != merchant:
            raise NotFound(f"No campaign {id[:80]!r}.")
        return campaign

    # ---- ad groups

    def add_group(
        self, merchant: str, campaign: str, *, product: str, scenes: list[str] | None = None, bid_factor: float = 1.0
    ) -> dict[str, Any]:
        """Promote a product; it delivers from the next half-hour on.

        Raises:
            NotFound: no such campaign or product of this merchant.
            BadInput: a scene does not exist.
            Refused: the campaign has too many, or the bid factor is out of its limits.
        """
        unknown = [one for one in scenes or () if one not in SCENES]
        if unknown:
            raise BadInput(f"scenes are among: {', '.join(SCENES)}; found {unknown[0][:40]!r}.")
        mask = sum({1 << SCENES[one] for one in scenes}) if scenes else 0b1111
        with self._market() as market:
            self._own(market, merchant, campaign)
            item = self._live.item(merchant, product)
            if item is None:
                raise NotFound(
                    f"No product {product[:80]!r}. A product imported now can be promoted from the next half-hour on."
                )
            rows = market.campaigns.rows_of(campaign)
            if len(rows) >= MOST_GROUPS:
                raise Refused(f"A campaign has at most {MOST_GROUPS} ad groups. Start another campaign.")
            group = AdGroup(
                AdGroupId(f"{campaign}-{secrets.token_hex(4)}"),
                CampaignId(campaign),
                ProductId(market.shelf.ids[item]),
                scenes=mask,
                phase=Phase.STABLE,
                bid_factor=bid_factor,
            )
            return self._group(market, market.campaigns.add_group(group))

    def change_group(self, merchant: str, campaign: str, id: str, **changes: Any) -> dict[str, Any]:
        """Pause or resume an ad group, or change its bid factor, from the next half-hour on."""
        with self._market() as market:
            self._own(market, merchant, campaign)
            row = market.campaigns.group_row(id)
            if market.campaigns.roster.groups[row].campaign != campaign:
                raise NotFound(f"No ad group {id[:80]!r}.")
            market.campaigns.change_group(id, **changes)
            return self._group(market, row)

    def _group(self, market: Marketplace, row: int) -> dict[str, Any]:
        roster, delivery = market.campaigns.roster, market.campaigns.delivery
        group = roster.groups[row]
        return {
            "id": group.id,
            "campaign": group.campaign,
            "product": self._live.items[int(roster.item[row])].product,
            "scenes": [name for name, number in SCENES.items() if group.scenes >> number & 1],
            "phase": group.phase.name.lower(),
            "paused": group.paused,
            "bid_factor": group.bid_factor,
            "views": int(delivery.views[row]),
            "clicks": int(delivery.clicks[row]),
            "orders": int(delivery.orders[row]),
            "conversions": int(delivery.conversions()[row]),
            "spend": int(delivery.spend[row]) / MICROS,
            "gmv": int(delivery.gmv[row]) / MICROS,
        }

    # ---- the audit

    def audit(self, merchant: str, limit: int = 200) -> list[dict[str, Any]]:
        """What the autopilot did to a merchant's campaigns, newest first."""
        with self._market() as market:
            return [_record(one) for one in market.desk.audit(merchant)[::-1][:limit]]

    def undo(self, merchant: str, id: str) -> dict[str, Any]:
        """Put back what an intention changed.

        Raises:
            NotFound: no such intention of this merchant.
            Refused: there is nothing to undo.
        """
        with self._market() as market:
            try:
                self._own(market, merchant, id.rpartition(":")[0])
            except NotFound:
                raise NotFound(f"No intention {id[:80]!r} in the audit.") from None
            return _record(market.desk.undo(id))


def _shown(market: Marketplace, campaign: Campaign) -> dict[str, Any]:
    rows, delivery = market.campaigns.rows_of(campaign.id), market.campaigns.delivery
    spend, gmv = int(delivery.spend[rows].sum()), int(delivery.gmv[rows].sum())
    goal, conversions = campaign.goal, int(delivery.conversions()[rows].sum())
    return {
        "id": campaign.id,
        "merchant": campaign.merchant,
        "name": campaign.name,
        "goal": goal.kind.name.lower(),
        "conversion": goal.conversion.name.lower(),
        "horizon": goal.horizon.name.lower(),
        "target": goal.target or None,
        "expected_rate": goal.expected_rate or None,
        "expected_value": goal.expected_value or None,
        "learning": conversions < LEARNED,
        "daily_budget": campaign.daily_budget.amount,
        "currency": campaign.daily_budget.currency,
        "whole_site": campaign.whole_site,
        "incremental": campaign.incremental,
        "frequency_cap": campaign.frequency_cap,
        "paused": campaign.paused,
        "ad_groups": len(rows),
        "views": int(delivery.views[rows].sum()),
        "clicks": int(delivery.clicks[rows].sum()),
        "orders": int(delivery.orders[rows].sum()),
        "conversions": conversions,
        "spend": spend / MICROS,
        "cost_per_conversion": spend / MICROS / conversions if conversions > 0 else None,
        "value": int(delivery.value[rows].sum()) / MICROS,
        "gmv": gmv / MICROS,
        "roi": gmv / spend if spend else None,
    }


def _record(record: Record) -> dict[str, Any]:
    intention = record.intention
    return {
        "id": record.id,
        "at": record.at / MICROS,
        "kind": intention.kind.value,
        "campaign": intention.campaign,
        "group": intention.group or None,
        "value": intention.value,
        "before": record.before,
        "reason": {"zh": intention.reason, "en": intention.reason_en},
        "evidence": intention.evidence,
        "outcome": record.outcome.value,
        "refusal": record.refusal or None,
    }
