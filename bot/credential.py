"""What the app proves itself with: a certificate, a secret, or a managed identity; read anew where its file changes."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from bot.config import Config

DAY: Final = 86_400
LEAST_BITS: Final = 2048
"""Of an RSA key; msal signs with no other kind, and Entra takes no shorter one."""
ALARM_DAYS: Final = (30, 7, 1)
"""Days before its end at which administrators are told that what the app signs in with is to be replaced."""

_DOTS: Final = 2
"""Of a signed JWT."""

Trouble = Literal[
    "certificate_missing",
    "certificate_unreadable",
    "certificate_without_key",
    "certificate_without_certificate",
    "certificate_locked",
    "certificate_foreign_key",
    "certificate_wrong_kind",
    "secret_missing",
    "secret_unreadable",
    "token_missing",
    "token_unreadable",
]
GONE: Final = ("certificate_missing", "secret_missing", "token_missing")
"""Troubles of a file that was taken away; with any other it is there, and may be about to be another one."""
_SENTENCES: Final[dict[str, str]] = {
    "certificate_missing": "There is no file where CARNET_APP_CERTIFICATE says.",
    "certificate_unreadable": (
        "The file that CARNET_APP_CERTIFICATE names cannot be read: it is no PEM (a .pfx is turned into one by "
        "openssl pkcs12 -nodes), or may not be read by this user."
    ),
    "certificate_without_key": "The file that CARNET_APP_CERTIFICATE names holds no private key.",
    "certificate_without_certificate": "The file that CARNET_APP_CERTIFICATE names holds a key and no certificate.",
    "certificate_locked": "The key in CARNET_APP_CERTIFICATE has a password: store it without (openssl pkey).",
    "certificate_wrong_kind": "The key in CARNET_APP_CERTIFICATE is not RSA of 2048 bits or more: no other is taken.",
    "certificate_foreign_key": "The key in CARNET_APP_CERTIFICATE is not that of the certificate beside it.",
    "secret_missing": "There is no file where CARNET_APP_SECRET_FILE says.",
    "secret_unreadable": "The file where CARNET_APP_SECRET_FILE says holds no secret, or this user may not read it.",
    "token_missing": "There is no file where CARNET_APP_TOKEN_FILE says: the platform puts it there.",
    "token_unreadable": "The file where CARNET_APP_TOKEN_FILE says holds no token (JWT), or this user may not read it.",
}


class CredentialError(ValueError):
    """There is nothing to sign in with; `key` names why, the text is a sentence, as a setting's that makes no sense."""

    def __init__(self, key: Trouble) -> None:
        self.key = key
        super().__init__(_SENTENCES[key])


@dataclass(frozen=True, slots=True)
class Credential:
    """What msal is given, and when it ends (UTC seconds; 0 where nobody knows)."""

    kind: Literal["certificate", "secret", "identity", "token"]
    ends_at: int
    digest: bytes
    """Changes where what is signed in with has changed."""
    value: Any = field(repr=False)
    begins_at: int = 0
    """UTC seconds before which Microsoft does not take it; 0 where nobody knows."""


def read_credential(config: Config) -> Credential:
    """Read what to sign in with, as it is now; raises `CredentialError`."""
    if config.managed_identity:
        return Credential("identity", 0, b"", config.managed_identity)
    if config.app_certificate:
        return _read_certificate(Path(config.app_certificate))
    if config.app_token_file:
        return Credential("token", 0, b"", read_token(Path(config.app_token_file)))
    secret = config.app_secret.get_secret_value()
    if config.app_secret_file:
        secret = _read_secret(Path(config.app_secret_file))
    ends_at = _end_of(config.app_secret_ends)
    return Credential("secret", ends_at, hashlib.sha256(secret.encode()).digest(), secret)


def digest_file(config: Config) -> bytes:
    """Return a digest of the file with what is signed in with, whatever is in it; empty where there is none."""
    name = config.app_certificate or config.app_token_file or config.app_secret_file
    try:
        return hashlib.sha256(Path(name).read_bytes()).digest() if name and not config.managed_identity else b""
    except OSError:
        return b""


def count_days(credential: Credential, now: float) -> int | None:
    """Return the whole days that are left, negative after the end; None where nobody knows."""
    return int((credential.ends_at - now) // DAY) if credential.ends_at else None


def _read_certificate(path: Path) -> Credential:
    pem = _read_pem(path)
    has_key = b"PRIVATE KEY-----" in pem
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        is_whole = pem.count(b"PRIVATE KEY-----") > 1  # its first line and its last
        raise CredentialError("certificate_without_certificate" if is_whole else "certificate_unreadable")
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CredentialError("certificate_unreadable") from error
    if not has_key:
        raise CredentialError("certificate_without_key")
    try:
        public = _load_key(pem).public_key()
        ours = [one for one in certificates if _get_public(one.public_key()) == _get_public(public)]
    except UnsupportedAlgorithm as error:
        raise CredentialError("certificate_wrong_kind") from error
    if not ours:
        raise CredentialError("certificate_foreign_key")
    if not isinstance(public, RSAPublicKey) or public.key_size < LEAST_BITS:
        raise CredentialError("certificate_wrong_kind")
    certificate = ours[0]
    chain = [certificate, *(one for one in certificates if one is not certificate)]  # msal takes the first for ours
    shown = b"".join(one.public_bytes(Encoding.PEM) for one in chain).decode("ascii")
    value = {"private_key": pem.decode("ascii", "replace"), "public_certificate": shown}
    ends_at = int(certificate.not_valid_after_utc.timestamp())
    begins_at = int(certificate.not_valid_before_utc.timestamp())
    return Credential("certificate", ends_at, hashlib.sha256(pem).digest(), value, begins_at)


def _read_pem(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CredentialError("certificate_missing") from error
    except OSError as error:
        raise CredentialError("certificate_unreadable") from error


def _load_key(pem: bytes) -> Any:
    if b"ENCRYPTED" in pem:
        raise CredentialError("certificate_locked")
    try:
        return load_pem_private_key(pem[_find_key(pem) :], None)
    except TypeError as error:
        raise CredentialError("certificate_locked") from error
    except ValueError as error:
        raise CredentialError("certificate_unreadable") from error


def _find_key(pem: bytes) -> int:
    return pem.rindex(b"-----BEGIN", 0, pem.index(b"PRIVATE KEY-----"))


def _get_public(key: Any) -> bytes:
    public: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return public


def read_token(path: Path) -> str:
    """Read what another issuer says for the app, a JWT that its platform renews; raises `CredentialError`."""
    token = _read_word(path, "token_missing", "token_unreadable")
    if token.count(".") != _DOTS:
        raise CredentialError("token_unreadable")
    return token


def _read_secret(path: Path) -> str:
    return _read_word(path, "secret_missing", "secret_unreadable")


def _read_word(path: Path, missing: Trouble, unreadable: Trouble) -> str:
    try:
        word = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise CredentialError(missing) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(unreadable) from error
    if not word:
        raise CredentialError(unreadable)
    return word


def _end_of(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day), time.max, UTC).timestamp()) if day else 0
