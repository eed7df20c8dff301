"""The last round of a calendar that came too early for a deletion: of none that was told so far."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    column = sa.Column("stale_round", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("mailbox_feeds", column)
