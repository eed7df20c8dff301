"""A name that is a colleague's: said so, with what can be asked about them."""

from bot.commands.names import choose, is_borrowed
from bot.language import quote_name, say
from bot.results.base import Result
from bot.results.questions import Said
from bot.turn import Turn
from storage.firm import user_search
from storage.lists.facts import Match


async def find_colleague(turn: Turn, name: str, matches: list[Match]) -> str:
    """Return the colleague of that name, where nothing outside the firm is nearer to it than a typing error.

    What somebody else called a list that they share takes nobody's name away; `view Grace` opens it.
    """
    if any(match.how != "typo" and not is_borrowed(match) for match in matches):
        return ""
    person = choose(await turn.read(user_search.find_users, name))
    return "" if person is None or (matches and person.how == "typo") else person.name


def show_colleague(turn: Turn, name: str) -> Result:
    """Say that somebody is of the firm, and what can be asked about them."""
    sentence = say(turn.language, "colleagues.colleague", name=name)
    known = quote_name(turn.language, name)
    tries = [say(turn.language, f"colleagues.try_{number}", name=known) for number in (1, 2, 3)]
    return Said(summary=sentence, suggestions=tries)
