"""How a reader keeps views: in which order, which is the default, which are hidden."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from bot.commands.inputs import OfView, ask_first
from bot.commands.names import must_ask
from bot.commands.views import ListViews, find_view, show_views
from bot.language import say
from bot.results.base import Result
from bot.results.titles import say_name
from bot.turn import Turn
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.record.changes import Change
from storage.views import order, views

router = Router()
Steps = Annotated[int, Meta(ge=-10_000, le=10_000)]


class PlaceView(OfView, frozen=True):
    """A view and where to put it: at a place counted from 0, some steps on, or where a word says."""

    this: ClassVar[tuple[str, ...]] = ()
    to: Steps | None = None
    by: Steps = 0
    place: Literal["first", "last", "up", "down"] | None = None


class AnyView(OfView, frozen=True):
    """A view by its number or its name, or none."""

    this: ClassVar[tuple[str, ...]] = ()


@router.verb("view.move", PlaceView, CHANGES.but(remembered=False), roles=EVERYONE, where=OWN)
async def move_view(turn: Turn, given: PlaceView) -> Result:
    """Put a view elsewhere among the reader's views."""
    view = await find_view(turn, given)
    if must_ask(given):
        question = say(turn.language, "view_order.move_view_question", name=say_name(turn.language, view))
        return ask_first(turn, given, question, {"view_id": view.id, "place": given.place})
    row_ids = [row.id for row in await turn.read(views.list_views)]
    to = _find_place(given, row_ids, view.id)
    change = await turn.write(order.move_view, view.id, to, now=turn.now, source=turn.source)
    note = say(turn.language, "view_order.view_moved", name=say_name(turn.language, view))
    return await _show(turn, note, change)


async def _show(turn: Turn, note: str, change: Change | None) -> Result:
    """Show the reader's views after one was arranged, with the way to undo it."""
    if change is None or not change.is_changed:
        return await show_views(turn, ListViews(), note)
    return await show_views(turn, ListViews(), note, change)


def _find_place(given: PlaceView, row_ids: Sequence[int], view_id: int) -> int:
    """Return the place to move to: given as a number, or as a word."""
    here = row_ids.index(view_id) if view_id in row_ids else len(row_ids)
    last = max(len(row_ids) - 1, 0)
    steps = {"first": -here, "last": last - here, "up": -1, "down": 1}
    to = here + (steps[given.place] if given.place else given.by) if given.to is None else given.to
    return min(max(to, 0), last)


@router.verb("view.set_default", AnyView, CHANGES.but(remembered=False), roles=EVERYONE, where=OWN)
async def set_default(turn: Turn, given: AnyView) -> Result:
    """Make a view the answer to "show my companies", or go back to the plain list."""
    if given.view_id is None and not given.name:
        removed = await turn.write(order.set_default_view, None, now=turn.now, source=turn.source)
        return await _show(turn, say(turn.language, "view_order.default_removed"), removed)
    view = await find_view(turn, given)
    name = say_name(turn.language, view)
    if must_ask(given):
        question = say(turn.language, "view_order.default_question", name=name)
        return ask_first(turn, given, question, {"view_id": view.id})
    change = await turn.write(order.set_default_view, view.id, now=turn.now, source=turn.source)
    return await _show(turn, say(turn.language, "view_order.default_set", name=name), change)


@router.verb("view.hide", AnyView, CHANGES.but(remembered=False), roles=EVERYONE, where=OWN)
async def hide_view(turn: Turn, given: AnyView) -> Result:
    """Hide a view from the reader's own views."""
    return await _set_hidden(turn, given, is_hidden=True)


@router.verb("view.unhide", AnyView, CHANGES.but(remembered=False), roles=EVERYONE, where=OWN)
async def unhide_view(turn: Turn, given: AnyView) -> Result:
    """Show a hidden view again."""
    return await _set_hidden(turn, given, is_hidden=False)


async def _set_hidden(turn: Turn, given: AnyView, *, is_hidden: bool) -> Result:
    view = await find_view(turn, given)
    key = "view_hidden" if is_hidden else "view_unhidden"
    name = say_name(turn.language, view)
    if must_ask(given):
        question = say(turn.language, f"view_order.{key}_question", name=name)
        return ask_first(turn, given, question, {"view_id": view.id})
    change = await turn.write(order.set_view_hidden, view.id, is_hidden=is_hidden, now=turn.now, source=turn.source)
    return await _show(turn, say(turn.language, f"view_order.{key}", name=name), change)
