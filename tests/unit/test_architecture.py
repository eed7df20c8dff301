"""The page on the architecture names files that are there."""

import re
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
PAGE = HOUSE / "docs" / "architecture.md"


def list_named(text: str) -> set[str]:
    """Give every file and folder that the tables name; one without a folder is in the room that the row is about."""
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| "))
    named = re.findall(r"`([\w/*.]+\.py|[\w/*]+/[\w/*.]*)`", rows)
    return {name if "/" in name else f"*/**/{name}" for name in named}


def test_every_file_that_the_page_names_is_there():
    named = list_named(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    assert {name for name in named if not list(HOUSE.glob(name))} == set()
