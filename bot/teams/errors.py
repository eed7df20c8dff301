"""What became of a message that did not get through, by what it means for sending it again."""


class SendError(Exception):
    """A message did not get through; `status` is what the connector answered, 0 where it did not."""

    def __init__(self, status: int = 0, reason: str = "") -> None:
        self.status = status
        self.reason = reason or f"http_{status}"
        super().__init__(self.reason)


class UnknownOutcomeError(SendError):
    """It may have been delivered: never send it again."""


class UnreachableError(SendError):
    """403: blocked, uninstalled or muted; nothing gets through until the person writes again."""


class GoneError(SendError):
    """404: the conversation or the message is no more."""


class RefusedError(SendError):
    """Refused for what it is: too large, malformed, or a service URL that is not Microsoft's."""


class NotSentError(SendError):
    """Certainly not delivered: throttled, or no connection; `retry_after` in seconds."""

    def __init__(self, status: int = 0, reason: str = "", retry_after: float = 0.0) -> None:
        super().__init__(status, reason)
        self.retry_after = retry_after
