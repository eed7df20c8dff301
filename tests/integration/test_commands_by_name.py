"""People are explained and added by their names."""

import pytest

from bot.turn import Reply
from tests import factories
from tests.factories import ago
from tests.office import Office, names, open_office, said


@pytest.fixture
async def office(sqlite_database) -> Office:
    return await open_office(sqlite_database)


@pytest.mark.parametrize("text", ["why is Jean Globex in my contacts?", "pourquoi Jean Globex est-il un contact ?"])
async def test_19_why_somebody_is_a_contact_is_asked_by_name(office, text):
    assert (await office.say(text)).summary == "Jean Globex"


async def test_19_who_only_wrote_in_is_explained_and_added_by_name(office):
    assert not (await office.say("why is Sam Seen not a contact?")).is_error
    assert "Sam Seen" in (await office.say("add Sam Seen as a contact")).summary


@pytest.mark.parametrize(
    "name", ["<script>\u2026", "<script>alert(1)</script>", "&lt;script&gt;", "Q", "q", "A", "\u738b", "<b>Zebulon</b>"]
)
@pytest.mark.parametrize("said_as", ["why is {} in my contacts", "pourquoi {} est-il un contact ?"])
async def test_19_a_strange_or_short_name_is_nobodys_that_is_known(office, name, said_as):
    if name == "A":
        await office.say("rename contact Jean Acme to A")
    reply = await office.say(said_as.format(name))
    assert not reply.is_error
    assert reply.summary == "A" or reply.summary.startswith(("I know nobody called", "Several are called"))


async def test_19_of_several_of_a_name_it_is_asked_who_is_meant(office):
    reply = await office.say("why is Jean a contact?")
    assert "Jean Acme" in said(reply)


async def test_19_nobody_of_a_name_is_said(office):
    reply = await office.say("why is Zebulon Quux in my contacts?")
    assert reply.summary == "I know nobody called “Zebulon Quux”"


@pytest.mark.parametrize("text", ["Jean Globex is me", "Jean Globex, that's me", "Jean Globex, c'est moi"])
async def test_10_that_somebody_is_oneself_is_said_by_name(office, text):
    assert (await office.say(text)).summary == "jean@globex.example is your own address"
    assert "Jean Globex" not in names((await office.say("my contacts")).card)


async def test_10_of_several_of_a_name_it_is_asked_who_is_oneself(office):
    reply = await office.say("Jean is me")
    assert reply.summary.startswith("Several are called")
    assert "is your own address" in (await office.click(reply, "Jean Globex")).summary


async def test_10_a_name_that_is_not_exact_changes_nothing(office):
    await office.say("Jean Globexx is me")
    assert "Jean Globex" in names((await office.say("my contacts")).card)


@pytest.mark.parametrize(
    "text", ["what makes Jean Globex a contact?", "pourquoi ai-je Jean Globex dans mes contacts ?"]
)
async def test_19_the_reason_is_asked_in_other_words(office, text):
    assert (await office.say(text)).summary == "Jean Globex"


@pytest.mark.parametrize(
    "text",
    [
        "why is Jean Globex missing",
        "why do i have jean globex",
        "why Jean Globex",
        "where does Jean Globex come from?",
        "d'où sort Jean Globex ?",
        "pourquoi je ne vois pas jean globex",
        "pourquoi Jean Globex est absent",
        "why is Jean Globex <jean@globex.example> in my contacts",
        "why is Jean Globex &lt;jean@globex.example&gt; here",
        "contact Jean Globex <jean@globex.example>",
        "Globex, Jean [jean@globex.example]",
    ],
)
async def test_19_somebody_is_asked_about_in_any_words(office, text):
    assert (await office.say(text)).summary == "Jean Globex"


@pytest.mark.parametrize("name", ["Anne Martin", "Marc Lefèvre"])
async def test_19_a_colleague_of_the_very_name_comes_before_whoever_is_called_alike(office, name):
    await office.say(f"rename contact Jean Globex to {name[:-1]}")
    reply = await office.say(f"why is {name} in my contacts")
    assert reply.summary == f"{name} is of the firm"


async def test_19_whoever_is_only_called_alike_is_said_to_be_a_guess(office):
    await office.say("rename contact Jean Globex to Sebastian Ferrand")
    guessed = said(await office.say("why is Sebastian Ferrant in my contacts"))
    assert "I take “Sebastian Ferrant” to be Sebastian Ferrand." in guessed
    assert "I take" not in said(await office.say("why is Sebastian Ferrand in my contacts"))


async def test_19_why_a_company_is_there_shows_the_company(office):
    assert (await office.say("why is Globex a company?")).summary.startswith("Globex")


@pytest.mark.parametrize(
    "name",
    [
        "Alain Noël",
        "Marie de Weck",
        "Claus Meier",
        "Önder",
        "Bien",
        "Mine",
        "Yo-Yo Ma",
        "Jan Every",
        "Guy Hier",
        "Marie Undo",
        "Anne Firm",
        "Pierre Tous",
        "Will Do",
        "April June",
        "Des O'Connor",
    ],
)
@pytest.mark.parametrize("said_as", ["contact {}", "show contact {}", "who is contact {}", "le contact {}"])
async def test_11_a_person_is_found_whose_name_is_a_word_of_lists(office, name, said_as):
    await office.say(f"rename contact Jean Globex to {name}")
    assert (await office.say(said_as.format(name))).summary == name


async def test_18_a_contact_is_renamed_by_name_and_address(office):
    await office.say("rename Jean Globex <jean@globex.example> to Jean Dupont")
    assert (await office.say("contact Jean Dupont")).summary == "Jean Dupont"


@pytest.mark.parametrize("text", ["all contacts mueller", "contacts Müller", "tous les contacts mueller"])
async def test_11_contacts_of_a_name_are_those_people_though_a_company_has_it_too(office, text):
    await office.say("rename contact Jean Globex to Hans Müller")
    await office.say("rename Acme to Müller")
    await office.say("yes")
    assert names((await office.say(text)).card) == ["Hans Müller"]


async def test_11_contacts_of_a_name_that_only_a_company_has_are_those_at_the_company(office):
    assert "Jean Globex" in names((await office.say("contacts globex")).card)


@pytest.mark.parametrize("text", ["all companies globex", "companies globex", "toutes les sociétés globex"])
async def test_11_companies_of_a_name_are_those_alone(office, text):
    assert names((await office.say(text)).card) == ["Globex"]


@pytest.mark.parametrize(
    "text",
    [
        *('please "all companies"', 'show "all companies"', "hello, `all companies`", 'say "all companies"'),
        *("type `all companies`", "dis « all companies »", "command: `all companies`", "<all companies>"),
    ],
)
async def test_12_a_list_in_quotes_behind_other_words_is_the_list(office, text):
    assert names((await office.say(text)).card) == names((await office.say("all companies")).card)


@pytest.mark.parametrize(
    "surname", ["Fournier", "Clément", "Sommer", "Noël", "Nouvel", "Short", "Prosper", "D'Angelo", "May"]
)
@pytest.mark.parametrize("said_as", ["all contacts {}", "contacts {}", "tous les contacts {}", "contact {}"])
async def test_11_people_are_found_by_a_surname_that_is_near_a_word_of_lists(office, surname, said_as):
    await office.say(f"rename contact Jean Globex to Luc {surname}")
    await office.say(f"rename contact Jean Acme to Zoé {surname}")
    for name in (surname, surname.lower()):
        found = said(await office.say(said_as.format(name)))
        assert f"Luc {surname}" in found
        assert f"Zoé {surname}" in found
        assert "Jean" not in found


async def test_11_a_name_behind_a_list_is_whole(office):
    await office.say("rename contact Jean Globex to Luc Fournier")
    await office.say("rename contact Jean Acme to Luc Carver")
    assert names((await office.say("all contacts luc fournier")).card) == ["Luc Fournier"]


@pytest.mark.parametrize("text", ["all contacts alphabetically", "contacts yesterday", "mes contacts récents"])
async def test_11_words_of_lists_stay_so_where_nobody_is_called_so(office, text):
    assert not (await office.say(text)).found.listing.filter.text


@pytest.mark.parametrize(
    "text", ["contact Jäger, Jutta", "Jäger, Jutta", "le contact Jäger, Jutta", "who knows Jäger, Jutta"]
)
async def test_11_a_name_with_its_surname_first_is_found(office, text):
    await office.say("rename contact Jean Globex to Jutta Jäger")
    assert (await office.say(text)).summary == "Jutta Jäger"


@pytest.mark.parametrize("title", ["Mme", "Madame", "Monsieur", "Mlle", "Maître", "Dr.", "Mrs"])
@pytest.mark.parametrize(
    "said_as", ["pourquoi {} Globex est-il un contact ?", "why is {} Jean Globex in my contacts", "{} Jean Globex"]
)
async def test_19_a_title_before_a_name_is_left_off(office, title, said_as):
    assert (await office.say(said_as.format(title))).summary == "Jean Globex"


async def confirm(office: Office, asked: Reply) -> Reply:
    again = asked.found.again
    return await office.ask(again["verb"], again)


@pytest.mark.parametrize(
    ("known_as", "typed", "called"),
    [
        ("nina", "Nina New", "Nina New"),
        ("", "New, Nina", "Nina New"),
        ("Nina", '"Nina New"', "Nina New"),
        ("Nina Newman", "Nina New", "Nina Newman"),
        ("Nina New", "NEW Nina", "Nina New"),
    ],
)
async def test_the_name_beside_an_address_is_the_one_that_mail_lacks(office, known_as, typed, called):
    seen = {"is_contact": False, "reason": "seen", "received_count": 1, "interaction_count": 1, "last_at": ago(1)}
    async with office.database.writing(1) as connection:
        number = await factories.add_contact(connection, known_as, "nina@new.example", **seen)
        values = {"is_mine": False, "sent_count": 0, "received_count": 1}
        await factories.add_relationship(connection, office.people["Anne Martin"].user_id, number, **values)
    reply = await office.say(f"add contact {typed} <nina@new.example>")
    assert f"{called} is a contact now." in said(reply)
    assert ("The name stays" in said(reply)) is (called == "Nina Newman")
    assert called in names((await office.say("my contacts")).card)
    undone = await office.say("undo")
    if len(reply.found.audit_ids) > 1:
        undone = await confirm(office, undone)
    assert not undone.is_error
    assert called not in names((await office.say("my contacts")).card)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("delete contact jean@acme.example", "en"),
        ("remove contact Jean Acme", "en"),
        ("delete Jean Acme <jean@acme.example>", "en"),
        ("supprime le contact jean@acme.example", "fr"),
    ],
)
async def test_a_contact_that_is_to_be_deleted_is_taken_off_ones_own_after_a_question(office, text, language):
    asked = await office.say(text, language=language)
    assert "Jean Acme" in asked.summary
    assert "Jean Acme" in names((await office.say("my contacts")).card)
    await confirm(office, asked)
    assert "Jean Acme" not in names((await office.say("my contacts")).card)


@pytest.mark.parametrize(("back", "there"), [("that is me", False), ("c'est moi", False), ("that is not me", True)])
async def test_what_was_said_of_an_address_is_unsaid_by_the_next_sentence(office, back, there):
    await office.say("jean@acme.example is me" if there else "jean@acme.example is not me")
    assert ("jean@acme.example" in said(await office.say(back))) is True
    explained = said(await office.say("why is jean@acme.example not a contact"))
    assert ("a second address of your own" in explained) is not there
