"""Tokens for Graph: one msal application a tenant, asked off the event loop, by one caller at a time."""

import asyncio
import functools
import time
from collections.abc import Callable
from typing import Any, Final

import msal
import requests

from bot.config import Config
from bot.graph.client.errors import SignInError

SCOPE: Final = "https://graph.microsoft.com/.default"
_EARLY: Final = 300.0
"""Seconds before its end from which a token is renewed."""
_REFUSED_FOR: Final = 60.0
"""Seconds for which a refusal is believed: five hundred mailboxes ask once, not five hundred times."""
_TIMEOUT: Final = (10, 20)
_PATIENCE: Final = 45.0


class Application:
    """The app in one tenant, through msal; every call blocks, so it is made in a thread."""

    def __init__(self, config: Config, entra_tenant_id: str) -> None:
        self._config = config
        self._entra_tenant_id = entra_tenant_id
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor REQUESTS_CA_BUNDLE, which would override our CA file
        self._session.verify = config.login_ca or True
        self._session.headers["Connection"] = "close"  # a token is asked for once an hour
        self._session.request = functools.partial(self._session.request, timeout=_TIMEOUT)  # type: ignore[method-assign]
        self._msal: Any = None

    def ask(self, claims: str = "", *, is_forced: bool = False) -> dict[str, Any]:
        """Ask for a token; `is_forced` for another one than msal remembers. Gives msal's answer, good or bad."""
        if self._msal is None:
            self._msal = self._make()
        if is_forced:
            self._msal.remove_tokens_for_client()
        answer: dict[str, Any] = self._msal.acquire_token_for_client([SCOPE], claims_challenge=claims or None)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _make(self) -> Any:
        """Make msal's application, which asks the authority for its addresses at once."""
        return msal.ConfidentialClientApplication(
            self._config.app_id,
            client_credential=_read_credential(self._config),
            authority=f"{self._config.login_url}/{self._entra_tenant_id}",
            instance_discovery=False,
            http_client=self._session,
        )


class SignIn:
    """Gives the access token of one tenant; raises `SignInError` where Microsoft refuses or does not answer."""

    def __init__(self, application: Application, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._ends_at = 0.0
        self._refusal: tuple[float, SignInError] | None = None

    async def get_token(self, *, instead_of: str = "", claims: str = "") -> str:
        """Give a token that is still good; never `instead_of`, which Graph has just refused."""
        if not claims and self._token != instead_of and self._clock() < self._ends_at - _EARLY:
            return self._token
        async with self._lock:
            if not claims and self._token != instead_of and self._clock() < self._ends_at - _EARLY:
                return self._token
            return await self._renew(claims, is_forced=bool(instead_of or claims))

    async def _renew(self, claims: str, *, is_forced: bool) -> str:
        if self._refusal and self._clock() < self._refusal[0]:
            raise self._refusal[1]
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await asyncio.to_thread(self._application.ask, claims, is_forced=is_forced)
        except (TimeoutError, requests.RequestException, ValueError) as error:
            return self._fall_back(SignInError(type(error).__name__), is_forced=is_forced)
        if "access_token" not in answer:
            return self._fall_back(SignInError(_find_code(answer), is_refused=True), is_forced=is_forced)
        self._token, self._refusal = answer["access_token"], None
        self._ends_at = self._clock() + float(answer.get("expires_in", 0))
        return self._token

    def _fall_back(self, error: SignInError, *, is_forced: bool) -> str:
        """Use the token in hand to its end where the sign-in is down."""
        if not is_forced and self._clock() < self._ends_at:
            return self._token
        self._refusal = (self._clock() + _REFUSED_FOR, error)
        raise error

    def close(self) -> None:
        """Close the connections."""
        self._application.close()


def _read_credential(config: Config) -> Any:
    if not config.app_certificate:
        return config.app_secret.get_secret_value()
    with open(config.app_certificate, encoding="ascii") as file:  # noqa: PTH123  # read once, off the loop
        text = file.read()
    return {"private_key": text, "public_certificate": text}


def _find_code(answer: dict[str, Any]) -> str:
    """Give the AADSTS number of a refusal, else its error word: never its description, which names the application."""
    codes = answer.get("error_codes") or [answer.get("error", "unknown")]
    return f"AADSTS{codes[0]}" if str(codes[0]).isdigit() else str(codes[0])[:64]
