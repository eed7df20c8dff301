"""What people decide about a company: its type, its partner, its name; and taking a decision back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Concatenate

import msgspec
from msgspec import UNSET

from bot.commands.bulk_changes import set_many
from bot.commands.change_notices import tell
from bot.commands.change_words import Wanted, is_replacing, say_step, want
from bot.commands.colleagues import find_colleague
from bot.commands.contact_changes import RenameContact, rename_in_place_of_company
from bot.commands.contact_changes import rename as rename_contact
from bot.commands.holders import say_not_held
from bot.commands.inputs import Back, ChangeInput, OfCompany, OfSeveral, Words, ask_first, read_type, tidy
from bot.commands.names import (
    AskAgain,
    Meant,
    UnclearError,
    find_companies_named,
    find_given_company,
    get_meant_company,
    must_ask,
    read_person,
)
from bot.commands.next_meeting import get_next_meeting
from bot.commands.private_clients import ClassifyPerson, find_private
from bot.commands.private_clients import classify as classify_person
from bot.commands.view_sharing import take_off_view
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.language.company_types import type_names
from bot.results.base import Result
from bot.results.choices import NOBODY, NONE
from bot.results.companies import CompanyShown
from bot.results.questions import Conflict
from bot.turn import Json, Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES, EVERYONE, GROUP, OWN, Router
from storage.book import companies, company_changes
from storage.book.companies import CompanyDetail
from storage.engine.connection import Connection
from storage.errors import StaleError
from storage.firm.user_search import find_users
from storage.record import changes
from storage.record.audit import list_audit
from storage.viewer import Viewer

router = Router()
Set = Callable[Concatenate[Connection, Viewer, int, ...], Awaitable[changes.Change]]
"""Writes one value of a company."""


class SetType(OfCompany, frozen=True):
    """Say what a company is: `type` is one of the types, or none."""


class SetPartner(OfCompany, frozen=True):
    """Say who is responsible for a company: a colleague's number or name, `me`, or nobody."""

    either_way: OfCompany | None = msgspec.field(default=None, name="or")
    """The names the other way round (`assign Anne to Acme`), for when the first is no company."""
    held_by: Words = ""
    """From whom it is taken (`take Acme off Marc`): nothing is changed where somebody else is the partner."""


class Rename(OfCompany, frozen=True):
    """Give a company its name."""


@router.verb("company.set_type", SetType, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN | GROUP)
async def set_type(turn: Turn, given: SetType) -> Result:
    """Say what a company is to the firm."""
    if given.type is UNSET:
        raise BadRequestError("bad_type")
    type_ = read_type(given.type)
    wanted: Json = {"type": type_ or NONE}
    if (person_id := await find_private(turn, given)) is not None:
        asked = ClassifyPerson(contact_id=person_id, type=wanted["type"], is_guess=given.is_guess, back=given.back)
        return await classify_person(replace(turn, verb="contact.classify"), asked)
    company = await _find_one_or_several(turn, given, _asking_again(turn, given, wanted))
    if isinstance(company, list):
        return await set_many(turn, OfSeveral(company_ids=_ids(company), type=wanted["type"]))
    type_name = type_names(turn.language)[type_]
    if must_ask(given, company):
        question = say(turn.language, "company_changes.set_type_question", company=company.name, type=type_name)
        step = want(company, "company.set_type", "type", type_)
        return await _ask(turn, given, company, step, question=question, wanted=wanted)
    return await _change(turn, given, company, set_=company_changes.set_company_type, value=type_, wanted=wanted)


@router.verb("company.set_partner", SetPartner, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN | GROUP)
async def set_partner(turn: Turn, given: SetPartner) -> Result:
    """Say who is responsible for a company."""
    if given.company_id is not None and given.user_id is UNSET and given.person is UNSET:
        return await _ask_again(turn, given, "user_id", "choose_person")
    taken = await take_off_view(turn, given.name, given.held_by)
    if taken is None:
        given = await _turn_round(turn, given)
        taken = await _set_partner_of_person(turn, given)
    if taken is not None:
        return taken
    kept = {key: part for key, part in (("user_id", given.user_id), ("person", given.person)) if part is not UNSET}
    holder: Json = {"held_by": given.held_by} if given.held_by else {}
    company = await _find_one_or_several(turn, given, _asking_again(turn, given, kept | holder))
    if (otherwise := await say_not_held(turn, given.held_by, company, kept)) is not None:
        return otherwise
    if isinstance(company, list):
        several = OfSeveral(company_ids=_ids(company))
        person = await read_person(turn, given, lambda one: write_ask("companies.set_many", several, user_id=one.id))
        return await set_many(
            turn, OfSeveral(company_ids=_ids(company), user_id=NOBODY if person is None else person.id)
        )
    person = await read_person(turn, given, lambda one: _asking_again(turn, given, {"user_id": one.id})(company))
    wanted: Json = {"user_id": NOBODY if person is None else person.id}
    partner_id = None if person is None else person.id
    replaced = not given.is_confirmed and is_replacing(turn, company.row, partner_id)
    is_so = company.row is not None and company.row.partner_id == partner_id
    if replaced or (not is_so and must_ask(given, company, person)):
        question = ask_partner(turn, company, person, replaced=replaced)
        step = want(company, "company.set_partner", "partner_id", partner_id)
        return await _ask(turn, given, company, step, question=question, wanted=wanted)
    return await _change(
        turn, given, company, set_=company_changes.set_company_partner, value=partner_id, wanted=wanted
    )


async def _set_partner_of_person(turn: Turn, given: SetPartner) -> Result | None:
    """Set who is responsible for a person without a company; None where the name is nobody's of these."""
    person_id = None if given.held_by else await find_private(turn, given)
    if person_id is None:
        return None

    def ask(one: Meant) -> Json:
        return write_ask("contact.classify", ClassifyPerson(contact_id=person_id, user_id=one.id))

    partner = await read_person(turn, given, ask)
    user_id = NOBODY if partner is None else partner.id
    asked = ClassifyPerson(contact_id=person_id, user_id=user_id, is_guess=given.is_guess, back=given.back)
    return await classify_person(replace(turn, verb="contact.classify"), asked)


async def _ask_again(turn: Turn, given: OfCompany, wrong: str, key: str) -> Result:
    """Show the company with its form still open, and under the field what it needs; raises where there is no card."""
    if given.company_id is None or turn.is_shared:
        raise BadRequestError(key)
    company = await turn.read(companies.get_company, given.company_id)
    if company is None:
        raise NotFoundError
    sentence = say(turn.language, f"errors.{key}")
    return CompanyShown(summary=sentence, company=company, back=given.back, wrong=wrong, code=BadRequestError.code)


@router.verb("company.rename", Rename, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN | GROUP)
async def rename(turn: Turn, given: Rename) -> Result:
    """Give a company its name."""
    new_name = tidy(given.new_name)
    if not new_name:
        return await _ask_again(turn, given, "new_name", "name_missing")
    wanted: Json = {"new_name": new_name}
    if of_contact := await rename_in_place_of_company(turn, given, is_guess=True):
        return of_contact
    company = await find_given_company(turn, given, _asking_again(turn, given, wanted))
    if company.row is not None and company.row.person_id is not None:  # a private client is called as the contact is
        named = RenameContact(contact_id=company.row.person_id, new_name=new_name, is_guess=True, back=given.back)
        return await rename_contact(replace(turn, verb="contact.rename"), named)
    if must_ask(given, company):
        question = say(turn.language, "company_changes.rename_question", company=company.name, name=new_name)
        step = want(company, "company.rename", "name", new_name)
        return await _ask(turn, given, company, step, question=question, wanted=wanted)
    return await _change(turn, given, company, set_=company_changes.rename_company, value=new_name, wanted=wanted)


async def _find_one_or_several(turn: Turn, given: OfCompany, again: AskAgain) -> Meant | list[Meant]:
    """Return the company that is meant, or the companies of `Acme and Globex`, where no company is called so."""
    if given.company_id is not None:
        return await get_meant_company(turn, given.company_id)
    unclear = None
    try:
        company = await find_given_company(turn, given, again)
        if company.is_exact:
            return company
    except UnclearError as error:
        unclear = error
    several = await find_companies_named(turn, tidy(given.name))
    if len(several) > 1:
        return several
    if unclear is not None:
        raise unclear
    return company


def _ids(several: list[Meant]) -> tuple[int, ...]:
    return tuple(company.id for company in several)


async def _turn_round(turn: Turn, given: SetPartner) -> SetPartner:
    """Take `assign Anne Martin to Acme` the other way round where that names a company rather."""
    other = given.either_way
    if other is None:
        return given
    here, there = [await turn.read(companies.find_companies, tidy(name)) for name in (given.name, other.name)]
    if not there or (any(match.is_exact for match in here) and not await _is_taken_from(turn, given.name, other.name)):
        return given
    if here and not any(match.is_exact for match in there) and not await find_colleague(turn, tidy(given.name), []):
        return given
    holder = given.name if given.held_by else ""
    return SetPartner(name=other.name, person=other.person, held_by=holder, is_guess=given.is_guess, back=given.back)


async def _is_taken_from(turn: Turn, person: str, company: str) -> bool:
    """Say whether `take Marc off Globex` can be about the company Globex alone, even where a company is called Marc."""
    is_person, is_also = [await turn.read(find_users, tidy(name)) for name in (person, company)]
    return bool(is_person) and not is_also


def _asking_again(turn: Turn, given: OfCompany, wanted: Json) -> AskAgain:
    """Return what makes the data of the same change of the company that is meant."""
    guessed = {"is_guess": True} if given.is_guess else {}
    return lambda company: {
        "verb": turn.verb,
        "company_id": company.id,
        "version": company.version,
        **wanted,
        **guessed,
    }


def ask_partner(turn: Turn, company: Meant, person: Meant | None, *, replaced: bool) -> str:
    """Give the question before a partner is set; whoever is replaced is named."""
    key = "set" if not replaced else "replace"
    key = f"{key}_nobody_question" if person is None else f"{key}_partner_question"
    old = company.row.partner_name if company.row else ""
    name = "" if person is None else person.name
    return say(turn.language, f"company_changes.{key}", company=company.name, person=name, old=old or "")


async def _ask(turn: Turn, given: ChangeInput, company: Meant, step: Wanted, *, question: str, wanted: Json) -> Result:
    """Ask before a company is changed, and say what it is from and to."""
    of_company = {"company_id": company.id, "version": company.version, **wanted}
    return ask_first(turn, given, question, of_company, await say_step(turn, step))


async def _change(turn: Turn, given: OfCompany, company: Meant, *, set_: Set, value: Any, wanted: Json) -> Result:
    """Make the change and show the company with it; what somebody else changed since is shown, not overwritten."""
    try:
        change = await turn.write(set_, company.id, value, now=turn.now, source=turn.source, version=given.version)
    except StaleError as stale:
        again = {"verb": turn.verb, "company_id": company.id, **wanted}
        return await show_conflict(turn, stale.present, again, given.back)
    shown = await show_change(turn, change, given.back, is_on_card=given.version is not None)
    asks_partner = given.asks_next and shown.company.partner_id is None
    return replace(shown, asks_partner=True) if asks_partner else shown


async def show_change(
    turn: Turn,
    change: changes.Change,
    back: Back | None,
    *,
    is_on_card: bool = False,
    note: str = "",
    is_undo: bool = False,
) -> CompanyShown:
    """Show a company with what was just changed on it (`note`), and the way to undo it; `is_undo`: it was an undo."""
    company = await turn.read(companies.get_company, change.entity_id)
    if company is None:
        raise NotFoundError
    note = note or await say_change(turn, change)
    notices = tell(turn, (change,), is_on_card=is_on_card, is_undo=is_undo)
    meeting = await get_next_meeting(turn, company_id=company.id)
    return CompanyShown(
        summary=note,
        notices=notices,
        changes=(change,),
        company=company,
        meeting=meeting,
        note=note,
        back=back,
    )


async def say_change(turn: Turn, change: changes.Change) -> str:
    """Say what was changed, from what to what."""
    if not change.is_changed:
        return say(turn.language, "company_changes.unchanged", company=change.name)
    return await say_step(turn, change)


async def show_conflict(turn: Turn, company: CompanyDetail, again: Json, back: Back | None) -> Result:
    """Show who changed the company since the card was drawn, and to what; setting it anyway is another click."""
    language = turn.language
    page = await turn.read(list_audit, "company", company.id, limit=1)
    by = page.rows[0].actor_name if page.rows else ""
    key = "changed_since_by" if by else "changed_since"
    sentence = say(language, f"company_changes.{key}", company=company.name, person=by)
    carried = {"version": company.version, "is_confirmed": True} | ({"back": back} if back else {})
    leave = {"verb": "company.open", "company_id": company.id} | ({"back": back} if back else {})
    return Conflict(summary=sentence, company=company, anyway={**again, **carried}, leave=leave)
