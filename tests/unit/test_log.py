"""What may not be read in a log is not in it, whoever logs it and however."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.log import set_up_logs
from storage.engine.database import open_database

CANARIES = (
    "jane.doe@acme.example",
    "Privileged: the Acme merger",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl",
    "s3cr3t-client-state",
)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Where logs go, with everything put back afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    set_up_logs("DEBUG", is_for_people=False, stream=stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    for own in ("bot", "storage"):
        logging.getLogger(own).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def read(lines: io.StringIO) -> dict:
    return json.loads(lines.getvalue().splitlines()[-1])


def test_S19_values_under_telling_names_are_masked(lines):
    address, subject, token, state = CANARIES
    structlog.get_logger("bot.x").info("event", address=address, subject=subject, token=token, client_state=state)
    structlog.get_logger("bot.x").info("event", Authorization=f"Bearer {token}", nested={"mail": {"to": address}})
    assert not [canary for canary in CANARIES if canary in lines.getvalue()]


def test_S19_addresses_and_tokens_are_masked_wherever_they_stand(lines):
    address, _, token, _ = CANARIES
    log = structlog.get_logger("bot.x")
    careless = f"failed for {address}"
    log.warning(careless, url=f"https://graph/users/{address}/x", path="users/jane%40acme.example")
    log.warning("failed", header=f"Bearer {token}", items=[address, token])
    logging.getLogger("library").error("could not send to %s with %s", address, token)
    text = lines.getvalue()
    assert address not in text
    assert "jane%40acme" not in text
    assert token not in text


def test_S19_the_text_of_an_error_is_left_out_and_its_name_and_place_kept(lines):
    try:
        int(f"Key (address)=({CANARIES[0]}) and {CANARIES[1]}")
    except ValueError:
        structlog.get_logger("bot.x").exception("failed")
        logging.getLogger("library").exception("failed too")
    assert not [canary for canary in CANARIES if canary in lines.getvalue()]
    assert read(lines)["error"] == "ValueError"
    assert "test_log.py" in read(lines)["at"][-1]


def test_S19_nobody_can_forge_a_line(lines):
    structlog.get_logger("bot.x").info("event", name='a\n{"event": "forged"}\r\nb')
    assert len(lines.getvalue().splitlines()) == 1
    assert read(lines)["name"] == 'a\\n{"event": "forged"}\\r\\nb'


def test_numbers_codes_and_names_of_errors_are_shown(lines):
    structlog.get_logger("bot.x").warning("mailbox_not_synced", tenant_id=1, user_id=2, status=503, mailboxes=5)
    shown = read(lines)
    assert (shown["tenant_id"], shown["user_id"], shown["status"], shown["mailboxes"]) == (1, 2, 503, 5)
    assert shown["level"] == "warning"


@pytest.mark.parametrize("library", ["aiosqlite", "asyncio", "httpx", "msal", "sqlalchemy.engine", "anything"])
def test_S19_a_library_is_heard_from_a_warning_on_for_it_tells_of_values(lines, library):
    logging.getLogger(library).debug("INSERT %s", CANARIES)
    logging.getLogger(library).info("INSERT %s", CANARIES)
    assert lines.getvalue() == ""
    logging.getLogger(library).warning("slow")
    structlog.get_logger("storage.x").debug("ours")
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == ["slow", "ours"]


async def test_S19_the_pool_of_postgresql_is_heard_as_a_library(lines):
    database = open_database("postgresql://nobody:s3cr3t@127.0.0.1:1/none")
    await database.close()
    assert lines.getvalue() == ""
