"""What people put right, seen from the store: all that it holds, and an office in a firm that is synced."""

from collections.abc import Awaitable, Callable
from typing import Any

from storage.models import Base
from storage.viewer import Viewer
from tests.office import Office
from tests.syncing import Sync

ASIDE = frozenset(
    {"audit", "numbers", "known_words", "mailboxes", "mailbox_feeds", "answered", "outbox", "chores", "talks"}
)
"""What is no part of the address book: it says what happened, or where work stands."""


async def snap(sync: Sync) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the address book, table by table; a company's state is counted on by whatever is done."""
    rows = {}
    for table in Base.metadata.sorted_tables:
        if table.name in ASIDE:
            continue
        columns = ", ".join(column.name for column in table.columns if column.name not in ("version", "round"))
        found = await sync.query(f"SELECT {columns} FROM {table.name}")
        rows[table.name] = sorted((tuple(row) for row in found), key=repr)
    return rows


async def open_firm(sync: Sync) -> Office:
    """Return the people of a synced firm before the desk, with its companies and contacts by name."""
    office = Office(sync.database)
    for tenant_id, number, name in await sync.query("SELECT tenant_id, id, name FROM users"):
        office.people[name] = Viewer(tenant_id, number)
    office.contacts = {row[1] or row[2]: row[0] for row in await sync.query("SELECT id, name, address FROM contacts")}
    office.companies = dict(map(reversed, await sync.query("SELECT id, name FROM companies")))
    return office


async def change(
    office: Office, how: Callable[..., Awaitable[Any]], *given: Any, who: str = "Anne Martin", **more: Any
):
    viewer = office.people[who]
    async with office.database.writing(viewer.tenant_id) as connection:
        return await how(connection, viewer, *given, **more, now=1, source="chat")


async def read_as(
    office: Office, how: Callable[..., Awaitable[Any]], *given: Any, who: str = "Anne Martin", **more: Any
):
    viewer = office.people[who]
    async with office.database.reading(viewer.tenant_id) as connection:
        return await how(connection, viewer, *given, **more)
