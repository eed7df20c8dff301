"""The signing keys of a token issuer: fetched once for everyone, refreshed in time, kept while the issuer is down.

Below the edges, so that Teams and Outlook may both use it; the HTTP comes in as `fetch`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from bot.errors import UnavailableError

log = structlog.get_logger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""GET an address with a timeout and without redirects; raises `OSError` or `TimeoutError` where there is no 200."""

REFRESH_AFTER = 6 * 3600
"""Seconds after which keys are fetched again beside the traffic; Microsoft asks for at least once a day."""
STALE_AFTER = 3 * 86400
"""Seconds for which keys are trusted while the issuer cannot be reached."""
AGAIN_AFTER = 300
"""Seconds between two tries to refresh keys while the issuer cannot be reached."""
UNKNOWN_INTERVAL = 10
"""Unknown key ids cause one fetch in this many seconds in the long run, however many tokens claim however many."""
UNKNOWN_AT_ONCE = 6
"""So many fetches may be ahead of that, one a second: some invented ids hold the issuer's new one up no longer."""
UNKNOWN_PAUSE = 1
RETRY_INTERVAL = 5
"""Seconds between two tries while nothing was ever loaded."""
LEAST_BITS = 2048


class Key(msgspec.Struct, frozen=True):
    """One signing key, with what the issuer says about it."""

    kid: str
    public: RSAPublicKey
    endorsements: frozenset[str] = frozenset()
    """Bot Framework: the channels whose activities this key may sign."""
    issuer: str = ""
    """Entra: the issuer this key belongs to; may hold `{tenantid}`."""


class KeySet:
    """The keys at one address, or behind the OpenID metadata there; one fetch at a time."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.time) -> None:
        self.url = url
        self.generation = 0
        """Raised whenever keys were loaded: what was verified with older ones must be verified anew."""
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._loaded_at = 0.0
        self._tried_at = 0.0
        self._asked_for_unknown_at = 0.0
        self._spent = 0.0
        """How many fetches for unknown ids are not made up for by time that has passed."""
        self._loading: asyncio.Task[None] | None = None

    async def get(self, kid: str) -> RSAPublicKey | None:
        """Return the public key with this id, or None; raises as `find` does."""
        key = await self.find(kid)
        return key.public if key else None

    async def find(self, kid: str) -> Key | None:
        """Return the key with this id, or None; raises `UnavailableError` where no keys could ever be loaded."""
        now = self._clock()
        if not self._is_usable(now):
            if self._loading or now - self._tried_at >= RETRY_INTERVAL:
                await self._load()
            if not self._is_usable(now):
                raise UnavailableError
        elif now - self._loaded_at >= REFRESH_AFTER and now - self._tried_at >= AGAIN_AFTER:
            self._start_loading()
        key = self._keys.get(kid)
        if key is None and (self._loading or self._may_ask_for_unknown(now)):
            await self._load()
            key = self._keys.get(kid)
        return key

    def _may_ask_for_unknown(self, now: float) -> bool:
        """Return whether an unknown id may cause a fetch now, and count it."""
        passed = now - self._asked_for_unknown_at
        spent = max(0.0, self._spent - passed / UNKNOWN_INTERVAL)
        if passed < UNKNOWN_PAUSE or spent > UNKNOWN_AT_ONCE - 1:
            return False
        self._asked_for_unknown_at, self._spent = now, spent + 1
        return True

    def _is_usable(self, now: float) -> bool:
        return bool(self._keys) and now - self._loaded_at < STALE_AFTER

    async def _load(self) -> None:
        """Wait for the one fetch there is; its failure leaves the old keys in place."""
        await asyncio.shield(self._start_loading())

    def _start_loading(self) -> asyncio.Task[None]:
        if self._loading is None:
            self._tried_at = self._clock()
            self._loading = asyncio.create_task(self._replace())
            self._loading.add_done_callback(self._end_loading)
        return self._loading

    def _end_loading(self, _task: asyncio.Task[None]) -> None:
        self._loading = None

    async def _replace(self) -> None:
        try:
            document = await self._fetch_document()
        except (OSError, TimeoutError, ValueError, RecursionError) as error:
            log.warning("keys_not_loaded", url=self.url, reason=type(error).__name__)
            return
        keys = [key for entry in document.keys if (key := read_key(entry)) is not None]
        if not keys:
            log.warning("keys_not_loaded", url=self.url, reason="no usable key")
            return
        self._keys = {key.kid: key for key in keys}
        self._loaded_at = self._clock()
        self.generation += 1

    async def _fetch_document(self) -> "_Document":
        """Fetch the keys, or the metadata first and then the keys from where it says, on its own host."""
        document = msgspec.json.decode(await self._fetch(self.url), type=_Document)
        if not document.jwks_uri:
            return document
        if urlsplit(document.jwks_uri)[:2] != urlsplit(self.url)[:2]:
            raise ValueError("the keys are not where the metadata is")
        return msgspec.json.decode(await self._fetch(document.jwks_uri), type=_Document)


class _Document(msgspec.Struct):
    jwks_uri: str = ""
    keys: list[dict[str, Any]] = []


def read_key(entry: dict[str, Any]) -> Key | None:
    """Return the RSA signing key that a JWKS entry holds, or None for any other entry (RFC 7517)."""
    kid, endorsements, issuer = entry.get("kid"), entry.get("endorsements") or [], entry.get("issuer") or ""
    if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", "RS256") != "RS256":
        return None
    if not isinstance(kid, str) or not isinstance(endorsements, list) or not isinstance(issuer, str):
        return None
    try:
        public = RSAAlgorithm.from_jwk(entry)
    except (jwt.InvalidKeyError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < LEAST_BITS:
        return None
    return Key(kid, public, frozenset(name for name in endorsements if isinstance(name, str)), issuer)
