"""Tokens for Graph: one msal application a tenant, asked off the event loop, by one caller at a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import requests

from bot.config import Config
from bot.graph.client.errors import SignInError
from bot.msal_application import Application, find_code

SCOPE: Final = "https://graph.microsoft.com/.default"
_EARLY: Final = 300.0
"""Seconds before its end from which a token is renewed."""
_REFUSED_FOR: Final = 60.0
"""Seconds for which a refusal is remembered, so that five hundred mailboxes do not each ask again."""
_PATIENCE: Final = 45.0


def make_application(config: Config, entra_tenant_id: str) -> Application:
    """Make the app as it asks for Graph in one tenant."""
    return Application(config, entra_tenant_id, SCOPE)


class SignIn:
    """Gives the access token of one tenant; raises `SignInError` where Microsoft refuses or does not answer."""

    def __init__(self, application: Application, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._ends_at = 0.0
        self._refusal: tuple[float, SignInError] | None = None
        self._asked_with = b""

    async def get_token(self, *, instead_of: str = "", claims: str = "") -> str:
        """Return a valid token other than `instead_of`, which Graph has just refused."""
        if not claims and self._token != instead_of and self._clock() < self._ends_at - _EARLY:
            return self._token
        async with self._lock:
            if not claims and self._token != instead_of and self._clock() < self._ends_at - _EARLY:
                return self._token
            return await self._renew(claims, is_forced=bool(instead_of or claims))

    async def _renew(self, claims: str, *, is_forced: bool) -> str:
        digest = await asyncio.to_thread(self._application.digest_file)
        if self._refusal and self._clock() < self._refusal[0] and digest == self._asked_with:
            raise self._refusal[1]
        self._asked_with = digest
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await asyncio.to_thread(self._application.ask, claims, is_forced=is_forced)
        except (TimeoutError, requests.RequestException, ValueError) as error:
            return self._fall_back(SignInError(type(error).__name__), is_forced=is_forced)
        if "access_token" not in answer:
            return self._fall_back(SignInError(find_code(answer), is_refused=True), is_forced=is_forced)
        self._token, self._refusal = answer["access_token"], None
        self._ends_at = self._clock() + float(answer.get("expires_in", 0))
        return self._token

    def _fall_back(self, error: SignInError, *, is_forced: bool) -> str:
        """Return the current token while it is valid, if the sign-in is down."""
        if not is_forced and self._clock() < self._ends_at:
            return self._token
        self._refusal = (self._clock() + _REFUSED_FOR, error)
        raise error

    def close(self) -> None:
        """Close the connections."""
        self._application.close()
