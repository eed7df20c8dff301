"""Preferences for notices: hours, days, kinds, and whether they come one by one or in a digest.

A person's own preferences override the firm's; both are JSON under the key `notices`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.messages.outbox import decide_times_anew
from storage.models import Tenant, User
from storage.viewer import Viewer

KINDS: Final = ("contact", "company", "partner", "view")
"""Kinds of notices that can be muted; the summary of a first sync cannot."""
_WISHED_AS: Final = dict.fromkeys(("replaced", "taken_back", "retyped", "retyped_back"), "partner")
"""Kinds that are muted with another: who hears of becoming a partner hears of being one no longer, and of new types."""
_SETTINGS: Final = Prepared(
    select(Tenant.settings, User.settings)
    .join(User, User.tenant_id == Tenant.tenant_id)
    .where(User.tenant_id == number("tenant_id"), User.id == number("user_id")),
    is_quick=True,
)


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """One person's preferences; hours are local, `until_hour` is exclusive (24 is midnight), Monday is day 0."""

    muted: tuple[str, ...] = ()
    is_digest: bool = False
    """One message a day, at `from_hour`."""
    from_hour: int = 7
    until_hour: int = 21
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    daily_most: int = 20
    """Most messages a day; further notices wait for the next digest."""

    def is_muted(self, kind: str) -> bool:
        """Return whether the person wants to hear nothing of this kind."""
        return _WISHED_AS.get(kind, kind) in self.muted

    def changed(self, **changes: Any) -> "NoticePreferences":
        """Return a copy with some preferences changed; raises `ValueError` for an impossible value."""
        changed = replace(self, **changes)
        if not 0 <= changed.from_hour < changed.until_hour <= 24 or not changed.days or changed.daily_most < 1:  # noqa: PLR2004
            raise ValueError("no hour of no day would be left")
        if set(changed.muted) - set(KINDS) or set(changed.days) - set(range(7)):
            raise ValueError("unknown kind or day")
        return changed


def read_notice_preferences(default: NoticePreferences, *settings: Mapping[str, Any]) -> NoticePreferences:
    """Read preferences from settings, of which later ones override earlier ones; invalid values are ignored."""
    preferences = default
    for layer in settings:
        written = layer.get("notices")
        if isinstance(written, dict):
            values = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
            try:
                preferences = preferences.changed(**values)
            except (TypeError, ValueError):
                continue
    return preferences


async def get_notice_preferences(connection: Reading, viewer: Viewer, default: NoticePreferences) -> NoticePreferences:
    """Return the viewer's preferences, with the firm's as default."""
    [settings] = await _SETTINGS.fetch(connection, {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id})
    return read_notice_preferences(default, *settings)


async def set_notice_preferences(
    connection: AsyncConnection, viewer: Viewer, preferences: NoticePreferences, *, now: int
) -> None:
    """Store the viewer's preferences beside the other settings; they hold for what waits, too."""
    mine = (User.tenant_id == viewer.tenant_id) & (User.id == viewer.user_id)
    settings = (await connection.execute(select(User.settings).where(mine))).scalar_one()
    kept = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(preferences).items()}
    await connection.execute(update(User).where(mine).values(settings={**settings, "notices": kept}))
    await decide_times_anew(connection, viewer.tenant_id, now, user_id=viewer.user_id)
