"""Describe a filter in words, so that a person sees how their sentence was understood."""

import functools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from bot.language.formats import say_date, say_list, say_month
from bot.language.texts import say
from bot.language.tokenizer import soften_quotes, tokenize
from bot.language.vocabulary_loader import load_vocabulary
from bot.turn import Language
from storage.lists.filters import Filter, Partner
from storage.lists.periods import Period

_BETWEEN = " · "
_LENGTHS = (("year", 365), ("month", 30))
"""Units for a number of days that they divide without remainder, longest first."""


def describe(
    filter_: Filter,
    language: Language,
    people: Mapping[int, str] | None = None,
    company: str = "",
    others: Mapping[int, str] | None = None,
    *,
    locale: str = "",
) -> str:
    """Return a filter in words: `Companies of mine · clients · partner Anne Martin · no contact for 3 months`.

    `people` has the names of the colleagues in the filter by id, `company` is the name of the company whose contacts
    are asked for, `others` has the names of the excluded companies by id. `locale` says how dates are
    written. Typing the description gives the same filter.
    """
    names = {who: (people or {}).get(who, "") for who in filter_.user_ids}
    left_out = tuple((others or {}).get(number, "") for number in filter_.not_company_ids)
    return _describe(filter_, (language, locale), tuple(names.items()), company, left_out)


@functools.lru_cache(maxsize=4_096)
def _describe(
    filter_: Filter,
    spoken: tuple[Language, str],
    people: tuple[tuple[int, str], ...],
    company: str,
    left_out: tuple[str, ...],
) -> str:
    return _BETWEEN.join(_list_parts(filter_.normalised(), spoken, dict(people), company, left_out))


def _list_parts(
    filter_: Filter, spoken: tuple[Language, str], people: Mapping[int, str], company: str, left_out: tuple[str, ...]
) -> Iterator[str]:
    language, locale = spoken
    yield say(language, f"language.subject.{filter_.of}.{filter_.scope}")
    if company:
        yield say(language, "language.company.at", name=quote_name(language, company))
    if left_out:
        names = say_list(language, [quote_name(language, name or "?") for name in left_out], "or")
        yield say(language, f"language.company.not_{filter_.of}", name=names)
    if filter_.types:
        types = [say(language, f"language.type.{type_ or 'none'}") for type_ in filter_.types]
        yield say_list(language, types, "or")
    yield from _list_partners(filter_, language, people)
    if filter_.is_met is not None:
        yield _say_meeting(filter_, language, locale)
    yield from _list_knowers(filter_, language, people)
    yield from _list_past(filter_, language, locale)
    if filter_.last:
        yield describe_period(filter_.last, language, locale)
    if filter_.text:
        yield say(language, "language.text.matching", text=_quote(language, soften_quotes(filter_.text)))
    yield say(language, f"language.sort.{filter_.sort}.{'up' if filter_.is_ascending else 'down'}")


def _list_partners(filter_: Filter, language: Language, people: Mapping[int, str]) -> Iterator[str]:
    if filter_.partners:
        yield _say_partners(language, filter_.partners, people)
    if filter_.not_partners:
        named = _name_partners(language, filter_.not_partners, people)
        yield say(language, "language.partner.not", name=say_list(language, named, "or"))


def _list_knowers(filter_: Filter, language: Language, people: Mapping[int, str]) -> Iterator[str]:
    if filter_.known_by:
        how = "me" if filter_.known_by == ("me",) else "person"
        names = say_list(language, _name_partners(language, filter_.known_by, people))
        yield say(language, f"language.known_by.{filter_.of}.{how}", name=names)
    if filter_.not_known_by:
        how = "me" if filter_.not_known_by == ("me",) else "person"
        names = say_list(language, _name_partners(language, filter_.not_known_by, people), "or")
        yield say(language, f"language.not_known_by.{filter_.of}.{how}", name=names)
    if filter_.not_met_by:
        names = say_list(language, _name_partners(language, filter_.not_met_by, people), "or")
        yield say(language, f"language.not_met_by.{filter_.of}", name=names)


def _list_past(filter_: Filter, language: Language, locale: str) -> Iterator[str]:
    """Describe who wrote, and since when they are known or are what they are."""
    if filter_.mail:
        yield say(language, f"language.mail.{filter_.mail}.{filter_.scope}")
    if filter_.has_company is not None:
        yield say(language, f"language.has_company.{'yes' if filter_.has_company else 'no'}")
    if filter_.became:
        yield say(language, "language.became", when=_say_when(filter_.became, language, locale))
    if filter_.first:
        key, given = _read_period(filter_.first, language, locale)
        yield say(language, f"language.first.{key}", **given)


def _say_meeting(filter_: Filter, language: Language, locale: str) -> str:
    how = "held" if filter_.is_met else "never"
    if filter_.met_in is None:
        return say(language, f"language.meeting.{filter_.of}.{how}")
    return say(language, f"language.meeting.in.{how}", when=_say_when(filter_.met_in, language, locale))


def _say_when(period: Period, language: Language, locale: str) -> str:
    key, given = _read_period(period, language, locale)
    return say(language, f"language.when.{key}", **given)


def _say_partners(language: Language, partners: tuple[Partner, ...], people: Mapping[int, str]) -> str:
    if len(partners) == 1 and isinstance(partners[0], str):
        return say(language, f"language.partner.{partners[0]}")
    named = _name_partners(language, partners, people)
    return say(language, "language.partner.person", name=say_list(language, named, "or"))


def _name_partners(language: Language, partners: tuple[Partner, ...], people: Mapping[int, str]) -> list[str]:
    return [
        _say_person(language, who, people) if isinstance(who, int) else say(language, f"language.person.{who}")
        for who in partners
    ]


def _say_person(language: Language, who: int, people: Mapping[int, str]) -> str:
    return quote_name(language, people.get(who) or "?")


def describe_period(period: Period, language: Language, locale: str = "") -> str:
    """Return a period of the last interaction in words: `no contact for 3 months`."""
    key, given = _read_period(period, language, locale)
    return say(language, f"language.last.{key}", **given)


def _read_period(period: Period, language: Language, locale: str) -> tuple[str, dict[str, str]]:
    """Return the name of the text for a period, and what stands in it."""
    if period.days:
        unit, length = next((step for step in _LENGTHS if period.days % step[1] == 0), ("day", 1))
        count = say(language, f"language.length.{unit}", count=period.days // length)
        return period.is_, {"length": count}
    if period.is_named:
        return f"{period.is_}_named", {"day": say(language, f"language.day.{period.day}")}
    first = date.fromisoformat(period.day or "")
    if not period.until:
        return period.is_, {"day": say_date(language, first, style="long", locale=locale)}
    return _read_between(language, locale, first, date.fromisoformat(period.until))


def _read_between(language: Language, locale: str, first: date, last: date) -> tuple[str, dict[str, str]]:
    """Return the text for a span of days; a whole day, month or year is named as such."""
    is_begun, is_ended = first.day == 1, (last + timedelta(days=last < date.max)).day == 1
    if first == last:
        return "on", {"day": say_date(language, first, style="long", locale=locale)}
    if is_begun and is_ended and (first.year, first.month) == (last.year, last.month):
        return "in_month", {"month": say_month(language, first)}
    if is_begun and is_ended and (first.year, first.month, last.month) == (last.year, 1, 12):
        return "in_year", {"year": str(first.year)}
    days = [say_date(language, day, style="long", locale=locale) for day in (first, last)]
    return "between", {"day": days[0], "until": days[1]}


def quote_name(language: Language, name: str) -> str:
    """Return a name as it can be typed: in the language's quotes if one of its words is in the vocabulary."""
    known = load_vocabulary().known
    soft = soften_quotes(name)
    is_plain = all(word.kind in {"word", "elided", "suffix"} and word.text not in known for word in tokenize(soft))
    return soft if is_plain and soft.strip() else _quote(language, soft)


def _quote(language: Language, words: str) -> str:
    return say(language, "cards.list.quoted", word=words)
