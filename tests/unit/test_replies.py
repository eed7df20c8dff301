"""Results: each kind is drawn by one function, and is data for whoever asks for data."""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.commands
from bot.cards.drawing import DRAWN
from bot.cards.replies import draw_reply
from bot.commands import ROUTER
from bot.results.base import Result
from bot.results.companies import NoContact, OwnAddressShown
from bot.results.questions import Asked, Conflict, Done, Said
from bot.turn import Reader
from storage.record.changes import Change
from tests.card_checks import list_complaints
from tests.card_samples import ORDINARY, company
from tests.factories import NOW

READER = Reader("en", NOW)


def make_change(number: int) -> Change:
    return Change(number, "company.set_type", "company", 7, "Acme", {"type": None}, {"type": "client"}, 1, NOW)


EXAMPLES = (
    Said(summary="Nothing was changed.", lines=["a"], suggestions=["show my clients"]),
    Asked(summary="Change it?", again={"verb": "company.set_type", "company_id": 1, "type": "client"}),
    Conflict(summary="Changed", company=company(ORDINARY), anyway={"verb": "cancel"}, leave={"verb": "help"}),
    NoContact(summary="No contact", address="list@acme.example", reason="internal"),
    OwnAddressShown(summary="Yours", address="anne@gmail.example", is_own=True, line="a"),
    OwnAddressShown(summary="Not yours", address="anne@gmail.example", is_own=False, line="a"),
    Done(summary="2 companies changed", changes=tuple(map(make_change, (1, 2)))),
)


def list_kinds(of: type[Result] = Result) -> Iterator[type[Result]]:
    """Give every kind; a dataclass with slots leaves the class that it was made from behind."""
    for kind in of.__subclasses__():
        if getattr(sys.modules[kind.__module__], kind.__name__) is kind:
            yield kind
        yield from list_kinds(kind)


def test_every_kind_of_result_is_drawn_in_one_place():
    assert set(DRAWN) == set(list_kinds())


@pytest.mark.parametrize("verb", sorted(verb.name for verb in ROUTER))
def test_a_command_says_which_kind_of_result_it_returns(verb):
    returned = ROUTER.get(verb).command.__annotations__["return"]
    kinds = getattr(returned, "__args__", (returned,))
    assert all(issubclass(kind, Result) for kind in kinds)


@pytest.mark.parametrize("result", EXAMPLES, ids=lambda result: type(result).__name__)
def test_a_result_is_a_card_and_plain_data(result):
    reply = draw_reply(READER, result)
    assert list_complaints(reply.card) == []
    assert (reply.summary, reply.code, reply.is_error) == (result.summary, result.code, result.code >= 400)
    assert json.loads(json.dumps(reply.data)) == reply.data
    assert not {"notices", "record", "code", "summary"} & reply.data.keys()


def test_no_command_draws_a_card_or_asks_on_which_surface_it_is():
    for path in Path(bot.commands.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not {name for name in called if name.startswith("draw_")}, path.name
        compared = [node.left for node in ast.walk(tree) if isinstance(node, ast.Compare)]
        assert not [left for left in compared if isinstance(left, ast.Attribute) and left.attr == "surface"], path.name
