"""The receipt of a deletion: a signed text (a JSON Web Signature), outside of the rows that it tells of."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm

from bot.config import Config
from bot.credential import Credential, read_credential
from bot.environment import has_credential

_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----\n?", re.DOTALL)
_KINDS: Final = {"RS256": "certificate", "HS256": "secret", "EdDSA": "own"}

Verdict = Literal["ours", "false", "no_receipt", "other_certificate", "other_secret", "key_needed"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A receipt; `key` names the key that was made for it alone, empty where the app's own signed it."""

    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a receipt turned out to be, what it says where its signature holds, and the key that was made for it."""

    verdict: Verdict
    claims: dict[str, Any] | None = None
    key: str = ""


def sign_receipt(config: Config, claims: dict[str, Any]) -> Signed:
    """Sign what was deleted with the app's certificate, else with a key made from its secret.

    Without either the key is made for this receipt and thrown away: the receipt carries its public half, and whoever
    deletes is shown its name. Raises `CredentialError` for a certificate or a secret that cannot be read.
    """
    credential = _read_usable(config)
    if credential is None:
        key = Ed25519PrivateKey.generate()
        public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return Signed(jwt.encode(claims, key, algorithm="EdDSA", headers={"jwk": public}), _name(key.public_key()))
    if credential.kind == "secret":
        return Signed(jwt.encode(claims, _make_key(credential), algorithm="HS256"))
    certificate = _read_certificate(credential)
    own = _KEY.search(credential.value["private_key"])
    headers = {"x5t#S256": certificate.fingerprint(SHA256()).hex()}
    return Signed(jwt.encode(claims, own.group() if own else "", algorithm="RS256", headers=headers))


def read_receipt(config: Config, path: Path, shown_key: str = "") -> Read:
    """Read a receipt, and say whether it is ours: by what the app signs in with, or by the key that was shown.

    A receipt with a key of its own proves by itself only that nothing of it was changed since it was signed.
    Raises `CredentialError` where the app's certificate or secret is to be read and cannot be.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
        header = jwt.get_unverified_header(text)
    except (jwt.InvalidTokenError, UnicodeDecodeError):
        return Read("no_receipt")
    kind = _KINDS.get(header.get("alg", ""))
    if kind is None:
        return Read("false")
    if kind == "own":
        return _read_own(text, header, shown_key)
    credential = _read_usable(config)
    if credential is None or credential.kind != kind:
        return Read("other_secret" if kind == "secret" else "other_certificate")
    key: Any = _make_key(credential) if kind == "secret" else _read_certificate(credential).public_key()
    claims = _decode(text, key, header["alg"])
    return Read("false") if claims is None else Read("ours", claims)


def write_receipt(path: Path, text: str) -> None:
    """Write a receipt beside nothing that is there already; raises `OSError`."""
    with path.open("x", encoding="ascii") as file:
        file.write(text + "\n")


def describe_receipt(claims: dict[str, Any]) -> str:
    """Say it as it can be read."""
    return json.dumps(claims, indent=1, sort_keys=True)


def _read_own(text: str, header: dict[str, Any], shown_key: str) -> Read:
    try:
        key = OKPAlgorithm.from_jwk(header.get("jwk", {}))
    except (jwt.InvalidKeyError, ValueError, TypeError, KeyError):
        return Read("false")
    claims = _decode(text, key, "EdDSA") if isinstance(key, Ed25519PublicKey) else None
    if claims is None or not isinstance(key, Ed25519PublicKey):
        return Read("false")
    name = _name(key)
    if shown_key and shown_key.strip().lower() != name:
        return Read("false")
    return Read("ours" if shown_key else "key_needed", claims, name)


def _decode(text: str, key: Any, algorithm: str) -> dict[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(text, key, algorithms=[algorithm])
    except jwt.InvalidTokenError:
        return None
    return claims


def _read_usable(config: Config) -> Credential | None:
    """Read what the app signs in with where it can sign: an identity and another issuer's token have no key of ours."""
    credential = read_credential(config) if has_credential(config) else None
    return None if credential is None or credential.kind not in ("certificate", "secret") else credential


def _name(key: Ed25519PublicKey) -> str:
    """Name a key by the digest of its public half."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _make_key(credential: Credential) -> bytes:
    return hashlib.sha256(b"carnet receipt\0" + str(credential.value).encode()).digest()


def _read_certificate(credential: Credential) -> x509.Certificate:
    return x509.load_pem_x509_certificate(credential.value["public_certificate"].encode())
