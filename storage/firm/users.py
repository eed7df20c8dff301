"""The people of the firm."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import literal_column, or_, select

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import text as parameter
from storage.engine.prepared import Prepared
from storage.lists.filters import is_id
from storage.messages.talks import NOTHING, TALKS, TalkRow, list_talk_columns, read_talks
from storage.models import UNSERVED, Mailbox, Tenant, User
from storage.served import OWN_FIRM, OWN_MAILBOX, STANDING, Standing
from storage.text.names import NAME_LENGTH, fold
from storage.viewer import Access, Viewer
from storage.views.views import is_named_in


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user as the edges need it: who asks, and how to answer."""

    viewer: Viewer
    name: str
    language: str
    """The user's, else the firm's."""
    timezone: str
    is_admin: bool
    refusal: str = ""
    """Why they are not served (`storage.served`): `stranger`, `firm_paused`, `no_mailbox` or `not_served`."""
    may_name_view: bool = True
    """False where no view that the user may read has its name in what the user says."""
    talks: tuple[TalkRow, TalkRow] = (NOTHING, NOTHING)
    """What they were shown last, alone and where others read along."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A colleague, for pickers and cards."""

    id: int
    name: str
    address: str
    is_active: bool
    entra_id: str = ""


_IS_SERVED: Final = Tenant.state.not_in([literal_column(f"'{state}'") for state in UNSERVED])
_SELECT_KNOWN: Any = (
    select(
        *(User.tenant_id, User.id, Tenant.shares_contacts, User.name, User.language, Tenant.language),
        *(User.timezone, Tenant.timezone, Tenant.shown_from, *STANDING),
        *list_talk_columns(User.tenant_id, User.id),
    )
    .join(Tenant, OWN_FIRM)
    .outerjoin(Mailbox, OWN_MAILBOX)
    .where(Tenant.entra_id == parameter("tenant"), User.entra_id == parameter("object"), _IS_SERVED)
)
_KNOWN: Final = Prepared(_SELECT_KNOWN, is_quick=True)
_WHO: Final = _SELECT_KNOWN.cte("who")
_IDS: Final[list[Any]] = [select(_WHO.c[key]).scalar_subquery() for key in ("tenant_id", "id")]
_KNOWN_WHO_SAYS: Final = Prepared(select(_WHO, is_named_in(parameter("said"), Viewer(*_IDS))), is_quick=True)
_LONGEST_SAID: Final = 4 * NAME_LENGTH


async def get_known_user(
    connection: Reading, entra_tenant_id: str, entra_object_id: str, said: str = ""
) -> KnownUser | None:
    """Return who (tenant, object id) is; never by address (S9). Needs the tenancy `SYSTEM` on PostgreSQL.

    The same read says whether a view may be meant by what was `said`, which spares most lists the look for one.
    """
    ids = {"tenant": entra_tenant_id.lower(), "object": entra_object_id.lower()}
    if not all(value.isascii() and value.isprintable() for value in ids.values()):
        return None
    if 0 < len(said) <= _LONGEST_SAID:
        rows = await _KNOWN_WHO_SAYS.fetch(connection, ids | {"said": fold(said)})
    else:
        rows = await _KNOWN.fetch(connection, ids)
    if not rows:
        return None
    tenant_id, user_id, shares, name, language, firm_language, timezone, firm_timezone, shown_from, *more = rows[0]
    standing, rest = Standing(*more[: len(STANDING)]), more[len(STANDING) :]
    is_view_named = rest[TALKS:]
    return KnownUser(
        viewer=Viewer(tenant_id, user_id, shares_contacts=bool(shares), hides_old=shown_from > 0),
        name=name,
        language=language or firm_language,
        timezone=timezone or firm_timezone,
        is_admin=bool(standing.is_admin),
        refusal=standing.refusal,
        may_name_view=all(is_view_named),
        talks=read_talks(rest[:TALKS]),
    )


async def list_served_people(connection: Reading, tenant_id: int, entra_ids: Collection[str]) -> set[str]:
    """Return which of these Entra ids are of people of the firm who are served."""
    own = select(User.entra_id, *STANDING).join(Tenant, OWN_FIRM).outerjoin(Mailbox, OWN_MAILBOX)
    own = own.where(User.tenant_id == tenant_id)
    rows = [
        row for ids in split(sorted(entra_ids)) for row in await connection.execute(own.where(User.entra_id.in_(ids)))
    ]
    return {row.entra_id for row in rows if not Standing(*row[1:]).refusal}


async def list_unknown_people(connection: Reading, tenant_id: int, entra_ids: Collection[str]) -> list[str]:
    """Return the Entra ids that belong to no user of the firm; empty if the firm has no users yet."""
    own = User.tenant_id == tenant_id
    known = set(await connection.scalars(select(User.entra_id).where(own, User.entra_id.in_(list(entra_ids)))))
    has_any = await connection.scalar(select(User.id).where(own).limit(1)) is not None
    return [entra_id for entra_id in entra_ids if entra_id not in known] if has_any else []


async def list_known_anywhere(connection: Reading, entra_ids: Collection[str]) -> set[str]:
    """Return which of these Entra ids belong to somebody of any firm; needs the tenancy `SYSTEM`."""
    return set(await connection.scalars(select(User.entra_id).where(User.entra_id.in_(list(entra_ids)))))


async def list_people(connection: Reading, viewer: Viewer, entra_ids: Collection[str]) -> list[UserRow]:
    """Return the colleagues of these Entra ids, those who left included."""
    columns = (User.id, User.name, User.address, User.is_active, User.entra_id)
    found = select(*columns).where(Access(viewer).users(), User.entra_id.in_(list(entra_ids)))
    return [UserRow(*row) for row in await connection.execute(found)]


async def find_entra_ids(connection: Reading, tenant_id: int, named: Collection[str]) -> dict[str, str]:
    """Return the Entra ids of a firm's people, with their names, who are named by their id or an address of theirs."""
    aliases = " " + User.aliases + " "
    also = (aliases.contains(f" {one} ", autoescape=True) for one in named)
    theirs = or_(User.entra_id.in_(list(named)), User.address.in_(list(named)), *also)
    found = select(User.entra_id, User.name).where(User.tenant_id == tenant_id, theirs)
    return {row[0]: row[1] for row in await connection.execute(found)}


async def get_user(connection: Reading, viewer: Viewer, user_id: int) -> UserRow | None:
    """Return one colleague, those who left included."""
    if not is_id(user_id):
        return None
    columns = (User.id, User.name, User.address, User.is_active, User.entra_id)
    row = (await connection.execute(select(*columns).where(Access(viewer).users(), User.id == user_id))).first()
    return UserRow(*row) if row else None


async def get_user_names(connection: Reading, viewer: Viewer, user_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of colleagues by number, those who left included."""
    ids = [user_id for user_id in user_ids if is_id(user_id)]
    if not ids:
        return {}
    rows = await connection.execute(select(User.id, User.name).where(Access(viewer).users(), User.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
