"""What each person was shown last, kept for a day so that the next sentence goes on from it on any process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import Talk
from storage.viewer import Viewer

SECONDS: Final = 86_400
"""What was shown longer ago is not gone on from."""
_COLUMNS: Final = ("shown", "is_asked", "changed_at")
_PLACES: Final = ("false", "true")
"""In one's own chat, and where others read along."""

TALKS: Final = len(_COLUMNS) * len(_PLACES)
"""How many columns `list_talk_columns` returns."""


@dataclass(frozen=True, slots=True)
class TalkRow:
    """What one person was shown last, in their own chat or where others read along."""

    shown: tuple[tuple[str, Any], ...] = ()
    """Names and values, the latest at the end."""
    is_asked: bool = False
    """The last answer was a question."""
    changed_at: int = 0
    """In milliseconds."""


NOTHING: Final = TalkRow()


def list_talk_columns(tenant_id: Any, user_id: Any) -> list[Any]:
    """Return the columns that `read_talks` reads, for the statement that says who asks: it is no read of its own."""
    of = Talk
    columns = []
    for place in _PLACES:
        own = of.tenant_id == tenant_id, of.user_id == user_id, of.is_in_public == literal_column(place)
        columns += [select(getattr(of, name)).where(*own).scalar_subquery() for name in _COLUMNS]
    return columns


def read_talks(values: Sequence[Any]) -> tuple[TalkRow, TalkRow]:
    """Return what was shown to one alone and what others read, from the values of `list_talk_columns`."""
    size = len(_COLUMNS)
    private, public = (_read(*values[start : start + size]) for start in (0, size))
    return private, public


def _read(shown: Any, is_asked: Any, changed_at: int | None) -> TalkRow:
    if changed_at is None or not isinstance(shown, list):
        return NOTHING
    return TalkRow(tuple((name, value) for name, value in shown), bool(is_asked), changed_at)


async def keep_talk(connection: AsyncConnection, viewer: Viewer, talk: TalkRow) -> None:
    """Write what somebody was shown last; what another process wrote later stays."""
    key = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "is_in_public": viewer.is_in_public}
    values = {"shown": [list(one) for one in talk.shown], "is_asked": talk.is_asked, "changed_at": talk.changed_at}
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(Talk).values(**key, **values)
    newer = Talk.changed_at <= row.excluded.changed_at
    await connection.execute(row.on_conflict_do_update(index_elements=list(key), set_=values, where=newer))
