"""What Teams sends to the bot: messages that people type, clicks, and the news that the app was installed."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.demo.cloud import Cloud
from bot.demo.graph.installs import name_chat
from bot.demo.signin.tokens import describe_bot_token
from bot.demo.world.firm import Firm
from bot.demo.world.people import Person

Json = dict[str, Any]
PAUSES = (0.2, 0.5, 1, 2, 4)
"""Seconds before an activity that the bot did not take is posted again."""


class Teams:
    """A Teams client for every person of the firms; silent until it knows where the bot is."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.bot_url = ""
        """Where the bot takes activities: `http://127.0.0.1:3978/api/messages`."""
        self._numbers = itertools.count(1)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        cloud.install_listeners.append(self._tell_installed)

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Keep connections to the bot until the block is left."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15), trust_env=False) as session:
            self._session = session
            try:
                yield
            finally:
                await self.settle()
                self._session = None

    async def settle(self) -> None:
        """Wait until what was to be told of itself has been told."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def say(self, person: Person, text: str, **changes: Any) -> tuple[int, Any]:
        """Let a person type a message; returns the bot's status and body."""
        return await self.post(self.describe(person, type="message", text=text, **changes))

    async def post(self, activity: Mapping[str, Any], *, token: str = "") -> tuple[int, Any]:
        """Post an activity with a token of the Bot Framework, or with the one given."""
        if self._session is None or not self.bot_url:
            raise RuntimeError("Teams does not know where the bot is: set `bot_url`")
        headers = {"Authorization": f"Bearer {token or self._mint()}"}
        async with self._session.post(self.bot_url, json=activity, headers=headers) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())

    async def _deliver(self, activity: Mapping[str, Any]) -> None:
        """Post an activity, again and again for a while where the bot is away."""
        for pause in PAUSES:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                status, _ = await self.post(activity)
                if status < 500:  # noqa: PLR2004  # a server error is asked again
                    return
            await asyncio.sleep(pause)

    def describe(self, person: Person, **fields: Any) -> Json:
        """Return an activity from a person's personal chat with the bot."""
        tenant_id = person.mailbox.tenant_id
        activity: Json = {
            "id": f"{int(self._cloud.clock() * 1000)}{next(self._numbers):04d}",
            "timestamp": datetime.fromtimestamp(self._cloud.clock(), UTC).isoformat(),
            "channelId": "msteams",
            "serviceUrl": self._cloud.service_url,
            "locale": person.language or "en-US",
            "from": {"id": f"29:{person.id}", "name": person.name, "aadObjectId": person.id},
            "recipient": {"id": f"28:{self._cloud.app_id}", "name": "Carnet"},
            "conversation": {
                "id": name_chat(tenant_id, person.id),
                "conversationType": "personal",
                "tenantId": tenant_id,
            },
            "channelData": {"tenant": {"id": tenant_id}},
        }
        return activity | fields

    def _mint(self) -> str:
        return self._cloud.bot_keys.mint(describe_bot_token(self._cloud.app_id, self._cloud.service_url))

    def _tell_installed(self, firm: Firm, person: Person) -> None:
        """Tell the bot that it was added to a personal chat; this may come before Graph's own answer does."""
        if self._session is None or not self.bot_url:
            return
        bot, user = {"id": f"28:{self._cloud.app_id}"}, {"id": f"29:{person.id}", "aadObjectId": person.id}
        for fields in (
            {"type": "installationUpdate", "action": "add"},
            {"type": "conversationUpdate", "membersAdded": [bot, user]},
        ):
            task = asyncio.get_running_loop().create_task(self._deliver(self.describe(person, **fields)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
