"""What an administrator may ask: how far the firm's mailboxes are."""

from bot.cards.status import draw_status
from bot.language import say
from bot.notices.drawing import describe_status
from bot.turn import Reply, Turn
from bot.verbs import ADMINISTRATORS, OWN, Nothing, Router
from storage.queue.health import get_firm_status

router = Router()


@router.verb(
    "admin.status",
    Nothing,
    writes=False,
    roles=ADMINISTRATORS,
    where=OWN,
    versioned=False,
    remembered=False,
    said=True,
    leads=False,
)
async def show_status(turn: Turn, given: Nothing) -> Reply:
    """Show how far the mailboxes are."""
    status = describe_status(await get_firm_status(turn.connection, turn.viewer, turn.now))
    return Reply(draw_status(turn.reader, status), summary=say(turn.language, "cards.status.title"))
