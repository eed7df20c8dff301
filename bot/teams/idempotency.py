"""One effect and one answer for one activity, whatever Teams delivers again and to whichever process (F46, F59)."""

import hashlib
from collections.abc import Callable
from typing import Any

from bot.door import Run
from bot.errors import ConflictError
from bot.teams.incoming import Incoming
from bot.turn import Reply
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.messages.idempotency import add_answered, claim_reply, get_answer, set_answer


def digest_activity(incoming: Incoming, part: str) -> bytes:
    """Return 16 bytes that are the activity's own; an edit has the id of its message and is another type."""
    conversation = incoming.conversation.id if incoming.conversation else ""
    words = "\x1f".join((part, conversation or "", incoming.type, incoming.id or ""))
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Claim:
    """The durable half: rows in the database, for verbs that write and for processes that share one database.

    Two rows an activity: its effect, in the effect's own transaction, and the right to send the reply, taken before it
    is sent. So a process killed between the two loses a reply to nobody, and one killed after them sends none twice.
    """

    def __init__(self, database: Database, tenant_id: int, incoming: Incoming, clock: Callable[[], int]) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._incoming = incoming
        self._clock = clock
        self._has_effect = False

    async def keep_effect(self, connection: Connection, run: Run) -> Reply:
        """Wrap a command that writes: run it, or return the reply of the delivery that ran it before.

        Raises `ConflictError` where a purge has emptied that reply since.
        """
        self._has_effect = True
        if not self._incoming.id:
            return await run()
        digest = digest_activity(self._incoming, "effect")
        if not await add_answered(connection, self._tenant_id, digest, self._clock()):
            written = await get_answer(connection, self._tenant_id, digest)
            if written is None:
                raise ConflictError("done_before")
            return _read_reply(written)
        reply = await run()
        await set_answer(connection, self._tenant_id, digest, _write_reply(reply))
        return reply

    async def take_reply(self) -> bool:
        """Take the right to send what is sent beside the answer to the request; False where another delivery has it.

        One process on SQLite knows all its messages, which it answers once: it asks the file only for what was written
        there, and for invokes, which it answers anew.
        """
        incoming = self._incoming
        is_known = self._database.is_sqlite and incoming.type != "invoke"
        if not incoming.id or (is_known and not self._has_effect):
            return True
        digest = digest_activity(incoming, "reply")
        if not self._has_effect and not self._database.is_sqlite:
            return await claim_reply(self._database, self._tenant_id, digest, self._clock())
        async with self._database.writing(self._tenant_id) as connection:
            return await add_answered(connection, self._tenant_id, digest, self._clock())


def _write_reply(reply: Reply) -> dict[str, Any]:
    written: dict[str, Any] = {"card": reply.card, "summary": reply.summary, "is_error": reply.is_error}
    return written | {"code": reply.code, "private": _write_reply(reply.private) if reply.private else None}


def _read_reply(written: dict[str, Any]) -> Reply:
    private = written["private"]
    return Reply(
        card=written["card"],
        summary=written["summary"],
        is_error=written["is_error"],
        code=written["code"],
        private=_read_reply(private) if private else None,
    )
