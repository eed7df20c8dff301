"""How many there are, in large letters, and the way to the list."""

from bot.cards import kit
from bot.cards.actions import button
from bot.cards.drawing import draws
from bot.cards.lists import draw_way_to_firm, say_of_firm
from bot.language import say
from bot.results.counts import ListCounted
from bot.results.list_state import state_of
from bot.turn import Card, Reader


@draws(ListCounted)
def draw_count(reader: Reader, counted: ListCounted) -> Card:
    """Draw a number, what it is the number of, and the way there."""
    listing, of_firm = counted.listing, counted.firm_count
    body = [kit.title(counted.summary), kit.note(listing.words)]
    body += [kit.line(say_of_firm(reader, counted.count, of_firm))] if of_firm and not counted.reading else []
    body += [kit.line(counted.reading)] if counted.reading else []
    show = button(say(reader.language, "counts.show"), "list", **state_of(listing, None)) if counted.count else None
    return kit.card(body, [show, draw_way_to_firm(reader, listing, of_firm)])
