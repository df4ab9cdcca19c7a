"""Made-up shops whose true process is known, for the calibration tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from magnetar.vocabulary.ids import MerchantId, OrderId, ProductId, ShopperId
from magnetar.vocabulary.money import Money
from magnetar.vocabulary.orders import OrderLine

START = date(2022, 1, 3)  # a Monday


def line(
    order: str, day: int, *, shopper: str | None = "s0", product: str = "p0", quantity: int = 1, **more
) -> OrderLine:
    at = f"{START + timedelta(days=day)}T{more.pop('hour', 12):02d}:00:00"
    price = Money.of(more.pop("price", "10"), more.pop("currency", "EUR"))
    return OrderLine(
        OrderId(order),
        MerchantId("m"),
        ProductId(product),
        quantity,
        price,
        at,
        ShopperId(shopper) if shopper else None,
        **more,
    )


def shop(
    seed: int,
    *,
    days: int = 300,
    weekday: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 1),
    shape: float = 1.0,
    rate_days: float = 40.0,
    leave: float = 0.1,
    arrivals: float = 3.0,
    old: int = 200,
    guests: float = 0.1,
    return_share: float = 0.1,
    return_delay: int = 10,
    zipf: float = 1.0,
    products: int = 300,
    once: bool = False,
) -> Iterator[OrderLine]:
    """Order lines in time order: gamma rates, leaving after purchases, Zipf products, returns after a fixed delay."""
    rng = np.random.default_rng(seed)
    appeal = 1.0 / np.arange(1, products + 1) ** zipf
    appeal /= appeal.sum()
    rates = list(rng.gamma(shape, 1 / rate_days, old))
    loyal = [True] * old
    pending: dict[int, list[OrderLine]] = {}
    number = 0
    for day in range(days):
        pace = weekday[day % 7]
        buyers = [who for who, rate in enumerate(rates) if loyal[who] and rng.random() < 1 - np.exp(-rate * pace)]
        for _ in range(rng.poisson(arrivals * pace)):
            rates.append(rng.gamma(shape, 1 / rate_days))
            loyal.append(True)
            buyers.append(len(rates) - 1)
        names: list[str | None] = [f"s{who}" for who in buyers]
        for who in buyers:
            loyal[who] = not once and rng.random() >= leave
        names += [None] * rng.poisson(len(buyers) * guests / (1 - guests))
        for name in names:
            number += 1
            goods = rng.choice(products, size=min(1 + rng.geometric(0.3), 20), replace=False, p=appeal)
            for product in goods:
                sold = line(
                    f"o{number}",
                    day,
                    shopper=name,
                    product=f"p{product}",
                    quantity=int(rng.geometric(0.5)),
                    price=str(5 + product % 20),
                )
                yield sold
                if name and rng.random() < return_share:
                    pending.setdefault(day + return_delay, []).append(sold)
        for number_back, sold in enumerate(pending.pop(day, [])):
            yield line(
                f"r{day}-{number_back}",
                day,
                shopper=sold.shopper,
                product=sold.product,
                quantity=sold.quantity,
                price=str(sold.price.amount),
                returned=True,
                hour=13,
            )
