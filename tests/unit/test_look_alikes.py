"""Names that are written to be taken for others show the alphabet behind them, wherever a name is drawn."""

# ruff: noqa: RUF001  # letters that look like others are what this is about

import pytest

from bot.cards.inputs import write_text
from bot.language.wording import clean
from storage.text.look_alikes import find_disguise


@pytest.mark.parametrize(
    ("name", "alphabet"),
    [
        ("Аcme", "Cyrillic"),
        ("Аррӏе", "Cyrillic"),
        ("LЕX", "Cyrillic"),
        ("Αcme Industries", "Greek"),
        ("ΑΒΤ", "Greek"),
        ("Acmе Holding", "Cyrillic"),
        ("Оссо Law", "Cyrillic"),
        ("Jane Dое", "Cyrillic"),
        ("ꓮꓚꓟꓰ", "Lisu"),
        ("ⲀⲤⲘⲈ", "Coptic"),
        ("ᎪᏟᎷᎬ", "Cherokee"),
        ("ΑϹΜΕ", "Greek"),
        ("ϲοχ", "Greek"),
        ("𐌀cme", "Old Italic"),
        ("𐐠pple", "Deseret"),
        ("ɑcme", "IPA"),
        ("ꜱony", "IPA"),
        ("ѕаⲣ", "Coptic"),
        ("Αсme", "Greek"),
    ],
)
def test_A17_a_look_alike_shows_its_alphabet(name, alphabet):
    assert clean(name) == f"{name} ({alphabet})"
    assert clean(clean(name)) == clean(name)
    assert len(clean(name * 40, 60)) <= 61


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "Duval & Fils",
        "Газпром",
        "ООО Ромашка",
        "Ромашка LLC",
        "Εθνική Τράπεζα",
        "Sony株式会社",
        "Łódź",
        "İstanbul",
        "Əliyev və Tərəfdaşlar",
        "Ŋdiaye",
        "5 µm",
        "",
    ],
)
def test_A17_a_name_that_is_what_it_looks_like_stays_as_it_is(name):
    assert find_disguise(name) == ""
    assert clean(name) == name


def test_A17_a_name_that_may_be_put_right_is_given_back_as_it_was():
    assert write_text("new_name", "Name", value="Аcme")["value"] == "Аcme"
