"""A filter in words, and back: what a card says can be typed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import LANGUAGES, describe, understand
from storage.filters import Filter, Period, to_json
from storage.models import CompanyType

TODAY = date(2026, 3, 18)
PEOPLE = [
    "Anne Martin",
    "Jean-Pierre O'Brien",
    "Élodie d'Hondt",
    "Will March",
    "Client Name",
    'Max "Mustang" Muster',
    "王小明",
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

periods = st.one_of(
    st.builds(
        Period,
        st.sampled_from(["after", "before"]),
        day=st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    ),
    st.builds(Period, st.sampled_from(["within", "not_for"]), days=st.integers(1, 3_000)),
)
filters = st.builds(
    Filter,
    of=st.sampled_from(["companies", "contacts"]),
    scope=st.sampled_from(["mine", "firm"]),
    types=st.lists(st.sampled_from([*CompanyType, None]), unique=True, max_size=6).map(tuple),
    partner=st.sampled_from([None, "me", "nobody"]),
    known_by=st.sampled_from([None, "me"]),
    last=st.none() | periods,
    text=st.sampled_from(["", "acme", "banque d'irlande", "my clients", "not for 3 days"]),
    sort=st.sampled_from(["last", "name", "count"]),
    is_ascending=st.booleans(),
).map(Filter.normalised)
names = st.fixed_dictionaries(
    {},
    optional={
        "partner": st.sampled_from(PEOPLE),
        "known_by": st.sampled_from(PEOPLE),
        "company": st.sampled_from(COMPANIES),
    },
)


@settings(max_examples=1_500, deadline=None)
@given(filters, names, st.sampled_from(LANGUAGES))
def test_a_filter_in_words_can_be_typed_and_means_the_same(filter_, names, language):
    if names.get("partner"):
        filter_ = filter_.changed(partner=None)
    if names.get("known_by"):
        filter_ = filter_.changed(known_by=None)
    if names.get("company"):
        filter_ = filter_.changed(of="contacts")
    words = describe(filter_, language, names)
    ask = understand(words, "en", TODAY)
    assert (ask.verb, ask.data["filter"]) == ("list", to_json(filter_)), words
    assert ask.data.get("names", {}) == {key: name.replace('"', "'") for key, name in names.items()}
    assert "not_understood" not in ask.data


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Companies of mine · clients · partner Anne Martin · no contact for 3 months · newest first"),
        ("fr", "Mes sociétés · clients · associé Anne Martin · sans contact depuis 3 mois · les plus récents d'abord"),
    ],
)
def test_a_filter_reads_like_a_sentence(language, words):
    filter_ = Filter(types=(CompanyType.CLIENT,), partner=7, last=Period("not_for", days=90))
    assert describe(filter_, language, {"partner": "Anne Martin"}) == words


def test_somebody_whose_name_is_gone_is_still_said():
    assert "partner " in describe(Filter(partner=7), "en", {})
