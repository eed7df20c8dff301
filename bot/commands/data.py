"""Reading what an ask carries: a hint from a client, never trusted; what makes no sense is an error with a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.cards.kit import READERS, Json
from bot.cards.phrases import NONE
from bot.cards.sharing import Circle
from bot.errors import BadRequestError
from storage.lists.filters import MOST_PARTNERS, Filter, from_json, is_id
from storage.models import CompanyType

Data = Mapping[str, Any]
Names = Mapping[str, Sequence[str]]
"""What people were called in a sentence, by the part of the filter that they stand in."""
LONGEST_BACK = 1_000
"""Bytes of a way back that a card may carry on."""
_BACK_VERBS = (
    *("list", "company.open", "contact.open", "pane.item"),
    *("companies.sort_out", "companies.sort_next", "views.list"),
)
_DIGITS = 19
ME = "me"


def read_id(data: Data, key: str) -> int:
    """Return the number of a row; an input gives it as digits."""
    number = read_number(data, key)
    if not is_id(number):
        raise BadRequestError
    return int(number or 0)


def read_number(data: Data, key: str) -> int | None:
    """Return a whole number, or None where there is none."""
    value = data.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) <= _DIGITS and value.lstrip("-").isdecimal():
        value = int(value)
    if type(value) is not int:
        raise BadRequestError
    return value


def read_text(data: Data, key: str, limit: int = 200) -> str:
    """Return words of at most `limit` characters; empty where there are none."""
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequestError
    return value.strip()[:limit]


def read_flag(data: Data, key: str) -> bool:
    """Return a yes or no; only a plain `true` is a yes."""
    return data.get(key) is True or data.get(key) == "true"


def read_filter(data: Data) -> Filter:
    """Return the filter asked for; raises `FilterError`."""
    return from_json(data.get("filter") or {})


def read_type(data: Data) -> CompanyType | None:
    """Return the company type asked for; `none` takes it away."""
    value = data.get("type")
    if value is None or value == NONE:
        return None
    if value not in tuple(CompanyType):
        raise BadRequestError("bad_type")
    return CompanyType(value)


def read_ids(data: Data, key: str, limit: int = 100) -> list[int]:
    """Return row numbers, each once, at most `limit`."""
    values = data.get(key)
    if not isinstance(values, list | tuple) or len(values) > limit or not all(map(is_id, values)):
        raise BadRequestError
    return list(dict.fromkeys(values))


def read_names(data: Data) -> dict[str, tuple[str, ...]]:
    """Return the names that a sentence held, one or several by their part in the filter."""
    names = data.get("names") or {}
    if not isinstance(names, Mapping):
        raise BadRequestError
    return {str(part): _read_some(given) for part, given in names.items()}


def _read_some(given: Any) -> tuple[str, ...]:
    several = given if isinstance(given, list | tuple) else [given]
    if len(several) > MOST_PARTNERS or not all(isinstance(name, str) for name in several):
        raise BadRequestError
    return tuple(name.strip()[:200] for name in several if name.strip())


def read_strings(data: Data, key: str, limit: int = 10) -> tuple[str, ...]:
    """Return a few strings, leaving out what is none."""
    values = data.get(key)
    if not isinstance(values, list | tuple):
        return ()
    return tuple(value[:200] for value in values[:limit] if isinstance(value, str))


def read_back(data: Data) -> Json | None:
    """Return the way back that a card carries; one that leads nowhere of ours, or is too long, is forgotten."""
    back = data.get("back")
    if not isinstance(back, Mapping) or back.get("verb") not in _BACK_VERBS:
        return None
    return dict(back) if len(msgspec.json.encode(back)) <= LONGEST_BACK else None


def read_cursor(data: Data) -> str | None:
    """Return the place in a list; the storage refuses one that is none."""
    cursor = data.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise BadRequestError
    return cursor or None


def read_circle(data: Data) -> Circle:
    """Return who reads what is put into a conversation, as the edge says it (`user_ids`, `is_of_the_firm`)."""
    return Circle(read_strings(data, "user_ids", READERS), data.get("is_of_the_firm") is True)
