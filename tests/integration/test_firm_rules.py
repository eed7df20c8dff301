"""The rules of a firm: first values from the environment, changes by administrators, and what follows at once."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, insert

from bot.door import Door
from storage.book.companies import get_company
from storage.book.contacts import get_contact
from storage.engine.rls import SYSTEM
from storage.errors import RuleError
from storage.firm.held_rules import find_held_names, list_held
from storage.firm.rule_preview import preview_loss
from storage.firm.rule_values import NAMES, FirmRules, list_values, read_value, write_value
from storage.firm.rules import get_rules, list_rule_changes, list_rules, reset_rule, set_first_rules, set_rules
from storage.firm.tenants import add_tenant
from storage.firm.users import get_known_user
from storage.history.retention import get_retention
from storage.messages.idempotency import add_answered, get_answer, set_answer
from storage.models import Chore, Interaction, InteractionContact, Mailbox, Tenant
from storage.queue.chores import add_chores
from storage.viewer import Viewer
from tests.factories import NOW, add_contact, add_user
from tests.live import run_live
from tests.microsoft import make_firm
from tests.office import open_office, said

OURS, THEIRS = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
GROUP = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
async def firms(database):
    async with database.writing(SYSTEM) as connection:
        for entra_id in (OURS, THEIRS):
            number = await add_tenant(connection, entra_id, FirmRules(contact_rule="exchange"), NOW)
            await add_chores(connection, number, NOW + 300)
            await add_user(connection, f"Anne {number}", tenant_id=number, id=number, entra_id=f"anne-{number}")
    return database


async def set_one(database, name: str, value: Any, *, tenant_id: int = 1, user_id: int = 1) -> None:
    async with database.writing(tenant_id) as connection:
        await set_rules(connection, Viewer(tenant_id, user_id), {name: value}, now=NOW + 60, source="chat")


async def add_mail(connection, user_id: int, contact_id: int, at: int) -> None:
    key = {"tenant_id": 1, "user_id": user_id, "source_digest": at.to_bytes(16, "big"), "occurred_at": at, "kind": 1}
    await connection.execute(insert(Interaction).values(message_digest=bytes(16), **key))
    await connection.execute(insert(InteractionContact).values(contact_id=contact_id, **key))


async def read_rules(database, tenant_id: int = 1) -> FirmRules:
    async with database.reading(tenant_id) as connection:
        return await get_rules(connection, tenant_id)


async def start(database, **first: Any) -> None:
    async with database.writing(SYSTEM) as connection:
        for number in (1, 2):
            await set_first_rules(connection, number, FirmRules(**first), NOW + 120)


OTHERS: dict[str, Any] = {
    "group": GROUP,
    "admins": ("anne-1",),
    "contact_rule": "outreach",
    "shares_contacts": False,
    "retention_days": 365,
    "leaver_days": 30,
    "notice_hours": "9-18",
    "keeps_subjects": True,
    "own_domains": ("ours.example",),
    "language": "fr",
    "timezone": "Europe/Paris",
    "serves": "everyone",
    "serves_group": GROUP,
    "shows_lately": False,
    "mass_change": 5,
    "controller": "Firm SA, Geneva",
    "privacy_contact": "privacy@firm.example",
    "legal_basis": "Our own",
    "privacy_url": "https://firm.example/privacy",
    "terms_url": "https://firm.example/terms",
}


def test_every_rule_has_another_value_here():
    assert {name for name, value in OTHERS.items() if value != getattr(FirmRules(contact_rule="exchange"), name)} == {
        *NAMES
    }


@pytest.mark.parametrize("name", NAMES)
async def test_two_firms_of_one_installation_differ_in_any_rule(firms, name):
    await set_one(firms, name, OTHERS[name])
    assert getattr(await read_rules(firms, 1), name) == OTHERS[name]
    assert await read_rules(firms, 2) == FirmRules(contact_rule="exchange")


@pytest.mark.parametrize("name", NAMES)
async def test_what_an_administrator_set_no_start_changes_and_the_rest_follows_the_environment(firms, name):
    await set_one(firms, name, OTHERS[name])
    await start(firms, retention_days=90, language="fr")
    wanted = replace(FirmRules(retention_days=90, language="fr"), **{name: OTHERS[name]})
    assert await read_rules(firms, 1) == wanted
    assert await read_rules(firms, 2) == FirmRules(retention_days=90, language="fr")


async def test_a_change_is_written_down_with_who_made_it(firms):
    await set_one(firms, "retention_days", 30)
    async with firms.reading(1) as connection:
        [change] = await list_rule_changes(connection, 1)
        row = next(row for row in await list_rules(connection, 1) if row.name == "retention_days")
    assert (change.at, change.actor_name, change.source) == (NOW + 60, "Anne 1", "chat")
    assert (change.name, change.before, change.after) == ("retention_days", 0, 30)
    assert (row.is_first, row.actor_name, row.changed_at) == (False, "Anne 1", NOW + 60)


async def test_a_value_that_is_set_as_it_was_is_kept_and_is_no_change(firms):
    await set_one(firms, "contact_rule", "exchange")
    await start(firms)
    assert (await read_rules(firms)).contact_rule == "exchange"
    async with firms.reading(1) as connection:
        assert await list_rule_changes(connection, 1) == []


async def test_a_rule_can_be_given_back_to_the_environment(firms):
    await set_one(firms, "retention_days", 30)
    async with firms.writing(1) as connection:
        await reset_rule(connection, Viewer(1, 0), "retention_days", FirmRules(retention_days=7), now=NOW)
    assert (await read_rules(firms)).retention_days == 7
    await start(firms, retention_days=9)
    assert (await read_rules(firms)).retention_days == 9


async def test_what_stood_in_a_firms_row_before_there_were_rules_stays(database):
    async with database.writing(SYSTEM) as connection:
        values = {"language": "fr", "timezone": "Europe/Zurich", "settings": {"notices": {"until_hour": 19}}}
        await connection.execute(Tenant.__table__.insert().values(tenant_id=1, entra_id=OURS, **values))
        await add_tenant(connection, OURS, FirmRules(), NOW)
    rules = await read_rules(database)
    assert (rules.language, rules.timezone, rules.notice_hours) == ("fr", "Europe/Zurich", "7-19")


async def test_what_a_release_without_rules_overwrote_is_as_the_firm_wants_it_at_the_next_start(firms):
    await set_one(firms, "shares_contacts", False)
    async with firms.writing(1) as connection:
        await connection.execute(Tenant.__table__.update().values(shares_contacts=True))
    await start(firms, contact_rule="exchange")
    async with firms.reading(SYSTEM) as connection:
        known = await get_known_user(connection, OURS, "anne-1")
    assert known is not None
    assert not known.viewer.shares_contacts


async def test_a_rule_acts_in_the_same_transaction_wherever_it_is_read(firms):
    for name in ("retention_days", "leaver_days", "shares_contacts", "language", "timezone"):
        await set_one(firms, name, OTHERS[name])
    async with firms.reading(SYSTEM) as connection:
        keeping, known = await get_retention(connection, 1), await get_known_user(connection, OURS, "anne-1")
        chores = Chore.__table__.select().where(Chore.tenant_id == 1, Chore.name == "retention")
        due_at = (await connection.execute(chores)).one().due_at
    assert (keeping.retention_days, keeping.leaver_days) == (365, 30)
    assert known is not None
    assert (known.viewer.shares_contacts, known.language, known.timezone) == (False, "fr", "Europe/Paris")
    assert due_at == NOW + 60


async def test_nobody_is_served_by_a_group_before_it_was_read_but_administrators(firms):
    await set_one(firms, "admins", ("anne-1",))
    async with firms.writing(1) as connection:
        await add_user(connection, "Marc", id=9, entra_id="marc")
    await set_one(firms, "serves_group", GROUP)
    await set_one(firms, "serves", "group")
    async with firms.reading(SYSTEM) as connection:
        known = [await get_known_user(connection, OURS, who) for who in ("anne-1", "marc")]
    assert [one.refusal for one in known if one] == ["", "not_served"]


async def test_A3_who_has_no_mailbox_that_is_read_is_let_out_with_the_rule(firms):
    await set_one(firms, "serves", "everyone")
    await set_one(firms, "admins", ("anne-1",))
    states = {"marc": "current", "sue": "skipped", "tom": "stopped", "una": None, "vic": "new", "wim": "forbidden"}
    async with firms.writing(1) as connection:
        for number, (who, state) in enumerate(states.items(), 9):
            await add_user(connection, who, id=number, entra_id=who)
            await connection.execute(delete(Mailbox).where(Mailbox.tenant_id == 1, Mailbox.user_id == number))
            if state is not None:
                await connection.execute(insert(Mailbox).values(tenant_id=1, user_id=number, state=state))
    await set_one(firms, "serves", "mailboxes")
    async with firms.reading(SYSTEM) as connection:
        known = {who: await get_known_user(connection, OURS, who) for who in ("anne-1", *states)}
    served = {who for who, one in known.items() if one is not None and not one.refusal}
    assert served == {"anne-1", "marc", "vic"}


@pytest.mark.parametrize(("rule", "admitted"), [("everyone", {"marc", "sue", "tom"}), ("mailboxes", {"marc"})])
async def test_A3_whom_a_wider_rule_lets_in_is_served_with_the_rule_and_not_after_the_next_look(firms, rule, admitted):
    await set_one(firms, "admins", ("anne-1",))
    async with firms.writing(1) as connection:
        for number, (who, state) in enumerate({"marc": "current", "sue": None, "tom": "stopped"}.items(), 9):
            await add_user(connection, who, id=number, entra_id=who)
            await connection.execute(delete(Mailbox).where(Mailbox.tenant_id == 1, Mailbox.user_id == number))
            if state is not None:
                await connection.execute(insert(Mailbox).values(tenant_id=1, user_id=number, state=state))
    await set_one(firms, "serves_group", GROUP)
    await set_one(firms, "serves", "group")
    await set_one(firms, "serves", rule)
    async with firms.reading(SYSTEM) as connection:
        known = {who: await get_known_user(connection, OURS, who) for who in ("marc", "sue", "tom")}
    assert {who for who, one in known.items() if one is not None and not one.refusal} == admitted


async def test_what_was_answered_under_another_rule_is_answered_to_nobody_again(firms):
    async with firms.writing(1) as connection:
        await add_answered(connection, 1, bytes(16), NOW)
        await set_answer(connection, 1, bytes(16), {"summary": "Sam"})
    await set_one(firms, "shares_contacts", OTHERS["shares_contacts"])
    async with firms.reading(1) as connection:
        assert await get_answer(connection, 1, bytes(16)) is None


async def test_a_group_needs_an_id_and_the_last_administrator_stays(firms):
    for name, value in (("serves", "group"), ("admins", ())):
        with pytest.raises(RuleError):
            await set_one(firms, name, value)


async def test_what_would_be_lost_is_counted_before(firms):
    async with firms.writing(1) as connection:
        jane = await add_contact(connection, "Jane", "jane@ours.example")
        for days in (10, 100, 400):
            await add_mail(connection, 1, jane, NOW - days * 86_400)
        values = {"retention_days": 50, "own_domains": ("ours.example",)}
        losses = await preview_loss(connection, 1, FirmRules(), values, NOW)
        longer = await preview_loss(connection, 1, FirmRules(retention_days=30), {"retention_days": 50}, NOW)
    assert [(loss.name, loss.count) for loss in losses] == [("retention_days", 2), ("own_domains", 1)]
    assert longer == []


@pytest.mark.parametrize("name", NAMES)
def test_a_value_is_read_as_it_is_written(name):
    value = (GROUP,) if name == "admins" else OTHERS[name]
    assert read_value(name, write_value(value)) == value
    default = getattr(FirmRules(), name)
    assert read_value(name, write_value(default)) == default


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("retention_days", "-1"),
        ("retention_days", "a year"),
        ("leaver_days", "-2"),
        ("notice_hours", "21-7"),
        ("notice_hours", "7-25"),
        ("own_domains", "gmail.com"),
        ("own_domains", "co.uk"),
        ("own_domains", "firm"),
        ("timezone", "Paris"),
        ("serves", "nobody"),
        ("shares_contacts", "perhaps"),
        ("group", "partners"),
        ("privacy_url", "http://firm.example"),
        ("controller", "x" * 301),
        ("retention", "1"),
    ],
)
def test_what_makes_no_sense_is_no_rule(name, given):
    with pytest.raises(RuleError):
        read_value(name, given)


async def test_who_is_read_and_served_follows_a_group_at_once(database):
    firm = make_firm()
    anne = next(one for one in firm.list_people() if one.name == "Anne Martin")
    group = firm.directory.add_group("Partners", [anne])
    async with run_live(database, firm) as live:
        await live.settle()
        await set_one(database, "group", group.id)
        await live.settle()
        assert await live.list_states() == {"Anne Martin": "current", "Bob Stone": "stopped"}
        assert await live.query("SELECT name, may_use FROM users ORDER BY name") == [
            ("Anne Martin", True),
            ("Bob Stone", False),
        ]
        await set_one(database, "serves", "everyone")
        await live.settle()
        assert all(row[0] for row in await live.query("SELECT may_use FROM users"))
        await set_one(database, "group", "")
        await live.settle()
        assert await live.list_states() == {"Anne Martin": "current", "Bob Stone": "current"}


async def test_a_domain_that_the_firm_names_is_its_own_also_after_the_directory_was_read(database):
    async with run_live(database, make_firm()) as live:
        await live.settle()
        await set_one(database, "own_domains", ("sister.example",))
        await live.settle()
        assert "sister.example" in str(await live.query("SELECT domains FROM tenants"))
        await set_one(database, "own_domains", ())
        await live.settle()
        assert "sister.example" not in str(await live.query("SELECT domains FROM tenants"))


async def test_nothing_of_lately_is_shown_where_the_firm_leaves_it_out(database):
    office = await open_office(database)
    viewer, acme = office.people["Anne Martin"], office.companies["Acme Industries"]
    async with database.writing(1) as connection:
        jane = await add_contact(connection, "Jane", company_id=acme)
        await add_mail(connection, viewer.user_id, jane, NOW - 60)
        before = await get_company(connection, viewer, acme)
        await set_rules(connection, viewer, {"shows_lately": False}, now=NOW, source="chat")
        after = await get_company(connection, viewer, acme)
        contact = await get_contact(connection, viewer, jane)
    assert before is not None
    assert before.recent
    assert after == replace(before, recent=())
    assert contact is not None
    assert contact.recent == ()


@pytest.fixture
async def office(database):
    office = await open_office(database)
    async with database.writing(1) as connection:
        ada = await add_user(connection, "Ada Admin", is_admin=True, entra_id=GROUP)
        await set_rules(connection, Viewer(1, 0), {"admins": (GROUP,)}, now=NOW, source="admin")
    office.people["Ada"] = Viewer(1, ada)
    return office


@pytest.mark.parametrize(("words", "language"), [("settings of the firm", "en"), ("réglages du cabinet", "fr")])
async def test_the_rules_are_shown_to_administrators_alone(office, words, language):
    shown = await office.say(words, by="Ada", language=language)
    assert ("Settings of the firm" if language == "en" else "Réglages du cabinet") in said(shown)
    refused = await office.say(words, language=language)
    assert (refused.is_error, refused.code) == (True, 403)


async def test_an_administrator_changes_rules_on_the_card(office):
    card = await office.say("settings of the firm", by="Ada")
    saved = await office.click(card, "Save", {"retention_days": "0", "timezone": "europe/paris"}, by="Ada")
    assert "Saved." in said(saved)
    rules = await read_rules(office.database)
    assert (rules.timezone, rules.retention_days) == ("Europe/Paris", 0)


async def test_a_card_that_is_old_undoes_nobodys_change(office):
    old = await office.say("settings of the firm", by="Ada")
    await set_one(office.database, "notice_hours", "10-12")
    inputs = {"notice_hours": "7-21", "shows_lately": "no"}
    await office.click(old, "Save", inputs, by="Ada")
    rules = await read_rules(office.database)
    assert (rules.notice_hours, rules.shows_lately) == ("10-12", False)


async def test_what_would_be_deleted_is_asked_about_on_the_card(office):
    async with office.database.writing(1) as connection:
        jane = await add_contact(connection, "Jane")
        await add_mail(connection, office.people["Anne Martin"].user_id, jane, NOW - 2 * 86_400)
    card = await office.say("settings of the firm", by="Ada")
    asked = await office.click(card, "Save", {"retention_days": "1"}, by="Ada")
    assert "for good" in said(asked)
    assert (await read_rules(office.database)).retention_days == 0
    await office.click(asked, "Yes, go on", by="Ada")
    assert (await read_rules(office.database)).retention_days == 1


async def test_a_value_that_is_none_is_a_sentence_on_the_card(office):
    card = await office.say("settings of the firm", by="Ada")
    refused = await office.click(card, "Save", {"timezone": "Mars"}, by="Ada")
    assert (refused.code, "no time zone" in said(refused)) == (400, True)


@pytest.mark.parametrize(
    ("language", "said_of_it"),
    [
        ("en", ("carnet purge --confirm", "1 email or meeting from before")),
        ("fr", ("carnet purge --confirm", "1 courriel ou réunion d'avant")),
    ],
)
async def test_the_card_says_which_rule_of_the_environment_waits(office, language, said_of_it):
    office.door = Door(office.database, lambda: office.now, office.posted, FirmRules(retention_days=1))
    await keep_old_mail(office.database)
    card = await office.ask("firm.settings", by="Ada", language=language)
    assert all(words in said(card) for words in said_of_it)
    privacy = await office.ask("firm.settings", {"section": "privacy"}, by="Ada", language=language)
    assert "purge" not in said(privacy)


async def test_where_nothing_waits_the_card_says_nothing_of_it(office):
    office.door = Door(office.database, lambda: office.now, office.posted, FirmRules(retention_days=1))
    assert "purge" not in said(await office.say("settings of the firm", by="Ada"))
    await keep_old_mail(office.database)
    await set_one(office.database, "retention_days", 400)  # what an administrator gave stays, and nothing waits
    assert "purge" not in said(await office.say("settings of the firm", by="Ada"))


async def test_administrators_are_named_and_let_go_on_the_card(office):
    card = await office.ask("firm.settings", {"section": "admins"}, by="Ada")
    assert "Ada Admin" in said(card)
    anne = office.people["Anne Martin"].user_id
    added = await office.ask("firm.add_admin", {"user_id": anne}, by="Ada")
    assert "Anne Martin is administrator now." in said(added)
    await office.ask("firm.remove_admin", {"entra_id": GROUP}, by="Anne Martin")
    [last] = (await read_rules(office.database)).admins
    assert last != GROUP
    refused = await office.ask("firm.remove_admin", {"entra_id": last}, by="Anne Martin")
    assert "name another first" in said(refused)


async def keep_old_mail(database) -> None:
    async with database.writing(1) as connection:
        await add_mail(connection, 1, await add_contact(connection, "Jane"), NOW - 2 * 86_400)


async def test_the_environment_deletes_nothing_before_it_is_confirmed(firms):
    await start(firms)
    await keep_old_mail(firms)
    await start(firms, retention_days=1)
    assert [(await read_rules(firms, number)).retention_days for number in (1, 2)] == [0, 1]
    async with firms.writing(SYSTEM) as connection:
        [loss] = await list_held(connection, 1, FirmRules(retention_days=1), NOW)
        assert (loss.name, loss.count) == ("retention_days", 1)
        assert await find_held_names(connection, [OURS], FirmRules(retention_days=1)) == ["retention_days"]
        await set_first_rules(connection, 1, FirmRules(retention_days=1), NOW, is_confirmed=True)
        assert await find_held_names(connection, [OURS], FirmRules(retention_days=1)) == []
    assert (await read_rules(firms)).retention_days == 1


@pytest.mark.parametrize("first", [{"retention_days": 3}, {"retention_days": 0, "language": "fr"}])
async def test_the_environment_is_followed_at_once_where_nothing_would_be_deleted(firms, first):
    await start(firms)
    await keep_old_mail(firms)
    await start(firms, **first)
    assert await read_rules(firms) == FirmRules(**first)


async def test_a_firm_that_had_no_rules_keeps_what_its_row_said_until_it_is_confirmed(database):
    async with database.writing(SYSTEM) as connection:
        tenant = {"tenant_id": 1, "entra_id": OURS, "name": "Ours", "retention_days": 365, "created_at": NOW}
        await connection.execute(insert(Tenant).values(**tenant))
        await add_user(connection, "Anne", id=1)
    await keep_old_mail(database)
    async with database.writing(SYSTEM) as connection:
        await set_first_rules(connection, 1, FirmRules(retention_days=1), NOW)
    assert (await read_rules(database)).retention_days == 365


def test_stored_values_are_plain_json():
    assert list_values(FirmRules(own_domains=("a.example",)))["own_domains"] == ["a.example"]


async def test_a_rule_that_another_administrator_changed_meanwhile_is_left_and_shown(office):
    drawn = {"timezone": "UTC"}
    first = await office.ask("firm.save", {"timezone": "Europe/Paris", "was": drawn}, by="Ada")
    assert "Saved" in said(first)
    second = await office.ask("firm.save", {"timezone": "America/New_York", "was": drawn}, by="Ada")
    assert second.code == 409
    assert "Nothing was overwritten" in said(second)
    async with office.database.reading(1) as connection:
        assert (await get_rules(connection, 1)).timezone == "Europe/Paris"
    assert (await office.ask("firm.save", {"timezone": "UTC", "was": {}}, by="Ada")).code == 428
    assert (await office.ask("firm.save", {"timezone": "UTC", "was": {"language": "en"}}, by="Ada")).code == 428


@pytest.mark.parametrize("domain", ["globex.example", "nobody-is-there.example"])
async def test_a_further_domain_is_asked_about_alike_whoever_is_known_there(office, domain):
    asked = await office.ask("firm.save", {"own_domains": domain}, by="Ada")
    assert f"Whoever is a contact at {domain} becomes a colleague" in said(asked)
    again = {key: value for key, value in asked.found.again.items() if key != "verb"}
    assert "Saved" in said(await office.ask("firm.save", again, by="Ada"))
