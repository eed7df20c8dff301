"""The error tree. Each error carries the sentence that a person may read, as a key of the language catalogues."""

from typing import Any


class CarnetError(Exception):
    """Something went wrong that has a sentence.

    `key` names a text of `bot/language` (`errors.KEY`), `values` fill its gaps.
    """

    key = "unexpected"

    def __init__(self, key: str = "", **values: Any) -> None:
        self.key = key or type(self).key
        self.values = values
        super().__init__(self.key)


class NotFoundError(CarnetError):
    """It is not there, or the viewer may not see it: one answer for both."""

    key = "not_found"


class BadRequestError(CarnetError):
    """What was sent cannot be understood; the sentence says what to send instead."""

    key = "bad_request"


class ForbiddenError(CarnetError):
    """The viewer is known and may not do this."""

    key = "forbidden"


class ConflictError(CarnetError):
    """Somebody else changed it since the card was drawn; nothing was overwritten."""

    key = "changed_since"


class UnauthenticatedError(CarnetError):
    """No token, or one that is not valid."""

    key = "unauthenticated"


class UnavailableError(CarnetError):
    """The database or Microsoft does not answer; trying again later will do."""

    key = "unavailable"
