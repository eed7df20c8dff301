"""List a viewer's own meetings that are still to come: when, and with whom; never what they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, literal_column, select
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import as_parameters, number, numbers, text
from storage.engine.prepared import Prepared
from storage.lists.addresses import get_person_id
from storage.lists.filters import is_id
from storage.models import Company, CompanyType, Contact, Interaction, InteractionContact, Invitation, Kind
from storage.viewer import Access, Viewer

ENDLESS: Final = 2**62
_WITH = aliased(InteractionContact, name="asked_of_meeting")
_Asked = aliased(Contact, name="asked_contacts")
_At = aliased(Company, name="asked_companies")
_MEETING: Any = literal_column(str(Kind.MEETING.value))
_STRANGE: Any = literal_column(str(Invitation.STRANGE.value))


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody from outside at a meeting."""

    contact_id: int
    name: str
    address: str
    is_contact: bool
    """Not only seen: they have a card of their own."""
    company_id: int | None
    company_name: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is planned, and who of those whom the viewer may see will be there."""

    at: int
    people: tuple[Attendee, ...]


async def list_meetings(
    connection: Reading,
    viewer: Viewer,
    *,
    since: int,
    until: int = ENDLESS,
    company_id: int | None = None,
    contact_id: int | None = None,
    type_: CompanyType | None = None,
    limit: int = 10,
) -> tuple[Meeting, ...]:
    """Return the viewer's own planned meetings from `since` on and before `until` (UTC seconds), the next one first.

    With a company or a contact those at which somebody of that company, or that contact, takes part; with a type those
    at which somebody of such a company does. Invitations that do not count and meetings with nobody whom the viewer may
    see are left out; in public there are none.
    """
    asked = {"company_id": company_id, "contact_id": contact_id}
    named: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if viewer.is_in_public or not all(map(is_id, named.values())):
        return ()
    typed = {} if type_ is None else {"type": type_.value}
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "since": since, "until": until, "most": limit}
    rows = await _prepare(viewer.kind, frozenset(named | typed)).fetch(connection, values | named | typed)
    return _put_together(rows, named, await _list_standing(connection, viewer, rows))


async def _list_standing(connection: Reading, viewer: Viewer, rows: Sequence[Any]) -> dict[int, Attendee]:
    """Return who stands for those at a meeting with another address of theirs."""
    ids = sorted({row.person_id for row in rows if row.person_id not in (None, row.id)})
    if not ids:
        return {}
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "ids": ids}
    return {row.id: Attendee(*row) for row in await _prepare_standing(viewer.kind).fetch(connection, values)}


def _put_together(
    rows: Sequence[Any], named: Mapping[str, int], standing: Mapping[int, Attendee]
) -> tuple[Meeting, ...]:
    """Make meetings of their rows, with those who were asked about before the others, and each person once."""
    of_each = groupby(rows, key=lambda row: (row.occurred_at, row.source_digest))
    persons = ((at, [standing.get(row[-1]) or Attendee(*row[2:-1]) for row in people]) for (at, _), people in of_each)
    meetings = ((at, {one.contact_id: one for one in people}.values()) for at, people in persons)

    def is_other(person: Attendee) -> bool:
        return any(getattr(person, name) != value for name, value in named.items())

    return tuple(Meeting(at, tuple(sorted(people, key=is_other))) for at, people in meetings)


@lru_cache(maxsize=16)
def _prepare(kind: Viewer, named: frozenset[str]) -> Prepared:
    asker = as_parameters(kind)
    access, of, participant = Access(asker), Interaction, InteractionContact
    to_come = (
        select(of.occurred_at, of.source_digest)
        .where(of.tenant_id == asker.tenant_id, of.user_id == asker.user_id, of.is_planned)
        .where(of.occurred_at >= number("since"), of.occurred_at < number("until"), of.invitation != _STRANGE)
        .where(_is_with(asker, of, named))
        .order_by(of.occurred_at, of.source_digest)
        .limit(number("most"))
        .subquery("to_come")
    )
    at_company = and_(access.companies(), Company.id == Contact.company_id)
    tables = InOrder(InOrder(to_come, participant.__table__), Contact.__table__).outerjoin(Company, at_company)
    return Prepared(
        select(
            *(to_come.c.occurred_at, to_come.c.source_digest, Contact.id, Contact.name, Contact.address),
            access.contacts().label("is_seen_as_contact"),
            *(Company.id.label("company_id"), Company.name.label("company_name"), Contact.person_id),
        )
        .select_from(tables)
        .where(*_takes_part(asker, to_come.c, participant, Contact))
        .order_by(to_come.c.occurred_at, to_come.c.source_digest, Contact.folded_name, Contact.id),
        is_quick=True,
    )


@lru_cache
def _prepare_standing(kind: Viewer) -> Prepared:
    access, of = Access(as_parameters(kind)), Contact
    at_company = and_(access.companies(), Company.id == of.company_id)
    at = Company.id.label("company_id"), Company.name.label("company_name")
    asked = select(of.id, of.name, of.address, access.contacts().label("is_seen_as_contact"), *at)
    seen = asked.outerjoin(Company, at_company).where(access.people(), of.id.in_(numbers("ids")))
    return Prepared(seen, is_quick=True)


def _takes_part(asker: Viewer, meeting: Any, participant: Any, contact: Any) -> list[Any]:
    """Return what holds for somebody at an own meeting whom the viewer may see; `interaction_contacts_of_meeting`."""
    access = Access(asker)
    is_there = (
        participant.tenant_id == asker.tenant_id,
        participant.user_id == asker.user_id,
        participant.source_digest == meeting.source_digest,
        participant.occurred_at == meeting.occurred_at,
        participant.kind == _MEETING,
    )
    is_theirs = contact.tenant_id == asker.tenant_id, contact.id == participant.contact_id
    return [*is_there, *is_theirs, access.people(contact), access.participations(participant)]


def _is_with(asker: Viewer, meeting: Any, named: frozenset[str]) -> ColumnElement[bool]:
    """Test meeting by meeting who takes part; the offset keeps PostgreSQL from walking the firm's contacts instead."""
    of_name = {"company_id": _Asked.company_id, "contact_id": get_person_id(_Asked)}
    is_named = [of_name[name] == number(name) for name in sorted(named - {"type"})]
    if "type" in named:
        of_type = Access(asker).companies(_At), _At.id == _Asked.company_id, _At.type == text("type")
        is_named.append(exists(select(_At.id).where(*of_type).correlate(_Asked)))
    one: Any = literal_column("1")
    found = select(one).where(*_takes_part(asker, meeting, _WITH, _Asked), *is_named)
    return exists(found.correlate(meeting).limit(one).offset(literal_column("0")))
