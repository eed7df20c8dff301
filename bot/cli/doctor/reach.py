"""Which mailboxes are open to us: they are asked, for what Exchange grants (RBAC for Applications) no token tells."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec

from bot.graph.client.client import GraphClient, request_url
from bot.graph.client.errors import GraphError
from storage.firm.rule_values import FirmRules

MOST_ASKED: Final = 5
_PEOPLE: Final = f"?$top={MOST_ASKED}&$select=id"
_DAY: Final = "?startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-01-02T00:00:00Z&$top=1"


@dataclass(frozen=True, slots=True)
class Asked:
    """Mailboxes that the administrator names: one that is to be open, one that is not."""

    mailbox: str = ""
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What answered: True, False where it was refused, None where nobody could be asked."""

    mail: bool | None
    calendar: bool | None
    outside: bool | None = None
    error: str = ""
    was_named: bool = False


NOBODY: Final = Reach(None, None)


class _Person(msgspec.Struct):
    id: str


class _People(msgspec.Struct):
    value: list[_Person]


async def find_reach(client: GraphClient, group: str, asked: Asked) -> Reach:
    """Ask a mailbox and its calendar; some of the firm's, or the group's, where none is named."""
    outside = None
    if asked.outside:
        outside, _ = await _ask(client, asked.outside, "mailFolders/inbox/messages?$top=1&$select=id")
    for person in [asked.mailbox] if asked.mailbox else await _list_people(client, group):
        mail, error = await _ask(client, person, "mailFolders/inbox/messages?$top=1&$select=id")
        if mail is not None:
            calendar, _ = await _ask(client, person, f"calendarView{_DAY}")
            return Reach(mail, calendar, outside, error, bool(asked.mailbox))
    return Reach(None, None, outside, "", bool(asked.mailbox))


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


async def _ask(client: GraphClient, person: str, what: str) -> tuple[bool | None, str]:
    """Ask a mailbox; None where there is none, or nobody knows."""
    try:
        await client.fetch(request_url(f"{client.graph_url}/users/{person}/{what}"))
    except GraphError as error:
        return (False if error.status == HTTPStatus.FORBIDDEN else None), str(error)
    return True, ""


async def _list_people(client: GraphClient, group: str) -> list[str]:
    place = f"groups/{group}/transitiveMembers" if group else "users"
    try:
        body = await client.fetch(request_url(f"{client.graph_url}/{place}{_PEOPLE}"))
        return [person.id for person in msgspec.json.decode(body, type=_People).value]
    except (GraphError, msgspec.MsgspecError):
        return []
