"""Who means harm during a soak, and machines that are wrong: each beside all the other faults."""

import asyncio
import contextlib
import json
import random
import re
import uuid
from collections import Counter
from pathlib import Path

import aiohttp

from bot.demo.microsoft import Microsoft
from tests.installation import Installation
from tests.running import find_port

GROUP = "19:soak@thread.v2"
TWO = "19:soak_two@unq.gbl.spaces"
AHEAD = 730 * 86_400
"""Seconds by which one machine's clock is ahead."""
WRONG_CLOCK = f"import time\n_true = time.time\ntime.time = lambda: _true() + {AHEAD}\n"
_NAMED = re.compile(r"company ?\d+|p\d@company", re.IGNORECASE)


class Attack:
    """Floods through the proxy, questions where nobody knows who reads, a second service, and a clock ahead."""

    def __init__(self, microsoft: Microsoft, chance: random.Random, installation: Installation, folder: Path) -> None:
        self._microsoft = microsoft
        self._chance = chance
        self._installation = installation
        self._folder = folder
        self.answers: Counter[int] = Counter()
        """What invented notifications are answered with."""
        self.asked = 0
        self.intruders = 0

    async def go_on(self) -> None:
        """Attack until cancelled."""
        clock = self._folder / "clock"
        clock.mkdir(exist_ok=True)
        (clock / "sitecustomize.py").write_text(WRONG_CLOCK)
        await asyncio.gather(self._flood(), self._ask_in_groups(), self._start_others(clock))

    @property
    def leaks(self) -> int:
        """How many messages named companies or people where nobody knows who reads."""
        told = [one for one in self._microsoft.connector.sent if one.conversation_id in (GROUP, TWO)]
        return sum(1 for one in told if _NAMED.search(json.dumps(one.activity)))

    def describe(self) -> str:
        answers = dict(self.answers)
        told = f"{self.asked} questions where strangers may read, leaks: {self.leaks}"
        return f"invented notifications by answer (0: none): {answers}; {told}; {self.intruders} services too many"

    async def _flood(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while True:
                live = self._microsoft.subscriptions.list_live()
                known = self._chance.choice(live).id if live and self._chance.random() < 0.5 else str(uuid.uuid4())
                tenant = self._chance.choice(self._microsoft.firms).tenant_id
                item = {"subscriptionId": known, "clientState": "guess", "tenantId": tenant, "changeType": "created"}
                status = 0
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    url = f"{self._installation.url}/graph/notifications"
                    # From where Microsoft's own come: behind a proxy all have one source.
                    async with session.post(url, json={"value": [item] * 20}) as response:
                        status = response.status
                self.answers[status] += 1
                await asyncio.sleep(0.05)

    async def _ask_in_groups(self) -> None:
        """Ask where the roster is refused, and in a chat of two."""
        while True:
            firm = self._chance.choice(self._microsoft.firms)
            person = self._chance.choice(firm.list_people())
            place, kind = self._chance.choice([(GROUP, "groupChat"), (GROUP, "channel"), (TWO, "personal")])
            text = self._chance.choice(["my companies", "all companies", "all contacts", "mes sociétés"])
            conversation = {"id": place, "conversationType": kind, "tenantId": firm.tenant_id}
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self._microsoft.teams.say(person, text, conversation=conversation)
            self.asked += 1
            await asyncio.sleep(0.5)

    async def _start_others(self, clock: Path) -> None:
        """Start the service twice, at its own port and at another, and a worker whose clock is two years ahead."""
        installation, port = self._installation, str(find_port())
        while True:
            installation.start("intruder", "serve")
            installation.start("second", "serve", CARNET_PORT=port)
            installation.start("ahead", "worker", PYTHONPATH=str(clock))
            self.intruders += 1
            await asyncio.sleep(20)
            for name in ("second", "ahead"):
                installation.kill(name)
            if "intruder" in installation.pids and "service" in installation.pids:
                installation.kill("intruder")
            await asyncio.sleep(5)

    def end(self) -> None:
        """Leave nothing behind that is wrong."""
        for name in {"second", "ahead", "intruder"} & self._installation.pids.keys():
            self._installation.kill(name)
