"""The companies to sort out: the list, and one card after the other."""

from dataclasses import replace
from typing import Any, Literal

from msgspec import UNSET

from bot.commands.change_notices import tell
from bot.commands.change_words import is_replacing, say_step, want
from bot.commands.company_changes import ask_partner, say_change, show_conflict
from bot.commands.inputs import Back, Cursor, OfCompany, read_type
from bot.commands.names import get_meant_company, read_person
from bot.errors import BadRequestError
from bot.language import say
from bot.results.base import Result
from bot.results.companies import UnsortedListed, UnsortedShown
from bot.results.questions import Asked
from bot.turn import Notice, Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import CHANGES_FROM_CARD, EVERYONE, OWN, READS, READS_FROM_CARD, Router
from storage.book import companies
from storage.book.companies import CompanyRow
from storage.book.company_changes import set_company_partner, set_company_type
from storage.errors import StaleError
from storage.lists.filters import Scope
from storage.lists.paging import Page
from storage.record.changes import Change

router = Router()
_ROWS = 10


class SortOut(Input, frozen=True):
    """A place among the companies without type or partner: the firm's, unless the person's own are asked for."""

    cursor: Cursor = ""
    scope: Literal["mine", "firm"] = "firm"
    back: Back | None = None


class SortOne(OfCompany, frozen=True):
    """What was chosen for one company, and the place of the next one."""

    cursor: Cursor = ""
    scope: Literal["mine", "firm"] = "firm"


@router.verb("companies.sort_out", SortOut, READS.but(leads=True), roles=EVERYONE, where=OWN)
async def show_companies_to_sort_out(turn: Turn, given: SortOut) -> Result:
    """Show the companies without type or partner, busiest first."""
    page = await _list(turn, given.scope, given.cursor, _ROWS)
    return UnsortedListed(summary=say(turn.language, "cards.sorting.title"), page=page, scope=given.scope)


@router.verb(
    "companies.sort_next", SortOut, READS_FROM_CARD.but(remembered=True, leads=True), roles=EVERYONE, where=OWN
)
async def show_next(turn: Turn, given: SortOut) -> Result:
    """Show the next company to sort out; after the last one, say so."""
    return await _show_next(turn, given)


async def _show_next(
    turn: Turn,
    given: SortOut | SortOne,
    note: str = "",
    changes: tuple[Change, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> Result:
    is_over = isinstance(given, SortOne) and not given.cursor
    page = None if is_over else await _list(turn, given.scope, given.cursor, 1)
    company = await turn.read(companies.get_company, page.rows[0].id) if page and page.rows else None
    if page is None or company is None:
        return replace(await _say_over(turn, given.scope, note, notices), changes=changes)
    return UnsortedShown(
        summary=note or company.name,
        notices=notices,
        changes=changes,
        company=company,
        next=page.next,
        scope=given.scope,
        note=note,
    )


async def _say_over(turn: Turn, scope: Scope, note: str, notices: tuple[Notice, ...]) -> UnsortedListed:
    page = await _list(turn, scope, "", _ROWS)
    over = ". ".join(filter(None, (note.rstrip("."), say(turn.language, "cards.sorting.over"))))
    return UnsortedListed(summary=over, notices=notices, page=page, scope=scope, note=over)


async def _list(turn: Turn, scope: Scope, cursor: str, limit: int) -> Page[CompanyRow]:
    return await turn.read(companies.list_companies_to_sort_out, scope=scope, cursor=cursor or None, limit=limit)


@router.verb(
    "companies.sort_save", SortOne, CHANGES_FROM_CARD.but(versioned=True, remembered=True), roles=EVERYONE, where=OWN
)
async def save_and_go_on(turn: Turn, given: SortOne) -> Result:
    """Set type or partner of a company, and show the next one."""
    if given.company_id is None:
        raise BadRequestError("bad_input", field="company_id")
    has_person = given.user_id is not UNSET
    if given.type is UNSET and not has_person:
        raise BadRequestError("nothing_chosen")
    person = await read_person(turn, given, lambda _: {}) if has_person else None
    partner_id = None if person is None else person.id
    if has_person and not given.is_confirmed:
        company = await get_meant_company(turn, given.company_id)
        if is_replacing(turn, company.row, partner_id):
            step = want(company, "company.set_partner", "partner_id", partner_id)
            question = ask_partner(turn, company, person, replaced=True)
            again = write_ask(turn.verb, given, is_confirmed=True)
            return Asked(summary=question, details=[await say_step(turn, step)], again=again)
    try:
        changes = await _set(turn, given, given.company_id, partner_id)
    except StaleError as stale:
        again = write_ask(turn.verb, given, version=None, is_confirmed=False, back=None)
        return await show_conflict(turn, stale.present, again, given.back)
    note = " · ".join([await say_change(turn, change) for change in changes if change.is_changed])
    return await _show_next(turn, given, note, changes, tell(turn, changes, is_on_card=True))


async def _set(turn: Turn, given: SortOne, company_id: int, partner_id: int | None) -> tuple[Change, ...]:
    """Make one or two changes of a company; the first raises the version that the second expects."""
    version = given.version
    changes: list[Change] = []
    steps: list[tuple[Any, Any]] = []
    if given.type is not UNSET:
        steps.append((set_company_type, read_type(given.type)))
    if given.user_id is not UNSET:
        steps.append((set_company_partner, partner_id))
    for set_, value in steps:
        change = await turn.write(set_, company_id, value, now=turn.now, source=turn.source, version=version)
        version = None if version is None else version + change.is_changed
        changes.append(change)
    return tuple(changes)
