"""The pages for developers name files that are there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent.parent
PAGE = HOUSE / "docs" / "architecture.md"
PAGES = (*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md"), *HOUSE.glob("docs/operations/*.md"))
ROOMS = [room for room in (*HOUSE.glob("bot/*"), *HOUSE.glob("storage/*")) if room.name != "web"]
FILES = {path.name for room in ROOMS for path in (room, *room.rglob("*.py"))}


def list_named(text: str) -> set[str]:
    """Return every file and folder that the tables name; one without a folder is in the room that the row is about."""
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| "))
    return set(re.findall(r"`([\w/*.]+\.py|[\w/*]+/[\w/*.]*)`", rows))


def list_paths(text: str) -> set[str]:
    """Return every path of a Python file, and every folder of code, that a page names."""
    return set(re.findall(r"`((?:bot|storage|tests)/[\w/]*(?:\.\w+)?)`", text))


def is_there(name: str) -> bool:
    """Return whether a file is there; a word in capitals (`LANG`) stands for any name."""
    return bool(list(HOUSE.glob(re.sub(r"[A-Z]{2,}", "*", name)))) if "/" in name else name in FILES


def test_every_file_that_the_page_names_is_there():
    named = list_named(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    assert {name for name in named if not is_there(name)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_of_code_that_a_page_names_is_there(page):
    assert {path for path in list_paths(page.read_text(encoding="utf-8")) if not is_there(path)} == set()


def test_a_path_that_is_not_there_is_found():
    named = list_paths("see `storage/sweep.py`, `bot/cli` and `bot/language/LANG`")
    assert [path for path in named if not is_there(path)] == ["storage/sweep.py"]
