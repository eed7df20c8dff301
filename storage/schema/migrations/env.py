"""Alembic's way in: the connection is `storage.schema.migrate`'s, or that of `alembic -x url=...` for a revision."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from storage.engine.database import open_database
from storage.engine.statistics import write_statistics
from storage.models import Base
from storage.schema.upgrade import is_compared


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
