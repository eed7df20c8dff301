"""What a failed sync means for its mailbox: which state, why in words, and when to try again."""

import random
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from bot.graph.client.backoff import choose_retry_at
from bot.graph.client.errors import GraphError, SignInError

_FORBIDDEN_FOR: Final = 6 * 3600
_SKIPPED_FOR: Final = 24 * 3600
_DOUBTED: Final = 10
"""How often in a row a mailbox that answered before may be missing until it is believed: for some hours."""
_WORDS: Final = {
    "endlessRound": "Microsoft sent the same page again and again; the mailbox is read anew, in smaller pages",
    "foreignLink": "Microsoft's answer pointed to another host; it was not followed",
    "notAPage": "Microsoft's answer could not be read",
    "BodyTooLargeError": "Microsoft's answer was larger than 20 MB",
    "DecodingError": "Microsoft's answer was not encoded as it said",
}


@dataclass(frozen=True, slots=True)
class SyncFailure:
    """Why a mailbox is not current."""

    state: str
    reason: str
    """In words an administrator can act on; nothing in it names a person or a secret."""
    retry_at: int
    """UTC seconds."""


def judge_error(error: Exception, now: float, failures: int, *, has_answered: bool = False) -> SyncFailure:
    """Judge what ended a turn; `failures` is how many there were before.

    Right after a change Graph answers 404 for seconds to minutes, so a mailbox that `has_answered` is asked again soon.
    """
    if not isinstance(error, GraphError):
        reason = f"The database or this program failed ({type(error).__name__})"
        return SyncFailure("retrying", reason, choose_retry_at(now, failures))
    if error.status == HTTPStatus.FORBIDDEN:
        reason = f"Microsoft refuses access to this mailbox ({error.code}): check the app's permissions and its scope"
        return SyncFailure("forbidden", reason, _wait(now, _FORBIDDEN_FOR, error))
    if error.status == HTTPStatus.NOT_FOUND and not (has_answered and failures < _DOUBTED):
        reason = f"There is no mailbox that Microsoft Graph can read ({error.code})"
        return SyncFailure("skipped", reason, _wait(now, _SKIPPED_FOR, error))
    return SyncFailure("retrying", _explain(error), choose_retry_at(now, failures, error.retry_after))


def _wait(now: float, seconds: int, error: GraphError) -> int:
    return int(now + max(seconds * random.uniform(0.9, 1.1), error.retry_after or 0))


def _explain(error: GraphError) -> str:
    if isinstance(error, SignInError):
        return f"The sign-in at Microsoft failed ({error.code}): check the app's secret or certificate and its consent"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"Microsoft asked to slow down ({error.code or 'throttled'})"
    if error.status:
        return f"Microsoft answered {error.status} ({error.code or 'no code'})"
    return _WORDS.get(error.code, f"Microsoft did not answer ({error.code})")
