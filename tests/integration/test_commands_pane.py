"""The pane beside an open mail: who is on it, and what can be put right."""

import pytest

from bot.graph.sync.firm import Firm
from storage.firm.user_search import search_users
from storage.history.own_addresses import add_suspected_addresses
from tests.card_checks import list_actions
from tests.office import Office, look, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def show(office, *people, mode="read", **options):
    data = {"people": [list(person) for person in people], "mode": mode}
    return await office.ask("pane.item", data, surface="pane", **options)


async def test_one_company_is_shown_in_full(office):
    reply = await show(office, ("Jean", "jean@acme.example"))
    assert {"Acme Industries", "Client", "Anne Martin", "Jean Acme", "With you"} <= set(read(reply.card))


async def test_type_and_partner_are_set_there(office):
    reply = await show(office, ("Jean", "jean@globex.example"))
    save = next(a for a in list_actions(reply.card) if a.get("verb") == "company.set_partner")
    asked = await office.ask("company.set_partner", {**save["data"], "user_id": "me"}, surface="pane")
    done = await office.click(asked, "Yes, go on", surface="pane")
    assert (await look(office, "Globex")).partner_id == office.people["Anne Martin"].user_id
    assert read((await office.click(done, "Back", surface="pane")).card)[0] == "Globex"


@pytest.mark.parametrize("name", ["", "Private"])
async def test_an_address_that_one_was_told_is_ones_own_is_said_to_be_so_under_every_name(office, name):
    viewer, address = office.people["Anne Martin"], "am45@gmail.com"
    async with office.database.writing(1) as connection:
        assert await add_suspected_addresses(connection, viewer, [address]) == [address]
    reply = await show(office, (name, address))
    assert "a second address of your own" in said(reply)
    assert "a second address of your own" in said(await office.say(f"why is {address} in my contacts"))


async def test_several_companies_are_shown_in_short_with_who_knows_them(office):
    reply = await show(office, ("", "jean@globex.example"), ("", "jean@acme.example"), ("", "jean@globex.example"))
    assert names(reply.card) == ["Globex", "Acme Industries"]
    assert sum("Known by" in text and "Marc Lefèvre" in text for text in read(reply.card)) == 2


async def test_colleagues_are_left_out(office):
    async with office.database.reading(1) as connection:
        marc = (await search_users(connection, office.people["Anne Martin"], "Marc"))[0]
    reply = await show(office, ("Marc", marc.address))
    assert read(reply.card) == ["Only colleagues are on this item."]
    assert "Acme Industries" in names((await office.click(reply, "Show my companies", surface="pane")).card)


async def test_a_sender_who_only_wrote_in_can_be_added(office):
    reply = await show(office, ("Sam", "sam@initech.example"))
    assert "Only wrote to us so far" in said(reply)
    added = await office.ask("contact.add", {"address": "sam@initech.example"}, surface="pane")
    assert "Sam Seen is a contact now." in read(added.card)


async def test_a_sender_at_a_known_company_who_only_wrote_in_is_added_beside_it(office):
    reply = await show(office, ("Sam", "sam@initech.example"))
    assert "Initech" in read(reply.card)
    added = await office.click(reply, "Add as a contact", surface="pane")
    assert read((await office.click(added, "Back", surface="pane")).card)[0] == "Initech"


NEVER = "Nobody reads mail to this address, so it is never a contact."
SHARED = "Several people share this mailbox, so it is never a contact."


@pytest.mark.parametrize(
    ("people", "mode", "heard"),
    [
        ([("", "no-reply@new.example")], "read", f"Never a contact · {NEVER}"),
        (
            [("", "nora@new.example"), ("", "no-reply@new.example")],
            "read",
            f"Not in the address book yet · Never a contact · {NEVER}",
        ),
        ([("", "nora@new.example")], "read", "Not in the address book yet"),
        ([("Marc", "colleague")], "read", "Only colleagues are on this item."),
        ([], "read", "Nobody from outside the firm is on this item."),
        ([], "compose", "Add somebody, and here stands who they are."),
        ([("", "jean@acme.example"), ("", "no-reply@new.example")], "read", "Acme Industries"),
    ],
)
async def test_what_is_heard_of_an_item_is_what_the_card_says(office, people, mode, heard):
    async with office.database.reading(1) as connection:
        marc = (await search_users(connection, office.people["Anne Martin"], "Marc"))[0]
    given = [(name, marc.address if address == "colleague" else address) for name, address in people]
    reply = await show(office, *given, mode=mode)
    assert reply.summary == heard
    assert all(part in read(reply.card) for part in heard.split(" · "))


async def test_why_an_address_is_never_a_contact_is_said_beside_its_company_too(office):
    alone = await show(office, ("", "info@acme.example"), ("Jean", "jean@acme.example"))
    assert SHARED in read(alone.card)
    several = await show(office, ("", "info@acme.example"), ("", "jean@acme.example"), ("", "jean@globex.example"))
    assert read(several.card)[-3:] == ["Never a contact", "info@acme.example", SHARED]
    assert "Jean Acme" in read(several.card)


async def test_how_many_more_people_there_are_is_said(office):
    beside = [(f"P{n}", f"p{n}@acme.example") for n in range(7)]
    one = await show(office, ("Jean", "jean@acme.example"), *[(f"S{n}", f"s{n}@new{n}.example") for n in range(9)])
    assert "and 3 more" in said(one)
    several = await show(office, ("Jean", "jean@acme.example"), *beside, ("Jean", "jean@globex.example"))
    assert "and 3 more" in said(several)


async def test_a_stranger_is_named_with_the_address_beside(office):
    reply = await show(office, ("Nora New", "nora@new.example"))
    assert {"Nora New", "nora@new.example · No interaction yet"} <= set(read(reply.card))


async def test_B78_a_name_that_looks_like_an_address_is_not_shown(office):
    reply = await show(office, ("anne.martin@firm.example", "evil@evil.example"))
    assert "anne.martin@firm.example" not in said(reply)
    assert "evil@evil.example" in said(reply)


async def test_the_pane_reads_names_and_addresses_as_capture_does(office):
    given = (
        ("Nora New", "nora@new.example"),
        ("", "nora+invoices@new.example"),
        ("'Max Weber'", "SMTP:max@new.example"),
    )
    reply = await show(office, *given, ("", "/O=EXCHANGELABS/CN=RECIPIENTS/CN=BOB"))
    assert sum("nora" in text for text in read(reply.card)) == 1
    assert {"Max Weber", "max@new.example · No interaction yet"} <= set(read(reply.card))
    assert "RECIPIENTS" not in said(reply)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("", "ticket+id44@desk.example"),
        ("Desk", "case+99-12@desk.example"),
        ("Jane Doe", "matter+1@maildrop.clio.com"),
        ("Paul's Notetaker (Otter.ai)", "paul@desk.example"),
        ("Jane Roe", "jane.roe+news@desk.example"),
        ("Salle Turing (12 p.)", "turing@desk.example"),
        ("'Jane Doe' via Contracts", "contracts@desk.example"),
        ("", "info+fr@desk.example"),
    ],
)
async def test_the_pane_the_question_why_and_capture_give_one_reason(office, name, address):
    decision = Firm([]).decide(name, address)
    reason = decision if isinstance(decision, str) else ""
    [shown] = (await show(office, (name, address))).found.item.strangers
    assert (shown.reason, shown.state) == (reason, "machine" if reason else "unknown")
    asked = await office.say(f"why is {address} not a contact")
    assert asked.found.reason == reason or name


@pytest.mark.parametrize(
    ("name", "address", "is_own"),
    [
        ("Anne Martin", "anne.martin75@gmail.com", True),
        ("MARTIN Anne", "am@gmx.ch", True),
        ("", "anne.martin@posteo.ch", True),
        ("Anne Martinez", "anne.martinez@gmail.com", False),
        ("Anne Martin", "anne.martin@new.example", False),
        ("", "amartin@gmail.com", False),
    ],
)
async def test_ones_own_second_address_is_no_stranger(office, name, address, is_own):
    reply = await show(office, (name, address))
    assert ("This is a second address of your own" in said(reply)) is is_own
    assert ("No interaction yet" in said(reply)) is not is_own


@pytest.mark.parametrize("group", ["undisclosed-recipients:;", "Undisclosed recipients: ;", "Verborgene Empfänger:;"])
async def test_a_group_without_people_is_no_row(office, group):
    reply = await show(office, ("", group), (group, group), ("Nora New", "nora@new.example"))
    assert "recipients" not in said(reply)
    assert "Empfänger" not in said(reply)
    assert "Nora" in said(reply)
    assert read((await show(office, ("", group))).card)[0] == "Nobody from outside the firm is on this item."


async def test_the_pane_says_what_company_is_behind_a_gateway(office):
    reply = await show(office, ("Jean", "jean@acme.example.cjsm.net"))
    assert "Acme Industries" in read(reply.card)


@pytest.mark.parametrize("count", [0, 1, 500, 900])
async def test_B66_any_number_of_addresses_gives_a_card(office, count):
    reply = await show(office, *[(f"Person {n}", f"person{n}@x{n}.example") for n in range(count)])
    assert not reply.is_error
    assert reply.card is not None


@pytest.mark.parametrize(
    "people", ["jean@acme.example", [["a"]], [["a", "b", "c"]], [7], None, {"a": "b"}, [["x", {"y": 1}]] * 2 + ["z"]]
)
async def test_B66_what_is_no_list_of_people_is_refused(office, people):
    reply = await office.ask("pane.item", {"people": people}, surface="pane")
    assert (reply.is_error, reply.code) == (True, 400)


@pytest.mark.parametrize(
    "address", ["", "x" * 10_000, "'; DROP TABLE contacts; --", "日本@例え.jp", '"a b"@acme.example', "\x00"]
)
async def test_B66_strange_addresses_do_no_harm(office, address):
    assert not (await show(office, ("Name", address))).is_error


async def test_another_tenants_contacts_are_strangers_here(office):
    reply = await show(office, ("Jean", "jean@acme.example"), by="Stranger")
    ids = {action["data"].get("company_id") for action in list_actions(reply.card) if "data" in action}
    assert ids == {office.companies["their Acme Industries"]}


async def test_somebody_who_is_on_a_mail_twice_has_the_better_of_the_two_names(office):
    people = [["Klara", "klara@x.example"], ["Klara Lang", "klara+invoices@x.example"]]
    reply = await office.ask("pane.item", {"people": people}, surface="pane")
    assert "Klara Lang" in said(reply)
    assert said(reply).count("klara") == 1
