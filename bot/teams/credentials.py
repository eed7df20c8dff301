"""The bot's own token for the Bot Connector: one msal application a process, off the event loop."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import msal
import requests
import structlog

from bot.config import Config
from bot.errors import UnavailableError

MULTI_TENANT: Final = "botframework.com"
"""The authority of a bot that is registered for every tenant; a single-tenant bot asks its own."""
SCOPES: Final = ["https://api.botframework.com/.default"]
EARLY: Final = 300
"""Seconds before its end from which a token is renewed."""
PAUSE: Final = 10
"""Seconds for which a refusal is believed: a hundred waiting messages ask once."""
TIMEOUT: Final = 10
"""Seconds for one request to the sign-in."""

log = structlog.get_logger(__name__)


class TokenSource(Protocol):
    """Where the connector's bearer token comes from."""

    async def get(self) -> str:
        """Return a token that is still good; raises `UnavailableError` where the sign-in gives none."""
        ...

    def forget(self) -> None:
        """Drop a token that the connector refused."""
        ...


class BotCredentials:
    """Asks the sign-in for tokens, one request at a time, and keeps them until shortly before their end.

    While the sign-in is down a token is used to its very end (F37), and a refusal is believed for a while.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._clock = clock
        self._session = _SignInSession(config.login_ca)
        self._application: msal.ConfidentialClientApplication | None = None
        self._token = ""
        self._ends_at = 0.0
        self._asks_again_at = -1.0
        self._asking = asyncio.Lock()

    async def get(self) -> str:
        """Return the kept token or a new one."""
        if self._is_fresh():
            return self._token
        async with self._asking:
            if not self._is_fresh() and self._clock() >= self._asks_again_at:
                await self._renew()
        if self._clock() >= self._ends_at:
            raise UnavailableError
        return self._token

    def forget(self) -> None:
        """Ask the sign-in again next time."""
        self._ends_at = 0.0

    def close(self) -> None:
        """Close the connections to the sign-in."""
        self._session.close()

    def _is_fresh(self) -> bool:
        return self._clock() < self._ends_at - EARLY

    async def _renew(self) -> None:
        asked_at = self._clock()
        try:
            answer = await asyncio.to_thread(self._ask)
        except (requests.RequestException, ValueError) as error:
            answer = {"error": type(error).__name__}
        if "access_token" in answer:
            self._token = answer["access_token"]
            self._ends_at = asked_at + int(answer.get("expires_in", 0))
        else:
            self._asks_again_at = asked_at + PAUSE
            log.warning("bot_token_refused", codes=answer.get("error_codes"), error=str(answer.get("error"))[:64])

    def _ask(self) -> dict[str, Any]:
        if self._application is None:
            self._application = _open_application(self._config, self._session)
        self._application.remove_tokens_for_client()  # what msal remembers may be what was just refused
        answer: dict[str, Any] = self._application.acquire_token_for_client(SCOPES)
        return answer


class _SignInSession(requests.Session):
    """What msal sends with: no proxies or CA bundles from the environment, no redirects, and a timeout (S6)."""

    def __init__(self, ca_file: str) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = ca_file or True
        self.headers["Connection"] = "close"  # a token is asked for once an hour

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request."""
        return super().request(method, url, *arguments, **{"timeout": TIMEOUT, "allow_redirects": False, **options})


def _open_application(config: Config, session: requests.Session) -> msal.ConfidentialClientApplication:
    """Build msal's application for the bot's own registration; it reads the authority's metadata at once."""
    return msal.ConfidentialClientApplication(
        config.app_id,
        client_credential=_read_credential(config),
        authority=f"{config.login_url.rstrip('/')}/{config.app_tenant or MULTI_TENANT}",
        instance_discovery=False,
        http_client=session,
    )


def _read_credential(config: Config) -> str | dict[str, str]:
    """Return the certificate where there is one, else the secret; msal works out the SHA-256 thumbprint itself."""
    if not config.app_certificate:
        return config.app_secret.get_secret_value()
    pem = Path(config.app_certificate).read_text(encoding="ascii")
    return {"private_key": pem, "public_certificate": pem}
