"""Every card, in every language, with ordinary and with the worst names: what Teams takes, and what people read."""

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bot.cards import filter_bar
from bot.cards.companies import Opened, draw_company
from bot.cards.status import draw_credential, draw_status
from bot.cards.welcome import draw_hello
from bot.language import LANGUAGES, say_date
from bot.results.firm import Status, SyncFailure
from bot.turn import Reader
from storage.lists.filters import Filter
from storage.lists.periods import Period
from tests.card_checks import list_actions, list_complaints, list_texts, parse_with_renderer, walk
from tests.card_samples import NOW, ORDINARY, WORST, company, draw_all, worst_world

WORLDS = {"ordinary": ORDINARY, **{name: worst_world(name) for name in WORST}}
ALL = [(language, world) for world in WORLDS for language in LANGUAGES]


@cache
def draw(language: str, world: str) -> dict[str, dict[str, Any]]:
    """Draw every card of a world in a language."""
    return {f"{name}-{language}-{world}": card for name, card in draw_all(language, WORLDS[world])}


@pytest.mark.parametrize(("language", "world"), ALL)
def test_teams_takes_every_card(language, world):
    complaints = {name: list_complaints(card) for name, card in draw(language, world).items()}
    assert {name: said for name, said in complaints.items() if said} == {}


def test_microsofts_renderer_takes_every_card():
    cards = {name: card for one in ALL for name, card in draw(*one).items()}
    complaints = dict(zip(cards, parse_with_renderer(list(cards.values())), strict=True))
    assert {name: said for name, said in complaints.items() if said} == {}


@pytest.mark.parametrize(("language", "world"), ALL)
def test_B77_S27_what_people_wrote_is_never_read_as_markdown(language, world):
    for name, card in draw(language, world).items():
        assert [node for node in walk(card) if node["type"] in ("TextBlock", "FactSet")] == [], name
        assert not any(re.search(r"\]\(", text) for text in list_texts(card)), name


@pytest.mark.parametrize(("language", "world"), ALL)
def test_B77_nothing_turns_the_direction_of_what_follows(language, world):
    unsafe = re.compile("[\u202a-\u202e\u2066-\u2069\u0000-\u001f\ue000-\uf8ff]")
    for name, card in draw(language, world).items():
        assert not any(unsafe.search(text) for text in list_texts(card)), name


@pytest.mark.parametrize(("language", "world"), ALL)
def test_every_button_has_words(language, world):
    for name, card in draw(language, world).items():
        assert all(action.get("title") for action in list_actions(card)), name


def test_a_company_of_nobody_that_is_the_readers_own_can_be_taken_kept_and_left_again():
    nobodys = replace(company(ORDINARY), partner_id=None, partner_name=None)
    drawn = draw_company(Reader("en", NOW, "Europe/Zurich"), nobodys, Opened(back={"verb": "list"}))
    verbs = {node["verb"] for node in walk(drawn) if node["type"] == "Action.Execute"}
    assert {"company.set_partner", "keep", "list"} <= verbs


def test_a_status_writes_its_days_as_the_reader_does():
    reader = Reader("en", NOW, "Europe/Zurich", locale="en-GB")
    long_ago = NOW - 40 * 86_400
    stands = Status(2, 1, 0, 1, done_at=NOW + 3_600, last_success_at=long_ago)
    stands = replace(stands, troubles=(SyncFailure("Anne", "forbidden:403", NOW + 30 * 86_400),))
    texts = [*list_texts(draw_status(reader, stands)), *list_texts(draw_credential(reader, NOW + 7 * 86_400))]
    for at in (NOW + 3_600, long_ago, NOW + 30 * 86_400, NOW + 7 * 86_400):
        day = say_date("en", at, "Europe/Zurich", locale="en-GB")
        assert day != say_date("en", at, "Europe/Zurich")
        assert any(day in text for text in texts)


def test_the_filter_bar_writes_its_days_as_the_reader_does():
    asked = Filter(last=Period("after", day="2026-04-03"))
    for locale, day in (("en-GB", "3 April 2026"), ("en-US", "April 3, 2026")):
        drawn = filter_bar.draw(Reader("en", NOW, locale=locale), asked, {}, {})
        assert any(day in text for text in list_texts({"body": [drawn]})), locale


def test_hello_greets_by_the_first_name_that_was_chosen_by_name_and_address():
    assert "Thandiwe" in json.dumps(draw_hello(Reader("en", NOW, "Europe/Zurich"), "Thandiwe", {}))
    assert "Hello" in json.dumps(draw_hello(Reader("en", NOW, "Europe/Zurich"), "", {}))
