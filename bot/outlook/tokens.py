"""Access tokens of people, as Entra ID issues them for this service's own scope.

A person is (tenant id, object id); an address or a name in a token is never looked at. What makes a token invalid is
answered 401, a valid token that may not come in 403 (learn.microsoft.com/entra/identity-platform/claims-validation).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from bot.errors import ForbiddenError, UnauthenticatedError

SCOPE = "access_as_user"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of personal Microsoft accounts: no firm."""
MICROSOFT_CLIENTS = frozenset(
    {
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",  # Teams on desktop and mobile
        "5e3ce6c0-2b1f-4285-8d4b-75ee78787346",  # Teams on the web
        "4765445b-32c6-49b0-83e6-1d93765276ca",  # Microsoft 365 on the web
        "0ec893e0-5785-4de6-99da-4ed124e5296c",  # Microsoft 365 on desktop and mobile
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",  # Outlook on desktop
        "bc59ab01-8403-45c6-8796-ac3ef710b3e3",  # Outlook on the web
        "27922004-5251-4030-b22d-91ecd9a37ea4",  # Outlook on mobile
    }
)
"""Microsoft's own clients that ask for a tab's token (msteams-docs, tab-sso-register-aad)."""
LEEWAY = 300
"""Seconds that two clocks may differ."""


class SigningKeys(Protocol):
    """Where the keys of the sign-in come from."""

    async def get(self, kid: str) -> Any:
        """Return the public key of that id, or None where the issuer has no such key."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, by the two ids that never change."""

    tenant: str
    object_id: str


class UserTokens:
    """Checks the bearer tokens of the page."""

    def __init__(
        self,
        keys: SigningKeys,
        *,
        app_id: str,
        host: str,
        login_url: str = "https://login.microsoftonline.com",
        clients: frozenset[str] = MICROSOFT_CLIENTS,
    ) -> None:
        self._keys = keys
        self._audiences = [app_id, f"api://{app_id}", f"api://{host}/{app_id}"]
        self._login_url = login_url.rstrip("/")
        self._clients = clients | {app_id}

    async def check(self, authorization: str | None) -> Identity:
        """Return who the bearer token speaks for.

        Raises `UnauthenticatedError` where it proves nothing, `ForbiddenError` where it proves too little.
        """
        claims = await self._verify(_bearer(authorization))
        self._check_issuer(claims)
        if _is_id_token(claims):
            raise UnauthenticatedError
        self._check_permission(claims)
        object_id = claims.get("oid")
        if not isinstance(object_id, str) or not object_id or not isinstance(claims["aud"], str):
            raise UnauthenticatedError
        return Identity(claims["tid"].lower(), object_id.lower())

    async def _verify(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256" or not isinstance(kid := header.get("kid"), str):
                raise UnauthenticatedError
            key = await self._keys.get(kid)
            if key is None:
                raise UnauthenticatedError
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audiences,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise UnauthenticatedError from error

    def _check_issuer(self, claims: Mapping[str, Any]) -> None:
        """Version, issuer and tenant say the same thing: v2 from the sign-in host, v1 from `sts.windows.net`."""
        tenant = claims.get("tid")
        issuers = {"2.0": f"{self._login_url}/{tenant}/v2.0", "1.0": f"https://sts.windows.net/{tenant}/"}
        is_ours = isinstance(tenant, str) and claims["iss"] == issuers.get(str(claims.get("ver")))
        if not is_ours or tenant == CONSUMERS:
            raise UnauthenticatedError

    def _check_permission(self, claims: Mapping[str, Any]) -> None:
        """Ask for our scope, delegated by a person to a client that we know, and for no guest."""
        scopes = str(claims.get("scp", "")).split()
        client = claims.get("azp") or claims.get("appid")
        is_app_only = claims.get("idtyp") == "app" or not scopes
        if is_app_only or SCOPE not in scopes or str(client) not in self._clients or _is_guest(claims):
            raise ForbiddenError


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError
    return token.strip()


def _is_id_token(claims: Mapping[str, Any]) -> bool:
    """An id token carries no permission and names no client that it was issued to; some carry a nonce or a hash."""
    if "scp" in claims or "roles" in claims or "idtyp" in claims:
        return False
    names_no_client = "azp" not in claims and "appid" not in claims
    return names_no_client or any(name in claims for name in ("nonce", "at_hash", "c_hash"))


def _is_guest(claims: Mapping[str, Any]) -> bool:
    """`acct` is 1 for a guest; `idp` names the home of somebody from elsewhere."""
    idp = claims.get("idp")
    return claims.get("acct") in (1, "1") or (isinstance(idp, str) and claims["tid"] not in idp)
