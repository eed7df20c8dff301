"""The receipt of a deletion: a signed text (a JSON Web Signature), outside of the rows that it tells of."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from bot.config import Config
from bot.credential import Credential, read_credential
from bot.environment import has_credential

_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)
_ALGORITHMS: Final = ("RS256", "HS256")


def sign_receipt(config: Config, claims: dict[str, Any]) -> str:
    """Sign what was deleted with the app's certificate, else with a key made from its secret; `none` without either.

    Raises `CredentialError` for a certificate that cannot be read.
    """
    credential = read_credential(config) if has_credential(config) else None
    if credential is None or credential.kind == "identity":
        return jwt.encode(claims, "", algorithm="none")
    if credential.kind == "secret":
        return jwt.encode(claims, _make_key(credential), algorithm="HS256")
    certificate = _read_certificate(credential)
    key = _KEY.search(credential.value["private_key"])
    headers = {"x5t#S256": certificate.fingerprint(SHA256()).hex()}
    return jwt.encode(claims, key.group() if key else "", algorithm="RS256", headers=headers)


def read_receipt(config: Config, path: Path) -> dict[str, Any] | None:
    """Read a receipt that was signed with what the app signs in with; None where it was not, or was changed since."""
    credential = read_credential(config)
    key: Any = _make_key(credential) if credential.kind == "secret" else _read_certificate(credential).public_key()
    try:
        claims: dict[str, Any] = jwt.decode(path.read_text(encoding="ascii").strip(), key, algorithms=[*_ALGORITHMS])
    except (jwt.InvalidTokenError, UnicodeDecodeError):
        return None
    return claims


def write_receipt(path: Path, text: str) -> None:
    """Write a receipt beside nothing that is there already; raises `OSError`."""
    with path.open("x", encoding="ascii") as file:
        file.write(text + "\n")


def describe_receipt(claims: dict[str, Any]) -> str:
    """Say it as it can be read."""
    return json.dumps(claims, indent=1, sort_keys=True)


def _make_key(credential: Credential) -> bytes:
    return hashlib.sha256(b"carnet receipt\0" + str(credential.value).encode()).digest()


def _read_certificate(credential: Credential) -> x509.Certificate:
    return x509.load_pem_x509_certificate(credential.value["public_certificate"].encode())
