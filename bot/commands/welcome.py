"""Hello, help, and what was not understood."""

from dataclasses import replace

from bot.cards.lists import Listing, quote, state_of
from bot.cards.questions import Option, draw_message
from bot.cards.welcome import draw_hello, draw_help, draw_turned, draw_unknown
from bot.commands.data import read_strings, read_text
from bot.commands.lists import read_listing
from bot.commands.resolving import UnclearError
from bot.errors import NotFoundError
from bot.language import say
from bot.turn import Ask, Reply, Router, Turn
from storage.firm.users import get_user

router = Router()


@router.verb("hello")
async def say_hello(turn: Turn) -> Reply:
    """Say who this is, what is not shared, and what to try; in a group without a name."""
    user = None if turn.is_shared else await get_user(turn.connection, turn.viewer, turn.viewer.user_id)
    name = "" if user is None else user.name
    return Reply(draw_hello(turn.reader, name), summary=say(turn.language, "cards.hello.nobody"))


@router.verb("help")
async def show_help(turn: Turn) -> Reply:
    """Show what can be asked."""
    return Reply(draw_help(turn.reader), summary=say(turn.language, "cards.help.title"))


@router.verb("unknown")
async def say_unknown(turn: Turn) -> Reply:
    """Offer the nearest sentences; or the nearest list, where a word that turns it round was not understood."""
    asked = read_text(turn.ask.data, "text")
    if turning := read_strings(turn.ask.data, "turning"):
        return await _say_turned(turn, turning)
    card = draw_unknown(turn.reader, asked, read_strings(turn.ask.data, "suggestions"))
    return Reply(card, summary=say(turn.language, "cards.unknown.title", text=asked[:80]))


async def _say_turned(turn: Turn, turning: tuple[str, ...]) -> Reply:
    """Say which words were not understood and that nothing is shown for it."""
    sentence = say(turn.language, "cards.unknown.turned", words=quote(turning))
    nearest = await _read_nearest(turn)
    option = [] if nearest is None else [Option(nearest.words, "", {"verb": "list", **state_of(nearest, None)})]
    return Reply(draw_turned(turn.reader, sentence, option), summary=sentence)


async def _read_nearest(turn: Turn) -> Listing | None:
    """Return the list without those words; none where others read along, or where a name in it is not clear."""
    nearest = turn.ask.data.get("nearest")
    if turn.is_shared or not isinstance(nearest, dict):
        return None
    try:
        return await read_listing(replace(turn, ask=Ask("list", nearest)))
    except (UnclearError, NotFoundError):
        return None


@router.verb("buttons")
async def point_to_buttons(turn: Turn) -> Reply:
    """Say where to answer what a card asks: `yes` or `next` typed is no question of its own."""
    sentence = say(turn.language, "commands.use_buttons")
    return Reply(draw_message(turn.reader, sentence), summary=sentence)


@router.verb("cancel")
async def cancel(turn: Turn) -> Reply:
    """Say that nothing was changed."""
    sentence = say(turn.language, "commands.cancelled")
    return Reply(draw_message(turn.reader, sentence), summary=sentence)
