"""A bidder of somebody else's making: buys evenly over the day, and gives way when orders cost too much.

It joins by name. From a package of your own, an entry point does it:

    [project.entry-points."magnetar.bidder"]
    evenly = "own_bidder:EvenBidder"

Here the table of providers is extended by hand. Run it against the platform's two bidders:

    python examples/own_bidder.py
"""

from pathlib import Path

import numpy as np

from magnetar.capabilities.bidding import BIDDERS, CampaignState
from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.twin.rehearsal import WARM_UP_DAYS, Setting, Stage
from magnetar.vocabulary.campaigns import AdGroup, Campaign, Goal, GoalKind, Phase
from magnetar.vocabulary.ids import AdGroupId, CampaignId, MerchantId, ProductId
from magnetar.vocabulary.money import Money

SHOP = Path(__file__).parent / "shop" / "catalogue.csv"


class EvenBidder:
    """Raises the bid 10 % when spending lags the day's traffic, lowers it 10 % when ahead or off target."""

    def multipliers(self, state: CampaignState) -> np.ndarray:
        before = np.where(np.isfinite(state.previous) & (state.previous > 0), state.previous, 1.0)
        behind = state.spent < state.budget * state.passed
        dear = state.bound & (state.window_spent > state.target * state.earned) & (state.window_spent > 0)
        step = np.where(behind & ~dear, 1.1, 0.9)
        return np.where(state.left > 0, np.clip(before * step, 0.1, 2.0), 0.0)


BIDDERS.providers["evenly"] = f"{__name__}:EvenBidder"


def a_day(stage: Stage, bidder: str) -> tuple[float, float, float]:
    """Live one day with a campaign of the shop's first products; returns spend, sales credited, sales expected."""
    platform, shelf = stage.platform, stage.market.shelf
    id = CampaignId(f"demo-{bidder}")
    goal, budget = stage.setting.goal, stage.setting.daily_budget
    platform.campaigns.add(Campaign(id, MerchantId("demo"), bidder, goal, budget, bidder=bidder))
    for row in shelf.of_merchant("demo")[:24].tolist():
        group = AdGroup(AdGroupId(f"{id}-{row}"), id, ProductId(shelf.ids[row]), phase=Phase.STABLE)
        platform.campaigns.add_group(group)
    for tick in range(WARM_UP_DAYS * 48, WARM_UP_DAYS * 48 + 48):
        stage.step(tick)
    rows, delivery = platform.campaigns.rows_of(id), platform.campaigns.delivery
    price = shelf.arrays.price[platform.campaigns.roster.item[rows]]
    spend, gmv = delivery.spend[rows].sum() / 1e6, delivery.gmv[rows].sum() / 1e6
    return spend, gmv, float((delivery.predicted[rows] * price).sum())


def main(pages_per_day: int = 10_500) -> None:
    rows = read_catalogue(SHOP, merchant="demo", currency="CNY")
    products = tuple(row for row in rows if not isinstance(row, Rejected))
    goal = Goal(GoalKind.TARGET_ROI, 3.0)
    setting = Setting(products, MerchantId("demo"), Money.of(600), goal, 1, ("none",), pages_per_day=pages_per_day)
    market = Stage(setting, pair=0)
    market.warm_up()
    print(
        "One day, 600.00 CNY, at least 3 CNY sold for each spent; the same shoppers and the same luck for each bidder."
    )
    for bidder in ("pacing", "pid", "evenly"):
        spend, gmv, expected = a_day(market.fork(), bidder)
        roi = f"{gmv / spend:.2f}" if spend else "–"
        print(
            f"  {bidder:<7} spent {spend:>7.2f}, credited with {gmv:>9,.2f} of sales (expected {expected:>9,.2f}), ROI {roi}"
        )
    print("Credited is what the ads were clicked for; what they added is another question: magnetar rehearse.")


if __name__ == "__main__":
    main()
