"""The data of a command, from what its pattern and its slots hold."""

from collections.abc import Callable
from typing import Any

from bot.language.reading import Clause

ReadList = Callable[[str], dict[str, Any] | None]
"""Turns words into the data of a `list`; None where they are none."""


def read_data(clause: Clause, read_list: ReadList) -> dict[str, Any] | None:
    """Return the data of a command; None where the list in it is none."""
    data: dict[str, Any] = {**clause.values, **clause.meaning.data}
    for key, nothing in (("person", "nobody"), ("type", "none")):
        if data.get(key) == nothing:
            data[key] = None
    verb = clause.meaning.name
    if verb == "show":
        return {"name": data["name"]}
    if verb == "export":
        data.setdefault("format", "xlsx")
    words = data.pop("list", None)
    if words is None:
        return data
    listing = read_list(words)
    return _add_list(verb, data, words, listing)


def _add_list(verb: str, data: dict[str, Any], words: str, listing: dict[str, Any] | None) -> dict[str, Any] | None:
    """Add the filter of a list; an export may name a saved view instead, a view is never saved half understood."""
    if listing and not listing.get("not_understood"):
        return data | {key: listing[key] for key in ("filter", "names") if key in listing}
    if verb != "export":
        return None
    return data | {"name": words} | (listing or {})
