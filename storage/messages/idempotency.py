"""Record handled activities: Teams delivers one again after 15 s, and it must have one effect and one answer."""

from typing import Any

from sqlalchemy import null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import Database
from storage.models import Answered


async def add_answered(connection: AsyncConnection, tenant_id: int, digest: bytes, at: int) -> bool:
    """Claim an activity in the transaction of its effect; return False if an earlier delivery has claimed it.

    On PostgreSQL this waits for another process that is handling the same activity.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Answered).values(tenant_id=tenant_id, activity_digest=digest, created_at=at)
    added = await connection.execute(statement.on_conflict_do_nothing())
    return bool(added.rowcount)


async def set_answer(connection: AsyncConnection, tenant_id: int, digest: bytes, answer: dict[str, Any]) -> None:
    """Keep the answer that a second delivery gets."""
    statement = update(Answered).where(Answered.tenant_id == tenant_id, Answered.activity_digest == digest)
    await connection.execute(statement.values(answer=answer))


async def get_answer(connection: AsyncConnection, tenant_id: int, digest: bytes) -> dict[str, Any] | None:
    """Return the kept answer; None where it was emptied."""
    statement = select(Answered.answer).where(Answered.tenant_id == tenant_id, Answered.activity_digest == digest)
    answer: dict[str, Any] | None = await connection.scalar(statement)
    return answer


async def empty_answers(connection: AsyncConnection, tenant_id: int) -> None:
    """Keep that a firm's activities had their effect, and no more of what was answered: it names whom a purge takes."""
    kept = update(Answered).where(Answered.tenant_id == tenant_id, Answered.answer.is_not(null()))
    await connection.execute(kept.values(answer=null()))


async def claim_reply(database: Database, tenant_id: int, digest: bytes, at: int) -> bool:
    """Claim the reply to an activity without effect; return False if an earlier delivery has claimed it.

    For PostgreSQL only. The commit does not wait for the disk: after a power cut a reply may be sent twice.
    """
    values = f"{tenant_id:d}, '\\x{digest.hex()}', {at:d}"
    said = await database.run_script(
        tenant_id,
        "SET LOCAL synchronous_commit = off;"
        f" INSERT INTO answered (tenant_id, activity_digest, created_at) VALUES ({values}) ON CONFLICT DO NOTHING",
    )
    return said == "INSERT 0 1"
