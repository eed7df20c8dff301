"""Call Microsoft Graph through msgraph-sdk's request adapter; returns bytes, raises one kind of error, and never waits.

Waiting is done in the queue: a mailbox that Graph wants left alone makes room for another, and the time that it named
survives a restart. Therefore the middleware's own retries and redirects are off.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, cast

import httpx
import msgspec
from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import ParametersNameDecodingHandler
from kiota_http.middleware.options import ParametersNameDecodingHandlerOption
from kiota_http.middleware.user_agent_handler import UserAgentHandler
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core.middleware import AsyncGraphTransport, GraphTelemetryHandler

from bot.config import Config
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.client.signin import SignIn, make_application
from bot.graph.client.transport import BoundedTransport

__all__ = ["GraphClient", "GraphClients", "GraphError", "SignInError"]

PATIENCE: Final = 60.0
"""Seconds for one answer, from the first byte sent to the last one read."""
_ERRORS: Final[dict[str, Any]] = {"XXX": ODataError}
_AS_IT_IS: Final = ParametersNameDecodingHandlerOption(enable=False)
_AUTHORIZATION: Final = "Authorization"
_IMMUTABLE_IDS: Final = 'IdType="ImmutableId"'


class _Response(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Responses(msgspec.Struct):
    responses: list[_Response]


class _Error(msgspec.Struct):
    code: str = ""


class _Failure(msgspec.Struct):
    error: _Error


class GraphClient:
    """Graph for one tenant."""

    def __init__(
        self,
        graph_url: str,
        sign_in: SignIn,
        client: httpx.AsyncClient,
        *,
        read_date: Callable[[], float | None],
        clock: Callable[[], float] = time.time,
        patience: float = PATIENCE,
    ) -> None:
        self.graph_url = graph_url.rstrip("/")
        self._patience = patience
        self._clock = clock
        self.read_date = read_date
        """Microsoft's time by the last answer, in UTC seconds; None where none told it."""
        self._authenticator = _Authenticator(sign_in, self.graph_url)
        self._adapter = GraphRequestAdapter(self._authenticator, client=client)
        self._adapter.base_url = self.graph_url
        self.request_builder = GraphServiceClient(request_adapter=self._adapter)
        """msgraph-sdk's builders: their `to_get_request_information` and its like are what `fetch` takes."""

    async def fetch(self, request: RequestInformation) -> bytes:
        """Send a request and give the body's bytes; raises `GraphError`.

        A token that Graph refuses is renewed once, and the same request sent again.
        """
        try:
            return await self._send(request)
        except GraphError as error:
            if error.status != HTTPStatus.UNAUTHORIZED:
                raise
        self._authenticator.refuse(request)
        return await self._send(request)

    async def fetch_link(self, link: str, *, page_size: int | None = None) -> bytes:
        """Follow a next or delta link; raises `GraphError`, also for a link that leads to another host.

        Pages hold as many items as Graph likes where no `page_size` is given.
        """
        if not link.startswith(f"{self.graph_url}/"):
            raise GraphError(0, "foreignLink")
        return await self.fetch(request_url(link, page_size))

    async def fetch_batch(self, paths: Mapping[str, str]) -> dict[str, bytes | GraphError]:
        """Fetch what is at some paths (`/users/...`) in one request, and return each by its name; raises `GraphError`.

        An error of one is its value, and spoils no other. Graph takes 20; to one mailbox, Outlook takes four at once
        (learn.microsoft.com/graph/throttling-limits).
        """
        headers = {"Prefer": _IMMUTABLE_IDS}
        asked = [{"id": name, "method": "GET", "url": path, "headers": headers} for name, path in paths.items()]
        request = request_url(f"{self.graph_url}/$batch")
        request.http_method = Method.POST
        request.headers.add("Content-Type", "application/json")
        request.content = msgspec.json.encode({"requests": asked})
        try:
            responses = msgspec.json.decode(await self.fetch(request), type=_Responses).responses
        except msgspec.MsgspecError as error:
            raise GraphError(0, "notABatch") from error
        found = {one.id: self._read_response(one) for one in responses}
        if found.keys() != paths.keys():
            raise GraphError(0, "notABatch")
        return found

    def _read_response(self, response: "_Response") -> bytes | GraphError:
        if response.status == HTTPStatus.OK:
            return bytes(response.body)
        try:
            code = msgspec.json.decode(response.body, type=_Failure).error.code
        except msgspec.MsgspecError:
            code = ""
        headers = {name.lower(): value for name, value in response.headers.items()}
        return GraphError(response.status, code, read_retry_after(headers.get("retry-after"), self._clock()))

    async def _send(self, request: RequestInformation) -> bytes:
        try:
            async with asyncio.timeout(self._patience):
                body = await self._adapter.send_primitive_async(request, "bytes", _ERRORS)
        except APIError as error:
            raise self._translate(error) from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise GraphError(0, type(error).__name__) from None
        return cast("bytes", body) or b""

    def _translate(self, error: APIError) -> GraphError:
        status = error.response_status_code or 0
        main = getattr(error, "error", None)
        headers = error.response_headers or {}
        return GraphError(
            status,
            str(getattr(main, "code", None) or ""),
            read_retry_after(headers.get("Retry-After"), self._clock()),
            str(headers.get("Location") or ""),
        )


class GraphClients:
    """The clients of all tenants, over one set of connections; calling it gives a tenant's client."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time, *, patience: float = PATIENCE) -> None:
        self._config = config
        self._patience = patience
        self._clock = clock
        self._transport = BoundedTransport(config)
        self._http = make_http_client(self._transport)
        self._clients: dict[str, GraphClient] = {}
        self._sign_ins: list[SignIn] = []

    def __call__(self, entra_tenant_id: str) -> GraphClient:
        """Return the client of a tenant, known by its Entra id."""
        client = self._clients.get(entra_tenant_id)
        if client is None:
            sign_in = SignIn(make_application(self._config, entra_tenant_id))
            client = GraphClient(
                self._config.graph_url,
                sign_in,
                self._http,
                read_date=self.read_date,
                clock=self._clock,
                patience=self._patience,
            )
            self._clients[entra_tenant_id] = client
            self._sign_ins.append(sign_in)
        return client

    def read_date(self) -> float | None:
        """Return Microsoft's time by the last answer, in UTC seconds; None where none told it."""
        return self._transport.read_date()

    async def close(self) -> None:
        """Close the connections."""
        for sign_in in self._sign_ins:
            sign_in.close()
        await self._http.aclose()
        await self._transport.aclose()  # the SDK's own transport does not hand the word on


def make_http_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Make the HTTP client for Graph, with only the part of the SDK's middleware that is needed."""
    middleware = [ParametersNameDecodingHandler(), UserAgentHandler(), GraphTelemetryHandler()]
    pipeline = KiotaClientFactory.create_middleware_pipeline(middleware, transport)
    return _PlainClient(AsyncGraphTransport(transport, pipeline))


def request_url(url: str, page_size: int | None = None) -> RequestInformation:
    """Ask for a URL as it is; pages hold as many items as Graph likes where no `page_size` is given."""
    request = RequestInformation(Method.GET)
    request.url = url
    request.add_request_options([_AS_IT_IS])
    request.headers.add("Accept", "application/json")
    add_preferences(request, page_size)
    return request


def add_preferences(request: RequestInformation, page_size: int | None) -> None:
    """Return headers for immutable ids and a page size; `$top` on a delta would limit the whole result instead."""
    size = f", odata.maxpagesize={page_size}" if page_size else ""
    request.headers.add("Prefer", f"{_IMMUTABLE_IDS}{size}")


def read_retry_after(value: str | None, now: float) -> float | None:
    """Read a `Retry-After` in seconds or as an HTTP date (RFC 9110); None where there is none to be read."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError):
        return None


class _Authenticator(AuthenticationProvider):
    """Adds the token to requests that go to Graph, and to no others."""

    def __init__(self, sign_in: SignIn, graph_url: str) -> None:
        self._sign_in = sign_in
        self._graph_url = graph_url
        self._refused = ""

    async def authenticate_request(
        self, request: RequestInformation, additional_authentication_context: dict[str, Any] | None = None
    ) -> None:
        """Put the token on a request; `claims` in the context ask for a new one."""
        request.url = url = request.url  # from now on a plain text: it is made from a template at every look
        if not url.startswith(f"{self._graph_url}/"):
            raise GraphError(0, "foreignLink")
        claims = (additional_authentication_context or {}).get("claims", "")
        token = await self._sign_in.get_token(instead_of=self._refused, claims=claims)
        request.headers.remove(_AUTHORIZATION)
        request.headers.add(_AUTHORIZATION, f"Bearer {token}")

    def refuse(self, request: RequestInformation) -> None:
        """Record that Graph refused the token of a request."""
        self._refused = next(iter(request.headers.get(_AUTHORIZATION) or ()), "").removeprefix("Bearer ")


class _PlainClient(httpx.AsyncClient):
    """Sends a request without httpx's cookies, redirects and sign-in, which Graph does not need.

    httpx would also add reference cycles to each answer, so that pages stay in memory until the garbage collector runs.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(transport=transport, trust_env=False)
        self._way = transport

    async def send(self, request: httpx.Request, **_options: Any) -> httpx.Response:
        """Send a request."""
        return await self._way.handle_async_request(request)
