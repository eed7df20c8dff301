"""Tokens of the Bot Connector: who may post an activity at all, decided from the header before the body is read."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard

import jwt
import msgspec
from jwt import PyJWS

from bot.errors import UnauthenticatedError
from bot.signing_keys import Key, KeySet

ISSUER: Final = "https://api.botframework.com"
LEEWAY: Final = 300
"""Seconds by which clocks may differ (Bot Framework's authentication page)."""
MOST_REMEMBERED: Final = 4096
"""Verified tokens kept, so that the signature of one token is not verified anew for every turn."""

_jws = PyJWS(algorithms=["RS256"])


class Token(msgspec.Struct, frozen=True):
    """A token whose signature, issuer, audience and lifetime are good."""

    claims: Mapping[str, Any]
    key: Key


class Tokens:
    """Verifies RS256 tokens for one bot; `jku`, `x5u` and `jwk` in a token are never looked at."""

    def __init__(
        self, keys: KeySet, *, app_id: str, issuer: str = ISSUER, clock: Callable[[], float] = time.time
    ) -> None:
        if not app_id:
            raise ValueError("a bot without an app id would take anybody's token")
        self._keys = keys
        self._app_id = app_id
        self._issuer = issuer
        self._clock = clock
        self._verified: OrderedDict[bytes, tuple[int, Token]] = OrderedDict()

    async def verify(self, authorization: str | None) -> Token:
        """Return the token of an `Authorization` header; the scheme's case does not matter (RFC 9110).

        Raises `UnauthenticatedError`, and `UnavailableError` where the issuer's keys could never be loaded.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or " " in token:
            raise UnauthenticatedError
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        generation, verified = self._verified.get(digest, (-1, None))
        if verified is not None and generation == self._keys.generation:
            self._check_lifetime(verified.claims)
            return verified
        verified = await self._verify_anew(token)
        self._verified[digest] = (self._keys.generation, verified)
        if len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)
        return verified

    async def _verify_anew(self, token: str) -> Token:
        """Check first what costs nothing, so that a forged token seldom reaches the keys."""
        header, claims = _read_unverified(token)
        kid = header.get("kid")
        if header.get("alg") != "RS256" or "crit" in header or not isinstance(kid, str):
            raise UnauthenticatedError
        if claims.get("iss") != self._issuer or claims.get("aud") != self._app_id:
            raise UnauthenticatedError
        self._check_lifetime(claims)
        key = await self._keys.find(kid)
        if key is None:
            raise UnauthenticatedError
        try:
            _jws.decode(token, key.public, algorithms=["RS256"])
        except jwt.PyJWTError as error:
            raise UnauthenticatedError from error
        return Token(claims, key)

    def _check_lifetime(self, claims: Mapping[str, Any]) -> None:
        """`exp` is required here (RFC 7519 does not), `nbf` is kept where it is given."""
        now, expires_at, begins_at = self._clock(), claims.get("exp"), claims.get("nbf", 0)
        if not _is_time(expires_at) or not _is_time(begins_at):
            raise UnauthenticatedError
        if now >= expires_at + LEEWAY or now < begins_at - LEEWAY:
            raise UnauthenticatedError


def _is_time(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims as they are written; the signature is verified over these same characters after."""
    try:
        parts = _jws.decode_complete(token, options={"verify_signature": False})
        claims = msgspec.json.decode(parts["payload"])
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise UnauthenticatedError from error
    if not isinstance(claims, dict):
        raise UnauthenticatedError
    return parts["header"], claims
