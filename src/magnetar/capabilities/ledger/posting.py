"""Posting: whether lines balance and fit, and what they leave in the accounts.

Sums are kept in two halves of 32 bits, so that no number of lines and no amount can wrap around unseen.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from magnetar.kernel.chance import Ints
from magnetar.kernel.compiled import compiled

LARGEST = 2**63 - 1
"""Balances lie in [−LARGEST, LARGEST]."""

POSTED = 0
UNKNOWN_ACCOUNT = 1
UNBALANCED = 2
TOO_LARGE = 3
BELOW_FLOOR = 4

_LARGEST = np.int64(LARGEST)
_HALF = np.int64(0xFFFFFFFF)
_32 = np.int64(32)
_0 = np.int64(0)


@compiled
def apply_lines(
    accounts: Ints,
    amounts: Ints,
    unit: Ints,
    units: int,
    balances: Ints,
    floors: Ints,
    kept_accounts: NDArray[np.int32],
    kept_amounts: Ints,
    start: int,
) -> tuple[int, int]:
    """Add the lines to the balances and keep them, all or none; lines of zero are not kept.

    Args:
        accounts: (lines,), row of each line's account.
        amounts: (lines,), micros, positive into the account.
        unit: (accounts,), row of each account's currency, in [0, units).
        balances: (accounts,), changed in place where the outcome is POSTED.
        floors: (accounts,), the least that a line out of the account may leave.
        kept_accounts: room for the lines from `start` on; so is `kept_amounts`.

    Returns:
        POSTED and where the kept lines end, or what is wrong and the line where (for UNBALANCED the
        currency's row).
    """
    lines = accounts.shape[0]
    high = np.zeros(units, np.int64)
    low = np.zeros(units, np.int64)
    for line in range(lines):
        account, amount = accounts[line], amounts[line]
        if account < 0 or account >= balances.shape[0]:
            return UNKNOWN_ACCOUNT, line
        low[unit[account]] += amount & _HALF
        high[unit[account]] += amount >> _32
    for each in range(units):
        if low[each] & _HALF != 0 or high[each] + (low[each] >> _32) != 0:
            return UNBALANCED, each
    outcome, done = POSTED, lines
    for line in range(lines):
        account, amount = accounts[line], amounts[line]
        before = balances[account]
        if (amount > 0 and before > _LARGEST - amount) or (amount < 0 and before < -_LARGEST - amount):
            outcome, done = TOO_LARGE, line
            break
        balances[account] = before + amount
    if outcome == POSTED:
        for line in range(lines):
            if amounts[line] < 0 and balances[accounts[line]] < floors[accounts[line]]:
                outcome = BELOW_FLOOR
                place = line
                break
    if outcome != POSTED:
        for line in range(done):
            balances[accounts[line]] -= amounts[line]
        return outcome, done if outcome == TOO_LARGE else place
    end = start
    for line in range(lines):
        if amounts[line] != 0:
            kept_accounts[end] = accounts[line]
            kept_amounts[end] = amounts[line]
            end += 1
    return POSTED, end


@functools.cache
def load() -> None:
    """Load the compiled code now: a process's first posting would do so while others wait for their turn to write."""
    none = np.zeros(0, np.int64)
    apply_lines(none, none, none, 0, none, none, np.zeros(0, np.int32), none, 0)


def as_lines(accounts: object, amounts: object) -> tuple[Ints, Ints]:
    """Rows and micros as two arrays of one length.

    Raises:
        ValueError: an amount or a row is no whole number of 64 bits, or the lengths differ.
    """
    rows, micros = whole(accounts, "accounts"), whole(amounts, "amounts")
    if rows.shape != micros.shape or rows.ndim != 1:
        raise ValueError(f"accounts and amounts must have one length, found shapes {rows.shape} and {micros.shape}")
    return rows, micros


def whole(numbers: object, name: str) -> Ints:
    """The numbers as int64, unchanged.

    Raises:
        ValueError: one is not a whole number of 64 bits.
    """
    if isinstance(numbers, np.ndarray) and numbers.dtype == np.int64:
        return numbers
    array = np.asarray(numbers)
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.dtype.kind not in "iu" or (array.dtype == np.uint64 and array.max() > LARGEST):
        raise ValueError(f"{name} must be whole numbers of 64 bits, found {array.dtype} {array.ravel()[:3]!r}")
    return array.astype(np.int64)
