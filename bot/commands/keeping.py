"""Keeping a contact or a company to oneself, and sharing it again; by a button, by its name, or as "this"."""

from typing import ClassVar

import msgspec

from bot.commands.companies import show_company
from bot.commands.contacts import show_contact
from bot.commands.inputs import ChangeInput, Id, Words, tidy
from bot.commands.names import choose
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.results.base import Result
from bot.results.questions import Asked, Option, Said, Unclear
from bot.turn import Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import companies, contacts, keeping
from storage.book.keeping import Of
from storage.errors import MissingError
from storage.lists.facts import Match

router = Router()
_OPTIONS = 8


class OfMine(ChangeInput, frozen=True):
    """A contact or a company of one's own, by its number or its name."""

    this: ClassVar[tuple[str, ...]] = ("contact_id", "company_id")
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "company_id", "name"})

    contact_id: Id | None = None
    company_id: Id | None = None
    name: Words = ""
    is_remembered: bool = False
    """It was said of what the conversation showed last: the person is asked first, by its name."""
    or_save: bool = False
    """The words may be about a list as well: it is saved where the conversation showed one last."""
    is_kept: bool = True
    """False shares it again."""


@router.verb("keep", OfMine, CHANGES.but(remembered=False), roles=EVERYONE, where=OWN)
async def keep(turn: Turn, given: OfMine) -> Result:
    """Keep a contact or a company to oneself, or share it again."""
    if given.contact_id is not None and given.company_id is not None:
        raise BadRequestError("bad_input", field="company_id")
    if given.is_remembered:
        return await _ask_about_this(turn, given)
    if given.contact_id is not None:
        return await _keep(turn, given, "contact", given.contact_id)
    if given.company_id is not None:
        return await _keep(turn, given, "company", given.company_id)
    name = tidy(given.name)
    if not name:
        raise BadRequestError("name_missing")
    matches = await turn.read(companies.find_companies, name)
    matches += await turn.read(contacts.find_contacts, name)
    match = choose(matches)
    if match is None:
        return _ask_which(turn, given, name, matches)
    meant = _mean(given, match)
    return await (_ask(turn, meant, match.name) if given.is_guess or not match.is_exact else keep(turn, meant))


async def _ask_about_this(turn: Turn, given: OfMine) -> Result:
    """Name what "this" is, and ask."""
    meant = msgspec.structs.replace(given, is_remembered=False)
    if meant.contact_id is not None:
        contact = await turn.read(contacts.get_contact, meant.contact_id)
        name = (contact.name or contact.address) if contact else ""
    else:
        company = await turn.read(companies.get_company, meant.company_id or 0)
        name = company.name if company else ""
    if not name:
        raise NotFoundError
    return await _ask(turn, meant, name)


async def _ask(turn: Turn, meant: OfMine, name: str) -> Result:
    """Ask about what the person may keep; raises `NotFoundError` for what is the firm's alone."""
    of: Of = "company" if meant.contact_id is None else "contact"
    if not await turn.read(keeping.is_own, of, meant.contact_id or meant.company_id or 0):
        raise NotFoundError("not_yours_to_keep")
    key = "keep_question" if meant.is_kept else "share_again_question"
    question = say(turn.language, f"keeping.{key}", name=name)
    return Asked(summary=question, again=write_ask("keep", meant), back=meant.back)


def _mean(given: OfMine, match: Match) -> OfMine:
    if match.of == "company":
        return OfMine(company_id=match.id, is_kept=given.is_kept, back=given.back)
    return OfMine(contact_id=match.id, is_kept=given.is_kept, back=given.back)


def _ask_which(turn: Turn, given: OfMine, name: str, matches: list[Match]) -> Result:
    if not matches:
        sentence = say(turn.language, "names.nothing_found", name=name[:80])
        return Said(summary=sentence, lines=[say(turn.language, "names.nothing_found_hint")])
    options = [Option(match.name, match.detail, write_ask("keep", _mean(given, match))) for match in matches[:_OPTIONS]]
    return Unclear(summary=say(turn.language, "names.which", name=name[:80]), options=options)


async def _keep(turn: Turn, given: OfMine, of: Of, number: int) -> Result:
    try:
        change = await turn.write(keeping.keep, of, number, is_kept=given.is_kept, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError("not_yours_to_keep") from error
    note = say(turn.language, "keeping.kept" if given.is_kept else "keeping.shared_again")
    if of == "company":
        return await show_company(turn, number, note, given.back, (change,))
    return await show_contact(turn, number, note, (change,), given.back)
