"""Format dates, times, numbers and lists in the reader's language, with Babel; cached because lists repeat values.

Times are UTC seconds since 1970; 0 means that no plausible date is known and gives an empty string.
"""

import bisect
import functools
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal, get_decimal_symbol

from bot.turn import Language

DateStyle = Literal["short", "medium", "long", "full"]
Unit = Literal["day", "hour", "minute"]
_UNITS: tuple[tuple[int, Unit], ...] = (
    (60, "minute"),
    (3_600, "hour"),
    (86_400, "day"),
)
"""The number of seconds from which each unit is used."""
_WEEK = 7 * 86_400
_QUARTER = 900
_WORLD = "001"
_SEMICOLON_COUNTRIES = frozenset({"CH", "LI"})
_BEGINNINGS = [seconds for seconds, _ in _UNITS]


@functools.lru_cache(maxsize=8_192)
def say_number(language: Language, number: float) -> str:
    """Return a number with the language's separators: `12,345`, `12 345`."""
    return str(format_decimal(number, locale=language))


def say_date(
    language: Language, at: int | date, timezone: str = "UTC", style: DateStyle = "medium", locale: str = ""
) -> str:
    """Format a date, or the day of a time (UTC seconds) in a time zone: `3 Mar 2026`."""
    if isinstance(at, date):
        return _say_day(_choose_region(language, locale), at, style)
    if at <= 0:
        return ""
    moment = datetime.fromtimestamp(at, zone(timezone))
    return _say_day(_choose_region(language, locale), moment.date(), style)


def say_time(language: Language, at: int, timezone: str = "UTC", locale: str = "") -> str:
    """Format a time (UTC seconds) in a time zone: `3 Mar 2026, 14:05`."""
    if at <= 0:
        return ""
    moment = datetime.fromtimestamp(at, zone(timezone))
    region = _choose_region(language, locale)
    return f"{_say_day(region, moment.date(), 'medium')}, {format_time(moment, 'short', locale=region)}"


def say_clock(language: Language, at: int, timezone: str = "UTC", locale: str = "") -> str:
    """Return the time of day of a time (UTC seconds) in a time zone: `14:05`."""
    return str(
        format_time(datetime.fromtimestamp(at, zone(timezone)), "short", locale=_choose_region(language, locale))
    )


def say_weekday(language: Language, day: date, today: date, locale: str = "") -> str:
    """Return a day with its weekday, and with its year where that is not this year's: `Fri 4 Dec`."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    skeleton = "MMMEd" if day.year == today.year else "yMMMEd"
    said = str(format_skeleton(skeleton, moment, locale=_choose_region(language, locale)))
    return said.replace(" 1 ", " 1er ") if language == "fr" else said


def get_day(at: int, timezone: str) -> date:
    """Return the day of a time (UTC seconds) in a time zone."""
    return datetime.fromtimestamp(at, zone(timezone)).date()


def get_midnight(day: date, timezone: str) -> int:
    """Return the second (UTC) at which a day begins in a time zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).timestamp())


def say_ago(language: Language, at: int, now: int, timezone: str = "UTC", locale: str = "") -> str:
    """Return how long before or after `now` a time is (both UTC seconds): `3 days ago`; after a week the day itself."""
    if at <= 0:
        return ""
    distance = max(abs(now - at), 60)
    if distance >= _WEEK:
        return _say_day_of(language, locale, at // _QUARTER, timezone)
    seconds, unit = _UNITS[bisect.bisect(_BEGINNINGS, distance) - 1]
    return _say_distance(language, unit, distance // seconds * seconds * (1 if at > now else -1))


@functools.lru_cache(maxsize=16_384)
def _say_day_of(language: Language, locale: str, quarter: int, timezone: str) -> str:
    """Return the day of a quarter of an hour; no clock of our day stands off from UTC by less than that."""
    day = datetime.fromtimestamp(quarter * _QUARTER, zone(timezone)).date()
    return _say_day(_choose_region(language, locale), day, "medium")


@functools.lru_cache(maxsize=512)
def say_month(language: Language, day: date) -> str:
    """Return month and year of a date: `March 2026`."""
    return str(format_skeleton("yMMMM", datetime(day.year, day.month, 1, tzinfo=UTC), locale=language))


def say_list(language: Language, items: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
    """Join items as the language does, with `and` or `or` before the last one."""
    return str(format_list(list(items), style=style, locale=language))


@functools.lru_cache(maxsize=256)
def is_month_first(locale: str, language: Language) -> bool:
    """Return whether people who read `language` where a locale says write the fourth of March as 3/4.

    Where figures begin with the year, the order in words tells: March 4 in Canada, 4 March in South Africa. False for a
    locale without a country.
    """
    known = _parse_locale(_choose_region(language, locale))
    if known is None or known.territory in (None, _WORLD):
        known = _parse_locale(locale)
    if known is None or known.territory is None:
        return False
    figures, in_words = (re.sub(r"'.*?'", "", str(known.date_formats[style].pattern)) for style in ("short", "long"))
    pattern = (in_words if figures.lower().startswith("y") else figures).lower()
    return pattern.index("m") < pattern.index("d")


@functools.lru_cache(maxsize=256)
def has_semicolons(locale: str, language: Language) -> bool:
    """Return whether spreadsheets of a locale, or else of the language, part the columns of a CSV at semicolons.

    They do where decimals have a comma, and where Windows parts lists so although decimals have a point.
    """
    place = _split_locale(locale)[1]
    of_country = _parse_locale(f"und-{place}") if place else None  # for a language by an older name: no-NO
    known = _parse_locale(locale) or of_country or Locale.parse(language)
    return get_decimal_symbol(known) == "," or known.territory in _SEMICOLON_COUNTRIES


def _parse_locale(locale: str) -> Locale | None:
    """Return a locale however it is written (`FR`, `fr_ca`, `en-us`); None for one that Unicode does not know."""
    language, place = _split_locale(locale)
    try:
        return Locale.parse("_".join(filter(None, (language, place))))
    except (ValueError, UnknownLocaleError):
        return None


def _split_locale(locale: str) -> tuple[str, str]:
    """Return the language and the country of a locale, `fr` and `CH` of `fr_ch.UTF-8`; empty for what it leaves out."""
    parts = re.split(r"[-_.@ ]", locale.strip())[:3]
    places = [part.upper() for part in parts[1:] if re.fullmatch(r"[A-Za-z]{2}|\d{3}", part)]
    return parts[0].lower(), places[0] if places else ""


@functools.lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; UTC for an unknown name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@functools.lru_cache(maxsize=256)
def _choose_region(language: Language, locale: str) -> str:
    """Return where a language is spoken: in the client's country, or else in the world; nowhere where it names none."""
    _, country = _split_locale(locale)
    for place in (country, _WORLD) if country else ():
        known = _parse_locale(f"{language}_{place}")
        if known is not None:
            return str(known)
    return language


@functools.lru_cache(maxsize=8_192)
def _say_day(locale: str, day: date, style: DateStyle) -> str:
    said = str(format_date(day, style, locale=locale))
    return f"1er{said[1:]}" if locale.startswith("fr") and said.startswith("1 ") else said


@functools.lru_cache(maxsize=4_096)
def _say_distance(language: Language, unit: Unit, seconds: int) -> str:
    distance = timedelta(seconds=seconds)
    return str(format_timedelta(distance, unit, threshold=10_000, add_direction=True, locale=language))
