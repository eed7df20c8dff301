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
    """Return an element's JSON as Teams spells it, without what the library writes needlessly."""
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
    if isinstance(node, str) and node.startswith(_SLOT):
        name = node[1:]
        return lambda values: values[name]
    if isinstance(node, dict):
        return _compile_dict(node)
    if isinstance(node, list):
        return _compile_list(node)
    return lambda _values: node


def _compile_dict(node: dict[str, Any]) -> Fill:
    gaps = [(key, _compile(value)) for key, value in node.items() if _has_gap(value)]
    fixed = {key: value for key, value in node.items() if not _has_gap(value)}

    def fill(values: Values) -> dict[str, Any]:
        filled = fixed.copy()
        for key, fill_gap in gaps:
            value = fill_gap(values)
            if value is not None:
                filled[key] = value
        return filled

    return fill


def _compile_list(node: list[Any]) -> Fill:
    parts = [(_spread_name(item), _compile(item)) for item in node]

    def fill(values: Values) -> list[Any]:
        filled: list[Any] = []
        for name, fill_part in parts:
            if name:
                filled.extend(values[name])
            else:
                filled.append(fill_part(values))
        return filled

    return fill


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
