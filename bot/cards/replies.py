"""From what a command returns to the reply that says it; the card is drawn by the kind of the result."""

import pkgutil
from importlib import import_module

import bot.cards
from bot.cards.drawing import DRAWN
from bot.cards.sharing import draw_items
from bot.language.wording import clean_sentence
from bot.results import companies, lists
from bot.results.base import Result
from bot.turn import Reader, Reply

for module in pkgutil.iter_modules(bot.cards.__path__):
    import_module(f"bot.cards.{module.name}")  # each says what it draws


def draw_reply(reader: Reader, result: Result) -> Reply:
    """Return the reply that says a result to a reader."""
    return Reply(
        card=DRAWN[type(result)](reader, result),
        notices=result.notices,
        summary=clean_sentence(result.summary),
        choices=result.choices if isinstance(result, lists.PeopleFound) else (),
        items=draw_items(reader, result) if isinstance(result, companies.Found) else (),
        file=result.file if isinstance(result, lists.FileOffered | lists.FileMade) else None,
        record=result.record,
        is_error=result.is_error,
        code=result.code,
        found=result,
    )
