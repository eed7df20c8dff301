"""kill -9 of a real process: what it had in hand is taken up again in seconds, by another one or by itself."""

import asyncio
import time

import pytest

from bot.demo.faults import Fault
from bot.demo.microsoft import Microsoft
from tests.installation import Installation
from tests.running import find_port

BACK = 10
"""Seconds after which whatever a killed process had in hand is at work again."""
AT_WORK = {
    "the first look at a directory": "^users/delta",
    "the first read of a mailbox": "essages/delta",
    "the making of a subscription": "^subscriptions",
}


async def wait_for_hit(fault: Fault, seconds: float = 60) -> float:
    """Wait until a fault has struck; gives how long it took."""
    started = time.monotonic()
    while not fault.hits:
        await asyncio.sleep(0.05)
        assert time.monotonic() < started + seconds, "it was not asked"
    return time.monotonic() - started


async def start_worker(installation: Installation, name: str) -> None:
    """Start a worker, and wait until it answers its probes."""
    port = find_port()
    installation.start(name, "worker", CARNET_WORKER_PORT=str(port))
    own = installation.url
    installation.url = f"http://127.0.0.1:{port}"
    while await installation.ask("/livez") is None and name in installation.pids:
        await asyncio.sleep(0.1)
    installation.url = own


def watch(microsoft: Microsoft, path: str) -> Fault:
    """Count from now on who asks for a path; it goes well."""
    microsoft.faults.clear()
    return microsoft.faults.add("slow", path=path, seconds=0)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
@pytest.mark.parametrize("work", AT_WORK)
async def test_A11_another_process_takes_up_what_a_killed_one_had_in_hand(microsoft, installation, work):
    installation.start("service", "serve", "--no-worker")
    await installation.wait_until_ready()
    hang = microsoft.faults.add("hang", path=AT_WORK[work], count=1)
    await start_worker(installation, "one")
    await wait_for_hit(hang)
    await start_worker(installation, "two")
    await asyncio.sleep(8)  # longer than a lease: whoever lives keeps it
    again = watch(microsoft, AT_WORK[work])
    installation.kill("one")
    assert await wait_for_hit(again) < BACK


@pytest.mark.parametrize("work", AT_WORK)
async def test_A11_a_killed_service_that_is_started_again_takes_up_what_it_had_in_hand(microsoft, installation, work):
    hang = microsoft.faults.add("hang", path=AT_WORK[work], count=1)
    installation.start("service", "serve")
    await wait_for_hit(hang)
    installation.kill("service")
    again = watch(microsoft, AT_WORK[work])
    installation.start("service", "serve")
    await installation.wait_until_ready()
    assert await wait_for_hit(again) < BACK
