"""What a turn in Teams works with; built once, by `add_teams_routes`."""

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
class Patience:
    """Seconds until a request is answered though its turn still runs; Teams delivers again after 15 s (F47)."""

    message: float = 10.0
    invoke: float = 9.0
    extension: float = 4.5
    """Teams waits 5 s for a message extension."""
    expected: float = 60.0
    """The caller asked for the replies themselves."""
    body: float = 20.0
    """A body that is not here by then is a stalled one (B36)."""
    stop: float = 10.0
    """Turns that still run when the service stops get so long (F69)."""
    typing: float = 2.0
    """Teams' store asks for an answer or a sign of life by then."""


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
    patience: Patience
