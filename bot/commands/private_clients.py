"""A person without a company as a client: what they are to the firm, and who is responsible for them."""

from typing import Any

from msgspec import UNSET, UnsetType

from bot.commands.change_notices import tell
from bot.commands.change_words import say_steps
from bot.commands.inputs import ChangeInput, Id, OfCompany, Person, TypeName, Words, ask_first, read_type, tidy
from bot.commands.names import choose, read_person
from bot.commands.next_meeting import get_next_meeting
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.language.company_types import type_names
from bot.results.base import Result
from bot.results.choices import NOBODY, NONE
from bot.results.companies import CompanyShown
from bot.turn import Json, Turn
from bot.verbs import CHANGES_FROM_CARD, EVERYONE, OWN, Router
from storage.book import companies, contacts
from storage.book.private_clients import PrivatePerson, classify_person, get_private_person
from storage.errors import MissingError

router = Router()


class ClassifyPerson(ChangeInput, frozen=True):
    """What a person without a company is to the firm, who is responsible for them, or both."""

    contact_id: Id | None = None
    type: TypeName | UnsetType | None = UNSET
    user_id: Person | UnsetType = UNSET
    new_name: Words = ""
    """The drawer of a card gives what else stands in it."""


@router.verb("contact.classify", ClassifyPerson, CHANGES_FROM_CARD.but(remembered=True), roles=EVERYONE, where=OWN)
async def classify(turn: Turn, given: ClassifyPerson) -> Result:
    """Say what a person without a company is to the firm; asked first where the firm sees them by it alone."""
    person = await turn.read(get_private_person, given.contact_id or 0)
    if person is None:
        raise NotFoundError
    if given.type is UNSET and given.user_id is UNSET:
        raise BadRequestError("bad_type")
    values = await _read_values(turn, given)
    if (person.is_alone or given.is_guess) and not given.is_confirmed:
        return await _ask(turn, given, person, values)
    try:
        made = await turn.write(classify_person, person.id, values=values, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError from error
    changes = tuple(change for change in made if change.is_changed)
    company = await turn.read(companies.get_company, made[-1].entity_id)
    if company is None:
        raise NotFoundError
    note = " ".join(await say_steps(turn, changes or made))
    notices = tell(turn, tuple(change for change in changes if change.of == "company"))
    meeting = await get_next_meeting(turn, company_id=company.id)
    return CompanyShown(
        summary=note,
        notices=notices,
        changes=changes,
        company=company,
        meeting=meeting,
        note=note,
        back=given.back,
        asks_partner=values.get("type") is not None and company.partner_id is None,
    )


async def _read_values(turn: Turn, given: ClassifyPerson) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.type is not UNSET:
        values["type"] = read_type(given.type)
    if given.user_id is not UNSET:
        who = await read_person(turn, OfCompany(user_id=given.user_id), lambda _: {})
        values["partner_id"] = None if who is None else who.id
    return values


async def _ask(turn: Turn, given: ClassifyPerson, person: PrivatePerson, values: dict[str, Any]) -> Result:
    """Ask before the firm sees somebody whom the asker has had to themselves."""
    language, name = turn.language, (person.name or person.address)[:80]
    wanted: Json = {"contact_id": person.id}
    if "type" in values:
        wanted["type"] = values["type"] or NONE
    if "partner_id" in values:
        wanted["user_id"] = values["partner_id"] or NOBODY
    key = "type_question" if "type" in values else "partner_question"
    type_name = type_names(language)[values.get("type")]
    question = say(language, f"private_clients.{key}", name=name, type=type_name)
    lines = [say(language, "private_clients.is_shared", name=name)] if person.is_alone else []
    lines.append(say(language, "private_clients.in_lists"))
    return ask_first(turn, given, question, wanted, *lines)


async def find_private(turn: Turn, given: OfCompany) -> int | None:
    """Return the person without a company who is called so, where no company is; None for anything else."""
    name = tidy(given.name)
    if given.company_id is not None or not name or turn.is_shared:
        return None
    if any(match.is_exact for match in await turn.read(companies.find_companies, name)):
        return None
    match = choose(await turn.read(contacts.find_contacts, name))
    if match is None or not match.is_exact:
        return None
    person = await turn.read(get_private_person, match.id)
    return None if person is None else person.id
