"""Which mailboxes are open to us: they are asked, for what Exchange grants (RBAC for Applications) no token tells."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import quote

import msgspec

from bot.graph.client.client import GraphClient, request_url
from bot.graph.client.errors import GraphError
from storage.firm.rule_values import FirmRules

MOST_ASKED: Final = 20
"""Of the firm's mailboxes, until one answers."""
_PEOPLE: Final = f"?$top={MOST_ASKED}&$select=id"
_MAIL: Final = "mailFolders/inbox/messages?$top=1&$select=id"
_CALENDAR: Final = "calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-01-02T00:00:00Z&$top=1"

Answer = Literal["open", "refused", "none", "away"]
"""`none` is where there is no mailbox of that address, `away` where nobody knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Mailboxes that the administrator names: one that is to be open, one that is not."""

    mailbox: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a mailbox and its calendar answered."""

    address: str
    mail: Answer
    calendar: Answer
    error: str = ""

    @property
    def is_open(self) -> bool:
        """Whether any of it is open to us."""
        return "open" in (self.mail, self.calendar)


@dataclass(frozen=True, slots=True)
class Reach:
    """What is open anywhere: True, False where all was refused, None where nobody could be asked; and the two named."""

    mail: bool | None
    calendar: bool | None
    error: str = ""
    inside: Mailbox | None = None
    outside: Mailbox | None = None


NOBODY: Final = Reach(None, None)


class _Person(msgspec.Struct):
    id: str


class _People(msgspec.Struct):
    value: list[_Person]


class _Known(msgspec.Struct):
    mail: str | None = None
    kind: str | None = msgspec.field(default=None, name="userType")


async def find_reach(client: GraphClient, group: str, asked: Asked) -> Reach:
    """Ask the mailboxes that are named, and others of the firm, or of the group, until one answers."""
    inside = await _look_at(client, asked.mailbox) if asked.mailbox else None
    outside = await _look_at(client, asked.outside) if asked.outside else None
    seen = [one for one in (inside, outside) if one]
    people = await _list_people(client, group) if not any(one.is_open for one in seen) else []
    for person in people:
        seen.append(await _ask(client, person))
        if seen[-1].is_open:
            break
    error = next((one.error for one in seen if one.mail == "refused"), "")
    return Reach(_sum(one.mail for one in seen), _sum(one.calendar for one in seen), error, inside, outside)


def _sum(answers: Iterable[Answer]) -> bool | None:
    given = set(answers)
    return True if "open" in given else False if "refused" in given else None


def list_open(reaches: Iterable[Reach]) -> list[str]:
    """Return the address of the mailbox that was to be open, where its mail and its calendar are."""
    named = (one.inside for one in reaches)
    return [one.address for one in named if one and (one.mail, one.calendar) == ("open", "open")]


def list_groups(rules: FirmRules) -> list[str]:
    """Return the Entra groups by which a firm says whose mailboxes are read, and who may use the service."""
    given = (rules.group, rules.serves_group if rules.serves == "group" else "")
    return list(dict.fromkeys(filter(None, given)))


async def find_missing_groups(client: GraphClient, rules: FirmRules) -> list[str]:
    """Return those of a firm's groups that Graph does not know."""
    missing = []
    for group in list_groups(rules):
        try:
            await client.fetch(request_url(f"{client.graph_url}/groups/{group}/transitiveMembers{_PEOPLE}"))
        except GraphError as error:
            missing += [group] if error.status == HTTPStatus.NOT_FOUND else []
    return missing


async def _look_at(client: GraphClient, address: str) -> Mailbox:
    """Ask a mailbox that somebody named: a refusal proves nothing where nobody has that address."""
    one = await _ask(client, address)
    if one.is_open or "refused" not in (one.mail, one.calendar):
        return one
    url = f"{client.graph_url}/users/{quote(address, safe='@')}?$select=mail,userType"
    try:
        known = msgspec.json.decode(await client.fetch(request_url(url)), type=_Known)
    except GraphError as error:
        gone: Answer = "none" if error.status == HTTPStatus.NOT_FOUND else "away"
        return Mailbox(address, gone, gone, str(error))
    except msgspec.MsgspecError:
        return Mailbox(address, "away", "away", "unreadable")
    return one if known.mail and known.kind != "Guest" else Mailbox(address, "none", "none")


async def _ask(client: GraphClient, person: str) -> Mailbox:
    mail, error = await _ask_for(client, person, _MAIL)
    calendar, other_error = await _ask_for(client, person, _CALENDAR)
    return Mailbox(person, mail, calendar, error or other_error)


async def _ask_for(client: GraphClient, person: str, what: str) -> tuple[Answer, str]:
    try:
        await client.fetch(request_url(f"{client.graph_url}/users/{quote(person, safe='@')}/{what}"))
    except GraphError as error:
        answers: dict[int, Answer] = {HTTPStatus.FORBIDDEN: "refused", HTTPStatus.NOT_FOUND: "none"}
        return answers.get(error.status, "away"), str(error)
    return "open", ""


async def _list_people(client: GraphClient, group: str) -> list[str]:
    place = f"groups/{group}/transitiveMembers" if group else "users"
    try:
        body = await client.fetch(request_url(f"{client.graph_url}/{place}{_PEOPLE}"))
        return [person.id for person in msgspec.json.decode(body, type=_People).value]
    except (GraphError, msgspec.MsgspecError):
        return []
