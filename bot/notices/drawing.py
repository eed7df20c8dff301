"""Draw rows of the outbox as one card and one sentence, from what the reader may see now."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.cards import notices as cards
from bot.cards.status import draw_credential, draw_status
from bot.language import describe, say
from bot.language.wording import clean, clean_sentence
from bot.notices.plan import MOVED_KINDS, STATUS, TYPE_KINDS
from bot.results.firm import describe_status
from bot.results.notices import FirstSync, Moved, NewCompany, NewContact, SharedView
from bot.turn import Card, Reader
from storage.engine.connection import Connection
from storage.firm.users import get_user_names
from storage.history.own_addresses import get_owner
from storage.lists.filters import Filter
from storage.messages.notice_data import (
    CompanyNoticeData,
    ContactNoticeData,
    NoticeRecipient,
    get_first_sync_result,
    list_company_notice_data,
    list_contact_notice_data,
)
from storage.messages.outbox import ClaimedNotice
from storage.models import CompanyType
from storage.queue.health import get_firm_status
from storage.viewer import Viewer
from storage.views.views import get_view


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message, ready to be sent: the card, and what a notification shows of it."""

    card: Card
    summary: str

    def __post_init__(self) -> None:
        """Show in the notification, too, which alphabet a name is written in."""
        object.__setattr__(self, "summary", clean_sentence(self.summary))


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that is marked `sending`, and the rows that it says."""

    rows: Sequence[ClaimedNotice]
    drawn: Drawn
    update: ClaimedNotice | None = None
    """The row that asks for an earlier message to be drawn again."""

    @property
    def ids(self) -> list[int]:
        """The rows whose state the sending decides."""
        return [row.id for row in ([self.update] if self.update else self.rows)]


async def draw(
    connection: Connection, recipient: NoticeRecipient, reader: Reader, rows: Sequence[ClaimedNotice]
) -> Drawn | None:
    """Draw one message for rows of one group; None where nothing is left that the reader may see."""
    kind = rows[0].kind
    if kind == "view":
        return await _draw_views(connection, recipient.viewer, reader, rows)
    if kind in _ALONE:
        return await _ALONE[kind](connection, recipient.viewer, reader, rows[-1])
    if kind in MOVED_KINDS and len({row.kind for row in rows}) == 1:
        return _draw_moved(reader, kind, (await _read_news(connection, recipient.viewer, rows)).moved)
    news = await _read_news(connection, recipient.viewer, rows)
    return _draw_news(reader, news)


async def draw_again(
    connection: Connection,
    recipient: NoticeRecipient,
    reader: Reader,
    rows: Sequence[ClaimedNotice],
    answered: Mapping[str, Any],
) -> Drawn | None:
    """Draw a message that was sent as things stand now: its question may have been answered elsewhere."""
    if len(rows) == 1 and rows[0].kind == "company":
        news = await _read_news(connection, recipient.viewer, rows)
        if news.companies and news.companies[0].type is not None:
            by, was = answered["by"], answered.get("was")
            names = await get_user_names(connection, recipient.viewer, [by])
            company = news.companies[0]
            card = cards.draw_company_answered(reader, company, names.get(by, ""), CompanyType(was) if was else None)
            return Drawn(card, say(reader.language, "notices.answered", name=clean(company.name)))
    return await draw(connection, recipient, reader, rows)


@dataclass(frozen=True, slots=True)
class _News:
    contacts: Sequence[NewContact]
    companies: Sequence[NewCompany]
    moved: Sequence[Moved]


async def _read_news(connection: Connection, viewer: Viewer, rows: Sequence[ClaimedNotice]) -> _News:
    ids = {kind: [row.entity_id for row in rows if row.kind == kind] for kind in ("contact", "company")}
    moves = [row for row in rows if row.kind in MOVED_KINDS]
    contacts = await list_contact_notice_data(connection, viewer, ids["contact"]) if ids["contact"] else []
    asked = [*ids["company"], *(row.entity_id for row in moves)]
    companies = {news.id: news for news in await list_company_notice_data(connection, viewer, asked)} if asked else {}
    meetings = [*(news.met_by for news in contacts), *(news.met_by for news in companies.values())]
    people = {number for met_by in meetings for number in met_by} - {viewer.user_id}
    partners = {number for row in moves for number in _list_people(row)}
    names = await get_user_names(connection, viewer, people | partners) if people | partners else {}
    met = {number: name for number, name in names.items() if number in people}
    drawn = {number: _make_company(news, met) for number, news in companies.items()}
    return _News(
        [_make_contact(news, met) for news in contacts],
        [drawn[number] for number in dict.fromkeys(ids["company"]) if number in drawn],
        [
            _make_moved(row, was, drawn[row.entity_id], names)
            for row, was in _join_moves(moves)
            if row.entity_id in drawn and _is_still_so(row, companies[row.entity_id], viewer.user_id)
        ],
    )


def _list_people(row: ClaimedNotice) -> set[int]:
    """Return the users whom a row about a partner or a type names."""
    sides = ("by",) if row.kind in TYPE_KINDS else ("by", "was", "is")
    return {row.payload[key] for key in sides if row.payload.get(key) is not None}


def _join_moves(moves: Sequence[ClaimedNotice]) -> Iterator[tuple[ClaimedNotice, Any]]:
    """Give the last row of each company and kind, with what it was at first: several steps are said as one."""
    joined: dict[tuple[int, str], list[ClaimedNotice]] = {}
    for row in moves:
        joined.setdefault((row.entity_id, row.kind), []).append(row)
    for rows in joined.values():
        last = rows[-1]
        was = (rows[0] if last.kind in TYPE_KINDS else last).payload.get("was")
        if last.kind not in TYPE_KINDS or was != last.payload.get("is"):
            yield last, was


def _is_still_so(row: ClaimedNotice, company: CompanyNoticeData, reader_id: int) -> bool:
    """Return whether what a row says of a company's partner holds when it is said."""
    if row.kind in TYPE_KINDS:
        return company.partner_id == reader_id
    if row.kind == "taken_back" or "is" not in row.payload:  # rows of the release before say no more than who did it
        return True
    return (company.partner_id == reader_id) == (row.kind == "partner")


def _make_moved(row: ClaimedNotice, was: Any, company: NewCompany, names: Mapping[int, str]) -> Moved:
    by, is_now = names.get(row.payload.get("by") or 0, ""), row.payload.get("is")
    if row.kind in TYPE_KINDS:
        return Moved(company, by, was or "", is_now or "", of="type")
    return Moved(company, by, names.get(was or 0, ""), names.get(is_now or 0, ""))


def _draw_news(reader: Reader, news: _News) -> Drawn | None:
    language, contacts, companies = reader.language, news.contacts, news.companies
    if not contacts and not companies and not news.moved:
        return None
    if news.moved or (contacts and companies):
        card = cards.draw_digest(reader, contacts, companies, news.moved)
        return Drawn(card, say(language, "notices.several", count=len(contacts) + len(companies) + len(news.moved)))
    if len(companies) == 1:
        return Drawn(
            cards.draw_new_company(reader, companies[0]),
            say(language, "notices.company", name=clean(companies[0].name)),
        )
    if companies:
        card = cards.draw_new_companies(reader, companies, len(companies))
        return Drawn(card, say(language, "notices.companies", count=len(companies)))
    card = cards.draw_new_contacts(reader, contacts, len(contacts))
    if len(contacts) == 1:
        contact = contacts[0]
        return Drawn(
            card,
            say(
                language,
                "notices.contact",
                name=clean(contact.name or contact.address),
                company=clean(contact.company_name),
            ),
        )
    return Drawn(card, say(language, "notices.contacts", count=len(contacts)))


def _draw_moved(reader: Reader, kind: str, moved: Sequence[Moved]) -> Drawn | None:
    """Draw who is partner of companies now, in the words of one kind."""
    if not moved:
        return None
    if kind == "replaced" and not all(one.is_now for one in moved):
        kind = "taken_off"  # nobody stands in the reader's place
    name, by = clean(moved[0].company.name), moved[-1].by
    card = cards.draw_moved(reader, kind, moved)
    steps = cards.say_moves(reader, moved) if kind in TYPE_KINDS else ""
    return Drawn(card, say(reader.language, f"notices.{kind}", count=len(moved), by=by, name=name, steps=steps))


async def _draw_views(
    connection: Connection, viewer: Viewer, reader: Reader, rows: Sequence[ClaimedNotice]
) -> Drawn | None:
    """Draw the views that one colleague shared, those that the reader may still read."""
    shared = []
    for view_id in dict.fromkeys(row.entity_id for row in rows):
        view = await get_view(connection, viewer, view_id)
        if view is not None:
            words = await _describe_filter(connection, viewer, view.filter, reader)
            shared.append(SharedView(view.id, view.name, words))
    if not shared:
        return None
    by = rows[-1].payload["by"]
    name = (await get_user_names(connection, viewer, [by])).get(by, "")
    summary = say(reader.language, "notices.view", count=len(shared), by=name, name=shared[0].name)
    return Drawn(cards.draw_views_shared(reader, shared, name), summary)


async def _describe_filter(connection: Connection, viewer: Viewer, filter_: Filter, reader: Reader) -> str:
    """Say a filter in words, with the names behind its numbers."""
    people = await get_user_names(connection, viewer, filter_.user_ids)
    wanted = [] if filter_.company_id is None else [filter_.company_id]
    companies = await list_company_notice_data(connection, viewer, wanted) if wanted else ()
    company = next((company.name for company in companies), "")
    return describe(filter_, reader.language, people, company, locale=reader.locale)


async def _draw_summary(connection: Connection, viewer: Viewer, reader: Reader, _row: ClaimedNotice) -> Drawn | None:
    found = await get_first_sync_result(connection, viewer)
    first_sync = FirstSync(found.contact_count, found.company_count, found.untyped_count)
    card = cards.draw_first_sync(reader, first_sync)
    return Drawn(card, say(reader.language, "notices.summary", count=found.contact_count))


async def _draw_status(connection: Connection, viewer: Viewer, reader: Reader, _row: ClaimedNotice) -> Drawn:
    status = describe_status(await get_firm_status(connection, viewer, reader.now))
    return Drawn(draw_status(reader, status), say(reader.language, "notices.status"))


async def _draw_credential(_connection: Connection, _viewer: Viewer, reader: Reader, row: ClaimedNotice) -> Drawn:
    ends_at = int(row.payload["ends_at"])
    return Drawn(draw_credential(reader, ends_at), say(reader.language, "notices.credential"))


async def _draw_own_address(connection: Connection, viewer: Viewer, reader: Reader, row: ClaimedNotice) -> Drawn | None:
    address = str(row.payload["address"])
    owner = await get_owner(connection, viewer.tenant_id, viewer.user_id)
    if address not in owner.told:
        return None  # they have said by now whose it is
    return Drawn(cards.draw_own_address(reader, address), say(reader.language, "notices.own_address", address=address))


def _make_contact(news: ContactNoticeData, names: Mapping[int, str]) -> NewContact:
    met_by = tuple(names[number] for number in news.met_by if number in names)
    return NewContact(news.id, news.name, news.address, news.company_name, met_by)


def _make_company(news: CompanyNoticeData, names: Mapping[int, str]) -> NewCompany:
    return NewCompany(
        news.id,
        news.name,
        news.version,
        news.domain,
        CompanyType(news.type) if news.type else None,
        news.contact_names,
        tuple(names[number] for number in news.met_by if number in names),
        news.last_at,
        news.contact_count,
    )


_ALONE: Final[Mapping[str, Callable[[Connection, Viewer, Reader, ClaimedNotice], Awaitable[Drawn | None]]]] = {
    "summary": _draw_summary,
    STATUS: _draw_status,
    "credential": _draw_credential,
    "own_address": _draw_own_address,
}
"""The kinds that have a message of their own, which says the newest of its rows."""
