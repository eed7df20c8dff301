"""From when on a firm is shown what it has, while a purge is still to come."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("tenants", sa.Column("shown_from", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
