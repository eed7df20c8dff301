"""Send the SDK's httpx requests over aiohttp, with a limit on the size of answers.

httpx's own transport takes twice as long for a page of 500 messages.
"""

import contextlib
import time
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
import httpx
from yarl import URL

from bot.config import Config
from bot.outbound import make_context, proxy_options

MAX_BODY: Final = 20 * 1024 * 1024
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=30)
_CONNECTIONS: Final = 64
_OURS: Final = frozenset(("host", "content-length", "transfer-encoding", "connection", "accept-encoding"))
"""Request headers that aiohttp writes itself."""
_DECODED: Final = frozenset(("content-encoding", "content-length", "transfer-encoding"))


class BodyTooLargeError(httpx.TransportError):
    """A body of more than 20 MB, whatever its encoding."""


class BoundedTransport(httpx.AsyncBaseTransport):
    """Sends requests over one aiohttp session, without redirects or cookies, the way that the configuration says."""

    def __init__(self, config: Config | None = None) -> None:
        self._config = config
        self._session: aiohttp.ClientSession | None = None
        self._told: tuple[float, float] | None = None

    def read_date(self) -> float | None:
        """Return the time by the last answer's `Date` and what has passed since; None without one."""
        if self._told is None:
            return None
        told, at = self._told
        return told + time.monotonic() - at

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer; raises `httpx.HTTPError`."""
        try:
            return await self._send(request)
        except aiohttp.ConnectionTimeoutError as error:
            raise httpx.ConnectTimeout(type(error).__name__) from error
        except aiohttp.ServerTimeoutError as error:
            raise httpx.ReadTimeout(type(error).__name__) from error
        except aiohttp.ClientConnectorError as error:
            raise httpx.ConnectError(type(error).__name__) from error
        except aiohttp.ClientPayloadError as error:
            raise httpx.DecodingError(type(error).__name__) from error
        except aiohttp.ClientError as error:
            raise httpx.RemoteProtocolError(type(error).__name__) from error

    async def _send(self, request: httpx.Request) -> httpx.Response:
        headers = [(name, value) for name, value in request.headers.multi_items() if name not in _OURS]
        async with self._get_session().request(
            request.method,
            URL(str(request.url), encoded=True),
            headers=headers,
            data=await request.aread() or None,
            allow_redirects=False,
        ) as response:
            self._note_date(response.headers.get("Date"))
            body = await _read(response)
            kept = [(name, value) for name, value in response.headers.items() if name.lower() not in _DECODED]
            return httpx.Response(response.status, headers=kept, content=body, request=request)

    def _note_date(self, value: str | None) -> None:
        with contextlib.suppress(ValueError, TypeError):
            self._told = parsedate_to_datetime(value or "").timestamp(), time.monotonic()

    def _get_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = make_context(self._config.ca_file if self._config else "")
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=context),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                **proxy_options(self._config),
            )
        return self._session

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    pieces, size = [], 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > MAX_BODY:
            raise BodyTooLargeError("bodyTooLarge")
        pieces.append(piece)
    return b"".join(pieces)
