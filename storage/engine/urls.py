"""Database URLs, as people and managed services write them."""

import re
import ssl
from typing import Any, Final
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import DatabaseUrlError

SQLITE: Final = ("sqlite", "sqlite+aiosqlite")
POSTGRES: Final = ("postgres", "postgresql", "postgresql+asyncpg")
_OURS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "connect_timeout", "options")
_WITHOUT_EFFECT: Final = (
    *("channel_binding", "gssencmode", "krbsrvname", "sslcompression", "sslsni", "keepalives", "keepalives_idle"),
    *("keepalives_interval", "keepalives_count", "tcp_user_timeout", "client_encoding", "fallback_application_name"),
)
"""Parameters of libpq that managed services write and asyncpg does not have."""
_KNOWN: Final = ("host", "port", "target_session_attrs", *_OURS)
_PARTS: Final = {"user": "username", "username": "username", "password": "password", "dbname": "database"}
"""Parameters that stand for a part of the URL, and hold where that part is missing."""
_SSL_WORDS: Final = {
    "true": "require",
    "1": "require",
    "on": "require",
    "false": "disable",
    "0": "disable",
    "off": "disable",
}
"""What other drivers write as `ssl=`, in the words of `sslmode`."""
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
CONNECT_SECONDS: Final = 10
_PARAMETERS: Final = re.compile(r"\?\w+=")
_PATH: Final = re.compile(r"[/?]")
_LAST_PORT: Final = 65_535
_PORT_DIGITS: Final = len(str(_LAST_PORT))


def read_url(text: str) -> URL:
    """Read `sqlite:FILE`, `sqlite:///FILE` or `postgresql://...`; a password may hold `@`, `/` and quotes as they are.

    Raises `DatabaseUrlError` with a sentence that holds nothing of the URL but its driver: it may hold a password.
    """
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":  # `docker --env-file` keeps them
        text = text[1:-1]
    scheme, separator, rest = text.partition(":")
    scheme = scheme.lower()
    if scheme in SQLITE and rest:
        return _check_file(rest if rest.startswith("//") else f"///{rest}")
    if scheme in POSTGRES and rest.startswith("//"):
        return _check(_take_ssl(_take_parts(_read_postgres(rest[2:]))))
    kind, _, driver = scheme.partition("+")
    if separator and kind in ("sqlite", "postgresql") and driver:
        raise DatabaseUrlError(f"the driver {driver} is not installed, and not needed: begin the URL with {kind}://")
    raise DatabaseUrlError("it begins with sqlite:/// or postgresql://")


def _check_file(rest: str) -> URL:
    """Refuse what names no file: a database in memory is gone with the first connection that closes."""
    try:
        url = make_url(f"sqlite:{rest}")
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.host or url.database in (None, "", ":memory:"):
        raise DatabaseUrlError("it names no file: sqlite:///FILE, or sqlite:////FOLDER/FILE with the whole path")
    return url


def _read(text: str) -> URL:
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError("it cannot be read: postgresql://USER:PASSWORD@HOST:5432/DATABASE") from None


def _read_postgres(rest: str) -> URL:
    """Take what stands before the last `@`, parameters aside, for the user and the password, whatever it holds."""
    parameters = _PARAMETERS.search(rest)
    end = parameters.start() if parameters else len(rest)
    before, at, place = rest[:end].rpartition("@")
    place += rest[end:]
    if "," in _PATH.split(place)[0]:
        raise DatabaseUrlError("it names several hosts: name the one that is always the writer's")
    url = _read(f"postgresql://{place}")
    if not at:
        return url
    user, _, password = before.partition(":")
    return url.set(username=unquote(user), password=unquote(password) or None)


def _take_parts(url: URL) -> URL:
    """Take user, password and database from the parameters that libpq has for them."""
    for name in [name for name in url.query if name in _PARTS]:
        part, value = _PARTS[name], _get(url, name)
        url = url.difference_update_query([name])
        url = url if getattr(url, part) else url.set(**{part: value})  # type: ignore[arg-type]
    return url


def _take_ssl(url: URL) -> URL:
    """Say `ssl=true`, as other drivers do, in the words of `sslmode`, which holds where both are there."""
    if not (word := _get(url, "ssl").lower()):
        return url
    mode = _get(url, "sslmode") or _SSL_WORDS.get(word, word)
    return url.difference_update_query(["ssl"]).update_query_dict({"sslmode": mode})


def _check(url: URL) -> URL:
    """Refuse parameters that nobody knows: a misspelt `sslmode` would leave the line open."""
    for name in url.query:
        if name not in _KNOWN and name not in _WITHOUT_EFFECT:
            raise DatabaseUrlError(f"it has a parameter that is not known, {name[:40]}")
    if (mode := _get(url, "sslmode")) and mode not in _SSL_MODES:
        raise DatabaseUrlError(f"sslmode is one of {', '.join(_SSL_MODES)}")
    ports = [] if url.port is None else [str(url.port)]
    for port in (*ports, *filter(None, [_get(url, "port")])):
        if not port.isdecimal() or len(port) > _PORT_DIGITS or not 0 < int(port) <= _LAST_PORT:
            raise DatabaseUrlError(f"its port is a number from 1 to {_LAST_PORT}")
    if (seconds := _get(url, "connect_timeout")) and not seconds.isdecimal():
        raise DatabaseUrlError("connect_timeout is a number of seconds")
    return url


def split_options(url: URL) -> tuple[URL, dict[str, Any]]:
    """Return a URL without the parameters of libpq, and what they say as asyncpg takes it.

    Raises `DatabaseUrlError` for a certificate that cannot be read.
    """
    seconds = int(_get(url, "connect_timeout") or 0)  # libpq waits for ever at 0, which a service must not
    options: dict[str, Any] = {"timeout": seconds or CONNECT_SECONDS}
    if (way := _choose_ssl(url)) is not None:
        options["ssl"] = way
    options["server_settings"] = _read_settings(url)
    return url.difference_update_query((*_OURS, *_WITHOUT_EFFECT)), options


def get_connect_arguments(url: URL) -> dict[str, Any]:
    """Return what `asyncpg.connect` is called with."""
    plain, options = split_options(url)
    arguments = plain.translate_connect_args(username="user")
    return {**arguments, **plain.query, **options}


def _get(url: URL, name: str) -> str:
    value = url.query.get(name, "")
    return value if isinstance(value, str) else value[-1]


def _read_settings(url: URL) -> dict[str, str]:
    """Return what the server is told at the start; it reads `options` itself, and a service before it its own."""
    said = {name: _get(url, name) for name in ("application_name", "options")}
    return {name: value for name, value in said.items() if value}


def _choose_ssl(url: URL) -> ssl.SSLContext | str | bool | None:
    """Choose as libpq does: with a root certificate, `require` looks at the server's certificate too."""
    mode, root = _get(url, "sslmode"), _get(url, "sslrootcert")
    if mode == "disable":
        return False
    if mode in ("", "allow", "prefer", "require") and not root and not _get(url, "sslcert"):
        return mode or None
    try:
        return _make_context(mode, root, _get(url, "sslcert"), _get(url, "sslkey"))
    except OSError as error:
        raise DatabaseUrlError("the files of sslrootcert, sslcert and sslkey cannot be read as certificates") from error


def _make_context(mode: str, root: str, certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=root if root and root != "system" else None)
    context.check_hostname = mode == "verify-full" or root == "system"
    if not root and mode not in ("verify-ca", "verify-full"):
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate, key or None)
    return context
