"""Money: integer micros of one currency, so that sums are exact.

Amounts are floats (currency units) inside an auction or a model; `to_micros` is the only
way from there to money, and the only place where anything is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

MICROS = 1_000_000
"""Micros in one currency unit."""

_LARGEST = 2**63 - 1


def to_micros(amount: float | int | str | Decimal) -> int:
    """Round an amount in currency units to integer micros, half to even.

    A float is read by its shortest decimal form, so 0.1 is 100,000 micros exactly.

    Raises:
        ValueError: the amount is not a finite number, or does not fit in 64 bits.

    >>> to_micros("19.9"), to_micros(0.1), to_micros("0.0000005"), to_micros("0.0000015")
    (19900000, 100000, 0, 2)
    """
    try:
        exact = Decimal(str(amount).strip()) * MICROS
        micros = int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"an amount of money must be a finite number, found {amount!r}") from None
    if abs(micros) > _LARGEST:
        raise ValueError(f"an amount of money must fit in 64 bits of micros, found {amount!r}")
    return micros


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency, in integer micros."""

    micros: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if isinstance(self.micros, bool) or not isinstance(self.micros, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"micros must be an int, found {self.micros!r}; use Money.of for amounts")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"a currency is three capital letters (ISO 4217), found {self.currency!r}")

    @classmethod
    def of(cls, amount: float | int | str | Decimal, currency: str = "CNY") -> Money:
        """Money from an amount in currency units.

        >>> Money.of("12.50")
        Money(micros=12500000, currency='CNY')
        """
        return cls(to_micros(amount), currency)

    @property
    def amount(self) -> float:
        """The amount in currency units, for showing and for models, never for adding up."""
        return self.micros / MICROS

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} with {other.currency}; convert one first")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros + other.micros, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.micros - other.micros, self.currency)

    def __mul__(self, count: int) -> Money:
        return Money(self.micros * count, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.micros, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.micros < other.micros

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.micros <= other.micros

    def split(self, weights: list[int]) -> list[Money]:
        """Share the money by integer weights without losing a micro.

        The micros that do not divide go one each to the first shares.

        >>> [part.micros for part in Money(10).split([1, 1, 1])]
        [4, 3, 3]

        Raises:
            ValueError: no weight, a negative weight, or all zero.
        """
        total = sum(weights)
        if not weights or min(weights) < 0 or total == 0:
            raise ValueError(f"weights must be non-negative and not all zero, found {weights!r}")
        parts = [self.micros * weight // total for weight in weights]
        left = self.micros - sum(parts)
        for place, weight in enumerate(weights):
            if left and weight:
                parts[place] += 1
                left -= 1
        return [Money(part, self.currency) for part in parts]

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"
