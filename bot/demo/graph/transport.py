"""Send answers over HTTP, whole or broken as a fault says."""

import asyncio
import socket
import struct
from typing import NoReturn

from aiohttp import web

from bot.demo.faults import Fault, wait_for
from bot.demo.graph.answers import Answer
from bot.demo.graph.call import Call
from bot.demo.world.addresses import encode_json

_BROKEN = ("html", "empty_body", "bad_gzip", "duplicate_keys", "half", "big")
_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


class ResetError(Exception):
    """The connection is to be reset: the caller sees no answer at all."""


async def break_before(call: Call) -> None:
    """Delay, hang or reset the request before it is answered, if a fault says so; raises `ResetError`."""
    await asyncio.sleep(0)  # lets in what has arrived at the same time, so that four at once can be counted
    await wait_for(_take(call, "slow"))
    if fault := _take(call, "hang"):
        await asyncio.sleep(float(fault.get("seconds", 3600)))
        raise ResetError
    if _take(call, "reset"):
        raise ResetError


async def send(request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
    """Send an answer; a fault may cut it, send it in drops, or replace it."""
    if answer.status == 200:  # noqa: PLR2004  # an error needs no breaking
        for kind in _BROKEN:
            if fault := _take(call, kind):
                answer = _replace(kind, answer, fault)
                break
        if fault := _take(call, "drip"):
            return await _drip(request, answer, fault)
        if _take(call, "cut"):
            return await _cut(request, answer)
    return make_response(answer)


def make_response(answer: Answer) -> web.Response:
    """Turn an answer into aiohttp's."""
    headers = {"Content-Type": _JSON, "OData-Version": "4.0", **answer.headers}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def reset(request: web.Request) -> NoReturn:
    """Reset the connection: lingering for no time makes closing it a reset (RST)."""
    if request.transport is not None:
        if (connection := request.transport.get_extra_info("socket")) is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    raise asyncio.CancelledError


def _replace(kind: str, answer: Answer, fault: Fault) -> Answer:
    match kind:
        case "html":
            body = b"<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"
            return Answer(200, body, {"Content-Type": "text/html"})
        case "empty_body":
            return Answer(200, b"")
        case "bad_gzip":
            return Answer(200, b"\x1f\x8b" + answer.body[:100], {"Content-Encoding": "gzip"})
        case "half":
            return Answer(200, answer.body[: len(answer.body) // 2])
        case "duplicate_keys":
            wrong = b'{"value":[],"@odata.deltaLink":"https://graph.example/wrong",'
            return Answer(200, wrong + answer.body.removeprefix(b"{"))
        case _:
            padding = "x" * int(fault.get("size", 25_000_000))
            return Answer(200, b'{"padding":' + encode_json(padding) + b"," + answer.body.removeprefix(b"{"))


async def _cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": _JSON, "Content-Length": str(len(answer.body))})
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    reset(request)


async def _drip(request: web.Request, answer: Answer, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": _JSON, "Content-Length": str(len(answer.body))})
    await response.prepare(request)
    size = int(fault.get("size", 1))
    for start in range(0, len(answer.body), size):
        await response.write(answer.body[start : start + size])
        await wait_for(fault, 0.1)
    await response.write_eof()
    return response


def _take(call: Call, kind: str) -> Fault | None:
    return call.cloud.faults.take("graph", kind, tenant=call.firm.tenant_id, mailbox=call.user_id, path=call.path)
