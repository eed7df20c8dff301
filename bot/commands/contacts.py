"""One contact: shown, explained, added."""

from dataclasses import replace
from typing import ClassVar

from bot.commands.colleagues import find_colleague, show_colleague
from bot.commands.companies import show_company
from bot.commands.inputs import Address, Back, Id, Words, tidy
from bot.commands.names import ask_which_of_all, choose, drop_title
from bot.commands.next_meeting import get_next_meeting
from bot.commands.progress import say_hint
from bot.commands.removals import put_back_for_good
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.results.base import Result
from bot.results.companies import ContactShown, Explained, NoContact, OwnAddressShown
from bot.results.questions import Said
from bot.turn import Turn
from bot.verb_inputs import Input
from bot.verbs import CHANGES, EVERYONE, EXTENSION, GROUP, OWN, READS, READS_FROM_CARD, Router
from storage.book import companies, contacts
from storage.book.contact_explanation import explain_address, find_people
from storage.book.contact_names import rename_contact
from storage.book.contacts import SeenPerson
from storage.errors import MissingError
from storage.firm import user_search
from storage.history.own_addresses import is_own_address
from storage.record.changes import Change
from storage.text.addresses import parse_address
from storage.text.displayed_names import clean_name, derive_name
from storage.text.names import is_same_name

router = Router()


_ADDRESS = 320


class OpenContact(Input, frozen=True):
    """A contact by its number."""

    contact_id: Id
    back: Back | None = None


class OfPerson(Input, frozen=True):
    """Somebody who wrote in, by number or address; "this" is whom the card showed last."""

    this: ClassVar[tuple[str, ...]] = ("contact_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "address", "name"})
    is_of_latest: ClassVar[bool] = True

    contact_id: Id | None = None
    address: Address = ""
    name: Words = ""
    back: Back | None = None


class NewContact(OfPerson, frozen=True):
    """Somebody who wrote in, and what they are called."""

    called: Words = ""
    """What was said beside the address: `Jane Roe <jane@example.com>`."""


@router.verb(
    "contact.open",
    OpenContact,
    READS_FROM_CARD.but(remembered=True, leads=True),
    roles=EVERYONE,
    where=OWN | GROUP | EXTENSION,
)
async def open_contact(turn: Turn, given: OpenContact) -> Result:
    """Show one contact."""
    return await show_contact(turn, given.contact_id, back=given.back)


async def show_contact(
    turn: Turn, contact_id: int, note: str = "", changes: tuple[Change, ...] = (), back: Back | None = None
) -> Result:
    """Show one contact; raises `NotFoundError` where the viewer sees none."""
    contact = await turn.read(contacts.get_contact, contact_id)
    if contact is None:
        raise NotFoundError
    name = contact.name or contact.address
    meeting = await get_next_meeting(turn, contact_id=contact_id)
    return ContactShown(summary=name, changes=changes, contact=contact, meeting=meeting, note=note, back=back)


@router.verb("contact.explain", OfPerson, READS.but(remembered=True, leads=True), roles=EVERYONE, where=OWN)
async def explain_contact(turn: Turn, given: OfPerson) -> Result:
    """Say why somebody is a contact, or why not; by number, by address or by name."""
    address = tidy(given.address, _ADDRESS)
    if given.contact_id is None and not address and given.name:
        return await _explain_called(turn, given)
    person = await _get_seen_person(turn, given.contact_id, address)
    own = await _find_own(turn, given, person.address if person else address)
    if own is not None:
        return own
    if person is not None:
        return Explained(summary=person.name or person.address, person=person, back=given.back)
    if not address:
        raise NotFoundError
    sentence = say(turn.language, "cards.contact.is_no_contact", name=address[:80])
    reason = await turn.read(explain_address, address)
    return NoContact(summary=sentence, address=address, reason=reason or "", back=given.back)


async def _find_own(turn: Turn, given: OfPerson, address: str) -> Result | None:
    """Say of an address that it is taken for the asker's own, where it is."""
    normal = parse_address(address).address
    if not normal or not await turn.read(is_own_address, normal):
        return None
    line = say(turn.language, "cards.reason.own_address")
    summary = say(turn.language, "own_addresses.is_me", address=normal[:80])
    return OwnAddressShown(summary=summary, address=normal, is_own=True, line=line, back=given.back)


async def _explain_called(turn: Turn, given: OfPerson) -> Result:
    """Explain the one of that name, or show what else is called so; ask which of several is meant."""
    name = tidy(given.name)
    matches = await turn.read(find_people, name)
    if not matches and (bare := drop_title(name)) != name:
        matches = await turn.read(find_people, bare)
    matches = matches or await turn.read(contacts.find_contacts, name)
    match = choose(matches)
    if match is None or not match.is_exact:
        company = choose([found for found in await turn.read(companies.find_companies, name) if found.is_exact])
        if company is not None:
            return await show_company(turn, company.id)
        if colleague := await _find_exact_colleague(turn, name) or await find_colleague(turn, name, matches):
            return show_colleague(turn, colleague)
    if match is not None:
        explained = await explain_contact(turn, OfPerson(contact_id=match.id, back=given.back))
        if match.how != "typo" or not isinstance(explained, Explained):
            return explained
        return replace(explained, note=say(turn.language, "show.instead", name=name[:80], found=match.name))
    if matches:
        return ask_which_of_all(turn, name, matches, "contact.explain")
    sentence = say(turn.language, "names.nobody_called", name=name[:80])
    return Said(summary=sentence, lines=await say_hint(turn, "names.nobody_called_hint"))


async def _find_exact_colleague(turn: Turn, name: str) -> str:
    """Return the colleague of that very name."""
    exact = [found for found in await turn.read(user_search.find_users, name) if found.is_exact]
    return exact[0].name if len(exact) == 1 else ""


async def _add_called(turn: Turn, given: NewContact) -> Result:
    """Add the person of that name; ask which if there are several, or for the address if there is none."""
    name = tidy(given.name)
    matches = await turn.read(find_people, name)
    match = choose(matches)
    if match is not None and match.is_exact:
        return await add_contact(turn, NewContact(contact_id=match.id))
    if matches:
        return ask_which_of_all(turn, name, matches, "contact.add")
    return Said(summary=say(turn.language, "errors.which_address"))


async def _get_seen_person(turn: Turn, contact_id: int | None, address: str) -> SeenPerson | None:
    if contact_id is None and not address:
        raise BadRequestError("which_address")
    return await turn.read(contacts.get_seen_person, contact_id=contact_id, address=address)


@router.verb("contact.add", NewContact, CHANGES, roles=EVERYONE, where=OWN)
async def add_contact(turn: Turn, given: NewContact) -> Result:
    """Make somebody who only wrote in a contact."""
    address = tidy(given.address, _ADDRESS)
    if given.contact_id is None and not address:
        return await _add_called(turn, given)
    person = await _get_seen_person(turn, given.contact_id, address)
    if person is not None and person.removal:
        back_again = await put_back_for_good(turn, person)
        note = say(turn.language, "contacts.added", name=person.name or person.address)
        if await turn.read(contacts.get_contact, person.id) is not None:
            return await show_contact(turn, person.id, note, back_again, given.back)
    try:
        change: Change = await turn.write(
            contacts.add_contact,
            contact_id=given.contact_id,
            address=address,
            now=turn.now,
            source=turn.source,
        )
    except MissingError as error:
        raise NotFoundError("never_seen" if address else "", name=address[:80]) from error
    renamed, line = await _name_as_said(turn, given, change.entity_id)
    name = renamed[0].name if renamed else change.name or address
    note = " ".join(filter(None, (say(turn.language, "contacts.added", name=name), line)))
    return await show_contact(turn, change.entity_id, note, (change, *renamed), given.back)


async def _name_as_said(turn: Turn, given: NewContact, contact_id: int) -> tuple[tuple[Change, ...], str]:
    """Give somebody whom mail names by no full name the one that was said with the address; else say what stays."""
    person = await turn.read(contacts.get_seen_person, contact_id=contact_id)
    said = tidy(given.called)
    if person is None or not said:
        return (), ""
    address = parse_address(person.address)
    name, quality = clean_name(said, address.local, address.domain)
    if not quality or is_same_name(name, person.name):
        return (), ""
    if " " in person.name and person.name != derive_name(address.local):
        return (), say(turn.language, "contacts.keeps_name", name=person.name[:80], said=name[:80])
    change = await turn.write(rename_contact, contact_id, name, now=turn.now, source=turn.source)
    return (change,), ""
