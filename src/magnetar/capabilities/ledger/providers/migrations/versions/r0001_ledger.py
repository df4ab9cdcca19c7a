"""Accounts, postings and entries that cannot be changed; budgets with their leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001_ledger"
down_revision = None

_WHOLE = "typeof({0}) = 'integer'"


def _refuse(name: str, table: str, event: str, when: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def upgrade() -> None:
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("floor", sa.BigInteger, nullable=False),
        sa.CheckConstraint(_WHOLE.format("balance")),
    )
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("posting", sa.Integer, sa.ForeignKey("ledger_postings.id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("account", sa.Integer, sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.CheckConstraint(_WHOLE.format("micros") + " AND micros <> 0"),
        sqlite_with_rowid=False,
    )
    op.create_index("ledger_entries_by_account", "ledger_entries", ["account", "posting", "line"])
    for table in ("ledger_postings", "ledger_entries"):
        for event in ("UPDATE", "DELETE"):
            _refuse(f"{table}_{event.lower()}", table, event, "", "the ledger is append-only: post the reverse instead")
    # INSERT OR REPLACE deletes without telling the delete trigger, so a row that exists is refused here.
    _refuse(
        "ledger_postings_insert",
        "ledger_postings",
        "INSERT",
        "WHEN EXISTS (SELECT 1 FROM ledger_postings WHERE key = NEW.key OR id = NEW.id)",
        "this posting exists",
    )
    _refuse(
        "ledger_entries_insert",
        "ledger_entries",
        "INSERT",
        "WHEN NEW.line NOT BETWEEN 0 AND (SELECT lines - 1 FROM ledger_postings WHERE id = NEW.posting) "
        "OR EXISTS (SELECT 1 FROM ledger_entries WHERE posting = NEW.posting AND line = NEW.line)",
        "this posting is complete",
    )
    _refuse("ledger_accounts_delete", "ledger_accounts", "DELETE", "", "an account stays")
    _refuse("ledger_accounts_update", "ledger_accounts", "UPDATE OF id, name", "", "an account keeps its name")
    _refuse(
        "ledger_accounts_insert",
        "ledger_accounts",
        "INSERT",
        "WHEN EXISTS (SELECT 1 FROM ledger_accounts WHERE name = NEW.name OR id = NEW.id)",
        "this account exists",
    )
    op.create_table(
        "budgets",
        sa.Column("campaign", sa.Text, primary_key=True),
        sa.Column("payer", sa.Integer, sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("earner", sa.Integer, sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("daily", sa.BigInteger, nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("ever", sa.BigInteger, nullable=False),
        sa.CheckConstraint("daily >= 0 AND spent >= 0 AND ever >= spent"),
    )
    op.create_table(
        "budget_holders",
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "budget_leases",
        sa.Column("holder", sa.Text, sa.ForeignKey("budget_holders.holder", ondelete="CASCADE"), primary_key=True),
        sa.Column("campaign", sa.Text, sa.ForeignKey("budgets.campaign"), primary_key=True),
        sa.Column("micros", sa.BigInteger, nullable=False),
        sa.CheckConstraint("micros > 0"),
    )
    op.create_table(
        "budget_day",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.CheckConstraint("id = 1"),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger is not unmade; restore the database from a copy instead")
