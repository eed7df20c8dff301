"""Whatever is done with a saved view is undone and redone to the letter, in words and by its buttons."""

from dataclasses import replace

import pytest

from storage.views import views
from tests.office import Office, look, open_office, said

CLIENTS, COURTS = {"types": ["client"]}, {"types": ["court"]}
ANNE = "Anne Martin"
CHANGES = {
    "rename": ("view.rename", {"new_name": "Sleepers"}),
    "share with another": ("view.share", {"people": ["Zoé Brun"]}),
    "share with the firm": ("view.share", {"with_firm": True}),
    "unshare": ("view.unshare", {}),
    "delete": ("view.delete", {}),
    "move": ("view.move", {"to": 0}),
    "hide": ("view.hide", {}),
    "default": ("view.set_default", {}),
    "filter": ("view.set_filter", {"filter": COURTS}),
    "duplicate": ("view.duplicate", {"new_name": "Twin"}),
    "hide a built-in one": ("view.hide", {"view_id": -2}),
    "default of a built-in one": ("view.set_default", {"view_id": -3}),
}


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def save_shared(office):
    view_id = (await office.ask("view.save", {"name": "Dormant clients", "filter": CLIENTS})).data["view_id"]
    await office.ask("view.share", {"view_id": view_id, "people": ["Marc Lefèvre"]})
    return view_id


async def keep(office):
    """Return everything of Anne's views but the count of their changes."""
    anne = office.people[ANNE]
    async with office.database.reading(1) as connection:
        rows = await views.list_views(connection, anne, is_hidden=True)
        return [(replace(row, version=0), await views.list_view_readers(connection, anne, row.id)) for row in rows]


@pytest.mark.parametrize("what", CHANGES)
async def test_in_words_a_change_of_a_view_is_undone_and_redone_exactly(office, what):
    verb, data = CHANGES[what]
    view_id, before = await save_shared(office), await keep(office)
    await office.ask(verb, {"view_id": view_id, **data})
    after = await keep(office)
    assert after != before
    for words, expected in (("undo", before), ("redo", after), ("undo", before), ("redo", after)):
        await office.say(words)
        assert await keep(office) == expected


@pytest.mark.parametrize("what", CHANGES)
async def test_by_its_buttons_a_change_of_a_view_is_undone_and_redone_exactly(office, what):
    verb, data = CHANGES[what]
    view_id, before = await save_shared(office), await keep(office)
    done = await office.ask(verb, {"view_id": view_id, **data})
    after = await keep(office)
    for button, expected in (("Undo", before), ("Redo", after), ("Undo", before), ("Redo", after)):
        done = await office.click(done, button)
        assert await keep(office) == expected


async def read_as(office, name):
    return [row["name"] for row in (await office.ask("views.list", by=name)).data["views"]]


@pytest.mark.parametrize(("language", "undo"), [("en", "undo"), ("fr", "annule")])
async def test_undo_of_a_deletion_gives_the_view_back_to_its_readers(office, language, undo):
    view_id = await save_shared(office)
    await office.ask("view.share", {"view_id": view_id, "with_firm": True})
    before = await keep(office)
    await office.ask("view.delete", {"view_id": view_id}, language=language)
    assert "Dormant clients" not in await read_as(office, "Marc Lefèvre")
    undone = await office.say(undo, language=language)
    assert ("deleted → there" if language == "en" else "supprimée → enregistrée") in str(undone.card)
    assert "Dormant clients" in await read_as(office, "Marc Lefèvre")
    assert "Dormant clients" in await read_as(office, "Zoé Brun")
    assert await keep(office) == before


@pytest.mark.parametrize("with_whom", [{"people": ["Zoé Brun"]}, {"with_firm": True}])
async def test_undo_right_after_sharing_shares_no_longer(office, with_whom):
    view_id = await save_shared(office)
    await office.ask("view.share", {"view_id": view_id, **with_whom})
    assert "Dormant clients" in await read_as(office, "Zoé Brun")
    await office.say("undo")
    assert "Dormant clients" not in await read_as(office, "Zoé Brun")
    assert "Dormant clients" in await read_as(office, "Marc Lefèvre")


async def test_undo_after_a_view_was_moved_leaves_what_was_changed_before_it(office):
    view_id = await save_shared(office)
    await office.say("set type of Globex to client")
    await office.ask("view.move", {"view_id": view_id, "to": 0})
    undone = await office.say("undo")
    assert "View “Dormant clients”: place 1 → not arranged" in str(undone.card)
    assert (await look(office, "Globex")).type == "client"


@pytest.mark.parametrize(
    ("language", "old", "new", "name"),
    [
        ("en", "Companies of mine · clients · newest first", "Companies of mine · courts · newest first", "View “V”"),
        (
            "fr",
            "Mes sociétés · clients · du plus récent au plus ancien",
            "Mes sociétés · juridictions · du plus récent au plus ancien",
            "Vue « V »",
        ),
    ],
)
async def test_another_filter_is_said_from_what_to_what(office, language, old, new, name):
    view_id = (await office.ask("view.save", {"name": "V", "filter": CLIENTS})).data["view_id"]
    colon = " : " if language == "fr" else ": "
    asked = await office.ask(
        "view.set_filter", {"view_id": view_id, "filter": COURTS, "is_guess": True}, language=language
    )
    assert f"{name}{colon}{old} → {new}" in said(asked)
    done = await office.ask("view.set_filter", {"view_id": view_id, "filter": COURTS}, language=language)
    assert done.summary == f"{name}{colon}{old} → {new}"
    again = await office.ask("view.set_filter", {"view_id": view_id, "filter": COURTS}, language=language)
    assert "→" not in again.summary
    undone = await office.ask("undo", {"is_confirmed": True}, language=language)
    assert f"{new} → {old}" in said(undone)


async def test_a_long_filter_is_said_in_short(office):
    view_id = (await office.ask("view.save", {"name": "V", "filter": CLIENTS})).data["view_id"]
    done = await office.ask("view.set_filter", {"view_id": view_id, "filter": {"text": "carver " * 25}})
    assert len(done.summary) < 400
    assert done.summary.endswith("…")


async def test_an_arrangement_that_was_changed_since_is_left_and_that_is_said(office):
    view_id = await save_shared(office)
    moved = await office.ask("view.move", {"view_id": view_id, "to": 0})
    await office.ask("view.hide", {"view_id": -2})
    kept = await keep(office)
    assert (await office.click(moved, "Undo")).code == 409
    assert await keep(office) == kept
