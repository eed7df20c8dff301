"""What reads the record of changes walks indexes: it costs what its answer costs, whatever was changed before."""

import json
from typing import Any

import pytest
from sqlalchemy import event, insert

from storage.models import Audit
from storage.record import audit, recent_changes
from storage.record.recent_changes import ChangedEntity
from storage.viewer import Viewer
from tests.bench.population import NOW, populate
from tests.integration.test_list_plans import list_nodes

ANNE = Viewer(1, 2)
ROWS = 20_000
MOST = 2_500
"""Rows that one question may look at: the latest 2,000 changes, and what they are about."""
SEEN = [ChangedEntity(of, number) for of in ("company", "contact", "view") for number in range(1, 20)]
ASKED = {
    "what an open page is told": lambda connection: recent_changes.list_changed(connection, 1, ROWS - 5),
    "the last number": lambda connection: recent_changes.get_last_number(connection, 1),
    "what of it a reader may see": lambda connection: recent_changes.filter_visible(connection, ANNE, SEEN),
    "what undo takes back": lambda connection: audit.list_last_changes(connection, ANNE, since=NOW - 600),
    "the changes of a card": lambda connection: audit.list_own_changes(connection, ANNE, [ROWS - 1, ROWS]),
    "the changes of one go": lambda connection: audit.list_change_set(connection, ANNE, ROWS - 1),
    "the history of a company": lambda connection: audit.list_audit(connection, ANNE, "company", 5),
}
BIG = {"audit", "companies", "contacts", "relationships", "company_relationships", "interactions"}


async def fill(database):
    await populate(database, 0.01)
    rows = [
        {
            "tenant_id": 1,
            "id": number,
            "at": NOW - ROWS + number,
            "actor_id": number % 7 + 1,
            "source": "chat",
            "action": "company.set_type",
            "of": "company",
            "entity_id": number % 300 + 1,
            "change_set": number,
        }
        for number in range(1, ROWS + 1)
    ]
    async with database.writing(1) as connection:
        await connection.execute(insert(Audit), rows)
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("ANALYZE")
        await connection.commit()


async def explain(database, ask) -> list[dict[str, Any]]:
    """Return the plans of all that one question asks, with its own values."""
    asked: list[tuple[str, Any]] = []

    def note(_connection, _cursor, statement, parameters, _context, _is_many):
        asked.append((statement, parameters))

    async with database.writing(1) as connection:
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await ask(connection)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        plans = []
        for statement, parameters in asked:
            rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            plan = rows.scalar_one()
            plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return plans


def count_rows(plan: dict[str, Any]) -> int:
    """Count the rows of big tables that a plan looked at."""
    looked_at = [node for node, _ in list_nodes(plan) if node.get("Relation Name") in BIG]
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in looked_at
    )


@pytest.mark.slow
async def test_on_postgresql_what_reads_changes_walks_no_table(postgres_database):
    await fill(postgres_database)
    walked = {}
    for name, ask in ASKED.items():
        plans = await explain(postgres_database, ask)
        assert plans
        nodes = [node for plan in plans for node, _ in list_nodes(plan)]
        whole = [node for node in nodes if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in BIG]
        rows = sum(map(count_rows, plans))
        if whole or rows > MOST:
            walked[name] = (rows, [node["Relation Name"] for node in whole])
    assert walked == {}
