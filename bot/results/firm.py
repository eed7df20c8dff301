"""The firm's standing, and how a person wants notices."""

from dataclasses import dataclass
from typing import Final

from bot.language.wording import trim
from bot.results.base import Result
from storage.firm.rule_values import FirmRules, list_values, write_value
from storage.messages.notice_preferences import NoticePreferences
from storage.queue.health import FirmStatus

LONGEST_RULE: Final = 2_000
"""Characters of a rule that are shown."""


def write_rules(rules: FirmRules) -> dict[str, str]:
    """Return the rules as they are shown, and as a card says what it showed."""
    return {name: trim(write_value(value), LONGEST_RULE) for name, value in list_values(rules).items()}


@dataclass(frozen=True, slots=True)
class SyncFailure:
    """A mailbox that is not current, and the code of why."""

    name: str
    reason: str
    next_try_at: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """Where the firm's sync stands."""

    total: int
    current: int
    syncing: int
    failing: int
    skipped: int = 0
    progress: float = 0.0
    """Of the first sync of all mailboxes, 0 to 1."""
    done_at: int = 0
    """When the first sync will be over by its pace so far; 0 where nobody can say."""
    last_success_at: int = 0
    reason: str = ""
    """The code of why the whole firm stands still."""
    troubles: tuple[SyncFailure, ...] = ()
    contact_count: int = 0
    company_count: int = 0
    unsent_count: int = 0
    """Messages that may or may not have been delivered."""
    polled_count: int = 0
    """Mailboxes for which Microsoft refuses change notifications."""
    polled_seconds: tuple[int, int] = (0, 0)
    """How often such a mailbox is looked at, and one where something was new today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusShown(Result):
    """Where the firm's sync stands, for an administrator."""

    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettingsShown(Result):
    """What the person is told, and when."""

    preferences: NoticePreferences
    note: str = ""


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of the firm's administrators; a number of 0 is an id that nobody of the firm has."""

    entra_id: str
    user_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmShown(Result):
    """The rules of the firm, ready to be changed; `section` is the part that is shown."""

    rules: FirmRules
    administrators: tuple[Administrator, ...] = ()
    colleagues: tuple[tuple[int, str], ...] = ()
    """Some of the others, by number and name, whom the picker offers before anybody types."""
    section: str = "rules"
    note: str = ""
    waiting: tuple["WaitingRule", ...] = ()
    """What the environment asks for and the firm does not follow yet, for it would delete something."""


@dataclass(frozen=True, slots=True)
class WaitingRule:
    """A rule of the environment that waits until it is confirmed; `loss` says what would go."""

    name: str
    value: str
    loss: str


def describe_status(found: FirmStatus) -> Status:
    """Return what the administrator's card shows of a measured firm."""
    health = found.health
    return Status(
        total=health.total,
        current=health.current,
        syncing=health.syncing,
        failing=health.failing,
        skipped=health.skipped,
        progress=health.progress,
        done_at=health.done_at,
        last_success_at=health.last_success_at,
        reason=found.reason,
        troubles=tuple(SyncFailure(one.name, one.reason, one.next_try_at) for one in found.lagging if one.reason),
        contact_count=found.contact_count,
        company_count=found.company_count,
        unsent_count=found.unknown_count,
        polled_count=found.freshness.refused,
        polled_seconds=(found.freshness.seconds, found.freshness.active_seconds),
    )
