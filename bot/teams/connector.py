"""The Bot Connector, spoken to over one shared aiohttp session.

What was certainly not delivered is tried again; what may have been is never sent twice (F50).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import aiohttp
import msgspec

from bot.errors import UnavailableError
from bot.teams.credentials import TokenSource
from bot.teams.errors import GoneError, NotSentError, RefusedError, SendError, UnknownOutcomeError, UnreachableError
from bot.teams.http import read_body, read_retry_after
from bot.teams.rate_limits import CONVERSATION_WINDOWS, TENANT_WINDOWS, RateLimiter
from bot.teams.urls import ServiceUrls

UPLOAD_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=5)
UNAUTHORIZED: Final = 401
MOST_TRIES: Final = 5
PATIENCE: Final = 120.0
"""Seconds that an answer waits in all, after a 429 say."""
PACED_PATIENCE: Final = 20.0
"""The same for what is said unasked: beyond that the caller is told when to come again."""
MOST_ANSWER: Final = 65536
MOST_MEMBERS: Final = 1_048_576
"""Bytes of a page of members."""


class _Answer(msgspec.Struct):
    id: str | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    body: bytes
    key: str
    """The conversation, for its pace."""
    tenant: str
    is_paced: bool

    @property
    def is_repeatable(self) -> bool:
        """Putting the same card in the same place twice is putting it there once."""
        return self.method == "PUT"


class Connector:
    """Sends activities to Teams, at the pace that Teams allows."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: TokenSource,
        urls: ServiceUrls,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.urls = urls
        self._session = session
        self._credentials = credentials
        self._sleep = sleep
        self._conversations = RateLimiter(CONVERSATION_WINDOWS, clock)
        self._tenants = RateLimiter(TENANT_WINDOWS, clock)

    async def send(
        self,
        service_url: str,
        conversation_id: str,
        body: bytes,
        *,
        reply_to: str = "",
        tenant: str = "",
        is_paced: bool = False,
    ) -> str:
        """Post an activity and return its id; raises a `SendError` that says what became of it.

        `is_paced` is for what is said unasked; an answer is held back by a 429 alone, for its asker sets the pace.
        """
        path = f"v3/conversations/{quote(conversation_id, safe='')}/activities"
        if reply_to:
            path += f"/{quote(reply_to, safe='')}"
        url = self._join(service_url, path)
        return await self._deliver(_Request("POST", url, body, conversation_id, tenant, is_paced))

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, body: bytes, *, tenant: str = ""
    ) -> str:
        """Put an activity in the place of another; raises a `SendError`."""
        path = f"v3/conversations/{quote(conversation_id, safe='')}/activities/{quote(activity_id, safe='')}"
        url = self._join(service_url, path)
        return await self._deliver(_Request("PUT", url, body, conversation_id, tenant, is_paced=False))

    async def open_conversation(self, service_url: str, body: bytes, *, tenant: str = "") -> str:
        """Open a personal chat and return its id; raises a `SendError`."""
        url = self._join(service_url, "v3/conversations")
        return await self._deliver(_Request("POST", url, body, service_url, tenant, is_paced=True))

    async def read_members(self, service_url: str, conversation_id: str, page: str = "") -> bytes:
        """Return a page of those who are in a conversation, as JSON; raises a `SendError` where Teams does not say."""
        url = self._join(service_url, f"v3/conversations/{quote(conversation_id, safe='')}/pagedmembers")
        params = {"pageSize": "500"} | ({"continuationToken": page} if page else {})
        try:
            headers = {"Authorization": f"Bearer {await self._credentials.get()}"}
            async with self._session.get(url, params=params, headers=headers, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004
                    raise RefusedError(response.status)
                return await read_body(response, MOST_MEMBERS)
        except (UnavailableError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NotSentError(reason=type(error).__name__) from error

    async def upload(self, url: str, content: bytes) -> None:
        """Put a whole file into the upload session that Teams opened; no token of ours goes there."""
        if not self.urls.allow_upload(url):
            raise RefusedError(reason="upload_host")
        headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
        try:
            async with self._session.put(
                url, data=content, headers=headers, allow_redirects=False, timeout=UPLOAD_TIMEOUT
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotSentError(reason=type(error).__name__) from error
        if status not in {200, 201}:
            raise RefusedError(status)

    def _join(self, service_url: str, path: str) -> str:
        """Check the host again here: a stored reference is older than today's list (S4)."""
        if not self.urls.allow(service_url):
            raise RefusedError(reason="service_url")
        return f"{service_url.rstrip('/')}/{path}"

    async def _deliver(self, request: _Request) -> str:
        """Try until it is delivered, refused or unknown, for as long as waiting makes sense."""
        patience = PACED_PATIENCE if request.is_paced else PATIENCE
        tries = 0
        while True:
            if wait := self._get_wait(request):
                patience -= wait
                if patience < 0:
                    raise NotSentError(429, "throttled", wait)
                await self._sleep(wait)
                continue
            tries += 1
            try:
                return await self._try_once(request)
            except NotSentError as error:
                if tries >= MOST_TRIES or (error.status == UNAUTHORIZED and tries > 1):
                    raise
                self._conversations.hold(request.key, _jitter(error.retry_after or 2.0 ** (tries - 2)))

    def _get_wait(self, request: _Request) -> float:
        if request.is_paced:
            return max(self._conversations.get_wait(request.key), self._tenants.get_wait(request.tenant))
        return self._conversations.get_hold(request.key)

    async def _try_once(self, request: _Request) -> str:
        self._conversations.note(request.key)
        self._tenants.note(request.tenant)
        try:
            token = await self._credentials.get()
        except UnavailableError as error:
            raise NotSentError(reason="no_token") from error
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            async with self._session.request(
                request.method, request.url, data=request.body, headers=headers, allow_redirects=False
            ) as response:
                if response.status < 300:  # noqa: PLR2004  # every 2xx
                    return await _read_id(response)
                if response.status == UNAUTHORIZED:
                    self._credentials.forget()
                raise _explain(request, response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(reason="no_connection") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _doubt(request, 0, type(error).__name__) from error


def _explain(request: _Request, response: aiohttp.ClientResponse) -> SendError:
    """Say what an answer other than 2xx means for the message."""
    status = response.status
    if status in {UNAUTHORIZED, 412, 429}:
        return NotSentError(status, retry_after=read_retry_after(response.headers.get("Retry-After")))
    if status >= 500:  # noqa: PLR2004  # every 5xx
        return _doubt(request, status, "")
    return {403: UnreachableError, 404: GoneError}.get(status, RefusedError)(status)


def _doubt(request: _Request, status: int, reason: str) -> SendError:
    if request.is_repeatable:
        return NotSentError(status, reason)
    return UnknownOutcomeError(status, reason)


def _jitter(seconds: float) -> float:
    """Add up to a fifth: many processes must not come back together, and none too early."""
    return seconds * random.uniform(1.0, 1.2)  # jitter is no secret


async def _read_id(response: aiohttp.ClientResponse) -> str:
    """Return the id in the answer; a delivered message stays delivered where its id was lost on the way."""
    try:
        return msgspec.json.decode(await read_body(response, MOST_ANSWER), type=_Answer).id or ""
    except (aiohttp.ClientError, OSError, ValueError):
        return ""
