"""Microsoft Graph through msgraph-sdk's request adapter: bytes out, errors in one shape, nothing waited out in here."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class GraphError(Exception):
    """Graph answered with an error, or with nothing that can be trusted (`status` 0).

    `retry_after` is in seconds and None where Graph named no time; `code` is Graph's own error code.
    """

    status: int
    code: str = ""
    retry_after: float | None = None
    location: str = ""


class GraphClient:
    """Graph for one tenant; `request_builder` is msgraph-sdk's `GraphServiceClient` on the same adapter."""

    async def fetch(self, request: Any, *, timeout: float = 60) -> bytes:
        """Send a kiota `RequestInformation` and give the body's bytes (20 MB at most); raises `GraphError`."""
        raise NotImplementedError

    async def fetch_link(self, link: str, *, page_size: int = 500) -> bytes:
        """Follow a next or delta link, on Graph's own host only; raises `GraphError`."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections."""
