"""What a turn in Teams works with; built once, by `add_teams_routes`."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.commands.desk import Desk
from bot.teams.authentication import Authenticator
from bot.teams.connector import Connector
from bot.teams.messenger import TeamsMessenger
from bot.teams.references import References
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Tools:
    """The service's parts, as the Teams edge needs them."""

    database: Database
    desk: Desk
    authenticator: Authenticator
    connector: Connector
    references: References
    messenger: TeamsMessenger
    clock: Callable[[], int]
    """UTC seconds."""
