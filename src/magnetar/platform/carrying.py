"""What a running market has learned, carried over: to a larger shelf, or past a restart."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from magnetar.platform.market import Marketplace

Arrays = dict[str, NDArray[Any]]
_DELIVERY = (
    "views", "clicks", "orders", "firsts", "converted", "returns", "spend", "gmv", "returned", "value", "predicted",
)  # fmt: skip
_BIDDING = (
    "multiplier", "calibration", "_seen_spend", "_seen_predicted", "_waiting", "_matured", "_window_spent", "_window_earned",
    "_window_organic", "_forecast", "_realised", "_spent_today", "_pages",
)  # fmt: skip


def take_out(market: Marketplace) -> Arrays:
    """Results, outcomes, buyers, price landscape, traffic, bidding and experiments, but not the predictor, as arrays."""
    out: Arrays = {f"delivery.{name}": getattr(market.campaigns.delivery, name) for name in _DELIVERY}
    out |= {f"bidding.{name}": getattr(market.bidding, name) for name in _BIDDING}
    out["bidding._organic"] = market.bidding._organic
    for row, (items, rate) in market.bidding._baseline.items():
        out[f"baseline.{row}.items"], out[f"baseline.{row}.rate"] = items, np.array(rate)
    landscape, traffic = market.landscape, market.traffic
    out |= {
        "landscape.value": landscape.value,
        "landscape.cost": landscape.cost,
        "landscape.pages": np.array(landscape.pages),
    }
    out |= {"traffic.curve": traffic.curve, "traffic.today": traffic.today, "traffic.days": np.array(traffic._days)}
    out |= {f"outcomes.{name}": column for name, column in market.outcomes.state().items()}
    out["buyers"] = market.campaigns.buyers.pairs
    out |= {f"experiments.{name}": column for name, column in market.experiments.take_out().items()}
    out |= {f"creatives.{name}": column for name, column in market.creatives.take_out().items()}
    return {name: np.array(column) for name, column in out.items()}


def put_in(market: Marketplace, carried: Arrays) -> None:
    """The same into a market with the same rows, or more of them."""
    for name in _DELIVERY:
        if (column := carried.get(f"delivery.{name}")) is not None:
            getattr(market.campaigns.delivery, name)[: len(column)] = column
    bidding, landscape, traffic = market.bidding, market.landscape, market.traffic
    for name in _BIDDING:
        if (column := carried.get(f"bidding.{name}")) is not None:
            setattr(bidding, name, column)
    if (organic := carried.get("bidding._organic")) is not None:
        bidding._organic[:, : organic.shape[1]] = organic
    for name in carried:
        if name.startswith("baseline.") and name.endswith(".items"):
            row = int(name.split(".")[1])
            bidding._baseline[row] = carried[name], float(carried[f"baseline.{row}.rate"])
    if "landscape.value" in carried:
        landscape.value, landscape.cost = carried["landscape.value"], carried["landscape.cost"]
        landscape.pages = float(carried["landscape.pages"])
        traffic.curve, traffic.today = carried["traffic.curve"], carried["traffic.today"]
        traffic._days = int(carried["traffic.days"])
    if "buyers" in carried:
        market.campaigns.buyers.restore(carried["buyers"], market.serving.shoppers)
        head = "outcomes."
        market.outcomes.restore(
            {name.removeprefix(head): column for name, column in carried.items() if name.startswith(head)}
        )
    head = "experiments."
    market.experiments.put_in(
        {name.removeprefix(head): column for name, column in carried.items() if name.startswith(head)}
    )
    head = "creatives."
    market.creatives.put_in(
        {name.removeprefix(head): column for name, column in carried.items() if name.startswith(head)}
    )


def packed(arrays: Arrays) -> bytes:
    """Arrays as bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpacked(data: bytes) -> Arrays:
    """The arrays again."""
    with np.load(io.BytesIO(data), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}
