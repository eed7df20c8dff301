"""One request to Graph, read: who calls, for whose mailbox, with which options."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from bot.demo.cloud import Cloud
from bot.demo.graph.answers import GraphError
from bot.demo.world.firm import Firm
from bot.demo.world.mailbox import Mailbox

_KEY = re.compile(r"\('?([^()]*?)'?\)")
_PAGE_SIZE = re.compile(r"odata\.maxpagesize\s*=\s*(\d+)", re.IGNORECASE)
_IMMUTABLE = re.compile(r"IdType\s*=\s*\"?ImmutableId", re.IGNORECASE)


@dataclass(slots=True)
class Call:
    """Everything that a route may know of a request."""

    cloud: Cloud
    firm: Firm
    method: str
    path: str
    """Without `/v1.0/`, keys as segments: `users/ID/mailFolders/inbox/messages/delta`."""
    query: Mapping[str, str]
    prefer: str
    body: bytes
    authorization: str
    values: dict[str, str]
    """What the route's pattern found in the path."""
    mailbox: Mailbox | None = None

    @property
    def is_immutable(self) -> bool:
        """The caller wants ids that survive a move."""
        return _IMMUTABLE.search(self.prefer) is not None

    @property
    def preferred_page_size(self) -> int | None:
        """What `Prefer: odata.maxpagesize` asks for."""
        found = _PAGE_SIZE.search(self.prefer)
        return int(found[1]) if found else None

    @property
    def selected(self) -> tuple[str, ...]:
        """The properties named by `$select`; none means all."""
        return tuple(name.strip() for name in self.query.get("$select", "").split(",") if name.strip())

    @property
    def user_id(self) -> str:
        """Whose mailbox; empty for the directory."""
        return self.mailbox.user_id if self.mailbox else ""

    def get_mailbox(self) -> Mailbox:
        """Return the mailbox of a route that has one."""
        if self.mailbox is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{self.values.get('user', '')}' is invalid.")
        return self.mailbox

    def get_top(self, default: int, most: int) -> int:
        """Return `$top`; raises 400 where it is no number from 1 to `most`."""
        given = self.query.get("$top", "")
        if not given:
            return default
        if not given.isdigit() or not 1 <= int(given) <= most:
            raise GraphError(400, "Request_BadRequest", f"Invalid page size specified: '{given}'. Must be 1 to {most}.")
        return int(given)

    def read_json(self) -> dict[str, Any]:
        """Return the body as a JSON object; raises 400 for anything else."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error

    def link(self, path: str, **query: str) -> str:
        """Write a link to Graph itself."""
        return f"{self.cloud.url}/v1.0/{path}?{urlencode(query)}"

    def name_context(self, entity: str) -> str:
        """Write the `@odata.context` of an answer."""
        return f"{self.cloud.url}/v1.0/$metadata#{entity}"


def normalise_path(path: str) -> str:
    """Write OData's key syntax as plain segments: `users('x')/messages/delta()` is `users/x/messages/delta`."""
    plain = path.replace("microsoft.graph.", "").replace("()", "")
    return _KEY.sub(r"/\1", plain).replace("='", "=").strip("/")
