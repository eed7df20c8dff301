"""What SQLite's own full-text search (FTS5) does for words and for typing errors, on the contacts of a bench's firm.

It is given the same folded words as our tables. It has no order but its own rank, so a list sorted by the last
interaction is asked for in both ways that there are, and the quicker of the two counts for each question.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from storage.lists.spelling import count_errors_allowed
from storage.lists.words import CONTACT, list_search_words
from storage.text.names import words
from tests.bench.population import TENANT

PAGE = 21
"""The rows of a page, and one more."""
_MOST = 200
_SHOWN = "c.id, c.name, c.address, c.company_id, c.last_at"
_TABLES = """
    CREATE VIRTUAL TABLE own.words USING fts5(texts, content='', detail='none', columnsize=0, prefix='2 3');
    CREATE VIRTUAL TABLE own.names USING fts5(name, content='', tokenize='trigram');
    CREATE VIRTUAL TABLE own.known USING fts5(word, tokenize='trigram');
"""
_LISTS = {
    ("firm", "sorted"): f"""SELECT {_SHOWN} FROM own.words w CROSS JOIN contacts c ON c.tenant_id = ? AND c.id = w.rowid
        WHERE w.words MATCH ? AND c.is_contact = 1 ORDER BY c.last_at DESC, c.id DESC LIMIT {PAGE}""",
    ("firm", "walked"): f"""SELECT {_SHOWN} FROM contacts c INDEXED BY contacts_by_last WHERE c.tenant_id = ?
        AND c.id IN (SELECT rowid FROM own.words WHERE words MATCH ?) AND c.is_contact = 1
        ORDER BY c.last_at DESC, c.id DESC LIMIT {PAGE}""",
    ("mine", "sorted"): f"""SELECT {_SHOWN} FROM own.words w CROSS JOIN relationships r
        ON r.tenant_id = ? AND r.user_id = ? AND r.contact_id = w.rowid
        CROSS JOIN contacts c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id
        WHERE w.words MATCH ? AND r.is_mine = 1 AND c.is_contact = 1 ORDER BY r.last_at DESC, c.id DESC LIMIT {PAGE}""",
    ("mine", "walked"): f"""SELECT {_SHOWN} FROM relationships r INDEXED BY relationships_by_last
        CROSS JOIN contacts c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id
        WHERE r.tenant_id = ? AND r.user_id = ? AND r.contact_id IN (SELECT rowid FROM own.words WHERE words MATCH ?)
        AND r.is_mine = 1 AND c.is_contact = 1 ORDER BY r.last_at DESC, c.id DESC LIMIT {PAGE}""",
}
_LIKE = f"""SELECT c.id, c.folded_name FROM (SELECT rowid AS id FROM own.names WHERE names MATCH ?
    ORDER BY rank LIMIT {_MOST}) n CROSS JOIN contacts c ON c.tenant_id = {TENANT} AND c.id = n.id WHERE c.is_contact"""
_MEANT = f"SELECT word FROM own.known WHERE known MATCH ? ORDER BY rank LIMIT {_MOST}"
_HAVING = f"""SELECT c.id, c.folded_name FROM own.words w CROSS JOIN contacts c ON c.tenant_id = {TENANT}
    AND c.id = w.rowid WHERE w.words MATCH ? AND c.is_contact = 1 LIMIT {_MOST}"""


class Fts5:
    """The firm's file, with a file of our own beside it that holds FTS5's tables."""

    names = ("FTS5",)
    guessers = ("FTS5 trigrams of names", "FTS5 trigrams of words")

    def __init__(self, firm: str, beside: Path) -> None:
        self._connection = sqlite3.connect(firm, isolation_level=None)
        self._beside = beside
        self.build_seconds = 0.0

    async def build(self) -> None:
        """Make the tables anew and fill them."""
        self._remove()
        run = self._connection.execute
        run("ATTACH ? AS own", (str(self._beside),))
        for pragma in ("journal_mode=WAL", "synchronous=OFF"):
            run(f"PRAGMA own.{pragma}")
        self._connection.executescript(_TABLES)
        rows = run("SELECT id, name, address, folded_name FROM contacts WHERE tenant_id = ?", (TENANT,)).fetchall()
        texts = [(id_, " ".join(list_search_words((name, address)))) for id_, name, address, _ in rows]
        started = time.perf_counter()
        run("BEGIN")
        self._connection.executemany("INSERT INTO own.words (rowid, texts) VALUES (?, ?)", texts)
        self.build_seconds = time.perf_counter() - started
        self._connection.executemany(
            "INSERT INTO own.names (rowid, name) VALUES (?, ?)", ((id_, folded) for id_, _, _, folded in rows)
        )
        known = 'SELECT word FROM known_words WHERE tenant_id = ? AND "of" = ?'
        run(f"INSERT INTO own.known (word) {known}", (TENANT, CONTACT))
        run("COMMIT")
        for table in ("words", "names", "known"):
            run(f"INSERT INTO own.{table} ({table}) VALUES ('optimize')")
        run("PRAGMA own.wal_checkpoint(TRUNCATE)")

    def list_ways(self, scope: str, words: int) -> Sequence[str]:
        """Give the ways to ask for a list; few have several words, and walking until they are met takes seconds."""
        return [way for of, way in _LISTS if of == scope and (words == 1 or way == "sorted")]

    async def ask(self, scope: str, way: str, user_id: int, beginnings: str) -> list[int]:
        """Give the numbers of the first page."""
        match = " ".join(f'"{word}"*' for word in words(beginnings))
        values = (TENANT, match) if scope == "firm" else (TENANT, user_id, match)
        return [row[0] for row in self._connection.execute(_LISTS[scope, way], values)]

    async def guess(self, guesser: str, text: str) -> list[int]:
        """Give whom a mistyped name may mean, best first."""
        guess = self._guess_names if guesser == self.guessers[0] else self._guess_words
        folded = " ".join(words(text))
        scored = sorted((-fuzz.ratio(folded, name), id_) for id_, name in guess(words(text)))
        return [id_ for _, id_ in scored]

    def _guess_names(self, asked: Sequence[str]) -> list[tuple[int, str]]:
        return self._connection.execute(_LIKE, (_any_of(_list_trigrams(" ".join(asked))),)).fetchall()

    def _guess_words(self, asked: Sequence[str]) -> list[tuple[int, str]]:
        meant = []
        for word in asked:
            known = [row[0] for row in self._connection.execute(_MEANT, (_any_of(_list_trigrams(word)),))]
            near = [one for one in known if OSA.distance(word, one) <= count_errors_allowed(word)]
            meant.append(f"({_any_of(near)})" if near else f'"{word}"')
        return self._connection.execute(_HAVING, (" AND ".join(meant),)).fetchall()

    async def write(self, texts: dict[int, Sequence[str]]) -> float:
        """Add contacts in one transaction that reaches the disk; gives its seconds."""
        self._connection.execute("PRAGMA own.synchronous=FULL")
        started = time.perf_counter()
        self._connection.execute("BEGIN")
        rows = ((id_, " ".join(list_search_words(found_by))) for id_, found_by in texts.items())
        self._connection.executemany("INSERT INTO own.words (rowid, texts) VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")
        return time.perf_counter() - started

    async def measure_sizes(self) -> dict[str, int]:
        """Give the bytes of each table."""
        size = "SELECT coalesce(sum(pgsize), 0) FROM dbstat('own') WHERE aggregate = 1 AND name LIKE ?"
        tables = {"FTS5": "words%", self.guessers[0]: "names%", self.guessers[1]: "known%"}
        return {name: self._connection.execute(size, (like,)).fetchone()[0] for name, like in tables.items()}

    async def close(self) -> None:
        """Remove all of it."""
        self._connection.close()
        self._remove()

    def _remove(self) -> None:
        for file in self._beside.parent.glob(f"{self._beside.name}*"):
            with contextlib.suppress(FileNotFoundError):
                file.unlink()


def _list_trigrams(text: str) -> Iterator[str]:
    return (text[at : at + 3] for at in range(len(text) - 2))


def _any_of(terms: Sequence[str] | Iterator[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)
