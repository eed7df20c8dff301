"""The way out, one for every client: the same proxy, the same authorities, nothing from the environment (S6)."""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import aiohttp
import certifi
import requests
from requests.adapters import HTTPAdapter

from bot.config import Config

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
MOST_CONNECTIONS: Final = 256
IDLE_SECONDS: Final = 15
"""Connections are closed before the other side closes them: a request lost that way could not be repeated."""
BLOCKING_TIMEOUT: Final = (10, 20)
"""Seconds to connect, and to wait for each part of an answer, of what blocks (msal)."""


def make_context(*ca_files: str) -> ssl.SSLContext:
    """Trust the public authorities and those in the files; raises `ValueError` with a sentence for one that is none."""
    files = list(filter(None, ca_files))
    return _trust_with(files) if files else _trust_public()


@functools.cache
def _trust_public() -> ssl.SSLContext:
    """Read the public authorities once: each reading takes 15 ms, and each copy a megabyte."""
    return ssl.create_default_context(cafile=certifi.where())


def _trust_with(files: Iterable[str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    for path in files:
        try:
            context.load_verify_locations(path)
        except OSError as error:
            why = "cannot be read as certificates that are trusted: CARNET_CA_FILE or CARNET_LOGIN_CA names it"
            raise ValueError(f"{path} {why}.") from error
    return context


@contextlib.asynccontextmanager
async def open_session(config: Config | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """Open a bounded session without redirects' cookies; with a configuration it goes the way that this says."""
    files = (config.ca_file, config.login_ca) if config else ()
    context = await asyncio.to_thread(make_context, *files)
    pool = aiohttp.TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=IDLE_SECONDS, ssl=context)
    async with aiohttp.ClientSession(
        connector=pool, timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), **proxy_options(config)
    ) as session:
        yield session


def proxy_options(config: Config | None) -> dict[str, Any]:
    """Return what an aiohttp session is told of proxies."""
    proxy = config.proxy if config else ""
    return {"trust_env": False, **({"proxy": proxy} if proxy else {})}


class BlockingSession(requests.Session):
    """What msal and the doctor send with: our proxy and authorities, no redirects, and a timeout."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.trust_env = False  # neither proxies nor REQUESTS_CA_BUNDLE
        files = filter(None, (config.ca_file, config.login_ca))
        self.mount("https://", _TrustingAdapter(_trust_with(files)))  # one of its own: urllib3 sets what it is given
        if config.proxy:
            self.proxies = {"http": config.proxy, "https": config.proxy}
        self.headers["Connection"] = "close"  # a token is asked for once an hour

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        """Send one request."""
        given = {"timeout": BLOCKING_TIMEOUT, "allow_redirects": False, **options}
        return super().request(method, url, *arguments, **given)


class _TrustingAdapter(HTTPAdapter):
    """Trusts what a context trusts, behind a proxy too."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        """Make the pools of connections through a proxy."""
        return super().proxy_manager_for(proxy, **options, ssl_context=self._context)
