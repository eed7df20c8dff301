"""When the reader meets a company or a contact next, for the card of it."""

from bot.turn import Turn
from storage.book.meetings import Meeting, list_meetings


async def get_next_meeting(
    turn: Turn, *, company_id: int | None = None, contact_id: int | None = None
) -> Meeting | None:
    """Return the reader's own next meeting with a company or a contact; None where others read along."""
    if turn.is_shared:
        return None
    found = await turn.read(list_meetings, since=turn.now + 1, company_id=company_id, contact_id=contact_id, limit=1)
    return found[0] if found else None
