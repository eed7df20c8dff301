"""The data of a command, from what its pattern and its slots hold."""

import re
from collections.abc import Callable
from typing import Any

from bot.language.reading import Clause

_ABOUT_ADDRESSES = frozenset({"contact.add", "contact.explain"})
_BARE = frozenset({"buttons", "views.list", "companies.sort_out", "notices.settings", "help"})
"""What takes no data: a slot in it was only passed over."""
_TO_SEVERAL = frozenset({"view.share", "view.unshare"})
_ADDRESS = re.compile(r"[^\s<>(),;:\"@]{1,64}@[\w.-]{1,255}\w")

ReadList = Callable[[str], dict[str, Any] | None]
"""Turns words into the data of a `list`; None where they are none."""


def read_data(clause: Clause, read_list: ReadList) -> dict[str, Any] | None:
    """Return the data of a command; None where the list in it is none."""
    data: dict[str, Any] = {**clause.values, **clause.meaning.data}
    if clause.meaning.name in _ABOUT_ADDRESSES and "name" in data:
        data |= _find_address(data.pop("name"), data)
    people = [value for slot, value in clause.filled if slot == "person"]
    if clause.meaning.name in _TO_SEVERAL and len(people) > 1:
        data |= {"people": people}
        del data["person"]
    for key, nothing in (("person", "nobody"), ("type", "none")):
        if data.get(key) == nothing:
            data[key] = None
    if clause.meaning.is_either_way and data["person"] not in {None, "me"}:
        data["or"] = {"name": data["person"], "person": data["name"]}
    verb = clause.meaning.name
    if verb == "show":
        return {"name": get_called(data["name"])}
    if verb in _BARE:
        return {}
    if verb == "export":
        data.setdefault("format", "xlsx")
    words = data.pop("list", None)
    if words is None:
        return data
    listing = read_list(words)
    return _add_list(verb, data, words, listing)


def get_called(name: str) -> str:
    """Return what is looked up for a name: the address in `Jane Roe <jane@example.com>`, which is clearer."""
    return _find_address(name, {}).get("address", name)


def _find_address(name: str, data: dict[str, Any]) -> dict[str, str]:
    """Return the address in `Jane Roe <jane@example.com>`, or the name where there is none."""
    found = _ADDRESS.search(name)
    if found or "address" in data:
        return {"address": found[0].lower() if found else data["address"]}
    return {"name": name}


def _add_list(verb: str, data: dict[str, Any], words: str, listing: dict[str, Any] | None) -> dict[str, Any] | None:
    """Add the filter of a list; an export may name a saved view instead, a view is never saved half understood."""
    if listing and listing.get("turning"):
        return None  # what was asked for is the opposite of what was understood
    if listing and not listing.get("not_understood"):
        kept = {key: listing[key] for key in ("filter", "names", "is_scope_given") if key in listing}
        return data | kept | ({"text": words} if verb == "export" else {})
    if verb != "export":
        return None
    return data | {"name": words} | (listing or {})
