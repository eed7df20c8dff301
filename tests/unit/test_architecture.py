"""The page on the architecture names files that are there."""

import re
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
PAGE = HOUSE / "docs" / "architecture.md"
ROOMS = [room for room in (*HOUSE.glob("bot/*"), *HOUSE.glob("storage/*")) if room.name != "web"]
FILES = {path.name for room in ROOMS for path in (room, *room.rglob("*.py"))}


def list_named(text: str) -> set[str]:
    """Give every file and folder that the tables name; one without a folder is in the room that the row is about."""
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| "))
    return set(re.findall(r"`([\w/*.]+\.py|[\w/*]+/[\w/*.]*)`", rows))


def is_there(name: str) -> bool:
    return bool(list(HOUSE.glob(name))) if "/" in name else name in FILES


def test_every_file_that_the_page_names_is_there():
    named = list_named(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    assert {name for name in named if not is_there(name)} == set()
