"""Showing one thing: a company, a contact, a saved view; by its name, or by the number on a card."""

from collections.abc import Sequence
from typing import Any

from bot.commands import lists
from bot.commands.inputs import Address, Back, Id, OfView, Strings, Words, tidy
from bot.commands.resolving import choose
from bot.commands.views import open_view
from bot.errors import BadRequestError, NotFoundError, PersonalError
from bot.language import say
from bot.results.base import Result
from bot.results.companies import CompanyShared, CompanyShown, ContactShown, Explained
from bot.results.questions import Option, Said, Unclear
from bot.turn import Turn
from bot.verbs import EVERYONE, EXTENSION, GROUP, OUTSIDERS, OWN, Input, Router
from storage.book import companies, contacts
from storage.book.contacts import SeenPerson
from storage.book.explaining import explain_address, find_people
from storage.errors import MissingError
from storage.firm import users
from storage.lists.facts import Match
from storage.record.changes import Change
from storage.text.names import words
from storage.views import views

router = Router()
_OPTIONS = 8
_ADDRESS = 320


class Show(Input, frozen=True):
    """A name of anything, as it was typed."""

    name: Words = ""
    or_name: Words = ""
    """A part of it that may be the name: `Contact Hans Mueller`."""
    otherwise: dict[str, Any] | None = None
    """The list that the words may be, if nothing has that name."""
    suggestions: Strings = ()
    """The nearest sentences, where a bare name may as well be a sentence that was not understood."""


class OpenCompany(Input, frozen=True):
    """A company by its number."""

    company_id: Id
    back: Back | None = None


class ShowShared(Input, frozen=True):
    """A company that somebody put into a conversation."""

    company_id: Id
    name: Words = ""
    """Its name when it was put there: what a stranger reads."""


class OpenContact(Input, frozen=True):
    """A contact by its number."""

    contact_id: Id
    back: Back | None = None


class OfPerson(Input, frozen=True):
    """Somebody who wrote in, by number or address."""

    contact_id: Id | None = None
    address: Address = ""
    name: Words = ""
    back: Back | None = None


@router.verb(
    "show",
    Show,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
    versioned=False,
    remembered=True,
    said=True,
    leads=True,
)
async def show(turn: Turn, given: Show) -> Result:
    """Show what has this name; what only resembles it is said, several are asked about, nothing says what to try."""
    name = tidy(given.name)
    if not name:
        raise BadRequestError("name_missing")
    matches = await _find(turn, name)
    if not matches and (short := tidy(given.or_name)):
        name, matches = short, await _find(turn, short)
    match = choose(matches)
    exact = [match for match in matches if match.is_exact]
    if not exact and given.otherwise:
        return await _show_otherwise(turn, given.otherwise)
    if not exact and (colleague := await _find_colleague(turn, name, matches)):
        return _show_colleague(turn, colleague)
    if match is not None:
        note = "" if match.is_exact else say(turn.language, "commands.instead", name=name[:80], found=match.name)
        return await _open(turn, match, note)
    if matches:
        return _ask_which(turn, name, exact or matches)
    return _say_nothing_found(turn, name, given.suggestions)


async def _find(turn: Turn, name: str) -> list[Match]:
    """Find views, companies and contacts by a name; in public no views, which are somebody's own."""
    found = [] if turn.is_shared else await views.find_views(turn.connection, turn.viewer, name)
    named = await companies.find_companies(turn.connection, turn.viewer, name)
    people = await contacts.find_contacts(turn.connection, turn.viewer, name)
    # `hexagone` is the company; that everyone's address there begins with it makes nobody meant.
    return found + named + [person for person in people if not named or _has_name(person, name)]


def _has_name(match: Match, name: str) -> bool:
    """Say whether something was found by its name or its whole address, not by a part of the address."""
    own = words(match.name)
    return match.how != "prefix" or all(any(word.startswith(asked) for word in own) for asked in words(name))


async def _show_otherwise(turn: Turn, otherwise: dict[str, Any]) -> Result:
    listed = lists.read_list(otherwise)
    if turn.is_shared and listed.is_personal:
        raise PersonalError
    return await lists.show_list(turn, listed)


async def _open(turn: Turn, match: Match, note: str) -> Result:
    if match.of == "view":
        return await open_view(turn, OfView(view_id=match.id))
    if match.of == "company":
        return await show_company(turn, match.id, note)
    return await show_contact(turn, match.id, note)


def _ask_which(turn: Turn, name: str, matches: list[Match], verb: str = "") -> Result:
    question = say(turn.language, "commands.which", name=name[:80])
    options = [
        Option(match.name, match.detail, {"verb": verb or f"{match.of}.open", f"{match.of}_id": match.id})
        for match in matches[:_OPTIONS]
    ]
    return Unclear(summary=question, options=options)


async def _find_colleague(turn: Turn, name: str, matches: list[Match]) -> str:
    """Return the colleague of that name, where nothing outside the firm is nearer to it than a typing error."""
    if any(match.how != "typo" for match in matches):
        return ""
    person = choose(await users.find_users(turn.connection, turn.viewer, name))
    return "" if person is None or (matches and person.how == "typo") else person.name


def _show_colleague(turn: Turn, name: str) -> Result:
    """Say that somebody is of the firm, and what can be asked about them."""
    sentence = say(turn.language, "commands.colleague", name=name)
    tries = [say(turn.language, f"commands.colleague_try_{number}", name=f'"{name}"') for number in (1, 2, 3)]
    return Said(summary=sentence, suggestions=tries)


def _say_nothing_found(turn: Turn, name: str, suggestions: Sequence[str]) -> Result:
    sentence = say(turn.language, "commands.nothing_found", name=name[:80])
    hint = say(turn.language, "commands.nothing_found_hint")
    tries = list(suggestions) or [say(turn.language, f"cards.hello.try_{number}") for number in (1, 2, 3)]
    return Said(summary=sentence, lines=[hint], suggestions=tries)


@router.verb(
    "company.open",
    OpenCompany,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
    versioned=False,
    remembered=False,
    said=False,
    leads=True,
)
async def open_company(turn: Turn, given: OpenCompany) -> Result:
    """Show one company."""
    return await show_company(turn, given.company_id, back=given.back)


async def show_company(turn: Turn, company_id: int, note: str = "", back: Back | None = None) -> Result:
    """Show one company; raises `NotFoundError` where the viewer sees none."""
    company = await companies.get_company(turn.connection, turn.viewer, company_id)
    if company is None:
        raise NotFoundError
    return CompanyShown(summary=company.name, company=company, note=note, back=back)


@router.verb(
    "company.shared",
    ShowShared,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | OUTSIDERS | EXTENSION,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
)
async def show_shared_company(turn: Turn, given: ShowShared) -> Result:
    """Show a company that somebody put into a conversation to one of its readers, who is of the firm."""
    company = await companies.get_company(turn.connection, turn.viewer, given.company_id)
    if company is None:
        raise NotFoundError
    return CompanyShared(summary=company.name, company=company)


@router.verb(
    "contact.open",
    OpenContact,
    writes=False,
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
    versioned=False,
    remembered=False,
    said=False,
    leads=True,
)
async def open_contact(turn: Turn, given: OpenContact) -> Result:
    """Show one contact."""
    return await show_contact(turn, given.contact_id, back=given.back)


async def show_contact(
    turn: Turn, contact_id: int, note: str = "", audit_ids: tuple[int, ...] = (), back: Back | None = None
) -> Result:
    """Show one contact; raises `NotFoundError` where the viewer sees none."""
    contact = await contacts.get_contact(turn.connection, turn.viewer, contact_id)
    if contact is None:
        raise NotFoundError
    name = contact.name or contact.address
    return ContactShown(summary=name, audit_ids=audit_ids, contact=contact, note=note, back=back)


@router.verb(
    "contact.explain",
    OfPerson,
    writes=False,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=False,
    said=True,
    leads=True,
)
async def explain_contact(turn: Turn, given: OfPerson) -> Result:
    """Say why somebody is a contact, or why not; by number, by address or by name."""
    address = tidy(given.address, _ADDRESS)
    if given.contact_id is None and not address and given.name:
        return await _explain_called(turn, given)
    person = await _get_seen_person(turn, given.contact_id, address)
    if person is not None:
        return Explained(summary=person.name or person.address, person=person, back=given.back)
    if not address:
        raise NotFoundError
    sentence = say(turn.language, "cards.contact.is_no_contact", name=address[:80])
    reason = await explain_address(turn.connection, turn.viewer, address)
    line = say(turn.language, f"cards.reason.{reason or 'unknown'}")
    return Said(summary=sentence, lines=[line], back=given.back)


async def _explain_called(turn: Turn, given: OfPerson) -> Result:
    """Explain the one of that name; ask which of several is meant, or say that nobody is called so."""
    name = tidy(given.name)
    matches = await find_people(turn.connection, turn.viewer, name)
    match = choose(matches or await contacts.find_contacts(turn.connection, turn.viewer, name))
    if match is not None:
        return await explain_contact(turn, OfPerson(contact_id=match.id, back=given.back))
    if matches:
        return _ask_which(turn, name, matches, "contact.explain")
    if colleague := await _find_colleague(turn, name, []):
        return _show_colleague(turn, colleague)
    sentence = say(turn.language, "commands.nobody_called", name=name[:80])
    return Said(summary=sentence, lines=[say(turn.language, "commands.nobody_called_hint")])


async def _add_called(turn: Turn, given: OfPerson) -> Result:
    """Add the one of that name; ask which of several is meant, or for the address of who was never seen."""
    name = tidy(given.name)
    matches = await find_people(turn.connection, turn.viewer, name)
    match = choose(matches)
    if match is not None and match.is_exact:
        return await add_contact(turn, OfPerson(contact_id=match.id))
    if matches:
        return _ask_which(turn, name, matches, "contact.add")
    return Said(summary=say(turn.language, "errors.which_address"))


async def _get_seen_person(turn: Turn, contact_id: int | None, address: str) -> SeenPerson | None:
    if contact_id is None and not address:
        raise BadRequestError("which_address")
    return await contacts.get_seen_person(turn.connection, turn.viewer, contact_id=contact_id, address=address)


@router.verb(
    "contact.add",
    OfPerson,
    writes=True,
    roles=EVERYONE,
    where=OWN,
    versioned=False,
    remembered=True,
    said=True,
    leads=False,
)
async def add_contact(turn: Turn, given: OfPerson) -> Result:
    """Make somebody who only wrote in a contact."""
    address = tidy(given.address, _ADDRESS)
    if given.contact_id is None and not address:
        return await _add_called(turn, given)
    try:
        change: Change = await contacts.add_contact(
            turn.connection,
            turn.viewer,
            contact_id=given.contact_id,
            address=address,
            now=turn.now,
            source=turn.surface,
        )
    except MissingError as error:
        raise NotFoundError("never_seen" if address else "", name=address[:80]) from error
    note = say(turn.language, "commands.contact_added", name=change.name or address)
    audit_ids = () if change.audit_id is None else (change.audit_id,)
    return await show_contact(turn, change.entity_id, note, audit_ids, given.back)
