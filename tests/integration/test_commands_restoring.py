"""Mass changes are asked about by their number, and an administrator reads what somebody did and takes it back."""

import pytest
from sqlalchemy import func, select

from bot.turn import Reply
from storage.book.company_changes import set_company_type
from storage.firm.rule_values import FirmRules
from storage.firm.rules import list_rule_changes, set_rules
from storage.models import Audit, Company, User
from storage.viewer import Viewer
from tests import factories
from tests.integration.test_safe_changes import list_suggestions
from tests.office import Office, find_action, open_office, read, said

MANY = FirmRules().mass_change


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def add_companies(office: Office, count: int) -> list[int]:
    async with office.database.writing(1) as connection:
        await connection.execute(
            User.__table__.update()
            .where(User.id == office.people["Anne Martin"].user_id, User.tenant_id == 1)
            .values(is_admin=True)
        )
        return [
            await factories.add_company(connection, f"Bulk {number}", contact_count=1, type="client")
            for number in range(count)
        ]


async def list_types(office: Office, ids: list[int]) -> set[str | None]:
    async with office.database.reading(1) as connection:
        query = select(Company.type).where(Company.tenant_id == 1, Company.id.in_(ids))
        return set(await connection.scalars(query))


async def test_A15_a_mass_change_is_made_only_by_who_was_told_the_number(office):
    ids = await add_companies(office, MANY + 1)
    several = {"company_ids": ids, "versions": [1] * len(ids), "type": "court", "is_confirmed": True}
    asked = await office.ask("companies.set_many", several, by="Marc Lefèvre")
    assert str(MANY + 1) in said(asked)
    assert await list_types(office, ids) == {"client"}
    await office.click(asked, "Yes, go on", by="Marc Lefèvre")
    assert await list_types(office, ids) == {"court"}


@pytest.mark.parametrize("many", [1, 3, 19, 40])
async def test_A15_how_many_are_many_is_the_firms_own_rule(office, many):
    ids = await add_companies(office, many + 1)
    async with office.database.writing(1) as connection:
        await set_rules(connection, Viewer(1, 1), {"mass_change": many}, now=office.now, source="pane")
        [change, *_] = await list_rule_changes(connection, 1)
    assert (change.name, change.before, change.after) == ("mass_change", MANY, many)
    few = {"company_ids": ids[:many], "versions": [1] * many, "type": "court", "is_confirmed": True}
    await office.ask("companies.set_many", few, by="Marc Lefèvre")
    assert await list_types(office, ids[:many]) == {"court"}
    assert await list_types(office, ids[many:]) == {"client"}
    several = {"company_ids": ids, "versions": [2] * many + [1], "type": "prospect", "is_confirmed": True}
    asked = await office.ask("companies.set_many", several, by="Marc Lefèvre")
    assert await list_types(office, ids[:many]) == {"court"}
    await office.click(asked, "Yes, go on", by="Marc Lefèvre")
    assert await list_types(office, ids) == {"prospect"}


@pytest.mark.parametrize(
    ("text", "language", "yes"),
    [
        ("what did Marc Lefèvre change today?", "en", "Yes, go on"),
        ("restore what Marc Lefèvre changed", "en", "Yes, go on"),
        ("Take back everything Marc Lefèvre has changed today", "en", "Yes, go on"),
        ("qu'a changé Marc Lefèvre aujourd'hui ?", "fr", "Oui, continuer"),
        ("rétablis ce que Marc Lefèvre a changé", "fr", "Oui, continuer"),
        ("Restaurer tout ce que Marc Lefèvre a modifié aujourd'hui", "fr", "Oui, continuer"),
    ],
)
async def test_A15_an_administrator_reads_what_somebody_changed_and_restores_it(office, text, language, yes):
    ids = await add_companies(office, 3)
    several = {"company_ids": ids, "versions": [1] * 3, "type": "court", "is_confirmed": True}
    await office.ask("companies.set_many", several, by="Marc Lefèvre")
    listed = await office.say(text, by="Anne Martin", language=language)
    assert listed.found is not None
    [option] = listed.found.options
    asked = await office.ask(option.data["verb"], option.data, by="Anne Martin", language=language)
    assert await list_types(office, ids) == {"court"}
    await office.click(asked, yes, by="Anne Martin", language=language)
    assert await list_types(office, ids) == {"client"}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what changed today?", "en"),
        ("What has been changed this week", "en"),
        ("who changed what today", "en"),
        ("qu'est-ce qui a changé aujourd'hui ?", "fr"),
        ("Qu'est-ce qui a été modifié cette semaine ?", "fr"),
    ],
)
async def test_A15_what_changed_is_said_to_whom_it_concerns_and_all_of_it_to_an_administrator(office, text, language):
    [mine, open_one, *_] = ids = await add_companies(office, 3)
    await office.ask("company.set_partner", {"company_id": mine, "user_id": "me", "version": 1}, by="Zoé Brun")
    for company_id, version in ((mine, 2), (open_one, 1)):
        given = {"company_id": company_id, "type": "court", "version": version, "is_confirmed": True}
        await office.ask("company.set_type", given, by="Marc Lefèvre")
    assert await list_types(office, ids) == {"court", "client"}
    told = {who: str((await office.say(text, by=who, language=language)).card) for who in office.people}
    for who, seen in (("Anne Martin", "01"), ("Marc Lefèvre", "01"), ("Zoé Brun", "0")):
        assert "".join(one for one in "012" if f"Bulk {one}" in told[who]) == seen, who
    assert "Marc Lefèvre" in told["Zoé Brun"]
    for who in set(office.people) - {"Anne Martin", "Marc Lefèvre", "Zoé Brun"}:
        assert "Bulk" not in told[who]


async def test_A15_what_changed_on_another_day_is_not_said_of_this_one(office):
    [company_id] = await add_companies(office, 1)
    await office.ask("company.set_type", {"company_id": company_id, "type": "court", "version": 1}, by="Zoé Brun")
    assert "Bulk 0" not in str((await office.say("what changed yesterday", by="Zoé Brun")).card)
    async with office.database.writing(1) as connection:
        await connection.execute(Audit.__table__.update().values(at=office.now - 86_400))
    assert "Bulk 0" in str((await office.say("what was changed yesterday?", by="Zoé Brun")).card)
    assert "Bulk 0" not in str((await office.say("what did I change today", by="Zoé Brun")).card)


async def test_A15_nobody_else_reads_the_record_or_restores_from_it(office):
    await add_companies(office, 1)
    for verb, data in (("changes.list", {"person": "Anne Martin"}), ("changes.restore", {"audit_id": 1})):
        assert (await office.ask(verb, data, by="Zoé Brun")).code == 403


async def make_administrator(office: Office) -> None:
    await add_companies(office, 0)


async def test_A15_who_takes_a_change_back_is_asked_with_old_and_new_and_whoever_loses_by_it_is_named(office):
    await make_administrator(office)
    globex = office.companies["Globex"]  # Marc's
    given = {"company_id": globex, "user_id": "me", "is_confirmed": True}
    await office.ask("company.set_partner", given, by="Zoé Brun")
    office.posted.notices.clear()
    listed = await office.say("what did Zoé Brun change today?", by="Anne Martin")
    [option] = listed.found.options
    asked = await office.ask(option.data["verb"], option.data, by="Anne Martin")
    assert "This replaces Zoé Brun." in read(asked.card)
    assert "Globex, partner: Zoé Brun → Marc Lefèvre" in read(asked.card)
    done = await office.click(asked, "Yes, go on", by="Anne Martin")
    assert "Globex, partner: Zoé Brun → Marc Lefèvre" in read(done.card)
    assert {notice.kind for notice in office.posted.notices} == {"taken_back"}
    assert find_action(done.card, "Redo")


@pytest.mark.parametrize("source", ["demo", "migration"])
async def test_A15_what_a_demo_or_a_migration_wrote_is_nobodys_to_take_back(office, source):
    await make_administrator(office)
    async with office.database.writing(1) as connection:
        viewer = office.people["Marc Lefèvre"]
        await set_company_type(connection, viewer, office.companies["Globex"], "court", now=office.now, source=source)
        audit_id = await connection.scalar(select(func.max(Audit.id)))
    listed = await ask_about_marc(office)
    assert "nothing" in said(listed).lower()
    for is_confirmed in (False, True):
        asked = {"audit_id": audit_id, "is_confirmed": is_confirmed}
        assert (await office.ask("changes.restore", asked, by="Anne Martin")).code == 404


async def test_an_undo_behind_the_list_of_somebodys_changes_is_ones_own(office):
    await make_administrator(office)
    await office.say("set type of Globex to court", by="Anne Martin")
    await office.say("what did Anne Martin change today?", by="Anne Martin")
    undone = await office.say("undo", by="Anne Martin")
    assert "Globex" in said(undone)
    assert undone.data["audit_ids"]


async def change_types(office: Office, ids: list[int], type_: str) -> None:
    """Change types one by one, as somebody does who clicks fast."""
    for number in ids:
        await office.ask("company.set_type", {"company_id": number, "type": type_}, by="Marc Lefèvre")


async def ask_about_marc(office: Office) -> Reply:
    return await office.say("what did Marc Lefèvre change today?", by="Anne Martin")


async def list_all_sets(office: Office) -> list[str]:
    """Read what Marc changed to the end; gives the name of each change set, in order."""
    listed = await ask_about_marc(office)
    read_so_far = []
    while True:
        options = listed.found.options
        read_so_far += [option.name for option in options if option.data["verb"] == "changes.restore"]
        if options[-1].data["verb"] != "changes.list":
            return read_so_far
        listed = await office.click(listed, "Show further changes", by="Anne Martin")


async def test_A15_a_mass_change_behind_many_clicks_comes_first_and_every_change_is_reached_and_counted(office):
    ids = await add_companies(office, 30)
    several = {"company_ids": ids[:3], "versions": [1] * 3, "type": "court", "is_confirmed": True}
    await office.ask("companies.set_many", several, by="Marc Lefèvre")
    await change_types(office, ids[3:], "prospect")
    listed = await ask_about_marc(office)
    assert listed.summary.startswith("Marc Lefèvre changed 30 things.")
    assert await list_all_sets(office) == ["Types of 3 companies", *["Type of 1 company"] * 27]


async def test_A15_what_was_taken_back_since_comes_last_and_says_so(office):
    ids = await add_companies(office, 4)
    several = {"company_ids": ids[:3], "versions": [1] * 3, "type": "court", "is_confirmed": True}
    await office.ask("companies.set_many", several, by="Marc Lefèvre")
    await change_types(office, ids[3:], "prospect")
    listed = await ask_about_marc(office)
    asked = await office.click(listed, "Types of 3 companies", by="Anne Martin")
    await office.click(asked, "Yes, go on", by="Anne Martin")
    assert await list_all_sets(office) == ["Type of 1 company", "Types of 3 companies"]
    listed = await ask_about_marc(office)
    assert ["taken back" in option.detail for option in listed.found.options] == [False, True]


async def test_A15_the_name_of_a_contact_is_listed_and_given_back(office):
    await make_administrator(office)
    given = {"contact_id": office.contacts["Jean Globex"], "was": "Jean Globex", "new_name": "Overwritten"}
    await office.ask("contact.rename", given, by="Marc Lefèvre")
    listed = await ask_about_marc(office)
    asked = await office.click(listed, "Name of 1 contact", by="Anne Martin")
    done = await office.click(asked, "Yes, go on", by="Anne Martin")
    assert done.summary == "1 change taken back"
    shown = await office.ask("contact.open", {"contact_id": office.contacts["Jean Globex"]})
    assert "Jean Globex" in said(shown)


@pytest.mark.parametrize("values", [{"user_id": None}, {"user_id": "me"}])
async def test_A15_what_nobody_changed_again_stands(office, values):
    """Of the partner too, whether there is one now or none."""
    await make_administrator(office)
    given = {"company_id": office.companies["Globex"], "is_confirmed": True, **values}
    await office.ask("company.set_partner", given, by="Zoé Brun")
    listed = await office.say("what did Zoé Brun change today?", by="Anne Martin")
    [option] = listed.found.options
    assert "taken back" not in option.detail


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("what happened today?", "en"),
        ("anything happened yesterday", "en"),
        ("what changed today", "en"),
        ("what happened this week", "en"),
        ("qu'est-ce qui s'est passé aujourd'hui ?", "fr"),
        ("que s'est-il passé hier", "fr"),
        ("qu'est-ce qui a changé cette semaine", "fr"),
    ],
)
async def test_where_nothing_changed_there_is_a_way_on_and_each_one_is_understood(office, sentence, language):
    reply = await office.say(sentence, language=language, by="Zoé Brun")
    ways = list_suggestions(reply.card)
    assert len(ways) >= 2
    for way in ways:
        answer = await office.ask("say", {"text": way}, language=language, by="Zoé Brun")
        assert (answer.is_error, way in answer.summary) == (False, False)
