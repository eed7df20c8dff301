"""Alembic's way in: the connection comes from `storage.migrate`, or from `alembic -x url=...` for a new revision."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from storage.database import open_database
from storage.migrate import is_compared
from storage.models import Base
from storage.statistics import write_statistics


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, include_name=is_compared, transactional_ddl=True
    )
    with context.begin_transaction():
        before = context.get_context().get_current_heads()
        context.run_migrations()
        if context.get_context().get_current_heads() != before:
            write_statistics(connection)


async def run_for_a_developer() -> None:
    database = open_database(context.get_x_argument(as_dictionary=True)["url"])
    async with database.engine.connect() as connection:
        await connection.run_sync(run)
    await database.close()


if given := context.config.attributes.get("connection"):
    run(given)
else:
    asyncio.run(run_for_a_developer())
