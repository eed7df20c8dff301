"""Require that every test of a fault compares the store with what really happened.

A test that is named by a row (`test_F24_...`) ends with `tests/account.py`: all work is finished, then everything that
the store and the chats hold is compared with what happened. The fixtures do that by themselves (`live`, `sync`,
`installation`, a firm's notices, the door of Teams); this module checks that one of them did.
"""

import re
from collections.abc import Iterator

import pytest

from tests.account import settled
from tests.without_books import WITHOUT

FAULTS = frozenset(f"F{number}" for number in (*range(1, 54), 57, *range(59, 72)))
BAD_INPUTS = frozenset(f"B{number}" for number in range(41, 55))
_HAS_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Remember whether the test itself has passed, for the fixtures that are taken down after it."""
    report = yield
    if report.when == "call":
        item.stash[_HAS_PASSED] = report.passed
    return report


def has_passed(request: pytest.FixtureRequest) -> bool:
    """Whether the test has passed; one that failed has left its world as it was."""
    return request.node.stash.get(_HAS_PASSED, False)


@pytest.fixture(autouse=True)
def books(request: pytest.FixtureRequest) -> Iterator[None]:
    """See that a test named by a row balanced an account."""
    before = len(settled)
    yield
    name = request.node.originalname
    if has_passed(request) and must_balance(request.node.path.name, name) and len(settled) == before:
        pytest.fail(f"{name} ends without its books: give it a world that balances them, or a reason in WITHOUT")


def must_balance(file: str, name: str) -> bool:
    """Whether a test of this file and name has to balance an account."""
    return bool(list_rows(name)) and file not in WITHOUT and name not in WITHOUT


def list_rows(name: str) -> set[str]:
    """Give the rows by which a test is named."""
    return set(re.findall(r"(?<=_)[FB]\d+(?=_)", name)) & (FAULTS | BAD_INPUTS)
