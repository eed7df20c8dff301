"""The bot's own token for the Bot Connector: one msal application a process, off the event loop."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final, Protocol

import requests
import structlog

from bot.config import Config
from bot.errors import UnavailableError
from bot.language import say_reason, say_sign_in
from bot.loops import repeat, wait
from bot.msal_application import Application, find_code

MULTI_TENANT: Final = "botframework.com"
"""The authority of a bot that is registered for every tenant; a single-tenant bot asks its own."""
SCOPE: Final = "https://api.botframework.com/.default"
EARLY: Final = 300
"""Seconds before its end from which a token is renewed."""
WATCH: Final = 60.0
"""Seconds between two looks whether the sign-in still lets us in; a token in hand is looked at, not asked for."""
PAUSE: Final = 10
"""Seconds for which a refusal is believed: a hundred waiting messages ask once."""

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
        self._clock = clock
        self._application = Application(config, config.app_tenant or MULTI_TENANT, SCOPE)
        self._token = ""
        self._ends_at = 0.0
        self._asks_again_at = -1.0
        self._asking = asyncio.Lock()
        self.refusal = ""
        """The code with which the sign-in refused us last; empty where it did not, or does not answer."""
        self.outage = ""
        """The name of the error with which the sign-in could not be reached last; empty where it could."""
        self.was_let_in = False

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
        self._application.close()

    def _is_fresh(self) -> bool:
        return self._clock() < self._ends_at - EARLY

    async def _renew(self) -> None:
        asked_at = self._clock()
        try:
            answer = await asyncio.to_thread(self._application.ask, is_forced=True)  # it may have just been refused
        except (requests.RequestException, ValueError) as error:
            answer = {"error": type(error).__name__}
            self.refusal, self.outage = "", type(error).__name__
        else:
            self.outage = ""
            self.refusal = "" if "access_token" in answer else find_code(answer)
        if "access_token" in answer:
            self.was_let_in = True
            self._token = answer["access_token"]
            self._ends_at = asked_at + int(answer.get("expires_in", 0))
        else:
            self._asks_again_at = asked_at + PAUSE
            away = f"sign_in_away:{self.outage}"
            why = say_sign_in("en", self.refusal) if self.refusal else say_reason("en", away)
            log.warning("bot_token_refused", codes=answer.get("error_codes"), why=why)


class SignInWatch:
    """Signs in at the start and from time to time: a wrong secret is known before somebody writes to the bot."""

    def __init__(self, credentials: BotCredentials) -> None:
        self._credentials = credentials

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until `stopping` is set."""
        await repeat("sign_in", self._work, stopping, lambda seconds: wait(stopping, seconds))

    async def _work(self) -> float:
        with contextlib.suppress(UnavailableError):
            await self._credentials.get()
        return WATCH
