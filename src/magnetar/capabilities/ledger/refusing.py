"""Why lines were not posted, in words."""

from __future__ import annotations

from collections.abc import Sequence

from magnetar.capabilities.ledger.posting import BELOW_FLOOR, TOO_LARGE, UNBALANCED
from magnetar.kernel.chance import Ints
from magnetar.kernel.errors import Refused
from magnetar.vocabulary.money import Money


def refusal(
    outcome: int, place: int, key: str, rows: Ints, micros: Ints, names: Sequence[str], balances: Ints, floors: Ints
) -> Exception:
    """The error for what `apply_lines` found; `names`, `balances` and `floors` go by row."""
    if outcome == UNBALANCED:
        sums: dict[str, int] = {}
        for row, amount in zip(map(int, rows), map(int, micros), strict=True):
            currency = names[row].rpartition("@")[2]
            sums[currency] = sums.get(currency, 0) + amount
        wrong = ", ".join(f"{currency} by {total:,} micros" for currency, total in sums.items() if total)
        return ValueError(f"the lines of posting {key!r} must sum to zero in each currency; they miss it in {wrong}")
    if outcome not in (TOO_LARGE, BELOW_FLOOR):
        return ValueError(f"posting {key!r} names account row {int(rows[place])}; there are {len(names)} accounts")
    row = int(rows[place])
    currency = names[row].rpartition("@")[2]
    held = Money(int(balances[row]), currency)
    if outcome == TOO_LARGE:
        return Refused(
            f"Account {names[row]!r} holds {held}; posting {key!r} would take it past 64 bits of micros. "
            "Move part of it to another account first."
        )
    out = Money(-sum(a for r, a in zip(rows.tolist(), micros.tolist(), strict=True) if r == row), currency)
    return Refused(
        f"Account {names[row]!r} holds {held} and may not fall below {Money(int(floors[row]), currency)}; "
        f"{out} cannot be taken out. Credit the account or take less."
    )


def other_lines(key: str) -> Refused:
    return Refused(f"Posting {key!r} exists with other lines. Use a key of its own for another posting.")
