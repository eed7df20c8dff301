"""Saved views: the reader's list of them, opening one, and finding the one that is meant."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from bot.commands.inputs import OfView, tidy
from bot.commands.listings import ShowList
from bot.commands.lists import show_list
from bot.commands.names import AskAgain, UnclearError, ask_which, choose
from bot.commands.search import show_question
from bot.errors import BadRequestError, NotFoundError
from bot.language import LANGUAGES, describe, say
from bot.results.base import Result
from bot.results.companies import ViewShared
from bot.results.lists import NamedView, ViewShown, ViewsListed
from bot.results.titles import say_name
from bot.turn import Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import EVERYONE, EXTENSION, OWN, READS, READS_FROM_CARD, Router
from storage.firm import users
from storage.lists.filters import to_json
from storage.record import changes
from storage.text.names import fold
from storage.views import views
from storage.views.views import ViewRow

router = Router()


class ListViews(Input, frozen=True):
    """The reader's views from a place on."""

    start: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    hidden: bool = False
    """Those that the reader has hidden too."""


@router.verb("views.list", ListViews, READS.but(leads=True), roles=EVERYONE, where=OWN)
async def show_views(
    turn: Turn,
    given: ListViews,
    note: str = "",
    change: changes.Change | None = None,
) -> ViewsListed:
    """Show the reader's views in the reader's order."""
    everything = await turn.read(views.list_views, is_hidden=True)
    shown = everything if given.hidden else [view for view in everything if not view.is_hidden]
    return ViewsListed(
        summary=note or say(turn.language, "cards.views.title"),
        changes=() if change is None else (change,),
        views=await _name_all(turn, shown),
        start=given.start,
        hidden_count=len(everything) - len(shown),
        note=note,
        changed_id=None if change is None else change.entity_id,
    )


async def _name_all(turn: Turn, shown: Sequence[ViewRow]) -> list[NamedView]:
    ids = {who for view in shown for who in view.filter.user_ids}
    people = await turn.read(users.get_user_names, ids)
    language, locale = turn.language, turn.locale
    return [
        NamedView(view, say_name(language, view), describe(view.filter, language, people, locale=locale))
        for view in shown
    ]


class OpenView(OfView, frozen=True):
    """A view to open; there is no "this" of it."""

    this: ClassVar[tuple[str, ...]] = ()


@router.verb("view.open", OpenView, READS.but(remembered=True, leads=True), roles=EVERYONE, where=OWN)
async def open_view(turn: Turn, given: OfView) -> Result:
    """Show the list of a view."""
    view = await find_view(turn, given)
    return await show_list(turn, ShowList(view_id=view.id, filter=to_json(view.filter)))


@router.verb("view.insert", OpenView, READS_FROM_CARD, roles=EVERYONE, where=EXTENSION)
async def insert_view(turn: Turn, given: OpenView) -> ViewShared:
    """Put a view into a conversation: its question, which each reader asks anew."""
    view = await find_view(turn, given)
    return ViewShared(summary=say_name(turn.language, view), view=show_question(turn, view))


@router.verb("view.settings", OpenView, READS_FROM_CARD.but(remembered=True), roles=EVERYONE, where=OWN)
async def show_settings(turn: Turn, given: OfView) -> ViewShown:
    """Show what can be done with a view."""
    return await show_view(turn, (await find_view(turn, given)).id)


async def show_view(turn: Turn, view_id: int, note: str = "", change: changes.Change | None = None) -> ViewShown:
    """Show a view's settings after a change of it."""
    view = await turn.read(views.get_view, view_id)
    if view is None:
        raise NotFoundError
    readers: list[str] = []
    if view.is_own and view.shared_with:
        ids = await turn.read(views.list_view_readers, view_id)
        readers = list((await turn.read(users.get_user_names, ids[:10])).values())
    (named,) = await _name_all(turn, [view])
    return ViewShown(
        summary=note or named.name,
        changes=() if change is None else (change,),
        view=named,
        readers=readers,
        note=note,
    )


async def find_view(turn: Turn, given: OfView) -> ViewRow:
    """Return the view that is meant.

    Raises `NotFoundError` for a number that this reader may not open, `UnclearError` for a name that means several.
    """
    view_id = await _find_id(turn, given) if given.view_id is None else given.view_id
    view = await turn.read(views.get_view, view_id)
    if view is None:
        raise NotFoundError
    return view


async def _find_id(turn: Turn, given: OfView) -> int:
    name = tidy(given.name)
    if not name:
        raise BadRequestError("which_view")
    folded = fold(name)
    for view_id, key in views.BUILTIN.items():
        if folded in {fold(say(language, f"cards.view.{key}")) for language in LANGUAGES}:
            return view_id
    matches = await turn.read(views.find_views, name)
    match = choose(matches)
    if not matches and (builtin := _find_builtin_tail(folded)) is not None:
        return builtin
    again = _asking_again(turn, given)
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, again, "view"))
    if not match.is_exact and turn.is_writing and not given.is_confirmed:
        raise UnclearError(ask_which(turn, name, [match], again, "view"))
    return match.id


def _find_builtin_tail(folded: str) -> int | None:
    """Return the built-in view whose name is said without its "my"."""
    for view_id, key in views.BUILTIN.items():
        if any(fold(say(language, f"cards.view.{key}")).partition(" ")[2] == folded for language in LANGUAGES):
            return view_id
    return None


def _asking_again(turn: Turn, given: OfView) -> AskAgain:
    return lambda view: write_ask(turn.verb, given, view_id=view.id, name="")
