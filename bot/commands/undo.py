"""Taking back what was changed, from the card that confirmed it; an undo can be undone."""

from bot.cards.companies import draw_back, draw_undo
from bot.cards.questions import draw_confirmation, draw_done, draw_message
from bot.commands.companies import show_change
from bot.commands.data import read_back, read_flag, read_id, read_ids
from bot.commands.telling import tell
from bot.errors import BadRequestError
from bot.language import say
from bot.turn import Reply, Router, Turn
from storage.book.undo import undo_change
from storage.errors import StaleError
from storage.record.audit import list_last_changes
from storage.record.changes import Change

router = Router()
_LONGEST_AGO = 86_400
"""Seconds after which "undo" no longer means a change; its card still takes it back."""


@router.verb("undo", is_writing=True)
async def undo(turn: Turn) -> Reply:
    """Take changes back; what was changed again since is left as it is, and said."""
    audit_ids = await _find_changes(turn)
    if read_flag(turn.ask.data, "is_guess") and not read_flag(turn.ask.data, "is_confirmed"):
        return _ask(turn, audit_ids)
    undone: list[Change] = []
    stale_count = 0
    for audit_id in audit_ids:
        try:
            undone.append(await undo_change(turn.connection, turn.viewer, audit_id, now=turn.now, source=turn.surface))
        except StaleError:
            stale_count += 1
    if not undone:
        return _say_stale(turn, stale_count)
    if len(undone) == 1 and undone[0].of == "company" and not stale_count:
        return await show_change(turn, undone[0])
    return _show_undone(turn, undone, stale_count)


async def _find_changes(turn: Turn) -> list[int]:
    """Return the changes that are meant: those of the card, or what this person changed last, on whatever machine."""
    data = turn.ask.data
    if "audit_id" in data:
        return [read_id(data, "audit_id")]
    audit_ids = read_ids(data, "audit_ids") if "audit_ids" in data else []
    if audit_ids and not read_flag(data, "is_remembered"):
        return audit_ids
    latest = await list_last_changes(turn.connection, turn.viewer, since=turn.now - _LONGEST_AGO)
    if not latest:
        raise BadRequestError("nothing_to_undo")
    return audit_ids if audit_ids and max(audit_ids) == latest[-1] else latest


def _ask(turn: Turn, audit_ids: list[int]) -> Reply:
    """Ask whether the last change is meant: "cancel" may as well mean a question that was left unanswered."""
    question = say(turn.language, "commands.undo_question", count=len(audit_ids))
    data = {"verb": "undo", "audit_ids": audit_ids, "is_confirmed": True}
    return Reply(draw_confirmation(turn.reader, question, say(turn.language, "commands.yes"), data), summary=question)


def _say_stale(turn: Turn, count: int) -> Reply:
    sentence = say(turn.language, "commands.undo_stale", count=count)
    card = draw_message(turn.reader, sentence, back=read_back(turn.ask.data))
    return Reply(card, summary=sentence, is_error=True, code=409)


def _show_undone(turn: Turn, undone: list[Change], stale_count: int) -> Reply:
    back = read_back(turn.ask.data)
    sentence = say(turn.language, "commands.undone", count=len(undone))
    lines = [change.name for change in undone[:10] if change.name]
    if stale_count:
        lines.append(say(turn.language, "commands.undo_stale", count=stale_count))
    again = draw_undo(turn.reader, [change.audit_id for change in undone if change.audit_id is not None], back)
    card = draw_done(turn.reader, sentence, [again, draw_back(turn.reader, back)], lines)
    return Reply(card, notices=tell(turn, tuple(undone)), summary=sentence)
