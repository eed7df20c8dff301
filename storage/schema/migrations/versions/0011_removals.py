"""Whom people took off their contacts, and what is no person."""

import sqlalchemy as sa
from alembic import op

from storage.engine.rls import list_policies_of

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "removals",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "digest"),
    )
    op.add_column(
        "relationships", sa.Column("is_removed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in list_policies_of("removals"):
            op.execute(statement)
