"""Budgets and leases in the operational database, so that several processes lease from one budget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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


class SqlBudgets:
    """Loads the rows of the campaigns that this book has added, in that order, and writes what changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._order: list[str] = []

    @contextmanager
    def changing(self) -> Iterator[Budgets]:
        with self._database.writing() as connection:
            state = self._load(connection)
            before = self._load(connection)
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

    def _save(self, connection: Connection, before: Budgets, state: Budgets) -> None:
        old = len(before.campaigns)
        for place, campaign in enumerate(state.campaigns):
            row = {
                "daily": int(state.daily[place]),
                "day": state.day,
                "spent": int(state.spent[place]),
                "ever": int(state.ever[place]),
            }
            if place >= old:
                accounts = {"payer": int(state.payer[place]), "earner": int(state.earner[place])}
                added = insert(_BUDGETS).values(campaign=campaign, **accounts, **row)
                connection.execute(added.on_conflict_do_nothing())  # what is known already stays as it is
            elif (
                state.daily[place] != before.daily[place]
                or state.spent[place] != before.spent[place]
                or state.ever[place] != before.ever[place]
            ):
                connection.execute(_BUDGETS.update().where(_BUDGETS.c.campaign == campaign).values(row))
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
