"""`$batch`: up to twenty calls in one request, each answered as if it had come alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from bot.demo.graph.answers import Answer, GraphError, answer_json
from bot.demo.graph.call import Call, normalise_path
from bot.demo.world.addresses import encode_json

MOST = 20


async def answer_batch(call: Call, answer: Callable[[Call], Awaitable[Answer]]) -> Answer:
    """Answer a batch, one call after the other."""
    try:
        answers = [_describe(each, await answer(_read(call, each))) for each in _list_requests(call)]
    except GraphError as error:
        return error.to_answer()
    return answer_json({"responses": answers})


def _list_requests(call: Call) -> list[dict[str, Any]]:
    requests = call.read_json().get("requests")
    if not isinstance(requests, list) or not 1 <= len(requests) <= MOST:
        raise GraphError(400, "BadRequest", f"A batch holds 1 to {MOST} requests.")
    return requests


def _read(call: Call, request: dict[str, Any]) -> Call:
    parts = urlsplit(str(request.get("url", "")))
    headers = {str(name).lower(): str(value) for name, value in (request.get("headers") or {}).items()}
    return replace(
        call,
        method=str(request.get("method", "GET")).upper(),
        path=normalise_path(parts.path),
        query=dict(parse_qsl(parts.query)),
        prefer=headers.get("prefer", ""),
        body=encode_json(request["body"]) if "body" in request else b"",
        values={},
        mailbox=None,
    )


def _describe(request: dict[str, Any], answer: Answer) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", **answer.headers}
    body = msgspec.Raw(answer.body or b"null")
    return {"id": str(request.get("id", "")), "status": answer.status, "headers": headers, "body": body}
