"""`POST /api/turn`: who may ask, what is refused, and that nothing shows what is not the asker's to see."""

import asyncio
import json

import pytest
from sqlalchemy import insert, select, update

from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.models import Audit, Company, CompanyType, Mailbox, Tenant, User
from tests.factories import (
    NOW,
    add_company,
    add_company_relationship,
    add_contact,
    add_relationship,
    add_tenant,
    add_user,
)
from tests.outlook import mint, open_page
from tests.teams import FakeDoor

ANNE = 700_001
BOB = 700_002


@pytest.fixture
async def firm(database):
    """Two tenants; in the first Anne knows Acme, in the second Bob knows another company."""
    async with database.writing(SYSTEM) as connection:
        for tenant_id, user_id, name in ((1, ANNE, "Anne Martin"), (2, BOB, "Bob Stone")):
            await add_tenant(connection, tenant_id)
            await add_user(connection, name, tenant_id=tenant_id, id=user_id)
        acme = await add_company(connection, "Acme", "acme.example")
        claire = await add_contact(connection, "Claire Duvallon", "claire@acme.example", company_id=acme)
        await add_relationship(connection, ANNE, claire)
        await add_company_relationship(connection, ANNE, acme)
        other = await add_company(connection, "Elsewhere", "elsewhere.example", tenant_id=2)
    return {"acme": acme, "claire": claire, "other": other, "database": database}


async def test_S8_a_signed_in_person_gets_a_card(firm):
    async with open_page(firm["database"]) as page:
        status, body, headers = await page.ask("company.open", mint(ANNE), company_id=firm["acme"])
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert "Acme" in json.dumps(body["card"])


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c"])
async def test_B55_without_a_good_token_nothing_is_read(firm, token):
    async with open_page(firm["database"]) as page:
        status, body, headers = await page.post(token=token, data=b"{ not even json")
    assert (status, body["error"]["code"]) == (401, "unauthenticated")
    assert headers["WWW-Authenticate"].startswith("Bearer")


async def test_B60_a_tenant_that_is_not_served_is_refused(firm):
    async with open_page(firm["database"]) as page:
        status, body, _ = await page.ask("hello", mint(ANNE, tenant_id=9))
    assert (status, body["error"]["code"]) == (403, "forbidden")


async def test_B62_strangers_and_those_who_left_get_one_and_the_same_answer(firm):
    async with firm["database"].writing(1) as connection:
        await connection.execute(update(User).where(User.id == ANNE).values(is_active=False))
    async with open_page(firm["database"]) as page:
        left = await page.ask("hello", mint(ANNE))
        never_there = await page.ask("hello", mint(123_456))
    assert left[:2] == never_there[:2]
    assert left[0] == 403


async def test_B62_somebody_without_a_mailbox_is_refused_and_told_why(firm):
    async with firm["database"].writing(1) as connection:
        row = {"tenant_id": 1, "user_id": ANNE, "state": "skipped", "reason": "no mailbox"}
        await connection.execute(insert(Mailbox).values(**row))
    async with open_page(firm["database"]) as page:
        status, body, _ = await page.ask("hello", mint(ANNE))
    assert (status, body["error"]["code"]) == (403, "forbidden")
    assert body["error"]["text"].startswith("Carnet answers the people whose mailboxes it reads")


async def test_rooms_and_lists_of_the_firm_are_left_out_like_colleagues(firm):
    people = [["Salle Seine", "salle.seine@firm.example"], ["All", "all@lists.firm.example"], ["", "x@new.example"]]
    async with open_page(firm["database"]) as page:
        _, body, _ = await page.ask("pane.item", mint(ANNE), people=people, mode="read")
    said = json.dumps(body["card"])
    assert "x@new.example" in said
    assert "firm.example" not in said


async def test_S9_an_address_in_the_token_is_worth_nothing(firm):
    token = mint(123_456, preferred_username="anne.martin@firm.example", email="anne.martin@firm.example")
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.ask("hello", token)
    assert status == 403


async def test_B64_S12_what_is_another_tenants_looks_like_what_is_not_there(firm):
    async with open_page(firm["database"]) as page:
        answers = [
            await page.ask("company.open", mint(ANNE), company_id=number) for number in (firm["other"], 987_654_321)
        ]
    assert [status for status, _, _ in answers] == [404, 404]
    assert answers[0][1] == answers[1][1]
    assert "Elsewhere" not in json.dumps(answers[0][1])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://carnet.example.evil.example"])
async def test_B65_a_foreign_origin_is_told_nothing(firm, origin):
    async with open_page(firm["database"]) as page:
        _, _, headers = await page.ask("hello", mint(ANNE), headers={"Origin": origin})
        async with page.session.options(
            f"{page.url}/api/turn", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        ) as preflight:
            assert "Access-Control-Allow-Origin" not in preflight.headers
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "body",
    [
        b'{"verb": "hello", "verb": "list"}',
        b'{"verb": "hello", "data": {}, "data": {"a": 1}}',
        b'{"verb": "list", "data": {"filter": {"of": "contacts", "of": "companies"}}}',
        b'{"verb": "hello", "later": [{"x": [{"y": 1, "y": 1}]}]}',
        b'{"verb": "hello", "v\\u0065rb": "list"}',
    ],
)
async def test_A21_a_question_with_a_key_twice_is_refused(firm, body):
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.post(token=mint(ANNE), data=body, headers={"Content-Type": "application/json"})
    assert status == 400


async def test_S31_the_own_origin_is_named_and_no_credentials_are_allowed(firm):
    async with open_page(firm["database"]) as page:
        _, _, headers = await page.ask("hello", mint(ANNE), headers={"Origin": "https://carnet.example"})
    assert headers["Access-Control-Allow-Origin"] == "https://carnet.example"
    assert "Access-Control-Allow-Credentials" not in headers
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "people",
    [
        [],
        [["", "claire@acme.example"]] * 500,
        [["x" * 10_000, f"{'y' * 10_000}@acme.example"]],
        [["Ünï «quotes» \" ' <b>", "ünï@exämple.example"], ["", "no address"], ["", ""]],
        [["a number", 5], [None, None]],
        [["Robert'); DROP TABLE companies;--", "bobby@tables.example"]],
    ],
)
async def test_B66_any_list_of_people_on_an_item_gets_a_card(firm, people):
    async with open_page(firm["database"]) as page:
        status, body, _ = await page.ask("pane.item", mint(ANNE), people=people, mode="read")
    assert status == 200
    assert len(json.dumps(body["card"]).encode()) < 28 * 1024


@pytest.mark.parametrize("people", ["all", [1], [["a"]], {"a": "b"}, None])
async def test_B66_what_is_no_list_of_people_is_refused(firm, people):
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.ask("pane.item", mint(ANNE), people=people, mode="read")
    assert status == 400


async def read_company(firm):
    async with firm["database"].reading(1) as connection:
        row = await connection.execute(select(Company.type, Company.version).where(Company.id == firm["acme"]))
        count = len((await connection.execute(select(Audit.id).where(Audit.tenant_id == 1))).all())
    return (*row.one(), count)


async def test_B67_a_write_that_names_no_version_is_not_done(firm):
    async with open_page(firm["database"]) as page:
        status, body, _ = await page.ask("company.set_type", mint(ANNE), company_id=firm["acme"], type="client")
    assert (status, body["error"]["code"]) == (428, "version_needed")
    assert await read_company(firm) == (None, 1, 0)


async def test_B67_a_write_on_an_old_version_is_told_so_and_changes_nothing(firm):
    async with open_page(firm["database"]) as page:
        first = await page.ask("company.set_type", mint(ANNE), company_id=firm["acme"], type="client", version=1)
        second = await page.ask("company.set_type", mint(ANNE), company_id=firm["acme"], type="prospect", version=1)
    assert (first[0], second[0]) == (200, 409)
    assert await read_company(firm) == (CompanyType.CLIENT, 2, 1)


async def test_B67_if_match_says_the_version_too(firm):
    match = {"If-Match": '"1"'}
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.ask(
            "company.set_type", mint(ANNE), headers=match, company_id=firm["acme"], type="client"
        )
    assert status == 200
    assert await read_company(firm) == (CompanyType.CLIENT, 2, 1)


async def test_B67_an_if_match_of_another_version_changes_nothing(firm):
    async with open_page(firm["database"]) as page:
        asked = {"headers": {"If-Match": '"2"'}, "company_id": firm["acme"], "type": "client"}
        status, answer, _ = await page.ask("company.set_type", mint(ANNE), **asked)
    assert (status, answer["card"]["type"]) == (409, "AdaptiveCard")
    assert await read_company(firm) == (None, 1, 0)


@pytest.mark.parametrize("match", [f'"{"9" * 5_000}"', "*", 'W/"1"', "-1", "²", "1.0", '""', '"1', '"1", "2"'])
async def test_B67_an_if_match_that_is_no_version_is_refused_by_its_name_and_never_read_as_one(firm, match):
    async with open_page(firm["database"]) as page:
        asked = {"headers": {"If-Match": match}, "company_id": firm["acme"], "type": "client"}
        status, answer, _ = await page.ask("company.set_type", mint(ANNE), **asked)
    assert (status, answer["error"]["code"]) == (400, "bad_request")
    assert "If-Match" in answer["error"]["text"]
    assert await read_company(firm) == (None, 1, 0)


@pytest.mark.parametrize("version", ["x", -1, 1.5, True, [1], 2**70])
async def test_B67_a_version_that_is_none_is_refused_by_its_name(firm, version):
    async with open_page(firm["database"]) as page:
        asked = {"company_id": firm["acme"], "type": "client", "version": version}
        status, answer, _ = await page.ask("company.set_type", mint(ANNE), **asked)
    assert (status, "version" in answer["error"]["text"]) == (400, True)
    assert await read_company(firm) == (None, 1, 0)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"verb": "hello", "viewer": 7}', "viewer"),
        (b'{"verb": "hello", "a.b`c": 7}', "a.b`c"),
        (b'{"verb": 5}', "verb"),
        (b'{"data": {}}', "verb"),
        (b'{"verb": "hello", "data": []}', "data"),
        (b'{"verb": "hello", "surface": "admin"}', "surface"),
        (b'{"verb": "hello", "data": {"nobody": 1}}', "nobody"),
    ],
)
async def test_S21_a_key_of_the_body_that_does_not_fit_is_named(firm, body, key):
    headers = {"Content-Type": "application/json"}
    async with open_page(firm["database"]) as page:
        status, answer, _ = await page.post(token=mint(ANNE), data=body, headers=headers)
    assert (status, f"“{key}”" in answer["error"]["text"]) == (400, True)


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
async def test_S21_a_body_that_is_not_packed_as_it_says_is_refused(firm, packing):
    headers = {"Content-Type": "application/json", "Content-Encoding": packing}
    async with open_page(firm["database"]) as page:
        for _ in range(2):
            status, answer, _ = await page.post(token=mint(ANNE), data=b"garbage", headers=headers)
            assert (status, answer["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_B70_only_json_is_taken(firm, content_type):
    body = json.dumps({"verb": "hello"}).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.post(token=mint(ANNE), data=body, headers=headers)
        without_token, _, _ = await page.post(data=body, headers=headers)
    assert (status, without_token) == (415, 401)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'{"verb": 5}', 400),
        (b'{"verb": "hello", "data": []}', 400),
        (b'{"verb": "hello", "data": {}, "viewer": 7}', 400),
        (b'{"verb": "hello", "surface": "admin"}', 400),
        (b'{"verb": "no such verb"}', 400),
        (b'{"verb": "hello", "data": {"a": NaN}}', 400),
        (b'{"verb": "\xff"}', 400),
        (b'{"verb": "hello", "data": {"a": "\\ud800"}}', 400),
        (b'{"verb": "hello", "data": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}", 400),
        (b'{"verb": "hello", "data": {"a": "' + b"x" * 300_000 + b'"}}', 413),
    ],
)
async def test_S21_a_body_that_makes_no_sense_is_refused_with_a_sentence(firm, body, expected):
    async with open_page(firm["database"]) as page:
        status, answer, _ = await page.post(token=mint(ANNE), data=body, headers={"Content-Type": "application/json"})
    assert status == expected
    assert answer.get("card") or answer["error"]["text"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_S22_the_door_takes_post_alone(firm, method):
    async with (
        open_page(firm["database"]) as page,
        page.session.request(method, f"{page.url}/api/turn") as response,
    ):
        assert response.status == 405


async def test_S20_a_command_that_breaks_is_a_sentence_and_an_id_in_the_log(firm):
    async with open_page(firm["database"], door=FakeDoor(firm["database"])) as page:
        status, body, _ = await page.ask("breaks", mint(ANNE))
    assert (status, body["error"]["code"]) == (500, "unexpected")
    assert "ZeroDivision" not in json.dumps(body)


async def test_the_page_speaks_the_language_that_it_asks_in(firm):
    async with open_page(firm["database"]) as page:
        _, body, _ = await page.ask("company.open", mint(ANNE), company_id=firm["acme"], locale="fr-CA")
        refused = await page.ask("hello", mint(123_456), locale="fr-FR")
    assert "Associé" in json.dumps(body["card"], ensure_ascii=False) or "société" in json.dumps(body["card"]).lower()
    assert refused[1]["error"]["text"] == "Carnet ne répond qu'aux personnes du cabinet."


async def test_list_rows_give_plain_rows_page_by_page(firm):
    async with firm["database"].writing(1) as connection:
        for number in range(25):
            company = await add_company(connection, f"Company {number:02}")
            await add_company_relationship(connection, ANNE, company, last_at=NOW - number)
    names, cursor = [], None
    async with open_page(firm["database"]) as page:
        for _ in range(3):
            asked = {"filter": {"version": 1}, "size": 10, "surface": "tab"} | ({"cursor": cursor} if cursor else {})
            status, body, _ = await page.ask("list.rows", mint(ANNE), **asked)
            assert status == 200
            names += [row["name"] for row in body["data"]["rows"]]
            cursor = body["data"]["next"]
    assert len(names) == len(set(names)) == 26
    assert cursor is None


async def test_list_rows_of_another_tenant_are_not_given(firm):
    async with open_page(firm["database"]) as page:
        asked = {"filter": {"version": 1, "scope": "firm"}, "surface": "tab"}
        _, ours, _ = await page.ask("list.rows", mint(ANNE), **asked)
        _, theirs, _ = await page.ask("list.rows", mint(BOB, tenant_id=2), **asked)
    assert [row["name"] for row in ours["data"]["rows"]] == ["Acme"]
    assert [row["name"] for row in theirs["data"]["rows"]] == ["Elsewhere"]


async def test_two_people_who_set_the_type_at_once_do_not_overwrite_each_other(firm):
    async with open_page(firm["database"]) as page:
        answers = await asyncio.gather(
            *(
                page.ask("company.set_type", mint(ANNE), company_id=firm["acme"], type=type_, version=1)
                for type_ in ("client", "prospect", "court")
            )
        )
    assert sorted(status for status, _, _ in answers) == [200, 409, 409]
    assert (await read_company(firm))[1:] == (2, 1)


async def test_B60_a_tenant_that_withdrew_its_consent_is_refused(firm):
    async with firm["database"].writing(SYSTEM) as connection:
        await connection.execute(update(Tenant).where(Tenant.tenant_id == 1).values(state="paused"))
    async with open_page(firm["database"]) as page:
        status, _, _ = await page.ask("hello", mint(ANNE))
    assert status == 403


@pytest.mark.parametrize("broken", ["nobody listens", "no database of that name", "no tables"])
async def test_a_database_that_fails_while_it_is_asked_who_asks_is_503_and_no_stack_trace(
    broken, postgres_server, tmp_path
):
    elsewhere = postgres_server.url.set(database="nowhere").render_as_string(hide_password=False)
    urls = {
        "nobody listens": "postgresql://nobody@127.0.0.1:1/none",
        "no database of that name": elsewhere,
        "no tables": f"sqlite:///{tmp_path}/empty.db",
    }
    database = open_database(urls[broken])
    async with open_page(database) as page:
        status, body, _ = await page.ask("hello", mint(ANNE))
    await database.close()
    assert (status, body["error"]["code"]) == (503, "unavailable")
    assert set(body["error"]) == {"code", "text"}
