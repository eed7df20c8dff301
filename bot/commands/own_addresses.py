"""A user's own second addresses: "that is me", and "that is not me"."""

from typing import ClassVar

from bot.commands.inputs import Address, Back, Id, Words, tidy
from bot.commands.names import ask_which_of_all, choose
from bot.errors import NotFoundError
from bot.language import say
from bot.results.base import Result
from bot.results.companies import OwnAddressShown
from bot.results.questions import Asked, Said
from bot.turn import Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import contacts
from storage.book.contact_explanation import explain_address, find_people
from storage.history.own_addresses import get_owner, set_own_address
from storage.text.addresses import parse_address
from storage.text.name_evidence import is_persons

router = Router()
_ADDRESS = 320


class OfAddress(Input, frozen=True):
    """An address outside the firm: that of a contact, by number or by name, or any."""

    this: ClassVar[tuple[str, ...]] = ("contact_id", "address")
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "address", "name"})

    contact_id: Id | None = None
    address: Address = ""
    name: Words = ""
    is_remembered: bool = False
    """It was said of what the conversation showed last: the person is asked first where that is somebody's card."""
    is_guess: bool = False
    """The sentence only resembles the command: the person is asked first."""
    is_confirmed: bool = False
    back: Back | None = None


@router.verb("contact.is_me", OfAddress, CHANGES, roles=EVERYONE, where=OWN)
async def say_is_me(turn: Turn, given: OfAddress) -> Result:
    """Take an address for the asker's own second one: it is no contact of theirs."""
    return await _say(turn, given, is_own=True)


@router.verb("contact.is_not_me", OfAddress, CHANGES, roles=EVERYONE, where=OWN)
async def say_is_not_me(turn: Turn, given: OfAddress) -> Result:
    """Take an address for somebody else's, whatever name is on it."""
    return await _say(turn, given, is_own=False)


async def _say(turn: Turn, given: OfAddress, *, is_own: bool) -> Result:
    if given.name and given.contact_id is None and not given.address:
        return await _say_called(turn, given, is_own=is_own)
    address = await _find_address(turn, given, is_own=is_own)
    if not address:
        return Said(summary=say(turn.language, "own_addresses.which_own"))
    reason = await turn.read(explain_address, address)
    if reason == "internal":
        return Said(summary=say(turn.language, "own_addresses.inside_anyway", address=address[:80]))
    language, key = turn.language, "is_me" if is_own else "is_not_me"
    is_of_card = given.is_remembered and given.contact_id is not None
    if (is_of_card or given.is_guess) and not given.is_confirmed:
        person = {"contact_id": given.contact_id} if given.contact_id is not None else {"address": address}
        again = write_ask(turn.verb, OfAddress(**person, is_confirmed=True, back=given.back))
        return Asked(summary=say(language, f"own_addresses.{key}_question", address=address[:80]), again=again)
    await turn.write(set_own_address, address, is_own=is_own)
    summary = say(language, f"own_addresses.{key}", address=address[:80])
    return OwnAddressShown(
        summary=summary,
        address=address,
        is_own=is_own,
        line=say(language, f"own_addresses.{key}_line"),
        back=given.back,
        contact_id=given.contact_id,
    )


async def _say_called(turn: Turn, given: OfAddress, *, is_own: bool) -> Result:
    """Answer for the person of that exact name; ask which of several, or for the address if there is none."""
    name = tidy(given.name)
    matches = await turn.read(find_people, name)
    match = choose(matches)
    if match is not None and match.is_exact:
        return await _say(turn, OfAddress(contact_id=match.id, is_guess=given.is_guess, back=given.back), is_own=is_own)
    if matches:
        return ask_which_of_all(turn, name, matches, turn.verb)
    owner = await get_owner(turn.connection, turn.viewer.tenant_id, turn.viewer.user_id)
    theirs = [one for one in owner.own | owner.told if is_persons(name, one.partition("@")[0])]
    if len(theirs) == 1:  # it is no contact any more
        return await _say(turn, OfAddress(address=theirs[0], is_guess=given.is_guess, back=given.back), is_own=is_own)
    sentence = say(turn.language, "names.nobody_called", name=name[:80])
    return Said(summary=sentence, lines=[say(turn.language, "own_addresses.which_own")])


async def _find_address(turn: Turn, given: OfAddress, *, is_own: bool) -> str:
    """Give the address that is spoken of, empty where none is; without one, the only one that they were told of."""
    if given.contact_id is not None:
        person = await turn.read(contacts.get_seen_person, contact_id=given.contact_id)
        if person is None:
            raise NotFoundError
        return person.address
    if raw := tidy(given.address, _ADDRESS):
        return parse_address(raw).address
    owner = await get_owner(turn.connection, turn.viewer.tenant_id, turn.viewer.user_id)
    spoken_of = owner.told or (frozenset() if is_own else owner.own)
    return next(iter(spoken_of)) if len(spoken_of) == 1 else ""
