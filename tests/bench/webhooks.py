"""Acknowledgements a second and their p99 under a burst, beside a bare handler that only writes the row."""

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Iterator
from typing import Any

from sqlalchemy import insert

from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.models import Mailbox, Subscription, Tenant, User
from tests.bench.databases import list_kinds
from tests.bench.measure import Figure, Report, percentile, ratio_at_least, ratio_at_most
from tests.bench.setting import Setting
from tests.running import find_port

MAILBOXES = 1_000
AT_ONCE = 64
TENANT = "00000000-0000-4000-8000-000000000001"
STATE = "the client state of every subscription here"


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(10_000, 200))
    for kind, new_database in list_kinds(setting.folder):
        results: dict[str, list[dict[str, Any]]] = {"product": [], "bare": []}
        for _ in range(setting.runs):
            for side, kept in results.items():
                async with new_database() as url:
                    await fill(url)
                    kept.append(await to_thread(burst, side, url, count))
        rates = {side: [count / one["seconds"] for one in kept] for side, kept in results.items()}
        tails = {side: [percentile(one["latencies"], 0.99) for one in kept] for side, kept in results.items()}
        title = f"burst of {count:,} notifications ({kind})"
        report.add(Figure(title, "acks/s", rates["product"], "bare handler", rates["bare"], ratio_at_least(1)))
        report.add(Figure(f"{title}, p99", "ms", tails["product"], "bare handler", tails["bare"], ratio_at_most(1)))


async def fill(url: str) -> None:
    """Write a tenant with its mailboxes and their subscriptions, none of them due."""
    database = open_database(url)
    digest = hashlib.sha256(STATE.encode()).digest()
    users, mailboxes, subscriptions = [], [], []
    for number in range(1, MAILBOXES + 1):
        key = {"tenant_id": 1, "user_id": number}
        users.append({"tenant_id": 1, "id": number, "entra_id": str(number), "name": "A", "folded_name": "a"})
        mailboxes.append({**key, "due_at": 2**40, "state": "current"})
        subscription = {**key, "resource": "messages", "graph_id": f"sub-{number}", "client_state_digest": digest}
        subscriptions.append({**subscription, "state": "active", "expires_at": 2**40, "renew_at": 2**40})
    async with database.writing(SYSTEM) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=1, entra_id=TENANT))
        for model, rows in ((User, users), (Mailbox, mailboxes), (Subscription, subscriptions)):
            await connection.execute(insert(model), rows)
    await database.close()


def burst(side: str, url: str, count: int) -> dict[str, Any]:
    """Post so many notifications, many at once, and see that each was taken; some before them open the connections."""
    with webhook(side, url) as address:
        post(address, AT_ONCE)
        found = post(address, count)
    assert found["statuses"] == {"202": count}, found["statuses"]
    return found


@contextlib.contextmanager
def webhook(side: str, url: str) -> Iterator[str]:
    port = find_port()
    command = [sys.executable, "-m", "tests.bench.webhook_run", side, url, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}/graph/notifications"
        finally:
            process.kill()


def post(address: str, count: int) -> dict[str, Any]:
    """Let a client in a process of its own post; the mailboxes take turns."""
    item = {"subscriptionId": "sub-@MAILBOX@", "clientState": STATE, "tenantId": TENANT, "changeType": "created"}
    body = json.dumps({"value": [item | {"resource": "x", "resourceData": {"id": "y" * 150}}]})
    command = [sys.executable, "-m", "tests.bench.webhooks", address, str(count)]
    done = subprocess.run(command, input=body, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main() -> None:
    """Post what stands on stdin: `python -m tests.bench.webhooks URL COUNT`."""
    from tests.bench.load import post_all  # noqa: PLC0415  # the client alone needs it

    body = sys.stdin.read()
    bodies = (body.replace("@MAILBOX@", str(number % MAILBOXES + 1)).encode() for number in range(int(sys.argv[2])))
    headers = {"Content-Type": "application/json"}
    print(json.dumps(asyncio.run(post_all(sys.argv[1], bodies, headers, at_once=AT_ONCE))))


if __name__ == "__main__":
    main()
