"""Several addresses that are one person's, and an address that is another person's after all."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

import msgspec

from bot.commands.change_words import say_step
from bot.commands.contact_changes import RenameContact
from bot.commands.contact_changes import rename as rename_contact
from bot.commands.contacts import show_contact
from bot.commands.inputs import Address, ChangeInput, Id, Words, ask_first, tidy
from bot.commands.names import choose
from bot.commands.progress import say_hint
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.results.base import Result
from bot.results.companies import SamePersonAsked
from bot.results.questions import Option, Said, Unclear
from bot.turn import Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import contacts, person_merges
from storage.book.addresses import OtherAddress, find_other_addresses, list_other_addresses
from storage.book.contact_explanation import find_people
from storage.book.contacts import SeenPerson, get_seen_person
from storage.errors import MissingError
from storage.lists.facts import Match
from storage.text.names import fold_name

router = Router()
_ADDRESS: Final = 320
_OPTIONS: Final = 8


class SamePerson(ChangeInput, frozen=True):
    """Two contacts, each by number, address or name; "that" is whom the conversation showed last."""

    this: ClassVar[tuple[str, ...]] = ("contact_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "address", "name"})

    contact_id: Id | None = None
    address: Address = ""
    name: Words = ""
    other_id: Id | None = None
    other: Words = ""
    new_name: Words = ""
    """The name or the address of the second one, in a sentence."""
    is_remembered: bool = False

    @property
    def second(self) -> str:
        """What the second one is called."""
        return tidy(self.other or self.new_name, _ADDRESS)


class Apart(ChangeInput, frozen=True):
    """An address that was said to be somebody's, by the number that it had, itself or the name that it had."""

    this: ClassVar[tuple[str, ...]] = ("contact_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "merged_id", "address", "name"})

    contact_id: Id | None = None
    """The person, of whose addresses the only other one is meant."""
    merged_id: Id | None = None
    address: Address = ""
    name: Words = ""
    new_name: Words = ""
    """Whose address it is not, where that was said too."""
    is_remembered: bool = False


@router.verb("contact.merge", SamePerson, CHANGES, roles=EVERYONE, where=OWN)
async def merge(turn: Turn, given: SamePerson) -> Result:
    """Say that two contacts are one person; what comes together is shown, and asked about first."""
    one = await _find(turn, given, given.contact_id, given.address, given.name)
    if not isinstance(one, SeenPerson):
        return one
    if given.other_id is None and not given.second:
        contact = await turn.read(contacts.get_contact, one.id)
        if contact is None:
            raise NotFoundError
        question = say(turn.language, "person_merges.with", name=_name(one))
        return SamePersonAsked(summary=question, contact=contact, back=given.back)
    other = await _find_second(turn, given, one)
    if not isinstance(other, SeenPerson):
        return other
    if one.id == other.id:
        return Said(summary=say(turn.language, "person_merges.same", name=_name(one)), back=given.back)
    if not given.is_confirmed:
        return await _ask(turn, given, one, other)
    try:
        change = await turn.write(person_merges.merge_contact, one.id, other.id, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError from error
    return await show_contact(turn, change.entity_id, await say_step(turn, change), (change,), given.back)


@router.verb("contact.part", Apart, CHANGES, roles=EVERYONE, where=OWN)
async def part(turn: Turn, given: Apart) -> Result:
    """Say that an address is another person's after all: each is as it was, with what came since."""
    found = await _find_other(turn, given)
    if not isinstance(found, OtherAddress):
        return found
    if (given.is_guess or given.is_remembered) and not given.is_confirmed:
        question = say(turn.language, "person_merges.part_question", address=found.address)
        return ask_first(turn, given, question, {"merged_id": found.id})
    try:
        change = await turn.write(person_merges.part_contact, found.id, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError from error
    return await show_contact(turn, change.entity_id, await say_step(turn, change), (change,), given.back)


def _name(person: SeenPerson) -> str:
    return (person.name or person.address)[:80]


async def _ask(turn: Turn, given: SamePerson, one: SeenPerson, other: SeenPerson) -> Result:
    """Ask whether they are one, with the addresses that come together and who stands for them."""
    loser, winner = one, other
    loser_id, _ = await person_merges.rank(turn.connection, turn.viewer, one.id, other.id)
    if loser_id != one.id:
        loser, winner = other, one
    language = turn.language
    companies = [person.company_name for person in (winner, loser) if person.company_name]
    lines = [say(language, "person_merges.addresses", address=winner.address, other=loser.address)]
    if len(set(companies)) > 1:
        lines.append(say(language, "person_merges.companies", company=companies[0], other=companies[1]))
    lines += [say(language, "person_merges.sums", name=_name(winner)), say(language, "person_merges.for_all")]
    question = say(language, "person_merges.question", one=_name(loser), other=_name(winner))
    return ask_first(turn, given, question, {"contact_id": loser.id, "other_id": winner.id}, *lines)


async def _find(turn: Turn, given: SamePerson, contact_id: int | None, address: str, name: str) -> SeenPerson | Result:
    """Return who is meant, or what asks which of several, or says that there is nobody."""
    address = tidy(address, _ADDRESS)
    if contact_id is None and not address:
        return await _find_called(turn, given, tidy(name), is_second=False)
    person = await turn.read(get_seen_person, contact_id=contact_id, address=address)
    if person is None:
        raise NotFoundError("never_seen" if address else "", name=address[:80])
    return person


async def _find_second(turn: Turn, given: SamePerson, one: SeenPerson) -> SeenPerson | Result:
    """Return who is the same as somebody; where nobody is called so, that is what they are called."""
    if given.other_id is not None:
        return await _find(turn, given, given.other_id, "", "")
    if "@" in given.second:
        return await _find(turn, given, None, given.second, "")
    asked = msgspec.structs.replace(given, contact_id=one.id, address="", name="")
    other = await _find_called(turn, asked, given.second, is_second=True, but=one.id)
    if isinstance(other, Said) and fold_name(given.second) == fold_name(one.name):
        return one
    if isinstance(other, Said) and given.address:
        renaming = RenameContact(contact_id=one.id, new_name=given.second, is_guess=True, back=given.back)
        return await rename_contact(replace(turn, verb="contact.rename"), renaming)
    return other


async def _find_called(
    turn: Turn, given: SamePerson, name: str, *, is_second: bool, but: int | None = None
) -> SeenPerson | Result:
    if not name:
        raise BadRequestError("name_missing")
    matches = await _list_called(turn, name, but)
    match = choose(matches)
    if match is not None:
        return await _find(turn, given, match.id, "", "")
    if not matches:
        sentence = say(turn.language, "names.nobody_called", name=name[:80])
        return Said(summary=sentence, lines=await say_hint(turn, "names.nobody_called_hint"))
    field = "other_id" if is_second else "contact_id"
    cleared = {"other": "", "new_name": ""} if is_second else {"name": "", "address": ""}
    options = [
        Option(one.name, one.detail, write_ask(turn.verb, msgspec.structs.replace(given, **cleared, **{field: one.id})))
        for one in matches[:_OPTIONS]
    ]
    return Unclear(summary=say(turn.language, "names.which", name=name[:80]), options=options)


async def _list_called(turn: Turn, name: str, but: int | None) -> list[Match]:
    """Return the people of a name, contacts before those only seen; whoever is called exactly so is meant."""
    found = [*await turn.read(contacts.find_contacts, name), *await turn.read(find_people, name)]
    several = {match.id: match for match in reversed(found) if match.id != but}
    return list(several.values())[::-1]


async def _find_other(turn: Turn, given: Apart) -> OtherAddress | Result:
    """Return the address that is meant: by its number, itself, the name it had, or as the only one of a person."""
    if given.merged_id is not None:
        return OtherAddress(given.merged_id, "", "", None)
    asked = tidy(given.address or given.name, _ADDRESS)
    found: Sequence[OtherAddress] = await turn.read(find_other_addresses, asked) if asked else ()
    name = asked
    if not found:
        match = choose(await turn.read(contacts.find_contacts, asked)) if asked else None
        person_id = given.contact_id or (match.id if match else None)
        if person_id is None:
            sentence = say(turn.language, "names.nobody_called", name=asked[:80])
            return Said(summary=sentence, lines=await say_hint(turn, "names.nobody_called_hint"))
        found = (await turn.read(list_other_addresses, [person_id])).get(person_id, ())
        name = match.name if match else name
    if len(found) == 1:
        return found[0]
    if not found:
        return Said(summary=say(turn.language, "person_merges.not_merged", name=name[:80]), back=given.back)
    options = [Option(one.address, one.name, {"verb": turn.verb, "merged_id": one.id}) for one in found[:_OPTIONS]]
    return Unclear(summary=say(turn.language, "person_merges.which_part", name=name[:80]), options=options)


async def merge_in_place_of_companies(turn: Turn, name: str, other: str, *, is_guess: bool) -> Result | None:
    """Merge two contacts who are called so where no companies are; None otherwise."""
    for called in (name, other):
        people = await _list_called(turn, called, None)
        if not called or not (choose(people) or any(match.is_exact for match in people)):
            return None
    given = SamePerson(name=name, new_name=other, is_guess=is_guess)
    return await merge(replace(turn, verb="contact.merge"), given)


async def part_in_place_of_company(turn: Turn, name: str, *, is_guess: bool) -> Result | None:
    """Take out the address of somebody who is called so where no company is; None where nobody has several."""
    found: Sequence[OtherAddress] = await turn.read(find_other_addresses, name) if name else ()
    if not found:
        match = choose(await turn.read(contacts.find_contacts, name)) if name else None
        found = (await turn.read(list_other_addresses, [match.id])).get(match.id, ()) if match else ()
    return await part(replace(turn, verb="contact.part"), Apart(name=name, is_guess=is_guess)) if found else None
