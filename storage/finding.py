"""Finding a company or a contact by what a person calls it: exactly, by the beginnings of words, or mistyped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.addresses import list_domains, parse_address
from storage.facts import How, Match
from storage.filters import Filter
from storage.lists import fetch_page
from storage.models import Company, CompanyDomain, CompanyType, Contact, SearchWord
from storage.names import clean_text, fold_name, words
from storage.ordered import InOrder
from storage.search import COMPANY, CONTACT
from storage.sources import main_domain
from storage.spelling import correct_words
from storage.viewer import Viewer, visible_companies, visible_contacts

_LIKENESS: Final = 70
"""Percent of likeness of whole names below which a mistyped one is another name."""
_PART: Final = 0.85
_MOST_MISTYPED: Final = 200
_MOST_OF_A_WORD: Final = 1000


@dataclass(frozen=True, slots=True)
class Findable:
    """What can be found: companies or contacts."""

    of: Literal["company", "contact"]
    filter: Filter
    words: int
    model: Any
    get_visible: Callable[[Viewer], ColumnElement[bool]]
    detail: Any
    find_by_address: Callable[[Viewer, str], Select[Any] | None]


def _select_by_domain(viewer: Viewer, text: str) -> Select[Any] | None:
    """Select the company behind a domain, an address or a link."""
    domains = list_domains(text)
    if not domains:
        return None
    of_domain = and_(CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain.in_(domains))
    return select(CompanyDomain.company_id).where(of_domain).order_by(func.length(CompanyDomain.domain).desc()).limit(1)


def _select_by_address(viewer: Viewer, text: str) -> Select[Any] | None:
    address = parse_address(text).address
    if not address:
        return None
    return select(Contact.id).where(Contact.tenant_id == viewer.tenant_id, Contact.address == address)


COMPANIES: Final = Findable(
    "company",
    Filter(of="companies", scope="firm"),
    COMPANY,
    Company,
    visible_companies,
    main_domain,
    _select_by_domain,
)
CONTACTS: Final = Findable(
    "contact",
    Filter(of="contacts", scope="firm"),
    CONTACT,
    Contact,
    visible_contacts,
    Contact.address,
    _select_by_address,
)


async def find(connection: AsyncConnection, viewer: Viewer, what: Findable, text: str, *, limit: int) -> list[Match]:
    """Return what the text may mean, best first: exact ones, then word beginnings, and else mistyped ones."""
    text = clean_text(text)
    found = {match.id: match for match in await _find_exact(connection, viewer, what, text, limit)}
    for match in await _find_by_beginnings(connection, viewer, what, text, limit):
        found.setdefault(match.id, match)
    if not found:
        found = {match.id: match for match in await _find_mistyped(connection, viewer, what, text)}
    return list(found.values())[:limit]


def _select(what: Findable) -> Select[Any]:
    return select(what.model.id, what.model.name, what.detail.label("detail"))


async def _find_exact(
    connection: AsyncConnection, viewer: Viewer, what: Findable, text: str, limit: int
) -> list[Match]:
    """Find by the whole name, and by address or domain."""
    folded, of = fold_name(text), what.model
    ids: list[tuple[Select[Any], How]] = []
    if folded:
        named = and_(what.get_visible(viewer), of.folded_name == folded)
        if of is Company:
            # The index of names has the types in front: a range for each, and one for none.
            both = [
                select(of.id).where(named, of.type.in_(list(CompanyType))),
                select(of.id).where(named, of.type.is_(None)),
            ]
            ids.append((select(union_all(*both).subquery().c.id), "exact"))
        else:
            ids.append((select(of.id).where(named), "exact"))
    if (by_address := what.find_by_address(viewer, text)) is not None:
        # An address is a contact's; its company is only near.
        ids.append((by_address, "prefix" if of is Company and "@" in text else "exact"))
    found: dict[int, Match] = {}
    for numbers, how in ids:
        chosen = numbers.limit(limit).subquery()
        rows = select(of.id, of.name, what.detail).select_from(InOrder(chosen, of.__table__))
        rows = rows.where(what.get_visible(viewer), of.id == chosen.c[0]).order_by(of.last_at.desc(), of.id)
        for row in await connection.execute(rows):
            found.setdefault(row[0], Match(what.of, row[0], row[1], how, row[2] or ""))
    return list(found.values())


async def _find_by_beginnings(
    connection: AsyncConnection, viewer: Viewer, what: Findable, text: str, limit: int
) -> list[Match]:
    if not words(text):
        return []
    asked = what.filter.changed(text=text)
    place = 6 if what.model is Company else 2

    def make_match(row: Any) -> Match:
        return Match(what.of, row[0], row[1], "prefix", row[place] or "")

    page = await fetch_page(connection, viewer, asked, make_match, now=0, cursor=None, limit=limit)
    return list(page.rows)


async def _find_mistyped(connection: AsyncConnection, viewer: Viewer, what: Findable, text: str) -> list[Match]:
    """Find by words that are nearly those of the text; nearest names first."""
    meant = await correct_words(connection, viewer.tenant_id, what.words, words(text))
    if not meant:
        return []
    first, *others = sorted(meant, key=lambda spelling: -len(spelling[0]))
    of, is_here = what.model, and_(SearchWord.tenant_id == viewer.tenant_id, SearchWord.of == what.words)
    these = select(SearchWord.entity_id).distinct().where(is_here, SearchWord.word.in_(first))
    chosen = these.limit(literal_column(str(_MOST_OF_A_WORD))).subquery("these")
    has_others = [
        exists().where(is_here, SearchWord.entity_id == of.id, SearchWord.word.in_(other)) for other in others
    ]
    rows = (
        select(of.id, of.name, what.detail, of.folded_name)
        .select_from(InOrder(chosen, of.__table__))
        .where(what.get_visible(viewer), of.id == chosen.c.entity_id, *has_others)
        .limit(_MOST_MISTYPED)
    )
    folded = fold_name(text)
    scored = [(_get_likeness(folded, row), row) for row in await connection.execute(rows)]
    near = sorted(
        ((score, row) for score, row in scored if score >= _LIKENESS), key=lambda pair: (-pair[0], pair[1][0])
    )
    return [Match(what.of, row[0], row[1], "typo", row[2] or "", round(score)) for score, row in near]


def _get_likeness(folded: str, row: Any) -> float:
    """Compare with the whole name, or with the part of it that is likest."""
    return max(fuzz.ratio(folded, row[3]), fuzz.partial_ratio(folded, row[3]) * _PART)
