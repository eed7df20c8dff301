"""The service as processes of their own: one that answers, and any number of workers, on one database."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from bot.demo.microsoft import Microsoft
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.messages.outbox import STUCK_AFTER
from tests.account import balance
from tests.books import has_passed
from tests.microsoft import let_everybody_write
from tests.running import find_port

PATIENCE = 120.0
INSTALLING = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}


class Installation:
    """Processes that can be started, stopped and killed; their logs are below `folder`."""

    def __init__(self, microsoft: Microsoft | dict[str, Any], database_url: str, folder: Path, **settings: Any) -> None:
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._database_url = database_url
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        known = microsoft if isinstance(microsoft, dict) else microsoft.config_values
        values = known | {"database_url": database_url, "port": self.port, "public_url": self.url}
        self._environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        for name, value in (values | settings).items():
            is_plain = isinstance(value, str | int) and not isinstance(value, bool)
            self._environment[f"CARNET_{name.upper()}"] = str(value) if is_plain else json.dumps(value)

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run, by name."""
        return {name: process.pid for name, process in self._processes.items() if process.poll() is None}

    def start(self, name: str, *words: str, failpoint: str = "", **variables: str) -> None:
        """Start `carnet WORDS`; at the failpoint, where one is given, it kills itself."""
        log = (self._folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "bot", *words]
        environment = self._environment | {"CARNET_FAILPOINT": failpoint} | variables
        self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        log.close()

    def kill(self, name: str) -> None:
        """kill -9."""
        self._processes[name].kill()
        self._processes[name].wait()

    async def stop(self, name: str, patience: float = 40) -> tuple[int, float]:
        """Ask to stop; gives the exit code and how long it took."""
        started = time.monotonic()
        process = self._processes[name]
        process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(process.wait, patience)
        return code, time.monotonic() - started

    async def wait_until_ready(self) -> None:
        """Wait until requests are answered."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and "service" in self.pids:
            if await self.ask("/readyz") is not None:
                return
            await asyncio.sleep(0.2)
        raise RuntimeError(self.read_log("service")[-3000:])

    async def ask(self, path: str) -> dict[str, Any] | None:
        """GET something as JSON; None where there is no good answer."""
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(self.url + path) as response,
            ):
                return await response.json() if response.ok else None
        except (aiohttp.ClientError, TimeoutError):
            return None

    def read_log(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    async def rest(self, microsoft: Microsoft) -> None:
        """Let the faults end and everybody write once more, start what died, and wait until the books balance."""
        microsoft.faults.clear()
        microsoft.notifications.release()
        database = open_database(self._database_url)
        try:
            if "service" not in self.pids:
                await _age(database)
                self.start("service", "serve")
            await self.wait_until_ready()
            let_everybody_write(*microsoft.firms)
            await wait_until_balanced(database, microsoft)
        finally:
            await database.close()

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in self._processes.values():
            process.kill()
            process.wait()


async def _age(database: Database) -> None:
    """Advance the clock past the time after which a dead sender's rows become `unknown`."""
    async with database.writing(SYSTEM) as connection:
        values = {"seconds": STUCK_AFTER}
        await connection.execute(text("UPDATE outbox SET due_at = due_at - :seconds WHERE state = 'sending'"), values)


async def wait_until_balanced(database: Database, microsoft: Microsoft) -> None:
    """Wait until everything that happened is stored and every notice was sent."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await balance(database, microsoft, int(time.time()))
        except (AssertionError, KeyError):  # read while a page was being written
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
        else:
            return


@pytest.fixture
def sqlite_url(migrated_file, tmp_path) -> str:
    shutil.copy(migrated_file, tmp_path / "carnet.db")
    return f"sqlite:///{tmp_path}/carnet.db"


@pytest.fixture
async def postgres_url(migrated_postgres, make_postgres) -> str:
    return await make_postgres(migrated_postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request) -> str:
    """A database for processes, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
async def installation(request, microsoft, firm, url, tmp_path) -> AsyncIterator[Installation]:
    """The service that a test starts, stops and kills; at the end its books balance."""
    firm.granted |= INSTALLING
    installation = Installation(microsoft, url, tmp_path, notice_hours="0-24", installs_app=True)
    microsoft.teams.bot_url = f"{installation.url}/api/messages"
    yield installation
    try:
        if has_passed(request):
            await installation.rest(microsoft)
    finally:
        installation.end()
