"""What happened in a mailbox, and what it adds up to: pure counting, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from storage.models import Kind


class Person(NamedTuple):
    """An outside person as one header names them."""

    address: str
    """Normal form."""
    domain: str
    """The registrable domain of their company; empty for free mail."""
    name: str
    quality: int
    """How good the name is: 0 taken from the address, 1 one word, 2 a full name."""
    tiebreak: int
    """24 bits of a digest of the name: between two equally good names the same one wins, whatever comes first."""


class InteractionEvent(NamedTuple):
    """One mail or meeting, and the outside people who took part in it, each once."""

    source: bytes
    message: bytes
    kind: int
    at: int
    """UTC seconds; 0 where no believable date is known."""
    is_planned: bool
    people: Sequence[Person]
    subject: str | None = None


COUNTS: Final = (
    "sent_count",
    "received_count",
    "meeting_count",
    "planned_count",
    "interaction_count",
    "first_at",
    "last_at",
)
"""The columns that a `Tally` fills, in its order."""


def merge_first(one: int, other: int) -> int:
    """Give the earlier of two times; 0 is no time."""
    return min(one, other) if one and other else one or other


@dataclass(slots=True)
class Tally:
    """What some happenings add to one contact, relationship or company."""

    sent: int = 0
    received: int = 0
    meetings: int = 0
    planned: int = 0
    first_at: int = 0
    last_at: int = 0

    def add(self, kind: int, at: int, *, is_planned: bool) -> None:
        """Count one; a planned meeting has not happened yet and moves no date."""
        if is_planned:
            self.planned += 1
            return
        if kind == Kind.RECEIVED:
            self.received += 1
        elif kind == Kind.SENT:
            self.sent += 1
        else:
            self.meetings += 1
        self.last_at = max(self.last_at, at)
        self.first_at = merge_first(self.first_at, at)

    @property
    def happened(self) -> int:
        """How many interactions took place."""
        return self.sent + self.received + self.meetings

    @property
    def is_mine(self) -> bool:
        """The user wrote to or met (or is to meet) them."""
        return self.sent + self.meetings + self.planned > 0

    @property
    def counts(self) -> tuple[int, ...]:
        """The values of `COUNTS`."""
        return self.sent, self.received, self.meetings, self.planned, self.happened, self.first_at, self.last_at


@dataclass(slots=True)
class Encounter:
    """What a page has of one person: the counts, and the best of the names."""

    person: Person
    tally: Tally
    rank: int = -1


def rank_name(person: Person, at: int, *, is_own: bool) -> int:
    """Rank a name, whatever comes first: full ones, then one's own From before another's To, then the newest."""
    evidence = 2 * person.quality - 1 + is_own if person.quality else 0
    return evidence << 58 | min(at, 2**34 - 1) << 24 | person.tiebreak


def list_encounters(interaction_events: Iterable[InteractionEvent]) -> dict[str, Encounter]:
    """Add up a page by person; the person kept is the one whose name ranks best."""
    found: dict[str, Encounter] = {}
    for interaction_event in interaction_events:
        _, _, kind, at, is_planned, people, _ = interaction_event
        is_own = kind == Kind.RECEIVED
        for person in people:
            encounter = found.get(person.address)
            if encounter is None:
                encounter = found[person.address] = Encounter(person, Tally())
            encounter.tally.add(kind, at, is_planned=is_planned)
            rank = rank_name(person, at, is_own=is_own)
            if rank > encounter.rank:
                encounter.person, encounter.rank = person, rank
    return found
