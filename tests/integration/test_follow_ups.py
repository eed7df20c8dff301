"""A sentence goes on from what the conversation showed last: from a list, from a row of it, from a card."""

import pytest
from sqlalchemy import text as sql

from bot.door import Door
from storage.history.retention import Retention, erase_leaver
from tests.office import Office, names, open_office, said


@pytest.fixture
async def office(sqlite_database) -> Office:
    return await open_office(sqlite_database)


async def say_all(office: Office, *sentences: str, **options):
    reply = None
    for sentence in sentences:
        reply = await office.say(sentence, **options)
    return reply


@pytest.mark.parametrize(
    ("first", "then", "whole"),
    [
        ("all companies", "only those of Marc", "all companies of Marc"),
        ("all companies", "not those of Marc", "all companies except those of Marc"),
        ("my clients", "and the prospects?", "my prospects"),
        ("tous les clients", "et les prospects ?", "all prospects"),
        ("all companies by name", "only clients", "all clients by name"),
        ("all clients", "without a partner", "all clients without a partner"),
        ("all clients", "et sans associé ?", "all clients without a partner"),
        ("all clients", "only mine", "my clients"),
        ("my clients", "and the firm's?", "all clients"),
        ("all companies", "sort by name", "all companies by name"),
        ("tous les contacts", "trie-les par nom", "all contacts by name"),
        ("all companies", "alphabetically", "all companies by name"),
        ("all contacts", "at Globex", "contacts at Globex"),
        ("tous les contacts", "seulement ceux de Globex", "contacts at Globex"),
        ("all companies", "what about contacts?", "all contacts"),
        ("all companies", "those known by Marc", "all companies known by Marc"),
        ("all companies known by Marc", "and those I don't know?", "all companies known by Marc that I don't know"),
        ("all companies except Acme", "except Globex", "all companies except Acme and Globex"),
    ],
)
async def test_a_list_is_gone_on_from(office, first, then, whole):
    going_on, asked_whole = await say_all(office, first, then), await office.say(whole)
    assert names(going_on.card) == names(asked_whole.card)
    assert going_on.found.listing.filter == asked_whole.found.listing.filter


@pytest.mark.parametrize("then", ["all prospects", "my contacts", "companies where partner is Marc", "all companies"])
async def test_a_whole_question_asks_anew(office, then):
    anew, alone = await say_all(office, "all clients by name", then), await office.say(then)
    assert anew.found.listing.filter == alone.found.listing.filter


async def test_a_list_that_was_gone_on_from_can_be_counted(office):
    assert (await say_all(office, "all companies", "how many of them have no partner?")).summary.startswith(
        "All companies"
    )


async def restart(office: Office) -> None:
    """Go on with a process that has shown nothing itself."""
    await office.database.settle()
    office.door = Door(office.database, lambda: office.now, office.posted)


@pytest.mark.parametrize(
    ("first", "then", "whole"),
    [
        ("all companies", "only those of Marc", "all companies of Marc"),
        ("tous les clients", "et les prospects ?", "all prospects"),
        ("all companies", "trie par nom", "all companies by name"),
    ],
)
async def test_another_process_goes_on_from_what_was_shown_by_one(office, first, then, whole):
    await office.say(first)
    await restart(office)
    going_on, asked_whole = await office.say(then), await office.say(whole)
    assert going_on.found.listing.filter == asked_whole.found.listing.filter


async def test_a_row_and_a_card_are_remembered_after_a_restart(office):
    shown = names((await office.say("all companies")).card)
    await restart(office)
    assert (await office.say("the second one")).summary == shown[1]
    await restart(office)
    assert (await office.say("who knows it?")).summary == shown[1]


async def test_a_question_is_still_open_after_a_restart(office):
    await office.say("make Globex a client and set me as partner")
    await restart(office)
    assert (await office.say("no")).summary == "Nothing was changed."


async def test_what_was_shown_is_forgotten_after_a_day(office):
    await office.say("all companies")
    await restart(office)
    office.now += 86_401
    assert (await office.say("sort by name")).found.data["text"] == "sort by name"


async def test_a_list_that_was_saved_or_counted_after_a_restart_is_the_one_that_was_shown(office):
    await office.say("all clients")
    await restart(office)
    assert (await office.say("how many is that?")).summary.startswith("All clients")
    await restart(office)
    assert not (await office.say("save that as Old friends")).is_error
    assert (await office.say("open view Old friends")).found.listing.title == "Old friends"


async def test_the_row_of_a_person_who_left_goes_with_their_mailbox(office):
    await office.say("all companies")
    await office.database.settle()
    viewer = office.people["Anne Martin"]
    retention = Retention(viewer.tenant_id, "outreach", 0, 0)
    async with office.database.writing(viewer.tenant_id) as connection:
        assert (await connection.execute(sql("SELECT count(*) FROM talks"))).scalar() == 1
    await erase_leaver(office.database, retention, viewer.user_id, office.now)
    async with office.database.writing(viewer.tenant_id) as connection:
        assert (await connection.execute(sql("SELECT count(*) FROM talks"))).scalar() == 0


async def test_nothing_is_gone_on_from_before_anything_was_shown(office):
    assert (await office.say("sort by name")).found.data["text"] == "sort by name"


async def test_what_was_shown_to_one_is_nothing_to_another(office):
    await office.say("all clients")
    assert (await office.say("only those of Marc", by="Marc Lefèvre")).found.data["text"] == "only those of Marc"


async def test_what_was_shown_in_private_is_not_gone_on_with_in_a_group(office):
    await office.say("all contacts named globex")
    reply = await office.say("sort by name", surface="group")
    assert "globex" not in str(reply.card).lower()


@pytest.mark.parametrize(
    ("then", "place"),
    [("the second one", 1), ("la première", 0), ("open the third", 2), ("number 2", 1), ("the last one", -1)],
)
async def test_a_row_of_the_list_is_opened_by_its_place(office, then, place):
    shown = names((await office.say("all companies")).card)
    assert (await office.say(then)).summary == shown[place]


@pytest.mark.parametrize("then", ["the ninth one", "number 99", "number 0"])
async def test_a_place_that_the_list_has_not_says_how_many_there_are(office, then):
    assert "7 rows" in (await say_all(office, "all companies", then)).summary


async def test_a_place_needs_a_list(office):
    assert "my clients" in (await office.say("the second one")).summary


@pytest.mark.parametrize(
    "then",
    [
        "who knows it?",
        "qui la connaît ?",
        "qui s'en occupe ?",
        "who is its partner?",
        "its contacts",
        "is it a client?",
    ],
)
async def test_a_card_is_asked_about_without_its_name(office, then):
    assert (await say_all(office, "Globex", then)).summary == "Globex"


@pytest.mark.parametrize(
    ("then", "question"),
    [
        ("set type of this to client", "Set the type of Globex to “Client”?"),
        ("make it a client", "Set the type of Globex to “Client”?"),
        ("it is a prospect", "Set the type of Globex to “Prospect”?"),
        ("mets-la en client", "Set the type of Globex to “Client”?"),
        ("set me as partner", "Replace Marc Lefèvre as the partner of Globex?"),
    ],
)
async def test_what_is_changed_without_its_name_is_asked_by_its_name(office, then, question):
    assert (await say_all(office, "Globex", then)).summary == question


@pytest.mark.parametrize("then", ["make it a client", "who knows them?", "set me as partner"])
async def test_it_is_what_was_shown_last_and_nothing_older(office, then):
    assert (await say_all(office, "Globex", "all companies", then)).summary == "Say which name you mean."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("thanks", "At your service."),
        ("ok, merci beaucoup", "At your service."),
        ("who introduced us to Globex?", "Who introduced whom"),
        ("y a-t-il un conflit d'intérêts avec Globex ?", "I check no conflicts"),
        ("what did Marc write to Globex?", "never what was written"),
    ],
)
async def test_what_is_not_known_here_is_said_in_a_line(office, text, sentence):
    assert sentence in (await office.say(text)).summary


async def test_from_what_is_not_known_a_click_leads_to_what_is(office):
    reply = await office.say("run a conflict check on Globex")
    assert (await office.click(reply, "Globex")).summary == "Globex"


@pytest.mark.parametrize(
    "sentences",
    [
        ["make Globex a client and set me as partner"],
        ["Globex est un client, avec moi comme associé"],
        ["Globex", "make it a client with me as partner"],
        ["Globex", "mets-la en client avec moi comme associée"],
        ["Globex", "c'est un client, avec moi comme associé"],
    ],
)
async def test_two_changes_in_one_sentence_are_asked_made_and_undone_together(office, sentences):
    before = (await office.say("Globex")).found.company
    asked = await say_all(office, *sentences)
    assert asked.summary == "Change Globex?"
    done = await office.click(asked, "Yes, go on")
    changed = (await office.say("Globex")).found.company
    assert (changed.type, changed.partner_name) == ("client", "Anne Martin")
    assert not done.is_error
    await office.click(await office.say("undo"), "Yes, go on")
    after = (await office.say("Globex")).found.company
    assert (after.type, after.partner_id) == (before.type, before.partner_id)


async def test_of_two_changes_a_name_that_means_nobody_is_asked_about(office):
    reply = await office.say("make Globex a client and set Zebulon as partner")
    assert "Zebulon" in said(reply)


@pytest.mark.parametrize("shown", ["my clients", "mes contacts", "all contacts at Acme", "all companies"])
@pytest.mark.parametrize(
    "sentence",
    [
        "mets Anne Martin comme associée de Globex",
        "nomme Anne Martin associée de Globex",
        "set Anne Martin as partner of Globex",
        "remove Marc Lefèvre as partner of Globex",
        "Anne Martin is the partner of Globex",
        "I am the partner of Globex",
        "take me off as partner of Acme Industries",
    ],
)
async def test_a_change_is_what_it_says_whatever_list_was_shown_before(office, shown, sentence):
    alone = await office.say(sentence)
    assert alone.code == 200
    assert "filter" not in alone.data
    await office.say("no")
    behind = await say_all(office, shown, sentence)
    assert behind.summary == alone.summary or "nothing to change" in behind.summary


@pytest.mark.parametrize("sentence", ["save this view", "save this list"])
async def test_what_was_shown_is_saved_by_pointing_at_it(office, sentence):
    reply = await say_all(office, "my clients", sentence)
    assert "Save" in said(reply)


@pytest.mark.parametrize(
    ("then", "question"),
    [
        ("make the second one a prospect", "Set the type of Duval & Fils to “Prospect”?"),
        ("the third one is a client", "Set the type of Globex to “Client”?"),
        ("set Marc as partner of the second", "Make Marc Lefèvre the partner of Duval & Fils?"),
        ("mets le deuxième en prospect", "Set the type of Duval & Fils to “Prospect”?"),
        ("mets Marc comme associé de la deuxième", "Make Marc Lefèvre the partner of Duval & Fils?"),
    ],
)
async def test_a_row_is_changed_by_its_place_and_asked_by_its_name(office, then, question):
    reply = await say_all(office, "all companies", "globex", then)
    assert said(reply).splitlines()[0] == question


@pytest.mark.parametrize(
    ("then", "named"),
    [("who knows the second one?", "Duval & Fils"), ("qui connaît la dernière", "Umbrella"), ("the 1st one", "Acme")],
)
async def test_a_row_is_asked_about_by_its_place(office, then, named):
    assert named in said(await say_all(office, "all companies", then))


async def test_a_row_that_is_not_there_changes_nothing(office):
    assert (await office.say("make the first one a client", by="Zoé Brun")).is_error
    for then in ("make the tenth one a client", "mets Marc comme associé du dixième"):
        reply = await say_all(office, "all companies", then)
        assert (reply.code, "7 rows" in reply.summary) == (400, True)


async def test_all_of_a_list_are_ticked_by_pointing_at_it(office):
    reply = await say_all(office, "my prospects", "make them all clients")
    assert reply.data["chosen_type"] == "client"
    assert [row["name"] for row in reply.data["rows"]] == ["Globex"]


@pytest.mark.parametrize(
    ("then", "title"),
    [
        ("qui est l'associé de Globex ?", "Globex"),
        ("mets Initech en prospect avec Marc comme associé", "Modifier Initech ?"),
        ("qui s'occupe de Globex", "Globex"),
    ],
)
async def test_a_whole_command_is_itself_whatever_list_was_shown_before(office, then, title):
    reply = await say_all(office, "mes clients", then, language="fr")
    assert said(reply).splitlines()[0] == title


@pytest.mark.parametrize(
    ("first", "then", "whole"),
    [
        ("new contacts this month", "and last month?", "new contacts last month"),
        ("nouveaux contacts de la semaine", "et la semaine dernière ?", "new contacts last week"),
        ("clients won this year", "and last year?", "clients won last year"),
        ("all companies", "not the clients", "all companies except clients"),
        ("toutes les sociétés", "ni clients ni prospects", "all companies except clients and prospects"),
        ("all clients", "et ceux de Marc ?", "all clients of Marc"),
        ("how many prospects are there", "which ones?", "my prospects"),
        ("combien de clients ai-je", "montre-les", "my clients"),
    ],
)
async def test_a_time_and_an_exception_take_the_place_they_are_said_of(office, first, then, whole):
    shown = await say_all(office, first, then)
    assert shown.data["filter"] == (await office.say(whole)).data["filter"]


async def test_meetings_are_no_list_to_go_on_from(office):
    shown = await say_all(office, "all prospects of Marc", "my next meetings", "only clients")
    assert shown.data["filter"] == (await office.say("my clients")).data["filter"]


async def test_the_first_ones_of_a_list(office):
    shown = await say_all(office, "all companies", "the first 2")
    assert names(shown.card) == names((await office.say("all companies")).card)[:2]


async def test_which_ones_needs_a_list(office):
    assert (await office.say("which ones?")).code == 400
