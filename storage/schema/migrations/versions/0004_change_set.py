"""Which changes were made in one go."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("audit", sa.Column("change_set", sa.BigInteger(), nullable=True))
