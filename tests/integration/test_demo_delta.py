"""The small Microsoft 365's delta queries on messages, over plain HTTP."""

import asyncio

import pytest

IMMUTABLE = 'IdType="ImmutableId", odata.maxpagesize=500'
SELECT = "$select=subject,from,toRecipients,bccRecipients,internetMessageId,sentDateTime"
CARL = ("Carl", "carl@acme.example")


def _delta(person, query="", folder="inbox"):
    return f"users/{person.id}/mailFolders/{folder}/messages/delta?{query}"


def _send_many(firm, person, count):
    for number in range(count):
        sent_at = f"2026-01-{number + 1:02d}T08:00:00Z"
        firm.send_mail(CARL, [("", person.address)], subject=str(number), sent_at=sent_at)


async def test_a_first_round_gives_what_is_there_page_by_page(graph, firm):
    anne, _ = firm.list_people()
    _send_many(firm, anne, 25)
    _, page, _ = await graph.ask(_delta(anne))
    assert len(page["value"]) == 10  # Graph's default
    items, link = await graph.follow(_delta(anne), Prefer="odata.maxpagesize=7")
    assert [item["subject"] for item in items] == [str(number) for number in range(25)]
    assert "deltatoken" in link


async def test_a_page_holds_500_at_most(graph, firm):
    anne, _ = firm.list_people()
    for _ in range(501):
        firm.send_mail(CARL, [("", anne.address)])
    _, page, _ = await graph.ask(_delta(anne), Prefer="odata.maxpagesize=999")
    assert len(page["value"]) == 500


async def test_select_is_honoured_and_the_id_always_given(graph, firm):
    anne, bob = firm.list_people()
    firm.send_mail((anne.name, anne.address), [CARL], bcc=[(bob.name, bob.address)], subject="Hello")
    [sent], _ = await graph.follow(_delta(anne, SELECT, "sentitems"))
    assert set(sent) == {"@odata.etag", "id", *SELECT.removeprefix("$select=").split(",")}
    assert sent["from"] == {"emailAddress": {"name": "Anne Martin", "address": "anne.martin@lex.example"}}
    assert sent["bccRecipients"][0]["emailAddress"]["address"] == bob.address


async def test_bcc_stands_on_the_senders_copy_alone(graph, firm):
    anne, bob = firm.list_people()
    firm.send_mail((anne.name, anne.address), [CARL], bcc=[(bob.name, bob.address)])
    [received], _ = await graph.follow(_delta(bob))
    assert received["bccRecipients"] == []


async def test_a_mail_to_oneself_is_in_both_folders(graph, firm):
    anne, _ = firm.list_people()
    firm.send_mail(("", anne.address), [("", anne.address)])
    assert len((await graph.follow(_delta(anne)))[0]) == 1
    assert len((await graph.follow(_delta(anne, folder="sentitems")))[0]) == 1


async def test_bodies_are_not_given_to_mail_readbasic(graph, firm):
    anne, _ = firm.list_people()
    firm.send_mail(CARL, [("", anne.address)])
    [item], _ = await graph.follow(_delta(anne, "$select=body,bodyPreview,subject"))
    assert "body" not in item
    firm.granted.add("Mail.Read")
    [item], _ = await graph.follow(_delta(anne, "$select=body,bodyPreview,subject"))
    assert item["body"]["content"]
    assert graph.microsoft.record.selected["body"] == 2


async def test_a_later_round_gives_only_what_changed(graph, firm):
    anne, _ = firm.list_people()
    [copy] = firm.send_mail(CARL, [("", anne.address)], subject="Old")
    _, link = await graph.follow(_delta(anne))
    firm.set_read(copy)
    firm.send_mail(CARL, [("", anne.address)], subject="New")
    (changed, new), link = await graph.follow(link)
    assert set(changed) == {"@odata.type", "id", "isRead", "parentFolderId"}
    assert new["subject"] == "New"
    assert (await graph.follow(link))[0] == []


async def test_what_was_moved_or_deleted_is_removed(graph, firm):
    anne, _ = firm.list_people()
    _send_many(firm, anne, 2)
    items, link = await graph.follow(_delta(anne), Prefer=IMMUTABLE)
    moved, deleted = firm.truth.copies
    firm.move(moved, "archive")
    firm.delete(deleted, "changed")
    gone, _ = await graph.follow(link, Prefer=IMMUTABLE)
    assert [item["@removed"]["reason"] for item in gone] == ["deleted", "changed"]
    assert [item["id"] for item in gone] == [item["id"] for item in items]
    [there], _ = await graph.follow(_delta(anne, folder="archive"), Prefer=IMMUTABLE)
    assert there["id"] == items[0]["id"]


async def test_F28_a_move_changes_the_id_unless_immutable_ids_are_asked_for(graph, firm):
    anne, _ = firm.list_people()
    [copy] = firm.send_mail(CARL, [("", anne.address)])
    [before], link = await graph.follow(_delta(anne))
    firm.move(copy, "Clients")
    [gone], _ = await graph.follow(link)
    [after], _ = await graph.follow(_delta(anne, folder="clients"))
    assert gone["id"] == before["id"] != after["id"]
    assert graph.microsoft.record.id_types["default"] == 3


@pytest.mark.parametrize("token", ["", "x", "AAAA", "wa-OgFsiQUFrQUxn"])
async def test_F17_an_unknown_token_is_410(graph, firm, token):
    anne, _ = firm.list_people()
    status, answer, _ = await graph.ask(_delta(anne, f"$deltatoken={token or 'none'}"))
    assert (status, answer["error"]["code"]) == (410, "SyncStateNotFound")


async def test_F17_forgotten_tokens_and_those_of_another_folder_are_410(graph, firm):
    anne, _ = firm.list_people()
    _, link = await graph.follow(_delta(anne))
    foreign = _delta(anne, link.partition("?")[2], "sentitems")
    assert (await graph.ask(foreign))[0] == 410
    anne.mailbox.forget_tokens()
    assert (await graph.ask(link))[0] == 410


async def test_newest_first_is_given_where_asked_for(graph, firm):
    anne, _ = firm.list_people()
    _send_many(firm, anne, 12)
    items, _ = await graph.follow(_delta(anne, "$orderby=receivedDateTime desc"))
    assert [item["subject"] for item in items] == [str(number) for number in range(11, -1, -1)]


async def test_a_filter_by_date_and_a_top_cut_the_total(graph, firm):
    anne, _ = firm.list_people()
    _send_many(firm, anne, 12)
    items, _ = await graph.follow(_delta(anne, "$filter=receivedDateTime ge 2026-01-05T00:00:00Z"))
    assert len(items) == 8
    assert len((await graph.follow(_delta(anne, "$top=3")))[0]) == 3
    assert (await graph.ask(_delta(anne, "$filter=isRead eq true")))[0] == 400


async def test_only_the_changes_asked_for_come_in_later_rounds(graph, firm):
    anne, _ = firm.list_people()
    [copy] = firm.send_mail(CARL, [("", anne.address)])
    _, link = await graph.follow(_delta(anne, "changeType=created"))
    firm.set_read(copy)
    firm.send_mail(CARL, [("", anne.address)], subject="New")
    items, _ = await graph.follow(link)
    assert [item["subject"] for item in items] == ["New"]


async def test_paths_may_be_written_in_every_way_that_odata_knows(graph, firm):
    anne, _ = firm.list_people()
    firm.send_mail(CARL, [("", anne.address)])
    for path in (
        f"users('{anne.id}')/mailFolders('inbox')/messages/delta()",
        f"users/{anne.address}/mailfolders/Inbox/messages/microsoft.graph.delta()",
        f"users/{anne.id}/mailFolders/{anne.mailbox.inbox.id}/messages/delta",
    ):
        assert len((await graph.follow(path))[0]) == 1


async def test_mail_that_comes_while_a_round_is_read_is_in_the_next(graph, firm):
    anne, _ = firm.list_people()
    _send_many(firm, anne, 15)
    _, page, _ = await graph.ask(_delta(anne))
    firm.send_mail(CARL, [("", anne.address)], subject="Late")
    rest, link = await graph.follow(page["@odata.nextLink"])
    assert [item["subject"] for item in rest] == [str(number) for number in range(10, 15)]
    assert [item["subject"] for item in (await graph.follow(link))[0]] == ["Late"]


async def test_messages_and_folders_can_be_read_alone(graph, firm):
    anne, _ = firm.list_people()
    [copy] = firm.send_mail(CARL, [("", anne.address)], subject="One")
    _, message, _ = await graph.ask(f"users/{anne.id}/messages/{copy.immutable_id}?$select=subject", Prefer=IMMUTABLE)
    assert message["subject"] == "One"
    assert (await graph.ask(f"users/{anne.id}/messages/{copy.immutable_id[:-2]}XA"))[0] == 404
    _, folder, _ = await graph.ask(f"users/{anne.id}/mailFolders/inbox")
    assert (folder["totalItemCount"], folder["unreadItemCount"]) == (1, 1)


async def test_a_batch_answers_each_call_by_itself(graph, firm):
    anne, _ = firm.list_people()
    requests = [
        {"id": "1", "method": "GET", "url": f"/users/{anne.id}?$select=displayName"},
        {"id": "2", "method": "GET", "url": "/users/nobody"},
    ]
    _, answer, _ = await graph.ask("$batch", method="POST", json={"requests": requests})
    assert [(each["id"], each["status"]) for each in answer["responses"]] == [("1", 200), ("2", 404)]
    assert answer["responses"][0]["body"] == {"displayName": "Anne Martin"}
    assert (await graph.ask("$batch", method="POST", json={"requests": requests * 11}))[0] == 400


async def test_B83_a_lone_surrogate_is_served_as_its_escape(graph, firm):
    anne, _ = firm.list_people()
    firm.send_mail(("Bro\ud800ken", "x@acme.example"), [("", anne.address)], overrides={"receivedDateTime": ...})
    await asyncio.sleep(0)
    [item], _ = await graph.follow(_delta(anne))
    assert item["from"]["emailAddress"]["name"] == "Bro\ud800ken"
    assert "receivedDateTime" not in item
