"""Bringing a database to the newest schema."""


async def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema; safe to run again, from two processes at once, and after a kill.

    Raises `sqlalchemy.exc.SQLAlchemyError` where the database refuses.
    """
    raise NotImplementedError
