"""How many pages the twin lives through in a CPU-second, with everything on, by traffic of a market."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from magnetar.app.benches.rows import conditions, cpu_time, per_cpu_second, row
from magnetar.app.goods import goods_from, sample_shop
from magnetar.capabilities.serving import PageRequests, Serving
from magnetar.capabilities.shoppers import Served
from magnetar.twin.rehearsal import Setting, Stage
from magnetar.vocabulary.campaigns import Goal, GoalKind
from magnetar.vocabulary.ids import MerchantId
from magnetar.vocabulary.money import Money

GOAL = 150_000.0
TRAFFIC = (10_500, 42_000, 200_000)
"""Pages a day of one market; the first is the demo's, where half of the time goes into tick edges, not pages."""
MODE = "shopper mode: every page asked for, scrolled, clicked and ordered from by a simulated shopper"


def bench(quick: bool, seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and conditions."""
    file = sample_shop() / "catalogue.csv"
    base = Setting(
        goods_from(file, "demo", "CNY"), MerchantId("demo"), Money.of(1_430), Goal(GoalKind.TARGET_ROI, 3.0), 1,
        ("uax",), seed=seed,
    )  # fmt: skip
    rows = []
    for pages in TRAFFIC:
        days = max(1, min(7, 70_000 // pages)) if not quick else 1
        setting = replace(base, pages_per_day=pages, days=days, budget=Money.of(1_430 * days))
        warmed = Stage(setting, 0)
        warmed.warm_up()
        repeats = (6 if quick else 12) if pages < 100_000 else (3 if quick else 6)
        everything = per_cpu_second(lambda stage=warmed: _live(stage.fork()), repeats)
        singly = per_cpu_second(lambda stage=warmed: _live(_one_by_one(stage.fork())), 1 if quick else 3, warm=False)
        rows.append(
            row(
                f"twin, {pages:,} pages a day",
                "pages per CPU-second",
                everything,
                baseline=("the same day with one decide call for each page", singly.mean),
                goal=GOAL,
                mode="shopper",
                days=days,
            )
        )
    return rows, conditions(
        [file],
        seeds=[seed],
        worlds=["default"],
        arm="uax",
        mode=MODE,
        shoppers=base.shoppers,
        counts="CPU time of a whole day: shoppers, rivals, tick edges, decisions, records, learning, the agent",
    )


def _live(stage: Stage) -> tuple[int, float]:
    before = stage.pages
    spent = cpu_time(lambda: stage.play(0, "uax"))
    return stage.pages - before, spent


class _OneByOne:
    """Serving that is asked for one page at a time."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def __getattr__(self, name: str) -> Any:
        return getattr(self._serving, name)

    def decide(self, requests: PageRequests) -> Served:
        """The pages of a batch, each decided by a call of its own."""
        if not len(requests):
            return self._serving.decide(requests)
        one = [self._serving.decide(requests.rows(slice(row, row + 1))) for row in range(len(requests))]
        columns = {name: np.concatenate([getattr(page, name) for page in one]) for name in _COLUMNS}
        return Served(tick=one[0].tick, **columns)


_COLUMNS = ("request", "shopper", "scene", "item", "group", "charge", "click_rate", "order_rate", "reason")


def _one_by_one(stage: Stage) -> Stage:
    stage.platform.serving = _OneByOne(stage.platform.serving)  # pyright: ignore[reportAttributeAccessIssue]
    return stage
