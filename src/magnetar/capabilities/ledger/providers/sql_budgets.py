"""Budgets and leases in the operational database, so that several processes lease from one budget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from magnetar.capabilities.ledger.budgets import Budgets, Lease
from magnetar.kernel.database import Database

_BUDGETS = sa.table("budgets", *map(sa.column, ("campaign", "payer", "earner", "daily", "day", "spent", "ever")))
_HOLDERS = sa.table("budget_holders", *map(sa.column, ("holder", "expires")))
_LEASES = sa.table("budget_leases", *map(sa.column, ("holder", "campaign", "micros")))
_DAY = sa.table("budget_day", *map(sa.column, ("id", "day")))

_UPDATE = (
    _BUDGETS.update()
    .where(_BUDGETS.c.campaign == sa.bindparam("which"))
    .values({name: sa.bindparam(f"now_{name}") for name in ("daily", "day", "spent", "ever")})
)


class SqlBudgets:
    """Loads the rows of the campaigns that this book has added, in that order, and writes what changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._order: list[str] = []

    @contextmanager
    def changing(self) -> Iterator[Budgets]:
        with self._database.writing() as connection:
            state = self._load(connection)
            before = deepcopy(state)
            yield state
            self._save(connection, before, state)
        self._order = state.campaigns

    def _load(self, connection: Connection) -> Budgets:
        rows = {row.campaign: row for row in connection.execute(sa.select(_BUDGETS))}
        day = connection.execute(sa.select(_DAY.c.day)).scalar() or 0
        mine = [rows[campaign] for campaign in self._order]
        state = Budgets(
            campaigns=list(self._order),
            payer=np.array([row.payer for row in mine], np.int64),
            earner=np.array([row.earner for row in mine], np.int64),
            daily=np.array([row.daily for row in mine], np.int64),
            spent=np.array([row.spent if row.day == day else 0 for row in mine], np.int64),
            ever=np.array([row.ever for row in mine], np.int64),
            day=day,
        )
        places = {campaign: place for place, campaign in enumerate(self._order)}
        for row in connection.execute(sa.select(_HOLDERS)):
            state.leases[row.holder] = Lease(np.zeros(len(mine), np.int64), row.expires)
        for row in connection.execute(sa.select(_LEASES)):
            if row.campaign in places:
                state.leases[row.holder].micros[places[row.campaign]] = row.micros
        return state

    def _row(self, state: Budgets, place: int, prefix: str = "now_") -> dict[str, Any]:
        numbers = {
            "daily": state.daily[place],
            "day": state.day,
            "spent": state.spent[place],
            "ever": state.ever[place],
        }
        row: dict[str, Any] = {prefix + name: int(number) for name, number in numbers.items()}
        return {**row, "which": state.campaigns[place]} if prefix else row

    def _save(self, connection: Connection, before: Budgets, state: Budgets) -> None:
        old = len(before.campaigns)
        changed = (
            (state.daily[:old] != before.daily)
            | (state.spent[:old] != before.spent)
            | (state.ever[:old] != before.ever)
        )
        rows = [self._row(state, int(place)) for place in np.flatnonzero(changed)]
        if rows:
            connection.execute(_UPDATE, rows)
        for place in range(old, len(state.campaigns)):
            accounts = {"payer": int(state.payer[place]), "earner": int(state.earner[place])}
            added = insert(_BUDGETS).values(campaign=state.campaigns[place], **accounts, **self._row(state, place, ""))
            connection.execute(added.on_conflict_do_nothing())  # what is known already stays as it is
        if state.day != before.day:
            day = insert(_DAY).values(id=1, day=state.day)
            connection.execute(day.on_conflict_do_update(index_elements=["id"], set_={"day": state.day}))
        for holder in before.leases.keys() - state.leases.keys():
            connection.execute(_HOLDERS.delete().where(_HOLDERS.c.holder == holder))
        for holder, lease in state.leases.items():
            known = before.leases.get(holder)
            if known and known.expires == lease.expires and np.array_equal(known.micros, lease.micros[:old]):
                continue
            connection.execute(_HOLDERS.delete().where(_HOLDERS.c.holder == holder))
            connection.execute(_HOLDERS.insert().values(holder=holder, expires=lease.expires))
            rows = [
                {"holder": holder, "campaign": state.campaigns[place], "micros": int(lease.micros[place])}
                for place in np.flatnonzero(lease.micros)
            ]
            if rows:
                connection.execute(_LEASES.insert(), rows)
