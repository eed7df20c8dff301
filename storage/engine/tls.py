"""The way to PostgreSQL's server by TLS, as the parameters of libpq in a database URL say it."""

import ssl
from typing import Any, Final

from sqlalchemy.engine import URL

from storage.errors import DatabaseUrlError

_FILES: Final = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir")
_VERSIONS: Final = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_WEAK: Final = ("", "disable", "allow", "prefer")
"""Modes that do without TLS where the server has none."""
_CHOICES: Final = {
    "sslmode": _MODES,
    "sslnegotiation": ("postgres", "direct"),
    "ssl_min_protocol_version": tuple(_VERSIONS),
    "ssl_max_protocol_version": tuple(_VERSIONS),
}
TLS_PARAMETERS: Final = (*_CHOICES, *_FILES, "sslpassword")


def get_parameter(url: URL, name: str) -> str:
    """Return a parameter of a URL, the last one where there are several; empty for none."""
    value = url.query.get(name, "")
    return value if isinstance(value, str) else value[-1]


def check_tls(url: URL) -> None:
    """Raise `DatabaseUrlError` with a sentence for what cannot hold: it would leave the line open."""
    for name, choices in _CHOICES.items():
        if (said := get_parameter(url, name)) and said not in choices:
            raise DatabaseUrlError(f"{name} is one of {', '.join(choices)}")
    mode = get_parameter(url, "sslmode")
    if get_parameter(url, "sslnegotiation") == "direct" and mode in _WEAK:
        raise DatabaseUrlError("sslnegotiation=direct needs sslmode=require, verify-ca or verify-full")
    if (get_parameter(url, "sslcrl") or get_parameter(url, "sslcrldir")) and not _is_checked(url):
        raise DatabaseUrlError(
            "sslcrl needs sslrootcert=FILE, or sslmode=verify-full: no certificate is looked at else"
        )


def choose_tls(url: URL) -> dict[str, Any]:
    """Choose as libpq does, in the words of asyncpg: with a root certificate, `require` looks at the server's too.

    Raises `DatabaseUrlError` with a sentence for files that cannot be read.
    """
    mode = get_parameter(url, "sslmode")
    if mode == "disable":
        return {"ssl": False}
    direct: dict[str, Any] = {"direct_tls": True} if get_parameter(url, "sslnegotiation") == "direct" else {}
    is_plain = not any(get_parameter(url, name) for name in TLS_PARAMETERS if name not in ("sslmode", "sslnegotiation"))
    if mode in ("", "allow", "prefer") and not get_parameter(url, "sslrootcert") and not get_parameter(url, "sslcert"):
        return {"ssl": mode} if mode else {}
    if mode == "require" and is_plain:
        return {"ssl": mode, **direct}
    try:
        return {"ssl": _make_context(url), **direct}
    except OSError as error:
        names = ", ".join(name for name in _FILES if get_parameter(url, name))
        raise DatabaseUrlError(f"{names}: not there, not to be read, no PEM, or sslpassword is another") from error


def _is_checked(url: URL) -> bool:
    """Return whether the server's certificate is looked at."""
    mode = get_parameter(url, "sslmode")
    return mode in ("verify-ca", "verify-full") or (mode != "disable" and get_parameter(url, "sslrootcert") != "")


def _make_context(url: URL) -> ssl.SSLContext:
    root, certificate = get_parameter(url, "sslrootcert"), get_parameter(url, "sslcert")
    context = ssl.create_default_context(cafile=root if root and root != "system" else None)
    context.check_hostname = get_parameter(url, "sslmode") == "verify-full" or root == "system"
    context.set_alpn_protocols(["postgresql"])  # which a server insists on where TLS is not asked for first
    if not _is_checked(url):
        context.verify_mode = ssl.CERT_NONE
    file, folder = get_parameter(url, "sslcrl"), get_parameter(url, "sslcrldir")
    if file or folder:
        context.load_verify_locations(file or None, folder or None)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if certificate:  # without a password here, OpenSSL would ask for one at the terminal
        password = get_parameter(url, "sslpassword")
        context.load_cert_chain(certificate, get_parameter(url, "sslkey") or None, lambda: password)
    if least := get_parameter(url, "ssl_min_protocol_version"):
        context.minimum_version = _VERSIONS[least]
    if most := get_parameter(url, "ssl_max_protocol_version"):
        context.maximum_version = _VERSIONS[most]
    return context
