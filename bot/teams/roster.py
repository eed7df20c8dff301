"""Find out whether anybody in a group or a channel is from outside the firm.

All members read what the bot posts there, so with a guest among them it posts nothing about the firm. A member who is
not known to be of the firm counts as a guest, as does whoever the firm does not serve: who may not ask may not read
along. A roster without the person who asks is no whole one, nor is one person in a chat of two.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec
import structlog

from bot.teams.connector import Connector
from bot.teams.errors import SendError
from bot.teams.incoming import Incoming
from storage.engine.database import Database
from storage.errors import DatabaseError
from storage.firm.users import list_served_people

KEPT: Final = 300
"""Seconds for which it holds whose clients draw a card anew; who reads along is asked every time."""
MOST_COLLEAGUES: Final = 60
"""As many as a card may be drawn anew for (`refresh.userIds`)."""
_MOST_KEPT: Final = 10_000
_MOST_PAGES: Final = 10
"""Of 500 each: in a larger place nobody knows who reads."""

log = structlog.get_logger(__name__)


class _Member(msgspec.Struct, rename="camel"):
    id: str | None = None
    aad_object_id: str | None = None
    object_id: str | None = None
    """The same by its older name."""
    tenant_id: str | None = None
    user_role: str | None = None
    user_principal_name: str | None = None

    def is_colleague(self, tenant: str) -> bool:
        """Return whether every field of the member says that they have an account in the firm's own tenant."""
        is_of_tenant = bool(tenant) and (self.tenant_id or "").lower() == tenant
        is_guest = "#ext#" in (self.user_principal_name or "").lower()
        has_account = len(self.account_ids) == 1
        return is_of_tenant and has_account and (self.user_role or "").lower() == "user" and not is_guest

    @property
    def account_ids(self) -> set[str]:
        """Entra's object ids of the member: one, unless something is wrong."""
        return {given.lower() for given in (self.aad_object_id, self.object_id) if given}


class _Page(msgspec.Struct, rename="camel"):
    members: list[_Member] = msgspec.field(default_factory=list)
    continuation_token: str | None = None


class Roster:
    """Asks Teams for the members of a conversation."""

    def __init__(self, connector: Connector, database: Database, clock: Callable[[], int]) -> None:
        self._connector = connector
        self._database = database
        self._clock = clock
        self._colleagues: OrderedDict[str, tuple[int, tuple[str, ...]]] = OrderedDict()

    async def has_outsiders(self, incoming: Incoming, tenant_id: int) -> bool:
        """Return whether somebody from outside is a member, or may be because Teams does not list all members.

        Teams is asked every time, because a new member reads the next answer.
        """
        members = await self._ask(incoming)
        tenant = _read_tenant(incoming)
        accounts = {each for member in members for each in member.account_ids}
        if not all(member.is_colleague(tenant) for member in members) or not _holds_asker(members, incoming):
            return True
        if _is_of_two(incoming) and len(accounts) == 1:
            return True
        return not await self._serves_all(tenant_id, accounts)

    async def _serves_all(self, tenant_id: int, accounts: AbstractSet[str]) -> bool:
        """Return whether all are known to be people whom the firm serves."""
        try:
            async with self._database.reading(tenant_id) as connection:
                return accounts <= await list_served_people(connection, tenant_id, accounts)
        except DatabaseError as error:
            log.warning("members_not_looked_up", error=type(error).__name__)
            return False

    async def list_colleagues(self, incoming: Incoming) -> tuple[str, ...]:
        """Return the Teams ids of members of the firm, a limited number; none if Teams does not list the members."""
        place = _read_place(incoming)
        until, colleagues = self._colleagues.get(place, (0, ()))
        if until <= self._clock():
            tenant, members = _read_tenant(incoming), await self._ask(incoming)
            known = [member for member in members if member.is_colleague(tenant)]
            is_whole = _holds_asker(members, incoming)
            colleagues = tuple(member.id for member in known if member.id)[:MOST_COLLEAGUES] if is_whole else ()
            self._colleagues[place] = (self._clock() + KEPT, colleagues)
            if len(self._colleagues) > _MOST_KEPT:
                self._colleagues.popitem(last=False)
        return colleagues

    def forget(self, incoming: Incoming) -> None:
        """Drop what is known of a conversation, because a member came or went."""
        self._colleagues.pop(_read_place(incoming), None)

    async def _ask(self, incoming: Incoming) -> list[_Member]:
        """Return all members; none if Teams does not list all of them."""
        members: list[_Member] = []
        token, place = "", _read_place(incoming)
        try:
            for _ in range(_MOST_PAGES):
                body = await self._connector.read_members(incoming.service_url or "", place, token)
                page = msgspec.json.decode(body, type=_Page)
                members += page.members
                token = page.continuation_token or ""
                if not token:
                    return members
        except (SendError, msgspec.MsgspecError) as error:
            log.warning("members_not_read", error=type(error).__name__)
        return []


def _holds_asker(members: Iterable[_Member], incoming: Incoming) -> bool:
    """Return whether a roster names whoever asks: one that does not is of another place, or leaves people out."""
    asker = (incoming.from_.aad_object_id or "").lower() if incoming.from_ else ""
    return any(member.account_ids == {asker} for member in members)


def _is_of_two(incoming: Incoming) -> bool:
    """Return whether it is a chat of somebody with somebody else."""
    place = incoming.conversation
    return place is not None and not place.is_group and place.conversation_type in {None, "personal"}


def _read_tenant(incoming: Incoming) -> str:
    """Return the caller's tenant id; empty if the activity names several."""
    return next(iter(incoming.tenant_ids)) if len(incoming.tenant_ids) == 1 else ""


def _read_place(incoming: Incoming) -> str:
    """Return the conversation id; for a thread in a channel, the channel's."""
    return (incoming.conversation.id or "").partition(";")[0] if incoming.conversation else ""
