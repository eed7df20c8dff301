"""A list as plain rows, many at a time: for the page, which draws a long list itself while one scrolls."""

from typing import Annotated, Final

from msgspec import Meta

from bot.commands.listings import ShowList, look_ahead, read_listing, read_page
from bot.results.lists import RowsGiven
from bot.turn import Record, Turn
from bot.verbs import EVERYONE, PAGE, READS_FROM_CARD, Router
from storage.lists.filters import to_json

router = Router()
MOST: Final = 500
USUAL: Final = 100


class ListRows(ShowList, frozen=True):
    """A list, and how many rows of it after the cursor."""

    size: Annotated[int, Meta(ge=1, le=MOST)] = USUAL


@router.verb("list.rows", ListRows, READS_FROM_CARD, roles=EVERYONE, where=PAGE)
async def give_rows(turn: Turn, given: ListRows) -> RowsGiven:
    """Give up to `size` rows of a list after `cursor`, and the filter in words.

    Many rows at once are written down as an export is; so are those of many small pages together, and whoever reads on
    beyond the first rows (`bulk_reading`).
    """
    listing = await read_listing(turn, given)
    page = await read_page(turn, listing.filter, listing.cursor, given.size)
    listing = await look_ahead(turn, listing, page)
    filter_, count = to_json(listing.filter), len(page.rows)
    record = Record("export", listing.filter.of, {"filter": filter_, "format": "rows", "rows": count})
    return RowsGiven(summary=listing.words, listing=listing, page=page, record=record if count > USUAL else None)
