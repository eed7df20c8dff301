"""Verbs: one declaration each, and everything else that knows of a verb is drawn from it."""

import inspect
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.commands import ROUTER
from bot.commands.pane import OnOpenItem
from bot.door import _check_place
from bot.errors import BadRequestError, ForbiddenError, PersonalError
from bot.language import LANGUAGES, understand
from bot.language.understanding import is_writing
from bot.verbs import EVERYONE, PERSONAL, Input, Kind, Nothing, Router
from bot.web.build import WEB, describe_verbs
from tests.card_checks import walk
from tests.card_samples import draw_all

VERBS = {verb.name: verb for verb in ROUTER}
ADDED_BY_CARDS = {"say"}
"""Verbs of cards that no command answers: the door turns a sentence into an ask of another verb."""
FACTS: dict[str, Any] = {
    "writes": False,
    "roles": EVERYONE,
    "where": PERSONAL,
    "versioned": False,
    "remembered": False,
    "said": False,
    "leads": False,
}
EXAMPLES = Path(__file__).parent


async def answer(turn, given):
    """Answer."""


@pytest.mark.parametrize("left_out", sorted(FACTS))
def test_a_verb_that_leaves_a_part_of_its_declaration_out_stops_the_start(left_out):
    said = {key: value for key, value in FACTS.items() if key != left_out}
    with pytest.raises(TypeError, match=left_out):
        Router().verb("new", Nothing, Kind(**said))(answer)


def test_a_verb_without_its_kind_stops_the_start():
    with pytest.raises(TypeError, match="kind"):
        Router().verb("new", Nothing)(answer)


def test_a_verb_differs_from_its_kind_in_what_it_says_and_in_nothing_else():
    router = Router()
    router.verb("new", Nothing, Kind(**FACTS).but(said=True, leads=True))(answer)
    verb = router.get("new")
    assert {part: getattr(verb, part) for part in FACTS} == {**FACTS, "said": True, "leads": True}


@pytest.mark.parametrize("empty", [{"where": frozenset()}, {"roles": frozenset()}, {"versioned": True}])
def test_a_verb_that_nobody_may_call_or_that_takes_no_version_stops_the_start(empty):
    with pytest.raises(ValueError, match="new"):
        Router().verb("new", Nothing, Kind(**{**FACTS, **empty}))(answer)


def test_two_commands_for_one_verb_stop_the_start():
    router = Router()
    router.verb("new", Nothing, Kind(**FACTS))(answer)
    with pytest.raises(ValueError, match="two commands"):
        router.verb("new", Nothing, Kind(**FACTS))(answer)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_command_takes_the_turn_and_the_input_that_it_declares(name):
    _, given, *rest = inspect.signature(VERBS[name].command).parameters.values()
    assert issubclass(VERBS[name].input, given.annotation if inspect.isclass(given.annotation) else Input)
    assert all(one.default is not one.empty for one in rest)
    assert VERBS[name].input.__doc__


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_key_that_a_verb_does_not_take_is_named_in_the_refusal(name):
    with pytest.raises(BadRequestError) as error:
        VERBS[name].read({**needed(name), "nonsense": 1})
    assert (error.value.key, error.value.values) == ("bad_input", {"field": "nonsense"})


def needed(name: str) -> dict[str, Any]:
    """Give what a verb cannot do without."""
    required = VERBS[name].describe()["input"]["$defs"]
    wanted = required[VERBS[name].input.__name__].get("required", [])
    return {key: {"people": [["Jane", "jane@acme.example"]]}.get(key, 1) for key in wanted}


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("company.open", {}, "company_id"),
        ("company.open", {"company_id": "x"}, "company_id"),
        ("company.open", {"company_id": 2**63}, "company_id"),
        ("company.open", {"company_id": -1}, "company_id"),
        ("company.open", {"company_id": ""}, "company_id"),
        ("company.set_type", {"type": "nonsense"}, "type"),
        ("list", {"filter": []}, "filter"),
        ("list", {"names": {"partner": [1]}}, "names"),
        ("pane.item", {"people": [["one"]]}, "people"),
        ("notices.save", {"from_hour": 25}, "from_hour"),
        ("export", {"format": "pdf"}, "format"),
    ],
)
def test_a_value_of_another_kind_or_beyond_its_bounds_is_refused_by_its_key(name, data, key):
    with pytest.raises(BadRequestError) as error:
        VERBS[name].read(data)
    assert error.value.values == {"field": key}


def test_digits_are_numbers_and_an_input_left_empty_was_not_given():
    given = VERBS["company.set_type"].read({"company_id": "7", "version": "3", "type": "none", "user_id": ""})
    assert (given.company_id, given.version, given.type) == (7, 3, "none")
    assert given == VERBS["company.set_type"].read({"company_id": 7, "version": 3, "type": "none"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_of_every_card_fits_the_declaration_of_its_verb(language):
    for name, card in draw_all(language):
        inputs = {node["id"]: node.get("value") or "" for node in walk(card) if node["type"].startswith("Input.")}
        for action in (node for node in walk(card) if node["type"] == "Action.Execute"):
            if action["verb"] in ADDED_BY_CARDS:
                continue
            sent = inputs if action.get("associatedInputs") != "none" else {}
            data = {**action.get("data", {}), **sent}
            del data["verb"]
            assert VERBS[action["verb"]].read(data), (name, action["verb"])


def list_sentences() -> list[str]:
    """Give every sentence of the tables."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("sentences*.toml")]
    return [line[0] for table in tables for lines in table.values() for line in lines if isinstance(line, list)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_language_understands_fits_the_declaration_of_its_verb(language):
    for sentence in list_sentences():
        ask = understand(sentence, language, date(2026, 3, 18))
        assert ask.is_said
        assert VERBS[ask.verb].said, (sentence, ask.verb)
        assert VERBS[ask.verb].read(ask.data), sentence


@pytest.mark.parametrize("name", sorted(VERBS))
def test_S16_what_is_not_declared_for_a_group_is_answered_in_the_askers_own_chat(name):
    verb = VERBS[name]
    given = verb.read(needed(name))
    for place, has_outsiders in (("group", False), ("outsiders", True)):
        if place in verb.where:
            continue
        with pytest.raises((PersonalError, ForbiddenError)):
            _check_place(verb, given, Where("group", has_outsiders=has_outsiders))


class Where:
    """From where a verb is called."""

    def __init__(self, surface: str, *, has_outsiders: bool) -> None:
        self.surface = surface
        self.has_outsiders = has_outsiders


def test_S16_nothing_that_writes_or_lists_is_answered_where_somebody_from_outside_reads():
    assert {name for name, verb in VERBS.items() if "outsiders" in verb.where} == {
        *("buttons", "cancel", "company.shared", "hello", "help", "unknown")
    }


def test_what_changes_a_company_carries_the_state_that_it_was_decided_on():
    versioned = {name for name, verb in VERBS.items() if verb.versioned}
    assert versioned == {"company.set_type", "company.set_partner", "company.rename", "companies.sort_save"}


def test_the_page_knows_of_the_verbs_what_they_declare():
    written = (WEB / "src" / "generated" / "verbs.ts").read_text(encoding="utf-8")
    assert written == describe_verbs()
    assert json.dumps(sorted(name for name, verb in VERBS.items() if not verb.writes)) in written


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_describes_itself_with_the_schema_of_its_input(name):
    described = VERBS[name].describe()
    assert json.loads(json.dumps(described)) == described
    assert described["does"]
    assert described["input"]["$defs"]


@pytest.mark.parametrize("mode", ["read", "compose", "meeting"])
def test_the_pane_may_say_each_kind_of_item_that_outlook_opens(mode):
    given = msgspec.convert({"people": [["Jane", "jane@acme.example"]], "mode": mode}, OnOpenItem)
    assert given.mode == mode


def test_the_language_asks_before_every_verb_that_changes_something_and_was_only_guessed():
    said = [verb for verb in ROUTER if verb.said]
    assert {verb.name for verb in said if verb.writes} == {verb.name for verb in said if is_writing(verb.name)}
    quoted = understand('"jane.roe@gmail.com is me"', "en", date(2026, 1, 1))
    assert (quoted.verb, quoted.data["is_guess"]) == ("contact.is_me", True)
