"""Names of accounts: `merchant:demo:balance`, or `merchant:demo:balance@USD` in another currency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from magnetar.kernel.chance import Ints


def full_name(name: str, currency: str) -> tuple[str, str]:
    """The name with its currency, and the currency.

    >>> full_name("platform:revenue", "CNY"), full_name("platform:revenue@USD", "CNY")
    (('platform:revenue@CNY', 'CNY'), ('platform:revenue@USD', 'USD'))
    """
    base, at, stated = name.rpartition("@")
    if not at:
        base, stated = name, currency
    if not base or len(stated) != 3 or not stated.isascii() or not stated.isupper():
        raise ValueError(f"an account is a name, or a name@CUR with three capital letters, found {name!r}")
    return f"{base}@{stated}", stated


def line_amounts(lines: Sequence[tuple[str, int]]) -> Ints:
    """The amounts of lines by name.

    Raises:
        ValueError: an amount is not an int of 64 bits.
    """
    for name, micros in lines:
        if isinstance(micros, bool) or not isinstance(micros, int | np.integer) or not -(2**63) < micros < 2**63:
            raise ValueError(f"the line of {name!r} must be whole micros of 64 bits, found {micros!r}")
    return np.array([micros for _, micros in lines], np.int64)
