"""Graph's front door: who calls, may they, is it too much, what do the faults say; then the route."""

import inspect

from aiohttp import web

from bot.demo.cloud import Cloud
from bot.demo.graph import directory, folders, installs, mailboxes, principals
from bot.demo.graph.answers import ACCESS_DENIED, MAILBOX_NOT_ENABLED, UNAVAILABLE, Answer, GraphError
from bot.demo.graph.batch import answer_batch
from bot.demo.graph.call import Call, normalise_path
from bot.demo.graph.limits import Limits
from bot.demo.graph.page_faults import take_fault
from bot.demo.graph.router import Route, Router
from bot.demo.graph.subscriptions import Subscriptions
from bot.demo.graph.transport import ResetError, break_before, make_response, reset, send
from bot.demo.request_record import Request
from bot.demo.signin.tokens import GRAPH_AUDIENCES
from bot.demo.world.firm import Firm
from bot.demo.world.mailbox import Mailbox

_MAIL_NEEDS = frozenset({*mailboxes.MAIL, *mailboxes.CALENDARS})


class Graph:
    """Microsoft Graph v1.0 for the firms of a cloud."""

    def __init__(self, cloud: Cloud, subscriptions: Subscriptions) -> None:
        self._cloud = cloud
        self.limits = Limits(cloud)
        self.router = Router()
        for part in (
            folders.router,
            mailboxes.router,
            directory.router,
            principals.router,
            installs.router,
            subscriptions.router,
        ):
            self.router.include(part)

    def add_routes(self, app: web.Application) -> None:
        """Answer below `/v1.0`."""
        app.router.add_route("*", "/v1.0/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            call = await self._read(request)
        except GraphError as error:
            self._cloud.record.add(Request(self._cloud.clock(), "", "", request.method, request.path, error.status))
            return make_response(error.to_answer())
        if call.path.lower() == "$batch":
            return make_response(await answer_batch(call, self.answer))
        try:
            answer = await self.answer(call)
        except ResetError:
            reset(request)
        return await send(request, call, answer)

    async def answer(self, call: Call) -> Answer:
        """Answer one call, alone or out of a batch, and write it down."""
        try:
            answer = await self._answer(call)
        except GraphError as error:
            answer = error.to_answer()
        record = self._cloud.record
        record.add(
            Request(self._cloud.clock(), call.firm.tenant_id, call.user_id, call.method, call.path, answer.status)
        )
        record.selected.update(call.selected)
        if call.user_id:
            record.id_types["immutable" if call.is_immutable else "default"] += 1
        return answer

    async def _answer(self, call: Call) -> Answer:
        found = self.router.find(call.method, call.path)
        if found is None:
            raise GraphError(400, "BadRequest", f"Resource not found for the segment '{call.path[:80]}'.")
        route, call.values = found
        self._check_permission(route, call)
        self._find_mailbox(route, call)
        self.limits.enter(call)
        try:
            await break_before(call)
            self._fail(call)
            outcome = route.handler(call)
            return await outcome if inspect.isawaitable(outcome) else outcome
        finally:
            self.limits.leave(call)

    def _check_permission(self, route: Route, call: Call) -> None:
        if route.needs and route.needs.isdisjoint(call.firm.granted) and not _is_in_scope(route, call):
            if "user" in call.values and route.needs & _MAIL_NEEDS:
                raise ACCESS_DENIED
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def _find_mailbox(self, route: Route, call: Call) -> None:
        if "user" not in call.values or not route.needs & _MAIL_NEEDS:
            return
        person = call.firm.get_person(call.values["user"])
        if person is None:
            raise GraphError(404, "ErrorInvalidUser", f"The requested user '{call.values['user']}' is invalid.")
        call.mailbox = person.mailbox
        _check_state(person.mailbox)

    def _fail(self, call: Call) -> None:
        if fault := take_fault(call, "throttle"):
            raise self.limits.refuse(call, fault)
        fault = take_fault(call, "status")
        if fault is None:
            return
        headers = {}
        if (seconds := fault.get("retry_after")) is not None:
            headers["Retry-After"] = str(seconds)
            self.limits.remember(call, float(seconds))
        raise GraphError(int(fault.get("status", 503)), fault.get("code", "UnknownError"), headers=headers)

    async def _read(self, request: web.Request) -> Call:
        authorization = request.headers.get("Authorization", "")
        return Call(
            cloud=self._cloud,
            firm=self._authenticate(authorization),
            method=request.method,
            path=normalise_path(request.match_info["path"]),
            query=request.query,
            prefer=", ".join(request.headers.getall("Prefer", [])),
            body=await request.read(),
            authorization=authorization,
            values={},
        )

    def _authenticate(self, authorization: str) -> Firm:
        scheme, _, token = authorization.partition(" ")
        claims = self._cloud.login_keys.check(token) if scheme.lower() == "bearer" else None
        if claims is None:
            raise _refuse("Access token is empty, expired or not valid.")
        if claims.get("aud") not in GRAPH_AUDIENCES:
            raise _refuse("Access token validation failure. Invalid audience.")
        firm = self._cloud.firms.get(claims.get("tid", ""))
        if firm is None:
            raise _refuse("The tenant for tenant guid does not exist.")
        return firm


def _is_in_scope(route: Route, call: Call) -> bool:
    """Return whether RBAC for Applications opens the mailbox that is asked for."""
    person = call.firm.get_person(call.values.get("user", ""))
    return person is not None and any(person.id in call.firm.scoped.get(name, ()) for name in route.needs)


def _refuse(text: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", text, {"WWW-Authenticate": 'Bearer realm=""'})


def _check_state(mailbox: Mailbox) -> None:
    match mailbox.state:
        case "not_enabled":
            raise MAILBOX_NOT_ENABLED
        case "forbidden":
            raise ACCESS_DENIED
        case "unavailable":
            raise UNAVAILABLE
        case _:
            return
