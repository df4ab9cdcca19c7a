"""The ledger in memory: for rehearsals and tests; a deep copy is a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from magnetar.capabilities.ledger.budgets import Budgets
from magnetar.capabilities.ledger.naming import full_name, line_amounts
from magnetar.capabilities.ledger.ports import BudgetKeeper, Entry, Ledger
from magnetar.capabilities.ledger.posting import LARGEST, POSTED, apply_lines, as_lines
from magnetar.capabilities.ledger.refusing import other_lines, refusal
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import Clock, SteppedClock
from magnetar.kernel.errors import Refused
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.money import Money


class _Turn:
    """A lock that is not copied with what it guards."""

    def __init__(self) -> None:
        self._lock = RLock()

    def __deepcopy__(self, memo: dict[int, Any]) -> _Turn:
        return _Turn()

    def __reduce__(self) -> tuple[type[_Turn], tuple[()]]:
        return _Turn, ()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class MemoryLedger:
    """Balances as an array; every line that was ever posted in two more, 12 bytes each."""

    def __init__(self, currency: str = "CNY", clock: Clock | None = None) -> None:
        self.currency = currency
        self._clock: Clock = SteppedClock() if clock is None else clock
        self._turn = _Turn()
        self._rows: dict[str, int] = {}
        self._names: list[str] = []
        self._units: dict[str, int] = {}
        self._unit: Ints = np.zeros(0, np.int64)
        self._balances: Ints = np.zeros(0, np.int64)
        self._floors: Ints = np.zeros(0, np.int64)
        self._postings: dict[str, int] = {}
        self._times: Ints = np.zeros(64, np.int64)
        self._ends: Ints = np.zeros(64, np.int64)
        self._line_accounts: NDArray[np.int32] = np.zeros(256, np.int32)
        self._line_amounts: Ints = np.zeros(256, np.int64)
        self._lines = 0

    def account(self, name: str, floor_micros: int | None = None) -> int:
        row = self._rows.get(name)
        with self._turn:
            if row is None:
                row = self._open(name)
            if floor_micros is not None:
                if self._balances[row] < floor_micros:
                    raise Refused(
                        f"Account {name!r} holds {self._money(row, int(self._balances[row]))}, "
                        f"less than a floor of {self._money(row, floor_micros)}. Credit it first."
                    )
                self._floors[row] = max(floor_micros, -LARGEST)
        return row

    def _open(self, name: str) -> int:
        full, currency = full_name(name, self.currency)
        row = self._rows.get(full)
        if row is None:
            row = len(self._names)
            unit = self._units.setdefault(currency, len(self._units))
            self._names.append(full)
            self._unit = np.append(self._unit, np.int64(unit))
            self._balances = np.append(self._balances, np.int64(0))
            self._floors = np.append(self._floors, np.int64(-LARGEST))
            self._rows[full] = row
        self._rows[name] = row
        return row

    def post(self, key: str, lines: Sequence[tuple[str, int]]) -> bool:
        amounts = line_amounts(lines)
        return self.post_batch(key, np.array([self.account(name) for name, _ in lines], np.int64), amounts)

    def post_batch(self, key: str, accounts: ArrayLike, amounts: ArrayLike) -> bool:
        rows, micros = as_lines(accounts, amounts)
        with self._turn:
            if key in self._postings:
                return self._compare(key, rows, micros)
            number, start = len(self._postings), self._lines
            self._make_room(number, start + len(rows))
            outcome, place = apply_lines(
                rows,
                micros,
                self._unit,
                len(self._units),
                self._balances,
                self._floors,
                self._line_accounts,
                self._line_amounts,
                start,
            )
            if outcome != POSTED:
                raise refusal(outcome, place, key, rows, micros, self._names, self._balances, self._floors)
            self._times[number] = self._clock.now()
            self._ends[number] = self._lines = place
            self._postings[key] = number
            return True

    def _make_room(self, postings: int, lines: int) -> None:
        if postings >= len(self._ends):
            self._times = np.concatenate([self._times, np.zeros_like(self._times)])
            self._ends = np.concatenate([self._ends, np.zeros_like(self._ends)])
        while lines > len(self._line_amounts):
            self._line_accounts = np.concatenate([self._line_accounts, np.zeros_like(self._line_accounts)])
            self._line_amounts = np.concatenate([self._line_amounts, np.zeros_like(self._line_amounts)])

    def _compare(self, key: str, rows: Ints, micros: Ints) -> bool:
        number = self._postings[key]
        kept = slice(int(self._ends[number - 1]) if number else 0, int(self._ends[number]))
        some = micros != 0
        if np.array_equal(self._line_accounts[kept], rows[some]) and np.array_equal(
            self._line_amounts[kept], micros[some]
        ):
            return False
        raise other_lines(key)

    def has(self, key: str) -> bool:
        return key in self._postings

    def balance(self, account: str) -> Money:
        full, currency = full_name(account, self.currency)
        row = self._rows.get(full)
        return Money(0 if row is None else int(self._balances[row]), currency)

    def balances(self, accounts: ArrayLike) -> Ints:
        return self._balances[as_lines(accounts, accounts)[0]]

    def entries(self, account: str) -> Iterator[Entry]:
        row = self._rows.get(full_name(account, self.currency)[0], -1)
        keys = list(self._postings)
        for line in np.flatnonzero(self._line_accounts[: self._lines] == row):
            number = int(np.searchsorted(self._ends[: len(keys)], line, side="right"))
            amount = self._money(row, int(self._line_amounts[line]))
            yield Entry(keys[number], int(self._times[number]), self._names[row], amount)

    def _money(self, row: int, micros: int) -> Money:
        return Money(micros, self._names[row].rpartition("@")[2])

    def verify(self) -> int:
        with self._turn:
            sums: dict[int, int] = {}
            start = 0
            for key, end in zip(self._postings, self._ends[: len(self._postings)].tolist(), strict=True):
                totals: dict[int, int] = {}
                for row, micros in zip(
                    self._line_accounts[start:end].tolist(), self._line_amounts[start:end].tolist(), strict=True
                ):
                    sums[row] = sums.get(row, 0) + micros
                    unit = int(self._unit[row])
                    totals[unit] = totals.get(unit, 0) + micros
                if any(totals.values()):
                    raise Refused(f"Posting {key!r} does not sum to zero. Restore the ledger from a copy.")
                start = end
            for row, micros in enumerate(self._balances.tolist()):
                if sums.get(row, 0) != micros:
                    raise Refused(
                        f"The balance of {self._names[row]!r} is not the sum of its lines. Restore from a copy."
                    )
            return len(self._postings)


class MemoryBudgets:
    """The state of budgets as an object."""

    def __init__(self) -> None:
        self._turn = _Turn()
        self._state = Budgets()

    @contextmanager
    def changing(self) -> Iterator[Budgets]:
        with self._turn:
            yield self._state


def open_ledger(runtime: Runtime) -> tuple[Ledger, BudgetKeeper]:
    """A ledger and budgets that nothing outlives."""
    return MemoryLedger(runtime.settings.currency, runtime.clock), MemoryBudgets()
