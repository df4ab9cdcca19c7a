"""Quantile tables, so that a kernel draws from a shape with one uniform."""

from __future__ import annotations

import math

import numpy as np

from magnetar.kernel.chance import Floats


def normal_quantile(share: Floats) -> Floats:
    """Quantiles of the standard normal, within 1e-9.

    Source: Acklam (2003)'s rational approximation, then one step of Halley's method on the error function.

    >>> normal_quantile(np.array([0.025, 0.5, 0.975])).round(4).tolist()
    [-1.96, 0.0, 1.96]
    """
    share = np.clip(np.asarray(share, np.float64), 1e-300, 1.0 - 1e-16)
    a = (-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.383577518672690e2, -3.066479806614716e1, 2.506628277459239)  # fmt: skip
    b = (-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1.0)  # fmt: skip
    c = (-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783)  # fmt: skip
    d = (7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1.0)
    tail = np.sqrt(-2.0 * np.log(np.minimum(share, 1.0 - share)))
    out = np.polyval(c, tail) / np.polyval(d, tail) * np.where(share < 0.5, 1.0, -1.0)
    middle = np.abs(share - 0.5) <= 0.5 - 0.02425
    q = share - 0.5
    out = np.where(middle, q * np.polyval(a, q * q) / np.polyval(b, q * q), out)
    error = normal_share(out) - share
    step = error * math.sqrt(2.0 * math.pi) * np.exp(np.minimum(out * out / 2.0, 700.0))
    return out - step / (1.0 + out * step / 2.0)


def normal_share(at: Floats) -> Floats:
    """Share of the standard normal below `at`."""
    return np.array([0.5 * math.erfc(-one / math.sqrt(2.0)) for one in np.ravel(at)]).reshape(np.shape(at))


def truncated_normal(low: Floats, high: Floats, places: int) -> Floats:
    """Quantile tables of standard normals cut to [low, high], one a row; low ≤ high.

    Args:
        low: (rows,), lower bounds.
        high: (rows,), upper bounds.
        places: at which shares 0, 1 / (places − 1), … 1.

    >>> truncated_normal(np.array([-1.0]), np.array([1.0]), 3).round(6).tolist()
    [[-1.0, 0.0, 1.0]]
    """
    below, above = normal_share(low), normal_share(high)
    share = below[:, None] + np.linspace(0.0, 1.0, places) * (above - below)[:, None]
    return np.clip(normal_quantile(share), low[:, None], high[:, None])


def gamma_quantile(shape: float, places: int) -> Floats:
    """(places,), quantiles of a gamma of mean 1 at shares 0 … 1, the last place cut to the mean of the highest share.

    By summing the density on a fine logarithmic grid; the mean of linear interpolation is brought to 1.

    >>> bool(np.isclose(gamma_quantile(1.0, 1001)[500], np.log(2.0), rtol=0.01))
    True
    """
    log = np.linspace(math.log(1e-8), math.log(60.0), 40_001)
    at = np.exp(log)
    mass = np.cumsum(np.exp(shape * np.log(at) - shape * at))
    share = np.linspace(0.0, 1.0, places)
    share[-1] = 1.0 - 0.25 / places
    out = np.interp(share, mass / mass[-1], at)
    return out / (0.5 * (out[1:] + out[:-1])).mean()
