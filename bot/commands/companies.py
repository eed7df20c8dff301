"""One company, shown."""

from dataclasses import replace

from bot.commands.inputs import Back, Id, Words
from bot.commands.next_meeting import get_next_meeting
from bot.errors import NotFoundError
from bot.results.base import Result
from bot.results.companies import CompanyShared, CompanyShown
from bot.turn import Turn
from bot.verb_inputs import Input
from bot.verbs import EVERYONE, EXTENSION, GROUP, OUTSIDERS, OWN, READS_FROM_CARD, Router
from storage.book import companies
from storage.record.changes import Change

router = Router()


class OpenCompany(Input, frozen=True):
    """A company by its number."""

    company_id: Id
    back: Back | None = None


class ShowShared(Input, frozen=True):
    """A company that somebody put into a conversation."""

    company_id: Id
    name: Words = ""
    """Its name when it was put there: what a stranger reads."""


@router.verb(
    "company.open",
    OpenCompany,
    READS_FROM_CARD.but(remembered=True, leads=True),
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
)
async def open_company(turn: Turn, given: OpenCompany) -> Result:
    """Show one company."""
    return await show_company(turn, given.company_id, back=given.back)


async def show_company(
    turn: Turn, company_id: int, note: str = "", back: Back | None = None, changes: tuple[Change, ...] = ()
) -> Result:
    """Show one company; raises `NotFoundError` where the viewer sees none."""
    company = await turn.read(companies.get_company, company_id)
    if company is None:
        raise NotFoundError
    meeting = await get_next_meeting(turn, company_id=company_id)
    return CompanyShown(summary=company.name, company=company, meeting=meeting, note=note, back=back, changes=changes)


@router.verb("company.shared", ShowShared, READS_FROM_CARD, roles=EVERYONE, where=OWN | GROUP | OUTSIDERS | EXTENSION)
async def show_shared_company(turn: Turn, given: ShowShared) -> Result:
    """Show a company that somebody put into a conversation to one of its readers, who is of the firm."""
    company = await turn.read(companies.get_company, given.company_id)
    if company is None:
        raise NotFoundError
    return CompanyShared(summary=company.name, company=replace(company, contacts=()))
