"""A day in the twin, by hand: the market asks and responds, the platform decides; nothing else is going on.

python examples/a_day_in_the_twin.py
"""

from pathlib import Path

import numpy as np

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.capabilities.serving import explain
from magnetar.engines.memory import MemoryLog, MemoryStore
from magnetar.kernel.bus import Bus
from magnetar.kernel.clock import DAY, MINUTE, SteppedClock
from magnetar.platform.market import Marketplace
from magnetar.twin.world import Day, load_world

SHOP = Path(__file__).parent / "shop" / "catalogue.csv"
MIDNIGHT = 20_773 * DAY  # 2026-11-16


def main(pages_per_day: int = 10_500, shoppers: int = 2_000, world: str = "default") -> None:
    rows = read_catalogue(SHOP, merchant="demo", currency="CNY")
    products = [row for row in rows if not isinstance(row, Rejected)]
    market = load_world(world).open(products, 7, shoppers, pages_per_day, Day(MIDNIGHT))

    clock = SteppedClock(MIDNIGHT)
    platform = Marketplace.open(Bus(MemoryLog(keep=64), clock), MemoryStore(), market.shelf, market.shoppers, 7)
    for campaign, groups in market.rivals:
        platform.campaigns.add(campaign)
        for group in groups:
            platform.campaigns.add_group(group)
    print(f"{market.shoppers:,} shoppers, {len(market.shelf):,} items, {len(market.rivals)} rivals with budgets.\n")
    print("  until   pages     ads  clicks  orders  spent by rivals   ad views per order")

    def change_bid(group: str, factor: float) -> None:
        platform.campaigns.change_group(group, bid_factor=factor)

    pages = ads = clicks = orders = 0
    served = None
    for tick in range(48):  # a day of half-hours
        clock.step_to(MIDNIGHT + tick * 30 * MINUTE)
        market.manage(tick, list, change_bid)  # rivals look at their campaigns
        platform.open_tick(tick)  # learn, solve the bids, lease the budgets
        requests = market.requests(tick)  # who opens a page
        served = platform.decide(requests)  # what stands on it, who pays, and why
        did = market.respond(tick, served)  # how far they scroll, what they click and buy
        platform.intake(served, did.depth, did.clicked, did.ordered, did.returned)
        pages, ads = pages + len(requests), ads + int((served.group >= 0).sum())
        clicks, orders = clicks + len(did.clicked.item), orders + len(did.ordered.item)
        if tick % 8 == 7:
            delivery = platform.campaigns.delivery
            spent = delivery.spend.sum() / 1e6
            each = delivery.views.sum() / max(int(delivery.orders.sum()), 1)
            print(
                f"  {tick // 2 + 1:02}:00 {pages:>7,} {ads:>7,} {clicks:>7,} {orders:>7,} {spent:>16,.2f} {each:>20,.0f}"
            )

    assert served is not None
    row = int(np.argmax((served.group >= 0).sum(axis=1)))
    print("\nOne page of the last half-hour, and why each item stands there:")
    for position in range(10):
        item, charge = int(served.item[row, position]), int(served.charge[row, position]) / 1e6
        name = market.shelf.ids[item] if item >= 0 else "(empty)"
        price = f"  pays {charge:.4f} if it comes on screen" if charge else ""
        print(f"  {position + 1:>2}. {name:<14} {explain(int(served.reason[row, position]), 'en')}{price}")


if __name__ == "__main__":
    main()
