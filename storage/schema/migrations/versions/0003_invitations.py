"""Invitations without an answer, who was in bcc, people's own second addresses, and names ranked by who says them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_LEVEL = 1 << 58
"""One step of trust in `name_rank` (storage/history/events.py)."""


def upgrade() -> None:
    for table in ("interactions", "interaction_contacts"):
        op.add_column(table, sa.Column("invitation", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    said = sa.JSON().with_variant(JSONB(), "postgresql")
    op.add_column("users", sa.Column("own_addresses", said, server_default=sa.text("'{}'"), nullable=False))
    op.add_column(
        "interaction_contacts", sa.Column("is_bcc", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("interactions", sa.Column("organizer_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "interactions_by_organizer",
        "interactions",
        ["tenant_id", "user_id", "organizer_id"],
        sqlite_where=sa.text("organizer_id IS NOT NULL"),
        postgresql_where=sa.text("organizer_id IS NOT NULL"),
    )
    # Two levels of guest lists have come in below those that were there.
    op.execute(f"UPDATE contacts SET name_rank = name_rank + {2 * _LEVEL} WHERE name_rank >= {_LEVEL}")
    # Every calendar is read once more: the answers of guests and users were not looked at.
    op.execute("UPDATE mailbox_feeds SET window_ends_at = 0 WHERE feed = 'calendar'")
