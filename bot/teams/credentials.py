"""The bot's own token for the Bot Connector: one msal application a process, off the event loop."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import msal
import requests

from bot.config import Config
from bot.errors import UnavailableError

MULTI_TENANT: Final = "botframework.com"
"""The authority of a bot that is registered for every tenant; a single-tenant bot asks its own."""
SCOPES: Final = ["https://api.botframework.com/.default"]
EARLY: Final = 300
"""Seconds before its end after which a token is no longer used."""
TIMEOUT: Final = 10
"""Seconds for one request to the sign-in."""


class TokenSource(Protocol):
    """Where the connector's bearer token comes from."""

    async def get(self) -> str:
        """Return a token that is still good; raises `UnavailableError` where the sign-in gives none."""
        ...

    def forget(self) -> None:
        """Drop a token that the connector refused."""
        ...


class BotCredentials:
    """Asks the sign-in for tokens, one request at a time, and keeps them until shortly before their end."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        self._config = config
        self._clock = clock
        self._application: msal.ConfidentialClientApplication | None = None
        self._token = ""
        self._good_until = 0.0
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        """Return the kept token or a new one."""
        if self._clock() < self._good_until:
            return self._token
        async with self._asking:
            if self._clock() >= self._good_until:
                await self._renew()
        return self._token

    def forget(self) -> None:
        """Ask the sign-in again next time."""
        self._good_until = 0.0
        if self._application is not None:
            self._application.remove_tokens_for_client()

    async def _renew(self) -> None:
        asked_at = self._clock()
        try:
            answer = await asyncio.to_thread(self._ask)
        except (requests.RequestException, ValueError) as error:
            raise UnavailableError from error
        if "access_token" not in answer:
            raise UnavailableError
        self._token = answer["access_token"]
        self._good_until = asked_at + int(answer.get("expires_in", 0)) - EARLY

    def _ask(self) -> dict[str, Any]:
        if self._application is None:
            self._application = _open_application(self._config)
        answer: dict[str, Any] = self._application.acquire_token_for_client(SCOPES)
        return answer


class _SignInSession(requests.Session):
    """What msal sends with: no proxies or CA bundles from the environment, no redirects, and a timeout (S6)."""

    def __init__(self, ca_file: str) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = ca_file or True

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request."""
        return super().request(method, url, *arguments, **{"timeout": TIMEOUT, "allow_redirects": False, **options})


def _open_application(config: Config) -> msal.ConfidentialClientApplication:
    """Build msal's application for the bot's own registration; it reads the authority's metadata at once."""
    return msal.ConfidentialClientApplication(
        config.app_id,
        client_credential=_read_credential(config),
        authority=f"{config.login_url.rstrip('/')}/{config.app_tenant or MULTI_TENANT}",
        instance_discovery=False,
        http_client=_SignInSession(config.login_ca),
    )


def _read_credential(config: Config) -> str | dict[str, str]:
    """Return the certificate where there is one, else the secret; msal works out the SHA-256 thumbprint itself."""
    if not config.app_certificate:
        return config.app_secret.get_secret_value()
    pem = Path(config.app_certificate).read_text(encoding="ascii")
    return {"private_key": pem, "public_certificate": pem}
