"""Under which name it was last looked whether a contact is the user's own second address: nobody was looked at yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("users", sa.Column("own_checked_name", sa.Text(), server_default=sa.text("''"), nullable=False))
