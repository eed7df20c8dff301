"""A filter said in words, so that a misunderstanding is seen."""

import functools
from collections.abc import Iterator, Mapping
from datetime import date

from bot.language.formats import say_date, say_list
from bot.language.loading import load_vocabulary
from bot.language.texts import say
from bot.language.words import cut
from bot.turn import Language
from storage.filters import Filter, Period

_BETWEEN = " · "
_LENGTHS = (("year", 365), ("month", 30))
"""Units in which a number of days is said where it comes out even, longest first."""


def describe(filter_: Filter, language: Language, names: Mapping[str, str] | None = None) -> str:
    """Return a filter in words: `Companies of mine · clients · partner Anne Martin · no contact for 3 months`.

    `names` gives the names behind ids: `partner`, `known_by`, `company`. What it returns can be typed, and means the
    same filter.
    """
    return _describe(filter_, language, tuple(sorted((names or {}).items())))


@functools.lru_cache(maxsize=4_096)
def _describe(filter_: Filter, language: Language, names: tuple[tuple[str, str], ...]) -> str:
    return _BETWEEN.join(_list_parts(filter_.normalised(), language, dict(names)))


def _list_parts(filter_: Filter, language: Language, names: dict[str, str]) -> Iterator[str]:
    yield say(language, f"language.subject.{filter_.of}.{filter_.scope}")
    if names.get("company"):
        yield say(language, "language.company.at", name=_quote(names["company"]))
    if filter_.types:
        types = [say(language, f"language.type.{type_ or 'none'}") for type_ in filter_.types]
        yield say_list(language, types, "or")
    for part, who in (("partner", filter_.partner), ("known_by", filter_.known_by)):
        if isinstance(who, str):
            yield say(language, f"language.{part}.{who}")
        elif who or names.get(part):
            yield say(language, f"language.{part}.person", name=_quote(names.get(part) or "?"))
    if filter_.last:
        yield _say_period(language, filter_.last)
    if filter_.text:
        yield say(language, "language.text.matching", text=f'"{filter_.text.replace(chr(34), chr(39))}"')
    yield say(language, f"language.sort.{filter_.sort}.{'up' if filter_.is_ascending else 'down'}")


def _say_period(language: Language, period: Period) -> str:
    if period.day:
        day = say_date(language, date.fromisoformat(period.day), style="long")
        return say(language, f"language.last.{period.is_}", day=day)
    days = period.days or 0
    unit, length = next((step for step in _LENGTHS if days % step[1] == 0), ("day", 1))
    count = say(language, f"language.length.{unit}", count=days // length)
    return say(language, f"language.last.{period.is_}", length=count)


def _quote(name: str) -> str:
    """Return a name, in quotes where a word of it means something by itself."""
    known = load_vocabulary().known
    is_plain = all(word.kind in {"word", "elided", "suffix"} and word.text not in known for word in cut(name))
    return name if is_plain and name.strip() else f'"{name.replace(chr(34), chr(39))}"'
