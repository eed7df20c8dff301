"""Saved views: kept, opened, put in order, shared, taken back."""

import pytest

from storage.lists.filters import Filter, to_json
from storage.models import CompanyType
from tests.office import Office, names, open_office, read, said

CLIENTS = to_json(Filter(types=(CompanyType.CLIENT,)))
MORE = ["My contacts", "I am the partner", "All of the firm"]


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def list_names(office, by="Anne Martin"):
    return [view["name"] for view in (await office.ask("views.list", by=by)).data["views"]]


async def save(office, name, filter_=CLIENTS, by="Anne Martin"):
    return (await office.ask("view.save", {"name": name, "filter": filter_}, by=by)).data["view_id"]


async def test_four_views_are_there_from_the_first_day_in_the_readers_language(office):
    assert await list_names(office) == ["My companies", "Clients", "Prospects", "Referral sources", *MORE]
    reply = await office.ask("views.list", language="fr")
    assert names(reply.card) == []
    assert {"Mes sociétés", "Clients", "Prospects", "Prescripteurs"} <= set(read(reply.card))


async def test_a_list_is_saved_from_its_card_and_its_name_is_then_a_command(office):
    form = await office.click(await office.say("show my clients"), "Save this view")
    reply = await office.click(form, "Save", {"name": "Dormant clients"})
    assert read(reply.card)[0] == "Dormant clients"
    assert names((await office.say("dormant clients")).card) == ["Acme Industries", "Duval & Fils"]


async def test_save_this_as_keeps_the_list_that_was_seen_last(office):
    await office.say("all prospects")
    await office.say("save this as Hunting ground")
    assert names((await office.say("show Hunting ground")).card) == ["Globex"]


async def test_save_this_with_nothing_seen_asks_which_list(office):
    reply = await office.say("save this as Hunting ground")
    assert (reply.code, "Which list" in reply.summary) == (400, True)


@pytest.mark.parametrize(
    "name", ["dormant clients", "DORMANT Clients", "Dórmant   clients", "Clients", "Prescripteurs"]
)
async def test_names_are_unique_whatever_case_and_accents(office, name):
    await save(office, "Dormant clients")
    reply = await office.ask("view.save", {"name": name, "filter": CLIENTS})
    assert (reply.is_error, reply.code) == (True, 400)


async def test_two_people_may_use_one_name(office):
    await save(office, "Sleepers")
    await save(office, "Sleepers", by="Marc Lefèvre")
    assert "Sleepers" in await list_names(office, "Marc Lefèvre")


async def test_a_view_is_renamed_in_words_and_on_its_card(office):
    view_id = await save(office, "Dormant clients")
    await office.say("rename view Dormant clients to Sleepers")
    settings = await office.ask("view.settings", {"view_id": view_id})
    await office.click(settings, "Save", {"new_name": "Sleeping beauties"})
    assert (await list_names(office))[-1] == "Sleeping beauties"


async def test_a_view_gets_another_filter(office):
    view_id = await save(office, "Dormant clients")
    await office.ask("view.open", {"view_id": view_id})
    narrowed = await office.click(
        await office.ask("view.open", {"view_id": view_id}), "Show", {"types": "prospect", "scope": "firm"}
    )
    form = await office.click(narrowed, "Save this view")
    await office.click(form, "Change “Dormant clients”")
    assert names((await office.say("show dormant clients")).card) == ["Globex"]


async def test_views_are_put_in_order(office):
    view_id = await save(office, "Sleepers")
    await office.ask("view.move", {"view_id": view_id, "to": 0})
    assert (await list_names(office))[0] == "Sleepers"
    await office.say("move view Sleepers down")
    assert (await list_names(office))[1] == "Sleepers"


async def test_a_view_is_deleted_and_undone(office):
    view_id = await save(office, "Dormant clients")
    settings = await office.ask("view.settings", {"view_id": view_id})
    deleted = await office.click(settings, "Delete")
    assert "Dormant clients" not in await list_names(office)
    await office.click(deleted, "Undo")
    assert "Dormant clients" in await list_names(office)


async def test_a_built_in_view_is_hidden_not_deleted(office):
    refused = await office.ask("view.delete", {"view_id": -2})
    assert (refused.is_error, refused.code) == (True, 403)
    await office.ask("view.hide", {"view_id": -2})
    assert await list_names(office) == ["My companies", "Prospects", "Referral sources", *MORE]
    hidden = await office.click(await office.ask("views.list"), "Show 1 hidden view")
    assert "Clients" in read(hidden.card)
    await office.ask("view.unhide", {"view_id": -2})
    assert "Clients" in await list_names(office)


async def test_a_copy_is_ones_own(office):
    view_id = await save(office, "Dormant clients")
    await office.ask("view.share", {"view_id": view_id, "is_with_firm": True})
    reply = await office.ask("view.duplicate", {"view_id": view_id}, by="Marc Lefèvre")
    copy = reply.data["view_id"]
    renamed = await office.ask("view.rename", {"view_id": copy, "new_name": "Copy"}, by="Marc Lefèvre")
    assert not renamed.is_error
    assert "Dormant clients" in await list_names(office)


async def test_a_view_shared_with_a_colleague_is_told_to_them_alone(office):
    view_id = await save(office, "Dormant clients")
    await office.say("share view Dormant clients with Marc Lefèvre")
    marc, anne = office.people["Marc Lefèvre"].user_id, office.people["Anne Martin"].user_id
    told = [(notice.user_id, notice.kind, dict(notice.payload)) for notice in office.posted.notices]
    assert told == [(marc, "view", {"view_id": view_id, "by": anne})]
    assert "Dormant clients" in await list_names(office, "Marc Lefèvre")
    assert "Dormant clients" not in await list_names(office, "Zoé Brun")


async def test_a_view_is_shared_with_several_and_taken_back_from_some(office):
    await save(office, "Dormant clients")
    await office.say("share view Dormant clients with Marc Lefèvre, Zoé Brun and Anne Weber")
    three = [office.people[name].user_id for name in ("Marc Lefèvre", "Zoé Brun", "Anne Weber")]
    assert sorted(notice.user_id for notice in office.posted.notices) == sorted(three)
    await office.say("stop sharing view Dormant clients with Marc Lefèvre and Anne Weber")
    assert "Dormant clients" in await list_names(office, "Zoé Brun")
    assert "Dormant clients" not in await list_names(office, "Marc Lefèvre")


async def test_several_readers_are_asked_about_one_by_one_and_shared_with_at_once(office):
    await save(office, "Dormant clients")
    asked = await office.say("partage la vue Dormant clients avec Marc Lefèvre et Anne", language="fr")
    assert names(asked.card) == ["Anne Martin", "Anne Weber"]
    assert office.posted.notices == []
    await office.click(asked, "Anne Weber")
    two = [office.people[name].user_id for name in ("Marc Lefèvre", "Anne Weber")]
    assert sorted(notice.user_id for notice in office.posted.notices) == sorted(two)


async def test_a_shared_view_cannot_be_changed_by_its_reader(office):
    view_id = await save(office, "Dormant clients")
    await office.ask("view.share", {"view_id": view_id, "user_id": "firm"})
    for verb in ("view.rename", "view.delete", "view.share", "view.unshare", "view.set_filter"):
        data = {"view_id": view_id, "new_name": "Hacked", "user_id": "firm", "filter": CLIENTS}
        reply = await office.ask(verb, data, by="Marc Lefèvre")
        assert (verb, reply.is_error) == (verb, True)
    assert "Dormant clients" in await list_names(office)


async def test_sharing_is_taken_back(office):
    view_id = await save(office, "Dormant clients")
    await office.ask("view.share", {"view_id": view_id, "user_id": "firm"})
    settings = await office.ask("view.settings", {"view_id": view_id})
    await office.click(settings, "Stop sharing")
    assert "Dormant clients" not in await list_names(office, "Marc Lefèvre")


@pytest.mark.parametrize(
    "verb", ["view.open", "view.settings", "view.delete", "view.share", "view.hide", "view.duplicate"]
)
async def test_B64_a_view_that_is_not_mine_looks_like_none(office, verb):
    view_id = await save(office, "Private", by="Marc Lefèvre")
    data = {"new_name": "x", "user_id": "firm"}
    theirs = await office.ask(verb, {"view_id": view_id, **data})
    absent = await office.ask(verb, {"view_id": 10**9, **data})
    assert theirs == absent
    assert theirs.is_error


@pytest.mark.parametrize(
    "sentence",
    ["delete view Dormant clint", "hide view Dormant clint", "share view Dormant clint with Marc Lefèvre"],
)
async def test_a_mistyped_view_is_never_changed_unasked(office, sentence):
    await save(office, "Dormant clients")
    reply = await office.say(sentence)
    assert not reply.is_error
    assert "Dormant clients" in await list_names(office)
    assert "Dormant clients" not in await list_names(office, "Marc Lefèvre")
    assert "Dormant clients" in said(reply)


async def test_the_default_can_be_taken_away_again(office):
    view_id = await save(office, "Dormant clients")
    await office.say("make Dormant clients my default view")
    assert names((await office.say("show companies")).card) == ["Acme Industries", "Duval & Fils"]
    settings = await office.ask("view.settings", {"view_id": view_id})
    await office.click(settings, "No longer my answer to “show my companies”")
    assert len(names((await office.say("show companies")).card)) == 6


async def test_a_view_of_somebody_who_is_not_named_exactly_is_saved_after_a_question(office):
    asked = await office.say("save clients of Lefevre as Watched")
    assert "partner Marc Lefèvre" in said(asked)
    assert "Watched" not in said(await office.say("my views"))
    await office.click(asked, "Yes, go on")
    assert "Watched" in said(await office.say("my views"))


@pytest.mark.parametrize(
    ("words", "language"),
    [
        *((words, "en") for words in ("take Zoé off the view Dormants", "remove Zoé from the Dormants view")),
        *((words, "en") for words in ("take Zoé off Dormants", "take view Dormants off Zoé Brun")),
        *((words, "fr") for words in ("enlève Zoé de la vue Dormants", "retire la vue Dormants à Zoé")),
        ("retire Zoé de Dormants", "fr"),
    ],
)
async def test_a_colleague_is_taken_off_a_view_after_a_question_and_an_undo_puts_them_back(office, words, language):
    view_id = await save(office, "Dormants")
    await office.say("share view Dormants with Zoé Brun and Marc Lefèvre")
    done = await office.say(words, language=language)
    if done.found.remembered.get("view_id") is None:
        assert "Zoé Brun" in done.summary
        done = await office.ask(done.found.again["verb"], done.found.again, language=language)
    assert "Dormants" not in await list_names(office, "Zoé Brun")
    assert "Dormants" in await list_names(office, "Marc Lefèvre")
    undone = await office.say("undo")
    assert "shared with Marc Lefèvre → shared with Marc Lefèvre and Zoé Brun" in said(undone)
    assert view_id in {view["view_id"] for view in (await office.ask("views.list", by="Zoé Brun")).data["views"]}


async def test_who_does_not_read_a_view_is_not_taken_off_it(office):
    await save(office, "Dormants")
    done = await office.say("take Marc Lefèvre off the view Dormants")
    assert done.summary == "“Dormants” was not shared with Marc Lefèvre: nothing to change."
    await office.say("share view Dormants with everybody")
    done = await office.say("take Marc Lefèvre off the view Dormants")
    assert "is shared with the whole firm" in done.summary
    assert "Dormants" in await list_names(office, "Marc Lefèvre")
