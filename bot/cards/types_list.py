"""The companies type by type."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.drawing import draws
from bot.cards.phrases import text, type_names
from bot.cards.wording import ELLIPSIS, clean
from bot.results.lists import TypeGroup, TypesListed
from bot.turn import Card, Reader


def draw_types(reader: Reader, groups: Sequence[TypeGroup], scope: str) -> Card:
    """Draw a line for each type: whom it holds; choosing it opens its list."""
    language = reader.language
    body = [kit.title(say_types(reader)), kit.note(text(language, f"filter.{scope}"))]
    body += [_draw_group(reader, group, scope) for group in groups]
    return kit.card(body, is_wide=True)


def say_types(reader: Reader) -> str:
    """Say what the card is."""
    return text(reader.language, "list.by_type")


def _draw_group(reader: Reader, group: TypeGroup, scope: str) -> kit.Json:
    names = ", ".join(clean(row.name, 40) for row in group.rows)
    latest = f"{names}, {ELLIPSIS}" if group.has_more else names or text(reader.language, "list.none_yet")
    return entries.typed_row(
        text(reader.language, f"title.{group.type or 'none'}.{scope}"),
        latest,
        group.type,
        type_names(reader.language)[group.type],
        "list",
        filter=group.filter,
    )


@draws(TypesListed)
def _draw_types_listed(reader: Reader, listed: TypesListed) -> Card:
    return draw_types(reader, listed.groups, listed.scope)
