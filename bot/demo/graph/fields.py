"""Turning a copy into JSON: one small function per property, composed once per `$select`."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from bot.demo.world.addresses import encode_json

T = TypeVar("T")
Getter = Callable[[T], bytes]


class Encoder(Generic[T]):
    """Writes the selected properties of an item, encoded values joined rather than a dictionary built.

    A getter that gives nothing leaves its property out.
    """

    def __init__(self, getters: Mapping[str, Getter[T]]) -> None:
        self._parts = [(b',"' + name.encode() + b'":', getter) for name, getter in getters.items()]

    def encode(self, item: T, head: bytes) -> bytes:
        """Return the JSON object that begins with `head` (an open brace and at least one property)."""
        pieces = [head]
        for name, get in self._parts:
            if value := get(item):
                pieces.append(name)
                pieces.append(value)
        pieces.append(b"}")
        return b"".join(pieces)


def choose(getters: Mapping[str, Getter[T]], selected: Iterable[str], hidden: Iterable[str] = ()) -> dict[str, Any]:
    """Return the getters of the selected properties, or all but the `hidden` ones; unknown names are passed over."""
    names = list(selected)
    if not names:
        return {name: getter for name, getter in getters.items() if name not in hidden}
    return {name: getters[name] for name in names if name in getters}


def override(encoded: bytes, overrides: Mapping[str, Any]) -> bytes:
    """Put other values in place of the true ones; `...` drops a property."""
    true = json.loads(encoded)
    return encode_json({name: value for name, value in {**true, **overrides}.items() if value is not ...})
