"""From the arrival of a notification to the message at the connector, beside the HTTP hops that it takes."""

import asyncio
import time

import aiohttp

from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from bot.notices.pace import GATHER
from tests.bench.databases import new_sqlite
from tests.bench.measure import Figure, Report, at_most, percentile
from tests.bench.setting import Setting
from tests.installation import Installation

PEOPLE = 20
INSTALLING = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}
PATIENCE = 30.0
FEEDS = ("mailFolders/sentitems/messages/delta", "mailFolders/inbox/messages/delta", "calendarView/delta")


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(100, 10))
    firm = Firm("lex.example", name="Lex")
    firm.granted |= INSTALLING
    for number in range(PEOPLE):
        firm.add_person(f"u{number}@lex.example", f"User {number}")
    async with run_microsoft(firm) as microsoft, new_sqlite(setting.folder) as url:
        installation = Installation(microsoft, url, setting.folder, notice_hours="0-24", installs_app=True)
        microsoft.teams.bot_url = f"{installation.url}/api/messages"
        try:
            installation.start("service", "serve")
            await _wait_until_ready(microsoft, installation)
            await _say_hello(microsoft, installation)
            runs = [await _time_notices(microsoft, f"run{run}", count) for run in range(setting.runs)]
            hops = await _time_hops(microsoft, installation, count)
        finally:
            installation.end()
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        report.add(
            Figure(
                f"notification to message, {name}",
                "ms",
                [percentile(run, share) for run in runs],
                "the bare hops",
                [percentile(hops, share)],
                at_most(2_000),
                f"of it up to {GATHER * 1000} ms are left for what comes together to gather",
            )
        )


async def _wait_until_ready(microsoft: Microsoft, installation: Installation) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        health = await installation.ask("/healthz")
        is_current = health and health["mailboxes"]["current"] == PEOPLE
        if is_current and len(microsoft.subscriptions.list_live()) == 2 * PEOPLE:
            return
        await asyncio.sleep(0.3)
    raise RuntimeError(installation.read_log("service")[-3000:])


async def _say_hello(microsoft: Microsoft, installation: Installation) -> None:
    """Let everybody open the chat, as people do who want to be told of things."""
    for person in microsoft.firm.list_people():
        await microsoft.teams.say(person, "hello")


async def _time_notices(microsoft: Microsoft, name: str, count: int) -> list[float]:
    return [await _time_notice(microsoft, f"{name}-{number}", number) for number in range(count)]


async def _time_notice(microsoft: Microsoft, name: str, number: int) -> float:
    """Let somebody write to a company that nobody has met; gives milliseconds."""
    person = microsoft.firm.list_people()[number % PEOPLE]
    posted, said = len(microsoft.notifications.deliveries), len(microsoft.connector.sent)
    microsoft.firm.send_mail((person.name, person.address), to=[("Jane Doe", f"jane@company-{name}.example")])
    while len(microsoft.notifications.deliveries) == posted:
        await asyncio.sleep(0.001)
    arrived = time.perf_counter()
    while not any(sent.kind == "sent" for sent in microsoft.connector.sent[said:]):
        if time.perf_counter() - arrived > PATIENCE:
            raise RuntimeError("no message came")
        await asyncio.sleep(0.001)
    return (time.perf_counter() - arrived) * 1000


async def _time_hops(microsoft: Microsoft, installation: Installation, count: int) -> list[float]:
    """Make the requests alone: one to the webhook, three for the feeds, one to the connector."""
    hops = []
    person = microsoft.firm.list_people()[0]
    async with aiohttp.ClientSession() as session:
        token = await _sign_in(microsoft, session)
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(count):
            started = time.perf_counter()
            await (await session.post(f"{installation.url}/graph/notifications?validationToken=x")).read()
            for feed in FEEDS:
                await (await session.get(f"{microsoft.graph_url}/users/{person.id}/{feed}", headers=headers)).read()
            await (await session.post(f"{microsoft.connector_url}v3/conversations", json={}, headers=headers)).read()
            hops.append((time.perf_counter() - started) * 1000)
    return hops


async def _sign_in(microsoft: Microsoft, session: aiohttp.ClientSession) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": microsoft.cloud.app_id,
        "client_secret": microsoft.cloud.app_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{microsoft.login_url}/{microsoft.firm.tenant_id}/oauth2/v2.0/token"
    async with session.post(url, data=form, ssl=microsoft.login_context) as response:
        token: str = (await response.json())["access_token"]
        return token
