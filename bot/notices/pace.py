"""When somebody is spoken to: pure reckoning with hours, days and the clock of the place they are in."""

from datetime import date, datetime, time, timedelta

from bot.language.formats import zone
from storage.messages.notice_preferences import NoticePreferences

GATHER = 1
"""Seconds for which what comes together is left to gather."""


def choose_due_at(now: float, preferences: NoticePreferences, timezone: str) -> int:
    """Return the UTC second at which something that happened now is to be said."""
    at = int(now) + GATHER
    return (
        find_digest_at(at, preferences, timezone) if preferences.is_digest else find_open_at(at, preferences, timezone)
    )


def find_open_at(at: int, preferences: NoticePreferences, timezone: str) -> int:
    """Return the first second from `at` on that lies within the person's hours."""
    local = datetime.fromtimestamp(at, zone(timezone))
    for days in range(8):
        day = local.date() + timedelta(days=days)
        if day.weekday() not in preferences.days:
            continue
        opens = _at_hour(day, preferences.from_hour, timezone)
        closes = _at_hour(day, preferences.until_hour, timezone)
        if at < closes:
            return max(at, opens)
    return at


def find_digest_at(at: int, preferences: NoticePreferences, timezone: str) -> int:
    """Return the next time after `at` at which the day's digest is said."""
    local = datetime.fromtimestamp(at, zone(timezone))
    for days in range(8):
        day = local.date() + timedelta(days=days)
        opens = _at_hour(day, preferences.from_hour, timezone)
        if day.weekday() in preferences.days and opens > at:
            return opens
    return at


def find_day_start(at: int, timezone: str) -> int:
    """Return the second at which the local day of `at` began."""
    return _at_hour(datetime.fromtimestamp(at, zone(timezone)).date(), 0, timezone)


def _at_hour(day: date, hour: int, timezone: str) -> int:
    """Return an hour of a local day as its clocks show it; the 24th is the next midnight."""
    shown = datetime.combine(day, time()) + timedelta(hours=hour)
    return int(shown.replace(tzinfo=zone(timezone)).timestamp())
