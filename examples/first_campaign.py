"""From a catalogue and a budget to a rehearsed plan with proof, in a dozen lines.

python examples/first_campaign.py
"""

from pathlib import Path

from magnetar.capabilities.catalogue import Rejected, read_catalogue
from magnetar.twin.rehearsal import Setting, preview, rehearse
from magnetar.twin.verdict import verdict
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

SHOP = Path(__file__).parent / "shop" / "catalogue.csv"


def main(days: int = 7, pairs: int = 4) -> None:
    rows = list(read_catalogue(SHOP, merchant="demo", currency="CNY"))
    products = tuple(row for row in rows if not isinstance(row, Rejected))
    print(f"1. The catalogue: {len(products)} products of {len(rows)} rows, from {SHOP.name}.")

    setting = Setting(
        products=products,
        merchant=MerchantId("demo"),
        budget=Money.of(1_400 * days),
        goal=Goal(GoalKind.TARGET_ROI, 3.0),
        days=days,
        arms=("none", "manual", "uax"),
    )
    plan = preview(setting)
    print(f"2. The plan: {setting.daily_budget} a day at ROI 3 over {len(plan.groups)} ad groups. The first three:")
    for one in plan.groups[:3]:
        print(f"   {setting.products[one.row].title}: {one.reason_en}")

    print(f"3. The rehearsal: {days} days, {pairs} markets, each lived through without ads, by hand and with UAX.")
    figures = verdict(rehearse(setting, pairs), setting.arms)

    print("4. The verdict, net of returns and against the same shoppers without ads:")
    for arm in figures["arms"]:
        gain = arm["incremental_gmv"]
        print(
            f"   {arm['name']:<7} spent {arm['spend']:>7,.0f}, sold {arm['gmv']:>9,.0f}, "
            f"of which the ads added {gain['mean']:>8,.0f} [{gain['low']:,.0f}, {gain['high']:,.0f}]"
        )
    [contrast] = [one for one in figures["contrasts"] if one["metric"] == "incremental_gmv"]
    print(
        f"   UAX less manual: {contrast['mean']:+,.0f} [{contrast['low']:+,.0f}, {contrast['high']:+,.0f}], "
        f"{'proved' if contrast['low'] > 0 else 'not proved'} with {contrast['n']} pairs."
    )


if __name__ == "__main__":
    main()
