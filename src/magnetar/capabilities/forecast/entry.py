"""The entry price: what the last slot costs an impression, by what the impression is worth to us."""

from __future__ import annotations

import numpy as np

from magnetar.kernel.compiled import Array, compiled

RESIDUALS = 33
"""Quantiles kept of what the straight line leaves."""


@compiled
def fit_entry(
    value: Array, price: Array, count: Array, weight: Array, shift: Array, residual: Array
) -> tuple[float, float, float]:
    """Weighted least squares of log price on log value; residual quantiles. Returns (level, slope, weight)."""
    total, x_mean, y_mean = 0.0, 0.0, 0.0
    size = 0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                total += weight[tick]
                x_mean += weight[tick] * np.log(value[tick, one])
                y_mean += weight[tick] * (np.log(price[tick, one]) + shift[tick])
                size += 1
    if size < 8:
        return 0.0, 0.0, 0.0
    x_mean /= total
    y_mean /= total
    square, product = 1e-9, 0.0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                x = np.log(value[tick, one]) - x_mean
                square += weight[tick] * x * x
                product += weight[tick] * x * (np.log(price[tick, one]) + shift[tick] - y_mean)
    slope = min(max(product / (square + 0.05 * total), -0.5), 1.5)
    level = y_mean - slope * x_mean
    rest, heavy = np.empty(size), np.empty(size)
    place = 0
    for tick in range(weight.shape[0]):
        if weight[tick] < 0.02:
            continue
        for one in range(count[tick]):
            if value[tick, one] > 0.0 and price[tick, one] > 0.0:
                rest[place] = np.log(price[tick, one]) + shift[tick] - level - slope * np.log(value[tick, one])
                heavy[place] = weight[tick]
                place += 1
    order = np.argsort(rest)
    passed, quantile = 0.0, 0
    quantiles = residual.shape[0]
    for position in range(size):
        passed += heavy[order[position]]
        while quantile < quantiles and passed >= total * (quantile + 0.5) / quantiles:
            residual[quantile] = rest[order[position]]
            quantile += 1
    while quantile < quantiles:
        residual[quantile] = rest[order[size - 1]]
        quantile += 1
    return level, slope, total
