"""Several addresses of one person, by what somebody said."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
_IN_PERSONS = sa.text("person_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("contacts", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("contacts", sa.Column("person_id", sa.BigInteger(), nullable=True))
    indexes = {"": "person_id", "_by_name": "folded_name", "_by_company": "company_id"}
    for name, column in indexes.items():
        op.create_index(
            f"contacts_of_person{name}",
            "contacts",
            ["tenant_id", column],
            sqlite_where=_IN_PERSONS,
            postgresql_where=_IN_PERSONS,
        )
