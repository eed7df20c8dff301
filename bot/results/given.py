"""Which contacts a result gives to whoever asked, found in its values: no new kind of result has to say so itself."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from bot.results.base import Result

_PLAIN = (str, int, float, bytes, Enum, type(None))
_NUMBERS = ("contact_id", "id")


@dataclass(frozen=True, slots=True)
class Shape:
    """Where in the values of a type contacts are to be found."""

    number: str
    """The field with the number of the person whose address stands beside it; empty for a type that is no person."""
    inner: tuple[str, ...]
    """The fields that may hold others."""


def list_given(result: Result) -> frozenset[int]:
    """Return the numbers of the contacts whom a result names, in rows, cards, and what its buttons carry."""
    found: set[int] = set()
    _collect(result, found)
    return frozenset(found)


def _collect(value: Any, found: set[int]) -> None:
    if isinstance(value, _PLAIN):
        return
    if isinstance(value, Mapping):
        _add(value.get("contact_id"), found)
        for inner in value.values():
            _collect(inner, found)
    elif isinstance(value, Sequence | AbstractSet):
        for inner in value:
            _collect(inner, found)
    elif is_dataclass(value) or isinstance(value, msgspec.Struct):
        type_: type = type(value)
        shape = get_shape(type_)
        if shape.number and getattr(value, "state", "") != "user":  # a colleague on an open mail is no contact
            _add(getattr(value, shape.number), found)
        for name in shape.inner:
            _collect(getattr(value, name), found)


def _add(number: Any, found: set[int]) -> None:
    if isinstance(number, int) and not isinstance(number, bool):
        found.add(number)


@cache
def get_shape(type_: Any) -> Shape:
    """Return where the values of a type hold contacts."""
    hints = get_type_hints(type_)
    skipped = type_.inward if issubclass(type_, Result) else frozenset()
    numbers = [name for name in _NUMBERS if name in hints] if "address" in hints else []
    names = type_.__struct_fields__ if issubclass(type_, msgspec.Struct) else [one.name for one in fields(type_)]
    inner = tuple(name for name in names if name not in skipped and not is_plain(hints[name]))
    return Shape(next(iter(numbers), ""), inner)


def is_plain(hint: Any) -> bool:
    """Say whether a value of this type holds nothing but words and numbers."""
    if isinstance(hint, type) and get_origin(hint) is None:
        return issubclass(hint, _PLAIN)
    inner = [one for one in get_args(hint) if one is not Ellipsis]
    return bool(inner) and all(isinstance(one, _PLAIN) or is_plain(one) for one in inner)
