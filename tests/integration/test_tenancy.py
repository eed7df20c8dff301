"""Row-level security as a second lock, its parts, and a pooler between us and PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.engine import make_url

from storage.engine.database import Database, open_database
from storage.engine.partitions import add_partitions
from storage.engine.rls import SYSTEM, is_enforced
from storage.errors import DatabaseError
from storage.models import Base, Company, Interaction, InteractionContact, SearchWord
from tests.factories import NOW, add_company, add_tenant
from tests.pooler import run_pooler

COUNT = select(func.count()).select_from(Company)


@pytest.fixture
async def two_firms(postgres_database: Database) -> Database:
    """Two tenants with two companies each."""
    for tenant_id in (1, 2):
        async with postgres_database.writing(tenant_id) as connection:
            await add_tenant(connection, tenant_id)
            for name in ("Acme", "Zenith"):
                await add_company(connection, name, tenant_id=tenant_id)
    return postgres_database


async def test_S11_the_tests_themselves_are_held_by_the_lock(two_firms):
    async with two_firms.reading() as connection:
        assert await is_enforced(connection)


async def test_S11_a_query_that_forgets_the_tenant_sees_its_own_alone(two_firms):
    async with two_firms.reading(1) as connection:
        assert await connection.scalar(COUNT) == 2
        assert set(await connection.scalars(select(Company.tenant_id))) == {1}


async def test_S11_a_query_that_names_another_tenant_finds_nothing(two_firms):
    async with two_firms.reading(1) as connection:
        assert await connection.scalar(COUNT.where(Company.tenant_id == 2)) == 0


async def test_S11_a_transaction_that_names_no_tenant_sees_nothing(two_firms):
    async with two_firms.reading() as connection:
        assert await connection.scalar(COUNT) == 0


async def test_S11_what_serves_every_tenant_sees_every_tenant(two_firms):
    async with two_firms.reading(SYSTEM) as connection:
        assert await connection.scalar(COUNT) == 4


async def test_S11_nothing_is_written_into_another_tenant(two_firms):
    row = {"id": 900, "name": "Spy", "folded_name": "spy"}
    with pytest.raises(DatabaseError, match="InsufficientPrivilege"):
        async with two_firms.writing(1) as connection:
            await connection.execute(insert(Company).values(tenant_id=2, **row))
    async with two_firms.writing(1) as connection:
        assert (await connection.execute(update(Company).values(name="Mine now"))).rowcount == 2


async def test_S11_the_tenant_ends_with_its_transaction(two_firms):
    for _ in range(3):
        async with two_firms.reading(1) as connection:
            assert await connection.scalar(COUNT) == 2
        async with two_firms.reading() as connection:
            assert await connection.scalar(COUNT) == 0


async def test_S11_every_table_and_every_part_has_the_lock(two_firms):
    sql = (
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    async with two_firms.reading(SYSTEM) as connection:
        assert list(await connection.scalars(text(sql))) == []
        locked = set(await connection.scalars(text("SELECT tablename FROM pg_policies")))
    assert set(Base.metadata.tables) <= locked


async def test_the_lock_leaves_the_indexes_in_use(two_firms):
    word = select(SearchWord.entity_id).where(
        SearchWord.tenant_id == 1, SearchWord.of == 1, SearchWord.word >= "ac", SearchWord.word < "ad"
    )
    async with two_firms.reading(1) as connection:
        compiled = word.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join(await connection.scalars(text(f"EXPLAIN {compiled}")))
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert all(column in condition for column in ("tenant_id", "of", "word"))


async def add_history(database: Database, *occurred_at: int) -> None:
    async with database.writing(1) as connection:
        for number, at in enumerate(occurred_at):
            key = {"tenant_id": 1, "user_id": 1, "source_digest": number.to_bytes(16), "occurred_at": at, "kind": 1}
            await connection.execute(insert(Interaction).values(message_digest=b"m" * 16, **key))
            await connection.execute(insert(InteractionContact).values(contact_id=1, **key))


@pytest.fixture
async def parted(make_postgres) -> Database:
    """A database of its own, for its parts are changed."""
    database = open_database(await make_postgres())
    await database.create_tables()
    yield database
    await database.close()


async def list_places(database: Database) -> list[tuple[str, int]]:
    sql = "SELECT tableoid::regclass::text, occurred_at FROM interactions ORDER BY occurred_at"
    async with database.reading(1) as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def test_parts_are_made_ahead_and_rows_that_waited_move_into_them(parted):
    await add_history(parted, 0, NOW, NOW - 400 * 86_400)
    for _ in range(2):
        async with parted.writing(SYSTEM) as connection:
            await add_partitions(connection, NOW)
    assert await list_places(parted) == [
        ("interactions_rest", 0),
        ("interactions_2024", NOW - 400 * 86_400),
        ("interactions_2026", NOW),
    ]


async def test_who_reads_or_writes_while_a_part_is_added_sees_every_row(parted):
    await add_history(parted, NOW)
    count = select(func.count()).select_from(InteractionContact)

    async def read() -> int:
        async with parted.reading(1) as connection:
            return await connection.scalar(count)

    async def write() -> int:
        async with parted.writing(1) as connection:
            return await connection.scalar(count)

    async with parted.writing(SYSTEM) as connection:
        await add_partitions(connection, NOW)
        counting = [asyncio.create_task(one()) for one in (read, write)]
        await asyncio.sleep(0.5)  # they wait for a lock
    assert await asyncio.gather(*counting) == [1, 1]


@pytest.mark.parametrize("at", [0, NOW])
async def test_the_unique_key_holds_in_every_part(parted, at):
    async with parted.writing(SYSTEM) as connection:
        await add_partitions(connection, NOW)
    await add_history(parted, at)
    with pytest.raises(DatabaseError, match="UniqueViolation"):
        await add_history(parted, at)


@pytest.fixture(params=[True, False], ids=["setting", "url"])
async def pooled(parted, request):
    """The same database through a pooler in transaction mode, over three server connections; setting or URL says so."""
    url = make_url(parted.engine.url)
    if "host" not in url.query:
        pytest.skip("the pooler of the tests needs a server on a local socket")
    async with run_pooler(url) as (pooler_url, pooler):
        given = pooler_url if request.param else pooler_url.update_query_dict({"pgbouncer": "true"})
        database = open_database(given.render_as_string(hide_password=False), is_pooled=request.param)
        yield database, pooler
        await database.close()


async def test_behind_a_pooler_every_transaction_may_run_on_another_connection(pooled):
    database, pooler = pooled

    async def work(tenant_id: int) -> None:
        async with database.writing(tenant_id) as connection:
            await add_tenant(connection, tenant_id)
            await add_company(connection, "Acme", tenant_id=tenant_id)
        for _ in range(20):
            async with database.reading(tenant_id) as connection:
                assert set(await connection.scalars(select(Company.tenant_id))) == {tenant_id}

    await asyncio.gather(*(work(tenant_id) for tenant_id in range(1, 9)))
    assert pooler.transactions > 160


async def test_behind_a_pooler_no_tenant_is_left_on_a_connection(pooled):
    database, _ = pooled
    async with database.writing(1) as connection:
        await add_tenant(connection)
        await add_company(connection)
    for _ in range(10):
        async with database.reading() as connection:
            assert await connection.scalar(COUNT) == 0
