"""From names that people type to rows: one that is meant, several to choose from, or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.cards.kit import Json
from bot.cards.phrases import NOBODY
from bot.cards.questions import Option, draw_message, draw_which
from bot.commands.data import ME, Data, read_id, read_ids, read_strings, read_text
from bot.errors import BadRequestError, NotFoundError
from bot.language import say, split_names
from bot.turn import Reply, Turn
from storage.book import companies
from storage.firm import users
from storage.lists.facts import Match


@dataclass(frozen=True, slots=True)
class Meant:
    """A row that is meant."""

    id: int
    name: str
    is_exact: bool
    """Given by its number, or by its very name, domain or address."""


class UnclearError(Exception):
    """What was typed means several things, or nothing; `reply` asks back."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(reply.summary)


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


async def find_company(turn: Turn, make: Callable[[int], Json]) -> Meant:
    """Return the company that the ask is about; `make` gives the data that asks again with a company's number.

    Raises `UnclearError` where the name means several, `NotFoundError` for a number that is not there for this viewer.
    """
    data = turn.ask.data
    if data.get("company_id") is not None:
        company_id = read_id(data, "company_id")
        rows = await companies.get_company_rows(turn.connection, turn.viewer, [company_id])
        if company_id not in rows:
            raise NotFoundError
        return Meant(company_id, rows[company_id].name, is_exact=True)
    name = _read_name(data, "name")
    matches = await companies.find_companies(turn.connection, turn.viewer, name)
    match = choose(matches)
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, make, "company"))
    return Meant(match.id, match.name, match.is_exact)


async def find_person(turn: Turn, name: str, make: Callable[[int], Json]) -> Meant:
    """Return the colleague who is meant by a name; raises `UnclearError` where it means several or nobody."""
    matches = await users.find_users(turn.connection, turn.viewer, name)
    match = choose(matches)
    if match is None:
        raise UnclearError(ask_which(turn, name, matches, make, "person"))
    return Meant(match.id, match.name, match.is_exact)


async def read_person(turn: Turn, make: Callable[[int], Json]) -> Meant | None:
    """Return the colleague whom a picker or a sentence names; None for nobody.

    Raises `BadRequestError` where nobody was chosen, `UnclearError` where a name means several.
    """
    data = turn.ask.data
    chosen, typed = data.get("user_id"), read_text(data, "person")
    if NOBODY in (chosen, typed) or _is_null(data):
        return None
    if ME in (chosen, typed):
        chosen = turn.viewer.user_id
    if chosen not in (None, ""):
        user = await users.get_user(turn.connection, turn.viewer, read_id({"user_id": chosen}, "user_id"))
        if user is None:
            raise NotFoundError("no_such_person")
        return Meant(user.id, user.name, is_exact=True)
    if not typed:
        raise BadRequestError("choose_person")
    return await find_person(turn, typed, make)


async def read_people(turn: Turn, asking: Json) -> list[Meant]:
    """Return the colleagues whom a picker or a sentence names, one or several.

    `asking` is the data of the same ask without people. Raises `BadRequestError` where nobody was chosen,
    `UnclearError` where a name means several.
    """
    data = turn.ask.data
    ids = read_ids(data, "user_ids") if "user_ids" in data else []
    names = read_strings(data, "people")
    asked: list[Data] = [*({"user_id": user_id} for user_id in ids), *({"person": name} for name in names)]
    people: list[Meant] = []
    for place, one in enumerate(asked or [data]):
        found, rest = [person.id for person in people], list(names[place + 1 - len(ids) :])

        def make(user_id: int, found: list[int] = found, rest: list[str] = rest) -> Json:
            return {**asking, "user_ids": [*found, user_id], "people": rest}

        person = await read_person(replace(turn, ask=replace(turn.ask, data=one)), make)
        if person is None:
            raise BadRequestError("choose_person")
        people.append(person)
    return people


def _is_null(data: Data) -> bool:
    """Say whether nobody is asked for by a plain null, as the language gives it."""
    asked = {"user_id", "person"} & data.keys()
    return bool(asked) and all(data[key] is None for key in asked)


async def find_companies_named(turn: Turn, text: str) -> list[int]:
    """Return the companies of a text such as `Acme and Globex`; none where a part of it may mean several.

    Raises `UnclearError` for a part that nothing is called.
    """
    found: list[int] = []
    parts = split_names(text)
    for part in parts if len(parts) > 1 else ():
        matches = await companies.find_companies(turn.connection, turn.viewer, part)
        if not matches:
            raise UnclearError(ask_which(turn, part, [], lambda _: {}, "company"))
        match = choose(matches)
        if match is None:
            return []
        found.append(match.id)
    return list(dict.fromkeys(found))


def ask_which(turn: Turn, name: str, matches: Sequence[Match], make: Callable[[int], Json], of: str) -> Reply:
    """Ask which of several is meant, or say that there is none and what to try."""
    reader = turn.reader
    if matches:
        question = say(turn.language, f"commands.which_{of}", name=name[:80])
        options = [Option(match.name, match.detail, make(match.id)) for match in matches]
        return Reply(draw_which(reader, question, options), summary=question)
    sentence = say(turn.language, f"commands.no_{of}", name=name[:80])
    lines = [say(turn.language, f"commands.no_{of}_hint")]
    return Reply(draw_message(reader, sentence, lines), summary=sentence)


def _read_name(data: Data, key: str) -> str:
    name = read_text(data, key)
    if not name:
        raise BadRequestError("name_missing")
    return name
