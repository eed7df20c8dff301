"""Minting and checking tokens: for Graph, for the Bot Connector, for our own scope, and from the Bot Framework."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from bot.demo.signin.keys import SigningKey, make_key
from bot.demo.world.firm import Firm
from bot.demo.world.identity import make_guid
from bot.demo.world.people import Person

GRAPH_AUDIENCES = frozenset({"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"})
CONNECTOR_AUDIENCE = "https://api.botframework.com"
BOT_ISSUER = "https://api.botframework.com"
SCOPE = "access_as_user"


class Minter:
    """Signs tokens with a key that can be rolled over; the keys before it stay published until they are retired."""

    def __init__(self, name: str, clock: Callable[[], float] = time.time) -> None:
        self._name = name
        self._clock = clock
        self.keys: list[SigningKey] = [make_key(f"{name} 1")]
        self.token_lifetime = 3599
        self._checked: dict[str, dict[str, Any]] = {}

    def roll_over(self, *, retires_old: bool = False) -> SigningKey:
        """Sign with a new key from now on; the old ones are no longer published if they are retired."""
        key = make_key(f"{self._name} {len(self.keys) + 1}")
        self.keys = [key] if retires_old else [key, *self.keys]
        self._checked.clear()
        return key

    def mint(
        self,
        claims: Mapping[str, Any],
        *,
        key: SigningKey | None = None,
        algorithm: str = "RS256",
        headers: Mapping[str, Any] | None = None,
    ) -> str:
        """Sign claims; a claim that is None is left out, so that a test can forge a token without it."""
        now = int(self._clock())
        timed = {"iat": now, "nbf": now - 300, "exp": now + self.token_lifetime, **claims}
        signing = key or self.keys[0]
        return jwt.encode(
            {name: value for name, value in timed.items() if value is not None},
            signing.private,
            algorithm,
            {"kid": signing.kid, "x5t": signing.kid, **(headers or {})},
        )

    def check(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token that this minter signed and that has not run out, or None."""
        claims = self._checked.get(token) or self._verify(token)
        if claims is None or claims.get("exp", 0) <= self._clock():
            return None
        self._checked[token] = claims
        return claims

    def _verify(self, token: str) -> dict[str, Any] | None:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in self.keys if key.kid == kid)
            options: Any = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
            return jwt.decode(token, key.private.public_key(), ["RS256"], options=options)
        except (jwt.InvalidTokenError, StopIteration):
            return None


def describe_app_token(firm: Firm, login_url: str, app_id: str, audience: str) -> dict[str, Any]:
    """Return the claims of an application's own token."""
    return {
        "aud": audience,
        "iss": f"https://sts.windows.net/{firm.tenant_id}/",
        "tid": firm.tenant_id,
        "appid": app_id,
        "azp": app_id,
        "idtyp": "app",
        "oid": make_guid("service principal", firm.tenant_id, app_id),
        "sub": make_guid("service principal", firm.tenant_id, app_id),
        "roles": sorted(firm.granted) if audience in GRAPH_AUDIENCES else None,
        "ver": "1.0",
    }


def describe_user_token(firm: Firm, person: Person, login_url: str, app_id: str) -> dict[str, Any]:
    """Return the claims of a person's access token for our own scope (version 2.0)."""
    return {
        "aud": app_id,
        "iss": f"{login_url}/{firm.tenant_id}/v2.0",
        "tid": firm.tenant_id,
        "oid": person.id,
        "sub": make_guid("subject", person.id, app_id),
        "scp": SCOPE,
        "azp": app_id,
        "azpacr": "0",
        "name": person.name,
        "preferred_username": person.address,
        "ver": "2.0",
    }


def describe_bot_token(app_id: str, service_url: str) -> dict[str, Any]:
    """Return the claims with which the Bot Framework calls a bot."""
    return {"iss": BOT_ISSUER, "aud": app_id, "serviceurl": service_url}
