"""What an administrator may ask: how far the firm's mailboxes are."""

from bot.language import say
from bot.results.firm import StatusShown, describe_status
from bot.turn import Turn
from bot.verb_inputs import Nothing
from bot.verbs import ADMINISTRATORS, OWN, READS, Router
from storage.queue.health import get_firm_status

router = Router()


@router.verb("admin.status", Nothing, READS, roles=ADMINISTRATORS, where=OWN)
async def show_status(turn: Turn, given: Nothing) -> StatusShown:
    """Show how far the mailboxes are."""
    status = describe_status(await turn.read(get_firm_status, turn.now))
    return StatusShown(summary=say(turn.language, "cards.status.title"), status=status)
