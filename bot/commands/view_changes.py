"""Saved views: keep a list under a name, change it, copy it, delete it and bring it back."""

from dataclasses import replace
from typing import Any

from bot.cards.lists import Listing
from bot.cards.phrases import text
from bot.cards.views import say_name
from bot.commands.companies import rename
from bot.commands.data import read_filter, read_id, read_names, read_number, read_text
from bot.commands.lists import complete, name_people, show_list
from bot.commands.resolving import choose
from bot.commands.views import confirm, find_view, must_ask, show_view, show_views
from bot.errors import BadRequestError
from bot.language import LANGUAGES, say
from bot.turn import Ask, Reply, Router, Turn
from storage.lists.filters import to_json
from storage.views import changes, views
from storage.views.views import ViewRow

router = Router()


def list_builtin_names() -> tuple[str, ...]:
    """Return the names of the built-in views in every language: nobody may give them to another view."""
    return tuple(text(language, f"view.{key}") for language in LANGUAGES for key in views.BUILTIN.values())


@router.verb("view.save", is_writing=True)
async def save_view(turn: Turn) -> Reply:
    """Keep a filter under a name of the person's own."""
    data = turn.ask.data
    name = read_text(data, "name")
    if "filter" not in data:
        raise BadRequestError("which_list")
    if not name:
        raise BadRequestError("view_name_missing")
    filter_, is_exact = await name_people(turn, read_filter(data), read_names(data))
    if must_ask(turn, is_exact=is_exact):
        listing = await complete(turn, Listing(filter_, ""))
        question = say(turn.language, "commands.save_view_question", name=name)
        return confirm(turn, question, {"name": name, "filter": to_json(filter_)}, listing.words)
    view = await changes.add_view(
        turn.connection,
        turn.viewer,
        name,
        filter_,
        now=turn.now,
        source=turn.surface,
        reserved_names=list_builtin_names(),
    )
    return await _show_list_again(turn, view, say(turn.language, "commands.view_saved", name=view.name))


async def _show_list_again(turn: Turn, view: ViewRow, note: str) -> Reply:
    """Show the list that was kept, under its name now."""
    shown = replace(turn, ask=Ask("list", {"view_id": view.id}))
    return replace(await show_list(shown, note=note), summary=note)


@router.verb("view.set_filter", is_writing=True)
async def set_filter(turn: Turn) -> Reply:
    """Change what a view asks for."""
    data = turn.ask.data
    if "filter" not in data:
        raise BadRequestError("which_list")
    view = await find_view(turn)
    filter_, is_exact = await name_people(turn, read_filter(data), read_names(data))
    if must_ask(turn, is_exact=is_exact):
        listing = await complete(turn, Listing(filter_, ""))
        question = say(turn.language, "commands.set_filter_question", name=say_name(turn.language, view))
        return confirm(turn, question, {"view_id": view.id, "filter": to_json(filter_)}, listing.words)
    version = read_number(data, "view_version")
    await changes.set_view_filter(
        turn.connection, turn.viewer, view.id, filter_, now=turn.now, source=turn.surface, version=version
    )
    return await _show_list_again(turn, view, say(turn.language, "commands.view_changed", name=view.name))


@router.verb("rename", is_writing=True)
async def rename_either(turn: Turn) -> Reply:
    """Rename whatever has the name: a view of the person's own, else a company."""
    found = await views.find_views(turn.connection, turn.viewer, read_text(turn.ask.data, "name"))
    own = choose([match for match in found if match.is_exact])
    if own is not None:
        return await rename_view(_ask_of(turn, "view.rename", view_id=own.id))
    return await rename(_ask_of(turn, "company.rename"))


def _ask_of(turn: Turn, verb: str, **data: Any) -> Turn:
    return replace(turn, ask=Ask(verb, {**turn.ask.data, **data}))


@router.verb("view.rename", is_writing=True)
async def rename_view(turn: Turn) -> Reply:
    """Give a view another name."""
    data = turn.ask.data
    new_name = read_text(data, "new_name")
    if not new_name:
        raise BadRequestError("view_name_missing")
    view = await find_view(turn)
    if must_ask(turn):
        question = say(turn.language, "commands.rename_question", company=view.name, name=new_name)
        return confirm(turn, question, {"view_id": view.id, "new_name": new_name})
    change = await changes.rename_view(
        turn.connection,
        turn.viewer,
        view.id,
        new_name,
        now=turn.now,
        source=turn.surface,
        version=read_number(data, "version"),
        reserved_names=list_builtin_names(),
    )
    return await show_view(turn, view.id, say(turn.language, "commands.renamed", name=change.name), change)


@router.verb("view.duplicate", is_writing=True)
async def duplicate_view(turn: Turn) -> Reply:
    """Make a view of the person's own from one that they may read."""
    view = await find_view(turn)
    if must_ask(turn):
        question = say(turn.language, "commands.copy_view_question", name=say_name(turn.language, view))
        return confirm(turn, question, {"view_id": view.id})
    name = read_text(turn.ask.data, "new_name") or say_name(turn.language, view)
    copy = await changes.copy_view(
        turn.connection,
        turn.viewer,
        view.id,
        name,
        now=turn.now,
        source=turn.surface,
        reserved_names=list_builtin_names(),
    )
    return await show_view(turn, copy.id, say(turn.language, "commands.view_copied", name=copy.name))


router.verb("view.copy", is_writing=True)(duplicate_view)


@router.verb("view.delete", is_writing=True)
async def delete_view(turn: Turn) -> Reply:
    """Delete a view; undo brings it back."""
    view = await find_view(turn)
    if must_ask(turn):
        question = say(turn.language, "commands.delete_view_question", name=view.name)
        return confirm(turn, question, {"view_id": view.id})
    change = await changes.delete_view(turn.connection, turn.viewer, view.id, now=turn.now, source=turn.surface)
    ids = () if change.audit_id is None else (change.audit_id,)
    note = say(turn.language, "commands.view_deleted", name=view.name)
    reply = await show_views(turn, note, ids)
    return replace(reply, data={**reply.data, "audit_ids": list(ids), "view_id": view.id})


@router.verb("view.restore", is_writing=True)
async def restore_view(turn: Turn) -> Reply:
    """Bring a deleted view back."""
    if turn.ask.data.get("view_id") is None:
        raise BadRequestError("which_deleted_view")
    view_id = read_id(turn.ask.data, "view_id")
    view = await changes.restore_view(turn.connection, turn.viewer, view_id, now=turn.now, source=turn.surface)
    return await show_view(turn, view.id, say(turn.language, "commands.view_restored", name=view.name))
