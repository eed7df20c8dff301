"""The people of the firm."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.facts import Match
from storage.models import Tenant, User
from storage.viewer import Viewer


_KNOWN: Final = (
    select(
        *(User.tenant_id, User.id, User.name, User.language, User.timezone, User.is_active, User.is_admin),
        *(Tenant.shares_contacts, Tenant.state),
        Tenant.language.label("firm_language"),
        Tenant.timezone.label("firm_timezone"),
    )
    .join(User, User.tenant_id == Tenant.tenant_id)
    .where(Tenant.entra_id == bindparam("tenant"), User.entra_id == bindparam("person"))
)


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user as the edges need it: who asks, and how to answer."""

    viewer: Viewer
    name: str
    language: str
    """The user's, else the firm's."""
    timezone: str
    is_active: bool
    is_admin: bool
    tenant_state: str
    """`active`, `paused` or `needs_admin`."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A colleague, for pickers and cards."""

    id: int
    name: str
    address: str
    is_active: bool
    entra_id: str = ""


async def get_known_user(connection: AsyncConnection, entra_tenant_id: str, entra_object_id: str) -> KnownUser | None:
    """Return who (tenant, object id) is; never by address (S9). Needs the tenancy `SYSTEM` on PostgreSQL."""
    row = (await connection.execute(_KNOWN, {"tenant": entra_tenant_id, "person": entra_object_id})).one_or_none()
    if row is None:
        return None
    return KnownUser(
        Viewer(row.tenant_id, row.id, row.shares_contacts),
        row.name,
        row.language or row.firm_language,
        row.timezone or row.firm_timezone,
        row.is_active,
        row.is_admin,
        row.state,
    )


async def get_user(connection: AsyncConnection, viewer: Viewer, user_id: int) -> UserRow | None:
    """Return one colleague, those who left included."""
    raise NotImplementedError


async def get_user_names(connection: AsyncConnection, viewer: Viewer, user_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of colleagues by number, those who left included."""
    raise NotImplementedError


async def search_users(connection: AsyncConnection, viewer: Viewer, text: str, *, limit: int = 15) -> list[UserRow]:
    """Find colleagues who are still there, for typeahead: word beginnings, then typing errors; everyone for no text."""
    raise NotImplementedError


async def find_users(connection: AsyncConnection, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find colleagues by what somebody typed; "Anne" alone is exact only where one active user has that name."""
    raise NotImplementedError
