"""What the Teams edge needs of the network, built from the configuration and closed in time."""

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.config import Config
from bot.keys import KeySet
from bot.outbound import open_session
from bot.teams.authentication import Authenticator, LocalAuthenticator, TokenAuthenticator
from bot.teams.connector import Connector
from bot.teams.credentials import BotCredentials
from bot.teams.http import fetch
from bot.teams.tokens import Tokens
from bot.teams.urls import LOOPBACK_HOSTS, ServiceUrls


@dataclass(frozen=True, slots=True)
class TeamsConnection:
    """Who may come in, and the way out."""

    authenticator: Authenticator
    connector: Connector
    credentials: BotCredentials


@contextlib.asynccontextmanager
async def open_teams(config: Config, *, is_demo: bool = False) -> AsyncIterator[TeamsConnection]:
    """Open the way to Teams; only `carnet demo` says `is_demo`, which lets this machine's tools in without a token.

    Raises `ValueError` without an app id: there is no service without authentication (S5).
    """
    urls = ServiceUrls((*config.service_url_hosts, *(LOOPBACK_HOSTS if is_demo else ())))
    async with open_session(config) as session:
        credentials = BotCredentials(config)
        keys = KeySet(config.openid_url, functools.partial(fetch, session))
        authenticator: Authenticator = TokenAuthenticator(Tokens(keys, app_id=config.app_id), urls)
        if is_demo:
            authenticator = LocalAuthenticator(authenticator)
        try:
            yield TeamsConnection(authenticator, Connector(session, credentials, urls), credentials)
        finally:
            credentials.close()
