"""The knobs of the bazaar and the worlds that we name."""

from __future__ import annotations

from dataclasses import dataclass

HOURS = (
    0.55, 0.32, 0.19, 0.13, 0.12, 0.18, 0.38, 0.66, 0.82, 0.88, 0.95, 1.06,
    1.32, 1.22, 1.00, 0.96, 0.98, 1.06, 1.28, 1.58, 1.95, 2.08, 1.78, 1.15,
)  # fmt: skip
"""Activity by hour of the day: a lunch peak and a long evening, as content platforms report."""


@dataclass(frozen=True, slots=True)
class BazaarSettings:
    """One world of the family. Rates are on the logistic scale unless said otherwise."""

    name: str
    hours: tuple[float, ...] = HOURS
    weekdays: tuple[float, ...] = (0.94, 0.95, 0.97, 0.98, 1.02, 1.09, 1.05)
    """Activity from Monday to Sunday."""
    scenes: tuple[float, ...] = (0.52, 0.14, 0.14, 0.20)
    """Shares of feed, live, search and mall pages."""
    click: tuple[float, ...] = (-3.0, -2.7, -2.2, -2.5)
    """Base click utility by scene."""
    order: tuple[float, ...] = (-2.8, -2.3, -1.9, -2.2)
    """Base order utility, given a click, by scene."""
    taste: float = 0.9
    """Weight of taste in clicks."""
    liking: float = 0.55
    """Weight of taste in orders."""
    appeal: float = 0.45
    """Spread of creatives' appeal."""
    quality: float = 0.5
    """Spread of products' quality, half shared with appeal."""
    price_sensitivity: float = 0.7
    """Mean loss of order utility per unit of log-price over the category's reference."""
    activity_spread: float = 0.8
    """Log-normal spread of shoppers' activity."""
    price_spread: float = 0.45
    """Log-normal spread of rivals' prices about the category's reference."""
    quantity_tail: float = 2.6
    """Pareto exponent of pieces in an order; smaller is heavier."""
    wallet_days: float = 2.0
    """How many average orders' worth a shopper spends before caution halves the odds."""
    wear: float = 0.16
    """Loss of click utility for each doubling of a creative's views by the same shopper."""
    order_delay_h: float = 3.0
    return_rate: float = 0.09
    rivals: int = 28
    rival_products: int = 16
    rival_budget: float = 240.0
    """Median daily budget of a rival, currency units."""
    clarity: float = 0.7
    """Share of what tells items of a category apart that their texts and pictures show; the rest only behaviour does."""
    errand: float = 0.0
    """Utility that a click and an order gain where the item is what the shopper is out for: what they last bought or
    watched leads to it, tents to lanterns. 0: nothing leads anywhere."""
    creatives: int = 0
    """Creatives of each product, see `creatives`; 0: every product shows itself in one way only."""
    contents: int = 160
    """Pieces of organic content that sell nothing."""
    promotion_day: int = -1
    """Day of the rehearsal on which a big promotion falls (618, 双11); −1 for none."""
    promotion_lift: float = 0.9
    """Order utility on the promotion day; half of it the day before is lost to waiting."""
    coupon: float = 0.12
    """Price reduction by coupons on the promotion day."""
    noon_shock: float = 1.0
    """Factor on traffic from noon of each shock day."""
    shock_day: int = 10**6
    """Day from which shocks set in."""
    rival_surge: float = 1.0
    """Factor on rivals' bids from the shock day on."""


WORLDS: dict[str, BazaarSettings] = {
    "default": BazaarSettings("default"),
    "promotion": BazaarSettings("promotion", promotion_day=4, rival_budget=310.0),
    "frugal": BazaarSettings(
        "frugal",
        price_sensitivity=1.3,
        order=(-3.2, -2.7, -2.3, -2.6),
        taste=0.6,
        scenes=(0.40, 0.10, 0.22, 0.28),
        quantity_tail=3.2,
        return_rate=0.14,
    ),
    "errands": BazaarSettings("errands", errand=1.2),
    "creatives": BazaarSettings("creatives", creatives=6),
    "shocks": BazaarSettings("shocks", shock_day=2, noon_shock=0.6, rival_surge=1.5, appeal=0.7, liking=0.35),
}
"""`default` is the one that anything may be tuned on, and `errands` where what leads to what matters, `creatives` where products have several films; the others are
held out (benchmarks/held-out.toml)."""
