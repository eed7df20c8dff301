"""The whole service in this process, beside the small Microsoft 365: from a mail to the message in somebody's chat."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from bot.app import DATABASE, create_app
from bot.cli.serve import listening
from bot.config import Config
from bot.demo.connector import Sent
from bot.demo.microsoft import Microsoft
from bot.demo.world.people import Person
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from tests.account import is_notice
from tests.books import has_passed
from tests.installation import INSTALLING, wait_until_balanced
from tests.microsoft import let_everybody_write
from tests.running import find_port

HOST = "127.0.0.1"
PATIENCE = 30.0


class Service:
    """The service at work, and what people see of it."""

    def __init__(self, database: Database, microsoft: Microsoft) -> None:
        self.database = database
        self.microsoft = microsoft
        self.anne, self.bob = microsoft.firm.list_people()

    async def query(self, sql: str) -> list[Any]:
        async with self.database.reading(SYSTEM) as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    def meet(self, person: Person, name: str) -> None:
        """Let somebody write to a company that nobody knew."""
        self.microsoft.firm.send_mail((person.name, person.address), to=[("Jane Doe", f"jane@{name.lower()}.example")])

    def list_told(self, person: Person, name: str) -> list[Sent]:
        """Give what a person was told of a company."""
        sent = [one for one in self.microsoft.connector.sent if is_notice(one) and (one.user or {})["id"] == person.id]
        return [one for one in sent if name in one.activity["summary"]]

    def list_answers(self, person: Person) -> list[str]:
        """Give what a person was answered."""
        mine = [
            one for one in self.microsoft.connector.sent if (one.user or {})["id"] == person.id and not is_notice(one)
        ]
        return [one.activity.get("summary") or "" for one in mine]

    async def wait_for(self, is_there: Callable[[], Any]) -> Any:
        """Wait until something is there, and give it."""
        deadline = time.monotonic() + PATIENCE
        while not (found := is_there()):
            assert time.monotonic() < deadline, await self.query("SELECT kind, state, reason FROM outbox")
            await asyncio.sleep(0.05)
        return found

    async def wait_until_told(self, person: Person, name: str) -> Sent:
        """Wait until a person was told of a company, and give the message."""
        return (await self.wait_for(lambda: self.list_told(person, name)))[0]

    async def wait_for_state(self, state: str) -> None:
        """Wait until what is to be said of a company stands there."""
        deadline = time.monotonic() + PATIENCE
        while (state,) not in (states := await self.query("SELECT state FROM outbox WHERE kind = 'company'")):
            assert time.monotonic() < deadline, states
            await asyncio.sleep(0.05)

    async def say_hello(self) -> None:
        """Let everybody open the chat, as people do who want to be told of things."""
        for person in (self.anne, self.bob):
            await self.microsoft.teams.say(person, "hello")


@pytest.fixture
async def service(request, microsoft: Microsoft, url: str) -> AsyncIterator[Service]:
    """The service of a firm of two, current; at the end its books balance."""
    microsoft.firm.granted |= INSTALLING
    port = find_port()
    own = {"database_url": url, "host": HOST, "port": port, "public_url": f"http://{HOST}:{port}"}
    config = Config(**microsoft.config_values, **own, notice_hours="0-24", installs_app=True)
    async with create_app(config) as app, listening(app, HOST, port):
        microsoft.teams.bot_url = f"{config.public_url}/api/messages"
        service = Service(app[DATABASE], microsoft)
        await service.wait_for(lambda: len(microsoft.subscriptions.list_live()) == 4)
        while await service.query("SELECT 1 FROM mailboxes WHERE state <> 'current'"):
            await asyncio.sleep(0.05)
        yield service
        if has_passed(request):
            microsoft.faults.clear()
            let_everybody_write(microsoft.firm)
            await wait_until_balanced(service.database, microsoft)
