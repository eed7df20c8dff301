"""The text of an invitation passes through, for calendarView delta takes no `$select`: it is dropped as it is read."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.demo.graph.events import BODY
from bot.log import set_up_logs
from storage.models import Base
from tests.microsoft import GraphReader
from tests.syncing import Sync, sync

__all__ = ["sync"]
ANNE, CARL = ("Anne Martin", "anne.martin@lex.example"), ("Carl Orff", "carl@acme.example")
CANARY = BODY[:20]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged at the most talkative level, libraries included."""
    stream, root = io.StringIO(), logging.getLogger()
    before = (root.handlers[:], root.level)
    set_up_logs("DEBUG", is_for_people=False, stream=stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    for own in ("bot", "storage"):
        logging.getLogger(own).setLevel(logging.NOTSET)
    structlog.reset_defaults()


async def dump(sync: Sync) -> str:
    """Everything that the database holds."""
    return "".join([repr(await sync.query(f"SELECT * FROM {table}")) for table in Base.metadata.tables])


def invite(firm, *people, **overrides) -> None:
    starts = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    firm.schedule.hold(ANNE, people, starts, starts + timedelta(hours=1), overrides=overrides)


async def test_no_byte_of_an_invitations_text_is_kept_or_logged(sync, firm, graph: GraphReader, lines):
    firm.granted |= {"Calendars.Read"}
    invite(firm, CARL)
    invite(firm, start=BODY)  # cannot be read: set aside, with a reason
    invite(firm, id=..., attendees=BODY)
    await sync.run()
    shown = await graph.ask(f"users/{ANNE[1]}/calendarView/delta?startDateTime=2020-01-01&endDateTime=2040-01-01")
    assert CANARY in str(shown)
    assert await sync.query("SELECT count(*) FROM interactions") == [(1,)]
    assert CANARY not in await dump(sync)
    assert CANARY not in lines.getvalue()
