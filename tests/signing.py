"""An issuer of tokens for tests: keys that are made once, and tokens with whatever a test wants wrong in them."""

import json
import time
from typing import Any, ClassVar

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://api.botframework.com"
APP = "11111111-2222-4333-8444-555555555555"


class Keys:
    """Signing keys, made once for all tests: making one takes longer than most tests."""

    made: ClassVar[dict[str, rsa.RSAPrivateKey]] = {}

    @classmethod
    def make(cls, name: str) -> rsa.RSAPrivateKey:
        return cls.made.get(name) or cls.made.setdefault(name, rsa.generate_private_key(65537, 2048))

    @classmethod
    def publish(cls, name: str, *endorsements: str) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(cls.make(name).public_key()))
        return key | {"kid": name, "use": "sig", "endorsements": list(endorsements)}


def make_token(key: str = "first", *, headers: dict[str, Any] | None = None, algorithm: str = "RS256", **claims) -> str:
    """Sign a token; a claim that is None is left out."""
    given = {"iss": ISSUER, "aud": APP, "exp": int(time.time()) + 3600, "nbf": int(time.time()) - 60} | claims
    kept = {name: value for name, value in given.items() if value is not None}
    given_headers = {"kid": key} | (headers or {})
    kept_headers = {name: value for name, value in given_headers.items() if value is not None}
    return jwt.encode(kept, Keys.make(key), algorithm, kept_headers)
