"""What a person may fill in on a card. The id of an input is the key under which its value reaches the command."""

from collections.abc import Iterable, Sequence

from adaptive_cards.card import Column, ColumnSet, InputChoice, InputChoiceSet, InputText
from adaptive_cards.types import ChoiceInputStyle, Spacing, VerticalAlignment

from bot.cards.actions import buttons
from bot.cards.elements import PeoplePicker
from bot.cards.template import Template, slot, spread, spread_choices
from bot.language.wording import clean, trim
from bot.turn import Choice, Json

NAME_LENGTH = 120
"""The longest name that somebody may give to a company or a view on a card."""
LONG_LENGTH = 2_000
"""The longest text on a card that is more than a name."""


def _choices(style: ChoiceInputStyle, *, is_multi_select: bool = False) -> Template:
    return Template(
        InputChoiceSet(
            id=slot("id"),
            label=slot("label"),
            choices=[spread_choices("choices")],
            value=slot("value"),
            placeholder=slot("placeholder"),
            is_multi_select=is_multi_select or None,
            style=style,
            wrap=True,
        )
    )


_ONE = _choices(ChoiceInputStyle.COMPACT)
_RADIO = _choices(ChoiceInputStyle.EXPANDED)
_SEVERAL = _choices(ChoiceInputStyle.COMPACT, is_multi_select=True)
_PERSON = Template(
    PeoplePicker(
        id=slot("id"),
        label=slot("label"),
        choices=[spread_choices("choices")],
        placeholder=slot("placeholder"),
        style=ChoiceInputStyle.FILTERED,
    )
)
_TEXT = Template(
    InputText(
        id=slot("id"),
        label=slot("label"),
        placeholder=slot("placeholder"),
        value=slot("value"),
        max_length=NAME_LENGTH,
    )
)
_LONG_TEXT = Template(
    InputText(id=slot("id"), label=slot("label"), value=slot("value"), is_multiline=True, max_length=LONG_LENGTH)
)
_TICKS = _choices(ChoiceInputStyle.EXPANDED, is_multi_select=True)
_CHOICE = Template(InputChoice(title=slot("title"), value=slot("value")))
_BESIDE = Template(
    ColumnSet(
        spacing=Spacing.MEDIUM,
        columns=[
            Column(width="stretch", items=[spread("input")], vertical_content_alignment=VerticalAlignment.BOTTOM),
            Column(width="auto", items=[spread("button")], vertical_content_alignment=VerticalAlignment.BOTTOM),
        ],
    )
)


def choice(title: str, value: str) -> Json:
    """Return one choice of an input."""
    return _CHOICE(title=clean(title, 160), value=value)


def choose_one(name: str, label: str, choices: Sequence[Json], value: str | None = None) -> Json:
    """Let the reader choose one of a few."""
    return _ONE(id=name, label=label, choices=choices, value=value, placeholder=None)


def choose_visibly(name: str, label: str, choices: Sequence[Json], value: str | None = None) -> Json:
    """Let the reader choose one of a few, all of them in sight."""
    return _RADIO(id=name, label=label, choices=choices, value=value, placeholder=None)


def choose_several(name: str, label: str, choices: Sequence[Json], values: Iterable[str] = ()) -> Json:
    """Let the reader choose any of a few."""
    return _SEVERAL(id=name, label=label, choices=choices, value=",".join(values), placeholder=None)


def choose_person(name: str, label: str, placeholder: str, known: Iterable[Choice] = ()) -> Json:
    """Let the reader choose a colleague: one of those `known` beforehand, or by typing.

    It begins empty: renderers differ in whether they show the title or the value of what is chosen already.
    """
    choices = [choice(person.title, person.value) for person in known]
    return _PERSON(id=name, label=label, placeholder=clean(placeholder, 80), choices=choices)


def write_text(name: str, label: str, placeholder: str | None = None, value: str | None = None) -> Json:
    """Let the reader write a name."""
    return _TEXT(id=name, label=label, placeholder=placeholder, value=value and trim(value, NAME_LENGTH))


def write_long(name: str, label: str, value: str) -> Json:
    """Let the reader write more than a name."""
    return _LONG_TEXT(id=name, label=label, value=value)


def tick_several(name: str, label: str, choices: Sequence[Json]) -> Json:
    """Let the reader tick any of a page, all of them in sight."""
    return _TICKS(id=name, label=label, choices=choices, value=None, placeholder=None)


def beside(field: Json, button: Json) -> Json:
    """Put an input and its button side by side."""
    return _BESIDE(input=[field], button=buttons(button))
