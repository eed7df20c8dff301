"""What lists meetings to come walks the planned ones of one person and who takes part, whatever the firm holds."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import insert

from storage.book import meetings
from storage.engine.database import Database
from storage.engine.prepared import Prepared
from storage.models import Company, CompanyRelationship, Contact, Interaction, InteractionContact, Relationship
from storage.viewer import Viewer
from tests.integration.test_list_plans import list_nodes

BIG = ("companies", "contacts", "relationships", "company_relationships", "interactions", "interaction_contacts")
ASKED = [frozenset(), frozenset({"company_id"}), frozenset({"contact_id"})]
VIEWERS = [
    Viewer(1, 2),
    Viewer(1, 2, shares_contacts=False),
    Viewer(1, 2, hides_old=True),
]
ALL = [(asked, viewer) for asked in ASKED for viewer in VIEWERS]


def prepare(asked: frozenset[str], viewer: Viewer) -> Prepared:
    return meetings._prepare(viewer.kind, asked)  # what is run


def is_of_big(step: str) -> bool:
    name = {"asked_of_meeting": "interaction_contacts", "asked_contacts": "contacts"}
    return name.get(step.split()[1], step.split()[1]) in BIG


@pytest.mark.parametrize(("asked", "viewer"), ALL)
async def test_on_sqlite_meetings_are_found_by_their_indexes(sqlite_database, asked, viewer):
    compiled = prepare(asked, viewer).statement.compile(dialect=sqlite_database.engine.dialect)
    async with sqlite_database.reading(1) as connection:
        explained = f"EXPLAIN QUERY PLAN {compiled.string}"
        rows = await connection.exec_driver_sql(explained, tuple(1 for _ in compiled.positiontup or ()))
        steps = [row[3] for row in rows if row[3].startswith(("SCAN", "SEARCH"))]
    whole = [step for step in steps if step.startswith("SCAN") or "ANY(" in step or step.endswith("KEY (tenant_id=?)")]
    assert [step for step in whole if is_of_big(step)] == []
    assert any("INDEX interactions_planned" in step for step in steps)
    assert any("interaction_contacts USING INDEX interaction_contacts_of_meeting" in step for step in steps)


async def fill(database: Database) -> None:
    """Write a firm of fifty people, of whose meetings one in twenty is still to come."""
    contacts = [
        {"tenant_id": 1, "id": n, "address": f"{n}@many.example", "company_id": n % 1_000, "is_contact": n % 3 > 0}
        for n in range(1, 10_001)
    ]
    known = [
        {"tenant_id": 1, "user_id": n % 50, "contact_id": n, "is_mine": True, "folded_name": ""}
        for n in range(1, 10_001)
    ]
    happened = [
        {
            "tenant_id": 1,
            "user_id": n % 50,
            "source_digest": f"{n:016}".encode(),
            "occurred_at": 1_000 + n,
            "message_digest": b"",
            "kind": n % 3 + 1,
            "is_planned": n % 60 == 2,
        }
        for n in range(30_000)
    ]
    people = [
        {key: one[key] for key in one if key != "message_digest"} | {"contact_id": place % 10_000 + 1}
        for place, one in enumerate(happened)
    ]
    companies = [{"tenant_id": 1, "id": n, "name": "", "folded_name": "", "is_known": n % 9 > 0} for n in range(10_000)]
    dealt = [
        {"tenant_id": 1, "user_id": n % 50, "company_id": n, "is_mine": True, "folded_name": ""} for n in range(10_000)
    ]
    async with database.writing(1) as connection:
        await connection.execute(insert(Company), companies)
        await connection.execute(insert(CompanyRelationship), dealt)
        await connection.execute(insert(Contact), contacts)
        await connection.execute(insert(Relationship), known)
        await connection.execute(insert(Interaction), happened)
        await connection.execute(insert(InteractionContact), people)
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
        await connection.commit()


async def test_on_postgresql_meetings_are_found_by_their_indexes(postgres_database):
    await fill(postgres_database)
    whole: list[Any] = []
    async with postgres_database.reading(1) as connection:
        for asked, viewer in ALL:
            compiled = prepare(asked, viewer).statement.compile(dialect=postgres_database.engine.dialect)
            nulls = ", ".join("NULL" for _ in compiled.positiontup or ())
            await connection.exec_driver_sql(f"PREPARE to_come AS {compiled.string}")
            rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE to_come ({nulls})")
            plan = rows.scalar_one()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            await connection.exec_driver_sql("DEALLOCATE to_come")
            nodes = [node for node, _ in list_nodes(plan[0]["Plan"]) if node.get("Relation Name", "").startswith(BIG)]
            whole += [(sorted(asked), node) for node in nodes if not is_narrow(node)]
    assert whole == []


def is_narrow(node: dict[str, Any]) -> bool:
    """Say whether a table is looked up by a key, or by one person's rows; the tenant alone is everything."""
    asked = re.findall(r"(\w+) = ", node.get("Index Cond", ""))
    return asked[:1] == ["tenant_id"] and asked[1:2] != [] and asked[1] != "occurred_at"
