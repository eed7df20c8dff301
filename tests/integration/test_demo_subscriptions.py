"""The small Microsoft 365's subscriptions, change notifications and lifecycle notifications."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

CARL = ("Carl", "carl@acme.example")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Receiver:
    """A subscriber that keeps what it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.told: list[dict] = []
        self.handshakes: list[str] = []
        self.statuses: list[int] = []
        """What to answer next; 202 once they are used up."""
        self.is_willing = True

    async def receive(self, request: web.Request) -> web.Response:
        if (token := request.query.get("validationToken")) is not None:
            self.handshakes.append(token)
            return web.Response(text=token if self.is_willing else "no")
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 202:
            self.told += (await request.json())["value"]
        return web.Response(status=status)


@pytest.fixture
async def receiver(aiohttp_server):
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/notifications", receiver.receive)
    server = await aiohttp_server(app)
    receiver.url = str(server.make_url("/notifications"))
    return receiver


def _order(receiver, resource, minutes=60, **changes):
    expires_at = datetime.now(UTC) + timedelta(minutes=minutes)
    order = {
        "changeType": "created,updated,deleted",
        "notificationUrl": receiver.url,
        "lifecycleNotificationUrl": receiver.url,
        "resource": resource,
        "expirationDateTime": expires_at.isoformat(),
        "clientState": "secret",
    }
    return order | changes


async def _subscribe(graph, receiver, resource, **changes):
    status, answer, _ = await graph.ask(
        "subscriptions", method="POST", json=_order(receiver, resource, **changes), Prefer='IdType="ImmutableId"'
    )
    assert status == 201, answer
    return answer


async def test_a_subscription_is_made_after_a_handshake_with_both_addresses(graph, firm, receiver):
    anne, _ = firm.list_people()
    made = await _subscribe(graph, receiver, f"/users/{anne.id}/messages")
    assert len(receiver.handshakes) == 2
    assert made["clientState"] is None
    _, listed, _ = await graph.ask("subscriptions")
    assert [each["id"] for each in listed["value"]] == [made["id"]]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"resource": "me/drive"}, 400),
        ({"resource": "users/nobody/messages"}, 400),
        ({"changeType": "read"}, 400),
        ({"notificationUrl": "https://example.com/hook"}, 400),
        ({"expirationDateTime": "soon"}, 400),
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, 400),
        ({"clientState": "x" * 129}, 400),
    ],
)
async def test_a_wrong_order_is_refused(graph, firm, receiver, changes, status):
    order = _order(receiver, f"users/{firm.list_people()[0].id}/messages") | changes
    assert (await graph.ask("subscriptions", method="POST", json=order))[0] == status


async def test_no_subscription_lives_longer_than_4230_minutes(graph, firm, receiver):
    resource = f"users/{firm.list_people()[0].id}/events"
    order = _order(receiver, resource, minutes=4235)
    assert (await graph.ask("subscriptions", method="POST", json=order))[0] == 400
    await _subscribe(graph, receiver, resource, minutes=4230)


async def test_F1_a_failed_handshake_makes_no_subscription(graph, firm, receiver):
    receiver.is_willing = False
    order = _order(receiver, f"users/{firm.list_people()[0].id}/messages")
    status, answer, _ = await graph.ask("subscriptions", method="POST", json=order)
    assert (status, answer["error"]["code"]) == (400, "ValidationError")
    assert graph.microsoft.subscriptions.list_live() == []


async def test_a_subscription_is_renewed_reauthorised_and_deleted(graph, firm, receiver):
    made = await _subscribe(graph, receiver, f"users/{firm.list_people()[0].id}/messages")
    path = f"subscriptions/{made['id']}"
    later = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    _, renewed, _ = await graph.ask(path, method="PATCH", json={"expirationDateTime": later})
    assert renewed["expirationDateTime"] > made["expirationDateTime"]
    assert (await graph.ask(f"{path}/reauthorize", method="POST"))[0] == 204
    assert graph.microsoft.subscriptions.reauthorized == [made["id"]] * 2
    assert [(await graph.ask(path, method="DELETE"))[0] for _ in range(2)] == [204, 404]


async def test_F9_a_subscription_may_vanish_without_a_word(graph, firm, receiver):
    made = await _subscribe(graph, receiver, f"users/{firm.list_people()[0].id}/messages")
    graph.microsoft.subscriptions.drop(made["id"])
    assert (await graph.ask("subscriptions"))[1]["value"] == []


async def test_a_mail_is_told_to_whoever_subscribed(graph, firm, receiver):
    anne, bob = firm.list_people()
    made = await _subscribe(graph, receiver, f"users/{anne.id}/messages")
    firm.send_mail(CARL, [("", anne.address), ("", bob.address)])
    await graph.microsoft.notifications.settle()
    [told] = receiver.told
    assert (told["subscriptionId"], told["clientState"], told["tenantId"]) == (made["id"], "secret", firm.tenant_id)
    assert told["changeType"] == "created"
    _, message, _ = await graph.ask(told["resource"], Prefer='IdType="ImmutableId"')
    assert message["id"] == told["resourceData"]["id"]


async def test_events_and_folders_are_told_apart(graph, firm, receiver):
    anne, _ = firm.list_people()
    await _subscribe(graph, receiver, f"users/{anne.id}/events")
    await _subscribe(graph, receiver, f"users/{anne.id}/mailFolders('inbox')/messages", changeType="created")
    firm.send_mail((anne.name, anne.address), [CARL])
    firm.send_mail(CARL, [("", anne.address)])
    meeting = firm.schedule.hold(CARL, [(anne.name, anne.address)], START, START + timedelta(hours=1))
    firm.schedule.remove(anne, meeting)
    await graph.microsoft.notifications.settle()
    assert [(told["resource"].split("/")[2], told["changeType"]) for told in receiver.told] == [
        ("Messages", "created"),
        ("Events", "created"),
        ("Events", "deleted"),
    ]


async def test_what_is_not_taken_is_told_again(graph, firm, receiver):
    anne, _ = firm.list_people()
    await _subscribe(graph, receiver, f"users/{anne.id}/messages")
    graph.microsoft.notifications.first_pause = 0.01
    receiver.statuses = [503, 500]
    firm.send_mail(CARL, [("", anne.address)])
    await graph.microsoft.notifications.settle()
    assert len(receiver.told) == 1
    assert [delivery.status for delivery in graph.microsoft.notifications.deliveries] == [503, 500, 202]


async def test_many_changes_come_in_batches(graph, firm, receiver):
    anne, _ = firm.list_people()
    await _subscribe(graph, receiver, f"users/{anne.id}/messages")
    for _ in range(250):
        firm.send_mail(CARL, [("", anne.address)])
    await graph.microsoft.notifications.settle()
    assert [delivery.size for delivery in graph.microsoft.notifications.deliveries] == [100, 100, 50]


@pytest.mark.parametrize("case", [("lose", {}, 0), ("double", {"times": 2}, 3), ("delay", {"seconds": 0.1}, 1)])
async def test_F2_F5_notifications_are_lost_doubled_or_late(graph, firm, receiver, case):
    kind, values, count = case
    anne, _ = firm.list_people()
    await _subscribe(graph, receiver, f"users/{anne.id}/messages")
    graph.microsoft.faults.add(kind, edge="notifications", mailbox=anne.id, **values)
    firm.send_mail(CARL, [("", anne.address)])
    await graph.microsoft.notifications.settle()
    assert len(receiver.told) == count


async def test_F3_notifications_come_in_any_order(graph, firm, receiver):
    anne, _ = firm.list_people()
    await _subscribe(graph, receiver, f"users/{anne.id}/messages")
    graph.microsoft.faults.add("reorder", edge="notifications", window=20)
    copies = [copy for _ in range(20) for copy in firm.send_mail(CARL, [("", anne.address)])]
    await graph.microsoft.notifications.settle()
    ids = [told["resourceData"]["id"] for told in receiver.told]
    assert sorted(ids) == sorted(copy.immutable_id for copy in copies)
    assert ids != [copy.immutable_id for copy in copies]


@pytest.mark.parametrize("event", ["missed", "reauthorizationRequired", "subscriptionRemoved"])
async def test_F6_F7_F8_lifecycle_events_are_sent_on_demand(graph, firm, receiver, event):
    made = await _subscribe(graph, receiver, f"users/{firm.list_people()[0].id}/messages")
    live = graph.microsoft.subscriptions.list_live()
    graph.microsoft.notifications.send_lifecycle(event, live)
    await graph.microsoft.notifications.settle()
    [told] = receiver.told
    assert (told["lifecycleEvent"], told["subscriptionId"], told["clientState"]) == (event, made["id"], "secret")
    assert len(graph.microsoft.subscriptions.list_live()) == (event != "subscriptionRemoved")


async def test_subscriptions_are_listed_in_pages(graph, firm, receiver):
    anne, _ = firm.list_people()
    for _ in range(101):
        await _subscribe(graph, receiver, f"users/{anne.id}/messages", lifecycleNotificationUrl=None)
    _, page, _ = await graph.ask("subscriptions")
    _, rest, _ = await graph.ask(page["@odata.nextLink"])
    assert (len(page["value"]), len(rest["value"])) == (100, 1)
