"""How a person wants notices, shown and changed."""

from typing import Any

from bot.cards.notice_settings import DIGEST, draw_notice_settings
from bot.commands.data import Data, read_number
from bot.errors import BadRequestError
from bot.language import say
from bot.turn import Reply, Router, Turn
from storage.messages.notice_preferences import KINDS, get_notice_preferences, set_notice_preferences

router = Router()


@router.verb("notices.settings")
async def show_settings(turn: Turn) -> Reply:
    """Show what the person is told, and when."""
    preferences = await get_notice_preferences(turn.connection, turn.viewer, turn.preferences)
    return Reply(draw_notice_settings(turn.reader, preferences), summary=say(turn.language, "cards.wishes.title"))


@router.verb("notices.save", is_writing=True)
async def save_settings(turn: Turn) -> Reply:
    """Keep what the card says."""
    preferences = await get_notice_preferences(turn.connection, turn.viewer, turn.preferences)
    try:
        preferences = preferences.changed(**_read_changes(turn.ask.data))
    except ValueError as error:
        raise BadRequestError("bad_wishes") from error
    await set_notice_preferences(turn.connection, turn.viewer, preferences)
    note = say(turn.language, "commands.wishes_saved")
    return Reply(draw_notice_settings(turn.reader, preferences, note), summary=note)


def _read_changes(data: Data) -> dict[str, Any]:
    """Return the wishes that the inputs give; an input that is not there changes nothing."""
    changes: dict[str, Any] = {}
    if isinstance(kinds := data.get("kinds"), str):
        changes["muted"] = tuple(kind for kind in KINDS if kind not in kinds.split(","))
    if isinstance(rhythm := data.get("rhythm"), str):
        changes["is_digest"] = rhythm == DIGEST
    for key in ("from_hour", "until_hour"):
        if (hour := read_number(data, key)) is not None:
            changes[key] = hour
    if isinstance(days := data.get("days"), str):
        changes["days"] = tuple(sorted({int(day) for day in days.split(",") if day.isdecimal()}))
    return changes
