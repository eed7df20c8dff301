"""The word lists beside this file: one entry a line, or many behind what they are; `#` begins a comment."""

from collections import defaultdict
from importlib.resources import files


def read_list(name: str) -> frozenset[str]:
    """Read the list `name` of this package."""
    return frozenset(filter(None, _read_lines(name)))


def read_kinds(name: str) -> dict[str, frozenset[str]]:
    """Read the list `name` of this package, whose lines begin with what the words behind are."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in filter(None, _read_lines(name)):
        kind, *words = line.split()
        found[kind].update(words)
    return {kind: frozenset(words) for kind, words in found.items()}


def _read_lines(name: str) -> list[str]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    return [line.partition("#")[0].strip() for line in text.splitlines()]
