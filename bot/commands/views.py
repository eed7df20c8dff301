"""Saved views: the reader's list of them, opening one, and finding the one that is meant."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.cards.kit import Json
from bot.cards.lists import shorten
from bot.cards.phrases import text
from bot.cards.questions import draw_confirmation
from bot.cards.sharing import draw_shared_view
from bot.cards.views import draw_settings, draw_views, say_name
from bot.commands.data import read_circle, read_flag, read_number, read_text
from bot.commands.lists import show_list
from bot.commands.resolving import Meant, UnclearError, ask_which, choose
from bot.errors import BadRequestError, NotFoundError
from bot.language import LANGUAGES, describe, say
from bot.turn import Ask, Reply, Router, Turn
from storage.firm import users
from storage.lists.filters import to_json
from storage.record.changes import Change
from storage.text.names import fold
from storage.views import views
from storage.views.views import ViewRow

router = Router()


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
    ids = {who for view in shown for who in view.filter.user_ids}
    people = await users.get_user_names(turn.connection, turn.viewer, ids)
    return [describe(view.filter, turn.language, people) for view in shown]


@router.verb("view.open")
async def open_view(turn: Turn) -> Reply:
    """Show the list of a view; in a conversation only its question, which each reader asks anew."""
    view = await find_view(turn)
    if turn.surface == "extension":
        name = say_name(turn.language, view)
        data = {"verb": "list", "filter": dict(shorten(view.filter))}
        words = describe(view.filter, turn.language)
        return Reply(draw_shared_view(turn.reader, name, words, data, read_circle(turn.ask.data)), summary=name)
    return await show_list(replace(turn, ask=Ask("list", {"view_id": view.id, "filter": to_json(view.filter)})))


@router.verb("view.settings")
async def show_settings(turn: Turn) -> Reply:
    """Show what can be done with a view."""
    return await show_view(turn, (await find_view(turn)).id)


async def show_view(turn: Turn, view_id: int, note: str = "", change: Change | None = None) -> Reply:
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


async def find_view(turn: Turn) -> ViewRow:
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
    if not matches and (builtin := _find_builtin_tail(folded)) is not None:
        return builtin
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, _asking_again(turn), "view"))
    if not match.is_exact and turn.ask.verb != "view.open" and not read_flag(turn.ask.data, "is_confirmed"):
        raise UnclearError(ask_which(turn, name, [match], _asking_again(turn), "view"))
    return match.id


def _find_builtin_tail(folded: str) -> int | None:
    """Return the built-in view whose name is said without its "my"."""
    for view_id, key in views.BUILTIN.items():
        if any(fold(text(language, f"view.{key}")).partition(" ")[2] == folded for language in LANGUAGES):
            return view_id
    return None


def _asking_again(turn: Turn) -> Callable[[int], Json]:
    rest = {key: value for key, value in turn.ask.data.items() if key != "name"}
    return lambda view_id: {**rest, "verb": turn.ask.verb, "view_id": view_id}


def must_ask(turn: Turn, person: Meant | None = None, *, is_exact: bool = True) -> bool:
    """Say whether to ask first: a guess at the sentence, or somebody or something that was not named exactly."""
    if read_flag(turn.ask.data, "is_confirmed"):
        return False
    return bool(turn.ask.data.get("is_guess")) or not is_exact or (person is not None and not person.is_exact)


def confirm(turn: Turn, question: str, wanted: Json, detail: str = "") -> Reply:
    """Ask before a view is changed."""
    data = {"verb": turn.ask.verb, "is_confirmed": True, **wanted}
    card = draw_confirmation(
        turn.reader, question, say(turn.language, "commands.yes"), data, details=[detail] if detail else []
    )
    return Reply(card, summary=question)
