"""How a reader keeps views: in which order, which is the default, which are hidden."""

from collections.abc import Sequence

from bot.cards.views import say_name
from bot.commands.data import read_number, read_text
from bot.commands.views import confirm, find_view, must_ask, show_views
from bot.language import say
from bot.turn import Reply, Router, Turn
from storage.views import order, views

router = Router()


@router.verb("view.move", is_writing=True)
async def move_view(turn: Turn) -> Reply:
    """Put a view elsewhere among the reader's views."""
    view = await find_view(turn)
    if must_ask(turn):
        question = say(turn.language, "commands.move_view_question", name=say_name(turn.language, view))
        return confirm(turn, question, {"view_id": view.id, "place": read_text(turn.ask.data, "place")})
    row_ids = [row.id for row in await views.list_views(turn.connection, turn.viewer)]
    await order.move_view(turn.connection, turn.viewer, view.id, _find_place(turn, row_ids, view.id))
    note = say(turn.language, "commands.view_moved", name=say_name(turn.language, view))
    return await show_views(turn, note)


def _find_place(turn: Turn, row_ids: Sequence[int], view_id: int) -> int:
    """Return the place to move to: given as a number, or as a word."""
    here = row_ids.index(view_id) if view_id in row_ids else len(row_ids)
    last = max(len(row_ids) - 1, 0)
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
        await order.set_default_view(turn.connection, turn.viewer, None)
        return await show_views(turn, say(turn.language, "commands.default_removed"))
    view = await find_view(turn)
    name = say_name(turn.language, view)
    if must_ask(turn):
        return confirm(turn, say(turn.language, "commands.default_question", name=name), {"view_id": view.id})
    await order.set_default_view(turn.connection, turn.viewer, view.id)
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
    view = await find_view(turn)
    key = "view_hidden" if is_hidden else "view_unhidden"
    name = say_name(turn.language, view)
    if must_ask(turn):
        return confirm(turn, say(turn.language, f"commands.{key}_question", name=name), {"view_id": view.id})
    await order.set_view_hidden(turn.connection, turn.viewer, view.id, is_hidden=is_hidden)
    return await show_views(turn, say(turn.language, f"commands.{key}", name=name))
