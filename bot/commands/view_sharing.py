"""Saved views: let others read one, and take it back."""

from dataclasses import replace

from bot.cards.kit import Json
from bot.cards.views import FIRM
from bot.commands.data import read_flag
from bot.commands.resolving import read_person
from bot.commands.views import confirm, find_view, must_ask, show_view
from bot.errors import BadRequestError
from bot.language import say
from bot.turn import Notice, Reply, Router, Turn
from storage import view_changes

router = Router()


@router.verb("view.share", is_writing=True)
async def share_view(turn: Turn) -> Reply:
    """Let a colleague or the whole firm read a view; a colleague hears of it."""
    data = turn.ask.data
    view = await find_view(turn)
    is_with_firm = data.get("user_id") == FIRM or any(read_flag(data, key) for key in ("is_with_firm", "with_firm"))
    wanted: Json = {"view_id": view.id, "is_with_firm": True} if is_with_firm else {"view_id": view.id}
    person = None
    if not is_with_firm:
        person = await read_person(turn, lambda user_id: {"verb": "view.share", "view_id": view.id, "user_id": user_id})
        if person is None:
            raise BadRequestError("choose_person")
        wanted["user_id"] = person.id
    if must_ask(turn, person):
        name = say(turn.language, "commands.everybody") if person is None else person.name
        question = say(turn.language, "commands.share_view_question", name=view.name, person=name)
        return confirm(turn, question, wanted)
    shared = await view_changes.share_view(
        turn.connection,
        turn.viewer,
        view.id,
        is_with_firm=is_with_firm,
        user_ids=() if person is None else (person.id,),
        now=turn.now,
        source=turn.surface,
    )
    note = say(turn.language, "commands.view_shared", name=view.name)
    reply = await show_view(turn, view.id, note, shared.change)
    payload = {"view_id": view.id, "by": turn.viewer.user_id}
    return replace(reply, notices=tuple(Notice(user_id, "view", payload) for user_id in shared.new_user_ids))


@router.verb("view.unshare", is_writing=True)
async def unshare_view(turn: Turn) -> Reply:
    """Take a view back from a colleague, or from everyone."""
    view = await find_view(turn)
    person = None
    if {"user_id", "person"} & turn.ask.data.keys():
        person = await read_person(
            turn, lambda user_id: {"verb": "view.unshare", "view_id": view.id, "user_id": user_id}
        )
    wanted = {"view_id": view.id} | ({} if person is None else {"user_id": person.id})
    if must_ask(turn, person):
        return confirm(turn, say(turn.language, "commands.unshare_view_question", name=view.name), wanted)
    change = await view_changes.unshare_view(
        turn.connection,
        turn.viewer,
        view.id,
        user_ids=None if person is None else (person.id,),
        now=turn.now,
        source=turn.surface,
    )
    return await show_view(turn, view.id, say(turn.language, "commands.view_unshared", name=view.name), change)
