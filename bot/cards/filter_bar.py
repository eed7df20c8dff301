"""The filter bar of a list: type, partner, scope, period and order, in a drawer of the list card."""

import functools
from collections.abc import Mapping
from typing import Any

from bot.cards import kit
from bot.cards.actions import buttons, submit
from bot.cards.inputs import choice, choose_one, choose_person, choose_several
from bot.cards.phrases import text, type_choices
from bot.language import describe_period, say, say_list
from bot.results.choices import ANY, ANYONE, ME, NOBODY, NONE, NOT_ME
from bot.results.filter_choices import MET_KEYS, NEWS, PERIODS, SORTS, key_of
from bot.turn import Choice, Json, Language, Reader
from storage.lists.filters import MAIL, Filter, Scope
from storage.lists.periods import Period

NAME = "filter_bar"


def draw(reader: Reader, filter_: Filter, people: Mapping[int, str], state: Mapping[str, Any]) -> Json:
    """Draw the drawer with what the filter asks for now; its button asks for the list anew, from its first page."""
    language = reader.language
    apply = submit(text(language, "filter.apply"), "list.narrow", **state)
    partner = _say_partners(language, filter_, people)
    inputs = _draw_inputs(language, reader.locale, filter_, partner)
    return kit.drawer(NAME, [*inputs, *buttons(apply)])


@functools.lru_cache(maxsize=512)
def _draw_inputs(language: Language, locale: str, filter_: Filter, partners: str) -> list[Json]:
    types = choose_several(
        "types",
        text(language, "filter.types"),
        type_choices(language),
        (type_ or NONE for type_ in filter_.types),
    )
    partner = choose_person("partner", text(language, "filter.partner"), partners, _anybody(language))
    scope = choose_one("scope", text(language, "filter.scope"), _scopes(language), filter_.scope)
    periods, chosen = _periods(language, locale, filter_.last), key_of(filter_.last)
    period = choose_one("period", text(language, "filter.period"), periods, chosen)
    order = choose_one("sort", text(language, "filter.sort"), _sorts(language), filter_.sort)
    met = choose_one("met", text(language, "filter.met"), _meetings(language), MET_KEYS[filter_.is_met])
    news = choose_one(
        "new", text(language, "filter.new"), _news(language, locale, filter_.first), key_of(filter_.first)
    )
    mail = choose_one("mail", text(language, "filter.mail"), _mail(language, filter_.scope), filter_.mail or ANY)
    return [types, kit.columns(partner, scope), kit.columns(period, order), kit.columns(met, mail), news]


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
    return [choice(text(language, f"filter.met_{key}"), key) for key in MET_KEYS.values()]


@functools.cache
def _sorts(language: Language) -> list[Json]:
    return [choice(text(language, f"filter.by_{sort}"), sort) for sort in SORTS]


@functools.cache
def _mail(language: Language, scope: Scope) -> list[Json]:
    said = (say(language, f"language.mail.{mail}.{scope}") for mail in MAIL)
    any_mail = choice(text(language, "filter.any"), ANY)
    return [any_mail, *(choice(_begin(words), mail) for words, mail in zip(said, MAIL, strict=True))]


@functools.lru_cache(maxsize=256)
def _periods(language: Language, locale: str, chosen: Period | None) -> list[Json]:
    return _offer(language, locale, PERIODS, chosen)


@functools.lru_cache(maxsize=256)
def _news(language: Language, locale: str, chosen: Period | None) -> list[Json]:
    return _offer(language, locale, NEWS, chosen)


def _offer(language: Language, locale: str, periods: tuple[Period, ...], chosen: Period | None) -> list[Json]:
    offered = periods if chosen is None or chosen in periods else (*periods, chosen)
    any_time = choice(text(language, "filter.any"), ANY)
    return [any_time, *(choice(_say_period(language, locale, period), key_of(period)) for period in offered)]


def _say_period(language: Language, locale: str, period: Period) -> str:
    if period.days:
        return say(language, f"cards.filter.{period.is_}", count=period.days)
    is_named = period.is_ == "in"
    words = say(language, f"language.day.{period.day}") if is_named else describe_period(period, language, locale)
    return _begin(words)


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]
