"""People without a company as clients: companies of one person each."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("companies", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "companies_of_person",
        "companies",
        ["tenant_id", "person_id"],
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
