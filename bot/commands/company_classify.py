"""Two changes of one company in one sentence: what it is, and who is responsible for it."""

from dataclasses import replace

from msgspec import UNSET

from bot.commands.bulk_changes import set_many
from bot.commands.inputs import OfCompany, OfSeveral
from bot.commands.names import Meant, find_given_company, read_person
from bot.commands.private_clients import ClassifyPerson, find_private
from bot.commands.private_clients import classify as classify_person
from bot.results.base import Result
from bot.results.choices import NOBODY
from bot.turn import Json, Turn
from bot.verb_inputs import write_ask
from bot.verbs import EVERYONE, GROUP, OWN, READS, Router

router = Router()


@router.verb("company.classify", OfCompany, READS, roles=EVERYONE, where=OWN | GROUP)
async def classify(turn: Turn, given: OfCompany) -> Result:
    """Ask once whether a company is to get a type and a partner: "Acme is a client, with me as partner"."""

    def mean_company(meant: Meant) -> Json:
        return write_ask("company.classify", given, company_id=meant.id, name="")

    def mean_person(meant: Meant) -> Json:
        return write_ask("company.classify", given, user_id=meant.id, person=UNSET)

    person_id = await find_private(turn, given)
    company = await find_given_company(turn, given, mean_company) if person_id is None else None
    person = await read_person(turn, given, mean_person)
    type_ = UNSET if given.type is UNSET else given.type or "none"
    user_id = NOBODY if person is None else person.id
    if company is None:
        asked = ClassifyPerson(contact_id=person_id, type=type_, user_id=user_id, is_guess=True, back=given.back)
        return await classify_person(replace(turn, verb="contact.classify"), asked)
    return await set_many(turn, OfSeveral(company_ids=(company.id,), type=type_, user_id=user_id))
