"""What is known of the rows that are wrong, by ids: what happened to the item, and where the mailbox's sync stands."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text

from bot.demo.microsoft import Microsoft
from bot.demo.world.mailbox import EventCopy, MailCopy
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from tests.account import WrongRow

MOST = 20
_MAILBOX = """
    SELECT m.state, m.reason, m.fencing, m.last_success_at, f.feed, f.is_current, f.round, f.finished_round,
        f.stale_round, f.window_ends_at
    FROM mailboxes m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
    JOIN mailbox_feeds f ON f.tenant_id = m.tenant_id AND f.user_id = m.user_id
    WHERE u.entra_id = :user_id ORDER BY f.feed
"""


async def describe_rows(database: Database, microsoft: Microsoft, rows: Iterable[WrongRow]) -> list[str]:
    """Describe the first of these rows."""
    lines: list[str] = []
    for row in list(rows)[:MOST]:
        copies = [copy for copy in _list_copies(microsoft, row.user_id) if _is_of(copy, row)]
        lines.append(f"{row.kind} in the mailbox of {row.user_id}, of {row.at}:")
        lines += [f"  {_describe_copy(copy)}" for copy in copies] or [f"  of no item: {row.key!r}"]
        lines += [f"  {dict(state._mapping)}" for state in await _query(database, row.user_id)]
    return lines


def _list_copies(microsoft: Microsoft, user_id: str) -> Iterator[MailCopy | EventCopy]:
    for firm in microsoft.firms:
        for copy in (*firm.truth.events, *firm.truth.copies):
            if copy.mailbox.user_id == user_id:
                yield copy


def _is_of(copy: MailCopy | EventCopy, row: WrongRow) -> bool:
    """Return whether a row is an item's: by the digest that the store has, or the key of the truth."""
    if isinstance(copy, EventCopy):
        begins_at = int(copy.meeting.starts_at.timestamp())
        return row.key in (_digest(copy.immutable_id), f"{copy.meeting.uid} {begins_at}")
    key = f"{copy.mail.message_id} {copy.mail.sent_at}"
    return row.key in (key, *(_digest(f"{kind} {key}") for kind in ("1", "2")))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _describe_copy(copy: MailCopy | EventCopy) -> str:
    mailbox, state = copy.mailbox, "there" if copy.feed else "gone"
    if isinstance(copy, EventCopy):
        name, feeds = copy.meeting.uid, [mailbox.calendar]
        state = "cancelled" if copy.meeting.is_cancelled else state
    else:
        name, feeds = copy.mail.message_id, list(mailbox.folders.values())
    happened = [(one.at, one.kind, feed.name) for feed in feeds for one in feed.log if one.item is copy]
    log = ", ".join(f"{kind} {at:.3f} in {folder}" for at, kind, folder in sorted(happened))
    return f"{copy.immutable_id} ({name}), {state}: {log}"


async def _query(database: Database, user_id: str) -> list[Any]:
    async with database.reading(SYSTEM) as connection:
        return list(await connection.execute(text(_MAILBOX), {"user_id": user_id}))
