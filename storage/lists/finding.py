"""Finding a company or a contact by what a person calls it: exactly, by the beginnings of words, or mistyped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, union
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import as_parameters, texts
from storage.engine.parameters import text as parameter
from storage.engine.prepared import Prepared
from storage.lists.addresses import get_person_id, is_known_address, is_more_than_seen, is_other_address
from storage.lists.facts import How, Match
from storage.lists.filters import Filter
from storage.lists.sources import main_domain
from storage.lists.spelling import correct_words
from storage.lists.statement import fetch_page
from storage.lists.words import COMPANY, CONTACT, list_asked_words
from storage.models import (
    Company,
    CompanyDomain,
    CompanyRelationship,
    CompanyType,
    Contact,
    Relationship,
    SearchWord,
)
from storage.text.addresses import list_domains, parse_address
from storage.text.names import clean_text, fold_name, words
from storage.viewer import Access, Viewer

_LIKENESS: Final = 70
"""Percent of likeness of whole names below which a mistyped one is another name."""
_PART: Final = 0.85
_TOGETHER: Final = 97
"""How like a name is that is written in several words in place of one, in percent."""
_DOMAINS: Final = 6
"""So many domains are looked up of one host: itself and those above it."""
_MOST_NAMESAKES: Final = 20
_MOST_MISTYPED: Final = 200
_MOST_OF_A_WORD: Final = 1000
_Address = aliased(Contact, name="addresses_asked")


@dataclass(frozen=True, slots=True)
class Findable:
    """What can be found: companies or contacts."""

    of: Literal["company", "contact"]
    filter: Filter
    words: int
    model: Any
    get_visible: Callable[[Access], ColumnElement[bool]]
    detail: Any
    list_addresses: Callable[[str], Sequence[str]]
    """What a text may be looked up by besides the name: domains or an address."""


COMPANIES: Final = Findable(
    "company",
    Filter(of="companies", scope="firm"),
    COMPANY,
    Company,
    Access.companies,
    main_domain,
    lambda text: list_domains(text)[-_DOMAINS:],
)
CONTACTS: Final = Findable(
    "contact",
    Filter(of="contacts", scope="firm"),
    CONTACT,
    Contact,
    Access.contacts,
    Contact.address,
    lambda text: [address] if (address := parse_address(text).address) else [],
)


async def find(connection: Reading, viewer: Viewer, what: Findable, text: str, *, limit: int) -> list[Match]:
    """Return what the text may mean, best first: exact ones, then word beginnings, and else mistyped ones."""
    text = clean_text(text)
    found = {match.id: match for match in await _find_exact(connection, viewer, what, text)}
    for match in await _find_by_beginnings(connection, viewer, what, text, limit):
        found.setdefault(match.id, match)
    if not found:
        together = await _find_written_together(connection, viewer, what, text)
        found = {match.id: match for match in together or await _find_mistyped(connection, viewer, what, text)}
    return list(found.values())[:limit]


async def _find_exact(connection: Reading, viewer: Viewer, what: Findable, text: str) -> list[Match]:
    """Find by the whole name, and by address or domain."""
    values: dict[str, Any] = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    found: dict[int, Match] = {}
    if folded := fold_name(text):
        prepared = _prepare_named(what, viewer.kind)
        named = await prepared.fetch(connection, values | {"folded_name": folded})
        surname, comma, given = text.partition(",")
        if comma and not named:
            named = await prepared.fetch(connection, values | {"folded_name": fold_name(f"{given} {surname}")})
        found = {row.id: Match(what.of, row.id, row.name, "exact", row.detail or "") for row in named}
    if addresses := what.list_addresses(text):
        # An address is a contact's; its company is only near.
        how: How = "prefix" if what is COMPANIES and "@" in text else "exact"
        padded = [*addresses, *[""] * (_DOMAINS - len(addresses))]
        values |= {f"address_{place}": address for place, address in enumerate(padded)}
        for row in await _prepare_addressed(what, viewer.kind).fetch(connection, values):
            found.setdefault(row.id, Match(what.of, row.id, row.name, how, row.detail or ""))
    return list(found.values())


def _show(what: Findable, ids: Any, access: Access) -> Prepared:
    """Look up what the viewer may see of some rows, those dealt with last first."""
    of = what.model
    rows = select(of.id, of.name, what.detail.label("detail")).select_from(InOrder(ids, of.__table__))
    seen = rows.where(what.get_visible(access), of.id == ids.c[0])
    return Prepared(seen.order_by(access.total(of, "last_at").desc(), of.id), is_quick=True)


@lru_cache
def _prepare_named(what: Findable, kind: Viewer) -> Prepared:
    access, of = Access(as_parameters(kind)), what.model
    is_open = access.open_companies() if of is Company else access.open_contacts()
    named = select(of.id).where(is_open, of.folded_name == parameter("folded_name"))
    ranges = [named, _select_kept(what, access)]
    if of is Contact:  # what another address of theirs was called
        other = and_(of.tenant_id == access.viewer.tenant_id, is_other_address(of), is_more_than_seen(of))
        ranges.append(select(of.person_id).where(other, of.folded_name == parameter("folded_name")))
    if of is Company:
        # The index of names has the types in front: a range for each, and one for none.
        types: list[Any] = [literal_column(f"'{type_.value}'") for type_ in CompanyType]
        ranges[:1] = [named.where(of.type.in_(types)), named.where(of.type.is_(None))]
    every = select(union(*ranges).subquery()).limit(literal_column(str(_MOST_NAMESAKES)))
    return _show(what, every.subquery(), access)


def _select_kept(what: Findable, access: Access) -> Any:
    """Select those of that name whom the viewer keeps."""
    own: Any = CompanyRelationship if what.model is Company else Relationship
    is_own = access.own_companies() if what.model is Company else access.own_contacts()
    number = own.company_id if what.model is Company else own.contact_id
    return select(number).where(is_own, own.is_kept_contact, own.folded_name == parameter("folded_name"))


@lru_cache
def _prepare_addressed(what: Findable, kind: Viewer) -> Prepared:
    """The company that may be seen behind the longest of some domains, or the contact with one of some addresses."""
    access = Access(as_parameters(kind))
    given = [parameter(f"address_{place}") for place in range(_DOMAINS)]
    of: Any = CompanyDomain if what.model is Company else Contact
    if of is CompanyDomain:
        address, id_ = of.domain, of.company_id
        addressed = select(id_).join(Company, and_(access.companies(), Company.id == id_))
    else:
        of = _Address
        address, id_ = of.address, get_person_id(of)
        is_known = or_(~is_other_address(of), is_known_address(access.viewer, of))
        addressed = select(id_).join(Contact, and_(access.contacts(), Contact.id == id_)).where(is_known)
    addressed = addressed.where(of.tenant_id == access.viewer.tenant_id, address.in_(given))
    return _show(what, addressed.order_by(func.length(address).desc()).limit(literal_column("1")).subquery(), access)


async def _find_by_beginnings(
    connection: Reading, viewer: Viewer, what: Findable, text: str, limit: int
) -> list[Match]:
    if not list_asked_words(text):
        return []
    asked = what.filter.changed(text=text)

    def make_match(row: Any) -> Match:
        return Match(what.of, row.id, row.name, "prefix", (row.domain if what is COMPANIES else row.address) or "")

    options: dict[str, Any] = {"now": 0, "cursor": None, "limit": limit}
    found = list((await fetch_page(connection, viewer, asked, make_match, **options)).rows)
    if len(found) < limit and await _has_kept(connection, viewer):  # which is among their own alone
        found += (await fetch_page(connection, viewer, asked.changed(scope="mine"), make_match, **options)).rows
    return list({match.id: match for match in found}.values())


async def _has_kept(connection: Reading, viewer: Viewer) -> bool:
    """Return whether the viewer keeps anybody in part at least; a company is kept with somebody there."""
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    return not viewer.is_in_public and bool(await _prepare_kept(viewer.kind).fetch(connection, values))


@lru_cache
def _prepare_kept(kind: Viewer) -> Prepared:
    own, viewer = Relationship, as_parameters(kind)
    # Of nothing but what is in the index of the kept ones, or SQLite walks another one of all that are the viewer's.
    kept = own.tenant_id == viewer.tenant_id, own.user_id == viewer.user_id, own.kept > literal_column("0")
    return Prepared(select(own.contact_id).where(*kept).limit(literal_column("1")), is_quick=True)


async def _find_written_together(connection: Reading, viewer: Viewer, what: Findable, text: str) -> list[Match]:
    """Find `Solstice Solar` where the name came from a domain and is written in one word."""
    parts = words(text)
    if len(parts) < 2:  # noqa: PLR2004
        return []
    found = await _find_exact(connection, viewer, what, "".join(parts))
    return [replace(match, how="typo", likeness=_TOGETHER) for match in found]


async def _find_mistyped(connection: Reading, viewer: Viewer, what: Findable, text: str) -> list[Match]:
    """Find by words that are nearly those of the text; nearest names first."""
    meant = await correct_words(connection, viewer, what.words, list_asked_words(text))
    if not meant:
        return []
    meant.sort(key=lambda spelling: -len(spelling[0]))
    values: dict[str, Any] = {f"words_{place}": spelling for place, spelling in enumerate(meant)}
    values |= {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    folded = fold_name(text)
    rows = await _prepare_mistyped(what, viewer.kind, len(meant)).fetch(connection, values)
    scored = [(_get_likeness(folded, row), row) for row in rows]
    near = sorted(((score, row) for score, row in scored if score >= _LIKENESS), key=lambda one: (-one[0], one[1].id))
    return [Match(what.of, row.id, row.name, "typo", row.detail or "", round(score)) for score, row in near]


@lru_cache
def _prepare_mistyped(what: Findable, kind: Viewer, count: int) -> Prepared:
    """Select what has a word of each of so many lists; the first is the longest, and so the rarest."""
    access, of = Access(as_parameters(kind)), what.model
    is_here = and_(SearchWord.tenant_id == access.viewer.tenant_id, SearchWord.of == literal_column(str(what.words)))
    these = select(SearchWord.entity_id).distinct().where(is_here, SearchWord.word.in_(texts("words_0")))
    these = these.where(exists().where(what.get_visible(access), of.id == SearchWord.entity_id))
    chosen = these.limit(literal_column(str(_MOST_OF_A_WORD))).subquery("these")
    has_others = [
        exists().where(is_here, SearchWord.entity_id == of.id, SearchWord.word.in_(texts(f"words_{place}")))
        for place in range(1, count)
    ]
    rows = select(of.id, of.name, what.detail.label("detail"), of.folded_name).select_from(
        InOrder(chosen, of.__table__)
    )
    found = rows.where(what.get_visible(access), of.id == chosen.c.entity_id, *has_others)
    return Prepared(found.limit(literal_column(str(_MOST_MISTYPED))), is_quick=True)


def _get_likeness(folded: str, row: Any) -> float:
    """Compare with the whole name, or with the part of it that is likest."""
    return max(fuzz.ratio(folded, row.folded_name), fuzz.partial_ratio(folded, row.folded_name) * _PART)
