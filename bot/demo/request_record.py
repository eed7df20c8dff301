"""Record the requests to the small Microsoft 365, and which of Microsoft's rules the caller broke."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

BreachKind = Literal["concurrency", "retry_after", "too_many"]


class Request(NamedTuple):
    """One request to Graph."""

    at: float
    tenant_id: str
    user_id: str
    """Whose mailbox; empty for the directory and the rest."""
    method: str
    path: str
    status: int


class Breach(NamedTuple):
    """One rule broken."""

    kind: BreachKind
    at: float
    user_id: str
    detail: str


@dataclass(slots=True)
class Record:
    """Counts and breaches since the start, or since `clear`."""

    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=100_000))
    """The latest ones; the counts below hold all."""
    breaches: list[Breach] = field(default_factory=list)
    by_mailbox: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    """The most requests in flight for one mailbox, by user id."""
    selected: Counter[str] = field(default_factory=Counter)
    """How often each property was asked for."""
    id_types: Counter[str] = field(default_factory=Counter)
    """How often mailbox requests came with (`immutable`) and without (`default`) `Prefer: IdType`."""
    logins: Counter[str] = field(default_factory=Counter)
    """Tokens issued (`ok`) and refused (AADSTS code)."""
    login_times: list[float] = field(default_factory=list)
    key_fetches: list[float] = field(default_factory=list)
    """When the Bot Framework's keys were fetched."""

    @property
    def total(self) -> int:
        """All requests to Graph."""
        return self.by_status.total()

    def add(self, request: Request) -> None:
        """Write down an answered request."""
        self.requests.append(request)
        self.by_status[request.status] += 1
        if request.user_id:
            self.by_mailbox[request.user_id] += 1

    def add_breach(self, kind: BreachKind, at: float, user_id: str, detail: str) -> None:
        """Write down a broken rule."""
        self.breaches.append(Breach(kind, at, user_id, detail))

    def add_login(self, at: float, outcome: str) -> None:
        """Write down a request for a token."""
        self.login_times.append(at)
        self.logins[outcome] += 1

    def clear(self) -> None:
        """Begin anew."""
        self.requests.clear()
        self.breaches.clear()
        self.login_times.clear()
        self.key_fetches.clear()
        for counter in (self.by_mailbox, self.by_status, self.most_at_once, self.selected, self.id_types, self.logins):
            counter.clear()
