"""The last column of `docs/faults.md`, written from the names of the tests: `python -m tests.faults`."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).parent.parent
PAGE = HOUSE / "docs" / "faults.md"
_ROW = re.compile(r"^\| (?P<row>[FBSA]\d+) \|.* \|(?P<proved>[^|]*)\|$", re.MULTILINE)


@cache
def list_proofs() -> dict[str, list[Path]]:
    """Give the files in which each row is named by a test."""
    proofs: dict[str, list[Path]] = {}
    for path in sorted(HOUSE.glob("tests/**/test_*.py")):
        names = " ".join(re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8")))
        for row in sorted(set(re.findall(r"(?<=_)[FBSA]\d+(?=_)", names))):
            proofs.setdefault(row, []).append(path.relative_to(HOUSE))
    return proofs


def list_rows(page: str) -> list[str]:
    return [found["row"] for found in _ROW.finditer(page)]


def list_unproved(page: str, proofs: dict[str, list[Path]]) -> Iterator[str]:
    """Say which row of the page has no test, and which row of a test is not on the page or is there twice."""
    rows = list_rows(page)
    yield from (f"{row} has no test" for row in rows if row not in proofs)
    yield from (f"{row} is on the page {rows.count(row)} times" for row in proofs if rows.count(row) != 1)


def complete(page: str, proofs: dict[str, list[Path]]) -> str:
    """Write the last column anew."""
    return _ROW.sub(lambda found: _link(found, proofs), page)


def _link(found: re.Match[str], proofs: dict[str, list[Path]]) -> str:
    start = found[0].removesuffix(f"{found['proved']}|")
    links = ", ".join(f"[{path.stem.removeprefix('test_')}](../{path})" for path in proofs.get(found["row"], []))
    return f"{start} {links} |"


if __name__ == "__main__":
    PAGE.write_text(complete(PAGE.read_text(encoding="utf-8"), list_proofs()), encoding="utf-8")
