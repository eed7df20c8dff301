"""Buttons. Each is an `Action.Execute` that falls back to an `Action.Submit` with the same data, verb included.

What a button carries is a hint: every click is authorised again.
"""

from typing import Any

from adaptive_cards.card import (
    ActionExecute,
    ActionOpenUrl,
    ActionSet,
    ActionSubmit,
    ActionToggleVisibility,
    TargetElement,
)
from adaptive_cards.types import ActionStyle, AssociatedInputs, Spacing

from bot.cards.template import Template, slot, spread_actions
from bot.language.wording import clean
from bot.turn import Json


def execute(style: ActionStyle | None = None, inputs: AssociatedInputs | None = None) -> ActionExecute:
    """Build a button with gaps for title, verb and data; without `inputs` it takes the card's inputs along."""
    fallback = ActionSubmit(title=slot("title"), data=slot("data"), style=style, associated_inputs=inputs)
    return ActionExecute(
        title=slot("title"),
        verb=slot("verb"),
        data=slot("data"),
        style=style,
        associated_inputs=inputs,
        fallback=fallback,
    )


_BUTTON = Template(execute(inputs=AssociatedInputs.NONE))
_SUBMIT = Template(execute(ActionStyle.POSITIVE))
_PRIMARY = Template(execute(ActionStyle.POSITIVE, AssociatedInputs.NONE))
_DANGER = Template(execute(ActionStyle.DESTRUCTIVE, AssociatedInputs.NONE))
_TOGGLE = Template(
    ActionToggleVisibility(title=slot("title"), target_elements=[TargetElement(element_id=slot("target"))])
)
_LINK = Template(ActionOpenUrl(title=slot("title"), url=slot("url")))
_BUTTONS = Template(ActionSet(actions=[spread_actions("actions")], spacing=Spacing.MEDIUM))


def data_of(verb: str, /, **data: Any) -> Json:
    """Return what a button of this verb carries; parts that are None are left out."""
    return {"verb": verb} | {key: value for key, value in data.items() if value is not None}


def button(title: str, verb: str, /, **data: Any) -> Json:
    """Return a plain button; it sends nothing of the card's inputs."""
    return _BUTTON(title=clean(title, 60), verb=verb, data=data_of(verb, **data))


def primary(title: str, verb: str, /, **data: Any) -> Json:
    """Return the one button that a card leads to."""
    return _PRIMARY(title=clean(title, 60), verb=verb, data=data_of(verb, **data))


def submit(title: str, verb: str, /, **data: Any) -> Json:
    """Return the button that sends the card's inputs with its data."""
    return _SUBMIT(title=clean(title, 60), verb=verb, data=data_of(verb, **data))


def danger(title: str, verb: str, /, **data: Any) -> Json:
    """Return a button that takes something away."""
    return _DANGER(title=clean(title, 60), verb=verb, data=data_of(verb, **data))


def toggle(title: str, target: str) -> Json:
    """Return a button that shows or hides the element `target`."""
    return _TOGGLE(title=title, target=target)


def link(title: str, url: str) -> Json:
    """Return a link; raises `ValueError` for anything but https."""
    if not url.startswith("https://"):
        raise ValueError("a card links to https only")
    return _LINK(title=clean(title, 60), url=url)


def drop_fallbacks(node: Any) -> Any:
    """Return a card whose buttons carry their data once: for the rare card that is too large with it twice.

    Every Teams of today knows `Action.Execute`; the fallback is for older ones.
    """
    if isinstance(node, dict):
        return {key: drop_fallbacks(value) for key, value in node.items() if key != "fallback"}
    return [drop_fallbacks(item) for item in node] if isinstance(node, list) else node


def buttons(*actions: Json | None) -> list[Json]:
    """Put buttons in a row of their own inside a card; none of them, no row."""
    present = [action for action in actions if action is not None]
    return [_BUTTONS(actions=present)] if present else []
