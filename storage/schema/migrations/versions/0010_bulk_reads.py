"""What each person was given of contacts lately, over all processes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.engine.rls import list_policies_of

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "bulk_reads",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in list_policies_of("bulk_reads"):
            op.execute(statement)
