"""What people decide about a company: its type, its partner, its name; and taking a decision back."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.cards.companies import Opened, draw_company
from bot.cards.kit import Json
from bot.cards.phrases import NOBODY, NONE, type_names
from bot.cards.questions import draw_confirmation, draw_conflict
from bot.commands.data import Data, read_back, read_flag, read_number, read_text, read_type
from bot.commands.resolving import Meant, UnclearError, find_companies_named, find_company, read_person
from bot.commands.several import set_many
from bot.commands.telling import tell
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.turn import Ask, Reply, Router, Turn
from storage.book import companies, company_changes
from storage.book.companies import CompanyDetail
from storage.errors import StaleError
from storage.firm import users
from storage.record.audit import list_audit
from storage.record.changes import Change

router = Router()
Set = Callable[..., Awaitable[Change]]


@router.verb("company.set_type", is_writing=True)
async def set_type(turn: Turn) -> Reply:
    """Say what a company is to the firm."""
    if "type" not in turn.ask.data:
        raise BadRequestError("bad_type")
    type_ = read_type(turn.ask.data)
    wanted: Json = {"type": type_ or NONE}
    company = await _find_one_or_several(turn, _asking_again(turn, wanted))
    if isinstance(company, list):
        return await _ask_about_several(turn, company, wanted)
    type_name = type_names(turn.language)[type_]
    if _must_ask(turn, company):
        question = say(turn.language, "commands.set_type_question", company=company.name, type=type_name)
        return confirm(turn, question, company, wanted)
    return await _change(turn, company, company_changes.set_company_type, type_, wanted)


@router.verb("company.set_partner", is_writing=True)
async def set_partner(turn: Turn) -> Reply:
    """Say who is responsible for a company."""
    turn = await _turn_round(turn)
    data = turn.ask.data
    company = await _find_one_or_several(turn, _asking_again(turn, _keep_person(data)))
    if isinstance(company, list):
        ids = company
        person = await read_person(turn, lambda user_id: _of_several(ids, {"user_id": user_id}))
        return await _ask_about_several(turn, ids, {"user_id": NOBODY if person is None else person.id})
    person = await read_person(turn, lambda user_id: _asking_again(turn, {"user_id": user_id})(company.id))
    wanted: Json = {"user_id": NOBODY if person is None else person.id}
    if _must_ask(turn, company, person):
        key = "set_nobody_question" if person is None else "set_partner_question"
        name = "" if person is None else person.name
        question = say(turn.language, f"commands.{key}", company=company.name, person=name)
        return confirm(turn, question, company, wanted)
    partner_id = None if person is None else person.id
    return await _change(turn, company, company_changes.set_company_partner, partner_id, wanted)


@router.verb("company.rename", is_writing=True)
async def rename(turn: Turn) -> Reply:
    """Give a company its name."""
    new_name = read_text(turn.ask.data, "new_name")
    if not new_name:
        raise BadRequestError("name_missing")
    wanted: Json = {"new_name": new_name}
    company = await find_company(turn, _asking_again(turn, wanted))
    if _must_ask(turn, company):
        question = say(turn.language, "commands.rename_question", company=company.name, name=new_name)
        return confirm(turn, question, company, wanted)
    return await _change(turn, company, company_changes.rename_company, new_name, wanted)


async def _find_one_or_several(turn: Turn, make: Callable[[int], Json]) -> Meant | list[int]:
    """Return the company that is meant, or the companies of `Acme and Globex`, where no company is called so."""
    unclear = None
    try:
        company = await find_company(turn, make)
        if company.is_exact:
            return company
    except UnclearError as error:
        unclear = error
    ids = await find_companies_named(turn, read_text(turn.ask.data, "name"))
    if len(ids) > 1:
        return ids
    if unclear is not None:
        raise unclear
    return company


def _of_several(ids: list[int], wanted: Json) -> Json:
    return {"verb": "companies.set_many", "company_ids": ids, **wanted}


async def _ask_about_several(turn: Turn, ids: list[int], wanted: Json) -> Reply:
    """Ask once before several companies are changed."""
    return await set_many(replace(turn, ask=Ask("companies.set_many", _of_several(ids, wanted))))


async def _turn_round(turn: Turn) -> Turn:
    """Take `assign Anne Martin to Acme` the other way round where only that names a company."""
    other, name = turn.ask.data.get("or"), read_text(turn.ask.data, "name")
    if not isinstance(other, dict) or await companies.find_companies(turn.connection, turn.viewer, name):
        return turn
    return replace(turn, ask=replace(turn.ask, data={**turn.ask.data, **other}))


def _keep_person(data: Data) -> Json:
    return {key: data[key] for key in ("user_id", "person") if key in data}


def _asking_again(turn: Turn, wanted: Json) -> Callable[[int], Json]:
    """Return what makes the data of the same change with a company's number."""
    guessed = {"is_guess": True} if turn.ask.data.get("is_guess") else {}
    return lambda company_id: {"verb": turn.ask.verb, "company_id": company_id, **wanted, **guessed}


def _must_ask(turn: Turn, *meant: Meant | None) -> bool:
    """Say whether to ask first: anything that was not said exactly is confirmed before it is written."""
    data = turn.ask.data
    if read_flag(data, "is_confirmed"):
        return False
    return bool(data.get("is_guess")) or any(thing is not None and not thing.is_exact for thing in meant)


def confirm(turn: Turn, question: str, company: Meant, wanted: Json) -> Reply:
    """Ask before a change is made."""
    data = {"verb": turn.ask.verb, "company_id": company.id, "is_confirmed": True, **wanted}
    back = read_back(turn.ask.data)
    yes = say(turn.language, "commands.yes")
    return Reply(draw_confirmation(turn.reader, question, yes, data, back=back), summary=question)


async def _change(turn: Turn, company: Meant, set_: Set, value: Any, wanted: Json) -> Reply:
    """Make the change and show the company with it; what somebody else changed since is shown, not overwritten."""
    version = read_number(turn.ask.data, "version")
    try:
        change = await set_(
            turn.connection, turn.viewer, company.id, value, now=turn.now, source=turn.surface, version=version
        )
    except StaleError as stale:
        return await show_conflict(turn, stale.present, {"verb": turn.ask.verb, "company_id": company.id, **wanted})
    return await show_change(turn, change)


async def show_change(turn: Turn, change: Change) -> Reply:
    """Show a company with what was just changed on it, and the way to undo it."""
    company = await companies.get_company(turn.connection, turn.viewer, change.entity_id)
    if company is None:
        raise NotFoundError
    note = await say_change(turn, change)
    opened = Opened(
        note,
        () if change.audit_id is None else (change.audit_id,),
        read_back(turn.ask.data),
        is_in_public=turn.is_shared,
    )
    card = draw_company(turn.reader, company, opened)
    return Reply(card, notices=tell(turn, (change,)), summary=note, data={"audit_ids": list(opened.audit_ids)})


async def say_change(turn: Turn, change: Change) -> str:
    """Say in a sentence what was changed."""
    after, language = change.after, turn.language
    if not change.is_changed:
        return say(language, "commands.unchanged", company=change.name)
    if change.action == "company.set_type":
        type_ = type_names(language)[read_type(after)]
        return say(language, "commands.type_set", company=change.name, type=type_)
    if change.action == "company.set_partner":
        partner_id = after.get("partner_id")
        if partner_id is None:
            return say(language, "commands.partner_removed", company=change.name)
        names = await users.get_user_names(turn.connection, turn.viewer, [partner_id])
        return say(language, "commands.partner_set", company=change.name, person=names.get(partner_id, ""))
    return say(language, "commands.renamed", name=str(after.get("name", change.name)))


async def show_conflict(turn: Turn, company: CompanyDetail, data: Json) -> Reply:
    """Show who changed the company since the card was drawn, and to what; setting it anyway is another click."""
    language = turn.language
    page = await list_audit(turn.connection, turn.viewer, "company", company.id, limit=1)
    by = page.rows[0].actor_name if page.rows else ""
    key = "changed_since_by" if by else "changed_since"
    sentence = say(language, f"commands.{key}", company=company.name, person=by)
    now_is = say(
        language,
        "commands.now_is",
        name=company.name,
        type=type_names(language)[company.type],
        partner=company.partner_name or say(language, "cards.company.no_partner"),
    )
    back = read_back(turn.ask.data)
    carried = {"version": company.version, "is_confirmed": True} | ({"back": back} if back else {})
    leave = {"verb": "company.open", "company_id": company.id} | ({"back": back} if back else {})
    card = draw_conflict(turn.reader, sentence, now_is, anyway={**data, **carried}, leave=leave)
    return Reply(card, summary=sentence, is_error=True, code=409)
