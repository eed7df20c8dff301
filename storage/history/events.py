"""Count what happened in a mailbox, without a database."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from storage.models import Invitation, Kind


class Trust(enum.IntEnum):
    """Who says a name, the least trusted first; a better source wins, whatever comes first."""

    GUESTS = 0
    """A guest list that an outsider wrote."""
    COLLEAGUES = 1
    """A colleague's address book: to whom they wrote, whom they invited."""
    OWN = 2
    """The person: their own mail."""


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
    organizer: str | int | None = None
    """Of an invitation that the user has not answered: whom an outsider's depends on, by address, who has to be the
    user's contact (empty: nobody could be), or the user whose own calendar has to show it; None for all else."""
    trust: int = Trust.COLLEAGUES
    invitation: int = Invitation.ANSWERED
    hidden: frozenset[str] = frozenset()
    """Addresses in bcc alone, or all of a personal meeting: their being there is the user's own."""


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
    """Return the earlier of two times; 0 is no time."""
    return min(one, other) if one and other else one or other


@dataclass(slots=True)
class Tally:
    """What some events add to the counts of one contact, relationship or company."""

    sent: int = 0
    received: int = 0
    meetings: int = 0
    planned: int = 0
    first_at: int = 0
    last_at: int = 0

    def add(self, kind: int, at: int, *, is_planned: bool, invitation: int = Invitation.ANSWERED) -> None:
        """Count one event; a planned meeting changes no date, and a stranger's invitation is not counted."""
        if invitation == Invitation.STRANGE:
            return
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

    def merge(self, other: "Tally") -> None:
        """Add what another one counted."""
        self.sent += other.sent
        self.received += other.received
        self.meetings += other.meetings
        self.planned += other.planned
        self.last_at = max(self.last_at, other.last_at)
        self.first_at = merge_first(self.first_at, other.first_at)

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
    """One person on a page: the counts, and the best name."""

    person: Person
    tally: Tally
    rank: int = -1
    has_hidden: bool = False
    """They were in bcc, or at a private meeting."""


_LEVELS: Final[dict[tuple[int, int], int]] = {
    (Trust.GUESTS, 1): 1,
    (Trust.GUESTS, 2): 2,
    (Trust.COLLEAGUES, 1): 3,
    (Trust.OWN, 1): 4,
    (Trust.COLLEAGUES, 2): 5,
    (Trust.OWN, 2): 6,
}
"""By who says it and how good it is; what was taken from the address alone is 0."""


def rank_name(person: Person, at: int, trust: int) -> int:
    """Return the rank of a name: by who says it and how good it is, then by date, so that order has no influence.

    `at` is 0 for a meeting, because its date is not the date on which the name was written.
    """
    return _LEVELS.get((trust, person.quality), 0) << 58 | min(at, 2**34 - 1) << 24 | person.tiebreak


def is_named(rank: int) -> bool:
    """Return whether a name of this rank was written by somebody, not only taken from the address."""
    return rank >> 58 > 0


def list_encounters(interaction_events: Iterable[InteractionEvent]) -> dict[str, Encounter]:
    """Add up a page by address; the name with the best rank is kept."""
    found: dict[str, Encounter] = {}
    for interaction_event in interaction_events:
        _, _, kind, at, is_planned, people, _, _, trust, invitation, hidden = interaction_event
        written_at = 0 if kind == Kind.MEETING else at
        for person in people:
            encounter = found.get(person.address)
            if encounter is None:
                encounter = found[person.address] = Encounter(person, Tally())
            encounter.tally.add(kind, at, is_planned=is_planned, invitation=invitation)
            encounter.has_hidden |= person.address in hidden
            rank = rank_name(person, written_at, trust)
            if rank > encounter.rank:
                encounter.person, encounter.rank = person, rank
    return found
