"""People's other addresses, when a mailbox last had news, from when on a firm keeps things, whose a subscription is."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _add("users", "aliases", sa.Text(), "''")
    _add("mailboxes", "last_news_at", sa.BigInteger(), "0")
    _add("tenants", "kept_from", sa.BigInteger(), "0")
    _add("tenants", "installation", sa.String(length=36), "''")
    # The next look at each directory lists everybody: a delta tells nothing of addresses that did not change.
    op.execute("UPDATE chores SET link = '' WHERE name = 'directory'")


def _add(table: str, name: str, kind: Any, default: str) -> None:
    """Add a column that an older release need not know: it has a value where nobody gives one."""
    op.add_column(table, sa.Column(name, kind, server_default=sa.text(default), nullable=False))
