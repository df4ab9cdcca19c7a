"""Imported orders as behaviour, beside what the platform's own log says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from magnetar.app.behaviours import Told
from magnetar.app.histories import moment
from magnetar.capabilities.understanding.intents import Behaviour
from magnetar.platform.assemble import Platform
from magnetar.platform.seats import ShopperForgotten
from magnetar.platform.tokens import Sealer, secret_in


def with_orders(
    told: Told, platform: Platform, merchants: Sequence[str], item_of: Mapping[tuple[str, str], str]
) -> Told:
    """What was told, and the sales of imported orders: an order is a basket.

    A buyer is named by the digest that the platform knows them by, so that orders and clicks of one shopper meet.
    Left out: returns, orders without a buyer, what somebody bought before they were forgotten.
    Products that are no item yet come after the items, by their own id, or by merchant/id where that id is taken.

    Args:
        merchants: whose orders count.
        item_of: id of the item for (merchant, product).
    """
    if not any(platform.orders.count(merchant) for merchant in merchants):
        return told
    runtime = platform.runtime
    sealer = Sealer(secret_in(runtime.settings.home))
    forgotten: dict[str, int] = {}
    for _, envelope in runtime.bus.log.read():
        if isinstance(envelope.data, ShopperForgotten):
            forgotten[f"{envelope.data.digest & (2**64 - 1):016x}"] = envelope.data.at
    items, titles, categories = list(told.items), list(told.titles), list(told.categories)
    row_of = {item: row for row, item in enumerate(items)}
    goods: dict[tuple[str, str], int] = {}
    shoppers = {name: number for number, name in enumerate(told.shoppers)}
    digests: dict[tuple[str, str], str] = {}
    baskets: dict[tuple[str, str], int] = {}
    rows: list[tuple[int, int, int, int]] = []
    left_out = told.left_out
    for merchant in merchants:
        for line in platform.orders.lines(merchant):
            if line.shopper is None or line.returned:
                left_out += 1
                continue
            who = merchant, str(line.shopper)
            if who not in digests:
                digests[who] = f"{sealer.digest('shopper', *who):016x}"
            name, at = digests[who], moment(line.at)
            if at <= forgotten.get(name, -1):
                left_out += 1
                continue
            what = merchant, str(line.product)
            if what not in goods:
                item = item_of.get(what, what[1])
                if what not in item_of and item in row_of:
                    item = "/".join(what)
                goods[what] = row_of.setdefault(item, len(items))
                if goods[what] == len(items):
                    items.append(item)
                    titles.append(line.title)
                    categories.append("")
            basket = told.behaviour.baskets + baskets.setdefault((merchant, str(line.order)), len(baskets))
            rows.append((shoppers.setdefault(name, len(shoppers)), goods[what], at, basket))
    old = told.behaviour
    who_, what_, when, basket_ = np.array(rows, np.int64).reshape(-1, 4).T
    behaviour = Behaviour.of(
        np.concatenate([old.shopper, who_]),
        np.concatenate([old.item, what_]),
        np.concatenate([old.at, when]),
        np.concatenate([old.basket, basket_]),
        np.concatenate([old.bought, np.ones(len(rows), bool)]),
    )
    return Told(behaviour, list(shoppers), items, titles, categories, left_out)
