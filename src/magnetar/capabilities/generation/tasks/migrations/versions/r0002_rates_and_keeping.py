"""A merchant's rate, counted for all processes together; how large results are, and when they were deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0002_rates_and_keeping"
down_revision = "r0001_tasks"


def upgrade() -> None:
    op.add_column("generation_queues", sa.Column("allowance", sa.Float))
    op.add_column("generation_queues", sa.Column("rated_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("generation_tasks", sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("generation_tasks", sa.Column("expired_at", sa.BigInteger))
    op.create_index(
        "generation_tasks_kept", "generation_tasks", ["merchant", "updated_at"],
        sqlite_where=sa.text("result IS NOT NULL AND expired_at IS NULL"),
    )  # fmt: skip
