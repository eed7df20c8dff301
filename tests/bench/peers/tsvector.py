"""What PostgreSQL's own search (tsvector with GIN, and pg_trgm) does for words and typing errors, on a bench's firm.

It is given the same folded words as our tables, as a column of a copy of `contacts`, as it would be in the table
itself. PostgreSQL chooses the way to each list by itself, and plans anew for every question.
pg_trgm is one of PostgreSQL's own extensions; the wheel of the tests has none, so it is measured on servers with it.
"""

import time
from collections.abc import Sequence

import asyncpg
from sqlalchemy.engine import make_url

from storage.lists.spelling import count_errors_allowed
from storage.lists.words import CONTACT, list_search_words
from storage.text.names import words
from tests.bench.population import TENANT

PAGE = 21
_MOST = 200
_SHOWN = "c.id, c.name, c.address, c.company_id, c.last_at"
_COLUMNS = "tenant_id, id, is_contact, last_at, name, folded_name, address, company_id"
_TABLES = f"""
    DROP SCHEMA IF EXISTS own CASCADE;
    CREATE SCHEMA own;
    CREATE TABLE own.bare AS SELECT {_COLUMNS} FROM contacts WHERE tenant_id = {TENANT};
    CREATE TABLE own.contacts AS SELECT {_COLUMNS}, words FROM contacts LEFT JOIN (
        SELECT entity_id, array_to_tsvector(array_agg(word::text)) AS words FROM search_words
        WHERE tenant_id = {TENANT} AND "of" = {CONTACT} GROUP BY entity_id) found ON entity_id = id
        WHERE tenant_id = {TENANT};
    CREATE UNIQUE INDEX bare_key ON own.bare (tenant_id, id);
    CREATE INDEX bare_by_last ON own.bare (tenant_id, last_at, id) WHERE is_contact;
    CREATE UNIQUE INDEX contacts_key ON own.contacts (tenant_id, id);
    CREATE INDEX contacts_by_last ON own.contacts (tenant_id, last_at, id) WHERE is_contact;
"""
_WORDS = "CREATE INDEX contacts_words ON own.contacts USING gin (words)"
_TRIGRAMS = f"""
    CREATE TABLE own.known AS SELECT word::text FROM known_words WHERE tenant_id = {TENANT} AND "of" = {CONTACT};
    CREATE TABLE own.named AS SELECT tenant_id, id, is_contact, folded_name FROM own.bare;
    CREATE INDEX names_gin ON own.named USING gin (folded_name gin_trgm_ops);
    CREATE INDEX names_gist ON own.named USING gist (folded_name gist_trgm_ops(siglen=32));
    CREATE INDEX known_gin ON own.known USING gin (word gin_trgm_ops);
"""
_LISTS = {
    "firm": f"""SELECT {_SHOWN} FROM own.contacts c WHERE c.tenant_id = $1 AND c.is_contact AND c.words @@ $2::tsquery
        ORDER BY c.last_at DESC, c.id DESC LIMIT {PAGE}""",
    "mine": f"""SELECT {_SHOWN} FROM relationships r JOIN own.contacts c
        ON c.tenant_id = r.tenant_id AND c.id = r.contact_id
        WHERE r.tenant_id = $1 AND r.user_id = $3 AND r.is_mine AND c.is_contact AND c.words @@ $2::tsquery
        ORDER BY r.last_at DESC, r.contact_id DESC LIMIT {PAGE}""",
}
_LIKE = f"""SELECT id FROM own.named WHERE tenant_id = {TENANT} AND is_contact AND folded_name % $1
    ORDER BY similarity(folded_name, $1) DESC, id LIMIT {_MOST}"""
_NEAREST = f"""SELECT id FROM own.named WHERE tenant_id = {TENANT} AND is_contact
    ORDER BY folded_name <-> $1 LIMIT 10"""
_MEANT = "SELECT word FROM own.known WHERE word % $1 AND abs(length(word) - length($1)) <= $2"
_HAVING = f"""SELECT id FROM own.contacts WHERE tenant_id = {TENANT} AND is_contact AND words @@ $1::tsquery
    ORDER BY similarity(folded_name, $2) DESC, id LIMIT {_MOST}"""
_SIZES = "SELECT pg_relation_size(to_regclass($1))"


class Tsvector:
    """A schema of our own beside the firm's tables."""

    names = ("tsvector",)

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.guessers: tuple[str, ...] = ()
        self.build_seconds = 0.0

    async def build(self) -> None:
        """Make the tables anew and fill them."""
        self._connection = await asyncpg.connect(self._url, command_timeout=1200)
        await self._connection.execute("SELECT set_config('carnet.is_system', 'on', false)")
        await self._connection.execute("SET plan_cache_mode = force_custom_plan")
        await self._connection.execute(_TABLES)
        started = time.perf_counter()
        await self._connection.execute(_WORDS)
        self.build_seconds = time.perf_counter() - started
        if await self._has_trigrams():
            await self._connection.execute(_TRIGRAMS)
            self.guessers = ("pg_trgm names, GIN", "pg_trgm names, GiST", "pg_trgm words, GIN")
        for table in ("contacts", "bare", *(["named", "known"] if self.guessers else [])):
            await self._connection.execute(f"VACUUM ANALYZE own.{table}")

    async def _has_trigrams(self) -> bool:
        try:
            await self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except asyncpg.PostgresError:
            return False
        return True

    def list_ways(self, scope: str, words: int) -> Sequence[str]:
        """PostgreSQL chooses by itself."""
        return ["planned"]

    async def ask(self, scope: str, way: str, user_id: int, beginnings: str) -> list[int]:
        """Give the numbers of the first page."""
        query = " & ".join(f"{word}:*" for word in words(beginnings))
        values = (TENANT, query) if scope == "firm" else (TENANT, query, user_id)
        return [row[0] for row in await self._connection.fetch(_LISTS[scope], *values)]

    async def guess(self, guesser: str, text: str) -> list[int]:
        """Give whom a mistyped name may mean, best first."""
        folded = " ".join(words(text))
        if guesser == "pg_trgm words, GIN":
            return await self._guess_words(folded)
        statement = _LIKE if guesser.endswith("GIN") else _NEAREST
        return [row[0] for row in await self._connection.fetch(statement, folded)]

    async def _guess_words(self, folded: str) -> list[int]:
        meant = []
        for word in folded.split():
            near = await self._connection.fetch(_MEANT, word, count_errors_allowed(word))
            meant.append("(" + " | ".join(row[0] for row in near) + ")" if near else word)
        return [row[0] for row in await self._connection.fetch(_HAVING, " & ".join(meant), folded)]

    async def write(self, texts: dict[int, Sequence[str]]) -> float:
        """Add contacts in one transaction; gives the seconds that the words cost, those that wait for GIN included."""
        rows = [(id_, list(list_search_words(found_by))) for id_, found_by in texts.items()]
        columns = f"INSERT INTO own.{{}} (tenant_id, id, is_contact, last_at) SELECT {TENANT}, $1, true, 0"
        bare = await self._time(columns.format("bare"), [(id_,) for id_, _ in rows])
        worded = columns.format("contacts").replace("last_at)", "last_at, words)")
        whole = await self._time(f"{worded}, array_to_tsvector($2::text[])", rows)
        started = time.perf_counter()
        await self._connection.execute("SELECT gin_clean_pending_list('own.contacts_words')")
        return whole - bare + time.perf_counter() - started

    async def _time(self, statement: str, rows: Sequence[Sequence[object]]) -> float:
        started = time.perf_counter()
        async with self._connection.transaction():
            await self._connection.executemany(statement, rows)
        return time.perf_counter() - started

    async def measure_sizes(self) -> dict[str, int]:
        """Give the bytes of each index, and of the column that it stands on."""
        column = await self._connection.fetchval("SELECT sum(pg_column_size(words)) FROM own.contacts")
        sizes = {"tsvector": column + await self._connection.fetchval(_SIZES, "own.contacts_words")}
        indexes = ("own.names_gin", "own.names_gist", "own.known_gin")
        for name, index in zip(self.guessers, indexes, strict=False):
            sizes[name] = await self._connection.fetchval(_SIZES, index)
        return sizes

    async def close(self) -> None:
        """Remove all of it."""
        await self._connection.execute("DROP SCHEMA own CASCADE")
        await self._connection.close()
