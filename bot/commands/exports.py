"""A list as a file: offered first, made when it is accepted, and written down in the audit."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from bot.cards.files import draw_delivered, draw_offer
from bot.cards.lists import say_title, shorten
from bot.cards.phrases import type_names
from bot.commands.lists import read_listing
from bot.commands.sheets import TYPES, Sheet, write_sheet
from bot.errors import BadRequestError
from bot.language import say
from bot.language.formats import zone
from bot.turn import Ask, File, Record, Reply, Router, Turn
from storage.book import companies, contacts
from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.filters import Filter, to_json
from storage.text.names import fold

router = Router()
Format = Literal["csv", "xlsx"]
PAGE = 500
_FIRST_ROW, _EACH_ROW = 6_000, 60
"""Bytes of a file, roughly; Teams wants an estimate before the file is made."""
_COMPANY_COLUMNS = ("name", "type", "partner", "domain", "contacts", "exchanges", "first", "last")
_CONTACT_COLUMNS = ("name", "address", "company", "exchanges", "first", "last")


@router.verb("export")
async def offer_file(turn: Turn) -> Reply:
    """Offer a list as a file; nothing is made yet."""
    format_ = _read_format(turn)
    turn = await _read_view_name(turn)
    listing = await read_listing(turn)
    first = await _read_page(turn, listing.filter, None)
    count = len(first.rows) * (1 if first.next is None else 4)
    title = say_title(turn.reader, listing)
    ask = Ask("export.deliver", {"filter": dict(shorten(listing.filter)), "format": format_, "title": title[:80]})
    file = File(_name(turn, title, format_), TYPES[format_], _FIRST_ROW + _EACH_ROW * count, ask)
    return Reply(draw_offer(turn.reader, file, listing.words), file=file, summary=file.name)


@router.verb("export.deliver")
async def deliver_file(turn: Turn) -> Reply:
    """Make the file, with what this reader may see now; the desk writes down the filter and the number of rows."""
    format_ = _read_format(turn)
    listing = await read_listing(turn)
    title = turn.ask.data.get("title")
    name = _name(turn, title if isinstance(title, str) else say_title(turn.reader, listing), format_)
    is_of_companies = listing.filter.of == "companies"
    columns = _COMPANY_COLUMNS if is_of_companies else _CONTACT_COLUMNS
    sheet = Sheet(tuple(say(turn.language, f"commands.column.{column}") for column in columns))
    async for row in _read_all(turn, listing.filter):
        sheet.rows.append(_company_cells(turn, row) if isinstance(row, CompanyRow) else _contact_cells(turn, row))
    content = await asyncio.to_thread(write_sheet, sheet, format_)
    file = File(name, TYPES[format_], len(content), turn.ask, content)
    record = Record(
        "export", listing.filter.of, {"filter": to_json(listing.filter), "format": format_, "rows": len(sheet.rows)}
    )
    card = draw_delivered(turn.reader, name, len(sheet.rows))
    return Reply(card, file=file, summary=name, record=record)


def _read_format(turn: Turn) -> Format:
    format_ = turn.ask.data.get("format", "xlsx")
    if format_ not in tuple(TYPES):
        raise BadRequestError
    return "csv" if format_ == "csv" else "xlsx"


async def _read_view_name(turn: Turn) -> Turn:
    """Return the turn with a view's name where a list looks for one; raises `BadRequestError` for no list at all."""
    data = turn.ask.data
    if "filter" not in data and not data.get("view_id") and not data.get("name"):
        raise BadRequestError("which_list")
    return replace(turn, ask=Ask("export", {**data, "text": data.get("name") or data.get("text", "")}))


async def _read_page(turn: Turn, filter_: Filter, cursor: str | None) -> Any:
    read: Any = companies.list_companies if filter_.of == "companies" else contacts.list_contacts
    return await read(turn.connection, turn.viewer, filter_, now=turn.now, cursor=cursor, limit=PAGE)


async def _read_all(turn: Turn, filter_: Filter) -> AsyncIterator[CompanyRow | ContactRow]:
    """Give every row of a list, page by page, letting others speak in between."""
    cursor: str | None = None
    while True:
        page = await _read_page(turn, filter_, cursor)
        for row in page.rows:
            yield row
        cursor = page.next
        if cursor is None:
            return
        await asyncio.sleep(0)


def _company_cells(turn: Turn, row: CompanyRow) -> tuple[Any, ...]:
    return (
        row.name,
        type_names(turn.language)[row.type],
        row.partner_name or "",
        row.domain,
        row.contact_count,
        row.interaction_count,
        _day(turn, row.first_at),
        _day(turn, row.last_at),
    )


def _contact_cells(turn: Turn, row: ContactRow) -> tuple[Any, ...]:
    first, last = _day(turn, row.first_at), _day(turn, row.last_at)
    return row.name, row.address, row.company_name or "", row.interaction_count, first, last


def _day(turn: Turn, at: int) -> datetime | None:
    """Return the day of a time where the reader is, as a spreadsheet knows days: without a time zone."""
    return datetime.fromtimestamp(at, zone(turn.timezone)).replace(tzinfo=None) if at > 0 else None


def _name(turn: Turn, title: str, format_: Format) -> str:
    """Return the file's name: the list's, in letters that every file system takes, and the day."""
    plain = fold(title)[:60].strip() or "carnet"
    today = datetime.fromtimestamp(turn.now, zone(turn.timezone)).date()
    return f"{plain} {today.isoformat()}.{format_}"
