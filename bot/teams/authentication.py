"""Authenticate who posts activities: the Bot Connector by its token, or in the demo a tool on this machine."""

from typing import Final, Protocol

import msgspec

from bot.errors import ForbiddenError, UnauthenticatedError
from bot.teams.incoming import TOOL_CHANNELS, Incoming
from bot.teams.tokens import Token, Tokens
from bot.teams.urls import ServiceUrls
from storage.engine.connection import Reading
from storage.firm.identities import get_identity
from storage.firm.users import KnownUser, get_known_user

CHANNELS: Final = frozenset({"msteams", "m365extensions", "outlook"})
"""Teams, and the message extension in Outlook and in Microsoft 365."""
LOCAL_CHANNELS: Final = CHANNELS | TOOL_CHANNELS
LOCAL_ADDRESSES: Final = frozenset({"127.0.0.1", "::1"})
PLACEHOLDER: Final = "00000000-0000-0000-0000-"
"""How the object ids of a local tool's own invented people begin (Agents Playground)."""


class Caller(msgspec.Struct, frozen=True):
    """The sender of an activity; it has no token only if `LocalAuthenticator` admitted it."""

    token: Token | None = None


class Authenticator(Protocol):
    """Decides in three steps: by the header, by the activity, and by the users of the firm."""

    urls: ServiceUrls

    async def authenticate(self, authorization: str | None, address: str | None) -> Caller:
        """Return the caller at `address`; raises `UnauthenticatedError`, or `UnavailableError` without signing keys."""
        ...

    def authorize(self, caller: Caller, incoming: Incoming) -> None:
        """Raise `ForbiddenError` if this caller may not post this activity."""
        ...

    async def find_user(self, connection: Reading, caller: Caller, incoming: Incoming, said: str) -> KnownUser | None:
        """Return the user who sent the text `said`; None for anybody outside the firms that are served."""
        ...


class TokenAuthenticator:
    """Authenticates by token, always used outside the demo; no setting turns it off (S5)."""

    def __init__(self, tokens: Tokens, urls: ServiceUrls) -> None:
        self.urls = urls
        self._tokens = tokens

    async def authenticate(self, authorization: str | None, address: str | None) -> Caller:
        """Return the caller named by the token."""
        return Caller(await self._tokens.verify(authorization))

    def authorize(self, caller: Caller, incoming: Incoming) -> None:
        """Check the activity's service URL (S3) and channel against the token and the endorsements of its key."""
        if caller.token is None or incoming.service_url != caller.token.claims.get("serviceurl"):
            raise ForbiddenError
        if not incoming.service_url or not self.urls.allow(incoming.service_url):
            raise ForbiddenError
        if incoming.channel_id not in CHANNELS or incoming.channel_id not in caller.token.key.endorsements:
            raise ForbiddenError

    async def find_user(self, connection: Reading, caller: Caller, incoming: Incoming, said: str) -> KnownUser | None:
        """Return the user by (tenant id, object id), never by name or address (S9)."""
        person = incoming.from_.aad_object_id if incoming.from_ else None
        if not person or len(incoming.tenant_ids) != 1:
            return None
        (tenant,) = incoming.tenant_ids
        return await get_known_user(connection, tenant, person.lower(), said)


class LocalAuthenticator:
    """Authenticates in the demo: a tool on this machine needs no token; a token that is given is verified in full.

    Only `carnet demo` builds one. It admits loopback addresses only.
    """

    def __init__(self, inner: Authenticator) -> None:
        self.urls = inner.urls
        self._inner = inner

    async def authenticate(self, authorization: str | None, address: str | None) -> Caller:
        """Admit this machine without a token."""
        if authorization is not None:
            return await self._inner.authenticate(authorization, address)
        if address not in LOCAL_ADDRESSES:
            raise UnauthenticatedError
        return Caller()

    def authorize(self, caller: Caller, incoming: Incoming) -> None:
        """Allow an activity without a token only the service URLs and channels of local tools."""
        if caller.token is not None:
            self._inner.authorize(caller, incoming)
        elif incoming.channel_id not in LOCAL_CHANNELS or not self.urls.allow(incoming.service_url or ""):
            raise ForbiddenError

    async def find_user(self, connection: Reading, caller: Caller, incoming: Incoming, said: str) -> KnownUser | None:
        """Return the user with the sender's object id, else the first user; invented tenant ids are ignored."""
        if caller.token is not None:
            return await self._inner.find_user(connection, caller, incoming, said)
        person = incoming.from_.aad_object_id if incoming.from_ else None
        if person and person.startswith(PLACEHOLDER):
            person = None
        if len(incoming.tenant_ids) > 1:
            return None
        identity = await get_identity(connection, incoming.tenant_ids, person and person.lower())
        return await get_known_user(connection, *identity, said) if identity else None
