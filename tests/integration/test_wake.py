"""Waking the loops that wait for rows: after the commit, in this process and in others."""

import asyncio
import contextlib
import time

import pytest
from sqlalchemy import text

from storage.engine.database import Database, open_database
from storage.engine.relay import relay
from storage.engine.rls import SYSTEM
from storage.engine.wake import CHANNELS, wake


async def test_a_loop_is_woken_after_the_commit_and_not_before(database: Database):
    async with database.writing(1) as connection:
        wake(connection, "outbox")
        assert not await database.wakes.wait("outbox", 0.02)
    assert await database.wakes.wait("outbox", 0.02)
    assert not await database.wakes.wait("outbox", 0.02)


async def test_what_rolls_back_wakes_nobody(database: Database):
    with pytest.raises(ZeroDivisionError):
        async with database.writing(1) as connection:
            wake(connection, "outbox")
            raise ZeroDivisionError
    async with database.writing(1):
        pass
    assert not await database.wakes.wait("outbox", 0.02)


async def test_each_channel_wakes_its_own_loop(database: Database):
    async with database.writing(1) as connection:
        wake(connection, "mailboxes")
    assert not await database.wakes.wait("outbox", 0.02)
    assert await database.wakes.wait("mailboxes", 0.02)


@contextlib.asynccontextmanager
async def relaying(url: str):
    """Another process: a database of its own, with its relay."""
    database, stopping = open_database(url), asyncio.Event()
    task = asyncio.create_task(relay(database.wakes, url, stopping))
    try:
        for channel in CHANNELS:  # what a relay says when it begins to listen
            assert await database.wakes.wait(channel, 10)
        yield database
    finally:
        stopping.set()
        await task
        await database.close()


async def test_another_process_is_woken_at_once(postgres_with_tables):
    _, url = postgres_with_tables
    async with relaying(url) as one, relaying(url) as other:
        for _ in range(3):
            async with one.writing(1) as connection:
                wake(connection, "mailboxes")
            started = time.monotonic()
            assert await other.wakes.wait("mailboxes", 5)
            assert time.monotonic() - started < 2
        assert not await other.wakes.wait("outbox", 0.05)


async def test_many_wakes_are_few_notifications(postgres_with_tables):
    _, url = postgres_with_tables
    async with relaying(url) as one, relaying(url) as other:
        for _ in range(200):
            one.wakes.tell({"mailboxes"})
        heard = 0
        while await other.wakes.wait("mailboxes", 0.5):
            heard += 1
        assert 1 <= heard <= 5


async def test_F63_a_relay_whose_connection_is_lost_listens_again_and_misses_nothing(postgres_with_tables):
    _, url = postgres_with_tables
    async with relaying(url) as one, relaying(url) as other:
        async with one.writing(SYSTEM) as connection:
            own = "datname = current_database() AND usename = current_user"
            others = f"pg_stat_activity WHERE {own} AND pid <> pg_backend_pid()"
            await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM {others}"))
        assert await other.wakes.wait("mailboxes", 30)
        async with one.writing(1) as connection:
            wake(connection, "mailboxes")
        assert await other.wakes.wait("mailboxes", 30)
