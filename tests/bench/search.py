"""Words and typing errors at 1,000,000 contacts: our lists beside what each database brings for searching itself.

FTS5 on SQLite, tsvector with GIN and pg_trgm on PostgreSQL (`peers/fts5.py`, `peers/tsvector.py` say how). The words
are beginnings of names of the firm, of two to five letters; the viewer's rights are part of every question, and the
page comes sorted by the last interaction. Nothing is judged: `docs/lists.md` says what follows from the figures.
"""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, func, select, text

from storage.book.contacts import find_contacts, list_contacts
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.lists.filters import Filter
from storage.lists.words import CONTACT, index_words
from storage.models import Contact, SearchWord
from storage.viewer import Viewer
from tests.bench.asks import VIEWERS, Names, draw_names
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, percentile
from tests.bench.peers.fts5 import Fts5
from tests.bench.peers.tsvector import Tsvector
from tests.bench.population import NOW, TENANT, Firm
from tests.bench.setting import Setting

_ADDED = 1000
"""Contacts that are added at once to see what their words cost."""
_LENGTHS = 4
"""The words of four viewers in a row have four lengths."""
_FOUND_AMONG = 10

Run = Callable[[int], Awaitable[Sequence[int]]]
"""Asks for one viewer; gives the numbers that were found."""


class Search(Protocol):
    """What a database brings for searching."""

    names: Sequence[str]
    guessers: Sequence[str]
    build_seconds: float

    async def build(self) -> None: ...
    def list_ways(self, scope: str, words: int) -> Sequence[str]: ...
    async def ask(self, scope: str, way: str, user_id: int, beginnings: str) -> list[int]: ...
    async def guess(self, guesser: str, text: str) -> list[int]: ...
    async def write(self, texts: dict[int, Sequence[str]]) -> float: ...
    async def measure_sizes(self) -> dict[str, int]: ...
    async def close(self) -> None: ...


@dataclass
class Timed:
    """The milliseconds that a kind of question took: of each question the quickest, for the machine may be busy."""

    quickest: dict[int, float] = field(default_factory=dict)

    def note(self, question: int, seconds: float) -> None:
        self.quickest[question] = min(seconds * 1000, self.quickest.get(question, float("inf")))

    def get_p95(self) -> float:
        return percentile(list(self.quickest.values()), 0.95)

    def describe(self) -> str:
        times = list(self.quickest.values())
        return f"{statistics.median(times):.2f} / {self.get_p95():.2f} / {max(times):.2f}"


async def measure(setting: Setting, report: Report) -> None:
    for kind, firms in list_kinds(setting):
        url = await firms.get_url(setting.choose(1, 0.002))
        database = open_database(url)
        file = url.removeprefix("sqlite:///")
        search: Search = Fts5(file, Path(file).with_name("search.part")) if database.is_sqlite else Tsvector(url)
        try:
            await search.build()
            bench = _Bench(setting, report, kind, database, search, await draw_names(database))
            await bench.measure_words()
            await bench.measure_guesses()
            await bench.measure_cost()
        finally:
            await search.close()
            await database.close()


@dataclass(frozen=True)
class _Bench:
    setting: Setting
    report: Report
    kind: str
    database: Database
    search: Search
    names: Names

    async def measure_words(self) -> None:
        """Ask for lists by one word of each length, and by two words."""
        for scope in ("mine", "firm"):
            for length in range(_LENGTHS):
                users = [user for user in range(1, VIEWERS + 1) if user % _LENGTHS == length]
                await self._compare_lists(scope, f"a word of {2 + length}", users, self.names.begin_word)
            await self._compare_lists(scope, "two words", range(1, VIEWERS + 1), self.names.begin_words, 2)

    async def _compare_lists(
        self, scope: str, what: str, users: Sequence[int], speak: Callable, words: int = 1
    ) -> None:
        said = {user: speak("contacts", Viewer(TENANT, user)) for user in users}
        ways = [partial(self._list_theirs, scope, way, said=said) for way in self.search.list_ways(scope, words)]
        ours = partial(self._list_ours, scope, said=said)
        for user in users:
            found = [await ask(user) for ask in (ours, *ways)]
            assert all(one == found[0] for one in found), f"{self.kind} finds others for {said[user]}: {found}"
        times = await self._time([ours, *ways], users)
        whose = "my" if scope == "mine" else "all"
        self._add(f"{whose} contacts, {what}", times[0], self.search.names[0], _get_quicker(times[1:]))

    async def _list_ours(self, scope: str, user: int, *, said: dict[int, str]) -> list[int]:
        asked = Filter(of="contacts", scope=scope, text=said[user])
        async with self.database.reading(TENANT) as connection:
            page = await list_contacts(connection, Viewer(TENANT, user), asked, now=NOW, limit=20)
        return [row.id for row in page.rows]

    async def _list_theirs(self, scope: str, way: str, user: int, *, said: dict[int, str]) -> list[int]:
        return (await self.search.ask(scope, way, user, said[user]))[:20]

    async def measure_guesses(self) -> None:
        """Ask for names with two letters in the wrong order, and count who was found."""
        users = range(1, VIEWERS + 1)
        said = {user: self.names.mistype("contacts", Viewer(TENANT, user)) for user in users}
        meant = {user: await self._list_namesakes(user) for user in users}
        asks = [partial(self._guess_ours, said=said)]
        asks += [partial(self._guess_theirs, guesser, said=said) for guesser in self.search.guessers]
        shares = [sum([bool(meant[user] & set(await ask(user))) for user in users]) / len(users) for ask in asks]
        times = await self._time(asks, users)
        for guesser, theirs, share in zip(self.search.guessers, times[1:], shares[1:], strict=True):
            found = f"found: {shares[0]:.0%}, {share:.0%}"
            self._add("a mistyped name", times[0], guesser, theirs, found)

    async def _list_namesakes(self, user: int) -> set[int]:
        name = self.names.name("contacts", Viewer(TENANT, user))
        namesakes = Contact.tenant_id == TENANT, Contact.is_contact, Contact.folded_name == name
        of = select(Contact.id).where(*namesakes)
        async with self.database.reading(TENANT) as connection:
            return set(await connection.scalars(of))

    async def _guess_ours(self, user: int, *, said: dict[int, str]) -> list[int]:
        async with self.database.reading(TENANT) as connection:
            found = await find_contacts(connection, Viewer(TENANT, user), said[user], limit=_FOUND_AMONG)
        return [match.id for match in found]

    async def _guess_theirs(self, guesser: str, user: int, *, said: dict[int, str]) -> list[int]:
        return (await self.search.guess(guesser, said[user]))[:_FOUND_AMONG]

    async def _time(self, asks: Sequence[Run], users: Sequence[int]) -> list[Timed]:
        """Let every one answer everybody, by turns."""
        times = [Timed() for _ in asks]
        for _ in range(self.setting.runs):
            for ask, timed in zip(asks, times, strict=True):
                for user in users:
                    started = self._read_clock()
                    await ask(user)
                    timed.note(user, self._read_clock() - started)
        return times

    def _read_clock(self) -> float:
        """SQLite answers in this process, so its processor time tells; PostgreSQL is waited for."""
        return time.process_time() if self.database.is_sqlite else time.perf_counter()

    def _add(self, what: str, ours: Timed, name: str, theirs: Timed, more: str = "") -> None:
        notes = f"p50/p95/worst: ours {ours.describe()}, {name} {theirs.describe()} {more}"
        figure = Figure(f"{what}, p95 ({self.kind})", "ms", [ours.get_p95()], name, [theirs.get_p95()], None, notes)
        self.report.add(figure)

    async def measure_cost(self) -> None:
        """Compare what the words take on disk, and what they cost a page of new contacts."""
        ours = await self._measure_ours()
        for name, size in (await self.search.measure_sizes()).items():
            self.report.add(Figure(f"on disk ({self.kind})", "MB", [ours / 1e6], name, [size / 1e6]))
        mine, theirs = [], []
        for number in range(self.setting.runs):
            texts = _make_contacts(number)
            mine.append(await self._write_ours(texts) * 1000)
            theirs.append(await self.search.write(texts) * 1000)
        name = self.search.names[0]
        self.report.add(Figure(f"words of {_ADDED:,} new contacts ({self.kind})", "ms", mine, name, theirs))
        self.report.add(Figure(f"making the index ({self.kind})", "s", [self.search.build_seconds]))

    async def _measure_ours(self) -> float:
        """Give the bytes of the contacts' share of our two tables of words."""
        share = select(func.avg(text(f'CASE WHEN "of" = {CONTACT} THEN 1.0 ELSE 0.0 END'))).select_from(SearchWord)
        size = "SELECT pg_total_relation_size('search_words') + pg_total_relation_size('known_words')"
        if self.database.is_sqlite:
            size = "SELECT sum(pgsize) FROM dbstat WHERE aggregate = 1 AND name IN ('search_words', 'known_words')"
        async with self.database.reading(SYSTEM) as connection:
            return float(await connection.scalar(text(size))) * float(await connection.scalar(share))

    async def _write_ours(self, texts: dict[int, Sequence[str]]) -> float:
        started = time.perf_counter()
        async with self.database.writing(TENANT) as connection:
            await index_words(connection, TENANT, CONTACT, texts, is_new=True)
        took = time.perf_counter() - started
        async with self.database.writing(TENANT) as connection:
            await connection.execute(
                delete(SearchWord).where(
                    SearchWord.tenant_id == TENANT, SearchWord.of == CONTACT, SearchWord.entity_id.in_(texts)
                )
            )
        return took


def _get_quicker(ways: Sequence[Timed]) -> Timed:
    """Take the quicker way of each question, as if it were known beforehand."""
    return Timed({question: min(way.quickest[question] for way in ways) for question in ways[0].quickest})


def _make_contacts(number: int) -> dict[int, Sequence[str]]:
    """Make names like the firm's for contacts that it does not have."""
    dice = Firm(1, seed=1000 + number)
    first = 10_000_000 + number * _ADDED
    names = {id_: f"{dice.make_name()} {dice.make_name()}" for id_ in range(first, first + _ADDED)}
    return {id_: (name, f"{name.replace(' ', '.').lower()}{id_}@new.example") for id_, name in names.items()}
