"""What becomes of the rows that are due for one person: said now, together or apart, later, or never. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.notices.pace import find_digest_at, find_open_at
from storage.messages.notice_preferences import NoticePreferences
from storage.messages.outbox import ClaimedNotice

DIGEST = "digest"
"""The group of what waits for the day's one message."""
PARTNER_KINDS = frozenset({"partner", "replaced", "taken_back"})
"""What is said of who is partner of a company: you are now, you are no longer, and that this was taken back."""
TYPE_KINDS = frozenset({"retyped", "retyped_back"})
"""What is said to the partner of companies whose type somebody else changed: that, and that it was taken back."""
MOVED_KINDS = PARTNER_KINDS | TYPE_KINDS
BY_SOMEBODY = MOVED_KINDS | {"view"}
"""The kinds that somebody's click causes; what one person causes stands in one group."""
MOST_OF_ONE = 3
"""Messages a day that one colleague can cause: the rest waits, and leaves room for what others do."""
UPDATE = "update"
"""A card drawn again makes no sound: no hours and no ceiling hold it up."""
STATUS = "status"
"""That the firm keeps us out, which its administrators are told: all else waits while it is paused."""
PAUSED_SECONDS = 3600
"""When the notices of a paused firm are looked at again."""


@dataclass(slots=True)
class Plan:
    """What to do with rows, by their numbers."""

    muted: list[int] = field(default_factory=list)
    postponed: list[tuple[int, str | None, list[int]]] = field(default_factory=list)
    """When, into which group (None: they stay in theirs), and which rows."""
    updates: list[ClaimedNotice] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)
    """Updates of a card that a later one draws as well."""
    messages: list[list[ClaimedNotice]] = field(default_factory=list)


def make_plan(
    rows: Sequence[ClaimedNotice],
    preferences: NoticePreferences,
    timezone: str,
    now: int,
    said: Mapping[str, int],
    *,
    is_paused: bool = False,
) -> Plan:
    """Plan for rows that are due; `said` is how many messages of each group the person has had on this local day."""
    plan = Plan()
    said_today = sum(said.values())
    if is_paused:
        held = [row.id for row in rows if row.kind != STATUS]
        plan.postponed = [(now + PAUSED_SECONDS, None, held)]
        rows = [row for row in rows if row.kind == STATUS]
    last = {row.group_key: row for row in rows if row.kind == UPDATE}
    plan.updates = list(last.values())
    plan.superseded = [row.id for row in rows if row.kind == UPDATE and row is not last[row.group_key]]
    plan.muted = [row.id for row in rows if preferences.is_muted(row.kind)]
    groups: dict[str, list[ClaimedNotice]] = defaultdict(list)
    for row in rows:
        if not preferences.is_muted(row.kind) and row.kind != UPDATE:
            groups[row.group_key].append(row)
    open_at = find_open_at(now, preferences, timezone)
    for group_key, group in groups.items():
        ids = [row.id for row in group]
        is_early = all(row.is_undecided for row in group) and (group_key == DIGEST or preferences.is_digest)
        if open_at > now:
            plan.postponed.append((open_at, None, ids))
        elif is_early:  # a digest has its hour, which is not now
            to = DIGEST if is_digested(group[0].kind) else None
            plan.postponed.append((find_digest_at(now, preferences, timezone), to, ids))
        elif group_key == DIGEST:
            plan.messages.append(group)
        elif (
            said_today + len(plan.messages) >= preferences.daily_most
            or (preferences.is_digest and is_digested(group[0].kind))
            or (group[0].kind in BY_SOMEBODY and said.get(group_key, 0) >= MOST_OF_ONE)
        ):
            to = DIGEST if is_digested(group[0].kind) else None
            plan.postponed.append((find_digest_at(now, preferences, timezone), to, ids))
        else:
            plan.messages.append(group)
    return plan


def is_digested(kind: str) -> bool:
    """Return whether a digest gathers this kind; the others have a card of their own, at the digest's time."""
    return kind in {"contact", "company"} | MOVED_KINDS
