"""Saved views: keep a list under a name, open it, put it in order, share it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.cards.kit import Json
from bot.cards.lists import Listing, shorten
from bot.cards.phrases import text
from bot.cards.questions import draw_confirmation
from bot.cards.sharing import draw_shared_view
from bot.cards.views import FIRM, draw_settings, draw_views, say_name
from bot.commands.companies import read_person, rename
from bot.commands.data import read_circle, read_filter, read_flag, read_id, read_names, read_number, read_text
from bot.commands.lists import complete, name_people, show_list
from bot.commands.resolving import Meant, UnclearError, ask_which, choose
from bot.errors import BadRequestError, NotFoundError
from bot.language import LANGUAGES, describe, say
from bot.turn import Ask, Notice, Reply, Router, Turn
from storage import users, view_changes, views
from storage.changes import Change
from storage.filters import Filter, to_json
from storage.names import fold
from storage.views import ViewRow

router = Router()


def list_builtin_names() -> tuple[str, ...]:
    """Return the names of the built-in views in every language: nobody may give them to another view."""
    return tuple(text(language, f"view.{key}") for language in LANGUAGES for key in views.BUILTIN.values())


@router.verb("views.list")
async def show_views(turn: Turn, note: str = "", audit_ids: Sequence[int] = ()) -> Reply:
    """Show the reader's views in the reader's order."""
    data = turn.ask.data
    everything = await views.list_views(turn.connection, turn.viewer, is_hidden=True)
    visible = [view for view in everything if not view.is_hidden]
    shown = everything if read_flag(data, "hidden") else visible
    hidden_count = len(everything) - len(shown)
    words = await _describe_all(turn, shown)
    start = max(read_number(data, "start") or 0, 0) if turn.ask.verb == "views.list" else 0
    card = draw_views(turn.reader, shown, words, start=start, hidden_count=hidden_count, note=note, audit_ids=audit_ids)
    rows = [_to_data(turn, view, said) for view, said in zip(shown, words, strict=True)]
    return Reply(card, summary=note or text(turn.language, "views.title"), data={"views": rows})


def _to_data(turn: Turn, view: ViewRow, words: str) -> Json:
    return {
        "view_id": view.id,
        "name": say_name(turn.language, view),
        "words": words,
        "filter": to_json(view.filter),
        "is_builtin": view.builtin is not None,
        "is_own": view.is_own,
        "is_default": view.is_default,
        "is_hidden": view.is_hidden,
        "is_shared": view.is_shared_with_firm or view.shared_with > 0,
        "version": view.version,
    }


async def _describe_all(turn: Turn, shown: Sequence[ViewRow]) -> list[str]:
    ids = {who for view in shown for who in (view.filter.partner, view.filter.known_by) if isinstance(who, int)}
    names = await users.get_user_names(turn.connection, turn.viewer, ids) if ids else {}
    return [describe(view.filter, turn.language, _name_parts(view.filter, names)) for view in shown]


def _name_parts(filter_: Filter, names: dict[int, str]) -> dict[str, str]:
    parts = (("partner", filter_.partner), ("known_by", filter_.known_by))
    return {part: names.get(who, "") for part, who in parts if isinstance(who, int)}


@router.verb("view.open")
async def open_view(turn: Turn) -> Reply:
    """Show the list of a view; in a conversation only its question, which each reader asks anew."""
    view = await _find(turn)
    if turn.surface == "extension":
        name = say_name(turn.language, view)
        data = {"verb": "list", "filter": dict(shorten(view.filter))}
        words = describe(view.filter, turn.language, {})
        return Reply(draw_shared_view(turn.reader, name, words, data, read_circle(turn.ask.data)), summary=name)
    return await show_list(replace(turn, ask=Ask("list", {"view_id": view.id, "filter": to_json(view.filter)})))


@router.verb("view.settings")
async def show_settings(turn: Turn) -> Reply:
    """Show what can be done with a view."""
    return await _show(turn, (await _find(turn)).id)


@router.verb("view.save", is_writing=True)
async def save_view(turn: Turn) -> Reply:
    """Keep a filter under a name of the person's own."""
    data = turn.ask.data
    name = read_text(data, "name")
    if "filter" not in data:
        raise BadRequestError("which_list")
    if not name:
        raise BadRequestError("view_name_missing")
    filter_ = await name_people(turn, read_filter(data), read_names(data))
    if _must_ask(turn):
        question = say(turn.language, "commands.save_view_question", name=name)
        return _confirm(turn, question, {"name": name, "filter": to_json(filter_)})
    view = await view_changes.add_view(
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
    view = await _find(turn)
    filter_ = await name_people(turn, read_filter(data), read_names(data))
    if _must_ask(turn):
        listing = await complete(turn, Listing(filter_, ""))
        question = say(turn.language, "commands.set_filter_question", name=say_name(turn.language, view))
        return _confirm(turn, question, {"view_id": view.id, "filter": to_json(filter_)}, listing.words)
    version = read_number(data, "view_version")
    await view_changes.set_view_filter(
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
    view = await _find(turn)
    if _must_ask(turn):
        question = say(turn.language, "commands.rename_question", company=view.name, name=new_name)
        return _confirm(turn, question, {"view_id": view.id, "new_name": new_name})
    change = await view_changes.rename_view(
        turn.connection,
        turn.viewer,
        view.id,
        new_name,
        now=turn.now,
        source=turn.surface,
        version=read_number(data, "version"),
        reserved_names=list_builtin_names(),
    )
    return await _show(turn, view.id, say(turn.language, "commands.renamed", name=change.name), change)


@router.verb("view.duplicate", is_writing=True)
async def duplicate_view(turn: Turn) -> Reply:
    """Make a view of the person's own from one that they may read."""
    view = await _find(turn)
    if _must_ask(turn):
        question = say(turn.language, "commands.copy_view_question", name=say_name(turn.language, view))
        return _confirm(turn, question, {"view_id": view.id})
    name = read_text(turn.ask.data, "new_name") or say_name(turn.language, view)
    copy = await view_changes.copy_view(
        turn.connection,
        turn.viewer,
        view.id,
        name,
        now=turn.now,
        source=turn.surface,
        reserved_names=list_builtin_names(),
    )
    return await _show(turn, copy.id, say(turn.language, "commands.view_copied", name=copy.name))


router.verb("view.copy", is_writing=True)(duplicate_view)


@router.verb("view.delete", is_writing=True)
async def delete_view(turn: Turn) -> Reply:
    """Delete a view; undo brings it back."""
    view = await _find(turn)
    if _must_ask(turn):
        question = say(turn.language, "commands.delete_view_question", name=view.name)
        return _confirm(turn, question, {"view_id": view.id})
    change = await view_changes.delete_view(turn.connection, turn.viewer, view.id, now=turn.now, source=turn.surface)
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
    view = await view_changes.restore_view(turn.connection, turn.viewer, view_id, now=turn.now, source=turn.surface)
    return await _show(turn, view.id, say(turn.language, "commands.view_restored", name=view.name))


@router.verb("view.share", is_writing=True)
async def share_view(turn: Turn) -> Reply:
    """Let a colleague or the whole firm read a view; a colleague hears of it."""
    data = turn.ask.data
    view = await _find(turn)
    is_with_firm = data.get("user_id") == FIRM or any(read_flag(data, key) for key in ("is_with_firm", "with_firm"))
    wanted: Json = {"view_id": view.id, "is_with_firm": True} if is_with_firm else {"view_id": view.id}
    person = None
    if not is_with_firm:
        person = await read_person(turn, lambda user_id: {"verb": "view.share", "view_id": view.id, "user_id": user_id})
        if person is None:
            raise BadRequestError("choose_person")
        wanted["user_id"] = person.id
    if _must_ask(turn, person):
        name = say(turn.language, "commands.everybody") if person is None else person.name
        question = say(turn.language, "commands.share_view_question", name=view.name, person=name)
        return _confirm(turn, question, wanted)
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
    reply = await _show(turn, view.id, note, shared.change)
    payload = {"view_id": view.id, "by": turn.viewer.user_id}
    return replace(reply, notices=tuple(Notice(user_id, "view", payload) for user_id in shared.new_user_ids))


@router.verb("view.unshare", is_writing=True)
async def unshare_view(turn: Turn) -> Reply:
    """Take a view back from a colleague, or from everyone."""
    view = await _find(turn)
    person = None
    if {"user_id", "person"} & turn.ask.data.keys():
        person = await read_person(
            turn, lambda user_id: {"verb": "view.unshare", "view_id": view.id, "user_id": user_id}
        )
    wanted = {"view_id": view.id} | ({} if person is None else {"user_id": person.id})
    if _must_ask(turn, person):
        return _confirm(turn, say(turn.language, "commands.unshare_view_question", name=view.name), wanted)
    change = await view_changes.unshare_view(
        turn.connection,
        turn.viewer,
        view.id,
        user_ids=None if person is None else (person.id,),
        now=turn.now,
        source=turn.surface,
    )
    return await _show(turn, view.id, say(turn.language, "commands.view_unshared", name=view.name), change)


@router.verb("view.move", is_writing=True)
async def move_view(turn: Turn) -> Reply:
    """Put a view elsewhere among the reader's views."""
    view = await _find(turn)
    if _must_ask(turn):
        question = say(turn.language, "commands.move_view_question", name=say_name(turn.language, view))
        return _confirm(turn, question, {"view_id": view.id, "place": read_text(turn.ask.data, "place")})
    order = [row.id for row in await views.list_views(turn.connection, turn.viewer)]
    await view_changes.move_view(turn.connection, turn.viewer, view.id, _find_place(turn, order, view.id))
    note = say(turn.language, "commands.view_moved", name=say_name(turn.language, view))
    return await show_views(turn, note)


def _find_place(turn: Turn, order: Sequence[int], view_id: int) -> int:
    """Return the place to move to: given as a number, or as a word."""
    here = order.index(view_id) if view_id in order else len(order)
    last = max(len(order) - 1, 0)
    data = turn.ask.data
    to = read_number(data, "to")
    if to is None:
        steps = {"first": -here, "last": last - here, "up": -1, "down": 1}
        place = read_text(data, "place")
        to = here + (steps.get(place, 0) if place else read_number(data, "by") or 0)
    return min(max(to, 0), last)


@router.verb("view.set_default", is_writing=True)
async def set_default(turn: Turn) -> Reply:
    """Make a view the answer to "show my companies", or go back to the plain list."""
    data = turn.ask.data
    if data.get("view_id") is None and not data.get("name"):
        await view_changes.set_default_view(turn.connection, turn.viewer, None)
        return await show_views(turn, say(turn.language, "commands.default_removed"))
    view = await _find(turn)
    name = say_name(turn.language, view)
    if _must_ask(turn):
        return _confirm(turn, say(turn.language, "commands.default_question", name=name), {"view_id": view.id})
    await view_changes.set_default_view(turn.connection, turn.viewer, view.id)
    return await show_views(turn, say(turn.language, "commands.default_set", name=name))


@router.verb("view.hide", is_writing=True)
async def hide_view(turn: Turn) -> Reply:
    """Hide a view from the reader's own views."""
    return await _set_hidden(turn, is_hidden=True)


@router.verb("view.unhide", is_writing=True)
async def unhide_view(turn: Turn) -> Reply:
    """Show a hidden view again."""
    return await _set_hidden(turn, is_hidden=False)


async def _set_hidden(turn: Turn, *, is_hidden: bool) -> Reply:
    view = await _find(turn)
    key = "view_hidden" if is_hidden else "view_unhidden"
    name = say_name(turn.language, view)
    if _must_ask(turn):
        return _confirm(turn, say(turn.language, f"commands.{key}_question", name=name), {"view_id": view.id})
    await view_changes.set_view_hidden(turn.connection, turn.viewer, view.id, is_hidden=is_hidden)
    return await show_views(turn, say(turn.language, f"commands.{key}", name=name))


async def _find(turn: Turn) -> ViewRow:
    """Return the view that the ask names.

    Raises `NotFoundError` for a number that this reader may not open, `UnclearError` for a name that means several.
    """
    data = turn.ask.data
    view_id = read_number(data, "view_id")
    if view_id is None:
        view_id = await _find_id(turn, read_text(data, "name"))
    view = await views.get_view(turn.connection, turn.viewer, view_id)
    if view is None:
        raise NotFoundError
    return view


async def _find_id(turn: Turn, name: str) -> int:
    if not name:
        raise BadRequestError("which_view")
    folded = fold(name)
    for view_id, key in views.BUILTIN.items():
        if folded in {fold(text(language, f"view.{key}")) for language in LANGUAGES}:
            return view_id
    matches = await views.find_views(turn.connection, turn.viewer, name)
    match = choose(matches)
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, _asking_again(turn), "view"))
    if not match.is_exact and turn.ask.verb != "view.open" and not read_flag(turn.ask.data, "is_confirmed"):
        raise UnclearError(ask_which(turn, name, [match], _asking_again(turn), "view"))
    return match.id


def _asking_again(turn: Turn) -> Callable[[int], Json]:
    rest = {key: value for key, value in turn.ask.data.items() if key != "name"}
    return lambda view_id: {**rest, "verb": turn.ask.verb, "view_id": view_id}


def _must_ask(turn: Turn, person: Meant | None = None) -> bool:
    if read_flag(turn.ask.data, "is_confirmed"):
        return False
    return bool(turn.ask.data.get("is_guess")) or (person is not None and not person.is_exact)


def _confirm(turn: Turn, question: str, wanted: Json, detail: str = "") -> Reply:
    data = {"verb": turn.ask.verb, "is_confirmed": True, **wanted}
    card = draw_confirmation(
        turn.reader, question, say(turn.language, "commands.yes"), data, details=[detail] if detail else []
    )
    return Reply(card, summary=question)


async def _show(turn: Turn, view_id: int, note: str = "", change: Change | None = None) -> Reply:
    """Show a view's settings after a change of it."""
    view = await views.get_view(turn.connection, turn.viewer, view_id)
    if view is None:
        raise NotFoundError
    words = (await _describe_all(turn, [view]))[0]
    readers: list[str] = []
    if view.is_own and view.shared_with:
        ids = await views.list_view_readers(turn.connection, turn.viewer, view_id)
        readers = list((await users.get_user_names(turn.connection, turn.viewer, ids[:10])).values())
    audit_ids = (change.audit_id,) if change is not None and change.audit_id is not None else ()
    card = draw_settings(turn.reader, view, words, readers=readers, note=note, audit_ids=audit_ids)
    data: Json = {"view_id": view.id, "filter": to_json(view.filter)}
    if audit_ids:
        data["audit_ids"] = list(audit_ids)
    return Reply(card, summary=note or say_name(turn.language, view), data=data)
