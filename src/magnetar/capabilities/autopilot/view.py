"""What an account's agent may see: its own delivery, and what the platform predicts for its own goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from magnetar.capabilities.campaigns import Campaigns, Roster
from magnetar.capabilities.understanding import Predictor
from magnetar.kernel.chance import Floats
from magnetar.vocabulary.campaigns import AdGroup
from magnetar.vocabulary.money import MICROS


@dataclass(frozen=True, slots=True)
class GroupView:
    """One ad group's results so far. Money in currency units."""

    group: AdGroup
    price: float
    target: float
    """Largest cost per conversion that the goal allows."""
    views: int
    clicks: int
    orders: int
    """Orders, or what else the goal counts: clicks, reported conversions."""
    spend: float
    gmv: float
    predicted: float
    """The same as the views should bring in the end, by the predictor at serving time."""


class Account(Protocol):
    """The platform as one merchant's agent meets it."""

    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def predictor(self) -> Predictor: ...


def groups_of(account: Account, rows: NDArray[np.int64]) -> list[GroupView]:
    """The ad groups in some rows of the roster, with their results."""
    campaigns = account.campaigns
    roster: Roster = campaigns.roster
    delivery = campaigns.delivery
    columns = (
        account.predictor.shelf.arrays.price[roster.item[rows]],
        roster.target[rows],
        delivery.views[rows],
        delivery.clicks[rows],
        delivery.results()[rows],
        delivery.spend[rows] / MICROS,
        delivery.gmv[rows] / MICROS,
        delivery.predicted[rows],
    )
    each = zip(*(one.tolist() for one in columns), strict=True)
    return [GroupView(roster.groups[row], *figures) for row, figures in zip(rows.tolist(), each, strict=True)]


def value_per_view(predictor: Predictor, items: NDArray[np.int64]) -> Floats:
    """(items,), GMV that one view should bring, currency units, over the average shopper and scene."""
    clicks, orders = predictor.clicks, predictor.orders
    rate = clicks.items.mean[items] * float(clicks.contexts.mean.mean())
    return rate * orders.items.mean[items] * float(orders.contexts.mean.mean()) * predictor.shelf.arrays.price[items]
