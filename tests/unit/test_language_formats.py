"""Dates, times, numbers and lists as English and French write them."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.language import (
    choose_language,
    get_day,
    get_midnight,
    say_ago,
    say_clock,
    say_date,
    say_list,
    say_month,
    say_number,
    say_time,
    say_weekday,
)
from bot.language.formats import has_semicolons

ROOT = Path(__file__).parents[2]
NOON = int(datetime(2026, 3, 18, 12, 5, tzinfo=UTC).timestamp())
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.mark.parametrize(
    ("past", "english", "french"),
    [
        (0, "1 minute ago", "il y a 1 minute"),
        (59 * MINUTE, "59 minutes ago", "il y a 59 minutes"),
        (HOUR, "1 hour ago", "il y a 1 heure"),
        (3 * DAY, "3 days ago", "il y a 3 jours"),
        (6 * DAY, "6 days ago", "il y a 6 jours"),
        (-2 * DAY, "in 2 days", "dans 2 jours"),
    ],
)
def test_a_time_is_said_by_its_distance(past, english, french):
    assert (say_ago("en", NOON - past, NOON), say_ago("fr", NOON - past, NOON)) == (english, french)


def test_after_a_week_the_day_itself_is_said_as_the_reader_writes_it():
    said = [say_ago("en", NOON - 12 * DAY, NOON, "UTC", locale) for locale in ("en-GB", "en-US", "fr-FR", "")]
    assert said == ["6 Mar 2026", "Mar 6, 2026", "6 Mar 2026", "Mar 6, 2026"]
    assert say_ago("fr", NOON - 12 * DAY, NOON, "UTC", "fr-CH") == "6 mars 2026"
    assert say_date("en", NOON, style="long", locale="en-GB") == "18 March 2026"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        *((locale, "April 3, 2026") for locale in ("en-US", "en-CA", "es-US", "en_ph", "en", "")),
        *((locale, "3 April 2026") for locale in ("en-GB", "en-IN", "de-DE", "nl-BE", "pt-BR", "en-FR", "es-419")),
    ],
)
def test_a_day_is_said_as_in_the_reader_s_country_whatever_they_speak_there(locale, said):
    assert say_date("en", date(2026, 4, 3), style="long", locale=locale) == said
    assert say_date("fr", date(2026, 4, 3), style="long", locale=locale) == "3 avril 2026"


def test_every_day_that_a_person_reads_is_said_for_their_locale():
    said = {"say_date", "say_time", "say_clock", "say_weekday", "say_ago", "describe", "describe_period"}
    calls, missing = 0, []
    for path in [*ROOT.glob("bot/**/*.py")]:
        if path.relative_to(ROOT).parts[1] in {"cli", "demo", "language", "teams"}:
            continue  # the terminal has no reader; `describe` of Teams is another's
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in said:
                calls += 1
                if not any("locale" in ast.unparse(one) for one in [*node.args, *node.keywords]):
                    missing.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert calls > 10
    assert missing == []


def test_a_day_is_the_one_at_the_reader_s_place():
    midnight = int(datetime(2026, 3, 18, 23, 30, tzinfo=UTC).timestamp())
    assert say_date("en", midnight) == "Mar 18, 2026"
    assert say_date("en", midnight, "Europe/Brussels") == "Mar 19, 2026"
    assert say_date("fr", midnight, "Europe/Brussels") == "19 mars 2026"


def test_a_date_is_said_as_it_is():
    assert say_date("fr", date(2026, 3, 1), "Asia/Tokyo", style="long") == "1er mars 2026"
    assert (say_month("en", date(2026, 3, 18)), say_month("fr", date(2026, 3, 18))) == ("March 2026", "mars 2026")


def test_a_time_of_day_follows_the_language():
    assert say_time("fr", NOON, "Europe/Paris") == "18 mars 2026, 13:05"
    assert say_time("en", NOON, "Europe/Paris").startswith("Mar 18, 2026, 1:05")


def test_a_day_has_its_weekday_and_another_year_its_number():
    today, day, later = date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 4)
    said = [say_weekday("en", day, today, locale) for locale in ("en-GB", "en-US", "fr-FR")]
    assert said == ["Tue 1 Dec", "Tue, Dec 1", "Tue, 1 Dec"]
    assert (say_weekday("fr", day, today), say_weekday("fr", later, today)) == ("mar. 1er déc.", "lun. 4 janv. 2027")
    assert (say_clock("en", NOON, "Europe/Paris", "en-GB"), say_clock("fr", NOON, "Asia/Tokyo")) == ("13:05", "21:05")


@pytest.mark.parametrize("place", ["UTC", "Europe/Brussels", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31)])
def test_a_day_begins_at_midnight_of_its_place(place, day):
    """On days of 23 and of 25 hours too."""
    begins = get_midnight(day, place)
    assert get_day(begins, place) == day
    assert get_day(begins - 1, place) < day


@pytest.mark.parametrize("say", [say_date, say_time])
def test_a_mail_without_a_believable_date_has_none(say):
    assert say("en", 0) == ""
    assert say_ago("en", 0, NOON) == ""


@pytest.mark.parametrize("place", ["Nowhere/At_All", "", "../../etc/passwd", "x" * 5_000, "Europe/\0"])
def test_a_time_zone_that_nobody_knows_is_utc(place):
    assert say_date("en", NOON, place) == "Mar 18, 2026"


def test_numbers_and_rows_follow_the_language():
    assert (say_number("en", 1234567), say_number("fr", 1234567)) == ("1,234,567", "1\u202f234\u202f567")
    assert (say_list("en", ["a", "b", "c"]), say_list("fr", ["a", "b", "c"])) == ("a, b, and c", "a, b et c")
    assert say_list("fr", ["a", "b"], "or") == "a ou b"


@pytest.mark.parametrize("locale", ["FR", "Fr-fr", "fr_CA", " fr", "FR-ca.UTF-8", "fr-Latn-FR", "fra", "FRE"])
def test_15_a_locale_is_read_however_it_is_written(locale):
    assert choose_language(locale) == "fr"


@pytest.mark.parametrize("locale", ["fr-FR", "de-CH", "fr-CH", "it-CH", "en-CH", "de-LI", "en-ZA", "pt-BR", "no-NO"])
def test_13_a_csv_is_parted_at_semicolons_where_spreadsheets_are(locale):
    assert has_semicolons(locale, "en")


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "en-IE", "en-AU", ""])
def test_13_a_csv_is_parted_at_commas_elsewhere(locale):
    assert not has_semicolons(locale, "en")
