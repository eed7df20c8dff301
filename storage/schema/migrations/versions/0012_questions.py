"""What each person was shown last, in which order companies and contacts came, and changes of a kind by their time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.engine.rls import list_policies_of

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "talks",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_in_public", sa.Boolean(), nullable=False),
        sa.Column("shown", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_asked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "is_in_public"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in list_policies_of("talks"):
            op.execute(statement)
    for name, table, columns, where in (
        ("companies_by_first", "companies", ("tenant_id", "type", "first_at", "id"), "is_known"),
        ("contacts_by_first", "contacts", ("tenant_id", "first_at", "id"), "is_contact"),
    ):
        op.create_index(
            name,
            table,
            [*columns, "beginnings", where],
            sqlite_where=sa.text(f"{where} = 1"),
            postgresql_where=sa.text(where),
        )
    op.create_index("audit_by_action", "audit", ["tenant_id", "action", "at"])
