"""Inputs for verbs, made from their declarations: of each field a value that fits, nearly fits, or is strange."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from bot.verbs import Input

STRANGE: Sequence[Any] = (
    *(None, True, 0, -1, 1, 2**31, 2**63, -(2**70), 10**5_000, 1.5, 1e308),
    *("", " ", "me", "firm", "nobody", "client", "1", "-1", "1e3", "null", "\x00", "\u202eevil"),
    *("x" * 5_000, "9" * 5_000, "١٢", "' OR 1=1 --", "{{name}}", "<at>x</at>", "Acme", "=cmd()", "2026-02-30"),
    *([], {}, [None], [[]], [1] * 300, ["x"] * 300, {"a": {"b": []}}, {"": ""}, [{"verb": "list"}]),
)
FILTERS: Sequence[Mapping[str, Any]] = (
    *({}, {"of": "contacts"}, {"scope": "firm"}, {"types": ["client", None]}, {"partner": "me"}, {"text": "acme"}),
    *({"last": {"is": "within", "days": 30}}, {"sort": "name", "is_ascending": True}, {"company_id": 1}),
    *({"partner": [1, "nobody"]}, {"known_by": "me"}, {"is_met": True}, {"version": 99}, {"sort": []}),
)
WORDS = ("Acme", "Anne Martin", "client", "me", "list", "xlsx", "mine", "firm", True, False, 1, "last")
VERBS = ("list", "company.open", "home", "nothing")


def make_input(chance: random.Random, input_: type[Input], numbers: Sequence[int]) -> dict[str, Any]:
    """Make what a client might send to a verb; `numbers` are ids that are there."""
    fields = msgspec.structs.fields(input_)
    data = {field.encode_name: _make(chance, field.encode_name, numbers) for field in fields if chance.random() < 0.5}
    if chance.random() < 0.02:
        data[chance.choice(("extra", "Verb", "tenant_id", ""))] = chance.choice(STRANGE)
    return data


def _make(chance: random.Random, name: str, numbers: Sequence[int]) -> Any:
    makers: dict[str, Callable[[], Any]] = {
        "filter": lambda: dict(chance.choice(FILTERS)) | dict(chance.choice(FILTERS)),
        "ids": lambda: chance.sample(numbers, 3),
        "id": lambda: chance.choice((chance.choice(numbers), str(chance.choice(numbers)), 1, 10**9)),
        "version": lambda: chance.choice((0, 1, "1", 2)),
        "back": lambda: {"verb": chance.choice(VERBS), "company_id": chance.choice(numbers)},
        "names": lambda: {chance.choice(("partner", "known_by", "company", "x")): [chance.choice(WORDS)]},
    }
    make = makers.get(name) or makers.get(name.rpartition("_")[2]) or (lambda: chance.choice(WORDS))
    return make() if chance.random() < 0.7 else chance.choice(STRANGE)  # most of it fits
