"""How the reader wants to be told: of what, when, one by one or once a day."""

import functools
from collections.abc import Sequence

from bot.cards import kit
from bot.cards.actions import submit
from bot.cards.drawing import draws
from bot.cards.inputs import choice, choose_one, choose_several
from bot.cards.phrases import text
from bot.language import say
from bot.results.choices import DIGEST, ONE_BY_ONE
from bot.results.firm import NoticeSettingsShown
from bot.turn import Card, Json, Language, Reader
from storage.messages.notice_preferences import KINDS, NoticePreferences

HOURS = range(25)
DAYS = range(7)


def draw_notice_settings(reader: Reader, preferences: NoticePreferences, note: str = "") -> Card:
    """Draw the reader's wishes, ready to be changed."""
    language = reader.language
    wanted = [kind for kind in KINDS if kind not in preferences.muted]
    rhythm = DIGEST if preferences.is_digest else ONE_BY_ONE
    body = [
        kit.title(say(language, "notice_settings.title")),
        *([kit.good_news(note)] if note else []),
        choose_several("kinds", say(language, "notice_settings.kinds"), _kinds(language), wanted),
        choose_one("rhythm", say(language, "notice_settings.rhythm"), _rhythms(language), rhythm),
        kit.columns(
            _choose_hour(language, "from_hour", HOURS[:-1], preferences.from_hour),
            _choose_hour(language, "until_hour", HOURS[1:], preferences.until_hour),
        ),
        choose_several("days", say(language, "notice_settings.days"), _days(language), map(str, preferences.days)),
    ]
    return kit.card(body, [submit(text(language, "company.save"), "notices.save")])


@functools.cache
def _kinds(language: Language) -> list[Json]:
    return [choice(say(language, f"notice_settings.kind_{kind}"), kind) for kind in KINDS]


@functools.cache
def _rhythms(language: Language) -> list[Json]:
    return [choice(say(language, f"notice_settings.{rhythm}"), rhythm) for rhythm in (ONE_BY_ONE, DIGEST)]


def _choose_hour(language: Language, name: str, hours: Sequence[int], chosen: int) -> Json:
    return choose_one(name, say(language, f"notice_settings.{name}"), _hours(language, hours), str(chosen))


@functools.cache
def _hours(language: Language, hours: Sequence[int]) -> list[Json]:
    return [choice(say(language, "notice_settings.hour", hour=hour), str(hour)) for hour in hours]


@functools.cache
def _days(language: Language) -> list[Json]:
    return [choice(say(language, f"notice_settings.day_{day}"), str(day)) for day in DAYS]


@draws(NoticeSettingsShown)
def _draw_settings_shown(reader: Reader, shown: NoticeSettingsShown) -> Card:
    return draw_notice_settings(reader, shown.preferences, shown.note)
