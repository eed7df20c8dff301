"""Saved views: let others read one, and take it back."""

from collections.abc import Iterable
from dataclasses import replace

from bot.cards.kit import Json
from bot.cards.views import FIRM
from bot.commands.data import read_flag
from bot.commands.resolving import Meant, read_people
from bot.commands.views import confirm, find_view, must_ask, show_view
from bot.language import say, say_list
from bot.turn import Notice, Reply, Router, Turn
from storage.views import changes

router = Router()


@router.verb("view.share", is_writing=True)
async def share_view(turn: Turn) -> Reply:
    """Let a colleague or the whole firm read a view; a colleague hears of it."""
    data = turn.ask.data
    view = await find_view(turn)
    is_with_firm = data.get("user_id") == FIRM or any(read_flag(data, key) for key in ("is_with_firm", "with_firm"))
    people = [] if is_with_firm else await read_people(turn, {"verb": "view.share", "view_id": view.id})
    user_ids = [person.id for person in people]
    if must_ask(turn, is_exact=_are_exact(people)):
        name = say_list(turn.language, [person.name for person in people]) or say(turn.language, "commands.everybody")
        question = say(turn.language, "commands.share_view_question", name=view.name, person=name)
        with_whom: Json = {"user_ids": user_ids} if people else {"is_with_firm": True}
        return confirm(turn, question, {"view_id": view.id, **with_whom})
    shared = await changes.share_view(
        turn.connection,
        turn.viewer,
        view.id,
        is_with_firm=is_with_firm,
        user_ids=user_ids,
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
    people: list[Meant] | None = None
    if {"user_id", "user_ids", "person", "people"} & turn.ask.data.keys():
        people = await read_people(turn, {"verb": "view.unshare", "view_id": view.id})
    user_ids = None if people is None else [person.id for person in people]
    if must_ask(turn, is_exact=_are_exact(people or ())):
        wanted = {"view_id": view.id} | ({} if user_ids is None else {"user_ids": user_ids})
        return confirm(turn, say(turn.language, "commands.unshare_view_question", name=view.name), wanted)
    change = await changes.unshare_view(
        turn.connection,
        turn.viewer,
        view.id,
        user_ids=user_ids,
        now=turn.now,
        source=turn.surface,
    )
    return await show_view(turn, view.id, say(turn.language, "commands.view_unshared", name=view.name), change)


def _are_exact(people: Iterable[Meant]) -> bool:
    return all(person.is_exact for person in people)
