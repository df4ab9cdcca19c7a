"""Tasks, the merchants' queues, and callbacks that are still to be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001_tasks"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "generation_tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("task_id", sa.Text, nullable=False, unique=True),
        sa.Column("merchant", sa.Text, nullable=False),
        sa.Column("external_id", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("access_key", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("hold_key", sa.Text, nullable=False),
        sa.Column("settle_key", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("ready_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("cancel", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("result", sa.Text),
        sa.Column("announced", sa.Boolean, nullable=False, server_default="0"),
        sa.CheckConstraint("typeof(price) = 'integer' AND price > 0"),
        sa.CheckConstraint("status IN ('submitted', 'processing', 'succeed', 'failed')"),
    )
    op.create_index(
        "generation_tasks_external", "generation_tasks", ["merchant", "external_id"],
        unique=True, sqlite_where=sa.text("external_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "generation_tasks_waiting", "generation_tasks", ["merchant", "ready_at", "id"],
        sqlite_where=sa.text("status = 'submitted'"),
    )  # fmt: skip
    op.create_index(
        "generation_tasks_leased", "generation_tasks", ["lease_until"], sqlite_where=sa.text("status = 'processing'")
    )
    op.create_index(
        "generation_tasks_unannounced", "generation_tasks", ["id"],
        sqlite_where=sa.text("announced = 0 AND settle_key IS NOT NULL"),
    )  # fmt: skip
    op.create_index("generation_tasks_listed", "generation_tasks", ["merchant", "kind", "id"])
    op.create_table(
        "generation_queues",
        sa.Column("merchant", sa.Text, primary_key=True),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("working", sa.Integer, nullable=False),
        sa.Column("concurrency", sa.Integer, nullable=False),
        sa.Column("served_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("waiting >= 0 AND working >= 0"),
    )
    op.create_table(
        "generation_callbacks",
        sa.Column("task", sa.Integer, sa.ForeignKey("generation_tasks.id"), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False, server_default=""),
    )
    op.create_index(
        "generation_callbacks_due", "generation_callbacks", ["next_at"], sqlite_where=sa.text("state = 'due'")
    )
