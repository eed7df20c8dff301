"""The error tree. Each error carries the sentence that a person may read, as a key of the language catalogues."""

from typing import Any


class CarnetError(Exception):
    """Something went wrong that has a sentence.

    `key` names a text of `bot/language` (`errors.KEY`), `values` fill its gaps; `code` is the HTTP status of its kind.
    """

    key = "unexpected"
    code = 500

    def __init__(self, key: str = "", **values: Any) -> None:
        self.key = key or type(self).key
        self.values = values
        super().__init__(self.key)


class NotFoundError(CarnetError):
    """It is not there, or the viewer may not see it: one answer for both."""

    key = "not_found"
    code = 404


class BadRequestError(CarnetError):
    """What was sent cannot be understood; the sentence says what to send instead."""

    key = "bad_request"
    code = 400


class ForbiddenError(CarnetError):
    """The viewer is known and may not do this."""

    key = "forbidden"
    code = 403


class ConflictError(CarnetError):
    """Somebody else changed it since the card was drawn; nothing was overwritten."""

    key = "changed_since"
    code = 409


class UnauthenticatedError(CarnetError):
    """No token, or one that is not valid."""

    key = "unauthenticated"
    code = 401


class UnavailableError(CarnetError):
    """The database or Microsoft does not answer; trying again later will do."""

    key = "unavailable"
    code = 503


class VersionNeededError(CarnetError):
    """A button asks for a change and does not say on which state it was decided."""

    key = "version_needed"
    code = 428


class PersonalError(Exception):
    """The answer is the asker's alone, and others read where it was asked: the door gives it in the asker's own chat.

    `key` names the sentence that the others read instead.
    """

    def __init__(self, key: str = "cards.pointer") -> None:
        self.key = key
        super().__init__(key)
