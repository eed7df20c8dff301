"""The end of a soak: everything works again, and each mailbox is read once more."""

import asyncio
import time
from typing import Any

from sqlalchemy import text

from bot.demo.microsoft import Microsoft
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from tests.installation import Installation

WORKERS = ("worker 1", "worker 2")
WORDS = {"service": ("serve", "--no-worker"), **dict.fromkeys(WORKERS, ("worker",))}
PATIENCE = 600
_BEGUN = "UPDATE mailboxes SET due_at = 0, not_before = 0 WHERE state <> 'stopped'"
_UNREAD = """
    SELECT count(*) FROM mailboxes
    WHERE state <> 'stopped' AND (state <> 'current' OR leased_until > 0 OR coalesce(due_at, 0) <= :now)
"""
_TRIES = 5
_UNSAID = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"


async def recover(microsoft: Microsoft, installation: Installation, database: Database) -> None:
    """End the faults, and wait until every mailbox was read once more and everything was said."""
    microsoft.faults.clear()
    microsoft.notifications.release()
    for name, words in WORDS.items():  # those that run may carry a failpoint
        if name in installation.pids:
            installation.kill(name)
        installation.start(name, *words)
    await installation.wait_until_ready()
    started = time.monotonic()
    await begin_reading(database)
    while left := await count_unread(database):
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError(f"{left} mailboxes never recovered")
        await asyncio.sleep(1)
    print(f"every mailbox was read again after {time.monotonic() - started:.0f} s", flush=True)
    while left := await _count(database, _UNSAID):
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError(f"{left} notices were never sent")
        await asyncio.sleep(1)
    print(f"all was said after {time.monotonic() - started:.0f} s", flush=True)


async def begin_reading(database: Database) -> None:
    """Make every mailbox due, one whose turn is under way as well: that may have read too early.

    All of them in one statement may meet two workers crosswise: then it is tried again, as the workers do.
    """
    for attempt in range(_TRIES):
        try:
            async with database.writing(SYSTEM) as connection:
                await connection.execute(text(_BEGUN))
        except DatabaseError:
            if attempt == _TRIES - 1:
                raise
        else:
            return


async def count_unread(database: Database) -> int:
    """Count the mailboxes that no turn has read to the end since `begin_reading`.

    A late notification makes a mailbox due while its turn is under way: so being due does not tell, being in hand does.
    """
    return await _count(database, _UNREAD, now=int(time.time()))


async def _count(database: Database, sql: str, **values: Any) -> int:
    async with database.reading(SYSTEM) as connection:
        return (await connection.execute(text(sql), values)).scalar_one()
