"""Activities that had their effect: Teams delivers one again after 15 s, and it must have one effect and one answer."""

from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import Answered


async def add_answered(connection: AsyncConnection, tenant_id: int, digest: bytes, at: int) -> bool:
    """Claim an activity inside the transaction of its effect; False where an earlier delivery has claimed it.

    On PostgreSQL this waits for another process that is just answering the same activity.
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
    """Return the kept answer, or None."""
    statement = select(Answered.answer).where(Answered.tenant_id == tenant_id, Answered.activity_digest == digest)
    answer: dict[str, Any] | None = await connection.scalar(statement)
    return answer


async def commit_without_waiting(connection: AsyncConnection) -> None:
    """Let this transaction's commit not wait for the disk: losing it in a power cut would cost a second reply."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL synchronous_commit = off"))
