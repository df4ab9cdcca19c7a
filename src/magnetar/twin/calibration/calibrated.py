"""What a simulated market takes from a fitted shop: a small record that can be kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from magnetar.kernel.chance import Floats
from magnetar.kernel.errors import BadInput, NotFound
from magnetar.twin.calibration.columns import SECONDS
from magnetar.twin.calibration.held_out import iso
from magnetar.twin.calibration.loyalty import buy_again_share
from magnetar.twin.calibration.model import Shop
from magnetar.twin.calibration.period import lorenz
from magnetar.twin.calibration.wave import level

FILE = "calibration.json"
QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
TOPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Calibration:
    """A shop's market in numbers; money is in units of `currency`, shares are of 1."""

    currency: str
    first: str
    """First day of the log, ISO date."""
    last: str
    orders: int
    customers: int
    """Identified shoppers."""
    products: int
    """Products sold at least once."""
    orders_per_day: float
    """Mean over all days of the log, closed ones included."""
    orders_per_day_now: float
    """The fitted level at the end of the log, for a mean day of the week."""
    day_dispersion: float
    """Variance of a day's orders beyond Poisson, as a share of the squared mean."""
    hourly: tuple[float, ...]
    """(24,), share of orders in each hour of the shop's local day; sums to 1."""
    weekday: tuple[float, ...]
    """(7,), Monday first, share of orders on each weekday; sums to 1; 0 is closed."""
    purchase_shape: float
    """Gamma shape of shoppers' purchase rates; small means few buy most."""
    purchase_rate_days: float
    """Gamma rate of the same, in mean days of the shop; a shopper's mean rate is shape / this, purchases a day."""
    leave_first: float
    """First beta parameter of the chance to leave after a purchase."""
    leave_second: float
    """Second beta parameter; the mean chance is first / (first + second)."""
    guest_share: float
    """Share of orders without an identified shopper, last eight weeks."""
    newcomer_share: float
    """Share of identified orders that are somebody's first, last eight weeks."""
    repeat_rate: float
    """Share of new shoppers expected to buy again within 90 days."""
    shopper_concentration: float
    """Variance of log order value within shoppers over that between shoppers; small means loyal basket sizes."""
    quantiles: tuple[float, ...]
    """The levels at which the quantiles below are given."""
    lines_per_order: tuple[float, ...]
    """Quantiles."""
    pieces_per_order: tuple[float, ...]
    """Quantiles."""
    pieces_per_line: tuple[float, ...]
    """Quantiles."""
    order_value: tuple[float, ...]
    """Quantiles, currency units before returns."""
    order_value_log_mean: float
    order_value_log_sd: float
    """Mean and standard deviation of the natural log of order value."""
    price_log_mean: float
    price_log_sd: float
    """Mean and standard deviation of the natural log of the price of one piece, one count a product."""
    popularity_exponent: float
    """Exponent s of Zipf's law for lines sold: the product of rank k sells in proportion to k to the power −s."""
    popularity_tops: tuple[int, ...]
    """Per cent of the products, best sellers first."""
    popularity_shares: tuple[float, ...]
    """Share of the pieces that they sell."""
    new_products_per_day: float
    new_product_share_per_day: float
    """Growth a day of the share of lines that go to products unseen before."""
    return_rate: float
    """Value that came back against value sold."""
    orders_with_return: float
    """Share of mature orders of which something came back."""
    return_delay_days: tuple[float, ...]
    """Quantiles of the days from an order to its first return; empty where nothing came back."""

    def save(self, home: Path) -> Path:
        """Keep the calibration in a folder as `calibration.json`; returns the file.

        Raises:
            BadInput: the folder cannot be written.
        """
        path = home / FILE
        try:
            home.mkdir(parents=True, exist_ok=True)
            path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        except OSError as error:
            raise BadInput(
                f"Cannot write {str(path)!r}: {error.strerror}. Set MAGNETAR_HOME to a folder you can write to."
            ) from None
        return path


def load_calibration(home: Path) -> Calibration:
    """The calibration kept in a folder.

    Raises:
        NotFound: there is none.
        BadInput: the file is not a calibration of this version.
    """
    path = home / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except FileNotFoundError:
        raise NotFound(
            f"No calibration at {str(path)!r}. Make one with: magnetar twin calibrate --orders FILE"
        ) from None
    except (msgspec.DecodeError, OSError) as error:
        raise BadInput(
            f"{str(path)!r} is no calibration: {error}. Make one anew: magnetar twin calibrate --orders FILE"
        ) from None


def calibration_of(shop: Shop) -> Calibration:
    """The numbers of a fitted shop."""
    log, orders, rhythm, fates = shop.log, shop.orders, shop.rhythm, shop.fates
    sale = ~log.returned
    now = float(np.exp(level(rhythm.wave, np.array([rhythm.days - 1]))[0][0]))
    worth = np.log(orders.value[orders.value > 0])
    priced = sale & (log.value > 0) & (log.quantity > 0)
    product = log.product[priced]
    count = np.maximum(np.bincount(product), 1)
    price = (np.bincount(product, np.log(log.value[priced] / log.quantity[priced])) / count)[np.unique(product)]
    sold = np.bincount(log.product[sale])
    units = np.bincount(log.product[sale], weights=log.quantity[sale]).astype(np.float64)
    r, alpha, a, b = (float(value) for value in shop.loyalty)
    hours = np.bincount((orders.time % SECONDS) // 3600, minlength=24)
    delays = fates.delay[fates.delay >= 0]
    mature = fates.delay[fates.mature] >= 0
    return Calibration(
        currency=log.currency,
        first=iso(shop.first),
        last=iso(shop.end - 1),
        orders=len(orders.code),
        customers=len(shop.known.shopper),
        products=int(np.sum(sold > 0)),
        orders_per_day=len(orders.code) / rhythm.days,
        orders_per_day_now=now,
        day_dispersion=rhythm.dispersion,
        hourly=_plain(hours / hours.sum()),
        weekday=_plain(rhythm.weekday / rhythm.weekday.sum()),
        purchase_shape=r,
        purchase_rate_days=alpha,
        leave_first=a,
        leave_second=b,
        guest_share=shop.people.guests,
        newcomer_share=shop.kinds.newcomers,
        repeat_rate=buy_again_share(shop.loyalty, 90.0),
        shopper_concentration=float(shop.pools.concentration),
        quantiles=QUANTILES,
        lines_per_order=_plain(np.quantile(orders.lines, QUANTILES)),
        pieces_per_order=_plain(np.quantile(orders.pieces, QUANTILES)),
        pieces_per_line=_plain(np.quantile(orders.line_quantity, QUANTILES)),
        order_value=_plain(np.quantile(orders.value, QUANTILES)),
        order_value_log_mean=float(worth.mean()),
        order_value_log_sd=float(worth.std()),
        price_log_mean=float(price.mean()),
        price_log_sd=float(price.std()),
        popularity_exponent=zipf_exponent(sold[sold > 0].astype(float)),
        popularity_tops=TOPS,
        popularity_shares=_plain(lorenz(units)[list(TOPS)]),
        new_products_per_day=shop.shelf.arrivals_per_day,
        new_product_share_per_day=shop.shelf.new_per_day,
        return_rate=float(log.value[log.returned].sum() / max(orders.value.sum(), 1e-9)),
        orders_with_return=float(np.mean(mature)) if len(mature) else 0.0,
        return_delay_days=_plain(np.quantile(delays, QUANTILES)) if len(delays) else (),
    )


def zipf_exponent(sold: Floats) -> float:
    """The exponent of Zipf's law that makes some sales most probable.

    Args:
        sold: (products,), positive counts, in any order.

    Returns:
        The exponent, between 0 and 4, to 0.01; 0 where there is one product.

    Source:
        Clauset, Shalizi & Newman (2009), SIAM Review 51(4), eq. B.6, over ranks.

    >>> zipf_exponent(1000.0 / np.arange(1, 200))
    1.0
    """
    logs = np.log(np.arange(1, len(sold) + 1))
    mean = float((np.sort(sold)[::-1] * logs).sum() / sold.sum())
    exponents = np.arange(0, 401) / 100
    likelihood = [-s * mean - np.log(np.exp(-s * logs).sum()) for s in exponents]
    return float(exponents[int(np.argmax(likelihood))])


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
