"""A Teams turn, "show my clients" at 1,000,000 contacts, with token and database, beside bare aiohttp and echo bots."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, percentile, ratio_at_least, ratio_at_most
from tests.bench.population import make_entra_id
from tests.bench.setting import Setting

_PEERS = Path(__file__).parent / "peers"
_HOST = "127.0.0.1"
_USERS = 50
"""People who ask in turn."""
_MANY = 16
_PATIENCE = 60.0
"""Seconds for a process to answer."""


@dataclass
class Bot:
    """Something that answers activities, and what was measured of it."""

    name: str
    port: int
    token: str = ""
    latencies: list[list[float]] = field(default_factory=list)
    """Of each run, one at a time, in milliseconds."""
    rates: list[float] = field(default_factory=list)
    """Turns a second of each run, with many at once."""
    posted: int = 0

    @property
    def p95s(self) -> list[float]:
        return [percentile(run, 0.95) for run in self.latencies]


async def measure(setting: Setting, report: Report) -> None:
    async with run_microsoft(Firm("firm.example")) as microsoft, running(_PEERS / "sink.py") as sink:
        for kind, firms in list_kinds(setting):
            url = await firms.get_url(setting.choose(1, 0.002))
            bots = await _run_all(setting, settings_of(microsoft, url), microsoft, sink)
            _report(report, kind, bots)


async def _run_all(setting: Setting, environment: dict[str, str], microsoft: Microsoft, sink: int) -> list[Bot]:
    """Run every bot by turns; the product first, then bare aiohttp (twice) and the two SDKs."""
    product_at = f"http://{_HOST}:{sink}/product"
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(running("-m", "bot", "serve", "--no-worker", env=environment))
        product = Bot("product", port, microsoft.mint_bot_token(serviceurl=product_at))
        card = setting.folder / "card.json"
        card.write_bytes(await _get_card(product, product_at))
        peers = {
            "bare": ("bare.py", str(card)),
            "bare on uvloop": ("bare.py", str(card), "uvloop"),
            "CloudAdapter": ("cloud_adapter_echo.py",),
            "Agents SDK": ("agents_echo.py",),
        }
        bots = [product]
        for name, (script, *arguments) in peers.items():
            peer_port = await stack.enter_async_context(running(_PEERS / script, *arguments))
            bots.append(Bot(name, peer_port))
        for run in range(-1, setting.runs):  # the first one warms up
            for bot in bots:
                await _run(setting, bot, sink, is_kept=run >= 0)
    return bots


def _report(report: Report, kind: str, bots: list[Bot]) -> None:
    product, bare, bare_on_uvloop, cloud_adapter, agents = bots
    one, many = f'"show my clients" ({kind}), p95', f'"show my clients" ({kind}), {_MANY} at once'
    posted = f"the product posted {product.posted:,} cards"
    report.add(Figure(one, "ms", product.p95s, bare.name, bare.p95s, ratio_at_most(2.5), posted))
    report.add(Figure(one, "ms", product.p95s, bare_on_uvloop.name, bare_on_uvloop.p95s))
    for peer, least in ((agents, 1), (cloud_adapter, 5)):
        report.add(Figure(many, "turns/s", product.rates, peer.name, peer.rates, ratio_at_least(least)))
    report.add(Figure(one, "ms", product.p95s, cloud_adapter.name, cloud_adapter.p95s, ratio_at_most(1 / 5)))
    report.add(Figure(one, "ms", product.p95s, agents.name, agents.p95s))
    report.add(Figure(many, "turns/s", product.rates, bare.name, bare.rates))


async def _run(setting: Setting, bot: Bot, sink: int, *, is_kept: bool) -> None:
    """Post a run's activities, and see at the far end that each of them was answered there."""
    before = await _count_posts(sink, bot)
    single = await _load(bot, sink, int(setting.choose(400, 30)), 1)
    many = await _load(bot, sink, int(setting.choose(1_200, 60)), _MANY)
    sent = sum(sum(found["statuses"].values()) for found in (single, many))
    good = sum(count for found in (single, many) for status, count in found["statuses"].items() if status[0] == "2")
    posted = await _count_posts(sink, bot) - before
    assert sent == good == posted, f"{bot.name}: {sent} sent, {good} answered, {posted} posted"
    if is_kept:
        bot.latencies.append(single["latencies"])
        bot.rates.append(len(many["latencies"]) / many["seconds"])
        bot.posted += posted


async def _load(bot: Bot, sink: int, count: int, at_once: int) -> dict[str, Any]:
    template = json.dumps(_describe(f"http://{_HOST}:{sink}/{_get_path(bot)}"))
    options = {"count": count, "at-once": at_once, "users": _USERS, "token": bot.token, "run": time.time_ns()}
    arguments = [f"--{name}={value}" for name, value in options.items()]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.load", f"http://{_HOST}:{bot.port}/api/messages", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    found, _ = await process.communicate(template.encode())
    return json.loads(found)


def _get_path(bot: Bot) -> str:
    return bot.name.replace(" ", "-")


async def _count_posts(sink: int, bot: Bot) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://{_HOST}:{sink}/count") as response:
        return (await response.json()).get(_get_path(bot), 0)


async def _get_card(product: Bot, service_url: str) -> bytes:
    """Ask the product for its answer in the response's body, to have the floor post the same."""
    activity = _describe(service_url) | {"deliveryMode": "expectReplies"}
    body = json.dumps(activity).replace("@USER@", f"{1:012d}").replace("@ID@", f"card-{time.time_ns()}")
    headers = {"Authorization": f"Bearer {product.token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://{_HOST}:{product.port}/api/messages", data=body.encode(), headers=headers) as response,
    ):
        (reply,) = (await response.json())["activities"]
    assert reply["attachments"][0]["content"]["type"] == "AdaptiveCard", reply
    return json.dumps(reply).encode()


def _describe(service_url: str) -> dict[str, Any]:
    """Describe an activity as Teams sends it."""
    tenant = make_entra_id(0)
    person = make_entra_id(1)[:-12] + "@USER@"
    return {
        "type": "message",
        "id": "@ID@",
        "timestamp": "2026-01-01T10:00:00.123Z",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:@USER@", "name": "Somebody", "aadObjectId": person},
        "recipient": {"id": "28:carnet", "name": "Carnet"},
        "conversation": {"id": "a:@USER@", "conversationType": "personal", "tenantId": tenant},
        "channelData": {"tenant": {"id": tenant}},
        "locale": "en-US",
        "textFormat": "plain",
        "text": "show my clients",
    }


def settings_of(microsoft: Microsoft, url: str) -> dict[str, str]:
    """Give the environment of `carnet serve`."""
    values = microsoft.config_values | {"tenants": (make_entra_id(0),), "database_url": url, "log_level": "WARNING"}
    return {
        f"CARNET_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
    }


@contextlib.asynccontextmanager
async def running(*arguments: str | Path, env: dict[str, str] | None = None) -> AsyncIterator[int]:
    """Run a server of ours until the block is left; gives its port, which is its first argument or in `env`."""
    port = _choose_port()
    script, *rest = map(str, arguments)
    words = (script, *rest) if env else (script, str(port), *rest)
    full_env = os.environ | env | {"CARNET_PORT": str(port)} if env else None
    # The SDKs' bots complain on every turn that they have no app id.
    outputs = {} if env else {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    process = await asyncio.create_subprocess_exec(sys.executable, *words, env=full_env, **outputs)
    try:
        await _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        await process.wait()


def _choose_port() -> int:
    with socket.socket() as free:
        free.bind((_HOST, 0))
        return free.getsockname()[1]


async def _wait_for(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE):
        while process.returncode is None:
            with contextlib.suppress(OSError):
                (await asyncio.open_connection(_HOST, port))[1].close()
                return
            await asyncio.sleep(0.05)
    raise RuntimeError("it has ended")
