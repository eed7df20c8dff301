"""Lists: asked for in words, narrowed and turned on the card."""

import pytest
from sqlalchemy import insert

from storage.lists.filters import Filter, to_json
from storage.lists.periods import Period
from storage.models import CompanyType, Mailbox
from tests import factories
from tests.card_checks import walk
from tests.factories import ago
from tests.office import Office, find_action, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def test_my_clients_are_those_i_dealt_with_latest_first(office):
    reply = await office.say("show my clients")
    assert read(reply.card)[0] == "My clients"
    assert names(reply.card) == ["Acme Industries", "Duval & Fils"]


@pytest.mark.parametrize("verb", ["list", "list.rows", "list.count", "list.tick", "list.save", "export"])
async def test_a_view_that_is_not_there_is_no_other_list(office, verb):
    surface = "tab" if verb == "list.rows" else "chat"
    assert (await office.ask(verb, {"view_id": 99_999}, surface=surface)).code == 404


async def test_the_filter_of_every_result_can_be_asked_again(office):
    for verb in ("list", "list.rows", "list.count", "list.more", "list.save", "list.tick"):
        surface = "tab" if verb == "list.rows" else "chat"
        data = (await office.ask(verb, {"filter": {"of": "companies", "partner": "me"}}, surface=surface)).data
        filter_ = data.get("filter") or data["listing"]["filter"]
        assert (await office.ask("list", {"filter": filter_})).code == 200, verb
    row = (await office.ask("list", {"filter": {"of": "companies"}})).data["rows"][0]
    ticked = (await office.ask("list.tick", {"filter": {"of": "companies"}})).data["rows"][0]
    assert row == ticked | {"shown_name": row["name"]}


async def test_a_row_says_partner_last_exchange_and_count(office):
    reply = await office.say("mes clients", language="fr")
    assert "Responsable : Anne Martin · il y a 1 jour · 99 échanges" in read(reply.card)


async def test_firm_wide_shows_what_colleagues_know(office):
    assert "Umbrella" not in names((await office.say("show my companies")).card)
    assert "Umbrella" in names((await office.say("show all companies")).card)


async def test_the_filter_is_said_in_words(office):
    reply = await office.say("all prospects")
    assert any("rospect" in text for text in read(reply.card)[1:2])


async def test_what_was_not_understood_is_named(office):
    reply = await office.ask("list", {"filter": {}, "not_understood": ["on the moon"]})
    assert "“on the moon”" in said(reply)


async def test_companies_where_the_partner_is_me(office):
    assert names((await office.say("companies where partner is me")).card) == ["Acme Industries"]
    reply = await office.say("sociétés dont je suis l'associé", language="fr")
    assert names(reply.card) == ["Acme Industries"]


async def test_a_partner_is_found_by_name(office):
    reply = await office.say("all companies where partner is Marc Lefevre")
    assert names(reply.card) == ["Globex"]
    assert "Marc Lefèvre" in read(reply.card)[1]


async def test_an_ambiguous_partner_is_asked_about(office):
    reply = await office.say("all clients where partner is Anne")
    assert names(reply.card) == ["Anne Martin", "Anne Weber"]
    chosen = await office.click(reply, "Anne Martin")
    assert names(chosen.card) == ["Acme Industries"]


async def test_several_partners_are_found_by_name_and_asked_about_one_by_one(office):
    reply = await office.say("all companies where partner is Marc, Anne or me")
    assert names(reply.card) == ["Anne Martin", "Anne Weber"]
    chosen = await office.click(reply, "Anne Weber")
    assert names(chosen.card) == ["Acme Industries", "Globex"]
    assert "partner me, Marc Lefèvre or Anne Weber" in read(chosen.card)[1].replace(", or", " or")


async def test_a_view_saved_with_a_name_that_means_several_keeps_its_own_name(office):
    reply = await office.say("save clients where partner is Anne as Hers")
    asked = await office.click(reply, "Anne Martin")
    assert "Hers" in said(asked)


async def test_companies_with_and_without_a_partner(office):
    assert names((await office.say("all companies with a partner")).card) == ["Acme Industries", "Globex"]
    either = await office.say("tous les clients dont l'associé est Marc Lefèvre ou personne", language="fr")
    assert names(either.card) == ["Duval & Fils"]


async def test_contacts_at_a_company(office):
    reply = await office.say("contacts at Acme")
    assert names(reply.card) == ["Jean Acme"]
    assert read(reply.card)[0] == "Contacts at Acme Industries"


@pytest.mark.parametrize(("sentence", "language"), [("all contacts albert", "en"), ("tous les contacts albert", "fr")])
async def test_a_name_that_no_company_has_may_be_one_of_people(office, sentence, language):
    reply = await office.say(sentence, language=language)
    assert names(reply.card) == ["Albert"]
    assert "albert" in read(reply.card)[1]


async def test_a_name_that_nobody_has_is_taken_for_a_company(office):
    assert (await office.say("all contacts zenith")).summary == "I know no company called “zenith”"


async def test_contacts_at_a_company_of_another_tenant_look_like_none(office):
    theirs = office.companies["their Acme Industries"]
    reply = await office.ask("list", {"filter": {"of": "contacts", "company_id": theirs}})
    absent = await office.ask("list", {"filter": {"of": "contacts", "company_id": 999_999}})
    assert reply.is_error
    assert reply == absent


async def _fill(office, count):
    anne = office.people["Anne Martin"].user_id
    async with office.database.writing(1) as connection:
        for number in range(count):
            figures = {"last_at": ago(100 + number), "interaction_count": number + 1}
            company = await factories.add_company(connection, f"Filler {number:02}", **figures)
            await factories.add_company_relationship(connection, anne, company, **figures)


async def test_paging_goes_on_and_comes_back(office):
    await _fill(office, 20)
    first = await office.say("show my companies")
    second = await office.click(first, "Next")
    third = await office.click(second, "Next")
    said_first = {tuple(read(page.card)[:2]) for page in (first, second, third)}
    assert said_first == {("My companies", "26 companies · Companies of mine · newest first")}
    assert len(names(first.card)) == len(names(second.card)) == 10
    assert names(third.card) == [f"Filler {number}" for number in range(14, 20)]
    assert names((await office.click(third, "Previous")).card) == names(second.card)
    assert third.data["next"] is None


async def test_a_list_says_its_total_in_its_own_words(office):
    assert read((await office.say("show my clients")).card)[1].startswith("2 clients · ")
    assert read((await office.say("mes clients", language="fr")).card)[1].startswith("2 clients · ")
    assert read((await office.say("top 1 clients")).card)[1].startswith("Companies of mine · clients")
    await _fill(office, 1_000)
    many = await office.say("show my companies")
    assert read(many.card)[1].startswith("more than 1,000 companies · ")
    assert read((await office.say("mes sociétés", language="fr")).card)[1].startswith("plus de 1\u202f000 sociétés · ")
    assert (many.data["total"], many.data["has_more"]) == (1_000, True)
    assert read((await office.say("my companies called filler")).card)[1].startswith("more than 100 companies · ")


async def test_a_row_opens_in_place_and_leads_back_to_the_same_page(office):
    await _fill(office, 20)
    second = await office.click(await office.say("show my companies"), "Next")
    company = await office.click(second, names(second.card)[3])
    assert read(company.card)[0] == names(second.card)[3]
    assert (await office.click(company, "Back")).card == second.card


async def test_narrowing_on_the_card(office):
    reply = await office.say("show my companies")
    inputs = {"types": "prospect,none", "partner": "nobody", "scope": "firm", "period": "any", "sort": "name"}
    narrowed = await office.click(reply, "Show", inputs)
    assert names(narrowed.card) == ["Initech", "Umbrella"]
    assert narrowed.data["filter"] == to_json(
        Filter(scope="firm", types=(CompanyType.PROSPECT, None), partners=("nobody",), sort="name", is_ascending=True)
    )


async def test_every_input_of_the_filter_bar_narrows_the_list(office):
    reply = await office.say("all companies")
    chosen = {"types": "client", "partner": "me", "scope": "mine", "period": "within:7", "sort": "name", "met": "never"}
    chosen |= {"new": "in:this_month", "mail": "awaits_us"}
    drawn = {node["id"] for node in walk(reply.card) if node["type"].startswith("Input.")}
    assert drawn == set(chosen)
    for name, value in chosen.items():
        narrowed = await office.click(reply, "Show", {name: value})
        assert narrowed.data["filter"] != reply.data["filter"], name


async def test_narrowing_to_a_partner_whoever_it_is_and_to_a_named_month(office):
    inputs = {"partner": "anyone", "period": "in:last_month"}
    narrowed = await office.click(await office.say("all companies"), "Show", inputs)
    wanted = Filter(scope="firm", partners=("anyone",), last=Period("in", day="last_month"))
    assert narrowed.data["filter"] == to_json(wanted)
    again = await office.click(narrowed, "Show", {"period": "in:last_month"})
    assert again.data["filter"] == to_json(wanted)


async def test_what_is_left_empty_in_the_filter_bar_changes_nothing(office):
    reply = await office.ask("list", {"filter": {"partner": "me"}})
    inputs = dict.fromkeys(("types", "partner", "scope", "period", "sort", "met", "new", "mail"), "")
    narrowed = await office.click(reply, "Show", inputs)
    assert narrowed.data["filter"] == to_json(Filter(partners=("me",)))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("scope", "everywhere"), ("sort", "colour"), ("met", "often"), ("period", "within:abc")],
        *[("new", "in:last_century"), ("mail", "lost")],
        *[("period", "in:last_decade"), ("types", "client,moon"), ("partner", "Anne"), ("partner", "9" * 30)],
    ],
)
async def test_what_is_no_choice_of_the_filter_bar_is_refused_by_its_key(office, key, value):
    reply = await office.click(await office.say("all companies"), "Show", {key: value})
    assert (reply.code, f"“{key}”" in read(reply.card)[0]) == (400, True)


async def test_by_type_gives_a_line_for_each_type(office):
    reply = await office.ask("list", {"filter": {"scope": "firm"}, "group": "type"})
    assert names(reply.card)[:2] == ["All clients", "All prospects"]
    assert "Acme Industries, Duval & Fils" in read(reply.card)
    assert names((await office.click(reply, "All clients")).card) == ["Acme Industries", "Duval & Fils"]


async def test_A16_a_view_comes_before_a_list_that_is_not_understood_as_a_whole(office):
    filter_ = to_json(Filter(scope="firm", types=(CompanyType.PROVIDER,)))
    await office.ask("view.save", {"name": "Dormant clients", "filter": filter_})
    assert names((await office.say("dormant clients")).card) == ["Northwind Shipping"]


@pytest.mark.parametrize("name", ["my clients!", "all clients", "tous les clients", "undo", "show Acme"])
async def test_A16_a_view_cannot_be_called_by_a_sentence(office, name):
    reply = await office.ask("view.save", {"name": name, "filter": {"types": ["provider"]}})
    assert (reply.is_error, "sentence" in reply.summary) == (True, True)


async def test_the_default_view_answers_show_my_companies(office):
    saved = await office.ask("view.save", {"name": "Shippers", "filter": {"types": ["provider"]}})
    await office.ask("view.set_default", {"view_id": saved.data["view_id"]})
    reply = await office.ask("list", {"filter": to_json(Filter()), "text": "companies"})
    assert read(reply.card)[0] == "Shippers"


@pytest.mark.parametrize(
    "data",
    [
        {"filter": {"colour": "blue"}},
        {"filter": "clients"},
        {"filter": {"types": ["friend"]}},
        {"filter": {}, "cursor": "garbage"},
        {"filter": {}, "cursor": 7},
        {"filter": {}, "names": "Anne"},
        {"filter": {}, "view_id": "1; DROP TABLE views"},
        {"filter": {"text": "x" * 300}},
    ],
)
async def test_a_list_that_makes_no_sense_is_refused_with_a_sentence(office, data):
    reply = await office.ask("list", data)
    assert (reply.is_error, reply.code) == (True, 400)
    assert len(reply.summary) > 20


async def test_a_shared_view_runs_with_its_readers_own_me(office):
    office_filter = {"scope": "firm", "partner": "me"}
    anne = await office.ask("list", {"filter": office_filter})
    marc = await office.ask("list", {"filter": office_filter}, by="Marc Lefèvre")
    assert (names(anne.card), names(marc.card)) == (["Acme Industries"], ["Globex"])


async def test_more_offers_files_views_and_several_at_once(office):
    reply = await office.click(await office.say("show my clients"), "More")
    assert find_action(reply.card, "Export as Excel")["data"]["format"] == "xlsx"
    assert (await office.click(reply, "Back")).data["filter"] == to_json(Filter(types=(CompanyType.CLIENT,)))


@pytest.mark.parametrize(("language", "read_on"), [("en", "50% of the firm's mailboxes"), ("fr", "50 % des boîtes")])
async def test_an_empty_list_says_how_much_was_read_until_ones_own_mailbox_is(office, language, read_on):
    zoe, anne = office.people["Zoé Brun"].user_id, office.people["Anne Martin"].user_id
    async with office.database.writing(1) as connection:
        for user_id, at in ((zoe, 0), (anne, ago(1))):
            row = {"tenant_id": 1, "user_id": user_id, "first_success_at": at, "last_success_at": at}
            await connection.execute(insert(Mailbox).values(**row, state="current" if at else "new"))
    words = (
        "show my companies",
        "how many clients do I have",
        "show Zorglub",
        "contacts at Zorglub",
        "who is Zorglub?",
    )
    for text in words:
        assert read_on in said(await office.say(text, by="Zoé Brun", language=language)), text
    people = [["Jane", "jane@zorglub.example"]]
    pane = await office.ask("pane.item", {"people": people}, by="Zoé Brun", language=language, surface="pane")
    assert read_on in said(pane)
    async with office.database.writing(1) as connection:
        await connection.execute(Mailbox.__table__.update().values(first_success_at=ago(0), state="current"))
    for text in words:
        assert "%" not in said(await office.say(text, by="Zoé Brun", language=language))


@pytest.mark.parametrize(
    ("text", "count"),
    [("top 2 companies of the firm", 2), ("our 3 biggest companies", 3), ("les 2 plus gros clients du cabinet", 2)],
)
async def test_so_many_rows_are_shown_as_were_asked_for(office, text, count):
    reply = await office.say(text)
    assert len(names(reply.card)) == count
    assert reply.found.page.next is None
    assert f"first {count}" in said(reply)


async def test_more_rows_than_there_are_is_all_of_them(office):
    assert names((await office.say("top 500 companies of the firm")).card) == names(
        (await office.say("our biggest companies")).card
    )
