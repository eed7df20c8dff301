"""A small firm with people who ask, click and read, for tests of commands."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Table, insert, select

from bot.commands import ROUTER, understand
from bot.door import Caller, Claim, Door
from bot.results.firm import write_rules
from bot.turn import NOBODY_ELSE, Ask, Circle, Language, Notice, Reply, Surface
from bot.verbs import Role
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.firm.rules import get_rules
from storage.messages.notice_preferences import NoticePreferences
from storage.messages.talks import list_talk_columns, read_talks
from storage.models import Audit, Base, Company, CompanyType
from storage.queue.directory import list_admins
from storage.viewer import Viewer
from tests import factories
from tests.card_checks import list_complaints, list_texts, walk
from tests.factories import NOW, ago

TODAY = datetime.fromtimestamp(NOW, UTC).date()


class Posted:
    """The notices that replies asked for."""

    default = NoticePreferences()

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    async def add(self, _connection: Any, _tenant_id: int, notices: Any) -> None:
        self.notices += notices


@dataclass
class Office:
    """The desk, the people before it, and what they know, by name."""

    database: Database
    posted: Posted = field(default_factory=Posted)
    people: dict[str, Viewer] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    now: int = NOW

    def __post_init__(self) -> None:
        self.door = Door(self.database, lambda: self.now, self.posted)

    async def ask(
        self,
        verb: str,
        data: dict[str, Any] | None = None,
        *,
        by: str | Viewer = "Anne Martin",
        language: Language = "en",
        surface: Surface = "chat",
        claim: Claim | None = None,
        has_outsiders: bool = False,
        is_said: bool = False,
        follow_up: Mapping[str, Any] | None = None,
        circle: Circle = NOBODY_ELSE,
    ) -> Reply:
        """Ask the desk; whatever card comes back is one that Teams takes."""
        viewer = by if isinstance(by, Viewer) else self.people[by]
        plain = {key: value for key, value in (data or {}).items() if key != "verb"}
        whole = plain if is_said else await self._add_version(verb, plain, viewer)
        ask = Ask(verb, whole, is_said=is_said, follow_up=follow_up)
        async with self.database.reading(viewer.tenant_id) as connection:
            own = await connection.execute(select(*list_talk_columns(viewer.tenant_id, viewer.user_id)))
            talks = read_talks(tuple(own.one()))
        roles = {Role.USER, Role.ADMINISTRATOR} if viewer.user_id in await self._list_admins(viewer) else {Role.USER}
        caller = Caller(
            replace(viewer, is_in_public=True) if surface == "group" else viewer,
            language,
            surface=surface,
            roles=frozenset(roles),
            has_outsiders=has_outsiders,
            circle=circle,
            talks=talks,
        )
        reply = await self.door.answer(ask, caller, claim)
        for card in (reply.card, reply.private and reply.private.card, *(item.card for item in reply.items)):
            assert card is None or list_complaints(card) == []
        return reply

    async def say(self, text: str, **options: Any) -> Reply:
        """Type a sentence."""
        ask = understand(text, options.get("language", "en"), TODAY)
        return await self.ask(ask.verb, dict(ask.data), is_said=True, follow_up=ask.follow_up, **options)

    async def _add_version(self, verb: str, data: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
        """Add the state of the company, as every card carries it, where a test says none."""
        known = ROUTER.verbs.get(verb)
        several = data.get("company_ids")
        if verb == "companies.set_many" and data.get("is_confirmed") and several and "versions" not in data:
            rows = [await self._add_version("company.rename", {"company_id": number}, viewer) for number in several]
            return data | {"versions": [row["version"] for row in rows]}
        if verb == "firm.save" and "was" not in data:
            async with self.database.reading(viewer.tenant_id) as connection:
                now = write_rules(await get_rules(connection, viewer.tenant_id))
            return data | {"was": {name: now[name] for name in data if name in now}}
        number = data.get("company_id")
        if known is None or not known.versioned or "version" in data or not isinstance(number, int):
            return data
        async with self.database.reading(viewer.tenant_id) as connection:
            query = select(Company.version).where(Company.tenant_id == viewer.tenant_id, Company.id == number)
            return data | {"version": (await connection.execute(query)).scalar() or 1}

    async def _list_admins(self, viewer: Viewer) -> set[int]:
        async with self.database.reading(viewer.tenant_id) as connection:
            return set(await list_admins(connection, viewer.tenant_id))

    async def click(self, reply: Reply, words: str, inputs: dict[str, Any] | None = None, **options: Any) -> Reply:
        """Click the button or the line with these words."""
        action = find_action(reply.card, words)
        return await self.ask(action["verb"], {**action["data"], **(inputs or {})}, **options)


def fit(verb: str, data: dict[str, Any]) -> dict[str, Any]:
    """Drop input that the verb does not take, so that a test reaches the command."""
    known = ROUTER.verbs.get(verb)
    fields = {field.encode_name for field in msgspec.structs.fields(known.input)} if known else data.keys()
    return {key: value for key, value in data.items() if key in fields}


def find_action(card: Any, words: str) -> dict[str, Any]:
    """Return the button of this title, or the action of the line that begins with these words."""
    for node in walk(card):
        if node["type"] == "Action.Execute" and node.get("title") == words:
            return node
    for node in walk(card):
        if "selectAction" in node and read(node)[:1] == [words]:
            action: dict[str, Any] = node["selectAction"]
            return action
    raise AssertionError(f"nothing called {words!r} on {read(card)}")


def read(card: Any) -> list[str]:
    """Return what a card says, line by line."""
    return [node["text"] for node in walk(card) if node["type"] == "TextRun"]


def names(card: Any) -> list[str]:
    """Return the names of a card's rows."""
    return [read(node)[0] for node in walk(card) if node["type"] == "ColumnSet" and "selectAction" in node]


def said(reply: Reply) -> str:
    """Return everything that a reply says."""
    assert reply.card is not None
    return "\n".join(list_texts(reply.card))


COMPANIES: tuple[tuple[str, tuple[str, ...], CompanyType | None, str], ...] = (
    ("Acme Industries", ("acme.example", "acme.ch"), CompanyType.CLIENT, "Anne Martin"),
    ("Duval & Fils", ("duval.example",), CompanyType.CLIENT, ""),
    ("Globex", ("globex.example",), CompanyType.PROSPECT, "Marc Lefèvre"),
    ("Initech", ("initech.example",), None, ""),
    ("Northwind Traders", ("northwind.example",), CompanyType.REFERRAL_SOURCE, ""),
    ("Northwind Shipping", ("northwind-shipping.example",), CompanyType.PROVIDER, ""),
)
STRANGERS_AT_HOME = ("Umbrella",)
"""Companies that Marc knows and Anne does not."""
Known = tuple[dict[str, Viewer], dict[str, int], dict[str, int], list[tuple[Table, list[dict[str, Any]]]]]
"""People, companies and contacts by name, and the rows of every table that has any."""


async def open_office(database: Database) -> Office:
    """Put two tenants into an empty database: the firm, and another one with the same names and addresses."""
    people, companies, contacts, rows = await _know_office()
    async with database.writing(SYSTEM) as connection:
        for table, values in rows:
            await connection.execute(insert(table), values)
    office = Office(database)
    office.people, office.companies, office.contacts = {**people}, {**companies}, {**contacts}
    return office


_KNOWN: list[Known] = []


async def _know_office() -> Known:
    """Fill a file once in a process, row by row as the service does, and give what stands in it then."""
    if not _KNOWN:
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{folder}/office.db")
            await database.create_tables()
            office = Office(database)
            for tenant_id in (1, 2):
                await _add_tenant(office, tenant_id)
            async with database.reading(SYSTEM) as connection:
                found = [(table, await connection.execute(select(table))) for table in Base.metadata.sorted_tables]
            await database.close()
        rows = [(table, [row._asdict() for row in result]) for table, result in found]
        _KNOWN.append((office.people, office.companies, office.contacts, [each for each in rows if each[1]]))
    return _KNOWN[0]


async def _add_tenant(office: Office, tenant_id: int) -> None:
    async with office.database.writing(tenant_id) as connection:
        await factories.add_tenant(connection, tenant_id)
        people = {}
        for name in ("Anne Martin", "Marc Lefèvre", "Zoé Brun", "Anne Weber"):
            number = await factories.add_user(connection, name, tenant_id=tenant_id)
            people[name] = factories.viewer_of(number, tenant_id=tenant_id)
        ids, contacts = await _fill(connection, tenant_id, people)
    if tenant_id == 1:
        office.people |= people
        office.companies, office.contacts = ids, contacts
    else:
        office.people["Stranger"] = people["Anne Martin"]
        office.companies |= {f"their {name}": number for name, number in ids.items()}
        office.contacts |= {f"their {name}": number for name, number in contacts.items()}


async def _fill(connection: Any, tenant_id: int, people: dict[str, Viewer]) -> tuple[dict[str, int], dict[str, int]]:
    anne, marc = people["Anne Martin"].user_id, people["Marc Lefèvre"].user_id
    ids, contacts = {}, {}
    for age, (name, domains, type_, partner) in enumerate(COMPANIES, start=1):
        values = {"type": type_, "partner_id": people[partner].user_id if partner else None}
        figures = {"interaction_count": 100 - age, "last_at": ago(age), "first_at": ago(400)}
        ids[name] = await factories.add_company(connection, name, *domains, tenant_id=tenant_id, **values, **figures)
        person = f"Jean {name.split()[0]}"
        contacts[person] = await factories.add_contact(
            connection,
            person,
            f"jean@{domains[0]}",
            tenant_id=tenant_id,
            company_id=ids[name],
            reason="wrote",
            **figures,
        )
        for user in (anne, marc):
            await factories.add_relationship(connection, user, contacts[person], tenant_id=tenant_id, **figures)
            await factories.add_company_relationship(connection, user, ids[name], tenant_id=tenant_id, **figures)
    figures = {"interaction_count": 5, "last_at": ago(50), "first_at": ago(60)}
    for name in STRANGERS_AT_HOME:
        ids[name] = await factories.add_company(connection, name, "umbrella.example", tenant_id=tenant_id, **figures)
        contacts["Albert"] = await factories.add_contact(
            connection, "Albert", "albert@umbrella.example", tenant_id=tenant_id, company_id=ids[name], **figures
        )
        await factories.add_relationship(connection, marc, contacts["Albert"], tenant_id=tenant_id, **figures)
        await factories.add_company_relationship(connection, marc, ids[name], tenant_id=tenant_id, **figures)
    seen = {"is_contact": False, "reason": "seen", "received_count": 1, "interaction_count": 1, "last_at": ago(1)}
    contacts["Sam Seen"] = await factories.add_contact(
        connection, "Sam Seen", "sam@initech.example", tenant_id=tenant_id, company_id=ids["Initech"], **seen
    )
    await factories.add_relationship(
        connection, anne, contacts["Sam Seen"], tenant_id=tenant_id, is_mine=False, sent_count=0, received_count=1
    )
    return ids, contacts


def in_group(viewer: Viewer) -> Viewer:
    """Return somebody as they are in a group."""
    return replace(viewer, is_in_public=True)


async def look(office: Office, name: str) -> Any:
    """Return type, partner and version of a company as they are stored."""
    tenant_id = 2 if name.startswith("their ") else 1
    async with office.database.reading(tenant_id) as connection:
        query = select(Company.type, Company.partner_id, Company.version, Company.name)
        return (
            await connection.execute(query.where(Company.tenant_id == tenant_id, Company.id == office.companies[name]))
        ).one()


async def list_changes(office: Office) -> list[tuple[Any, ...]]:
    """Return what was changed, by whom and from where."""
    async with office.database.reading(1) as connection:
        rows = await connection.execute(
            select(Audit.action, Audit.actor_id, Audit.source).where(Audit.tenant_id == 1).order_by(Audit.id)
        )
        return [tuple(row) for row in rows]
