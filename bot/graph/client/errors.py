"""The errors of calls to Graph and to its sign-in."""

from dataclasses import dataclass


@dataclass(slots=True)
class GraphError(Exception):
    """Graph answered with an error, or gave no valid answer (`status` 0).

    `code` is Graph's error code, or one of ours. `retry_after` is in seconds, None if Graph named no time.
    """

    status: int
    code: str = ""
    retry_after: float | None = None
    location: str = ""

    def __str__(self) -> str:
        return f"{self.status or 'no answer'} {self.code}".strip()


class UnknownGroupError(GraphError):
    """Graph knows no group of this id."""

    def __init__(self, group: str, answer: GraphError) -> None:
        super().__init__(answer.status, answer.code)
        self.group = group


class SignInError(GraphError):
    """The sign-in gave no token; `is_refused` if it answered no, which only an administrator can resolve."""

    def __init__(self, code: str, *, is_refused: bool = False) -> None:
        super().__init__(0, code)
        self.is_refused = is_refused

    def __str__(self) -> str:
        return f"sign-in {self.code}"
