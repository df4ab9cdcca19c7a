"""The ledger in the operational database: append-only by triggers, one transaction for each posting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import ArrayLike
from sqlalchemy import Connection

from magnetar.capabilities.ledger.naming import full_name, line_amounts
from magnetar.capabilities.ledger.ports import BudgetKeeper, Entry, Ledger
from magnetar.capabilities.ledger.posting import LARGEST, POSTED, UNKNOWN_ACCOUNT, apply_lines, as_lines
from magnetar.capabilities.ledger.providers.sql_budgets import SqlBudgets
from magnetar.capabilities.ledger.refusing import other_lines, refusal
from magnetar.kernel.chance import Ints
from magnetar.kernel.clock import Clock
from magnetar.kernel.database import Database, database_of, driver_of
from magnetar.kernel.errors import Refused
from magnetar.kernel.runtime import Runtime
from magnetar.vocabulary.money import Money

MIGRATIONS = Path(__file__).parent / "migrations"

_ACCOUNTS = sa.table("ledger_accounts", *map(sa.column, ("id", "name", "balance", "floor")))
_POSTINGS = sa.table("ledger_postings", *map(sa.column, ("id", "key", "at", "lines")))
_ENTRIES = sa.table("ledger_entries", *map(sa.column, ("posting", "line", "account", "micros")))
_THESE = sa.bindparam("rows", expanding=True)
_FEW = 64
_KNOWN = "SELECT id FROM ledger_postings WHERE key = ?"
"""Text for the driver itself where a posting goes: a sixth of the CPU time of building each statement anew."""
_POST = "INSERT INTO ledger_postings (key, at, lines) VALUES (?, ?, ?)"
_ENTER = "INSERT INTO ledger_entries (posting, line, account, micros) VALUES (?, ?, ?, ?)"
_SET = "UPDATE ledger_accounts SET balance = ? WHERE id = ?"


class SqlLedger:
    """Accounts with their balances, and the postings that they are the sums of.

    Inside `database.writing()` of the same thread, a posting is a part of that transaction.
    """

    def __init__(self, database: Database, clock: Clock, currency: str = "CNY") -> None:
        self.currency = currency
        self._database = database
        self._clock = clock
        database.migrate("ledger", MIGRATIONS)

    def account(self, name: str, floor_micros: int | None = None) -> int:
        full, currency = full_name(name, self.currency)
        if floor_micros is None:
            with self._database.reading() as connection:
                row = connection.execute(sa.select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.name == full)).scalar()
            if row is not None:
                return row
        with self._database.writing() as connection:
            row = self._open(connection, full)
            if floor_micros is not None:
                mine = _ACCOUNTS.c.id == row
                balance = connection.execute(sa.select(_ACCOUNTS.c.balance).where(mine)).scalar_one()
                if balance < floor_micros:
                    raise Refused(
                        f"Account {name!r} holds {Money(balance, currency)}, "
                        f"less than a floor of {Money(floor_micros, currency)}. Credit it first."
                    )
                connection.execute(_ACCOUNTS.update().where(mine).values(floor=max(floor_micros, -LARGEST)))
            return row

    def _open(self, connection: Connection, full: str) -> int:
        found = connection.execute(sa.select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.name == full)).scalar()
        if found is not None:
            return found
        connection.execute(_ACCOUNTS.insert().values(name=full, balance=0, floor=-LARGEST))
        return connection.execute(sa.select(_ACCOUNTS.c.id).where(_ACCOUNTS.c.name == full)).scalar_one()

    def post(self, key: str, lines: Sequence[tuple[str, int]]) -> bool:
        amounts = line_amounts(lines)
        names = [full_name(name, self.currency)[0] for name, _ in lines]
        with self._database.writing() as connection:
            rows = {name: self._open(connection, name) for name in dict.fromkeys(names)}
            return self.post_batch(key, np.array([rows[name] for name in names], np.int64), amounts)

    def post_batch(self, key: str, accounts: ArrayLike, amounts: ArrayLike) -> bool:
        rows, micros = as_lines(accounts, amounts)
        with self._database.writing() as connection:
            known = driver_of(connection).execute(_KNOWN, (key,)).fetchone()
            if known is not None:
                return self._compare(connection, key, known[0], rows, micros)
            self._enter(connection, key, rows, micros)
            return True

    def _enter(self, connection: Connection, key: str, rows: Ints, micros: Ints) -> None:
        ids, places = np.unique(rows, return_inverse=True)
        held = _load(connection, ids)
        if len(held) < len(ids):
            place = int(np.flatnonzero(~np.isin(rows, list(held)))[0])
            raise refusal(UNKNOWN_ACCOUNT, place, key, rows, micros, [str(id) for id in held], ids, ids)
        names = [held[int(id)][0] for id in ids]
        balances = np.array([held[int(id)][1] for id in ids], np.int64)
        floors = np.array([held[int(id)][2] for id in ids], np.int64)
        currencies = {name.rpartition("@")[2]: 0 for name in names}
        for unit, currency in enumerate(currencies):
            currencies[currency] = unit
        unit = np.array([currencies[name.rpartition("@")[2]] for name in names], np.int64)
        before = balances.copy()
        kept_accounts, kept_amounts = np.empty(len(rows), np.int32), np.empty(len(rows), np.int64)
        outcome, end = apply_lines(
            places.astype(np.int64), micros, unit, len(currencies), balances, floors, kept_accounts, kept_amounts, 0
        )
        if outcome != POSTED:
            raise refusal(outcome, end, key, places, micros, names, balances, floors)
        driver = driver_of(connection)
        driver.execute(_POST, (key, self._clock.now(), end))
        [posting] = driver.execute(_KNOWN, (key,)).fetchone()
        if end:
            accounts = ids[kept_accounts[:end]].tolist()
            driver.executemany(
                _ENTER,
                [
                    (posting, line, account, amount)
                    for line, (account, amount) in enumerate(zip(accounts, kept_amounts[:end].tolist(), strict=True))
                ],
            )
        changed = np.flatnonzero(balances != before)
        if len(changed):
            driver.executemany(_SET, [(int(balances[each]), int(ids[each])) for each in changed])

    def _compare(self, connection: Connection, key: str, posting: int, rows: Ints, micros: Ints) -> bool:
        mine = sa.select(_ENTRIES.c.account, _ENTRIES.c.micros).where(_ENTRIES.c.posting == posting)
        kept = [tuple(row) for row in connection.execute(mine.order_by(_ENTRIES.c.line))]
        some = micros != 0
        if kept == list(zip(rows[some].tolist(), micros[some].tolist(), strict=True)):
            return False
        raise other_lines(key)

    def has(self, key: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(sa.select(_POSTINGS.c.id).where(_POSTINGS.c.key == key)).scalar() is not None

    def balance(self, account: str) -> Money:
        full, currency = full_name(account, self.currency)
        with self._database.reading() as connection:
            found = connection.execute(sa.select(_ACCOUNTS.c.balance).where(_ACCOUNTS.c.name == full)).scalar()
        return Money(found or 0, currency)

    def balances(self, accounts: ArrayLike) -> Ints:
        rows, _ = as_lines(accounts, accounts)
        with self._database.reading() as connection:
            held = _load(connection, np.unique(rows))
        missing = set(rows.tolist()) - set(held)
        if missing:
            raise IndexError(f"no account in row {min(missing)}")
        return np.array([held[row][1] for row in rows.tolist()], np.int64)

    def entries(self, account: str) -> Iterator[Entry]:
        full, currency = full_name(account, self.currency)
        query = (
            sa.select(_POSTINGS.c.id, _ENTRIES.c.line, _POSTINGS.c.key, _POSTINGS.c.at, _ENTRIES.c.micros)
            .join_from(_ENTRIES, _POSTINGS, _POSTINGS.c.id == _ENTRIES.c.posting)
            .join(_ACCOUNTS, _ACCOUNTS.c.id == _ENTRIES.c.account)
            .where(_ACCOUNTS.c.name == full)
            .where(sa.tuple_(_ENTRIES.c.posting, _ENTRIES.c.line) > sa.tuple_(sa.bindparam("p"), sa.bindparam("l")))
            .order_by(_ENTRIES.c.posting, _ENTRIES.c.line)
            .limit(1_000)
        )
        after = {"p": -1, "l": -1}
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query, after).all()
            for posting, line, key, at, micros in page:
                after = {"p": posting, "l": line}
                yield Entry(key, at, full, Money(micros, currency))
            if len(page) < 1_000:
                return

    def verify(self) -> int:
        with self._database.reading() as connection:
            names = {row.id: row for row in connection.execute(sa.select(_ACCOUNTS))}
            sums = dict.fromkeys(names, 0)
            wrong: dict[tuple[int, str], int] = {}
            lines: dict[int, int] = {}
            for entry in connection.execute(sa.select(_ENTRIES).order_by(_ENTRIES.c.posting)):
                sums[entry.account] += entry.micros
                unit = (entry.posting, names[entry.account].name.rpartition("@")[2])
                wrong[unit] = wrong.get(unit, 0) + entry.micros
                if not wrong[unit]:
                    del wrong[unit]
                lines[entry.posting] = lines.get(entry.posting, 0) + 1
            postings = connection.execute(sa.select(_POSTINGS.c.id, _POSTINGS.c.key, _POSTINGS.c.lines)).all()
        odd = {posting for posting, _ in wrong}
        for posting, key, expected in postings:
            if posting in odd or lines.get(posting, 0) != expected:
                raise Refused(f"Posting {key!r} does not sum to zero. Restore the ledger from a copy.")
        for row, total in sums.items():
            if names[row].balance != total:
                raise Refused(f"The balance of {names[row].name!r} is not the sum of its lines. Restore from a copy.")
        return len(postings)


def _load(connection: Connection, ids: Ints) -> dict[int, tuple[str, int, int]]:
    """Name, balance and floor of accounts by row."""
    found: dict[int, tuple[str, int, int]] = {}
    if len(ids) <= _FEW:
        few = f"SELECT id, name, balance, floor FROM ledger_accounts WHERE id IN ({', '.join('?' * len(ids))})"
        for row, name, balance, floor in driver_of(connection).execute(few, tuple(ids.tolist())) if len(ids) else ():
            found[row] = (name, balance, floor)
        return found
    query = sa.select(_ACCOUNTS).where(_ACCOUNTS.c.id.in_(_THESE))
    for start in range(0, len(ids), 5_000):
        for row in connection.execute(query, {"rows": ids[start : start + 5_000].tolist()}):
            found[row.id] = (row.name, row.balance, row.floor)
    return found


def open_ledger(runtime: Runtime) -> tuple[Ledger, BudgetKeeper]:
    """The ledger and the budgets in the runtime's database.

    Raises:
        Refused: its store has none.
    """
    database = database_of(runtime.store)
    return SqlLedger(database, runtime.clock, runtime.settings.currency), SqlBudgets(database)
