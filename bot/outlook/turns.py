"""`POST /api/turn`: a verb and its data in, a card out; who asks is proven before a byte of the body is read."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Literal

import msgspec
import structlog
from aiohttp import web

from bot.door import VERSIONED, Caller, Door
from bot.errors import BadRequestError, CarnetError
from bot.language import choose_language, say
from bot.outlook.tokens import UserTokens
from bot.request_bodies import read_body, refuse_doubles
from bot.turn import Ask, Language, Reply
from bot.verb_inputs import find_key
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.firm.users import KnownUser, get_known_user

LARGEST_BODY = 256 * 1024

_NAMES: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.CONFLICT: "changed_since",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not_json",
    HTTPStatus.PRECONDITION_REQUIRED: "version_needed",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}

_VERSION = re.compile(r'("?)([0-9]{1,18})\1', re.ASCII)

log = structlog.get_logger(__name__)


class NotAdmittedError(Exception):
    """Somebody who is not let in; `response` says why."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a question."""

    verb: str
    data: dict[str, Any] = {}
    locale: str = ""
    timezone: str = ""
    surface: Literal["pane", "tab"] = "pane"


class Turns:
    """Answers the page's questions through the door."""

    def __init__(self, database: Database, door: Door, tokens: UserTokens, *, origin: str) -> None:
        self._database = database
        self._door = door
        self._tokens = tokens
        self._origin = origin

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one question; every refusal is JSON with a sentence and the status of its kind."""
        language = _read_language(request)
        try:
            user = await self._know(request)
            language = choose_language(None, user.language) if user else language
            question = await _read(request)
            language = choose_language(question.locale, user.language if user else language)
            asked_from = {"timezone": question.timezone, "locale": question.locale}
            caller = self._door.admit(user, surface=question.surface, language=language, **asked_from)
            data = {key: value for key, value in question.data.items() if key != "verb"}  # a card repeats it
            response = _send(await self._door.answer(Ask(question.verb, data), caller))
        except web.HTTPException as refusal:
            response = _refuse(refusal.status, language)
            if refusal.keep_alive is False:
                response.force_close()
        except CarnetError as error:
            response = _refuse(error.code, language, error)
        except ConnectionError:
            raise  # who asked is gone: nobody is left to be told
        except DatabaseError as error:
            log.warning("database_unavailable", reason=error.reason)
            response = _refuse(HTTPStatus.SERVICE_UNAVAILABLE, language)
        except Exception:
            log.exception("turn_failed")
            response = _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, language)
        if request.headers.get("Origin") == self._origin:
            response.headers["Access-Control-Allow-Origin"] = self._origin
        response.headers["Vary"] = "Origin"
        return response

    async def admit(self, request: web.Request, surface: Literal["pane", "tab"]) -> Caller:
        """Let in whoever opens a page; raises the answer that refuses them, as `answer` gives it."""
        try:
            user = await self._know(request)
            language = choose_language(None, user.language) if user else _read_language(request)
            return self._door.admit(user, surface=surface, language=language)
        except CarnetError as error:
            raise NotAdmittedError(_refuse(error.code, _read_language(request), error)) from error
        except DatabaseError as error:
            raise NotAdmittedError(_refuse(HTTPStatus.SERVICE_UNAVAILABLE, _read_language(request))) from error

    async def _know(self, request: web.Request) -> KnownUser | None:
        """Return the person behind the token; raises `UnauthenticatedError` without a good one."""
        identity = await self._tokens.check(request.headers.get("Authorization"))
        async with self._database.reading(SYSTEM) as connection:
            return await get_known_user(connection, identity.tenant, identity.object_id)


async def _read(request: web.Request) -> Question:
    """Read the body; only JSON is taken, so that no form of another site can be posted here (B70)."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    body = await read_body(request, LARGEST_BODY)
    try:
        question = msgspec.json.decode(body, type=Question)
        refuse_doubles(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError) as error:
        key = find_key(str(error)) if isinstance(error, msgspec.ValidationError) else ""
        raise (BadRequestError("bad_input", field=key) if key else BadRequestError()) from error
    if question.verb in VERSIONED and (match := request.headers.getall("If-Match", ())):
        question.data.setdefault("version", _read_version(match))
    return question


def _read_version(match: Sequence[str]) -> int:
    """Return the one version that `If-Match` names; `*`, a weak tag and several name none (RFC 9110, 13.1.1)."""
    version = _VERSION.fullmatch(match[0])
    if version is None or len(match) > 1:
        raise BadRequestError("bad_input", field="If-Match")
    return int(version[2])


def _read_language(request: web.Request) -> Language:
    return choose_language(request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0])


def _send(reply: Reply) -> web.Response:
    if reply.file is not None and reply.file.content is not None:
        return web.Response(body=reply.file.content, content_type=reply.file.content_type)
    answer: dict[str, Any] = {"card": reply.card, "summary": reply.summary, "data": reply.data}
    if reply.is_error:
        answer["error"] = {"code": _NAMES.get(reply.code, "unexpected"), "text": reply.summary}
    if reply.choices:
        answer["choices"] = [{"title": choice.title, "value": choice.value} for choice in reply.choices]
    if reply.file is not None:
        offer = reply.file
        answer["file"] = {"name": offer.name, "size": offer.size, "verb": offer.ask.verb, "data": offer.ask.data}
    return web.Response(
        body=msgspec.json.encode(answer), status=reply.code, content_type="application/json", charset="utf-8"
    )


def _refuse(status: int, language: Language, error: CarnetError | None = None) -> web.Response:
    """Say no: a code for the page and a sentence for the person, with no detail of what is or is not there."""
    name = _NAMES.get(status, "unexpected")
    text = say(language, f"outlook.{name}")
    if error is not None and error.key != type(error).key:
        text = say(language, f"errors.{error.key}", **error.values)
    body = {"error": {"code": name, "text": text}}
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == HTTPStatus.UNAUTHORIZED else {}
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json", charset="utf-8", headers=headers
    )
