"""List the last interactions with contacts: kind, time and participants, never the subject."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import Select, Subquery, and_, exists, func, literal_column, select, true, union_all
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import as_parameters, number
from storage.engine.prepared import Prepared
from storage.lists.facts import Recent
from storage.models import Contact, Interaction, InteractionContact, Invitation, Kind, Relationship, Tenant, User
from storage.viewer import Access, Viewer

CONTACTS: Final = 12
"""So many contacts of a company are looked at: those dealt with last. One mail to more of them may hide older ones."""
_EACH: Final = 10
_LOOKED_AT: Final = 40

_KINDS: Final[dict[int, Literal["meeting", "sent", "received"]]] = {
    Kind.MEETING: "meeting",
    Kind.SENT: "sent",
    Kind.RECEIVED: "received",
}
"""The kinds, the one that says most first: copies of one mail are sent in one mailbox and received in others."""
_Own = aliased(Relationship, name="own_contact")
_Address = aliased(Contact, name="addresses_of")


@dataclass(slots=True)
class _TimelineEntry:
    """One mail or meeting, put together from its copies."""

    occurred_at: int
    kinds: set[int] = field(default_factory=set)
    users: dict[int, str] = field(default_factory=dict)
    contacts: dict[int, str] = field(default_factory=dict)


async def list_recent(
    connection: Reading, viewer: Viewer, contact_ids: Sequence[int], *, is_own: bool = False, limit: int = 10
) -> tuple[Recent, ...]:
    """Return the last interactions with at most `CONTACTS` contacts, newest first; `is_own`: the viewer's own.

    Only contacts that the viewer may see are named. Empty if the firm does not show interactions.
    """
    if not contact_ids:
        return ()
    places = 1 if len(contact_ids) == 1 else CONTACTS
    padded = [*contact_ids[:places], *[0] * (places - len(contact_ids))]
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    values |= {f"contact_{place}": contact_id for place, contact_id in enumerate(padded)}
    statement = _prepare(places, viewer.kind, is_own=is_own, is_sqlite=connection.dialect.name == "sqlite")
    return _put_together(await statement.fetch(connection, values), limit)


def _put_together(rows: Any, limit: int) -> tuple[Recent, ...]:
    found: dict[tuple[bytes, int | None], _TimelineEntry] = {}
    for digest, occurred_at, kind, user_id, user_name, is_bcc, contact_id, contact_name in rows:
        line = (digest, contact_id if is_bcc else None)  # who was in bcc is on a line of their own
        interaction_event = found.setdefault(line, _TimelineEntry(occurred_at))
        interaction_event.kinds.add(kind)
        interaction_event.users[user_id] = user_name or ""
        if contact_id is not None:
            interaction_event.contacts[contact_id] = contact_name
    newest = sorted(found.values(), key=lambda interaction_event: -interaction_event.occurred_at)[:limit]
    return tuple(
        Recent(
            kind=next((name for kind, name in _KINDS.items() if kind in interaction_event.kinds), "received"),
            occurred_at=interaction_event.occurred_at,
            user_ids=tuple(interaction_event.users),
            user_names=tuple(interaction_event.users.values()),
            contact_names=tuple(interaction_event.contacts.values()),
        )
        for interaction_event in newest
    )


@lru_cache(maxsize=16)
def _prepare(places: int, kind: Viewer, *, is_own: bool, is_sqlite: bool) -> Prepared:
    asker = as_parameters(kind)
    access = Access(asker)
    of = InteractionContact
    conditions = [access.participations(of), of.occurred_at > 0, ~of.is_planned]
    conditions.append(of.invitation != literal_column(str(Invitation.STRANGE.value)))
    if is_own:
        conditions.append(of.user_id == asker.user_id)
    newest = select(of.contact_id, of.occurred_at, of.user_id, of.source_digest, of.kind, of.is_bcc).where(*conditions)
    newest = newest.order_by(of.occurred_at.desc()).limit(literal_column(str(_EACH if places > 1 else _LOOKED_AT)))
    every = _merge_sqlite(newest, places) if is_sqlite else _merge_postgres(newest, places)
    last = select(every).order_by(every.c.occurred_at.desc()).limit(literal_column(str(_LOOKED_AT))).subquery("last")
    is_copy = and_(
        Interaction.tenant_id == asker.tenant_id,
        *(last.c[name] == getattr(Interaction, name) for name in ("user_id", "source_digest", "occurred_at")),
    )
    is_user = and_(User.tenant_id == asker.tenant_id, User.id == last.c.user_id)
    is_address = and_(_Address.tenant_id == asker.tenant_id, _Address.id == last.c.contact_id)
    shown = and_(Contact.id == func.coalesce(_Address.person_id, _Address.id), access.contacts())
    if not kind.shares_contacts:  # whom a colleague wrote to is not named, even where the viewer knows them too
        shown = and_(shown, last.c.user_id == asker.user_id)
    tables = InOrder(last, Interaction.__table__).outerjoin(User, is_user)
    tables = tables.outerjoin(_Address, is_address).outerjoin(Contact, shown)
    return Prepared(
        select(
            *(Interaction.message_digest, last.c.occurred_at, last.c.kind, last.c.user_id, User.name),
            *(last.c.is_bcc, Contact.id, Contact.name),
        )
        .select_from(tables)
        .where(is_copy, exists().where(Tenant.tenant_id == asker.tenant_id, Tenant.shows_lately))
        .order_by(last.c.occurred_at.desc()),
        is_quick=True,
    )


def _merge_sqlite(newest: Select[*tuple[Any, ...]], places: int) -> Subquery:
    """Put the newest of each contact together: a part for each, for SQLite has no `LATERAL`."""
    of = InteractionContact
    parts = [
        newest.where(of.contact_id == number(f"contact_{place}")).subquery(f"of_contact_{place}")
        for place in range(places)
    ]
    return (union_all(*map(select, parts)) if places > 1 else select(parts[0])).subquery("every")


def _merge_postgres(newest: Select[*tuple[Any, ...]], places: int) -> Subquery:
    """Put the newest of each contact together: one part for all, for each would open every partition anew."""
    each = [select(number(f"contact_{place}").label("contact_id")) for place in range(places)]
    contacts = (union_all(*each) if places > 1 else each[0]).subquery("contacts_shown")
    of_each = newest.where(InteractionContact.contact_id == contacts.c.contact_id).lateral("of_each")
    return select(of_each).select_from(contacts.join(of_each, true())).subquery("every")
