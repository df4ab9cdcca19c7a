"""The judgement: simulated weeks and the naive forecast beside what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.twin.calibration.naive import seasonal
from magnetar.twin.calibration.period import Period, gap, lorenz
from magnetar.twin.calibration.simulate import Weeks

LEVEL = 0.8
"""Of the printed intervals."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row; a value that is undefined is NaN."""

    name: str
    label: str
    """For people, Chinese first."""
    unit: str
    """currency, orders, lines, pieces, share (of 1) or distance (of 1)."""
    error: str
    """What the errors are: wape, relative, absolute or distance."""
    twin: float
    """Median of the runs."""
    naive: float
    actual: float
    error_twin: float
    error_naive: float
    low: float = np.nan
    """The runs' 10 % quantile."""
    high: float = np.nan
    """The runs' 90 % quantile."""

    @property
    def inside(self) -> bool | None:
        """Whether the actual value fell into the interval; None where there is no interval."""
        return None if not np.isfinite(self.low + self.high + self.actual) else self.low <= self.actual <= self.high

    @property
    def winner(self) -> str:
        """twin, naive, or tie; '' where one of the errors is undefined."""
        if not np.isfinite(self.error_twin + self.error_naive):
            return ""
        if abs(self.error_twin - self.error_naive) < 1e-9:
            return "tie"
        return "twin" if self.error_twin < self.error_naive else "naive"

    def row(self) -> dict[str, Any]:
        """The row as the contract has it."""
        return {
            "name": self.name,
            "label": self.label,
            "unit": self.unit,
            "error": self.error,
            "twin": self.twin,
            "naive": self.naive,
            "actual": self.actual,
            "error_twin": self.error_twin,
            "error_naive": self.error_naive,
            "low": self.low,
            "high": self.high,
            "inside": self.inside,
            "winner": self.winner,
        }


def judge(weeks: Weeks, before: Period, last: Period, actual: Period, shoppers: int) -> list[Metric]:
    """Compare twin and naive forecast with the held-out weeks.

    Point forecasts of the twin are medians of the runs, because every error is absolute. The naive forecast of a
    daily series is `naive.seasonal`; of a shape it is the shape of the period of equal length before the split.

    Args:
        weeks: the simulated held-out weeks.
        before: everything before the split, day by day.
        last: the period before the split.
        actual: the held-out period.
        shoppers: identified shoppers before the split.
    """
    whole = float(shoppers) if shoppers else np.nan
    days = len(actual.orders)
    rows: list[Metric] = []
    money: list[tuple[str, str, str, Callable[[Any], Floats]]] = [
        ("orders", "订单 · orders", "orders", lambda of: of.orders),
        ("gross_revenue", "销售额 · gross revenue", "currency", lambda of: of.gross),
        ("net_revenue", "净销售额 · net revenue", "currency", lambda of: of.gross - of.returned),
        ("pieces", "件数 · pieces", "pieces", lambda of: of.pieces),
    ]
    for name, label, unit, series in money:
        runs, happened = np.asarray(series(weeks), float), np.asarray(series(actual), float)
        forecast = seasonal(np.asarray(series(before), float), days)
        rows += _daily(name, label, unit, runs, forecast, happened)
    rows += _shapes(weeks, last, actual)
    rows += _loyalty(weeks, last, actual, whole)
    gross = np.maximum(weeks.gross.sum(axis=1), 1e-9)
    rows.append(
        _share(
            "return_rate",
            "退货金额占比 · return rate",
            weeks.returned.sum(axis=1) / gross,
            last.returned.sum() / max(last.gross.sum(), 1e-9),
            actual.returned.sum() / max(actual.gross.sum(), 1e-9),
        )
    )
    rows.append(
        _share(
            "orders_with_return",
            "有退货的订单 · orders with a return",
            weeks.returns / np.maximum(weeks.orders.sum(axis=1), 1),
            last.with_return,
            actual.with_return,
        )
    )
    return rows


def _interval(runs: Floats) -> tuple[float, float, float]:
    if not np.all(np.isfinite(runs)):
        return np.nan, np.nan, np.nan
    middle, low, high = np.quantile(runs, [0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(middle), float(low), float(high)


def _daily(name: str, label: str, unit: str, runs: Floats, forecast: Floats, happened: Floats) -> list[Metric]:
    """Two rows: day by day (weighted absolute percentage error) and the total (relative error)."""
    size = max(float(np.abs(happened).sum()), 1e-9)
    total = float(happened.sum())
    by_day = np.median(runs, axis=0)
    middle, low, high = _interval(runs.sum(axis=1))
    days = len(happened)
    return [
        Metric(
            f"{name}_per_day",
            f"每日{label} a day",
            unit,
            "wape",
            float(by_day.mean()),
            float(forecast.mean()),
            total / days,
            float(np.abs(by_day - happened).sum()) / size,
            float(np.abs(forecast - happened).sum()) / size,
            low / days,
            high / days,
        ),
        Metric(
            f"{name}_total",
            f"总{label}, total",
            unit,
            "relative",
            middle,
            float(forecast.sum()),
            total,
            abs(middle - total) / max(abs(total), 1e-9),
            abs(float(forecast.sum()) - total) / max(abs(total), 1e-9),
            low,
            high,
        ),
    ]


def _share(name: str, label: str, runs: Floats, naive: float, actual: float) -> Metric:
    middle, low, high = _interval(runs)
    return Metric(
        name, label, "share", "absolute", middle, naive, actual, abs(middle - actual), abs(naive - actual), low, high
    )


def _distance(name: str, label: str, twin: float, naive: float) -> Metric:
    return Metric(name, label, "distance", "distance", twin, naive, 0.0, twin, naive)


def _shapes(weeks: Weeks, last: Period, actual: Period) -> list[Metric]:
    """Basket sizes and product popularity."""
    rows: list[Metric] = []
    orders = np.maximum(weeks.orders.sum(axis=1), 1)
    mean_lines = (weeks.lines * np.arange(weeks.lines.shape[1])).sum(axis=1) / orders
    for name, label, unit, runs, counted in (
        ("lines_per_order", "每单行数 · lines per order", "lines", mean_lines, _mean_lines),
        ("pieces_per_order", "每单件数 · pieces per order", "pieces", weeks.pieces.sum(axis=1) / orders, _mean_pieces),
    ):
        middle, low, high = _interval(runs)
        before, happened = counted(last), counted(actual)
        rows.append(
            Metric(
                name,
                label,
                unit,
                "relative",
                middle,
                before,
                happened,
                abs(middle - happened) / happened,
                abs(before - happened) / happened,
                low,
                high,
            )
        )
    for name, label in (
        ("lines", "行数分布 · basket lines"),
        ("sizes", "件数分布 · basket pieces"),
        ("values", "金额分布 · order value"),
    ):
        found, then, now = getattr(weeks, name).sum(axis=0), getattr(last, name), getattr(actual, name)
        rows.append(_distance(f"basket_{name}_distance", f"{label}, KS", gap(found, now), gap(then, now)))
    curves = np.array([lorenz(run.astype(float)) for run in weeks.units])
    then, now = lorenz(last.units), lorenz(actual.units)
    for top in (1, 5, 20):
        rows.append(
            _share(
                f"units_top_{top}_percent",
                f"前{top}%商品件数 · units of top {top} %",
                curves[:, top],
                then[top],
                now[top],
            )
        )
    twin_gap = float(np.abs(np.median(curves, axis=0) - now).max())
    rows.append(
        _distance("popularity_curve_distance", "热度曲线 · popularity curve", twin_gap, float(np.abs(then - now).max()))
    )
    rows += _products(weeks, last, actual)
    return rows


def _mean_lines(period: Period) -> float:
    return float((period.lines * np.arange(len(period.lines))).sum() / max(period.lines.sum(), 1))


def _mean_pieces(period: Period) -> float:
    return float(period.pieces.sum() / max(period.orders.sum(), 1))


def _products(weeks: Weeks, last: Period, actual: Period) -> list[Metric]:
    """Which products sell, with all products that are new in the period as one, and the share of the new ones."""
    known = actual.known_products

    def shares(sold: Floats) -> Floats:
        whole = max(float(sold.sum()), 1e-9)
        return np.append(sold[known], sold.sum() - sold[known].sum()) / whole

    runs = np.array([shares(run.astype(float)) for run in weeks.sold])
    now = shares(actual.sold)
    twin = 0.5 * float(np.abs(runs.mean(axis=0) - now).sum())
    naive = 0.5 * float(np.abs(shares(last.sold) - now).sum())
    earlier = last.known_products
    fresh = 1.0 - float(last.sold[earlier].sum()) / max(float(last.sold.sum()), 1e-9) if len(earlier) else np.nan
    return [
        _distance("product_shares_distance", "商品份额 · product shares", twin, naive),
        _share("new_products_share", "新品占比 · lines of new products", runs[:, -1], fresh, float(now[-1])),
    ]


def _loyalty(weeks: Weeks, last: Period, actual: Period, whole: float) -> list[Metric]:
    buyers = np.maximum(weeks.known_buyers + weeks.new_buyers, 1)
    named = np.maximum(weeks.named_orders, 1)
    if not np.isfinite(whole):
        buyers = np.full(len(buyers), np.nan)
        named = buyers
    return [
        _share(
            "seen_before_share",
            "老客占比 · shoppers seen before",
            weeks.known_buyers / buyers,
            last.seen_before,
            actual.seen_before,
        ),
        _share(
            "bought_again_share",
            "复购率 · shoppers who buy again",
            weeks.known_buyers / whole,
            last.bought_again,
            actual.bought_again,
        ),
        _share(
            "returning_orders_share",
            "老客订单 · orders of shoppers seen before",
            weeks.known_orders / named,
            last.returning_orders,
            actual.returning_orders,
        ),
    ]
