"""Signing keys and the TLS certificate, made at start and kept in memory."""

import base64
import functools
import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from bot.demo.world.identity import make_guid

_LIFETIME = timedelta(days=30)


class SigningKey(NamedTuple):
    """A private key and the name under which its public half is published."""

    kid: str
    private: rsa.RSAPrivateKey

    def publish(self, *endorsements: str) -> dict[str, Any]:
        """Return the public half as a JSON web key."""
        numbers = self.private.public_key().public_numbers()
        key: dict[str, Any] = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "x5t": self.kid,
            "n": _encode_number(numbers.n),
            "e": _encode_number(numbers.e),
        }
        return key | ({"endorsements": list(endorsements)} if endorsements else {})


@functools.cache
def make_key(name: str) -> SigningKey:
    """Make the key of this name, once in a process: making one takes a tenth of a second."""
    return SigningKey(make_guid("key", name)[:27], rsa.generate_private_key(public_exponent=65537, key_size=2048))


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a TLS certificate for loopback that signs itself; returns its path and its private key's."""
    key = make_key("tls").private
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Carnet demo sign-in")])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
        x509.DNSName("localhost"),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / "sign-in.pem", folder / "sign-in.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_path, key_path


def _encode_number(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
