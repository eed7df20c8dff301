"""The filter bar of a list: type, partner, scope, period and order, in a drawer of the list card."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from bot.cards import kit
from bot.cards.actions import buttons, submit
from bot.cards.inputs import choice, choose_one, choose_person, choose_several
from bot.cards.kit import Json
from bot.cards.phrases import NOBODY, NONE, text, type_choices
from bot.language import describe_period, say, say_list
from bot.turn import Choice, Language, Reader
from storage.lists.filters import Filter, is_id
from storage.lists.periods import Period
from storage.models import CompanyType

NAME = "filter_bar"
ANY = "any"
ANYONE = "anyone"
NOT_ME = "not_me"
ME = "me"
_PERIODS = (
    *(Period("within", days=days) for days in (7, 30, 90, 365)),
    *(Period("in", day=day) for day in ("this_month", "last_month", "this_year", "last_year")),
    *(Period("not_for", days=days) for days in (30, 90, 180, 365)),
)
_SORTS = {"last": False, "name": True, "count": False}
"""The orders on offer, and which way each goes."""
_MET_KEYS: dict[bool | None, str] = {None: ANY, True: "held", False: "never"}
_DIGITS = 20


def draw(reader: Reader, filter_: Filter, people: Mapping[int, str], state: Mapping[str, Any]) -> Json:
    """Draw the drawer with what the filter asks for now; its button asks for the list anew, from its first page."""
    language = reader.language
    apply = submit(text(language, "filter.apply"), "list.narrow", **state)
    partner = _say_partners(language, filter_, people)
    return kit.drawer(NAME, [*_draw_inputs(language, filter_, partner), *buttons(apply)])


@functools.lru_cache(maxsize=512)
def _draw_inputs(language: Language, filter_: Filter, partners: str) -> list[Json]:
    types = choose_several(
        "types",
        text(language, "filter.types"),
        type_choices(language),
        (type_ or NONE for type_ in filter_.types),
    )
    partner = choose_person("partner", text(language, "filter.partner"), partners, _anybody(language))
    scope = choose_one("scope", text(language, "filter.scope"), _scopes(language), filter_.scope)
    period = choose_one("period", text(language, "filter.period"), _periods(language, filter_.last), _key(filter_.last))
    order = choose_one("sort", text(language, "filter.sort"), _sorts(language), filter_.sort)
    met = choose_one("met", text(language, "filter.met"), _meetings(language), _MET_KEYS[filter_.is_met])
    return [types, kit.columns(partner, scope), kit.columns(period, order), met]


def _say_partners(language: Language, filter_: Filter, people: Mapping[int, str]) -> str:
    """Say who is asked for now, as the hint of the empty picker: left empty, it changes nothing."""
    partners = [
        people.get(who, "") if isinstance(who, int) else text(language, f"filter.{who}") for who in filter_.partners
    ]
    if filter_.not_partners == (ME,):
        partners.append(text(language, f"filter.{NOT_ME}"))
    return say_list(language, partners, "or") if partners else text(language, "filter.partner_hint")


@functools.cache
def _anybody(language: Language) -> list[Choice]:
    return [Choice(text(language, f"filter.{who}"), who) for who in (ANY, ME, NOT_ME, ANYONE, NOBODY)]


@functools.cache
def _scopes(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.{scope}"), scope) for scope in ("mine", "firm")]


@functools.cache
def _meetings(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.met_{key}"), key) for key in _MET_KEYS.values()]


@functools.cache
def _sorts(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.by_{sort}"), sort) for sort in _SORTS]


@functools.lru_cache(maxsize=256)
def _periods(language: Language, chosen: Period | None) -> list[Json]:
    offered = _PERIODS if chosen is None or chosen in _PERIODS else (*_PERIODS, chosen)
    any_time = choice(text(language, "filter.any"), ANY)
    return [any_time, *(choice(_say_period(language, period), _key(period)) for period in offered)]


def _say_period(language: Language, period: Period) -> str:
    if period.days:
        return say(language, f"cards.filter.{period.is_}", count=period.days)
    words = say(language, f"language.day.{period.day}") if period.is_ == "in" else describe_period(period, language)
    return words[:1].upper() + words[1:]


def _key(period: Period | None) -> str:
    if period is None:
        return ANY
    return ":".join((period.is_, *(str(part) for part in (period.day, period.until, period.days) if part)))


def read(filter_: Filter, inputs: Mapping[str, Any]) -> Filter:
    """Return the filter with what the drawer's inputs ask for; what is no choice of it leaves its part as it was."""
    changes: dict[str, Any] = {}
    if isinstance(types := inputs.get("types"), str):
        changes["types"] = _read_types(types.split(","))
    if isinstance(partner := inputs.get("partner"), str) and partner:
        changes["partners"] = _read_partners(partner, filter_)
        changes["not_partners"] = (ME,) if partner == NOT_ME else ()
    if (scope := inputs.get("scope")) in ("mine", "firm"):
        changes["scope"] = scope
    if isinstance(period := inputs.get("period"), str) and period:
        changes["last"] = _read_period(period, filter_)
    if (met := inputs.get("met")) in _MET_KEYS.values():
        changes["is_met"] = next(is_met for is_met, key in _MET_KEYS.items() if key == met)
    if (sort := inputs.get("sort")) in _SORTS and sort != filter_.sort:
        changes |= {"sort": sort, "is_ascending": _SORTS[sort]}
    return filter_.changed(**changes)


def _read_types(values: Iterable[str]) -> tuple[CompanyType | None, ...]:
    known = {type_.value: type_ for type_ in CompanyType}
    return tuple(known.get(value) for value in values if value in known or value == NONE)


def _read_partners(value: str, filter_: Filter) -> tuple[Any, ...]:
    if value in (ME, ANYONE, NOBODY):
        return (value,)
    if value in (ANY, NOT_ME):
        return ()
    return (int(value),) if value.isdecimal() and is_id(int(value[:_DIGITS])) else filter_.partners


def _read_period(value: str, filter_: Filter) -> Period | None:
    if value == ANY:
        return None
    return next((period for period in _PERIODS if _key(period) == value), filter_.last)
