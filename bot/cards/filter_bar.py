"""The filter bar of a list: type, partner, scope, period and order, in a drawer of the list card."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.cards import kit
from bot.cards.actions import buttons, submit
from bot.cards.inputs import choice, choose_one, choose_person, choose_several
from bot.cards.kit import Json
from bot.cards.phrases import NOBODY, NONE, text, type_choices
from bot.language import say
from bot.turn import Choice, Language, Reader
from storage.filters import DAYS, Filter, Period, is_id
from storage.models import CompanyType

NAME = "filter_bar"
ANY = "any"
ME = "me"
_PERIODS = (
    "within:7",
    "within:30",
    "within:90",
    "within:365",
    "not_for:30",
    "not_for:90",
    "not_for:180",
    "not_for:365",
)
_SORTS = {"last": False, "name": True, "count": False}
"""The orders on offer, and which way each goes."""
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class People:
    """The names behind the numbers in a filter."""

    partner: str = ""
    known_by: str = ""


NO_PEOPLE = People()


def draw(reader: Reader, filter_: Filter, people: People, state: Mapping[str, Any]) -> Json:
    """Draw the drawer with what the filter asks for now; its button asks for the list anew, from its first page."""
    language = reader.language
    apply = submit(text(language, "filter.apply"), "list.narrow", **state)
    return kit.drawer(NAME, [*_draw_inputs(language, filter_, people), *buttons(apply)])


@functools.lru_cache(maxsize=512)
def _draw_inputs(language: Language, filter_: Filter, people: People) -> list[Json]:
    types = choose_several(
        "types",
        text(language, "filter.types"),
        type_choices(language),
        (type_ or NONE for type_ in filter_.types),
    )
    partner = choose_person(
        "partner", text(language, "filter.partner"), _say_partner(language, filter_, people), _anybody(language)
    )
    scope = choose_one("scope", text(language, "filter.scope"), _scopes(language), filter_.scope)
    period = choose_one("period", text(language, "filter.period"), _periods(language, filter_.last), _key(filter_.last))
    order = choose_one("sort", text(language, "filter.sort"), _sorts(language), filter_.sort)
    return [types, kit.columns(partner, scope), kit.columns(period, order)]


def _say_partner(language: Language, filter_: Filter, people: People) -> str:
    """Say who is asked for now, as the hint of the empty picker: left empty, it changes nothing."""
    if isinstance(filter_.partner, int):
        return people.partner
    return text(language, f"filter.{filter_.partner or 'partner_hint'}")


@functools.cache
def _anybody(language: Language) -> list[Choice]:
    return [Choice(text(language, f"filter.{who}"), who) for who in (ANY, ME, NOBODY)]


@functools.cache
def _scopes(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.{scope}"), scope) for scope in ("mine", "firm")]


@functools.cache
def _sorts(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.by_{sort}"), sort) for sort in _SORTS]


@functools.lru_cache(maxsize=256)
def _periods(language: Language, chosen: Period | None) -> list[Json]:
    keys = [ANY, *_PERIODS]
    if _key(chosen) not in keys:
        keys.append(_key(chosen))
    return [choice(_say_period(language, key), key) for key in keys]


def _say_period(language: Language, key: str) -> str:
    kind, _, value = key.partition(":")
    if kind in ("within", "not_for"):
        return say(language, f"cards.filter.{kind}", count=int(value))
    return say(language, f"cards.filter.{kind}", day=value)


def _key(period: Period | None) -> str:
    return ANY if period is None else f"{period.is_}:{period.day or period.days}"


def read(filter_: Filter, inputs: Mapping[str, Any]) -> Filter:
    """Return the filter with what the drawer's inputs ask for; what is no choice of it leaves its part as it was."""
    changes: dict[str, Any] = {}
    if isinstance(types := inputs.get("types"), str):
        changes["types"] = _read_types(types.split(","))
    if isinstance(partner := inputs.get("partner"), str) and partner:
        changes["partner"] = _read_partner(partner, filter_)
    if (scope := inputs.get("scope")) in ("mine", "firm"):
        changes["scope"] = scope
    if isinstance(period := inputs.get("period"), str) and period:
        changes["last"] = _read_period(period, filter_)
    if (sort := inputs.get("sort")) in _SORTS and sort != filter_.sort:
        changes |= {"sort": sort, "is_ascending": _SORTS[sort]}
    return filter_.changed(**changes)


def _read_types(values: Iterable[str]) -> tuple[CompanyType | None, ...]:
    known = {type_.value: type_ for type_ in CompanyType}
    return tuple(known.get(value) for value in values if value in known or value == NONE)


def _read_partner(value: str, filter_: Filter) -> Any:
    if value in (ME, NOBODY):
        return value
    if value == ANY:
        return None
    return int(value) if value.isdecimal() and is_id(int(value[:_DIGITS])) else filter_.partner


def _read_period(value: str, filter_: Filter) -> Period | None:
    kind, _, amount = value.partition(":")
    if value == ANY:
        return None
    if kind not in ("within", "not_for") or not amount.isdecimal() or not 0 < int(amount[:_DIGITS]) <= DAYS:
        return filter_.last
    return Period(is_="within" if kind == "within" else "not_for", days=int(amount[:_DIGITS]))
