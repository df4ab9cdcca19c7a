"""A bazaar with the rhythm, baskets, loyalty and returns of a real shop's order log.

The log says when people buy, how unequal they are, how much they take and what comes back; it is
silent on clicks, rivals and prices elsewhere, which stay those of the default world.
"""

from __future__ import annotations

import math
from dataclasses import replace

from magnetar.twin.bazaar.settings import WORLDS, BazaarSettings
from magnetar.twin.calibration import Calibration

_LEAST = 0.02
"""Least activity of an hour or weekday; a shop that closes still has visitors."""


def settings_from(calibration: Calibration) -> BazaarSettings:
    """The default world, with what an order log can say put in its place."""
    default = WORLDS["default"]
    pieces = dict(zip(calibration.quantiles, calibration.pieces_per_line, strict=True)).get(0.9, 1.0)
    tail = math.log(10.0) / math.log(pieces) if pieces > 1.0 else default.quantity_tail  # q90 of a Pareto from 1
    return replace(
        default,
        name="calibrated",
        hours=tuple(max(_LEAST, 24.0 * share) for share in calibration.hourly),
        weekdays=tuple(max(_LEAST, 7.0 * share) for share in calibration.weekday),
        activity_spread=min(2.0, math.sqrt(math.log1p(1.0 / max(calibration.purchase_shape, 1e-3)))),
        quantity_tail=min(6.0, max(1.2, tail)),
        price_spread=min(1.2, max(0.1, calibration.price_log_sd)),
        return_rate=min(0.5, calibration.orders_with_return),
    )
