"""What an administrator may ask: how far the firm's mailboxes are."""

from bot.cards.status import draw_status
from bot.errors import ForbiddenError
from bot.language import say
from bot.notices.drawing import describe_status
from bot.turn import Reply, Router, Turn
from storage.queue.directory import list_admins
from storage.queue.health import get_firm_status

router = Router()


@router.verb("admin.status")
async def show_status(turn: Turn) -> Reply:
    """Show how far the mailboxes are, to an administrator of the firm; raises `ForbiddenError` for anybody else."""
    if turn.viewer.user_id not in await list_admins(turn.connection, turn.viewer.tenant_id):
        raise ForbiddenError("not_admin")
    status = describe_status(await get_firm_status(turn.connection, turn.viewer, turn.now))
    return Reply(draw_status(turn.reader, status), summary=say(turn.language, "cards.status.title"))
