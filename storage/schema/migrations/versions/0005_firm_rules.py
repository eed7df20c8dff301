"""What is a firm's own to decide, who may use the service, and who gave which rule."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IS_ALLOWED = """
    tenant_id = (SELECT nullif(current_setting('carnet.tenant_id', true), '')::bigint)
    OR (SELECT current_setting('carnet.is_system', true) = 'on')
"""


def upgrade() -> None:
    op.create_table(
        "firm_rules",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )
    op.add_column("tenants", sa.Column("serves", sa.String(length=16), server_default="mailboxes", nullable=False))
    op.add_column("tenants", sa.Column("shows_lately", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("users", sa.Column("may_use", sa.Boolean(), server_default=sa.true(), nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE firm_rules ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE firm_rules FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY of_tenant ON firm_rules USING ({IS_ALLOWED})")
