"""Two companies that are one, and one that is two after all; asked first, with what comes together."""

from collections.abc import Sequence
from typing import Any

from bot.commands.company_changes import show_change, show_conflict
from bot.commands.inputs import Id, OfCompany, Version, Words, ask_first, tidy
from bot.commands.names import Meant, UnclearError, find_company, find_given_company, get_meant_company
from bot.commands.person_merges import merge_in_place_of_companies, part_in_place_of_company
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.language.company_types import type_names
from bot.results.base import Result
from bot.results.companies import MergeAsked
from bot.results.questions import Option, Said, Unclear
from bot.turn import Json, Turn
from bot.verbs import CHANGES, EVERYONE, OWN, Router
from storage.book import companies, contacts, merged_companies, merges
from storage.book.companies import CompanyDetail
from storage.book.merged_companies import MergedCompany
from storage.book.private_clients import list_private
from storage.errors import MissingError, StaleError

router = Router()
_OPTIONS = 8


class Merge(OfCompany, frozen=True):
    """Two companies, by their numbers or their names; a card carries the state of both."""

    other: Words = ""
    """The name of the second one."""
    into_id: Id | None = None
    into_version: Version | None = None
    is_into: bool = False
    """The second one stays; else the one of which more was decided."""


class Part(OfCompany, frozen=True):
    """A company that was merged into another, by its number or its name."""

    state = ""

    merged_id: Id | None = None


@router.verb("company.merge", Merge, CHANGES.but(versioned=True), roles=EVERYONE, where=OWN)
async def merge(turn: Turn, given: Merge) -> Result:
    """Say that two companies are one; what comes together is shown, and asked about first."""
    if given.company_id is not None and not (given.into_id or tidy(given.other) or tidy(given.new_name)):
        return await _ask_other(turn, given)
    if of_people := await _merge_people(turn, given, is_exact=True):
        return of_people
    try:
        one, other = await _find_both(turn, given)
    except UnclearError:
        of_people = await _merge_people(turn, given, is_exact=False)
        if of_people is None:
            raise
        return of_people
    if one.id == other.id:
        return Said(summary=say(turn.language, "merges.same", name=one.name), back=given.back)
    if given.is_confirmed:
        return await _merge(turn, given, one, other)
    loser, winner = [await _read(turn, company) for company in (one, other)]
    if not given.is_into and _rank(loser) > _rank(winner):
        loser, winner = winner, loser
    question = say(turn.language, "merges.question", one=loser.name, other=winner.name)
    wanted: Json = {"company_id": loser.id, "version": loser.version, "into_id": winner.id}
    wanted |= {"into_version": winner.version, "is_into": True}
    return ask_first(turn, given, question, wanted, *_say_together(turn, loser, winner))


@router.verb("company.part", Part, CHANGES, roles=EVERYONE, where=OWN)
async def part(turn: Turn, given: Part) -> Result:
    """Say that a company is not one with another after all: each is as it was, with what came since."""
    found = await _find_merged(turn, given)
    if not isinstance(found, MergedCompany):
        return found
    if given.is_guess and not given.is_confirmed:
        question = say(turn.language, "merges.part_question", name=found.name)
        return ask_first(turn, given, question, {"merged_id": found.id})
    try:
        change = await turn.write(merges.part_company, found.id, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError from error
    return await show_change(turn, change, given.back)


async def _merge_people(turn: Turn, given: Merge, *, is_exact: bool) -> Result | None:
    """Merge two contacts who are called so, where no companies are; `is_exact`: by their very names."""
    names = tidy(given.name), tidy(given.other or given.new_name)
    if given.company_id is not None or given.into_id is not None or not all(names):
        return None
    if is_exact:
        for name in names:
            there = [await turn.read(companies.find_companies, name), await turn.read(contacts.find_contacts, name)]
            private = await turn.read(list_private, [match.id for match in there[0]])
            is_company = any(match.is_exact for match in there[0] if match.id not in private)
            is_contact = any(match.is_exact for match in there[1])
            if is_company or not is_contact:
                return None
    return await merge_in_place_of_companies(turn, *names, is_guess=given.is_guess)


async def _ask_other(turn: Turn, given: Merge) -> Result:
    """Ask with which company it is one."""
    company = await _read(turn, await get_meant_company(turn, given.company_id or 0))
    return MergeAsked(summary=say(turn.language, "merges.with", name=company.name), company=company, back=given.back)


async def _find_both(turn: Turn, given: Merge) -> tuple[Meant, Meant]:
    carried: Json = {"is_into": given.is_into} | ({"is_guess": True} if given.is_guess else {})
    other_name = tidy(given.other or given.new_name)
    if given.into_id is None and not other_name:
        raise BadRequestError("name_missing")
    rest: Json = {"other": other_name} if given.into_id is None else {"into_id": given.into_id}
    one = await find_given_company(turn, given, lambda company: _carry(turn, company) | rest | carried)
    if given.into_id is not None:
        return one, await get_meant_company(turn, given.into_id)
    other = await find_company(turn, other_name, lambda company: _carry(turn, one) | {"into_id": company.id} | carried)
    return one, other


def _carry(turn: Turn, company: Meant) -> Json:
    return {"verb": turn.verb, "company_id": company.id, "version": company.version}


async def _read(turn: Turn, meant: Meant) -> CompanyDetail:
    company = await turn.read(companies.get_company, meant.id)
    if company is None:
        raise NotFoundError
    return company


def _rank(company: CompanyDetail) -> tuple[int, int, int]:
    """Return how much was decided of a company, and how much the firm had with it: the higher one stays."""
    decided = (company.type is not None) + (company.partner_id is not None) + (not company.is_provisional)
    return decided, company.firm.interaction_count, -company.id


def _say_together(turn: Turn, loser: CompanyDetail, winner: CompanyDetail) -> list[str]:
    """Say what comes together: domains and people, and what of the one that is merged does not show any more."""
    language = turn.language
    domains = ", ".join([*winner.domains, *loser.domains][:_OPTIONS])
    count = winner.contact_count + loser.contact_count
    lines = [
        say(language, "merges.domains", domains=domains),
        say(language, "merges.people", count=count, name=winner.name),
    ]
    types = type_names(language)
    if loser.type not in (None, winner.type):
        lines.append(say(language, "merges.type", stays=types[winner.type], other=loser.name, gone=types[loser.type]))
    if loser.partner_id not in (None, winner.partner_id):
        nobody = say(language, "change_words.nobody")
        stays, gone = winner.partner_name or nobody, loser.partner_name or nobody
        lines.append(say(language, "merges.partner", stays=stays, other=loser.name, gone=gone))
    return [*lines, say(language, "merges.for_all")]


async def _merge(turn: Turn, given: Merge, one: Meant, other: Meant) -> Result:
    seen = {one.id: given.version, other.id: given.into_version}
    versions = {number: version for number, version in seen.items() if version is not None}
    try:
        change = await turn.write(
            merges.merge_company, one.id, other.id, now=turn.now, source=turn.source, versions=versions
        )
    except MissingError as error:
        raise NotFoundError from error
    except StaleError as stale:
        again: dict[str, Any] = {"verb": turn.verb, "company_id": one.id, "into_id": other.id}
        now = await _read(turn, one)
        again |= {"into_version": (await _read(turn, other)).version, "is_into": True}
        if stale.present is None:
            raise NotFoundError from stale
        return await show_conflict(turn, now, again, given.back)
    return await show_change(turn, change, given.back)


async def _find_merged(turn: Turn, given: Part) -> MergedCompany | Result:
    """Return the merged company that is meant: by its number, by its name, or as the only one of another."""
    if given.merged_id is not None:
        return MergedCompany(given.merged_id, "", 0)
    name = tidy(given.name)
    found: Sequence[MergedCompany] = await turn.read(merged_companies.find_merged_companies, name) if name else ()
    if not found:
        try:
            company = await find_given_company(turn, given, lambda company: _carry(turn, company))
        except UnclearError:
            of_person = await part_in_place_of_company(turn, name, is_guess=given.is_guess)
            if of_person is None:
                raise
            return of_person
        name = company.name
        found = await turn.read(merged_companies.list_merged_companies, company.id)
    if len(found) == 1:
        return found[0]
    if not found:
        return Said(summary=say(turn.language, "merges.not_merged", name=name[:80]), back=given.back)
    options = [Option(one.name, "", {"verb": turn.verb, "merged_id": one.id}) for one in found[:_OPTIONS]]
    return Unclear(summary=say(turn.language, "merges.which_part", name=name[:80]), options=options)
