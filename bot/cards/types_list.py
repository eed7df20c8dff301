"""The companies type by type."""

from collections.abc import Sequence

from bot.cards import entries, kit
from bot.cards.drawing import draws
from bot.cards.phrases import text
from bot.language.company_types import type_names
from bot.language.wording import ELLIPSIS, clean
from bot.results.lists import TypeGroup, TypesListed
from bot.results.titles import say_types
from bot.turn import Card, Json, Reader


def draw_types(reader: Reader, groups: Sequence[TypeGroup], scope: str) -> Card:
    """Draw a line for each type: whom it holds; choosing it opens its list."""
    language = reader.language
    body = [kit.title(say_types(language)), kit.note(text(language, f"filter.{scope}"))]
    body += [_draw_group(reader, group, scope) for group in groups]
    return kit.card(body, is_wide=True)


def _draw_group(reader: Reader, group: TypeGroup, scope: str) -> Json:
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
