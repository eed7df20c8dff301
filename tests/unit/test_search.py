"""The marks by which a list passes over what cannot have the words asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.lists.words import list_search_words, mark_beginnings
from storage.models import EVERY_BEGINNING
from storage.text.names import words


def has_marks(marks: int, asked: list[str]) -> bool:
    return marks & mark_beginnings(asked) == mark_beginnings(asked)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4), st.data())
def test_whoever_has_words_that_begin_so_has_their_marks(texts, data):
    found = sorted(list_search_words(texts))
    chosen = data.draw(st.lists(st.sampled_from(found), max_size=3)) if found else []
    asked = [word[: data.draw(st.integers(1, len(word)))] for word in chosen]
    assert has_marks(mark_beginnings(found), asked)
    assert has_marks(EVERY_BEGINNING, asked)


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Hans Müller", "mueller"),
        ("Ana Đukić", "djukic"),
        ("Ana Djukic", "đukić"),
        ("Novak Đoković", "djokovic"),
        ("Nagy Ödön Erdő", "erdoe"),
        ("Hans Mueller", "müller"),
        ("Søren", "soeren"),
        ("Soeren", "søren"),
        ("Öberg", "oeberg"),
        ("Größe", "groesse"),
        ("Groesse", "größe"),
        ("Åse", "aase"),
        ("Œuvre", "oeuvre"),
        ("کریمی", "كريمي"),
        ("فاطمة", "فاطمه"),
        ("I\u015eIK", "\u0131\u015f\u0131k"),
        ("D\u2019Été", "d'ete"),
    ],
)
def test_a_name_is_found_by_its_usual_spelling(stored, asked):
    found = list_search_words([stored])
    assert all(any(word.startswith(one) for word in found) for one in words(asked))


def test_most_of_those_who_have_not_the_words_have_not_their_marks():
    names = [f"{first}{last}son anne" for first in "bcdfghjklm" for last in "aeiou"]
    assert sum(has_marks(mark_beginnings(words(name)), ["martin"]) for name in names) <= 10


def test_marks_fit_a_signed_column_and_stay_the_same_for_ever():
    assert mark_beginnings(["acme", "example"]) == 26_388_279_197_696
    assert 0 <= mark_beginnings(chr(code) * 3 for code in range(97, 20_000)) < 2**63
