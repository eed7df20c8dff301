"""Who reads along in a group or a channel: whether anybody there is from outside the firm.

What the bot says there is read by all of them, so that with a guest among them it says nothing of the firm's affairs.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from bot.teams.connector import Connector
from bot.teams.errors import SendError
from bot.teams.incoming import Incoming

KEPT: Final = 300
"""Seconds for which an answer holds; somebody who joins is heard of before."""
_MOST_KEPT: Final = 10_000
_MOST_PAGES: Final = 50
_OUTSIDE_ROLES: Final = frozenset({"guest", "anonymous"})

log = structlog.get_logger(__name__)


class _Member(msgspec.Struct, rename="camel"):
    tenant_id: str | None = None
    user_role: str | None = None
    user_principal_name: str | None = None

    def is_outside(self, tenant: str) -> bool:
        """Say whether this is nobody of the firm's own tenant."""
        is_foreign = bool(self.tenant_id) and (self.tenant_id or "").lower() != tenant
        return is_foreign or self.user_role in _OUTSIDE_ROLES or "#ext#" in (self.user_principal_name or "").lower()


class _Page(msgspec.Struct, rename="camel"):
    members: list[_Member] = msgspec.field(default_factory=list)
    continuation_token: str | None = None


class Roster:
    """Asks Teams who is there, and remembers for a while what matters of the answer."""

    def __init__(self, connector: Connector, clock: Callable[[], int]) -> None:
        self._connector = connector
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, bool]] = OrderedDict()

    async def has_outsiders(self, incoming: Incoming) -> bool:
        """Say whether somebody from outside reads there; False where Teams does not tell (it is logged)."""
        place = (incoming.conversation.id or "").partition(";")[0] if incoming.conversation else ""
        until, known = self._known.get(place, (0, False))
        if until <= self._clock():
            known = await self._ask(incoming, place)
            self._known[place] = self._clock() + KEPT, known
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return known

    def forget(self, incoming: Incoming) -> None:
        """Ask anew next time, because somebody came or went."""
        if incoming.conversation:
            self._known.pop((incoming.conversation.id or "").partition(";")[0], None)

    async def _ask(self, incoming: Incoming, place: str) -> bool:
        tenant = next(iter(incoming.tenant_ids), "")
        page = _Page(continuation_token="")
        try:
            for _ in range(_MOST_PAGES):
                body = await self._connector.read_members(
                    incoming.service_url or "", place, page.continuation_token or ""
                )
                page = msgspec.json.decode(body, type=_Page)
                if any(member.is_outside(tenant or (member.tenant_id or "").lower()) for member in page.members):
                    return True
                if not page.continuation_token:
                    break
        except (SendError, msgspec.MsgspecError) as error:
            log.warning("members_not_read", error=type(error).__name__)
        return False
