"""What a test does to a database from outside, as an administrator or an accident would."""

from sqlalchemy import text

from storage.engine.database import open_database


async def change(url: str, *statements: str) -> None:
    """Run statements on a database that nobody has open."""
    database = open_database(url)
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await database.close()
