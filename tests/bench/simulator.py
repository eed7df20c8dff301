"""The small Microsoft 365 in a process of its own, as Microsoft is."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.config import Config


@dataclass(frozen=True)
class Simulator:
    """Where it answers, and how a service reaches it."""

    values: dict[str, Any]
    url: str

    def make_config(self, database_url: str, **values: Any) -> Config:
        return Config(database_url=database_url, **self.values, **values)

    async def get_record(self) -> dict[str, Any]:
        """Give what was asked of it since it started."""
        return await self._get("/demo/record")

    async def list_user_ids(self) -> list[str]:
        return [user["id"] for user in await self._get("/demo/users")]

    async def _get(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}{path}") as response:
            return await response.json()


@contextlib.asynccontextmanager
async def running_simulator(
    folder: Path, corpus: Path | None = None, domains: Sequence[str] = ()
) -> AsyncIterator[Simulator]:
    """Run it until the block is left."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [sys.executable, "-m", "bot.demo", "--data", str(folder)]
    if corpus is not None:
        arguments += ["--corpus", str(corpus), *(word for domain in domains for word in ("--domain", domain))]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        while not (line := await process.stdout.readline()).startswith(b"{"):
            if not line:
                raise RuntimeError("the small Microsoft 365 did not start")
        values = json.loads(line)
        yield Simulator(values, values.pop("demo_url"))
    finally:
        process.terminate()
        await process.wait()
