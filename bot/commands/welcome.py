"""Hello, help, and what was not understood."""

from bot.cards.questions import draw_message
from bot.cards.welcome import draw_hello, draw_help, draw_unknown
from bot.commands.data import read_strings, read_text
from bot.language import say
from bot.turn import Reply, Router, Turn
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
    """Offer the nearest sentences."""
    asked = read_text(turn.ask.data, "text")
    card = draw_unknown(turn.reader, asked, read_strings(turn.ask.data, "suggestions"))
    return Reply(card, summary=say(turn.language, "cards.unknown.title", text=asked[:80]))


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
