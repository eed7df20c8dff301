"""A list as a file: offered, made on acceptance, harmless in a spreadsheet, written down."""

import asyncio
import csv
import io
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from bot.commands.export_queue import MOST_WAITING, ExportQueue
from bot.commands.sheets import neutralise
from bot.door import Door
from bot.errors import UnavailableError
from storage.models import Audit
from storage.viewer import Viewer
from tests import factories
from tests.any_database import on_any_database
from tests.factories import ago
from tests.office import Office, open_office, read


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def accept(office, offer, **options):
    assert offer.file is not None
    return await office.ask(offer.file.ask.verb, dict(offer.file.ask.data), **options)


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


async def list_exports(office):
    async with office.database.reading(1) as connection:
        query = select(Audit.actor_id, Audit.after).where(Audit.tenant_id == 1, Audit.action == "export")
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_file_is_offered_before_it_is_made(office):
    offer = await office.say("export my clients as csv")
    assert offer.file is not None
    assert (offer.file.name, offer.file.content) == ("my clients 2026-01-01.csv", None)
    assert offer.file.size > 0
    assert await list_exports(office) == []


async def test_a_csv_holds_every_row_of_the_list(office):
    delivered = await accept(office, await office.say("export my clients as csv"))
    rows = read_csv(delivered.file.content)
    assert rows[0][:4] == ["Name", "Type", "Relationship partner", "Domain"]
    assert [row[:3] for row in rows[1:]] == [
        ["Acme Industries", "Client", "Anne Martin"],
        ["Duval & Fils", "Client", ""],
    ]
    assert rows[1][-1] == "2025-12-31"


async def test_the_export_is_written_down_with_its_filter_and_its_rows(office):
    await accept(office, await office.say("export my clients as csv"))
    ((actor, after),) = await list_exports(office)
    assert actor == office.people["Anne Martin"].user_id
    assert (after["rows"], after["format"], after["filter"]["types"]) == (2, "csv", ["client"])


async def test_an_excel_file_in_the_readers_language(office):
    delivered = await accept(office, await office.say("exporter mes clients vers Excel", language="fr"), language="fr")
    assert delivered.file.name.endswith(".xlsx")
    with zipfile.ZipFile(io.BytesIO(delivered.file.content)) as book:
        strings = book.read("xl/worksheets/sheet1.xml").decode()
    assert "Associé responsable" in strings
    assert "Duval &amp; Fils" in strings


@on_any_database
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "  =1", "\r\n=1"])
async def test_B88_no_cell_is_taken_for_a_formula(office, format_, name):
    async with office.database.writing(1) as connection:
        await factories.add_company(connection, name, last_at=ago(1), type="court")
    data = {"filter": {"scope": "firm", "types": ["court"]}, "format": format_}
    content = (await office.ask("export.deliver", data)).file.content
    if format_ == "csv":
        assert read_csv(content)[1][0].startswith("'")
        return
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        assert b">'" in book.read("xl/worksheets/sheet1.xml")


async def test_a_long_list_is_exported_whole(office):
    async with office.database.writing(1) as connection:
        for number in range(1_203):
            await factories.add_company(connection, f"Filler {number}", last_at=ago(number % 7), type="provider")
    data = {"filter": {"scope": "firm", "types": ["provider"]}, "format": "csv"}
    rows = read_csv((await office.ask("export.deliver", data)).file.content)
    assert len(rows) == len({row[0] for row in rows}) == 1_205


async def test_a_colleagues_contacts_are_not_in_the_file_of_a_firm_that_keeps_them_back(office):
    anne = replace(office.people["Anne Martin"], shares_contacts=False)
    data = {"filter": {"of": "contacts", "scope": "firm"}, "format": "csv"}
    rows = read_csv((await office.ask("export.deliver", data, by=anne)).file.content)
    assert "Jean Acme" in [row[0] for row in rows]
    assert "Albert" not in [row[0] for row in rows]


async def test_a_view_is_exported_by_its_name(office):
    await office.ask("view.save", {"name": "Dormant clients", "filter": {"types": ["client"]}})
    delivered = await accept(office, await office.say("export view Dormant clients as csv"))
    assert [row[0] for row in read_csv(delivered.file.content)[1:]] == ["Acme Industries", "Duval & Fils"]
    assert delivered.file.name == "dormant clients 2026-01-01.csv"


async def test_export_this_is_the_list_that_was_seen_last(office):
    await office.say("all prospects")
    delivered = await accept(office, await office.say("export this as csv"))
    assert [row[0] for row in read_csv(delivered.file.content)[1:]] == ["Globex"]


@pytest.mark.parametrize("data", [{"format": "pdf", "filter": {}}, {"format": "csv"}, {"filter": {"x": 1}}])
async def test_an_export_that_makes_no_sense_is_refused(office, data):
    reply = await office.ask("export", data)
    assert (reply.is_error, reply.code) == (True, 400)


async def test_the_card_says_what_was_delivered(office):
    delivered = await accept(office, await office.say("export my clients as csv"))
    assert "2 rows" in read(delivered.card)


async def test_A9_files_of_one_person_are_made_one_after_the_other_and_too_many_are_refused():
    queue, release = ExportQueue(), asyncio.Event()
    made: list[int] = []

    async def make(number: int) -> None:
        async with queue.wait(Viewer(1, 7)):
            made.append(number)
            await release.wait()

    tasks = [asyncio.create_task(make(number)) for number in range(15)]
    await asyncio.sleep(0.01)
    assert made == [0]
    release.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(end, UnavailableError) for end in ends] == [False] * (MOST_WAITING + 1) + [True] * 4
    await make(15)
    assert made == [*range(MOST_WAITING + 1), 15]


async def test_A9_many_files_asked_for_at_once_are_made_or_refused_with_a_sentence(office):
    asked = [office.ask("export.deliver", {"filter": {"scope": "firm"}, "format": "csv"}) for _ in range(15)]
    answers = await asyncio.gather(*asked)
    assert {answer.code for answer in answers} <= {200, 503}
    assert [answer.code for answer in answers].count(200) > MOST_WAITING
    assert not (await office.ask("export.deliver", {"filter": {"scope": "firm"}, "format": "csv"})).is_error


async def test_A9_a_firm_makes_two_files_at_a_time_and_another_firm_does_not_wait_for_them():
    queue, release = ExportQueue(), asyncio.Event()
    made: list[int] = []

    async def make(tenant_id: int, user_id: int) -> None:
        async with queue.wait(Viewer(tenant_id, user_id)):
            made.append(user_id)
            await release.wait()

    tasks = [asyncio.create_task(make(1, number)) for number in (1, 1, 2, 3)]
    tasks.append(asyncio.create_task(make(2, 9)))
    await asyncio.sleep(0.01)
    assert sorted(made) == [1, 2, 9]
    release.set()
    await asyncio.gather(*tasks)
    assert sorted(made) == [1, 1, 2, 3, 9]


@pytest.mark.parametrize("of", ["companies", "contacts"])
async def test_A13_reading_on_beyond_the_first_rows_is_written_down_as_an_export(office, of):
    filter_ = {"of": of, "scope": "firm"}
    first = await office.ask("list.rows", {"filter": filter_, "size": 1}, surface="tab")
    assert await list_exports(office) == []
    await office.ask("list.rows", {"filter": filter_, "size": 1, "cursor": first.data["next"]}, surface="tab")
    ((_, after),) = await list_exports(office)
    assert (after["rows"], after["format"], after["filter"]["of"]) == (2, "rows", of)


@pytest.mark.parametrize(("size", "most"), [(1, 3), (7, 3), (100, 2)])
@pytest.mark.parametrize("of", ["companies", "contacts"])
async def test_A13_small_pages_are_all_counted_and_write_no_more_than_large_ones(office, of, size, most):
    async with office.database.writing(1) as connection:
        for number in range(210):
            company = await factories.add_company(connection, f"Filler {number}")
            values = {"company_id": company, "reason": "wrote", "last_at": ago(1), "interaction_count": 1}
            await factories.add_contact(connection, f"Person {number}", f"p{number}@filler.example", **values)
    data, count = {"filter": {"of": of, "scope": "firm"}, "size": size}, 0
    while data:
        page = (await office.ask("list.rows", data, surface="tab")).data
        count += len(page["rows"])
        data = page["next"] and data | {"cursor": page["next"]}
    rows = [after["rows"] for _, after in await list_exports(office)]
    assert count > 210
    assert len(rows) <= most + 1
    assert count - 100 <= sum(rows) <= count


async def add_people(office, count):
    """Add contacts of Anne's at three companies; gives the companies."""
    async with office.database.writing(1) as connection:
        companies = [await factories.add_company(connection, f"Filler {number}") for number in range(3)]
        for number in range(count):
            company_id = companies[number % len(companies)]
            values = {"company_id": company_id, "reason": "wrote", "last_at": ago(1), "interaction_count": 1}
            await factories.add_contact(connection, f"Person {number}", f"p{number}@filler.example", **values)
    return companies


async def test_A13_the_first_rows_of_many_lists_are_written_down_as_an_export(office):
    for number in await add_people(office, 150):
        filter_ = {"of": "contacts", "scope": "firm", "company_id": number}
        for _ in range(3):
            await office.ask("list.rows", {"filter": filter_, "size": 100}, surface="tab")
    ((actor, after),) = await list_exports(office)
    assert actor == office.people["Anne Martin"].user_id
    assert (after["rows"], after["format"], after["filter"]["company_id"]) == (150, "rows", number)


@pytest.mark.parametrize("surface", ["tab", "chat"])
async def test_A13_a_list_read_to_its_end_card_by_card_is_written_down_once_for_each_hundred(office, surface):
    await add_people(office, 240)
    data = {"filter": {"of": "contacts", "scope": "firm"}}
    count = 0
    while data:
        page = (await office.ask("list", data, surface=surface)).data
        count += len(page["rows"])
        data = page["next"] and data | {"cursor": page["next"]}
    rows = [after["rows"] for _, after in await list_exports(office)]
    assert len(rows) == count // 101
    assert all(100 < number <= 110 for number in rows)


@pytest.mark.parametrize("size", [10, 25, 40])
@pytest.mark.parametrize("replicas", [2, 3])
async def test_A13_who_reads_at_several_processes_by_turns_is_written_down_as_at_one(office, replicas, size):
    companies = await add_people(office, 150)
    doors = [office.door, *(Door(office.database, lambda: office.now) for _ in range(replicas - 1))]
    given, place = set(), 0
    for number in companies:
        data = {"filter": {"of": "contacts", "scope": "firm", "company_id": number}, "size": size}
        office.door = doors[place := (place + 1) % replicas]
        page = (await office.ask("list.rows", data, surface="tab")).data
        given.update(row["id"] for row in page["rows"])
        data = {"filter": {"of": "contacts", "scope": "firm", "company_id": number}}
        while data:
            office.door = doors[place := (place + 1) % replicas]
            page = (await office.ask("list", data, surface="tab")).data
            given.update(row["id"] for row in page["rows"])
            data = page["next"] and data | {"cursor": page["next"]}
    assert len(given) == 150
    ((actor, after),) = await list_exports(office)
    assert actor == office.people["Anne Martin"].user_id
    assert 100 < after["rows"] <= 150


async def test_A13_a_page_or_two_writes_nothing(office):
    companies = await add_people(office, 60)
    for number in (companies[0], companies[0], companies[1]):
        data = {"filter": {"of": "contacts", "scope": "firm", "company_id": number}, "size": 10}
        await office.ask("list.rows", data, surface="tab")
    async with office.database.reading(1) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM bulk_reads"))).scalar() == 0


async def test_A13_what_is_read_slowly_or_by_several_people_is_no_bulk(office):
    companies = await add_people(office, 150)
    for number, by in zip(companies, ["Anne Martin", "Marc Lefèvre", "Anne Martin"], strict=True):
        data = {"filter": {"of": "contacts", "scope": "firm", "company_id": number}}
        await office.ask("list.rows", data, surface="tab", by=by)
        office.now += 300
    office.now += 300
    data = {"filter": {"of": "contacts", "scope": "firm", "company_id": companies[1]}}
    assert len((await office.ask("list.rows", data, surface="tab")).data["rows"]) == 50
    assert await list_exports(office) == []


async def test_13_where_the_comma_is_the_decimal_sign_a_csv_has_semicolons(office):
    offer = await office.say("exporte mes clients en csv", language="fr")
    delivered = await accept(office, offer, language="fr")
    first = delivered.file.content.decode("utf-8-sig").splitlines()[0]
    assert first.count(";") == 7


@pytest.mark.parametrize(
    "beginning",
    ["=", "\uff1d", " \ufe66", "\uff0b", "\uff0d", "\u2212", "\uff20", "\u3000=", "\t=", "|", "\u00a0="],
)
def test_A25_13_what_a_spreadsheet_would_run_is_text_in_any_width(beginning):
    assert neutralise(f"{beginning}HYPERLINK(1)").startswith("'")
