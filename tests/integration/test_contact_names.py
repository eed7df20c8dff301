"""A name that a person corrected: found, kept through later syncs, undone, and nobody else's to see."""

import pytest

from storage.book.contact_names import rename_contact
from storage.book.contacts import find_contacts
from storage.book.undo import undo_change
from storage.errors import MissingError, StaleError
from storage.viewer import Viewer
from tests import syncing
from tests.office import Office, open_office, read, said
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
MISSPELT = ("Claire Dubios", "claire@acme.example")
NAMES = "SELECT c.name, c.folded_name, r.folded_name FROM contacts c JOIN relationships r ON r.contact_id = c.id"


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def correct(sync: Sync, name: str = "Claire Dubois") -> tuple[Viewer, int]:
    """Let Anne correct the only contact; give her, and the number of the change."""
    [(tenant_id, user_id)] = await sync.query("SELECT tenant_id, id FROM users WHERE name = 'Anne Martin'")
    [(contact_id,)] = await sync.query("SELECT id FROM contacts")
    viewer = Viewer(tenant_id, user_id)
    async with sync.database.writing(tenant_id) as connection:
        change = await rename_contact(connection, viewer, contact_id, name, now=1, source="chat")
    return viewer, change.audit_id


async def test_no_later_mail_changes_a_name_that_a_person_gave(sync: Sync, firm):
    firm.send_mail(ANNE, [MISSPELT])
    await sync.run()
    await correct(sync)
    firm.send_mail(("Claire D. Dubios", MISSPELT[1]), [ANNE])
    firm.send_mail(ANNE, [("Dr. Claire Anne Dubios", MISSPELT[1])])
    await sync.run()
    names = [tuple(row) for row in await sync.query(NAMES)]
    assert names == [("Claire Dubois", "claire dubois", "claire dubois")]


async def test_a_name_that_a_person_gave_outlives_a_whole_new_sync(sync: Sync, firm):
    firm.send_mail(ANNE, [MISSPELT])
    await sync.run()
    await correct(sync)
    gone = sync.microsoft.faults.add("gone", count=3, has_location=True, code="syncStateInvalid")
    firm.send_mail(ANNE, [MISSPELT])
    await sync.run_until_current()
    assert gone.hits == 3
    assert [row[0] for row in await sync.query("SELECT name FROM contacts")] == ["Claire Dubois"]


async def test_taken_back_the_name_is_what_mail_says_now_and_later(sync: Sync, firm):
    firm.send_mail(ANNE, [MISSPELT], sent_at="2024-01-02T03:04:05Z")
    await sync.run()
    viewer, audit_id = await correct(sync)
    async with sync.database.writing(viewer.tenant_id) as connection:
        await undo_change(connection, viewer, audit_id, now=2, source="chat")
    assert [row[0] for row in await sync.query("SELECT name FROM contacts")] == ["Claire Dubios"]
    firm.send_mail(ANNE, [("Claire Dubois-Roe", MISSPELT[1])])
    await sync.run()
    assert [row[0] for row in await sync.query("SELECT name FROM contacts")] == ["Claire Dubois-Roe"]


async def test_a_corrected_contact_is_found_by_its_name_and_no_more_by_the_wrong_one(sync: Sync, firm):
    firm.send_mail(ANNE, [("Bertrand Wrong", MISSPELT[1])])
    await sync.run()
    viewer, _ = await correct(sync)
    async with sync.database.reading(viewer.tenant_id) as connection:
        found = [await find_contacts(connection, viewer, name) for name in ("Dubois", "Bertrand Wrong")]
    assert [[match.name for match in matches] for matches in found] == [["Claire Dubois"], []]


async def test_of_two_who_correct_a_name_the_second_is_told(office):
    card = await office.say("show Jean Globex")
    await office.say("rename Jean Globex to Jeanne Globex", by="Marc Lefèvre")
    reply = await office.click(card, "Save", {"new_name": "Jan Globex"})
    assert reply.code == 409
    assert read((await office.say("show Jeanne Globex")).card)[0] == "Jeanne Globex"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("rename Jean Globex to Jeanne Globeks", "en"),
        ("rename contact Jean Globex to Jeanne Globeks", "en"),
        ("fix the spelling of contact Jean Globex to Jeanne Globeks", "en"),
        ("Jean Globex is spelled Jeanne Globeks", "en"),
        ("renomme Jean Globex en Jeanne Globeks", "fr"),
        ("renomme le contact Jean Globex en Jeanne Globeks", "fr"),
        ("le bon nom du contact Jean Globex est Jeanne Globeks", "fr"),
        ("Jean Globex s'écrit Jeanne Globeks", "fr"),
    ],
)
async def test_a_name_is_corrected_in_a_sentence_and_taken_back_with_a_click(office, text, language):
    done = await office.say(text, language=language)
    assert read(done.card)[0] == "Jeanne Globeks"
    assert "“Jean Globex” → “Jeanne Globeks”" in said(done) or "« Jean Globex » → « Jeanne Globeks »" in said(done)
    await office.click(done, "Undo" if language == "en" else "Annuler la modification")
    assert read((await office.say("show Jean Globex")).card)[0] == "Jean Globex"


async def test_what_may_mean_a_company_too_is_asked_first(office):
    asked = await office.say("correct the name of Jean Globex to Jeanne Globex")
    assert "Correct the name of Jean Globex to “Jeanne Globex”?" in said(asked)
    assert read((await office.click(asked, "Yes, go on")).card)[0] == "Jeanne Globex"


async def test_a_name_that_is_only_nearly_one_is_asked_first(office):
    asked = await office.say("rename contact Jean Globx to Jeanne Globex")
    assert "Correct the name of Jean Globex to “Jeanne Globex”?" in said(asked)


@pytest.mark.parametrize("new_name", ["", "   ", "…", "\u200b"])
async def test_B39_what_cannot_be_a_name_is_refused_with_a_sentence(office, new_name):
    data = {"contact_id": office.contacts["Jean Globex"], "was": "Jean Globex", "new_name": new_name}
    reply = await office.ask("contact.rename", data)
    assert (reply.code, bool(reply.summary)) == (400, True)


async def test_whom_one_may_not_see_one_cannot_rename(sync: Sync, firm):
    firm.send_mail(ANNE, [MISSPELT])
    await sync.run()
    viewer, audit_id = await correct(sync)
    [(contact_id,)] = await sync.query("SELECT id FROM contacts")
    stranger = Viewer(viewer.tenant_id + 7, viewer.user_id)
    async with sync.database.writing(stranger.tenant_id) as connection:
        with pytest.raises(MissingError):
            await rename_contact(connection, stranger, contact_id, "Mine", now=2, source="chat")
        with pytest.raises(MissingError):
            await undo_change(connection, stranger, audit_id, now=2, source="chat")


async def test_F58_an_undo_of_a_name_that_was_changed_again_leaves_it(sync: Sync, firm):
    firm.send_mail(ANNE, [MISSPELT])
    await sync.run()
    viewer, audit_id = await correct(sync)
    await correct(sync, "Claire du Bois")
    async with sync.database.writing(viewer.tenant_id) as connection:
        with pytest.raises(StaleError):
            await undo_change(connection, viewer, audit_id, now=3, source="chat")


@pytest.mark.parametrize("how", [{}, {"is_guess": True, "is_confirmed": True}, {"is_confirmed": True}])
async def test_no_click_renames_a_contact_without_the_name_that_it_showed(office, how):
    for whom in ({"contact_id": office.contacts["Jean Globex"]}, {"name": "Jean Globex"}):
        reply = await office.ask("contact.rename", {**whom, **how, "new_name": "Zed"})
        assert reply.code == 428
    assert read((await office.say("show Jean Globex")).card)[0] == "Jean Globex"
