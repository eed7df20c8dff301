"""Lock many rows of one table in the order of their key, so that no two transactions wait for each other crosswise.

An update of many rows takes them in the order of its plan, which is nobody's order. Who writes several tables of the
queue takes mailboxes first, then subscriptions, then chores, and nothing of an earlier table after a later one.
"""

from typing import Any

from sqlalchemy import ColumnElement, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import Base


async def lock_in_order(connection: AsyncConnection, of: type[Base], *where: ColumnElement[bool]) -> None:
    """Hold these rows until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "sqlite":
        return
    key = inspect(of).primary_key
    rows: Any = select(*key).where(*where).order_by(*key).with_for_update().subquery()
    await connection.execute(select(func.count()).select_from(rows))
