"""Build the network side of the Teams edge from the configuration, and close it at the end."""

import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.config import Config
from bot.outbound import open_session
from bot.signing_keys import KeySet
from bot.teams.authentication import Authenticator, LocalAuthenticator, TokenAuthenticator
from bot.teams.connector import Connector
from bot.teams.credentials import BotCredentials
from bot.teams.http import fetch
from bot.teams.tokens import Tokens
from bot.teams.urls import LOOPBACK_HOSTS, ServiceUrls


@dataclass(frozen=True, slots=True)
class TeamsConnection:
    """Authentication of incoming requests, and the connector for outgoing ones."""

    authenticator: Authenticator
    connector: Connector
    credentials: BotCredentials


@contextlib.asynccontextmanager
async def open_teams(config: Config, *, is_demo: bool = False) -> AsyncIterator[TeamsConnection]:
    """Open the connection to Teams; `is_demo` (only `carnet demo`) accepts requests of this machine without a token.

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
