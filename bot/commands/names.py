"""From names that people type to rows: one that is meant, several to choose from, or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import UNSET

from bot.commands.inputs import ChangeInput, OfCompany, OfPeople, OfSeveral, is_nobody, tidy
from bot.commands.progress import say_hint
from bot.errors import BadRequestError, NotFoundError
from bot.language import say, split_names
from bot.results.base import Result
from bot.results.choices import ME
from bot.results.questions import Option, Said, Unclear
from bot.turn import Json, Turn
from storage.book import companies, contacts
from storage.book.companies import CompanyRow
from storage.book.private_clients import list_private
from storage.firm import user_search, users
from storage.lists.facts import Match
from storage.text.names import words
from storage.text.titles import is_title


@dataclass(frozen=True, slots=True)
class Meant:
    """A row that is meant."""

    id: int
    name: str
    is_exact: bool
    """Given by its number, or by its very name, domain or address."""
    version: int | None = None
    """A company's state, as it is now."""
    row: CompanyRow | None = None
    """The company, as it is now."""


def must_ask(given: ChangeInput, *meant: Meant | None, is_exact: bool = True) -> bool:
    """Say whether to ask first: anything that was not said exactly is confirmed before it is written."""
    if given.is_confirmed:
        return False
    is_remembered = isinstance(given, OfCompany) and given.is_remembered
    return (
        is_remembered
        or given.is_guess
        or not is_exact
        or any(thing is not None and not thing.is_exact for thing in meant)
    )


class UnclearError(Exception):
    """What was typed means several things, or nothing; `asks` asks back."""

    def __init__(self, asks: Result) -> None:
        self.asks = asks
        super().__init__(asks.summary)


AskAgain = Callable[[Meant], Json]
"""Gives what a button carries to ask the same again of the row that is meant."""
_OPTIONS = 8
_CLEARLY = 5
"""Percent of likeness by which a mistyped name must be nearer than the next."""


def choose(matches: Sequence[Match]) -> Match | None:
    """Return the one match that is meant: the only exact one, or the only one at all that is clearly the nearest."""
    exact = [match for match in matches if match.is_exact]
    if len(exact) == 1:
        return exact[0]
    near = max((match.likeness for match in matches), default=0) - _CLEARLY
    nearest = [match for match in matches if match.likeness > near]
    return nearest[0] if len(nearest) == 1 else None


def drop_title(name: str) -> str:
    """Return a name without the title before it (`Mme Fynn`, `Maître Fynn`); as it is if it has none."""
    title, _, rest = name.partition(" ")
    return rest.strip() if rest.strip() and is_title(title) else name


def has_name(match: Match, name: str) -> bool:
    """Say whether something was found by its name or its whole address, not by a part of the address."""
    own = words(match.name)
    return match.how != "prefix" or all(any(word.startswith(asked) for word in own) for asked in words(name))


def is_borrowed(match: Match) -> bool:
    """Say whether something is a list that somebody else shares and named."""
    return match.of == "view" and match.detail != ""


def drop_borrowed(lists: Sequence[Match], things: Sequence[Match]) -> list[Match]:
    """Return the lists that may be meant beside companies and contacts found by the same words.

    What somebody else called a list that they share takes no company's and nobody's name away, nor a part of it that
    people say; `view Brightwater` opens it.
    """
    is_taken = any(match.how != "typo" for match in things)
    return [match for match in lists if not (is_taken and is_borrowed(match))]


async def find_companies_and_contacts(turn: Turn, name: str) -> list[Match]:
    """Find companies and contacts by a name."""
    named = await turn.read(companies.find_companies, name)
    people = await turn.read(contacts.find_contacts, name)
    private = await turn.read(list_private, [company.id for company in named]) if named and people else {}
    shown = {person.id for person in people}  # a private client is shown once, as the contact
    named = [company for company in named if private.get(company.id) not in shown]
    # `hexagone` is the company; that everyone's address there begins with it makes nobody meant.
    return named + [person for person in people if not named or has_name(person, name)]


async def get_meant_company(turn: Turn, company_id: int) -> Meant:
    """Return a company by its number, or what it was merged into; raises `NotFoundError` where the viewer sees none."""
    rows = await turn.read(companies.get_company_rows, [company_id])
    if company_id not in rows:
        merged = await turn.read(companies.get_company, company_id)
        if merged is None:
            raise NotFoundError
        return await get_meant_company(turn, merged.id)
    row = rows[company_id]
    return Meant(company_id, row.name, is_exact=True, version=row.version, row=row)


async def find_company(turn: Turn, name: str, again: AskAgain) -> Meant:
    """Return the company that a name means; raises `UnclearError` where it means several or none."""
    name = tidy(name)
    if not name:
        raise BadRequestError("name_missing")
    matches = await turn.read(companies.find_companies, name)
    match = choose(matches)
    if match is None:
        raise UnclearError(await ask_which_company(turn, name, matches, again))
    rows = await turn.read(companies.get_company_rows, [match.id])
    row = rows.get(match.id)
    return Meant(match.id, match.name, match.is_exact, None if row is None else row.version, row)


async def find_given_company(turn: Turn, given: OfCompany, again: AskAgain) -> Meant:
    """Return the company that a change is about, by its number or its name; raises as the two above."""
    if given.company_id is not None:
        return await get_meant_company(turn, given.company_id)
    return await find_company(turn, given.name, again)


async def find_person(turn: Turn, name: str, again: AskAgain) -> Meant:
    """Return the colleague who is meant by a name; raises `UnclearError` where it means several or nobody."""
    matches = await turn.read(user_search.find_users, name)
    match = choose(matches)
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, again, "person"))
    return Meant(match.id, match.name, match.is_exact)


async def read_person(turn: Turn, given: OfCompany | OfPeople | OfSeveral, again: AskAgain) -> Meant | None:
    """Return the colleague whom a picker or a sentence names; None for nobody.

    Raises `BadRequestError` where nobody was chosen, `UnclearError` where a name means several.
    """
    if is_nobody(given):
        return None
    typed = tidy(given.person) if isinstance(given.person, str) else ""
    chosen = None if given.user_id is UNSET else given.user_id
    if ME in (chosen, typed):
        chosen = turn.viewer.user_id
    if chosen is not None:
        return await get_person(turn, chosen)
    if not typed:
        raise BadRequestError("choose_person")
    return await find_person(turn, typed, again)


async def get_person(turn: Turn, chosen: int | str) -> Meant:
    """Return the colleague of a number, which a picker gives as digits; raises `NotFoundError`."""
    user = await turn.read(users.get_user, int(chosen)) if str(chosen).isdecimal() else None
    if user is None:
        raise NotFoundError("no_such_person")
    return Meant(user.id, user.name, is_exact=True)


async def read_people(
    turn: Turn, given: OfPeople, again: Callable[[Sequence[int], Sequence[str]], Json]
) -> list[Meant]:
    """Return the colleagues whom a picker or a sentence names, one or several.

    `again` makes what asks the same again of the numbers found so far and the names still to be looked up. Raises
    `BadRequestError` where nobody was chosen, `UnclearError` where a name means several.
    """
    people = [] if given.user_ids is UNSET else [await get_person(turn, user_id) for user_id in given.user_ids]
    if not people and not given.people:
        one = await read_person(turn, given, lambda person: again([person.id], []))
        if one is None:
            raise BadRequestError("choose_person")
        return [one]
    for place, name in enumerate(given.people):
        found, rest = [person.id for person in people], given.people[place + 1 :]
        people.append(
            await _find_named(turn, name, lambda one, found=found, rest=rest: again([*found, one.id], rest))  # type: ignore[misc]  # the defaults keep this turn's values
        )
    return people


async def _find_named(turn: Turn, name: str, again: AskAgain) -> Meant:
    if tidy(name) == ME:
        return await get_person(turn, turn.viewer.user_id)
    return await find_person(turn, tidy(name), again)


async def find_companies_named(turn: Turn, text: str) -> list[Meant]:
    """Return the companies of a text such as `Acme and Globex`; none where a part of it may mean several.

    Raises `UnclearError` for a part that nothing is called.
    """
    found: dict[int, Meant] = {}
    parts = split_names(text)
    for part in parts if len(parts) > 1 else ():
        matches = await turn.read(companies.find_companies, part)
        if not matches:
            raise UnclearError(await ask_which_company(turn, part, [], lambda _: {}))
        match = choose(matches)
        if match is None:
            return []
        found[match.id] = Meant(match.id, match.name, match.is_exact)
    return list(found.values())


async def ask_which_company(turn: Turn, name: str, matches: Sequence[Match], again: AskAgain) -> Result:
    """Ask which of several companies is meant; each choice carries the state of the company as it is now."""
    rows = await turn.read(companies.get_company_rows, [match.id for match in matches])
    versions = {company_id: row.version for company_id, row in rows.items()}
    asked = ask_which(turn, name, matches, again, "company", versions=versions)
    if not isinstance(asked, Said):
        return asked
    return replace(asked, lines=await say_hint(turn, "names.no_company_hint"))


def ask_which(
    turn: Turn,
    name: str,
    matches: Sequence[Match],
    again: AskAgain,
    of: str,
    *,
    versions: dict[int, int] | None = None,
) -> Said | Unclear:
    """Ask which of several is meant, or say that there is none and what to try."""
    if matches:
        question = say(turn.language, f"names.which_{of}", name=name[:80])
        options = [
            Option(
                match.name,
                match.detail,
                again(Meant(match.id, match.name, is_exact=True, version=(versions or {}).get(match.id))),
            )
            for match in matches
        ]
        return Unclear(summary=question, options=options)
    sentence = say(turn.language, f"names.no_{of}", name=name[:80])
    lines = [say(turn.language, f"names.no_{of}_hint")]
    return Said(summary=sentence, lines=lines)


def ask_which_of_all(turn: Turn, name: str, matches: list[Match], verb: str = "", **more: Any) -> Result:
    """Ask which of several views, companies and contacts is meant; `verb` is asked of it, or it is opened.

    `more` is what else was said, and goes along with what is chosen.
    """
    said = {key: value for key, value in more.items() if value is not None}
    question = say(turn.language, "names.which", name=name[:80])
    options = [
        Option(match.name, match.detail, {"verb": verb or f"{match.of}.open", f"{match.of}_id": match.id, **said})
        for match in matches[:_OPTIONS]
    ]
    return Unclear(summary=question, options=options)
