"""Verbs: one declaration each, and everything else that knows of a verb is drawn from it."""

import inspect
import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Literal, get_type_hints

import msgspec
import pytest

from bot.commands import ROUTER, understand
from bot.commands.memory import Memory
from bot.commands.pane import OnOpenItem
from bot.door import BESIDE, _check_place
from bot.errors import BadRequestError, ForbiddenError, PersonalError
from bot.language import LANGUAGES, Interpreter
from bot.language.patterns import expand
from bot.language.vocabulary_loader import read_phrases, split_lines
from bot.verb_inputs import Input, Nothing, read_input
from bot.verbs import EVERYONE, FACTS, PERSONAL, Differences, Kind, Role, Router
from bot.web.build import WEB, describe_verbs
from storage.messages.talks import TalkRow
from tests.card_checks import walk
from tests.card_samples import draw_all

VERBS = {verb.name: verb for verb in ROUTER}
DECLARED: dict[str, Any] = {
    "writes": False,
    "roles": EVERYONE,
    "where": PERSONAL,
    "versioned": False,
    "remembered": False,
    "said": False,
    "leads": False,
    "queued": False,
    "beside": False,
}
EXAMPLES = Path(__file__).parent


async def answer(turn, given):
    """Answer."""


def declare(router: Router, name: Any = "new", input_: Any = Nothing, **parts: Any) -> None:
    """Declare a verb with these parts: those of its kind, `roles` and `where`."""
    of_verb = {part: parts.pop(part) for part in ("roles", "where") if part in parts}
    router.verb(name, input_, Kind(**parts), **of_verb)(answer)


@pytest.mark.parametrize("left_out", sorted(DECLARED))
def test_a_verb_that_leaves_a_part_of_its_declaration_out_stops_the_start(left_out):
    said = {key: value for key, value in DECLARED.items() if key != left_out}
    with pytest.raises(TypeError, match=left_out):
        declare(Router(), **said)


def test_a_verb_without_its_kind_stops_the_start():
    with pytest.raises(TypeError, match="kind"):
        Router().verb("new", Nothing, roles=EVERYONE, where=PERSONAL)(answer)


def test_a_verb_differs_from_its_kind_in_what_it_says_and_in_nothing_else():
    router = Router()
    kind = Kind(**{part: DECLARED[part] for part in FACTS}).but(said=True, leads=True)
    router.verb("new", Nothing, kind, roles=EVERYONE, where=PERSONAL)(answer)
    verb = router.get("new")
    assert {part: getattr(verb, part) for part in DECLARED} == {**DECLARED, "said": True, "leads": True}


class AboutNoField(Input, frozen=True):
    """What "this" stands for is no field of it."""

    this: ClassVar[tuple[str, ...]] = ("company_id",)


class GivenByNoField(Input, frozen=True):
    """What says the same as "this" is no field of it."""

    given_by: ClassVar[frozenset[str]] = frozenset({"company_id"})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"where": frozenset()}, "answered nowhere"),
        ({"where": None}, "answered nowhere"),
        ({"where": "chat"}, "answered nowhere"),
        ({"where": {"chat"}}, "answered nowhere"),
        ({"where": frozenset({"chat", "phone"})}, "phone"),
        ({"roles": frozenset()}, "called by nobody"),
        ({"roles": None}, "called by nobody"),
        ({"roles": Role.USER}, "called by nobody"),
        ({"roles": frozenset({"user"})}, "user"),
        ({"roles": frozenset({Role.USER, 1})}, "1"),
        ({"writes": True, "versioned": True}, "names no state"),
        ({"versioned": True}, "does not write"),
        *(({part: value}, part) for part in FACTS for value in (None, 1, "yes")),
    ],
)
def test_a_verb_with_a_part_that_says_nothing_or_something_else_stops_the_start_by_its_name(wrong, said):
    with pytest.raises(ValueError, match=f"'new'.*{said}"):
        declare(Router(), **{**DECLARED, **wrong})


@pytest.mark.parametrize("name", ["", " ", "New", "new thing", "new.", ".new", "a.b.c", "new-one", "new\n", None, 7])
def test_a_verb_without_a_name_of_the_usual_form_stops_the_start(name):
    with pytest.raises(ValueError, match=f"{re.escape(repr(name))}.*named"):
        declare(Router(), name, **DECLARED)


@pytest.mark.parametrize("input_", [None, dict, Nothing(), Kind, "Nothing"])
def test_a_verb_that_takes_no_input_stops_the_start(input_):
    with pytest.raises(ValueError, match=r"'new'.*Input"):
        declare(Router(), input_=input_, **DECLARED)


class InNoState(Input, frozen=True):
    """The state that a card showed is no field of it."""

    state: ClassVar[str] = "company_id"


class OfState(Input, frozen=True):
    """Something that is changed as a card showed it."""

    state: ClassVar[str] = "version"
    version: int | None = None


def test_a_verb_that_writes_what_has_a_state_and_is_not_versioned_stops_the_start():
    with pytest.raises(ValueError, match=r"'new' takes the state 'version' and is not versioned"):
        declare(Router(), input_=OfState, **{**DECLARED, "writes": True})


@pytest.mark.parametrize("input_", [AboutNoField, GivenByNoField, InNoState])
def test_a_verb_that_is_asked_about_a_field_it_does_not_have_stops_the_start(input_):
    with pytest.raises(ValueError, match=r"'new'.*company_id"):
        declare(Router(), input_=input_, **DECLARED)


@pytest.mark.parametrize("kind", [None, True, {**DECLARED}])
def test_a_verb_whose_kind_is_none_stops_the_start(kind):
    with pytest.raises(TypeError, match=r"'new'.*kind"):
        Router().verb("new", Nothing, kind, roles=EVERYONE, where=PERSONAL)(answer)


def test_what_a_verb_may_differ_in_are_the_parts_of_its_kind():
    assert get_type_hints(Differences) == get_type_hints(Kind)
    assert [part for part, type_ in get_type_hints(Kind).items() if type_ is bool] == [*FACTS]


def test_two_commands_for_one_verb_stop_the_start():
    router = Router()
    declare(router, **DECLARED)
    with pytest.raises(ValueError, match="two commands"):
        declare(router, **DECLARED)


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
        ("pane.item", {"people": [["Jane", []]]}, "people"),
        ("firm.save", {"was": {"moon": "full"}}, "was.moon"),
        ("firm.save", {"contact_rule": "moon"}, "contact_rule"),
        ("undo", {"audit_ids": []}, "audit_ids"),
        ("notices.save", {"from_hour": 25}, "from_hour"),
        ("export", {"format": "pdf"}, "format"),
        ("list", {"names": {"moon": ["Anne"]}}, "names"),
        ("show", {"name": "Acme", "otherwise": {"moon": 1}}, "otherwise.moon"),
        ("unknown", {"nearest": {"names": {"moon": "Anne"}}}, "nearest.names"),
        ("company.open", {"company_id": 1, "back": "x"}, "back"),
        ("list.narrow", {"scope": "moon"}, "scope"),
        ("list.narrow", {"sort": "moon"}, "sort"),
        ("list.narrow", {"met": "moon"}, "met"),
        ("notices.save", {"kinds": "contact,moon"}, "kinds"),
        ("notices.save", {"days": "1,7"}, "days"),
    ],
)
def test_a_value_of_another_kind_or_beyond_its_bounds_is_refused_by_its_key(name, data, key):
    with pytest.raises(BadRequestError) as error:
        VERBS[name].read(data)
    assert error.value.values == {"field": key}


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One of several."""

    size: int


class Nested(Input, frozen=True):
    """Data inside data."""

    lines: tuple[Line, ...] = ()
    sizes: dict[str, dict[str, int]] | None = None
    mode: Literal["read"] = "read"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"lines": {}}, "lines"),
        ({"lines": [{"size": 1}, {"size": "x"}]}, "lines.size"),
        ({"lines": [{}]}, "lines.size"),
        ({"lines": [{"size": 1, "width": 2}]}, "lines.width"),
        ({"lines": [{"size": 1, "a.b": 2}]}, "lines.a.b"),
        ({"sizes": {"a": {"b.c`": "x"}}}, "sizes"),
        ({"sizes": {"a": []}}, "sizes"),
        ({"a.b": 1}, "a.b"),
        ({"a`b": 1}, "a`b"),
        ({"`": 1}, "`"),
        ({"lines": 1, "` - at `$.mode": 1}, "` - at `$.mode"),
        ({"mode": "` - at `$.lines"}, "mode"),
        ({"mode": "field `lines`"}, "mode"),
        ({"z" * 99: 1}, "z" * 40),
    ],
)
def test_the_key_that_does_not_fit_is_named_wherever_it_stands_and_whatever_it_is_called(data, key):
    with pytest.raises(BadRequestError) as error:
        read_input(Nested, data)
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
            sent = inputs if action.get("associatedInputs") != "none" else {}
            data = {**action.get("data", {}), **sent}
            del data["verb"]
            assert VERBS[action["verb"]].read(data), (name, action["verb"])


AFTER_A_LIST = TalkRow(shown=(("rows", [("company", 1)] * 10),))
"""What a conversation remembers of a list: its rows are called by their place."""


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
        given = Memory.read_said(
            TalkRow(shown=(("rows", [("company", 1)] * 10),)), replace(ask, follow_up=None), ROUTER
        )
        assert VERBS[given.verb].read(given.data), sentence


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
        *("buttons", "cancel", "company.shared", "hello", "help", "say", "thanks", "unknown")
    }


def test_what_changes_what_others_change_too_carries_the_state_that_it_was_decided_on():
    versioned = {name for name, verb in VERBS.items() if verb.versioned}
    assert versioned == {
        *(
            "company.set_type",
            "company.set_partner",
            "company.rename",
            "company.merge",
            "companies.sort_save",
            "rename",
        ),
        *("companies.set_many", "contact.rename", "firm.save"),
    }


def test_files_are_made_in_a_queue_and_settings_are_shown_beside_the_card_that_asked():
    assert {name for name, verb in VERBS.items() if verb.queued} == {"export.deliver"}
    assert {name for name, verb in VERBS.items() if verb.beside} == {"notices.settings"} == BESIDE


def test_the_page_knows_of_the_verbs_what_they_declare():
    written = (WEB / "src" / "generated" / "verbs.ts").read_text(encoding="utf-8")
    assert written == describe_verbs()
    assert json.dumps(sorted(name for name, verb in VERBS.items() if not verb.writes)) in written


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_describes_itself_with_the_schema_of_its_input(name):
    described = VERBS[name].describe()
    assert json.loads(json.dumps(described)) == described
    assert described.keys() >= DECLARED.keys()
    assert described["does"]
    assert described["input"]["$defs"]


@pytest.mark.parametrize("mode", ["read", "compose", "meeting"])
def test_the_pane_may_say_each_kind_of_item_that_outlook_opens(mode):
    given = msgspec.convert({"people": [["Jane", "jane@acme.example"]], "mode": mode}, OnOpenItem)
    assert given.mode == mode


def test_the_language_asks_before_a_verb_that_changes_something_and_was_only_guessed():
    quoted = understand('"jane.roe@gmail.com is me"', "en", date(2026, 1, 1))
    assert (quoted.verb, quoted.data["is_guess"]) == ("contact.is_me", True)
    assert "is_guess" not in understand('"why is jane.roe@gmail.com not a contact?"', "en", date(2026, 1, 1)).data


def test_the_language_takes_a_verb_of_which_it_was_told_nothing_for_one_that_changes_something():
    told_nothing = Interpreter({}).understand('"undo"', "en", date(2026, 1, 1))
    assert told_nothing.data["is_guess"]


def list_slots() -> dict[str, list[list[str]]]:
    """Give the slots of every pattern of every language, by verb."""
    slots: dict[str, list[list[str]]] = {}
    for phrases in map(read_phrases, LANGUAGES):
        for command in phrases["commands"]:
            patterns = [expand(pattern, phrases["macros"]) for pattern in split_lines(command["patterns"])]
            slots.setdefault(command["verb"], []).extend(re.findall(r"\{(\w+)\}", pattern) for pattern in patterns)
    return slots


def list_filled(name: str) -> set[str]:
    """Give the slots whose words a verb takes; the words of a list become its filter."""
    fields = set(VERBS[name].input.__struct_fields__)
    days = {"date", "weekday", "number", "month", "year"} if "day_to_come" in fields else set()
    return fields | days | ({"list"} if "filter" in fields else set())


def test_a_verb_takes_every_slot_of_its_patterns_or_none_of_them():
    """What it does not take is ignored: "lists shared by Anne" shows all views. `show` takes the name alone."""
    for name, patterns in list_slots().items():
        taken = {slot in list_filled(name) for slot in chain(*patterns)}
        assert len(taken) <= 1 or name == "show", name
