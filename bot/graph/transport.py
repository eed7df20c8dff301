"""The last step to the network: a body of bounded size, whatever its encoding."""

from typing import Final

import httpx

MAX_BODY: Final = 20 * 1024 * 1024
_DECODED: Final = frozenset(("content-encoding", "content-length", "transfer-encoding"))


class BodyTooLargeError(httpx.TransportError):
    """A body of more than 20 MB."""


class BoundedTransport(httpx.AsyncBaseTransport):
    """Reads and decodes each body itself, and gives up on one that grows too large."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises `BodyTooLargeError`, or `httpx.DecodingError` for a body that is not as it says."""
        response = await self._inner.handle_async_request(request)
        response.request = request
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MAX_BODY:
                    raise BodyTooLargeError("bodyTooLarge")
        finally:
            await response.aclose()
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _DECODED]
        return httpx.Response(
            response.status_code, headers=headers, content=bytes(body), extensions=response.extensions, request=request
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()
