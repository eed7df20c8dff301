"""Certificates of our own, good, ended, locked, or without a key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 3, 3, tzinfo=UTC)
_PEM = serialization.Encoding.PEM
_KEY = rsa.generate_private_key(65537, 2048)


def write_certificate(path: Path, ends_at: datetime | None = None, *, has_key: bool = True, password: str = "") -> str:
    """Write a PEM file as CARNET_APP_CERTIFICATE names it; gives its path."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carnet")])
    ends_at = ends_at or NOW + timedelta(days=400)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(_KEY.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(ends_at - timedelta(days=3000)).not_valid_after(ends_at)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(_KEY, hashes.SHA256()).public_bytes(_PEM)
    path.write_bytes((write_key(password) if has_key else b"") + certificate)
    return str(path)


def write_crl(path: Path, of: str, *, is_revoked: bool = False) -> str:
    """Write the list of an authority that signed itself, in which its own certificate is, or is not; gives its path."""
    certificate = x509.load_pem_x509_certificate(Path(of).read_bytes())
    now = datetime.now(UTC)
    crl = x509.CertificateRevocationListBuilder().issuer_name(certificate.subject)
    crl = crl.last_update(now - timedelta(days=1)).next_update(now + timedelta(days=30))
    if is_revoked:
        gone = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        crl = crl.add_revoked_certificate(gone.revocation_date(now - timedelta(days=1)).build())
    path.write_bytes(crl.sign(_KEY, hashes.SHA256()).public_bytes(_PEM))
    return str(path)


def write_key(password: str = "") -> bytes:
    """Give the private key as PEM."""
    lock = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return _KEY.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, lock)
