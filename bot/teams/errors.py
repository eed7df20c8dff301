"""What became of a message that did not get through, by what it means for sending it again."""

from typing import Literal

Outcome = Literal["refused", "unknown", "unreachable", "gone", "later"]
"""As the notices' `Sent` says it."""


class SendError(Exception):
    """A message did not get through; `status` is what the connector answered, 0 where it did not."""

    outcome: Outcome = "refused"

    def __init__(self, status: int = 0, reason: str = "", retry_after: float = 0.0) -> None:
        self.status = status
        self.reason = reason or f"http_{status}"
        self.retry_after = retry_after
        """Seconds; only where it may be tried again."""
        super().__init__(self.reason)


class UnknownOutcomeError(SendError):
    """It may have been delivered: never send it again."""

    outcome = "unknown"


class UnreachableError(SendError):
    """403: blocked, uninstalled or muted; nothing gets through until the person writes again."""

    outcome = "unreachable"


class GoneError(SendError):
    """404: the conversation or the message is no more."""

    outcome = "gone"


class RejectedError(SendError):
    """Refused for what it is: too large, malformed, or a service URL that is not Microsoft's."""


class NotSentError(SendError):
    """Certainly not delivered: throttled, or no connection; may be tried again after `retry_after`."""

    outcome = "later"
