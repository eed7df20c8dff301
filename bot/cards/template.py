"""Elements built once with adaptive-cards-py and filled many times.

The library takes half a millisecond for a list of ten rows, a filled template a hundredth of that; so every card is
written with the library's types, compiled at its first use, and filled per turn.
"""

from collections.abc import Callable, Mapping
from typing import Any

from adaptive_cards.card import ActionSubmit, Column, InputChoice, TextBlock
from pydantic import BaseModel

_SLOT = "\ue000"
_SPREAD = "\ue001"
"""Private-use characters: no text of ours holds them, and `clean` takes them out of everybody else's."""

_CAPITALS = frozenset({"color", "horizontalAlignment", "size", "spacing", "verticalContentAlignment", "weight"})
"""Properties whose values Teams' own models write with a capital, and the library without."""

Values = Mapping[str, Any]
Fill = Callable[[Values], Any]


def slot(name: str) -> str:
    """Leave a gap that a value fills; None leaves the property out."""
    return _SLOT + name


def spread(name: str) -> TextBlock:
    """Leave a place among elements for a list of them."""
    return TextBlock(text=_SPREAD + name)


def spread_actions(name: str) -> ActionSubmit:
    """Leave a place among actions for a list of them."""
    return ActionSubmit(title=_SPREAD + name)


def spread_columns(name: str) -> Column:
    """Leave a place among columns for a list of them."""
    return Column(id=_SPREAD + name)


def spread_choices(name: str) -> InputChoice:
    """Leave a place among choices for a list of them."""
    return InputChoice(title=_SPREAD + name, value="")


class Template:
    """An element (or action, or card) with gaps; calling it with their values gives its JSON.

    What has no gap is shared between the cards: nobody may change a card that a template gave.
    """

    def __init__(self, element: BaseModel) -> None:
        self._fill = _compile(dump(element))

    def __call__(self, **values: Any) -> dict[str, Any]:
        """Fill the gaps."""
        filled: dict[str, Any] = self._fill(values)
        return filled


def dump(element: BaseModel) -> dict[str, Any]:
    """Give an element's JSON as Teams spells it, without what the library writes needlessly."""
    spelled: dict[str, Any] = _spell(
        element.model_dump(mode="json", by_alias=True, exclude_none=True, serialize_as_any=True)
    )
    return spelled


def _spell(node: Any) -> Any:
    if isinstance(node, list):
        return [_spell(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _spell(value) for key, value in node.items() if (key, value) != ("mode", "primary")}
    return {key: _spell_value(key, value) for key, value in kept.items()}


def _spell_value(key: str, value: Any) -> Any:
    if key in _CAPITALS:
        return value[0].upper() + value[1:]
    return "full" if (key, value) == ("width", "Full") else value


def _compile(node: Any) -> Fill:
    """Write an element down as one expression that builds it, and have Python compile that, as dataclasses are made.

    Only what we wrote ourselves is in the expression; what people wrote comes in as its values.
    """
    fixed: list[Any] = []
    filled = _write(node, fixed)
    compiled: Fill = eval(f"lambda values: {filled}", {"fixed": fixed})  # noqa: S307  # our own templates alone
    return compiled


def _write(node: Any, fixed: list[Any]) -> str:
    """Write the expression for a part of a template; parts without gaps are left in `fixed`."""
    if not _has_gap(node):
        fixed.append(node)
        return f"fixed[{len(fixed) - 1}]"
    if isinstance(node, str):
        return f"values[{node[1:]!r}]"
    if isinstance(node, list):
        return f"[{', '.join(_write_item(item, fixed) for item in node)}]"
    return f"{{{', '.join(_write_property(key, value, fixed) for key, value in node.items())}}}"


def _write_item(item: Any, fixed: list[Any]) -> str:
    name = _spread_name(item)
    return f"*values[{name!r}]" if name else _write(item, fixed)


def _write_property(key: str, value: Any, fixed: list[Any]) -> str:
    """Write a property, which is left out where a gap of its own is filled by None."""
    written = _write(value, fixed)
    if isinstance(value, str) and _has_gap(value):
        return f"**({{}} if {written} is None else {{{key!r}: {written}}})"
    return f"{key!r}: {written}"


def _spread_name(item: Any) -> str:
    if not isinstance(item, dict):
        return ""
    found = (value[1:] for value in item.values() if isinstance(value, str) and value.startswith(_SPREAD))
    return next(found, "")


def _has_gap(node: Any) -> bool:
    if isinstance(node, dict):
        return any(map(_has_gap, node.values()))
    if isinstance(node, list):
        return any(map(_has_gap, node))
    return isinstance(node, str) and node.startswith((_SLOT, _SPREAD))
