"""The people of the firm."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import OSA
from sqlalchemy import and_, literal_column, or_, select

from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters
from storage.engine.parameters import text as parameter
from storage.engine.prepared import Prepared
from storage.lists.facts import How, Match
from storage.lists.filters import is_id
from storage.lists.spelling import count_errors_allowed
from storage.lists.words import list_name_words
from storage.models import UNSERVED, Mailbox, Tenant, User
from storage.text.names import NAME_LENGTH, clean_text, fold, words
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
    is_active: bool
    is_admin: bool
    tenant_state: str
    """`active`, `paused` or `needs_admin`."""
    refusal: str = ""
    """Why the firm's rules leave them out, `no_mailbox` or `not_served`; administrators never are."""
    may_name_view: bool = True
    """False where no view that the user may read has its name in what the user says."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A colleague, for pickers and cards."""

    id: int
    name: str
    address: str
    is_active: bool
    entra_id: str = ""


_BEGUN: Final = 90
"""How like a name is of which only the beginnings of words were given, in percent."""
NO_MAILBOX: Final = "skipped"
"""The state of a mailbox that is not there."""
_IS_SERVED: Final = Tenant.state.not_in([literal_column(f"'{state}'") for state in UNSERVED])
_SELECT_KNOWN: Any = (
    select(
        *(User.tenant_id, User.id, Tenant.shares_contacts, User.name, User.language, Tenant.language),
        *(User.timezone, Tenant.timezone, User.is_active, User.is_admin, Tenant.state, Mailbox.state),
        *(Tenant.serves, User.may_use),
    )
    .join(Tenant, Tenant.tenant_id == User.tenant_id)
    .outerjoin(Mailbox, (Mailbox.tenant_id == User.tenant_id) & (Mailbox.user_id == User.id))
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
    tenant_id, user_id, shares, name, language, firm_language, timezone, firm_timezone, *states = rows[0]
    is_active, is_admin, tenant_state, mailbox_state, serves, may_use, *is_view_named = states
    refusal = "" if may_use else "not_served"
    if serves == "mailboxes" and mailbox_state == NO_MAILBOX:
        refusal = "no_mailbox"
    return KnownUser(
        viewer=Viewer(tenant_id, user_id, shares_contacts=bool(shares)),
        name=name,
        language=language or firm_language,
        timezone=timezone or firm_timezone,
        is_active=bool(is_active),
        is_admin=bool(is_admin),
        tenant_state=tenant_state,
        refusal="" if is_admin else refusal,
        may_name_view=all(is_view_named),
    )


async def list_unknown_people(connection: Reading, tenant_id: int, entra_ids: Collection[str]) -> list[str]:
    """Return those Entra ids that are nobody's in a firm; none where nobody of it is known yet."""
    own = User.tenant_id == tenant_id
    known = set(await connection.scalars(select(User.entra_id).where(own, User.entra_id.in_(list(entra_ids)))))
    has_any = await connection.scalar(select(User.id).where(own).limit(1)) is not None
    return [entra_id for entra_id in entra_ids if entra_id not in known] if has_any else []


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


async def search_users(connection: Reading, viewer: Viewer, text: str, *, limit: int = 15) -> list[UserRow]:
    """Find colleagues who are still there, for typeahead: word beginnings, then typing errors; everyone for no text."""
    if words(text):
        rows = [row for row, *_ in await _find_ranked(connection, viewer, text, is_active=True)]
    else:
        rows = [row for row in await _list_users(connection, viewer) if row.is_active]
    return [UserRow(row.id, row.name, row.address, row.is_active, row.entra_id) for row in rows[:limit]]


async def find_users(connection: Reading, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find colleagues by what somebody typed; exact is the whole name or the address, and the likest come first.

    Those who left are found where nobody else is.
    """
    if not words(text):
        return []
    found = await _find_ranked(connection, viewer, text, is_active=True)
    found = found or await _find_ranked(connection, viewer, text, is_active=False)
    return [Match("user", row.id, row.name, how, row.address, likeness) for row, how, likeness in found[:limit]]


class _Colleague(NamedTuple):
    id: int
    name: str
    address: str
    is_active: bool
    entra_id: str
    folded_name: str


_SELECT_COLLEAGUES: Any = (
    select(User.id, User.name, User.address, User.is_active, User.entra_id, User.folded_name)
    .where(Access(as_parameters(Viewer(0, 0))).users())
    .order_by(User.folded_name, User.id)
)
_COLLEAGUES: Final = Prepared(_SELECT_COLLEAGUES)
_MOST_WORDS: Final = 4
_ESCAPE: Final = "!"
_NAMED: Final = Prepared(
    _SELECT_COLLEAGUES.where(
        or_(
            User.folded_name == parameter("folded"),
            User.address.like(parameter("address"), escape=_ESCAPE),
            and_(
                *(
                    (" " + User.folded_name).like(parameter(f"word_{place}"), escape=_ESCAPE)
                    for place in range(_MOST_WORDS)
                )
            ),
        )
    )
)
"""Those whose address begins so, or whose names have words that do: what `_rank` looks at, of thousands of people."""


async def _list_users(connection: Reading, viewer: Viewer) -> list[_Colleague]:
    return _read_colleagues(await _COLLEAGUES.fetch(connection, {"tenant_id": viewer.tenant_id}))


def _read_colleagues(rows: Iterable[Any]) -> list[_Colleague]:
    return [_Colleague(id_, name, address, bool(active), *rest) for id_, name, address, active, *rest in rows]


async def _find_ranked(
    connection: Reading, viewer: Viewer, text: str, *, is_active: bool
) -> list[tuple[_Colleague, How, int]]:
    """Return the users meant, with likeness, the likest first: by name or address, else mistyped."""
    cleaned = clean_text(text)
    asked = words(cleaned)
    starts = {f"word_{place}": f"% {_escape(one)}%" for place, one in enumerate(asked[:_MOST_WORDS])}
    values = {f"word_{place}": "%" for place in range(_MOST_WORDS)} | starts
    values |= {"folded": fold(cleaned), "address": f"{_escape(cleaned.lower())}%"}
    rows = _read_colleagues(await _NAMED.fetch(connection, {"tenant_id": viewer.tenant_id, **values}))
    if ranked := _rank(cleaned, [row for row in rows if row.is_active == is_active]):
        return ranked
    everyone = [row for row in await _list_users(connection, viewer) if row.is_active == is_active]
    return [(row, how, 100) for row, how in _list_likely(asked, everyone)]


def _escape(text: str) -> str:
    """Take `LIKE`'s own meaning from characters."""
    return re.sub(f"[%_{_ESCAPE}]", lambda found: _ESCAPE + found[0], text)


def _rank(text: str, rows: Sequence[_Colleague]) -> list[tuple[_Colleague, How, int]]:
    """Order users by the whole name or address, then by whole words, then by beginnings, with likeness in percent."""
    folded, address, asked = fold(text), text.lower(), words(text)
    exact = [row for row in rows if row.folded_name == folded or row.address == address]
    by_word = [row for row in rows if all(f" {one} " in f" {row.folded_name} " for one in asked)]
    begun = [row for row in rows if all(f" {one}" in f" {row.folded_name}" for one in asked)]
    begun += [row for row in rows if row.address.startswith(address)]
    ranked: dict[int, tuple[_Colleague, How, int]] = {row.id: (row, "exact", 100) for row in exact}
    for likeness, alike in ((100, by_word), (_BEGUN, begun)):
        for row in alike:
            ranked.setdefault(row.id, (row, "prefix", likeness))
    return list(ranked.values())


def _list_likely(asked: Sequence[str], rows: Sequence[_Colleague]) -> list[tuple[_Colleague, How]]:
    """Return the users whose names are written together ("oneill"), else those whose names were mistyped."""
    named = [(row, list_name_words(row.name, row.folded_name)) for row in rows]
    if begun := [row for row, name in named if _begins(asked, name)]:
        return [(row, "prefix") for row in begun]
    scored = [(errors, row) for row, name in named if (errors := _count_errors(asked, name)) is not None]
    return [(row, "typo") for _, row in sorted(scored, key=lambda pair: (pair[0], pair[1].folded_name, pair[1].id))]


def _begins(asked: Iterable[str], name: Iterable[str]) -> bool:
    return all(any(word.startswith(one) for word in name) for one in asked)


def _count_errors(asked: Iterable[str], name: Iterable[str]) -> int | None:
    """Count the typing errors, where every word is nearly one of the name, or nearly begins one."""
    total = 0
    for one in asked:
        allowed = count_errors_allowed(one)
        near = [OSA.distance(one, word[:end], score_cutoff=allowed) for word in name for end in (len(word), len(one))]
        errors = min(near, default=allowed + 1)
        if errors > allowed:
            return None
        total += errors
    return total
