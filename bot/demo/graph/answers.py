"""What Graph answers: JSON bytes, or an error in Graph's own shape."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.demo.world.addresses import encode_json


@dataclass(slots=True)
class Answer:
    """A status, a body and headers, not yet on the wire."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class GraphError(Exception):
    """Graph refuses; `code` is what callers branch on (learn.microsoft.com/graph/errors)."""

    def __init__(self, status: int, code: str, message: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or code
        self.headers = dict(headers or {})

    def to_answer(self) -> Answer:
        """Write it as Graph does."""
        request_id = str(uuid.uuid4())
        inner = {
            "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        body = encode_json({"error": {"code": self.code, "message": self.message, "innerError": inner}})
        return Answer(self.status, body, {"request-id": request_id, **self.headers})


def answer_json(value: Any, status: int = 200) -> Answer:
    """Answer with one JSON value."""
    return Answer(status, encode_json(value))


def answer_page(context: str, items: Iterable[bytes], links: Mapping[str, str]) -> Answer:
    """Answer with a page of encoded items and its links (`@odata.nextLink`, `@odata.deltaLink`)."""
    parts = [b'{"@odata.context":', encode_json(context)]
    for name, link in links.items():
        parts += [b',"', name.encode(), b'":', encode_json(link)]
    parts += [b',"value":[', b",".join(items), b"]}"]
    return Answer(200, b"".join(parts))


MAILBOX_NOT_ENABLED = GraphError(
    404,
    "MailboxNotEnabledForRESTAPI",
    "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
)
ACCESS_DENIED = GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
UNAVAILABLE = GraphError(503, "MailboxStoreUnavailable", "The mailbox database is temporarily unavailable.")
ITEM_NOT_FOUND = GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
SYNC_STATE_NOT_FOUND = GraphError(
    410, "SyncStateNotFound", "The sync state generation is not found; start the synchronization again."
)
