"""Every card, in every language, with ordinary and with the worst names: what Teams takes, and what people read."""

import re

import pytest

from bot.language import LANGUAGES
from tests.card_checks import list_actions, list_complaints, list_texts, parse_with_renderer, walk
from tests.card_samples import ORDINARY, WORST, draw_all, worst_world

WORLDS = {"ordinary": ORDINARY, **{name: worst_world(name) for name in WORST}}
CARDS = {
    f"{name}-{language}-{world}": card
    for world, names in WORLDS.items()
    for language in LANGUAGES
    for name, card in draw_all(language, names)
}


@pytest.mark.parametrize("name", CARDS)
def test_teams_takes_every_card(name):
    assert list_complaints(CARDS[name]) == []


def test_microsofts_renderer_takes_every_card():
    complaints = dict(zip(CARDS, parse_with_renderer(list(CARDS.values())), strict=True))
    assert {name: said for name, said in complaints.items() if said} == {}


@pytest.mark.parametrize("name", CARDS)
def test_B77_S27_what_people_wrote_is_never_read_as_markdown(name):
    card = CARDS[name]
    assert [node for node in walk(card) if node["type"] in ("TextBlock", "FactSet")] == []
    assert not any(re.search(r"\]\(", text) for text in list_texts(card))


@pytest.mark.parametrize("name", CARDS)
def test_B77_nothing_turns_the_direction_of_what_follows(name):
    unsafe = re.compile("[\u202a-\u202e\u2066-\u2069\u0000-\u001f\ue000-\uf8ff]")
    assert not any(unsafe.search(text) for text in list_texts(CARDS[name]))


@pytest.mark.parametrize("name", CARDS)
def test_every_button_has_words(name):
    assert all(action.get("title") for action in list_actions(CARDS[name]))
