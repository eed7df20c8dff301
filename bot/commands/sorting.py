"""The companies to sort out: the list, and one card after the other."""

from typing import Any

from bot.cards.kit import Json
from bot.cards.sorting import draw_companies_to_sort_out, draw_next
from bot.commands.companies import say_change, show_conflict
from bot.commands.data import read_cursor, read_id, read_number, read_type
from bot.commands.resolving import read_person
from bot.commands.telling import tell
from bot.errors import BadRequestError
from bot.language import say
from bot.turn import Notice, Reply, Router, Turn
from storage.book import companies
from storage.book.companies import CompanyRow
from storage.book.company_changes import set_company_partner, set_company_type
from storage.errors import StaleError
from storage.lists.filters import Scope
from storage.lists.paging import Page
from storage.record.changes import Change

router = Router()
_ROWS = 10


@router.verb("companies.sort_out")
async def show_companies_to_sort_out(turn: Turn) -> Reply:
    """Show the companies without type or partner, busiest first."""
    page = await _list(turn, read_cursor(turn.ask.data), _ROWS)
    card = draw_companies_to_sort_out(turn.reader, page, read_scope(turn))
    data = {"next": page.next, "previous": page.previous, "row_count": len(page.rows)}
    return Reply(card, summary=say(turn.language, "cards.sorting.title"), data=data)


@router.verb("companies.sort_next")
async def show_next(
    turn: Turn, note: str = "", audit_ids: tuple[int, ...] = (), notices: tuple[Notice, ...] = ()
) -> Reply:
    """Show the next company to sort out; after the last one, say so."""
    cursor = read_cursor(turn.ask.data)
    is_over = turn.ask.verb == "companies.sort_save" and cursor is None
    page = None
    if not is_over:
        page = await _list(turn, cursor, 1)
    company = await companies.get_company(turn.connection, turn.viewer, page.rows[0].id) if page and page.rows else None
    if page is None or company is None:
        return await _say_over(turn, note, notices)
    card = draw_next(turn.reader, company, page.next, read_scope(turn), note=note, audit_ids=audit_ids)
    data = {"audit_ids": list(audit_ids)} if audit_ids else {}
    return Reply(card, notices=notices, summary=note or company.name, data=data)


async def _say_over(turn: Turn, note: str, notices: tuple[Notice, ...]) -> Reply:
    page = await _list(turn, None, _ROWS)
    over = " ".join((note, say(turn.language, "cards.sorting.over"))).strip()
    card = draw_companies_to_sort_out(turn.reader, page, read_scope(turn), over)
    return Reply(card, notices=notices, summary=over)


async def _list(turn: Turn, cursor: str | None, limit: int) -> Page[CompanyRow]:
    return await companies.list_companies_to_sort_out(
        turn.connection, turn.viewer, scope=read_scope(turn), cursor=cursor, limit=limit
    )


def read_scope(turn: Turn) -> Scope:
    """Return whose companies are sorted out: the firm's, unless the person's own are asked for."""
    return "mine" if turn.ask.data.get("scope") == "mine" else "firm"


@router.verb("companies.sort_save", is_writing=True)
async def save_and_go_on(turn: Turn) -> Reply:
    """Set type or partner of a company, and show the next one."""
    data = turn.ask.data
    company_id = read_id(data, "company_id")
    chosen = {key: data[key] for key in ("type", "user_id") if data.get(key)}
    if not chosen:
        raise BadRequestError("nothing_chosen")
    person = await read_person(turn, lambda _: {}) if "user_id" in chosen else None
    try:
        changes = await _set(turn, company_id, chosen, None if person is None else person.id)
    except StaleError as stale:
        place = {"cursor": read_cursor(data), "scope": read_scope(turn)}
        again = {"verb": turn.ask.verb, "company_id": company_id, **place, **chosen}
        return await show_conflict(turn, stale.present, again)
    note = " ".join([await say_change(turn, change) for change in changes if change.is_changed])
    audit_ids = tuple(change.audit_id for change in changes if change.audit_id is not None)
    return await show_next(turn, note, audit_ids, tell(turn, changes))


async def _set(turn: Turn, company_id: int, chosen: Json, partner_id: int | None) -> tuple[Change, ...]:
    """Make one or two changes of a company; the first raises the version that the second expects."""
    version = read_number(turn.ask.data, "version")
    changes: list[Change] = []
    steps: list[tuple[Any, Any]] = []
    if "type" in chosen:
        steps.append((set_company_type, read_type(turn.ask.data)))
    if "user_id" in chosen:
        steps.append((set_company_partner, partner_id))
    for set_, value in steps:
        change = await set_(
            turn.connection, turn.viewer, company_id, value, now=turn.now, source=turn.surface, version=version
        )
        version = None if version is None else version + change.is_changed
        changes.append(change)
    return tuple(changes)
