"""When somebody was last met and last wrote is read by indexes: their history, contact by contact."""

import json
from typing import Any

import pytest

from storage.book import last_dates, relationships
from storage.engine.prepared import Prepared
from storage.models import CompanyRelationship, Relationship
from storage.viewer import Viewer
from tests.integration.test_list_plans import list_nodes
from tests.integration.test_meeting_plans import BIG, VIEWERS, fill, is_narrow

ASKED = ("company", "contact", "kept", "contacts")
ALL = [(asked, viewer) for asked in ASKED for viewer in VIEWERS[:2]]
ALIASES = {
    "last_with": "interaction_contacts",
    "last_there": "contacts",
    "last_same": "contacts",
    "last_kept": "relationships",
    "kept_relationships": "relationships",
}


def prepare(asked: str, viewer: Viewer) -> Prepared:
    if asked in ("company", "contact"):
        return relationships._prepare_sums(CompanyRelationship if asked == "company" else Relationship, viewer.kind)
    prepared = last_dates._prepare_kept if asked == "kept" else last_dates._prepare_contacts
    return prepared(viewer.kind)  # what is run


def expand(asked: str, viewer: Viewer, dialect: Any) -> tuple[str, int]:
    """Give the SQL with a list of one number, and how many values it takes."""
    compiled = prepare(asked, viewer).statement.compile(dialect=dialect)
    state = compiled.construct_expanded_state({name: [1] if name == "ids" else 1 for name in compiled.binds})
    return state.statement, len(state.positiontup or ())


@pytest.mark.parametrize(("asked", "viewer"), ALL)
async def test_on_sqlite_the_dates_are_found_by_their_indexes(sqlite_database, asked, viewer):
    sql, count = expand(asked, viewer, sqlite_database.engine.dialect)
    async with sqlite_database.reading(1) as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (1,) * count)
        steps = [row[3] for row in rows if row[3].startswith(("SCAN", "SEARCH"))]
    whole = [step for step in steps if step.startswith("SCAN") or "ANY(" in step or step.endswith("KEY (tenant_id=?)")]
    assert [step for step in whole if ALIASES.get(step.split()[1], step.split()[1]) in BIG] == []
    assert any(step.startswith("SEARCH last_with USING PRIMARY KEY (tenant_id=? AND contact_id=?") for step in steps)


async def test_on_postgresql_the_dates_are_found_by_their_indexes(postgres_database):
    await fill(postgres_database)
    async with postgres_database.writing(1) as connection:  # as at free mail, one in five is somebody's own
        kept = "UPDATE relationships SET kept = 2, is_kept_contact = true WHERE contact_id % 5 = 0"
        await connection.exec_driver_sql(kept)  # and one in seven is another address of somebody
        await connection.exec_driver_sql("UPDATE contacts SET person_id = id - 1, is_contact = false WHERE id % 7 = 0")
    async with postgres_database.engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
        await connection.commit()
    whole: list[Any] = []
    async with postgres_database.reading(1) as connection:
        for asked, viewer in ALL:
            sql, count = expand(asked, viewer, postgres_database.engine.dialect)
            await connection.exec_driver_sql(f"PREPARE last_dates AS {sql}")
            nulls = ", ".join("NULL" for _ in range(count))
            rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE last_dates ({nulls})")
            plan = rows.scalar_one()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            await connection.exec_driver_sql("DEALLOCATE last_dates")
            nodes = [node for node, _ in list_nodes(plan[0]["Plan"]) if node.get("Relation Name", "").startswith(BIG)]
            whole += [(asked, node) for node in nodes if not is_narrow(node)]
    assert whole == []
