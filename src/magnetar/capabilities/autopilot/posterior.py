"""How sure we are that an ad group can hold its target: a Gamma posterior of conversions per view."""

from __future__ import annotations

import math

from magnetar.kernel.compiled import compiled

PRIOR_ORDERS = 2.0
"""Weight of the prediction before an ad group's own orders count, in orders."""


@compiled
def gamma_tail(shape: float, x: float) -> float:
    """P(X > x) for X ~ Gamma(shape, 1), by series or continued fraction.

    Source: Press et al., Numerical Recipes, §6.2 (incomplete gamma function).

    >>> round(gamma_tail(1.0, 1.0), 6) == round(math.exp(-1.0), 6)
    True
    """
    if x <= 0.0:
        return 1.0
    log_scale = -x + shape * math.log(x) - math.lgamma(shape)
    if x < shape + 1.0:
        term = total = 1.0 / shape
        place = shape
        while abs(term) > 1e-12 * abs(total):
            place += 1.0
            term *= x / place
            total += term
        return max(0.0, 1.0 - total * math.exp(log_scale))
    b = x + 1.0 - shape
    c, d = 1e300, 1.0 / b
    fraction = d
    for step in range(1, 300):
        a = -step * (step - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        fraction *= d * c
        if abs(d * c - 1.0) < 1e-12:
            break
    return min(1.0, math.exp(log_scale) * fraction)


def probability_on_target(orders: float, predicted: float, matured: float, spend: float, allowed: float) -> float:
    """Probability that the eventual cost per conversion is at most `allowed`.

    The conversions to expect from what was served are Gamma(PRIOR_ORDERS + orders) over
    (PRIOR_ORDERS + matured), times `predicted`: the predictor corrected by the ad group's own orders.

    Args:
        orders: orders so far.
        predicted: orders that everything served should bring in the end, by the predictor.
        matured: the part of `predicted` that should have arrived by now.
        spend: spent so far.
        allowed: largest cost per conversion.
    """
    if spend <= 0.0 or predicted <= 0.0:
        return 0.5
    needed = spend / allowed / predicted  # the least correction that holds the target
    return gamma_tail(PRIOR_ORDERS + orders, needed * (PRIOR_ORDERS + matured))
