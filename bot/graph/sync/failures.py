"""What a failed sync means for its mailbox: which state, why, and when to try again."""

import random
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from bot.graph.client.backoff import choose_retry_at
from bot.graph.client.errors import GraphError, SignInError, UnknownGroupError

_FORBIDDEN_FOR: Final = (60, 5 * 60, 15 * 60, 3600, 6 * 3600)
"""After each refusal in a row: a scope of Exchange takes up to two hours to reach every server, and may be widened."""
_SKIPPED_FOR: Final = 24 * 3600
_MISSING_FOR: Final = 15 * 60
"""A mailbox that is not there may be about to be: it is asked after this, then later and later up to a day."""
CLOSED_PACE: Final = 1.0
"""Seconds between two questions to mailboxes of one firm that are not there, or are closed to us."""
_DOUBTED: Final = 10
"""Failures in a row before a mailbox that answered before counts as missing; that takes some hours."""
_CODES: Final = {
    "endlessRound": "endless_round",
    "foreignLink": "foreign_link",
    "notAPage": "not_a_page",
    "BodyTooLargeError": "too_large",
    "DecodingError": "not_decoded",
}


@dataclass(frozen=True, slots=True)
class SyncFailure:
    """Why a mailbox is not current."""

    state: str
    reason: str
    """A code, or `code:detail`, that `say_reason` says in words; nothing in it names a person or a secret."""
    retry_at: int
    """UTC seconds."""
    failures: int = 1
    """In a row, this one included; of refusals those alone are counted."""


def judge_error(
    error: Exception, now: float, failures: int, *, has_answered: bool = False, was_refused: bool = False
) -> SyncFailure:
    """Decide what a failed run means for its mailbox; `failures` is the number of failures before.

    After a change Graph may answer 404 for minutes, so a mailbox that `has_answered` before is tried again soon.
    """
    if not isinstance(error, GraphError):
        return SyncFailure("retrying", explain_error(error), choose_retry_at(now, failures), failures + 1)
    if error.status == HTTPStatus.FORBIDDEN:
        refusals = failures if was_refused else 0
        seconds = _FORBIDDEN_FOR[min(refusals, len(_FORBIDDEN_FOR) - 1)]
        return SyncFailure("forbidden", f"forbidden:{error.code}", _wait(now, seconds, error), refusals + 1)
    if error.status == HTTPStatus.NOT_FOUND and not (has_answered and failures < _DOUBTED):
        return SyncFailure("skipped", f"no_mailbox:{error.code}", _wait(now, _grow(failures), error), failures + 1)
    retry_at = choose_retry_at(now, failures, error.retry_after)
    return SyncFailure("retrying", explain_error(error), retry_at, failures + 1)


def spread_out(trouble: SyncFailure, now: float, closed: int) -> SyncFailure:
    """Put the next try off where so many mailboxes of the firm are closed that asking them all takes longer."""
    return replace(trouble, retry_at=max(trouble.retry_at, int(now + closed * CLOSED_PACE * random.uniform(1, 1.2))))


def _grow(failures: int) -> int:
    return min(_SKIPPED_FOR, _MISSING_FOR << min(failures, 10))


def _wait(now: float, seconds: int, error: GraphError) -> int:
    return int(now + max(seconds * random.uniform(0.9, 1.1), error.retry_after or 0))


def explain_error(error: Exception) -> str:
    """Return the code of an error's reason, which `say_reason` says in words."""
    if not isinstance(error, GraphError):
        return f"failed:{type(error).__name__}"
    if isinstance(error, SignInError):
        return f"sign_in_failed:{error.code}" if error.is_refused else f"sign_in_away:{error.code}"
    if isinstance(error, UnknownGroupError):
        return f"group_unknown:{error.group} ({error})"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"throttled:{error.code or HTTPStatus.TOO_MANY_REQUESTS}"
    if error.status:
        return f"answered:{error.status} {error.code}".strip()
    return _CODES.get(error.code, f"no_answer:{error.code}")
