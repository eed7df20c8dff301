"""Typeahead and the message extension: what is found while somebody types, recent ones before."""

from typing import Annotated

from msgspec import Meta

from bot.cards.lists import shorten
from bot.cards.phrases import join, say_last, type_names
from bot.cards.sharing import draw_shared_company, draw_shared_contact, draw_shared_view
from bot.cards.views import say_name
from bot.cards.wording import clean
from bot.commands.inputs import tidy
from bot.language import describe, say
from bot.turn import Choice, Item, Reply, Turn
from bot.verbs import EVERYONE, EXTENSION, GROUP, OWN, Input, Router
from storage.book import companies, contacts
from storage.book.companies import CompanyRow
from storage.firm import users
from storage.lists.filters import Filter
from storage.text.names import words
from storage.views import views
from storage.views.views import ViewRow

router = Router()
Query = Annotated[str, Meta(max_length=250_000)]
"""Words that are being typed, or were pasted: the beginning of them is looked for."""
COMPANIES, CONTACTS, VIEWS = 8, 6, 4
_PEOPLE = 15


class Search(Input, frozen=True):
    """What somebody has typed so far."""

    query: Query = ""


@router.verb(
    "people.search",
    Search,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def search_people(turn: Turn, given: Search) -> Reply:
    """Return colleagues for a people picker."""
    query = tidy(given.query)
    found = await users.search_users(turn.connection, turn.viewer, query, limit=_PEOPLE)
    same = [user.name for user in found]
    return Reply(
        choices=tuple(
            Choice(f"{user.name} ({user.address})" if same.count(user.name) > 1 else user.name, str(user.id))
            for user in found
        )
    )


@router.verb(
    "search",
    Search,
    writes=False,
    roles=EVERYONE,
    where=OWN | EXTENSION,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def search(turn: Turn, given: Search) -> Reply:
    """Return companies, contacts and views to put into a message."""
    query = tidy(given.query)
    items = [
        *await _find_companies(turn, query),
        *await _find_contacts(turn, query),
        *await _find_views(turn, query),
    ]
    summary = say(turn.language, "commands.nothing_found", name=query[:80]) if query and not items else ""
    return Reply(items=tuple(items), summary=summary)


async def _find_companies(turn: Turn, query: str) -> list[Item]:
    if query:
        matches = await companies.find_companies(turn.connection, turn.viewer, query, limit=COMPANIES)
        ids = [match.id for match in matches]
        found = await companies.get_company_rows(turn.connection, turn.viewer, ids)
        rows = [found[number] for number in ids if number in found]
    else:
        page = await companies.list_companies(turn.connection, turn.viewer, Filter(), now=turn.now, limit=COMPANIES)
        rows = list(page.rows)
    return [item for row in rows if (item := await _show_company(turn, row)) is not None]


async def _show_company(turn: Turn, row: CompanyRow) -> Item | None:
    company = await companies.get_company(turn.connection, turn.viewer, row.id)
    if company is None:
        return None
    type_ = type_names(turn.language)[company.type]
    detail = join((type_, company.partner_name or "", row.domain))
    return Item(clean(company.name, 80), clean(detail, 120), draw_shared_company(turn.reader, company, turn.circle))


async def _find_contacts(turn: Turn, query: str) -> list[Item]:
    mine = Filter(of="contacts")
    asked = Filter(of="contacts", scope="firm", text=query) if query else mine
    page = await contacts.list_contacts(turn.connection, turn.viewer, asked, now=turn.now, limit=CONTACTS)
    return [
        Item(
            clean(row.name or row.address, 80),
            clean(join((row.company_name or "", row.address, say_last(turn.reader, row.last_at))), 120),
            draw_shared_contact(turn.reader, row.name, row.address, row.company_name, turn.circle),
        )
        for row in page.rows
    ]


async def _find_views(turn: Turn, query: str) -> list[Item]:
    wanted = words(query)
    found = []
    for view in await views.list_views(turn.connection, turn.viewer):
        name = say_name(turn.language, view)
        if all(any(word.startswith(start) for word in words(name)) for start in wanted):
            found.append(view)
    return [_show_view(turn, view) for view in found[:VIEWS]]


def _show_view(turn: Turn, view: ViewRow) -> Item:
    """Draw a view to put into a message: its question, which each reader asks anew; never its rows."""
    name = say_name(turn.language, view)
    said = describe(view.filter, turn.language)
    data = {"verb": "list", "filter": dict(shorten(view.filter))}
    return Item(clean(name, 80), clean(said, 120), draw_shared_view(turn.reader, name, said, data, turn.circle))
