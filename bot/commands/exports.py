"""A list as a file: offered first, made when it is accepted, and written down in the audit."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import UNSET

from bot.commands.inputs import Words
from bot.commands.listings import ShowList, read_listing, read_page
from bot.commands.lists import OfList
from bot.commands.sheets import TYPES, Sheet, open_sheet
from bot.errors import BadRequestError
from bot.language import say
from bot.language.company_types import type_names
from bot.language.formats import has_semicolons, zone
from bot.results.list_state import shorten
from bot.results.lists import FileMade, FileOffered
from bot.results.titles import say_title
from bot.turn import Ask, File, Record, Turn
from bot.verbs import EVERYONE, OWN, READS, READS_FROM_CARD, Router
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
_CONTACT_COLUMNS = ("name", "address", "other_addresses", "company", "exchanges", "first", "last")


class Export(OfList, frozen=True):
    """A list, or the name of a view, and the kind of file."""

    given_by: ClassVar[frozenset[str]] = frozenset({"filter", "name"})
    name: Words = ""
    format: Format = "xlsx"


class Deliver(ShowList, frozen=True):
    """The list of an offer that was accepted."""

    format: Format = "xlsx"
    title: Words = ""


@router.verb("export", Export, READS, roles=EVERYONE, where=OWN)
async def offer_file(turn: Turn, given: Export) -> FileOffered:
    """Offer a list as a file; nothing is made yet."""
    if given.filter is UNSET and given.view_id is None and not given.name:
        raise BadRequestError("which_list")
    format_ = given.format
    listing = await read_listing(turn, msgspec.structs.replace(given, text=given.name or given.text))
    first = await read_page(turn, listing.filter, None, PAGE)
    count = len(first.rows) * (1 if first.next is None else 4)
    title = say_title(turn.language, listing)
    ask = Ask("export.deliver", {"filter": dict(shorten(listing.filter)), "format": format_, "title": title[:80]})
    file = File(_name(turn, title, format_), TYPES[format_], _FIRST_ROW + _EACH_ROW * count, ask)
    return FileOffered(summary=file.name, file=file, words=listing.words)


@router.verb("export.deliver", Deliver, READS_FROM_CARD.but(queued=True), roles=EVERYONE, where=OWN)
async def deliver_file(turn: Turn, given: Deliver) -> FileMade:
    """Make the file, with what this reader may see now; the audit keeps the filter and the number of rows."""
    format_ = given.format
    listing = await read_listing(turn, given)
    name = _name(turn, given.title or say_title(turn.language, listing), format_)
    is_of_companies = listing.filter.of == "companies"
    columns = _COMPANY_COLUMNS if is_of_companies else _CONTACT_COLUMNS
    names = tuple(say(turn.language, f"exports.column.{column}") for column in columns)
    content, count = await _write_file(turn, listing.filter, names, format_)
    file = File(name, TYPES[format_], len(content), Ask(turn.verb), content)
    record = Record("export", listing.filter.of, {"filter": to_json(listing.filter), "format": format_, "rows": count})
    return FileMade(summary=name, record=record, file=file, row_count=count)


async def _write_file(turn: Turn, filter_: Filter, columns: Sequence[str], format_: Format) -> tuple[bytes, int]:
    """Return the file and how many rows it has; each page goes into it beside the loop."""
    sheet = await asyncio.to_thread(
        open_sheet, columns, format_, has_semicolons=has_semicolons(turn.locale, turn.language)
    )
    count, cursor = 0, None
    while True:
        page = await read_page(turn, filter_, cursor, PAGE)
        await asyncio.to_thread(_write_page, sheet, turn, page.rows)
        count, cursor = count + len(page.rows), page.next
        if cursor is None:
            return await asyncio.to_thread(sheet.finish), count


def _write_page(sheet: Sheet, turn: Turn, rows: Sequence[CompanyRow | ContactRow]) -> None:
    sheet.write(_company_cells(turn, row) if isinstance(row, CompanyRow) else _contact_cells(turn, row) for row in rows)


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
    others = " ".join(row.others)
    return row.name, row.address, others, row.company_name or "", row.interaction_count, first, last


def _day(turn: Turn, at: int) -> datetime | None:
    """Return the day of a time where the reader is, as a spreadsheet knows days: without a time zone."""
    return datetime.fromtimestamp(at, zone(turn.timezone)).replace(tzinfo=None) if at > 0 else None


def _name(turn: Turn, title: str, format_: Format) -> str:
    """Return the file's name: the list's, in letters that every file system takes, and the day."""
    plain = fold(title)[:60].strip() or "carnet"
    today = datetime.fromtimestamp(turn.now, zone(turn.timezone)).date()
    return f"{plain} {today.isoformat()}.{format_}"
