"""A list as plain rows, many at a time: for the page, which draws a long list itself while one scrolls."""

from typing import Any, Final

from bot.cards.kit import Json
from bot.commands.data import read_number
from bot.commands.lists import read_listing
from bot.errors import BadRequestError
from bot.turn import Reply, Router, Turn
from storage.book import companies, contacts
from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.filters import to_json

router = Router()
MOST: Final = 500
USUAL: Final = 100


@router.verb("list.rows")
async def give_rows(turn: Turn) -> Reply:
    """Give up to `size` rows of a list after `cursor`, and the filter in words; in the pane and the tab alone."""
    if turn.surface not in ("pane", "tab"):
        raise BadRequestError
    listing = await read_listing(turn)
    is_of_companies = listing.filter.of == "companies"
    read: Any = companies.list_companies if is_of_companies else contacts.list_contacts
    size = min(max(read_number(turn.ask.data, "size") or USUAL, 1), MOST)
    page = await read(turn.connection, turn.viewer, listing.filter, now=turn.now, cursor=listing.cursor, limit=size)
    give: Any = _give_company if is_of_companies else _give_contact
    data: Json = {
        "rows": [give(row) for row in page.rows],
        "next": page.next,
        "filter": to_json(listing.filter),
        "people": {str(number): name for number, name in listing.people.items()},
    }
    return Reply(summary=listing.words, data=data)


def _give_company(row: CompanyRow) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "detail": row.domain,
        "type": row.type,
        "partner": row.partner_name or "",
        "count": row.interaction_count,
        "last_at": row.last_at,
        "is_provisional": row.is_provisional,
    }


def _give_contact(row: ContactRow) -> Json:
    return {
        "id": row.id,
        "name": row.name or row.address,
        "detail": row.address if row.name else "",
        "company": row.company_name or "",
        "count": row.interaction_count,
        "last_at": row.last_at,
    }
