"""The demo's own endpoints, below `/demo`: who is there, sending mail, holding meetings, and what the bot said.

They are served beside the service by `carnet demo` alone, and by the small Microsoft 365 itself.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.demo.descriptions import describe_fault, describe_item, describe_person, is_master
from bot.demo.faults import KINDS
from bot.demo.journal import Journal
from bot.demo.microsoft import Microsoft
from bot.demo.orders import (
    BadOrderError,
    check_fault,
    complete_mail,
    complete_meeting,
    hold_meeting,
    list_undelivered,
    order_newcomer,
    send_mail,
)
from bot.demo.world.firm import Firm
from bot.demo.world.people import Person
from bot.request_bodies import read_body

Json = dict[str, Any]
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
Handler = Callable[[web.Request], Awaitable[web.Response]]
_INBOX = 50
_LARGEST = 16 << 20
"""Bytes: a hostile mail may have a subject of a few megabytes."""
_SOON = 7 * 86_400
"""Seconds: an inbox shows no meeting that is further ahead."""


def add_demo_routes(app: web.Application, microsoft: Microsoft, journal: Journal | None = None) -> None:
    """Add the demo's endpoints to a service; what is ordered there is kept in the journal, if there is one."""
    demo = _Demo(microsoft, journal)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/demo/about", demo.describe),
        ("GET", "/demo/users", demo.list_users),
        ("GET", "/demo/inbox", demo.list_inbox),
        ("GET", "/demo/sent", demo.list_sent),
        ("GET", "/demo/token", demo.give_token),
        ("POST", "/demo/mail", demo.send_mail),
        ("POST", "/demo/meeting", demo.hold_meeting),
        ("GET", "/demo/faults", demo.list_faults),
        ("POST", "/demo/faults", demo.add_fault),
        ("DELETE", "/demo/faults", demo.clear_faults),
        ("GET", "/demo/record", demo.show_record),
    ]
    for method, path, handler in routes:
        app.router.add_route(method, path, _guard(handler))
    microsoft.connector.add_routes(app)


class _Demo:
    """The handlers."""

    def __init__(self, microsoft: Microsoft, journal: Journal | None) -> None:
        self._microsoft = microsoft
        self._journal = journal

    @property
    def _firm(self) -> Firm:
        return self._microsoft.firm

    async def describe(self, request: web.Request) -> web.Response:
        """Answer the ids and addresses that a client of the demo needs."""
        return _answer(
            {
                "tenant_id": self._firm.tenant_id,
                "name": self._firm.name,
                "domains": self._firm.domains,
                "app_id": self._microsoft.cloud.app_id,
                "service_url": self._microsoft.connector_url,
                "graph_url": self._microsoft.graph_url,
                "login_url": self._microsoft.login_url,
            }
        )

    async def list_users(self, request: web.Request) -> web.Response:
        """Answer the people of the firm."""
        return _answer([describe_person(person) for firm in self._microsoft.firms for person in firm.list_people()])

    async def list_inbox(self, request: web.Request) -> web.Response:
        """Answer a person's newest mails and meetings, newest first."""
        mailbox = self._find_person(request).mailbox
        soon = self._firm.clock() + _SOON
        items = [describe_item(item) for item in mailbox.items.values() if not is_master(item)]
        items = [item for item in items if item["at"] < soon]
        items.sort(key=lambda item: item["at"], reverse=True)
        return _answer(items[:_INBOX])

    async def list_sent(self, request: web.Request) -> web.Response:
        """Answer every activity that the connector took, oldest first; `user` and `after` (a number) narrow it."""
        after, user = request.query.get("after", "0"), request.query.get("user")
        if _NUMBER.fullmatch(after) is None:
            raise BadOrderError("'after' must be a number.")
        sent = [{**each.describe(), "number": number} for number, each in enumerate(self._microsoft.connector.sent, 1)]
        chosen = [each for each in sent[int(after) :] if user is None or (each["user"] or {}).get("id") == user]
        return _answer(chosen)

    async def give_token(self, request: web.Request) -> web.Response:
        """Answer an access token of a person for our own scope, as signing in would give."""
        return _answer({"token": self._microsoft.mint_user_token(self._find_person(request))})

    async def send_mail(self, request: web.Request) -> web.Response:
        """Put a mail into the mailboxes: the one described, or (`user`) one from somebody new to that person."""
        given = await _read(request)
        firm = self._firm
        order = order_newcomer(firm, given["user"]) if "user" in given else complete_mail(firm, given)
        undelivered = list_undelivered(firm, order)
        copies = send_mail(firm, order)
        self._keep("mail", order)
        answer: Json = {**order, "copies": len(copies), "undelivered": undelivered}
        if undelivered:
            answer["message"] = f"Nobody at the firm has {', '.join(undelivered)}: nothing was delivered there."
        elif not copies:
            answer["message"] = "Nobody of the firm sent or received it: it is in no mailbox."
        return _answer(answer, 201)

    async def hold_meeting(self, request: web.Request) -> web.Response:
        """Put a meeting into the calendars of the people of the firm who take part."""
        order = complete_meeting(self._firm, await _read(request))
        meeting = hold_meeting(self._firm, order)
        self._keep("meeting", order)
        copies = len(self._firm.schedule.list_copies(meeting))
        return _answer({**order, "uid": meeting.uid, "copies": copies}, 201)

    async def list_faults(self, request: web.Request) -> web.Response:
        """Answer the faults that are on, and those that there are."""
        return _answer({"on": [describe_fault(fault) for fault in self._microsoft.faults], "kinds": KINDS})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Switch a fault on: `kind`, and what else `Faults.add` takes."""
        given = check_fault(await _read(request))
        try:
            fault = self._microsoft.faults.add(**given)
        except ValueError as error:
            raise BadOrderError(str(error)) from error
        return _answer(describe_fault(fault), 201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Switch all faults off, or the one whose `id` is given."""
        wanted = request.query.get("id")
        for fault in list(self._microsoft.faults):
            if wanted in (None, str(fault.id)):
                self._microsoft.faults.remove(fault)
        return _answer({"on": [describe_fault(fault) for fault in self._microsoft.faults]})

    async def show_record(self, request: web.Request) -> web.Response:
        """Answer how often Graph was asked, and every breach of its limits."""
        record = self._microsoft.record
        return _answer(
            {
                "total": record.total,
                "by_mailbox": record.by_mailbox,
                "by_status": record.by_status,
                "most_at_once": record.most_at_once,
                "breaches": [breach._asdict() for breach in record.breaches],
            }
        )

    def _find_person(self, request: web.Request) -> Person:
        wanted = request.query.get("user", "")
        found = (firm.get_person(wanted) for firm in self._microsoft.firms)
        person = next((each for each in found if each is not None), None)
        if person is None:
            raise BadOrderError("'user' must be the id of a person of the firm; GET /demo/users lists them.")
        return person

    def _keep(self, kind: str, order: Json) -> None:
        if self._journal is not None:
            self._journal.write(kind, order)


def _guard(handler: Handler) -> Handler:
    """Answer a bad order with its sentence."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except BadOrderError as error:
            return _answer({"error": str(error)}, 400)
        except web.HTTPRequestEntityTooLarge:
            return _answer({"error": f"The body is larger than {_LARGEST >> 20} MB."}, 413)

    return answer


async def _read(request: web.Request) -> Json:
    body = await read_body(request, _LARGEST)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadOrderError("The body must be JSON.") from error
    if not isinstance(given, dict):
        raise BadOrderError("The body must be a JSON object.")
    return given


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, headers={"Cache-Control": "no-store"})
