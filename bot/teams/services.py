"""The parts of the service that a turn in Teams uses; `add_teams_routes` builds them once."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.door import Door
from bot.teams.authentication import Authenticator
from bot.teams.connector import Connector
from bot.teams.messenger import TeamsMessenger
from bot.teams.references import References
from bot.teams.roster import Roster
from storage.engine.database import Database


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a turn before its request is answered without it; Teams delivers again after 15 s (F47)."""

    message: float = 10.0
    invoke: float = 9.0
    extension: float = 4.5
    """Teams waits 5 s for a message extension."""
    expected: float = 60.0
    """For `expectReplies`, where the answer must hold the replies."""
    body: float = 20.0
    """The time for a body to arrive; later it counts as stalled (B36)."""
    stop: float = 10.0
    """The time that running turns get when the service stops (F69)."""
    typing: float = 2.0
    """The typing indicator is sent after this time; Teams' store demands an answer or an indicator."""


@dataclass(frozen=True, slots=True)
class TeamsServices:
    """The service's parts, as the Teams edge needs them."""

    database: Database
    door: Door
    authenticator: Authenticator
    connector: Connector
    references: References
    messenger: TeamsMessenger
    roster: Roster
    clock: Callable[[], int]
    """UTC seconds."""
    timeouts: Timeouts
