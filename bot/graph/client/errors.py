"""What goes wrong between us and Graph, in one shape."""

from dataclasses import dataclass


@dataclass(slots=True)
class GraphError(Exception):
    """Graph answered with an error, or with nothing that can be trusted (`status` 0).

    `code` is Graph's own error code, or a word of ours; `retry_after` is in seconds and None where Graph named no time.
    """

    status: int
    code: str = ""
    retry_after: float | None = None
    location: str = ""

    def __str__(self) -> str:
        return f"{self.status or 'no answer'} {self.code}".strip()


class SignInError(GraphError):
    """The sign-in gave no token; `is_refused` where it answered and said no, which an administrator must mend."""

    def __init__(self, code: str, *, is_refused: bool = False) -> None:
        super().__init__(0, code)
        self.is_refused = is_refused

    def __str__(self) -> str:
        return f"sign-in {self.code}"
