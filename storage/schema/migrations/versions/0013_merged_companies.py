"""Companies that are one by what somebody said, and the company to which a domain belongs by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("companies", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("company_domains", sa.Column("home_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "companies_merged",
        "companies",
        ["tenant_id", "merged_into"],
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
