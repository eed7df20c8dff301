"""What is older than a firm keeps is shown nowhere from the moment the rule stands, long before a purge deletes it."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from storage.book.companies import find_companies, get_company, list_companies
from storage.book.contact_explanation import find_people
from storage.book.contacts import find_contacts, get_contact, list_contacts
from storage.book.item_people import get_people
from storage.engine.rls import SYSTEM
from storage.firm.users import get_known_user
from storage.history.leavers import DAY
from storage.lists.filters import Filter
from storage.lists.paging import read_cursor
from storage.lists.statement import count_rows, count_up_to
from storage.viewer import Viewer
from tests.integration.test_clock import confirm, purge
from tests.integration.test_letting_go import AGES, exchange, let_go
from tests.live import Live, live

__all__ = ["live"]
SORTS = ("last", "name", "count")
UNSURE = ("first_at",)
"""Of a first time only the day is told from which all is kept."""


async def write_more(live: Live) -> None:
    """Beside what both wrote: companies that one of them alone knows, of several ages, and who only wrote in."""
    anne, bob = live.firm.list_people()
    for days in AGES:
        at = datetime.fromtimestamp(int(live.clock()) - days * DAY, UTC)
        live.firm.send_mail((anne.name, anne.address), to=[("", f"al@anne{days}.example")], sent_at=at)
        live.firm.send_mail((bob.name, bob.address), to=[("", f"bo@bob{days}.example")], sent_at=at)
        live.firm.send_mail(("Sue", f"sue@sue{days}.example"), to=[(bob.name, bob.address)], sent_at=at)
        live.firm.send_mail((anne.name, anne.address), to=[("", f"mix{days}@anne2.example")], sent_at=at)
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()


async def get_viewer(live: Live, name: str, **changes) -> Viewer:
    person = next(one for one in live.firm.list_people() if one.name.startswith(name))
    async with live.database.reading(SYSTEM) as connection:
        known = await get_known_user(connection, live.firm.tenant_id, person.id)
    return replace(known.viewer, **changes)


async def read_pages(ask, connection, viewer: Viewer, filter_: Filter, now: int) -> list:
    """Read a list in its order; what a cursor holds is read by its reader, and is shown as much as a row."""
    rows, cursor = [], None
    while True:
        page = await ask(connection, viewer, filter_, now=now, cursor=cursor, limit=3)
        rows += page.rows
        if (cursor := page.next) is None:
            return rows
        key, last = read_cursor(cursor, filter_.sort).key, page.rows[-1]
        assert key == {"last": last.last_at, "count": last.interaction_count}.get(filter_.sort, key)


async def read_everything(live: Live, viewer: Viewer) -> dict:
    """Read every list, sum, card and search as somebody would."""
    now, found = int(live.clock()), {}
    async with live.database.reading(viewer.tenant_id) as connection:
        for scope in ("mine", "firm"):
            for sort in SORTS:
                companies = Filter(of="companies", scope=scope, sort=sort)
                contacts = Filter(of="contacts", scope=scope, sort=sort)
                rows = await read_pages(list_companies, connection, viewer, companies, now)
                people = await read_pages(list_contacts, connection, viewer, contacts, now)
                found[scope, sort] = [(one.name, one.contact_count, one.interaction_count, one.last_at) for one in rows]
                found[scope, sort, "people"] = [(one.address, one.interaction_count, one.last_at) for one in people]
            found[scope, "count"] = await count_rows(connection, viewer, companies, now=now)
            found[scope, "total"] = await count_up_to(connection, viewer, companies, now=now, most=3)
            found[scope, "people count"] = await count_rows(connection, viewer, contacts, now=now)
        domains = ["acme", "zenith", *(f"{who}{days}" for who in ("anne", "bob", "sue") for days in AGES)]
        for text in domains:
            found["find", text] = {one.id for one in await find_companies(connection, viewer, text)}
            found["domain", text] = {one.id for one in await find_companies(connection, viewer, f"{text}.example")}
        addresses = [
            f"{who}@{at}{days}.example" for who, at in (("al", "anne"), ("bo", "bob"), ("sue", "sue")) for days in AGES
        ]
        addresses += [f"sam{days}@zenith.example" for days in AGES] + [f"mix{days}@anne2.example" for days in AGES]
        for text in (*addresses, *(f"sam{days}" for days in AGES), *(f"mix{days}" for days in AGES)):
            found["person", text] = {one.id for one in await find_contacts(connection, viewer, text)}
            found["people", text] = {one.id for one in await find_people(connection, viewer, text)}
        found["pane"] = [
            (one.address, one.state, one.id, one.company_name, one.last_at)
            for one in await get_people(connection, viewer, addresses)
        ]
        for number in range(1, 60):
            card = await get_company(connection, viewer, number)
            found["card", number] = card and drop(asdict(card))
            person = await get_contact(connection, viewer, number)
            found["contact", number] = person and drop(asdict(person))
    return found


def drop(value):
    """Leave out what is not sure, however deep."""
    if isinstance(value, dict):
        return {key: drop(one) for key, one in value.items() if key not in UNSURE}
    return [drop(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("name", ["Anne", "Bob"])
@pytest.mark.parametrize("changes", [{}, {"shares_contacts": False}, {"is_in_public": True}])
async def test_A27_what_is_shown_before_the_purge_is_what_is_shown_after_it(live, name, changes):
    await exchange(live)
    await write_more(live)
    await confirm(live, retention_days=365)
    before = await read_everything(live, await get_viewer(live, name, **changes))
    assert await purge(live) == ""
    viewer = await get_viewer(live, name, **changes)
    assert not viewer.hides_old
    after = await read_everything(live, viewer)
    for key in before:
        assert before[key] == after[key], key
    let_go(live, most_days=365)


async def test_A27_a_longer_retention_shows_again_what_was_not_deleted_yet(live):
    await exchange(live)
    viewer = await get_viewer(live, "Anne")
    before = await read_everything(live, viewer)
    await confirm(live, retention_days=30)
    assert await read_everything(live, await get_viewer(live, "Anne")) != before
    await confirm(live, retention_days=2000)
    assert await read_everything(live, await get_viewer(live, "Anne")) == before
    await confirm(live, retention_days=0)
    assert await get_viewer(live, "Anne") == viewer
