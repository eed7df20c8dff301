"""What people put right about a contact: the name."""

from dataclasses import replace
from typing import ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from bot.commands.change_words import say_step
from bot.commands.contacts import show_contact
from bot.commands.inputs import ChangeInput, Id, OfCompany, TypeName, Words, ask_first, tidy
from bot.commands.names import choose, must_ask
from bot.commands.progress import say_hint
from bot.errors import BadRequestError
from bot.language import say
from bot.results.base import Result
from bot.results.questions import Option, Said, Unclear
from bot.turn import Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import companies, contacts
from storage.book.contact_names import rename_contact
from storage.book.private_clients import list_private
from storage.lists.facts import Match

router = Router()
_OPTIONS = 8


class RenameContact(ChangeInput, frozen=True):
    """A contact, by number or name, and its right name; a card says which name it showed (`was`)."""

    state: ClassVar[str] = "was"
    this: ClassVar[tuple[str, ...]] = ("contact_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "name"})
    contact_id: Id | None = None
    name: Words = ""
    new_name: Words = ""
    type: TypeName | UnsetType | None = UNSET
    """The drawer of a card gives what else stands in it."""
    was: Words | None = None
    is_remembered: bool = False
    """It was said of the contact that the conversation showed last: the person is asked first, by its name."""

    @property
    def lacks_version(self) -> bool:
        """Say whether a click leaves out the name that the card showed; a guess is asked about first."""
        return self.was is None and (self.is_confirmed or not self.is_guess)


@router.verb("contact.rename", RenameContact, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN)
async def rename(turn: Turn, given: RenameContact) -> Result:
    """Give a contact its right name, which no later mail changes."""
    new_name = tidy(given.new_name)
    if not new_name:
        raise BadRequestError("name_missing")
    if given.contact_id is None:
        return await _rename_called(turn, given)
    contact = await turn.read(contacts.get_contact, given.contact_id)
    if contact is not None and (given.is_remembered or must_ask(given)):
        name = contact.name or contact.address
        question = say(turn.language, "contact_changes.rename_question", name=name, new=new_name)
        wanted = {"contact_id": contact.id, "was": contact.name, "new_name": new_name}
        return ask_first(turn, given, question, wanted)
    change = await turn.write(
        rename_contact, given.contact_id, new_name, now=turn.now, source=turn.source, was=given.was
    )
    note = await say_step(turn, change) if change.is_changed else say(turn.language, "contact_changes.same_name")
    return await show_contact(turn, change.entity_id, note, (change,), given.back)


async def rename_in_place_of_company(turn: Turn, given: OfCompany, *, is_guess: bool) -> Result | None:
    """Rename the contact who is called so where no company is; None otherwise."""
    name = tidy(given.name)
    if given.company_id is not None or not name:
        return None
    found = [await turn.read(companies.find_companies, name), await turn.read(contacts.find_contacts, name)]
    private = await turn.read(list_private, [match.id for match in found[0]])
    is_company = any(match.is_exact for match in found[0] if match.id not in private)
    is_contact = any(match.is_exact for match in found[1])
    if is_company or not is_contact:
        return None
    asked = RenameContact(name=name, new_name=given.new_name, is_guess=is_guess, back=given.back)
    return await rename(replace(turn, verb="contact.rename"), asked)


async def _rename_called(turn: Turn, given: RenameContact) -> Result:
    """Rename the contact of that name; ask which of several, and before one that is only nearly called so."""
    name = tidy(given.name)
    if not name:
        raise BadRequestError("name_missing")
    matches = await turn.read(contacts.find_contacts, name)
    match = choose(matches)
    if match is not None:
        is_guess = given.is_guess or not match.is_exact
        return await rename(turn, _mean(given, match, is_guess=is_guess))
    if not matches:
        sentence = say(turn.language, "names.nobody_called", name=name[:80])
        return Said(summary=sentence, lines=await say_hint(turn, "names.nobody_called_hint"))
    options = [Option(one.name, one.detail, write_ask(turn.verb, _ask_of(given, one))) for one in matches[:_OPTIONS]]
    return Unclear(summary=say(turn.language, "names.which", name=name[:80]), options=options)


def _mean(given: RenameContact, match: Match, *, is_guess: bool) -> RenameContact:
    return msgspec.structs.replace(given, contact_id=match.id, name="", is_guess=is_guess, is_remembered=False)


def _ask_of(given: RenameContact, match: Match) -> RenameContact:
    """Return what asks the same of one of several; the person chose it, and is asked once more with its name."""
    return msgspec.structs.replace(given, contact_id=match.id, name="", is_guess=True)
