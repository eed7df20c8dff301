"""How many there are of what was asked for."""

from msgspec import UNSET

from bot.commands.listings import count_of_firm, read_listing
from bot.commands.lists import OfList
from bot.commands.progress import say_reading
from bot.errors import BadRequestError
from bot.language import say
from bot.results.counts import ListCounted
from bot.results.titles import say_title
from bot.turn import Turn
from bot.verbs import EVERYONE, OWN, READS, Router
from storage.lists.statement import count_rows

router = Router()


@router.verb("list.count", OfList, READS.but(remembered=True), roles=EVERYONE, where=OWN)
async def count_list(turn: Turn, given: OfList) -> ListCounted:
    """Count a list exactly; where the reader has none of it, or did not say whose, count the firm's too."""
    if given.filter is UNSET and given.view_id is None:
        raise BadRequestError("which_list")
    listing = await read_listing(turn, given)
    count = await turn.read(count_rows, listing.filter, now=turn.now)
    of_firm = 0 if count and given.is_scope_given else await count_of_firm(turn, listing)
    summary = say(turn.language, "counts.title", title=say_title(turn.language, listing), count=count)
    reading = " ".join(await say_reading(turn))
    return ListCounted(summary=summary, listing=listing, count=count, firm_count=of_firm, reading=reading)
