"""Lines that open something when they are chosen, and the colour in which a company's type is shown on them."""

import functools
from typing import Any

from adaptive_cards.card import Column, ColumnSet, Container, RichTextBlock, TextRun
from adaptive_cards.types import (
    AssociatedInputs,
    Colors,
    ContainerStyle,
    FontSize,
    FontWeight,
    HorizontalAlignment,
    Spacing,
    VerticalAlignment,
)

from bot.cards.actions import data_of, execute
from bot.cards.template import Template, slot, spread, spread_columns
from bot.language.wording import clean
from bot.turn import Json
from storage.models import CompanyType

Chip = CompanyType | None

STYLES: dict[Chip, ContainerStyle] = {
    CompanyType.CLIENT: ContainerStyle.GOOD,
    CompanyType.PROSPECT: ContainerStyle.ACCENT,
    CompanyType.REFERRAL_SOURCE: ContainerStyle.WARNING,
    CompanyType.PROVIDER: ContainerStyle.EMPHASIS,
    CompanyType.COURT: ContainerStyle.EMPHASIS,
    CompanyType.COUNTERPART: ContainerStyle.ATTENTION,
    None: ContainerStyle.DEFAULT,
}
"""The colour by which a company's type is known on every card."""


_QUIET_ROW = Template(
    Container(
        items=[RichTextBlock(inlines=[TextRun(text=slot("text"), size=FontSize.SMALL, color=Colors.ACCENT)])],
        select_action=execute(inputs=AssociatedInputs.NONE),
        spacing=Spacing.MEDIUM,
    )
)


def quiet_row(text: str, verb: str, /, **data: Any) -> Json:
    """Return something in small print to choose."""
    return _QUIET_ROW(text=text, title=None, verb=verb, data=data_of(verb, **data))


_CHIP = "120px"
"""Wide enough for every type, so that they stand in one column; narrow enough for a pane of 320 px."""


def _chip(style: ContainerStyle, width: str) -> Column:
    text = RichTextBlock(
        inlines=[TextRun(text=slot("chip"), size=FontSize.SMALL, weight=FontWeight.BOLDER)],
        horizontal_alignment=HorizontalAlignment.CENTER,
    )
    return Column(
        width=width,
        vertical_content_alignment=VerticalAlignment.CENTER,
        items=[Container(style=style, items=[text])],
    )


_CHIPS = {chip: Template(_chip(style, _CHIP)) for chip, style in STYLES.items()}


@functools.cache
def _draw_chip(chip: Chip, text: str) -> Json:
    """Draw the type of a company once for all rows that show it."""
    return _CHIPS[chip](chip=text)


def _row(*more: Column) -> Template:
    name = RichTextBlock(inlines=[TextRun(text=slot("name"), weight=FontWeight.BOLDER)])
    detail = RichTextBlock(
        inlines=[TextRun(text=slot("detail"), size=FontSize.SMALL, is_subtle=True)], spacing=Spacing.NONE
    )
    texts = Column(width="stretch", items=[name, detail], vertical_content_alignment=VerticalAlignment.CENTER)
    return _choosable([texts, *more])


def _choosable(columns: list[Column]) -> Template:
    action = execute(inputs=AssociatedInputs.NONE)
    return Template(ColumnSet(columns=columns, select_action=action, separator=True, spacing=Spacing.SMALL))


_PLAIN_ROW = _row()
_TYPED_ROW = _row(spread_columns("chips"))
_BARE_ROW = _choosable(
    [Column(width="stretch", items=[RichTextBlock(inlines=[TextRun(text=slot("name"), color=Colors.ACCENT)])])]
)


def row(name: str, detail: str, verb: str, /, **data: Any) -> Json:
    """Return a line that opens something when it is chosen; without a detail it is a sentence to choose."""
    template = _PLAIN_ROW if detail else _BARE_ROW
    return template(name=name, detail=detail, title=None, verb=verb, data=data_of(verb, **data))


def typed_row(name: str, detail: str, chip: Chip, chip_text: str, verb: str, /, **data: Any) -> Json:
    """Return a line with the type of its company at its end."""
    chips = [_draw_chip(chip, chip_text)]
    return _TYPED_ROW(name=name, detail=detail, chips=chips, title=None, verb=verb, data=data_of(verb, **data))


_LINKED_ROW = Template(
    ColumnSet(
        separator=True,
        spacing=Spacing.SMALL,
        columns=[
            Column(
                width="stretch",
                items=[
                    RichTextBlock(inlines=[TextRun(text=slot("name"), weight=FontWeight.BOLDER)]),
                    RichTextBlock(
                        inlines=[TextRun(text=slot("detail"), size=FontSize.SMALL, is_subtle=True)],
                        spacing=Spacing.NONE,
                    ),
                ],
                select_action=execute(inputs=AssociatedInputs.NONE),
            ),
            Column(width="auto", items=[spread("link")], vertical_content_alignment=VerticalAlignment.CENTER),
        ],
    )
)
_LINK = Template(
    Container(
        items=[
            RichTextBlock(
                inlines=[TextRun(text=slot("text"), size=FontSize.SMALL, color=Colors.ACCENT, weight=FontWeight.BOLDER)]
            )
        ],
        select_action=execute(inputs=AssociatedInputs.NONE),
    )
)


def row_with_link(name: str, detail: str, data: Json, link: str, link_data: Json) -> Json:
    """Return a line that opens something, with a second thing to choose at its end; `data` hold their verbs."""
    second = _LINK(text=link, title=None, verb=link_data["verb"], data=link_data)
    return _LINKED_ROW(name=name, detail=detail, link=[second], title=None, verb=data["verb"], data=data)


_LARGE_NAME = TextRun(text=slot("text"), size=FontSize.LARGE, weight=FontWeight.BOLDER)
_HEADS = {
    chip: Template(
        ColumnSet(
            columns=[
                Column(
                    width="stretch",
                    items=[RichTextBlock(inlines=[_LARGE_NAME])],
                    vertical_content_alignment=VerticalAlignment.CENTER,
                ),
                _chip(style, "auto"),
            ]
        )
    )
    for chip, style in STYLES.items()
}


def headed(name: str, chip: Chip, chip_text: str) -> Json:
    """Say which company the card is of, and its type."""
    return _HEADS[chip](text=clean(name), chip=chip_text)
