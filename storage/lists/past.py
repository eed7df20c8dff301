"""The conditions of a filter on what happened: who wrote, when a meeting was held, since when a company is what it is.

Each is asked of one row by its number and walks a range of an index: the history of its contacts, or its changes.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from storage.engine.join_order import InOrder
from storage.engine.parameters import number
from storage.lists.query import ListQuery
from storage.lists.sources import Source, get_viewer_parameters
from storage.models import Audit, CompanyRelationship, Contact, InteractionContact, Invitation, Kind, Relationship
from storage.viewer import Access

TYPE_SET: Final = "company.set_type"
_With = aliased(InteractionContact, name="had_with")
_There = aliased(Contact, name="had_there")
_Same = aliased(Contact, name="had_at_address")
_KeptThere = aliased(Contact, name="had_kept_there")
_KeptOwn = aliased(Relationship, name="had_kept")
_Shared = aliased(CompanyRelationship, name="had_shared")
_Said = aliased(Audit, name="said_of_type")
_ZERO: Any = literal_column("0")
_ONE: Any = literal_column("1")
_ABOUT: Any = literal_column("'company'")
_SET: Any = literal_column(f"'{TYPE_SET}'")
_LAST: Final = {"awaits_us": Kind.RECEIVED, "awaits_them": Kind.SENT}


def list_past(list_query: ListQuery, source: Source, id_: Any) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Return the conditions on what happened, each with the name of its prefilter."""
    if list_query.is_met is not None:
        was_met = _was_met(list_query, source, id_)
        yield "met", was_met if list_query.is_met else ~was_met
    if list_query.mail is not None:
        yield "mail", _has_mail(list_query, source, id_)
    if list_query.is_became_since or list_query.is_became_until:
        found = select_became(list_query).where(_Said.entity_id == id_)
        became = found.where(_Said.after["type"].as_string() == source.type)
        yield "became", exists(became.correlate_except(_Said).limit(_ONE).offset(_ZERO))


def select_became(list_query: ListQuery) -> Select[Any]:
    """Select the companies of which somebody said in the time asked for what they are."""
    of = _Said
    changed = [of.tenant_id == get_viewer_parameters(list_query).tenant_id, of.of == _ABOUT, of.action == _SET]
    return select(of.entity_id).where(*changed, *_list_bounds(list_query, "became", of.at))


def _list_bounds(list_query: ListQuery, name: str, at: Any) -> Iterator[ColumnElement[bool]]:
    if getattr(list_query, f"is_{name}_since"):
        yield at >= number(f"{name}_since")
    if getattr(list_query, f"is_{name}_until"):
        yield at < number(f"{name}_until")


def _was_met(list_query: ListQuery, source: Source, id_: Any) -> ColumnElement[bool]:
    """Return the condition that a meeting was held: at any time, or in the time asked for."""
    if not (list_query.is_met_since or list_query.is_met_until):
        return _has_any(list_query, source, id_, "meeting_count")
    held = [_With.kind == literal_column(str(Kind.MEETING.value))]
    return _happened(list_query, id_, [*held, *_list_bounds(list_query, "met", _With.occurred_at)])


def _has_mail(list_query: ListQuery, source: Source, id_: Any) -> ColumnElement[bool]:
    if list_query.mail in _LAST:
        kind: Any = literal_column(str(_LAST[list_query.mail].value))
        return _happened(list_query, id_, [_With.kind == kind, _With.occurred_at == source.keys["last"]])
    wrote = _has_any(list_query, source, id_, "received_count")
    if list_query.mail == "only":
        exchanged = or_(wrote, _has_any(list_query, source, id_, "sent_count"))
        return and_(exchanged, ~_has_any(list_query, source, id_, "meeting_count"))
    return wrote if list_query.mail == "theirs" else ~wrote


def _has_any(list_query: ListQuery, source: Source, id_: Any, count: str) -> ColumnElement[bool]:
    """Return the condition that a count of a row is not 0; of the firm's companies that of anybody's relationship."""
    if source.counts is not None:
        is_any: ColumnElement[bool] = source.counts[count] > _ZERO
        return is_any
    of, access = _Shared, Access(get_viewer_parameters(list_query))
    theirs = of.tenant_id == access.viewer.tenant_id, of.company_id == id_, access.figure(of, count) > _ZERO
    return exists(select(of.company_id).where(*theirs).correlate_except(of).limit(_ONE).offset(_ZERO))


def _happened(list_query: ListQuery, id_: Any, conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return the condition that the history of a row's contacts holds something; among `mine` the viewer's own."""
    asker, of = get_viewer_parameters(list_query), _With
    access = Access(asker)
    met = [of.tenant_id == asker.tenant_id, ~of.is_planned, access.participations(of), *conditions]
    met.append(of.invitation != literal_column(str(Invitation.STRANGE.value)))
    if list_query.scope == "mine":
        met.append(of.user_id == asker.user_id)
    if list_query.of == "contacts":
        found = _is_there(select(of.contact_id).where(*met, of.contact_id == id_), of)
        same = _Same.tenant_id == asker.tenant_id, _Same.person_id == id_, of.contact_id == _Same.id
        return or_(found, _is_there(select(of.contact_id).select_from(_join(_Same, of)).where(*same, *met), _Same, of))
    at_company = _There.tenant_id == asker.tenant_id, _There.company_id == id_, _There.is_contact
    with_them = select(of.contact_id).select_from(_join(_There, of))
    found = _is_there(with_them.where(*at_company, of.contact_id == _There.id, *met), _There, of)
    others = _Same.tenant_id == asker.tenant_id, _Same.company_id == id_, _Same.person_id != _Same.id
    with_others = select(of.contact_id).select_from(_join(_Same, of))
    found = or_(found, _is_there(with_others.where(*others, of.contact_id == _Same.id, *met), _Same, of))
    return found if list_query.scope == "firm" else or_(found, _happened_with_kept(access, id_, met))


def _happened_with_kept(access: Access, id_: Any, met: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return the same of whom the viewer keeps, who are contacts to nobody else."""
    own, there, of, asker = _KeptOwn, _KeptThere, _With, access.viewer
    kept = own.tenant_id == asker.tenant_id, own.user_id == asker.user_id, own.kept > _ZERO, own.is_kept_contact
    is_same = there.tenant_id == asker.tenant_id, there.id == own.contact_id, there.company_id == id_
    with_them = select(of.contact_id).select_from(_join(own, there, of))
    return _is_there(with_them.where(*kept, *is_same, of.contact_id == there.id, *met), own, there, of)


def _join(first: Any, *others: Any) -> Any:
    """Join tables so that they are read in this order; their conditions say how."""
    joined = first
    for other in others:
        joined = InOrder(joined, other)
    return joined


def _is_there(found: Select[Any], *of: Any) -> ColumnElement[bool]:
    """Test row by row; the offset keeps PostgreSQL from turning it into a join."""
    return exists(found.correlate_except(*of).limit(_ONE).offset(_ZERO))
