"""A filter in words, and back: what a card says can be typed."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.commands import understand
from bot.language import LANGUAGES, describe, describe_period
from bot.language.sentence_interpreter import LONGEST_TEXT
from bot.language.tokenizer import soften_quotes, tokenize
from storage.lists.filters import NEW, Filter, Mail, to_json
from storage.lists.periods import NAMED_DAYS, Period
from storage.models import CompanyType

TODAY = date(2026, 3, 18)
LONGEST_WORDS = 88
PEOPLE = [
    "Anne Martin",
    "Jean-Pierre O'Brien",
    "Élodie d'Hondt",
    "Will March",
    "Client Name",
    'Max "Mustang" Muster',
    "Max « Mustang » Client",
    "Tom “Tiger” Holt",
    "王小明",
    "Hélène Roussel",
    "Yves Inès",
    "Hans Yann",
]
COMPANIES = [
    "Acme",
    "Bank of Ireland",
    "Client Services Ltd",
    "L'Oréal",
    "acme.com",
    "Société Générale",
    "R&D / Partners",
]

days = st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(date.isoformat)
spans = st.sampled_from(
    [("2025-10-01", "2025-10-31"), ("2025-01-01", "2025-12-31"), ("2024-02-01", "2024-02-29"), ("2026-03-05",) * 2]
)
periods = st.one_of(
    st.builds(Period, st.sampled_from(["after", "before"]), day=days | st.sampled_from(NAMED_DAYS)),
    st.builds(Period, st.just("in"), day=st.sampled_from(NAMED_DAYS)),
    (st.tuples(days, days).map(sorted) | spans).map(lambda two: Period("between", day=two[0], until=two[1])),
    st.builds(Period, st.sampled_from(["within", "not_for"]), days=st.integers(1, 3_000)),
)
filters = st.builds(
    Filter,
    of=st.sampled_from(["companies", "contacts"]),
    scope=st.sampled_from(["mine", "firm"]),
    types=st.lists(st.sampled_from([*CompanyType, None]), unique=True, max_size=4).map(tuple),
    partners=st.lists(st.sampled_from(["me", "nobody", "anyone", *range(1, len(PEOPLE) + 1)]), max_size=3).map(tuple),
    not_partners=st.lists(st.sampled_from(["me", *range(1, len(PEOPLE) + 1)]), max_size=2).map(tuple),
    not_company_ids=st.lists(st.sampled_from(range(len(COMPANIES))), max_size=2).map(tuple),
    is_met=st.sampled_from([None, None, True, False]),
    known_by=st.lists(st.sampled_from(["me", *range(1, len(PEOPLE) + 1)]), max_size=2).map(tuple),
    not_known_by=st.lists(st.sampled_from(["me", *range(1, len(PEOPLE) + 1)]), max_size=1).map(tuple),
    not_met_by=st.lists(st.sampled_from(["me", *range(1, len(PEOPLE) + 1)]), max_size=1).map(tuple),
    last=st.none() | periods,
    first=st.none() | periods.filter(lambda period: period.is_ in NEW),
    met_in=st.none() | periods.filter(lambda period: period.is_ in NEW),
    mail=st.sampled_from([None, None, *get_args(Mail)]),
    became=st.none() | periods.filter(lambda period: period.is_ in NEW),
    has_company=st.sampled_from([None, None, True, False]),
    text=st.sampled_from(["", "acme", "banque d'irlande", "my clients", "not for 3 days", "the “old” firm"]),
    sort=st.sampled_from(["last", "name", "count", "first"]),
    is_ascending=st.booleans(),
).map(Filter.normalised)


@settings(max_examples=1_500, deadline=None)
@given(filters, st.sampled_from(["", *COMPANIES]), st.sampled_from(LANGUAGES))
def test_a_filter_in_words_can_be_typed_and_means_the_same(filter_, company, language):
    if company:
        filter_ = filter_.changed(of="contacts")
    words = describe(filter_, language, dict(enumerate(PEOPLE, 1)), company, dict(enumerate(COMPANIES)))
    assume(len(words) < LONGEST_TEXT and len(list(tokenize(words))) < LONGEST_WORDS)
    ask = understand(words, "en", TODAY)
    words_alone = tuple(who for who in filter_.partners if isinstance(who, str))
    others_alone = tuple(who for who in filter_.not_partners if isinstance(who, str))
    known_by, not_known_by, not_met_by = (
        tuple(who for who in knowers if who == "me")
        for knowers in (filter_.known_by, filter_.not_known_by, filter_.not_met_by)
    )
    alone = filter_.changed(partners=words_alone, not_partners=others_alone, not_company_ids=())
    alone = alone.changed(known_by=known_by, not_known_by=not_known_by, not_met_by=not_met_by)
    alone = alone.changed(text=soften_quotes(filter_.text))
    assert (ask.verb, ask.data["filter"]) == (
        "list",
        to_json(alone),
    ), words
    assert ask.data.get("names", {}) == name_parts(filter_, company) | name_others(filter_), words
    assert "not_understood" not in ask.data


def name_others(filter_: Filter) -> dict[str, str | list[str]]:
    others = [say_name(who) for who in filter_.not_partners if isinstance(who, int)]
    left_out = [soften_quotes(COMPANIES[number]) for number in filter_.not_company_ids]
    parts: dict[str, str | list[str]] = {"not_company": left_out} if left_out else {}
    return parts | ({"not_partner": others if len(others) > 1 else others[0]} if others else {})


def name_parts(filter_: Filter, company: str) -> dict[str, str | list[str]]:
    partners = [say_name(who) for who in filter_.partners if isinstance(who, int)]
    known_by = [say_name(who) for who in filter_.known_by if isinstance(who, int)]
    unknown = [say_name(who) for who in filter_.not_known_by if isinstance(who, int)]
    never_met = [say_name(who) for who in filter_.not_met_by if isinstance(who, int)]
    parts = {
        "partner": partners,
        "known_by": known_by,
        "not_known_by": unknown,
        "not_met_by": never_met,
        "company": [company] if company else [],
    }
    return {part: names if len(names) > 1 else names[0] for part, names in parts.items() if names}


def say_name(who: int) -> str:
    return " ".join(soften_quotes(PEOPLE[who - 1]).split())


@pytest.mark.parametrize(
    ("filter_", "language", "words"),
    [
        (Filter(known_by=(7, 8)), "en", "known by Anne Martin and Hugo Roy"),
        (Filter(known_by=("me", 8)), "fr", "connues de moi et Hugo Roy"),
        (Filter(not_known_by=(7, 8)), "en", "not known by Anne Martin or Hugo Roy"),
        (Filter(of="contacts", not_known_by=("me",)), "fr", "inconnus de moi"),
    ],
)
def test_knowers_are_all_of_some_and_none_of_others(filter_, language, words):
    assert words in describe(filter_, language, {7: "Anne Martin", 8: "Hugo Roy"})


FRENCH = "Mes sociétés · clients · responsable Anne Martin · sans contact depuis 3 mois · du plus récent au plus ancien"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Companies of mine · clients · partner Anne Martin · no contact for 3 months · newest first"),
        (
            "fr",
            FRENCH,
        ),
    ],
)
def test_a_filter_reads_like_a_sentence(language, words):
    filter_ = Filter(types=(CompanyType.CLIENT,), partners=(7,), last=Period("not_for", days=90))
    assert describe(filter_, language, {7: "Anne Martin"}) == words


@pytest.mark.parametrize(
    ("language", "period", "words"),
    [
        ("en", Period("between", "2025-10-01", "2025-10-31"), "last contact in October 2025"),
        (
            "en",
            Period("between", "2025-10-01", "2025-10-03"),
            "last contact between October 1, 2025 and October 3, 2025",
        ),
        ("en", Period("in", "last_month"), "last contact last month"),
        ("fr", Period("between", "2025-01-01", "2025-12-31"), "dernier contact en 2025"),
        ("fr", Period("within", days=1), "contact il y a moins d'un jour"),
        ("fr", Period("within", days=30), "contact il y a moins d'un mois"),
        ("fr", Period("within", days=90), "contact il y a moins de 3 mois"),
        ("fr", Period("within", days=365), "contact il y a moins d'un an"),
        ("fr", Period("not_for", days=30), "sans contact depuis un mois"),
        ("fr", Period("after", "last_week"), "contact depuis la semaine dernière"),
    ],
)
def test_a_period_is_said_as_people_say_it(language, period, words):
    assert describe_period(period, language) == words


def test_somebody_whose_name_is_gone_is_still_said():
    assert "partner " in describe(Filter(partners=(7,)), "en", {})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "partner “Grace March” · matching “the 'old' carver” · newest first"),
        ("fr", "responsable «\N{NO-BREAK SPACE}Grace March\N{NO-BREAK SPACE}» · contenant"),
    ],
)
def test_names_and_words_stand_in_the_quotes_of_the_language(language, words):
    filter_ = Filter(partners=(7,), text="the “old” carver")
    assert words in describe(filter_, language, {7: "Grace March"})
    assert '"' not in describe(filter_, language, {7: "Grace March"})


@pytest.mark.parametrize(
    ("of", "is_met", "words"),
    [
        ("companies", True, "Mes sociétés · vues en réunion · connues d'Anne Martin"),
        ("companies", False, "Mes sociétés · jamais vues en réunion · connues d'Anne Martin"),
        ("contacts", True, "Mes contacts · vus en réunion · connus d'Anne Martin"),
        ("contacts", False, "Mes contacts · jamais vus en réunion · connus d'Anne Martin"),
    ],
)
def test_french_agrees_with_what_is_listed(of, is_met, words):
    assert describe(Filter(of=of, is_met=is_met, known_by=(7,)), "fr", {7: "Anne Martin"}).startswith(words)
    assert " · connues de moi" in describe(Filter(known_by=("me",)), "fr")


@pytest.mark.parametrize("days", [1, 30, 365])
@pytest.mark.parametrize("is_", ["within", "not_for"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_day_month_or_year_is_understood_as_it_is_said(language, is_, days):
    filter_ = Filter(last=Period(is_, days=days))
    assert understand(describe(filter_, language), language, TODAY).data["filter"] == to_json(filter_.normalised())
