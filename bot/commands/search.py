"""Typeahead and the message extension: what is found while somebody types, recent ones before."""

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from bot.commands.inputs import tidy
from bot.language import describe, say
from bot.results.companies import Found, FoundCompany, FoundContact, FoundView
from bot.results.list_state import shorten
from bot.results.lists import PeopleFound
from bot.results.titles import say_name
from bot.turn import Choice, Turn
from bot.verb_inputs import Input
from bot.verbs import EVERYONE, EXTENSION, GROUP, OWN, READS_FROM_CARD, Router
from storage.book import companies, contacts
from storage.firm import user_search
from storage.lists.filters import Filter
from storage.text.names import fold, words
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


@router.verb("people.search", Search, READS_FROM_CARD, roles=EVERYONE, where=OWN | GROUP | EXTENSION)
async def search_people(turn: Turn, given: Search) -> PeopleFound:
    """Return colleagues for a people picker; the asker only where what is typed does not offer "me" already."""
    query = tidy(given.query)
    found = await turn.read(user_search.search_users, query, limit=_PEOPLE)
    same = [user.name for user in found]
    if fold(say(turn.language, "cards.company.me")).startswith(fold(query)):
        found = [user for user in found if user.id != turn.viewer.user_id]
    return PeopleFound(
        choices=tuple(
            Choice(f"{user.name} ({user.address})" if same.count(user.name) > 1 else user.name, str(user.id))
            for user in found
        )
    )


@router.verb("search", Search, READS_FROM_CARD, roles=EVERYONE, where=OWN | EXTENSION)
async def search(turn: Turn, given: Search) -> Found:
    """Return companies, contacts and views to put into a message."""
    query = tidy(given.query)
    found: list[FoundCompany | FoundContact | FoundView] = [
        *await _find_companies(turn, query),
        *await _find_contacts(turn, query),
        *await _find_views(turn, query),
    ]
    summary = say(turn.language, "names.nothing_found", name=query[:80]) if query and not found else ""
    return Found(summary=summary, found=found)


async def _find_companies(turn: Turn, query: str) -> list[FoundCompany]:
    if query:
        matches = await turn.read(companies.find_companies, query, limit=COMPANIES)
        ids = [match.id for match in matches]
    else:
        page = await turn.read(companies.list_companies, Filter(), now=turn.now, limit=COMPANIES)
        ids = [row.id for row in page.rows]
    found = [await turn.read(companies.get_company, company_id) for company_id in ids]
    return [FoundCompany(replace(company, contacts=())) for company in found if company is not None]


async def _find_contacts(turn: Turn, query: str) -> list[FoundContact]:
    mine = Filter(of="contacts")
    asked = Filter(of="contacts", scope="firm", text=query) if query else mine
    page = await turn.read(contacts.list_contacts, asked, now=turn.now, limit=CONTACTS)
    return [FoundContact(row.id, row.name, row.address, row.company_name or "", row.last_at) for row in page.rows]


async def _find_views(turn: Turn, query: str) -> list[FoundView]:
    wanted = words(query)
    found = []
    for view in await turn.read(views.list_views):
        name = say_name(turn.language, view)
        if all(any(word.startswith(start) for word in words(name)) for start in wanted):
            found.append(show_question(turn, view))
    return found[:VIEWS]


def show_question(turn: Turn, view: ViewRow) -> FoundView:
    """Return a view as it is put into a message: its question, which each reader asks anew; never its rows."""
    words_ = describe(view.filter, turn.language, locale=turn.locale)
    return FoundView(say_name(turn.language, view), words_, dict(shorten(view.filter)))
