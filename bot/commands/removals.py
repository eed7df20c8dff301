"""Who is no contact: of one's own, or of anybody's since it is no person; by a button, by a name, or as "that"."""

from typing import ClassVar, Final

import msgspec

from bot.commands.change_words import say_step
from bot.commands.inputs import Address, ChangeInput, Id, Words, ask_first, tidy
from bot.commands.names import ask_which_of_all, choose
from bot.commands.progress import say_hint
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.results.base import Result
from bot.results.questions import Done, Said
from bot.turn import Turn
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import removals
from storage.book.contact_explanation import find_people
from storage.book.contacts import SeenPerson, get_seen_person
from storage.errors import MissingError
from storage.history.removals import NO_PERSON
from storage.record.changes import Change

router = Router()
_ADDRESS: Final = 320
_KIND: Final = CHANGES.but(remembered=False)


class OfSomebody(ChangeInput, frozen=True):
    """Somebody by number, address or name; "that" is whom the conversation showed last."""

    this: ClassVar[tuple[str, ...]] = ("contact_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"contact_id", "address", "name"})

    contact_id: Id | None = None
    address: Address = ""
    name: Words = ""
    is_remembered: bool = False
    """It was said of what the conversation showed last: the person is asked first, by its name."""


@router.verb("contact.take_off", OfSomebody, _KIND, roles=EVERYONE, where=OWN)
async def take_off(turn: Turn, given: OfSomebody) -> Result:
    """Take somebody off the asker's own contacts; the firm keeps them."""
    return await _decide_own(turn, given, is_off=True)


@router.verb("contact.put_back", OfSomebody, _KIND, roles=EVERYONE, where=OWN)
async def put_back(turn: Turn, given: OfSomebody) -> Result:
    """Put somebody back among the asker's own contacts, whom they took off."""
    return await _decide_own(turn, given, is_off=False)


@router.verb("contact.no_person", OfSomebody, _KIND, roles=EVERYONE, where=OWN)
async def say_no_person(turn: Turn, given: OfSomebody) -> Result:
    """Say that somebody is no person, and so nobody's contact in the whole firm; asked first."""
    person = await _find_person(turn, given)
    if not isinstance(person, SeenPerson):
        return person
    if person.removal == NO_PERSON:
        return Said(summary=say(turn.language, "removals.is_so", name=_name(person)), back=given.back)
    if not given.is_confirmed:
        count = await turn.read(removals.count_knowers, person.id)
        known = [say(turn.language, "removals.known_by", count=count)] if count else []
        meaning = say(turn.language, "removals.no_person_line")
        question = say(turn.language, "removals.no_person_question", name=_name(person))
        return ask_first(turn, given, question, {"contact_id": person.id}, *known, meaning)
    return await _say_is_person(turn, given, person, is_person=False)


@router.verb("contact.is_person", OfSomebody, _KIND, roles=EVERYONE, where=OWN)
async def say_is_person(turn: Turn, given: OfSomebody) -> Result:
    """Say that somebody is a person after all: mails and meetings decide again whether they are a contact."""
    person = await _find_person(turn, given)
    if not isinstance(person, SeenPerson):
        return person
    if person.removal != NO_PERSON:
        return Said(summary=say(turn.language, "removals.is_so", name=_name(person)), back=given.back)
    if _must_ask(given):
        question = say(turn.language, "removals.person_question", name=_name(person))
        return ask_first(turn, given, question, {"contact_id": person.id})
    return await _say_is_person(turn, given, person, is_person=True)


async def put_back_for_good(turn: Turn, person: SeenPerson) -> tuple[Change, ...]:
    """Take back whatever was said against somebody, for they are to be a contact of the asker's."""
    now, source, made = turn.now, turn.source, []
    if person.removal == NO_PERSON:
        made.append(await turn.write(removals.say_is_person, person.id, is_person=True, now=now, source=source))
    if await turn.read(removals.is_own, person.id):
        made.append(await turn.write(removals.take_off, person.id, is_off=False, now=now, source=source))
    return tuple(change for change in made if change.is_changed)


def _must_ask(given: OfSomebody) -> bool:
    return (given.is_guess or given.is_remembered) and not given.is_confirmed


def _name(person: SeenPerson) -> str:
    return (person.name or person.address)[:80]


async def _decide_own(turn: Turn, given: OfSomebody, *, is_off: bool) -> Result:
    """Take a contact of the asker's off, or put one back; nobody else's are found."""
    person = await _find_person(turn, given)
    if not isinstance(person, SeenPerson):
        return person
    name, language = _name(person), turn.language
    if not await turn.read(removals.is_own, person.id):
        raise NotFoundError("not_your_contact", name=name)
    lines = [say(language, "removals.take_off_line")] if is_off else []
    if _must_ask(given):
        key = "removals.take_off_question" if is_off else "removals.put_back_question"
        return ask_first(turn, given, say(language, key, name=name), {"contact_id": person.id}, *lines)
    try:
        change = await turn.write(removals.take_off, person.id, is_off=is_off, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError("not_your_contact", name=name) from error
    return await _show(turn, given, change, lines)


async def _say_is_person(turn: Turn, given: OfSomebody, person: SeenPerson, *, is_person: bool) -> Result:
    change = await turn.write(removals.say_is_person, person.id, is_person=is_person, now=turn.now, source=turn.source)
    lines = [] if is_person else [say(turn.language, "removals.no_person_line")]
    return await _show(turn, given, change, lines)


async def _show(turn: Turn, given: OfSomebody, change: Change, lines: list[str]) -> Result:
    """Say what was decided, and what it means; or that it was so already."""
    if not change.is_changed:
        return Said(summary=say(turn.language, "removals.is_so", name=change.name), back=given.back)
    return Done(summary=await say_step(turn, change), changes=(change,), lines=lines, back=given.back)


async def _find_person(turn: Turn, given: OfSomebody) -> SeenPerson | Result:
    """Return who is meant, or what asks which of several, or says that there is nobody."""
    address = tidy(given.address, _ADDRESS)
    if given.contact_id is None and not address:
        return await _find_called(turn, given)
    person = await turn.read(get_seen_person, contact_id=given.contact_id, address=address)
    if person is None:
        raise NotFoundError("never_seen" if address else "", name=address[:80])
    return person


async def _find_called(turn: Turn, given: OfSomebody) -> SeenPerson | Result:
    name = tidy(given.name)
    if not name:
        raise BadRequestError("name_missing")
    matches = await turn.read(find_people, name)
    match = choose(matches)
    if match is not None and match.is_exact:
        return await _find_person(turn, msgspec.structs.replace(given, contact_id=match.id))
    if matches:
        return ask_which_of_all(turn, name, matches, turn.verb)
    sentence = say(turn.language, "names.nobody_called", name=name[:80])
    return Said(summary=sentence, lines=await say_hint(turn, "names.nobody_called_hint"))
