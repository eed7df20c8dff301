"""The Bot Connector: accepts the bot's activities and records them."""

import asyncio
import itertools
from collections import defaultdict, deque
from dataclasses import dataclass

from aiohttp import web

from bot.demo.cloud import Cloud
from bot.demo.connector_protocol import Handler, Json, Refused, check_size, guard, read_activity
from bot.demo.faults import Fault, wait_for
from bot.demo.graph.installs import name_chat
from bot.demo.graph.transport import reset
from bot.demo.signin.tokens import CONNECTOR_AUDIENCE
from bot.demo.world.people import Person

MOST_PER_SECOND = 7
"""Messages to one conversation (msteams-docs, bots/how-to/rate-limit)."""
USER_PREFIX = "29:"
"""What a person's id on the Teams channel begins with."""


@dataclass(slots=True)
class Sent:
    """One activity that the connector took."""

    at: float
    conversation_id: str
    user: Json | None
    """Whose conversation it is: id, name and mail; None for a channel, or where nobody knows."""
    activity: Json
    kind: str = "sent"
    """`sent`, `updated` or `deleted`."""

    def describe(self) -> Json:
        """Return the activity itself, with its conversation's user beside it."""
        return {**self.activity, "user": self.user, "kind": self.kind, "at": self.at}


class Connector:
    """The Bot Connector's conversations."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.sent: list[Sent] = []
        """Everything taken, oldest first: what really reached people."""
        self.breaches: list[str] = []
        """Conversations that were sent more than seven messages in a second."""
        self._users: dict[str, Json] = {}
        self._paces: defaultdict[str, deque[float]] = defaultdict(deque)
        self._numbers = itertools.count(1)

    def add_routes(self, app: web.Application, prefix: str = "") -> None:
        """Answer below `PREFIX/v3`."""
        one = f"{prefix}/v3/conversations/{{conversation}}"
        routes: list[tuple[str, str, Handler]] = [
            ("POST", f"{prefix}/v3/conversations", self._create),
            ("POST", f"{one}/activities", self._send),
            ("POST", f"{one}/activities/{{activity}}", self._send),
            ("PUT", f"{one}/activities/{{activity}}", self._update),
            ("DELETE", f"{one}/activities/{{activity}}", self._delete),
            ("GET", f"{one}/members", self._list_members),
            ("GET", f"{one}/pagedmembers", self._list_members_paged),
            ("GET", f"{one}/members/{{member}}", self._get_member),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, guard(handler))

    def find_person(self, member_id: str) -> Person | None:
        """Find a person by their id on the channel, or by their object id."""
        wanted = member_id.removeprefix(USER_PREFIX)
        found = (firm.get_person(wanted) for firm in self._cloud.firms.values())
        return next((person for person in found if person is not None), None)

    async def _create(self, request: web.Request) -> web.Response:
        self._check_token(request)
        given = await read_activity(request)
        await self._break(request, "")
        members = given.get("members") or []
        person = self.find_person(str(members[0].get("id", ""))) if members else None
        if person is None:
            raise Refused(400, "BadArgument", "Unknown user.")
        if self._cloud.needs_install and person.id not in self._cloud.installed:
            raise Refused(403, "Forbidden", "The bot is not installed in the user's personal scope.")
        conversation = name_chat(person.mailbox.tenant_id, person.id)
        self._users[conversation] = _describe(person)
        answer = {"id": conversation}
        if isinstance(given.get("activity"), dict):
            answer["activityId"] = self._take(conversation, given["activity"])
        return web.json_response(answer, status=201)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self._check_token(request)
        conversation = request.match_info["conversation"]
        activity = await read_activity(request)
        await self._break(request, conversation)
        check_size(activity)
        self._check_pace(conversation, activity)
        number = self._take(conversation, activity)
        await self._break_after(request, conversation)
        return web.json_response({"id": number}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        self._check_token(request)
        conversation, number = request.match_info["conversation"], request.match_info["activity"]
        activity = await read_activity(request)
        await self._break(request, conversation)
        check_size(activity)
        if all(each.activity["id"] != number for each in self.sent):
            raise Refused(404, "ActivityNotFoundInConversation")
        self._write(conversation, activity, number, "updated")
        return web.json_response({"id": number})

    async def _delete(self, request: web.Request) -> web.Response:
        self._check_token(request)
        conversation, number = request.match_info["conversation"], request.match_info["activity"]
        await self._break(request, conversation)
        self._write(conversation, {}, number, "deleted")
        return web.Response(status=200)

    async def _list_members(self, request: web.Request) -> web.Response:
        self._check_token(request)
        return web.json_response(self._list(request.match_info["conversation"]))

    async def _list_members_paged(self, request: web.Request) -> web.Response:
        self._check_token(request)
        return web.json_response({"members": self._list(request.match_info["conversation"])})

    async def _get_member(self, request: web.Request) -> web.Response:
        self._check_token(request)
        person = self.find_person(request.match_info["member"])
        if person is None:
            raise Refused(404, "MemberNotFoundInConversation")
        return web.json_response(_describe_member(person))

    def _list(self, conversation: str) -> list[Json]:
        user = self._users.get(conversation)
        person = self.find_person(user["id"]) if user else None
        if person is None:
            raise Refused(404, "ConversationNotFound")
        return [_describe_member(person)]

    def _take(self, conversation: str, activity: Json) -> str:
        number = f"1:{next(self._numbers)}"
        recipient = activity.get("recipient") or {}
        person = self.find_person(str(recipient.get("aadObjectId") or recipient.get("id") or ""))
        if person is not None:
            self._users[conversation] = _describe(person)
            self._cloud.installed.add(person.id)
        self._write(conversation, activity, number, "sent")
        return number

    def _write(self, conversation: str, activity: Json, number: str, kind: str) -> None:
        whole = {**activity, "id": number, "conversation": {**(activity.get("conversation") or {}), "id": conversation}}
        self.sent.append(Sent(self._cloud.clock(), conversation, self._users.get(conversation), whole, kind))

    def _check_token(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        claims = self._cloud.login_keys.check(token) if scheme.lower() == "bearer" else None
        if claims is None or claims.get("aud") != CONNECTOR_AUDIENCE:
            raise Refused(401, "Unauthorized", "Authorization has been denied for this request.")

    def _check_pace(self, conversation: str, activity: Json) -> None:
        if activity.get("type") != "message":
            return
        pace, now = self._paces[conversation], asyncio.get_running_loop().time()
        while pace and pace[0] <= now - 1:
            pace.popleft()
        if len(pace) >= MOST_PER_SECOND:
            self.breaches.append(conversation)
            raise Refused(429, "TooManyRequests", headers={"Retry-After": "1"})
        pace.append(now)

    async def _break(self, request: web.Request, conversation: str) -> None:
        """Refuse the request before it has an effect, if a fault says so."""
        await wait_for(self._fault("slow", request, conversation))
        if fault := self._fault("hang", request, conversation):
            await wait_for(fault, 100)
            reset(request)
        if fault := self._fault("throttle", request, conversation):
            seconds = fault.get("retry_after")
            raise Refused(429, "TooManyRequests", headers={} if seconds is None else {"Retry-After": str(seconds)})
        if fault := self._fault("status", request, conversation):
            refusal = Refused(int(fault.get("status", 502)), fault.get("code", "ServiceError"))
            refusal.sub_code = fault.get("sub_code", "")
            raise refusal

    async def _break_after(self, request: web.Request, conversation: str) -> None:
        """Lose the answer after the request had its effect, if a fault says so."""
        if fault := self._fault("accepted_then_status", request, conversation):
            raise Refused(int(fault.get("status", 502)), "ServiceError")
        if self._fault("accepted_then_reset", request, conversation):
            reset(request)
        if fault := self._fault("accepted_then_hang", request, conversation):
            await wait_for(fault, 100)
            reset(request)

    def _fault(self, kind: str, request: web.Request, conversation: str) -> Fault | None:
        user = self._users.get(conversation) or {}
        faults = self._cloud.faults
        mailbox = user.get("id", "")
        return faults.take("connector", kind, mailbox=mailbox, path=request.path)


def _describe(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "mail": person.address}


def _describe_member(person: Person) -> Json:
    return {
        "id": f"{USER_PREFIX}{person.id}",
        "name": person.name,
        "aadObjectId": person.id,
        "email": person.address,
        "userPrincipalName": person.address,
        "tenantId": person.mailbox.tenant_id,
        "userRole": "user",
    }
