"""What is said about a file that is on its way."""

from bot.cards import kit
from bot.cards.actions import primary
from bot.cards.drawing import draws
from bot.cards.phrases import text
from bot.language import say
from bot.results.lists import FileMade, FileOffered
from bot.turn import Card, File, Json, Reader


def draw_offer(reader: Reader, file: File, words: str) -> Card:
    """Offer a file; where there is no file consent (the pane, the tab) its button delivers it."""
    data = {key: value for key, value in file.ask.data.items() if key != "verb"}
    deliver = primary(text(reader.language, "file.deliver"), file.ask.verb, **data)
    return kit.card([*_draw_head(reader, file.name), kit.note(words)], [deliver])


def draw_delivered(reader: Reader, name: str, row_count: int) -> Card:
    """Say that a file was made, and of how many rows."""
    count = kit.line(say(reader.language, "cards.file.rows", count=row_count))
    return kit.card([*_draw_head(reader, name), count])


def _draw_head(reader: Reader, name: str) -> list[Json]:
    return [kit.title(text(reader.language, "file.title")), kit.strong(name)]


@draws(FileOffered)
def _draw_offered(reader: Reader, offered: FileOffered) -> Card:
    return draw_offer(reader, offered.file, offered.words)


@draws(FileMade)
def _draw_made(reader: Reader, made: FileMade) -> Card:
    return draw_delivered(reader, made.file.name, made.row_count)
