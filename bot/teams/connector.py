"""Call the Bot Connector over one shared aiohttp session.

A request is repeated only if it was certainly not delivered; a message that may have arrived is never sent twice
(F50).
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
from bot.teams.errors import GoneError, NotSentError, RejectedError, SendError, UnknownOutcomeError, UnreachableError
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
        """Return whether repeating has no further effect, as replacing an activity by the same card has none."""
        return self.method == "PUT"


class Connector:
    """Sends activities to Teams within its rate limits."""

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
        """Post an activity and return its id; raises the `SendError` for its outcome.

        `is_paced` delays notices to stay within the limits; an answer is delayed by a 429 only.
        """
        path = f"v3/conversations/{quote(conversation_id, safe='')}/activities"
        if reply_to:
            path += f"/{quote(reply_to, safe='')}"
        url = self._join(service_url, path)
        return await self._deliver(_Request("POST", url, body, conversation_id, tenant, is_paced))

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, body: bytes, *, tenant: str = ""
    ) -> str:
        """Replace an activity by another; raises a `SendError`."""
        path = f"v3/conversations/{quote(conversation_id, safe='')}/activities/{quote(activity_id, safe='')}"
        url = self._join(service_url, path)
        return await self._deliver(_Request("PUT", url, body, conversation_id, tenant, is_paced=False))

    async def open_conversation(self, service_url: str, body: bytes, *, tenant: str = "") -> str:
        """Open a personal chat and return its id; raises a `SendError`."""
        url = self._join(service_url, "v3/conversations")
        return await self._deliver(_Request("POST", url, body, service_url, tenant, is_paced=True))

    async def read_members(self, service_url: str, conversation_id: str, page: str = "") -> bytes:
        """Return a page of the members of a conversation, as JSON; raises a `SendError` if Teams gives none."""
        url = self._join(service_url, f"v3/conversations/{quote(conversation_id, safe='')}/pagedmembers")
        params = {"pageSize": "500"} | ({"continuationToken": page} if page else {})
        try:
            headers = {"Authorization": f"Bearer {await self._credentials.get()}"}
            async with self._session.get(url, params=params, headers=headers, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004
                    raise RejectedError(response.status)
                return await read_body(response, MOST_MEMBERS)
        except (UnavailableError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise NotSentError(reason=type(error).__name__) from error

    async def upload(self, url: str, content: bytes) -> None:
        """Upload a whole file into an upload session of Teams, without our token."""
        if not self.urls.allow_upload(url):
            raise RejectedError(reason="upload_host")
        headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
        try:
            async with self._session.put(
                url, data=content, headers=headers, allow_redirects=False, timeout=UPLOAD_TIMEOUT
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotSentError(reason=type(error).__name__) from error
        if status not in {200, 201}:
            raise RejectedError(status)

    def _join(self, service_url: str, path: str) -> str:
        """Build the URL and check its host, because a stored reference may be older than the list (S4)."""
        if not self.urls.allow(service_url):
            raise RejectedError(reason="service_url")
        return f"{service_url.rstrip('/')}/{path}"

    async def _deliver(self, request: _Request) -> str:
        """Repeat the request until it is delivered, refused or of unknown outcome, within its total wait."""
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
    """Return the error for an answer other than 2xx, by what it means for the message."""
    status = response.status
    if status in {UNAUTHORIZED, 412, 429}:
        return NotSentError(status, retry_after=read_retry_after(response.headers.get("Retry-After")))
    if status >= 500:  # noqa: PLR2004  # every 5xx
        return _doubt(request, status, "")
    return {403: UnreachableError, 404: GoneError}.get(status, RejectedError)(status)


def _doubt(request: _Request, status: int, reason: str) -> SendError:
    if request.is_repeatable:
        return NotSentError(status, reason)
    return UnknownOutcomeError(status, reason)


def _jitter(seconds: float) -> float:
    """Lengthen a pause by up to a fifth, so that processes do not all come back together, nor too early."""
    return seconds * random.uniform(1.0, 1.2)  # jitter is no secret


async def _read_id(response: aiohttp.ClientResponse) -> str:
    """Return the id in the answer; empty if it is missing, because the message was delivered all the same."""
    try:
        return msgspec.json.decode(await read_body(response, MOST_ANSWER), type=_Answer).id or ""
    except (aiohttp.ClientError, OSError, ValueError):
        return ""
