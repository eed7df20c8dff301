"""The demo's own endpoints: what the demo page, and anyone who tries the product, uses."""

import jwt
import pytest

from bot.demo.journal import Journal
from bot.demo.serving import run_microsoft
from tests.microsoft import GraphReader, make_firm

CARL = ["Carl", "carl@acme.example"]


async def _call(graph, path, json=None, method=""):
    url = f"{graph.microsoft.cloud.url}{path}"
    async with graph.session.request(method or ("POST" if json is not None else "GET"), url, json=json) as response:
        return response.status, await response.json()


async def test_users_are_listed(graph, firm):
    _, users = await _call(graph, "/demo/users")
    assert [(user["name"], user["mail"]) for user in users] == [
        ("Anne Martin", "anne.martin@lex.example"),
        ("Bob Stone", "bob.stone@lex.example"),
    ]
    assert [user["id"] for user in users] == [person.id for person in firm.list_people()]


async def test_a_mail_is_put_into_the_mailboxes(graph, firm):
    anne, bob = firm.list_people()
    order = {"from": CARL, "to": [["Anne", anne.address]], "bcc": [[None, bob.address]], "subject": "Hello"}
    status, answer = await _call(graph, "/demo/mail", order)
    assert (status, answer["copies"]) == (201, 2)
    _, [mail] = await _call(graph, f"/demo/inbox?user={anne.id}")
    assert (mail["subject"], mail["from"], mail["is_sent"]) == ("Hello", CARL, False)
    assert abs(mail["at"] - firm.clock()) < 5


async def test_mail_to_an_address_that_nobody_has_is_not_delivered_and_that_is_said(graph, firm):
    _, answer = await _call(graph, "/demo/mail", {"from": CARL, "to": [["", "ghost@lex.example"]]})
    assert (answer["copies"], answer["undelivered"]) == (0, ["ghost@lex.example"])
    assert "ghost@lex.example" in answer["message"]
    assert len(firm.list_people()) == 2


async def test_mail_between_strangers_is_in_no_mailbox(graph):
    _, answer = await _call(graph, "/demo/mail", {"from": CARL, "to": [["", "x@other.example"]]})
    assert (answer["copies"], answer["undelivered"]) == (0, [])
    assert answer["message"].startswith("Nobody of the firm")


async def test_somebody_new_writes_to_a_person(graph, firm):
    anne, _ = firm.list_people()
    for _ in range(2):
        await _call(graph, "/demo/mail", {"user": anne.id})
    senders = [fact.sender[1] for fact in firm.truth.list_mail()]
    assert len({address.rpartition("@")[2] for address in senders}) == 2


@pytest.mark.parametrize(
    "order",
    [
        [],
        {},
        {"from": CARL},
        {"from": "carl@acme.example", "to": [CARL]},
        {"from": ["Carl", ""], "to": [CARL]},
        {"from": CARL, "to": "anne@lex.example"},
        {"from": CARL, "to": [["only"]]},
        {"from": CARL, "to": [["a", 1]]},
        {"from": CARL, "to": [CARL], "subject": 5},
        {"from": CARL, "to": [CARL], "date": "yesterday"},
        {"from": CARL, "to": [CARL], "headers": []},
        {"user": "nobody"},
        {"user": ["x"]},
    ],
)
async def test_a_mail_that_cannot_be_sent_is_400_with_a_sentence(graph, firm, order):
    status, answer = await _call(graph, "/demo/mail", order)
    assert status == 400
    assert answer["error"].endswith((".", "them."))
    assert firm.truth.copies == []


async def test_no_json_is_400(graph):
    url = f"{graph.microsoft.cloud.url}/demo/mail"
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        async with graph.session.post(url, data=body) as response:
            assert (response.status, "error" in await response.json()) == (400, True)


async def test_a_meeting_is_put_into_the_calendars(graph, firm):
    anne, bob = firm.list_people()
    order = {
        "organizer": [anne.name, anne.address],
        "attendees": [[bob.name, bob.address], CARL],
        "start": "2026-05-04T10:00:00+02:00",
        "end": "2026-05-04T09:00:00",
    }
    status, answer = await _call(graph, "/demo/meeting", order)
    assert (status, answer["copies"]) == (201, 2)
    assert [fact.starts_at for fact in firm.truth.list_meetings()] == [1777881600] * 2
    wrong = [{"end": "2026-05-04T07:00:00Z"}, {"start": None}, {"attendees": "x"}, {"organizer": []}]
    wrong += [{"sensitivity": "secret"}, {"subject": 1}]
    for changes in wrong:
        assert (await _call(graph, "/demo/meeting", order | changes))[0] == 400


async def test_what_the_bot_said_is_listed_oldest_first(graph, firm):
    anne, bob = firm.list_people()
    token = await graph.sign_in("https://api.botframework.com/.default")
    for person in (anne, bob, anne):
        url = f"{graph.microsoft.connector_url}v3/conversations/c-{person.id}/activities"
        json = {"type": "message", "text": person.name, "recipient": {"aadObjectId": person.id}}
        await graph.session.post(url, json=json, headers={"Authorization": f"Bearer {token}"})
    _, sent = await _call(graph, "/demo/sent")
    assert [(each["text"], each["user"]["id"]) for each in sent] == [
        (person.name, person.id) for person in (anne, bob, anne)
    ]
    _, mine = await _call(graph, f"/demo/sent?user={anne.id}&after=1")
    assert [each["number"] for each in mine] == [3]
    assert (await _call(graph, "/demo/sent?after=x"))[0] == 400


async def test_a_token_is_given_for_a_person(graph, firm):
    anne, _ = firm.list_people()
    _, answer = await _call(graph, f"/demo/token?user={anne.id}")
    assert jwt.decode(answer["token"], options={"verify_signature": False})["oid"] == anne.id
    assert (await _call(graph, "/demo/token"))[0] == 400


async def test_faults_are_switched_on_and_off_over_http(graph):
    status, fault = await _call(graph, "/demo/faults", {"kind": "status", "status": 500})
    assert status == 201
    assert (await graph.ask("users"))[0] == 500
    assert (await _call(graph, "/demo/faults", {"kind": "earthquake"}))[0] == 400
    assert (await _call(graph, "/demo/faults", {"kind": "status", "count": "x", "edge": 1}))[0] == 400
    _, listed = await _call(graph, "/demo/faults")
    assert [each["id"] for each in listed["on"]] == [fault["id"]]
    await _call(graph, "/demo/faults", method="DELETE")
    assert (await graph.ask("users"))[0] == 200


async def test_the_record_is_shown(graph, firm):
    await graph.ask(f"users/{firm.list_people()[0].id}/mailFolders/inbox/messages/delta")
    _, record = await _call(graph, "/demo/record")
    assert (record["total"], record["breaches"]) == (1, [])


async def test_the_ids_that_a_client_needs_are_told(graph, firm):
    _, about = await _call(graph, "/demo/about")
    assert (about["tenant_id"], about["service_url"]) == (firm.tenant_id, graph.microsoft.connector_url)


async def test_what_was_ordered_is_there_after_a_restart_and_links_stay_good(tmp_path, graph):
    path, link = tmp_path / "demo.jsonl", ""
    for run in range(2):
        firm = make_firm()
        journal = Journal(path, now=1000.0 + run)
        journal.replay(firm)
        anne, _ = firm.list_people()
        async with run_microsoft(firm, journal=journal) as microsoft:
            reader = GraphReader(microsoft, graph.session)
            if link:
                known, _ = await reader.follow(link.replace("OLD", microsoft.graph_url))
                assert known == []
            await _call(reader, "/demo/mail", {"from": CARL, "to": [["", anne.address]], "subject": str(run)})
            items, link = await reader.follow(f"users/{anne.id}/mailFolders/inbox/messages/delta")
            link = link.replace(microsoft.graph_url, "OLD")
    assert [item["subject"] for item in items] == ["0", "1"]
    assert journal.born_at == 1000.0


def test_a_journal_cut_short_by_a_kill_is_read_to_its_last_whole_line(tmp_path):
    path = tmp_path / "demo.jsonl"
    Journal(path, now=5.0).write("mail", {"x": 1})
    path.write_bytes(path.read_bytes() + b'{"kind": "ma')
    assert Journal(path, now=9.0).born_at == 5.0
    assert path.read_bytes().count(b"\n") == 2
