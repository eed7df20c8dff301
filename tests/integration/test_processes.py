"""The service as it really runs: signals, restarts, and what is open to the public."""

import asyncio
import urllib.request

from bot.metrics import REGISTRY, serving_metrics
from tests.any_database import on_any_url
from tests.running import find_port

RESTARTS = 3
MAILS = 40


async def send(firm, number: int) -> None:
    for mail in range(MAILS):
        for person in firm.list_people():
            firm.send_mail((person.name, person.address), to=[("", f"p{mail}@host{number}.example")])
        await asyncio.sleep(0.02)


async def test_F69_stopped_under_load_the_service_drains_and_loses_nothing(firm, installation):
    for number in range(RESTARTS):
        installation.start("service", "serve")
        await installation.wait_until_ready()
        sending = asyncio.create_task(send(firm, number))
        await asyncio.sleep(0.5)
        code, seconds = await installation.stop("service")
        assert (code, seconds < 30) == (0, True), installation.read_log("service")[-2000:]
        await sending


@on_any_url
async def test_F69_stopped_while_microsoft_hangs_and_a_client_stalls_it_still_ends_in_time(microsoft, installation):
    anne = microsoft.firm.list_people()[0]
    microsoft.faults.add("hang", edge="login", seconds=300)
    microsoft.faults.add("hang", edge="connector", seconds=300)
    installation.start("service", "serve")
    await installation.wait_until_ready()
    _, stalled = await asyncio.open_connection("127.0.0.1", installation.port)
    stalled.write(
        f"POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {microsoft.mint_bot_token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{".encode()
    )
    saying = asyncio.create_task(microsoft.teams.say(anne, "help", deliveryMode="expectReplies"))
    await asyncio.sleep(1)
    code, seconds = await installation.stop("service")
    assert (code, seconds < 30) == (0, True), installation.read_log("service")[-2000:]
    stalled.close()
    await asyncio.gather(saying, return_exceptions=True)


@on_any_url
async def test_S49_health_is_public_and_names_nobody(microsoft, firm, installation):
    installation.start("service", "serve")
    await installation.wait_until_ready()
    for _ in range(100):
        health = await installation.ask("/healthz")
        if health and health["mailboxes"]["current"] == 2:
            break
        await asyncio.sleep(0.3)
    assert health["status"] == "ok"
    assert health["mailboxes"] == {"total": 2, "current": 2, "failing": 0, "syncing": 0, "skipped": 0}
    names = (firm.tenant_id, firm.name, *firm.domains, *(one.name for one in firm.list_people()))
    assert not [name for name in names if name and name in str(health)]
    assert await installation.ask("/metrics") is None


async def test_S49_metrics_have_a_port_of_their_own_and_no_names():
    port = find_port()
    with serving_metrics("127.0.0.1", port):
        answer = await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/metrics")
        shown = answer.read().decode()
        assert "Server" not in answer.headers
        answer.close()
    assert "carnet_notifications_total" in shown
    labels = {name for family in REGISTRY.collect() for sample in family.samples for name in sample.labels}
    assert labels.isdisjoint({"tenant", "tenant_id", "user", "user_id", "mailbox", "address"})
