"""Build the data of a command from its pattern and the values of its slots."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.language.dates import read_coming
from bot.language.parser import Clause

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[\w.-]{1,255}\w")


@dataclass(frozen=True, slots=True)
class Takes:
    """What the declaration of a verb says that words can mean: the commands give it, the language knows no verb."""

    writes: bool
    fields: frozenset[str]
    """The keys of its input; the words of a slot that is none of them are ignored."""
    knows_this: bool = False
    """It can be said of what the conversation showed last."""


THIS = "this"
"""The name of what is called by a pronoun."""
_ROW = "row "
"""What stands before the place of a row in the name of what is called by it: `the second one`."""

NOT_DECLARED = Takes(writes=True, fields=frozenset())
"""A verb of which nothing is known."""
_DAY = frozenset({"date", "weekday", "number", "month", "year"})
"""The slots that say a day."""
ReadList = Callable[[str], dict[str, Any] | None]
"""Turns words into the data of a `list`; None for words that ask for no list."""


def read_data(clause: Clause, takes: Takes, read_list: ReadList, today: date) -> dict[str, Any] | None:
    """Return the data of a command; None if its slot for a list or for a day to come holds something else."""
    verb = clause.meaning.name
    data: dict[str, Any] = {**clause.values, **clause.meaning.data}
    if "day_to_come" in takes.fields and _DAY & data.keys():
        day = read_coming(data, today)
        if day is None:
            return None
        data = {key: value for key, value in data.items() if key not in _DAY} | {"day_to_come": day.isoformat()}
    if is_shown(data.get("name")):
        if not takes.knows_this:
            return None
        data = point(data.pop("name")) | data
    elif verb == "show":
        return {"name": get_called(data["name"])}
    if data and not takes.fields & _list_keys(data) and "row" not in data:
        return {}
    if "name" in data and {"name", "address"} <= takes.fields:
        data |= _find_address(data.pop("name"), data)
    data = _name_people(clause, takes, data)
    if verb == "export":
        data.setdefault("format", "xlsx")
    words = data.pop("list", None)
    if words is None:
        return data
    listing = read_list(words)
    return _add_list(verb, data, words, listing)


def is_shown(name: str | None) -> bool:
    """Return whether something is called by what the conversation showed: a pronoun, or its place in the list."""
    return name is not None and (name == THIS or name.startswith(_ROW))


def point(name: str) -> dict[str, Any]:
    """Return what says which of what was shown is meant: nothing for a pronoun, else `row`, its place."""
    return {} if name == THIS else {"row": int(name.removeprefix(_ROW))}


def _name_people(clause: Clause, takes: Takes, data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with the people of a command in it: one or several, or nobody."""
    people = [value for slot, value in clause.filled if slot == "person"]
    if "people" in takes.fields and len(people) > 1:
        data |= {"people": people}
        del data["person"]
    for key, nothing in (("person", "nobody"), ("type", "none")):
        if data.get(key) == nothing:
            data[key] = None
    if clause.meaning.is_either_way and "name" in data and clause.values["person"] not in {"nobody", "me"}:
        # "take Acme off Marc" leaves it with nobody whichever of the two is the company.
        data["or"] = {"name": clause.values["person"], "person": data["person"] and data["name"]}
    return data | _find_holder(clause, people)


def _list_keys(data: dict[str, Any]) -> set[str]:
    """Return the keys that slots fill: the words of a list become a filter."""
    return {"filter" if slot == "list" else slot for slot in data}


def _find_holder(clause: Clause, people: list[str]) -> dict[str, str]:
    """Return whom a company is taken from: `take Acme off Marc`, `replace Marc by Anne`."""
    if clause.meaning.name != "company.set_partner":
        return {}
    named = people if "person" in clause.meaning.data else people[:-1]
    return {"held_by": named[0]} if named and named[0] != "nobody" else {}


def get_called(name: str) -> str:
    """Return the words to look up for a name: the address, if there is one as in `Jane Roe <jane@example.com>`."""
    return _find_address(name, {}).get("address", name)


def _find_address(name: str, data: dict[str, Any]) -> dict[str, str]:
    """Return the address in `Jane Roe <jane@example.com>`, or the name if it contains no address."""
    found = _ADDRESS.search(name)
    if found or "address" in data:
        return {"address": found[0].lower() if found else data["address"]}
    return {"name": name}


def _add_list(verb: str, data: dict[str, Any], words: str, listing: dict[str, Any] | None) -> dict[str, Any] | None:
    """Add the filter of a list; None if it was not wholly understood. An export may name a saved view instead."""
    if listing and listing.get("negations"):
        return None  # what was asked for is the opposite of what was understood
    if listing and not listing.get("not_understood"):
        kept = {key: listing[key] for key in ("filter", "names", "is_scope_given") if key in listing}
        return data | kept | ({"text": words} if verb == "export" else {})
    if verb != "export":
        return None
    return data | {"name": words} | (listing or {})
