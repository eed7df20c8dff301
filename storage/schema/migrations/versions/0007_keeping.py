"""What people keep to themselves: a part of each relationship, and what they said of whom.

Those at free-mail providers are their owner's alone from now on, until shared.
"""

import sqlalchemy as sa
from alembic import op

from storage.engine.rls import list_policies_of

revision = "0007"
down_revision = "0006"

_COUNTS = ("sent_count", "received_count", "meeting_count", "planned_count", "interaction_count", "first_at", "last_at")
_NOTHING = ", ".join(f"{name} = 0" for name in _COUNTS)


def upgrade() -> None:
    for table in ("relationships", "company_relationships"):
        op.add_column(table, sa.Column("kept", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
        op.add_column(
            table, sa.Column("is_kept_contact", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        for name in _COUNTS:
            column = sa.Column(f"open_{name}", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
            op.add_column(table, column)
    op.create_table(
        "keeps",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "user_id", "digest"),
    )
    op.create_table(
        "numbers",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name"),
    )
    free = "SELECT id FROM contacts WHERE contacts.tenant_id = relationships.tenant_id AND company_id IS NULL"
    op.execute(f"UPDATE relationships SET kept = 2, is_kept_contact = is_mine WHERE contact_id IN ({free})")
    nobody = "is_contact = false, is_added = false, reason = 'seen'"
    op.execute(f"UPDATE contacts SET {_NOTHING}, {nobody} WHERE company_id IS NULL")
    op.create_index(
        "relationships_kept",
        "relationships",
        ["tenant_id", "user_id", "contact_id"],
        sqlite_where=sa.text("kept > 0"),
        postgresql_where=sa.text("kept > 0"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("keeps", "numbers"):
            for statement in list_policies_of(table):
                op.execute(statement)
