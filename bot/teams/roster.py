"""Who reads along in a group or a channel: whether anybody there is from outside the firm.

What the bot says there is read by all of them, so that with a guest among them it says nothing of the firm's affairs.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from bot.teams.connector import Connector
from bot.teams.errors import SendError
from bot.teams.incoming import Incoming

KEPT: Final = 300
"""Seconds for which an answer holds; somebody who joins is heard of before."""
MOST_COLLEAGUES: Final = 60
"""As many as a card may be drawn anew for (`refresh.userIds`)."""
_MOST_KEPT: Final = 10_000
_MOST_PAGES: Final = 50
_OUTSIDE_ROLES: Final = frozenset({"guest", "anonymous"})

log = structlog.get_logger(__name__)


class _Member(msgspec.Struct, rename="camel"):
    id: str | None = None
    tenant_id: str | None = None
    user_role: str | None = None
    user_principal_name: str | None = None

    def is_outside(self, tenant: str) -> bool:
        """Say whether this is nobody of the firm's own tenant."""
        is_foreign = bool(tenant and self.tenant_id) and (self.tenant_id or "").lower() != tenant
        return is_foreign or self.user_role in _OUTSIDE_ROLES or "#ext#" in (self.user_principal_name or "").lower()


class _Page(msgspec.Struct, rename="camel"):
    members: list[_Member] = msgspec.field(default_factory=list)
    continuation_token: str | None = None


@dataclass(frozen=True, slots=True)
class _Present:
    """Who is there, as far as it matters."""

    until: int = 0
    has_outsiders: bool = False
    colleagues: tuple[str, ...] = ()
    """Teams' ids of some who are of the firm."""


class Roster:
    """Asks Teams who is there, and remembers for a while what matters of the answer."""

    def __init__(self, connector: Connector, clock: Callable[[], int]) -> None:
        self._connector = connector
        self._clock = clock
        self._known: OrderedDict[str, _Present] = OrderedDict()

    async def has_outsiders(self, incoming: Incoming) -> bool:
        """Say whether somebody from outside reads there; False where Teams does not tell (it is logged)."""
        return (await self._get(incoming)).has_outsiders

    async def list_colleagues(self, incoming: Incoming) -> tuple[str, ...]:
        """Return Teams' ids of those there who are of the firm, some of many; none where Teams does not tell."""
        return (await self._get(incoming)).colleagues

    def forget(self, incoming: Incoming) -> None:
        """Ask anew next time, because somebody came or went."""
        self._known.pop(_read_place(incoming), None)

    async def _get(self, incoming: Incoming) -> _Present:
        place = _read_place(incoming)
        present = self._known.get(place, _Present())
        if present.until <= self._clock():
            present = self._known[place] = await self._ask(incoming, place)
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return present

    async def _ask(self, incoming: Incoming, place: str) -> _Present:
        """Read the pages, until one has an outsider: then the rest matters no more."""
        tenant = next(iter(incoming.tenant_ids), "")
        inside: list[str] = []
        token, is_outside, until = "", False, self._clock() + KEPT
        try:
            for _ in range(_MOST_PAGES):
                body = await self._connector.read_members(incoming.service_url or "", place, token)
                page = msgspec.json.decode(body, type=_Page)
                outside = [member for member in page.members if member.is_outside(tenant)]
                inside += [member.id for member in page.members if member.id and member not in outside]
                token, is_outside = page.continuation_token or "", bool(outside)
                if is_outside or not token:
                    break
        except (SendError, msgspec.MsgspecError) as error:
            log.warning("members_not_read", error=type(error).__name__)
        return _Present(until, is_outside, tuple(inside[:MOST_COLLEAGUES]))


def _read_place(incoming: Incoming) -> str:
    """Return the conversation, for a thread of a channel the channel."""
    return (incoming.conversation.id or "").partition(";")[0] if incoming.conversation else ""
