"""The parts that every card is made of: the house style, in one place.

Every text stands in a `TextRun`, which no client reads as markdown: what somebody wrote stays what it is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from adaptive_cards.card import ActionExecute, AdaptiveCard, Column, ColumnSet, Container, RichTextBlock, TextRun
from adaptive_cards.types import (
    AssociatedInputs,
    Colors,
    ContainerStyle,
    FontSize,
    FontWeight,
    MSTeams,
    MSTeamsCardWidth,
    Spacing,
)

from bot.cards.actions import data_of, execute
from bot.cards.elements import ReaderRefresh
from bot.cards.template import Template, slot, spread, spread_actions, spread_columns
from bot.language.wording import clean
from bot.turn import Card, Json

VERSION = "1.5"
READERS = 60
"""Teams refreshes a card by itself for at most sixty named readers."""


def _run(size: FontSize | None = None, weight: FontWeight | None = None, **more: Any) -> RichTextBlock:
    return RichTextBlock(inlines=[TextRun(text=slot("text"), size=size, weight=weight, **more)])


def _line(block: RichTextBlock, spacing: Spacing) -> Template:
    block.spacing = spacing
    return Template(block)


_TITLE = _line(_run(FontSize.LARGE, FontWeight.BOLDER), Spacing.DEFAULT)
_SUBTITLE = _line(_run(weight=FontWeight.BOLDER), Spacing.MEDIUM)
_STRONG = _line(_run(weight=FontWeight.BOLDER), Spacing.SMALL)
_TEXT = _line(_run(), Spacing.SMALL)
_NOTE = _line(_run(FontSize.SMALL, is_subtle=True), Spacing.NONE)
_WARNING = _line(_run(FontSize.SMALL, color=Colors.WARNING), Spacing.SMALL)
_ERROR = _line(_run(FontSize.SMALL, color=Colors.ATTENTION), Spacing.SMALL)
_GOOD = _line(_run(weight=FontWeight.BOLDER, color=Colors.GOOD), Spacing.SMALL)


def title(text: str) -> Json:
    """Say what the card is."""
    return _TITLE(text=clean(text))


def subtitle(text: str) -> Json:
    """Say what the next part of the card is."""
    return _SUBTITLE(text=clean(text))


def strong(text: str) -> Json:
    """Say a name."""
    return _STRONG(text=clean(text))


def line(text: str) -> Json:
    """Say a sentence."""
    return _TEXT(text=clean(text, 400))


def note(text: str) -> Json:
    """Say something in small print."""
    return _NOTE(text=clean(text, 300))


def warning(text: str) -> Json:
    """Say something that the reader should not miss."""
    return _WARNING(text=clean(text, 300))


def good_news(text: str) -> Json:
    """Say what was done."""
    return _GOOD(text=clean(text, 300))


_GROUP = Template(Container(items=[spread("items")], spacing=Spacing.MEDIUM))
_BOX = Template(Container(items=[spread("items")], spacing=Spacing.MEDIUM, style=ContainerStyle.EMPHASIS))
_OPENING = Template(
    Container(items=[spread("items")], spacing=Spacing.MEDIUM, select_action=execute(inputs=AssociatedInputs.NONE))
)
_DRAWERS = {
    is_open: Template(
        Container(
            id=slot("id"),
            items=[spread("items")],
            is_visible=None if is_open else False,
            spacing=Spacing.MEDIUM,
            style=ContainerStyle.EMPHASIS,
        )
    )
    for is_open in (False, True)
}
_COLUMN = Template(Column(width="stretch", items=[spread("items")]))
_COLUMNS = Template(ColumnSet(columns=[spread_columns("columns")], spacing=Spacing.SMALL))


def group(items: Iterable[Json]) -> Json:
    """Keep elements together."""
    return _GROUP(items=items)


def box(items: Iterable[Json]) -> Json:
    """Keep elements together on a ground of their own."""
    return _BOX(items=items)


def opening(items: Iterable[Json], verb: str, /, **data: Any) -> Json:
    """Keep elements together that open something when they are chosen."""
    return _OPENING(items=items, title=None, verb=verb, data=data_of(verb, **data))


def drawer(name: str, items: Iterable[Json], *, is_open: bool = False) -> Json:
    """Keep elements out of sight until a `toggle` of this name opens them."""
    return _DRAWERS[is_open](id=name, items=items)


def error(text: str) -> Json:
    """Say under a field what is wrong with it."""
    return _ERROR(text=clean(text, 300))


def columns(*elements: Json) -> Json:
    """Put elements side by side."""
    return _COLUMNS(columns=[_COLUMN(items=[element]) for element in elements])


_FACT = Template(
    ColumnSet(
        spacing=Spacing.SMALL,
        columns=[
            Column(
                width="112px",
                items=[RichTextBlock(inlines=[TextRun(text=slot("label"), is_subtle=True, size=FontSize.SMALL)])],
            ),
            Column(width="stretch", items=[RichTextBlock(inlines=[TextRun(text=slot("value"))])]),
        ],
    )
)


def facts(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Say facts, each with its label before it; those without a value are left out."""
    return [_FACT(label=label, value=clean(value, 300)) for label, value in pairs if value]


_CARDS: dict[bool, Template] = {
    is_wide: Template(
        AdaptiveCard(
            version=VERSION,
            body=[spread("body")],
            actions=[spread_actions("actions")],
            msteams=MSTeams(width=MSTeamsCardWidth.FULL) if is_wide else None,
        )
    )
    for is_wide in (False, True)
}
_SHARED_CARD = Template(
    AdaptiveCard(
        version=VERSION,
        body=[spread("body")],
        actions=[spread_actions("actions")],
        refresh=ReaderRefresh(action=ActionExecute(verb=slot("verb"), data=slot("data")), user_ids=slot("user_ids")),
    )
)


def card(body: Sequence[Json], actions: Iterable[Json | None] = (), *, is_wide: bool = False) -> Card:
    """Put a card together; buttons that are None are left out."""
    return _CARDS[is_wide](body=body, actions=[action for action in actions if action is not None])


def shared_card(
    body: Sequence[Json],
    verb: str,
    user_ids: Sequence[str],
    actions: Sequence[Json] = (),
    **data: Any,
) -> Card:
    """Put a card together that asks `verb` anew for each of the first `READERS` readers."""
    return _SHARED_CARD(
        body=body,
        actions=actions,
        verb=verb,
        data=data_of(verb, **data),
        user_ids=list(user_ids[:READERS]) or None,
    )
