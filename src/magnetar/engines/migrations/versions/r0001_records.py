"""Records by collection, owner and key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0001_records"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("collection", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("records")
