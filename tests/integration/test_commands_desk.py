"""The desk: one transaction, one effect for one activity, and a sentence for every failure."""

import asyncio

import pytest

from bot.door import Caller, Door
from bot.turn import Ask, Reply
from storage.engine.database import open_database
from storage.viewer import Viewer
from tests.office import Office, list_changes, look, open_office, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


class Once:
    """A claim that lets a command run once and gives its reply again."""

    def __init__(self) -> None:
        self.reply: Reply | None = None

    async def __call__(self, _connection, run):
        if self.reply is None:
            self.reply = await run()
        return self.reply


async def test_F46_a_command_delivered_twice_has_one_effect_and_one_answer(office):
    once = Once()
    data = {"company_id": office.companies["Globex"], "type": "client"}
    first = await office.ask("company.set_type", data, claim=once)
    second = await office.ask("company.set_type", data, claim=once)
    assert first is second
    assert len(await list_changes(office)) == 1


async def test_a_question_that_only_reads_takes_no_claim(office):
    once = Once()
    await office.ask("list", {"filter": {}}, claim=once)
    assert once.reply is None


async def test_a_refused_change_leaves_nothing_behind(office):
    data = {"company_id": office.companies["Globex"], "user_id": 10**9}
    assert (await office.ask("company.set_partner", data)).is_error
    assert await list_changes(office) == []
    assert office.posted.notices == []


async def test_a_database_that_is_away_is_said_not_raised(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/nowhere/carnet.db")
    office = Office(database)
    reply = await office.door.answer(Ask("list", {"filter": {}}), Caller(Viewer(1, 1), "fr"))
    assert (reply.is_error, reply.code) == (True, 503)
    assert "Réessayez" in said(reply)
    await database.close()


async def test_what_nobody_foresaw_is_raised_for_the_edge(office):
    class Broken:
        default = office.posted.default

        async def add(self, *_args):
            raise ZeroDivisionError

    door = Door(office.database, lambda: office.now, Broken())
    ask = Ask("company.set_type", {"company_id": office.companies["Globex"], "type": "client", "version": 1})
    with pytest.raises(ZeroDivisionError):
        await door.answer(ask, Caller(office.people["Anne Martin"], "en"))
    assert (await look(office, "Globex")).type == "prospect"


async def test_two_people_who_change_one_company_at_once_are_both_answered(office):
    data = {"company_id": office.companies["Globex"], "version": 1}
    replies = await asyncio.gather(
        office.ask("company.set_type", data | {"type": "client"}),
        office.ask("company.set_type", data | {"type": "court"}, by="Marc Lefèvre"),
    )
    assert sorted(reply.code for reply in replies) == [200, 409]
    assert len(await list_changes(office)) == 1
