"""What people type must give the ask they mean: all of the table, and a measured share of what was held out."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.language import understand
from storage.filters import Filter, to_json

TODAY = date(2026, 3, 18)
FOLDER = Path(__file__).parent
FILTER_KEYS = {"of", "scope", "types", "partner", "known_by", "last", "text", "sort", "is_ascending"}
LIST_KEYS = {"names", "not_understood", "group"}


def read_table(name: str) -> list[Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["sentences"]


def expect(verb: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Turn a line of the table into the data of an ask."""
    data = {key: value for key, value in wanted.items() if key not in FILTER_KEYS}
    for key, nothing in (("type", "nothing"), ("person", "nothing"), ("person", "none")):
        if data.get(key) == nothing:
            data[key] = None
    if verb == "list" or FILTER_KEYS & wanted.keys():
        data["filter"] = expect_filter(wanted)
    if "otherwise" in data:
        data["otherwise"] = expect("list", data["otherwise"])
    return data


def expect_filter(wanted: dict[str, Any]) -> dict[str, Any]:
    parts = {key: value for key, value in wanted.items() if key in FILTER_KEYS}
    if "types" in parts:
        parts["types"] = [None if type_ == "none" else type_ for type_ in parts["types"]]
    if "last" in parts:
        [(how, value)] = parts["last"].items()
        parts["last"] = {"is": how, "day" if isinstance(value, str) else "days": value}
    return to_json(Filter()) | parts


def answer(text: str) -> tuple[str, dict[str, Any]]:
    """Return what is understood, without what the tables do not say."""
    ask = understand(text, "en", TODAY)
    return ask.verb, strip(ask.data) if ask.verb != "unknown" else {}


def strip(data: Any) -> dict[str, Any]:
    kept = {key: value for key, value in data.items() if key not in {"text", "suggestions", "is_scope_given"}}
    return kept | ({"otherwise": strip(kept["otherwise"])} if "otherwise" in kept else {})


def is_right(sentence: list[Any]) -> bool:
    text, verb, wanted = sentence
    got_verb, got = answer(text)
    if verb == "show" and "otherwise" not in wanted:
        got.pop("otherwise", None)
    return (got_verb, got) == (verb, expect(verb, wanted))


@pytest.mark.parametrize("sentence", read_table("sentences.toml"), ids=lambda sentence: sentence[0][:60])
def test_a_sentence_gives_the_ask_it_means(sentence):
    assert is_right(sentence), answer(sentence[0])
