"""Reading from SQLite: quick statements on the spot, all others in a thread, and nothing holds the event loop up."""

import asyncio
import contextlib
import sqlite3

import pytest
from sqlalchemy import column, literal, select, text

from storage.engine.database import Database, open_database
from storage.engine.parameters import number
from storage.engine.prepared import Prepared

_NUMBERS = select(literal(1).label("number")).cte("numbers", recursive=True)
_NEXT = select(_NUMBERS.c.number + 1).where(_NUMBERS.c.number < literal(300_000))
_EACH = _NUMBERS.union_all(_NEXT)
LONG = select(_EACH.c.number).order_by(_EACH.c.number.desc()).limit(1)
SHORT = select(literal(300_000).label("number"))
_FEW = select(literal(1).label("number")).cte("few", recursive=True)
_EACH_OF_2000 = _FEW.union_all(select(_FEW.c.number + 1).where(_FEW.c.number < literal(2_000)))
ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


async def see_what_comes_first(database: Database, statement: Prepared, **values: int) -> str:
    """Read while something else is to be done in the event loop, and say which was done first."""
    done = []

    async def ask() -> None:
        async with database.reading(1) as connection:
            [(read,)] = await statement.fetch(connection, values)
            done.append(str(read))

    async def tick() -> None:
        done.append("tick")

    await asyncio.gather(ask(), tick())
    assert sorted(done) == ["300000", "tick"]
    return done[0]


async def test_what_is_quick_is_read_on_the_spot(sqlite_database):
    assert await see_what_comes_first(sqlite_database, Prepared(SHORT, is_quick=True)) == "300000"


@pytest.mark.parametrize("statement", [SHORT, LONG])
async def test_what_is_not_said_to_be_quick_is_read_in_a_thread(sqlite_database, statement):
    assert await see_what_comes_first(sqlite_database, Prepared(statement)) == "tick"


async def test_what_is_said_to_be_quick_and_is_not_is_read_in_a_thread_after_all(sqlite_database):
    assert await see_what_comes_first(sqlite_database, Prepared(LONG, is_quick=True)) == "tick"


async def test_what_took_too_long_once_is_read_in_a_thread_from_then_on(sqlite_database):
    up_to = select(literal(1).label("number")).cte("up_to", recursive=True)
    each = up_to.union_all(select(up_to.c.number + 1).where(up_to.c.number < number("most")))
    counting = Prepared(select(literal(300_000)).where(each.c.number == number("most")), is_quick=True)
    assert await see_what_comes_first(sqlite_database, counting, most=10) == "300000"
    assert await see_what_comes_first(sqlite_database, counting, most=300_000) == "tick"
    assert await see_what_comes_first(sqlite_database, counting, most=10) == "tick"


async def test_quick_reads_stay_quick_however_many_they_are(sqlite_database):
    fair = Prepared(select(literal(300_000).label("number")).where(_EACH_OF_2000.c.number == 2_000), is_quick=True)
    for _ in range(40):  # together they take what one may not
        assert await see_what_comes_first(sqlite_database, fair) == "300000"


async def test_a_read_that_nobody_waits_for_any_more_is_stopped(sqlite_database):
    async with sqlite_database.reading(1) as connection:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.execute(ENDLESS)
        assert await connection.scalar(SHORT) == 300_000
    await sqlite_database.close()  # it waits for the threads


async def test_more_reads_than_threads_are_all_answered(sqlite_database):
    async with sqlite_database.reading(1) as connection:
        found = await asyncio.gather(*(connection.scalar(LONG) for _ in range(9)))
    assert found == [300_000] * 9


async def test_a_quick_read_that_has_to_wait_for_another_process_lets_others_work(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "carnet.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE held AS SELECT 300000 AS number")
        other.execute("BEGIN EXCLUSIVE")
        held = Prepared(select(column("number")).select_from(text("held")), is_quick=True)
        reading = asyncio.create_task(see_what_comes_first(database, held))
        await asyncio.sleep(0.1)
        assert not reading.done()
        other.execute("COMMIT")
        assert await reading == "tick"
    await database.close()


async def test_a_read_writes_nothing(sqlite_database):
    async with sqlite_database.reading(1) as connection:
        with pytest.raises(Exception, match="OperationalError"):
            await connection.execute(text("DELETE FROM companies"))
