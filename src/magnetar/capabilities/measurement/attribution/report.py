"""Credit as plain data and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from magnetar.capabilities.measurement.attribution.credit import LABEL, Credit
from magnetar.capabilities.measurement.attribution.journeys import Journeys
from magnetar.kernel.clock import DAY
from magnetar.vocabulary.money import MICROS


def as_json(journeys: Journeys, credits: Sequence[Credit], currency: str) -> dict[str, Any]:
    """The object of `measure attribution`; money in currency units."""
    touched = journeys.touched
    return {
        "label": LABEL,
        "currency": currency,
        "lookback_days": journeys.lookback / DAY,
        "touches": len(journeys.at),
        "orders": len(journeys.value),
        "orders_touched": int(touched.sum()),
        "lost_journeys": len(journeys.lost_start),
        "value": int(journeys.value.sum()) / MICROS,
        "rules": [
            {
                "rule": one.rule,
                "label": one.label,
                "credits": [
                    {
                        "channel": name,
                        "credited": int(one.micros[row]) / MICROS,
                        "orders": float(one.orders[row]),
                        "share": float(one.share[row]),
                    }
                    for row, name in enumerate(one.channels)
                ],
                "unattributed": one.unattributed / MICROS,
                "notes": list(one.notes),
            }
            for one in credits
        ],
    }


def as_table(journeys: Journeys, credits: Sequence[Credit]) -> tuple[list[str], list[list[str]]]:
    """Head and rows: a row for each channel, most credited first, a column for each rule; money in currency units."""
    head = ["渠道 channel", "触点 touches", *(one.rule for one in credits)]
    touches = np.bincount(journeys.channel, minlength=len(journeys.channels))
    weight = sum((one.micros.astype(float) for one in credits), np.zeros(len(journeys.channels)))
    rows = [
        [name, f"{touches[row]:,}", *(f"{one.micros[row] / MICROS:,.2f} ({one.share[row]:.1%})" for one in credits)]
        for row, name in sorted(enumerate(journeys.channels), key=lambda pair: -weight[pair[0]])
    ]
    rows.append(["无触点 no touch", "", *(f"{one.unattributed / MICROS:,.2f}" for one in credits)])
    return head, rows
