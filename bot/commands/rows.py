"""A list as plain rows, many at a time: for the page, which draws a long list itself while one scrolls."""

from typing import Annotated, Any, Final

from msgspec import Meta

from bot.cards.kit import Json
from bot.commands.lists import ShowList, read_listing, read_page
from bot.turn import Reply, Turn
from bot.verbs import EVERYONE, PAGE, Router
from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.filters import to_json

router = Router()
MOST: Final = 500
USUAL: Final = 100


class ListRows(ShowList, frozen=True):
    """A list, and how many rows of it after the cursor."""

    size: Annotated[int, Meta(ge=1, le=MOST)] = USUAL


@router.verb(
    "list.rows",
    ListRows,
    writes=False,
    roles=EVERYONE,
    where=PAGE,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def give_rows(turn: Turn, given: ListRows) -> Reply:
    """Give up to `size` rows of a list after `cursor`, and the filter in words."""
    listing = await read_listing(turn, given)
    page = await read_page(turn, listing.filter, listing.cursor, given.size)
    give: Any = _give_company if listing.filter.of == "companies" else _give_contact
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
