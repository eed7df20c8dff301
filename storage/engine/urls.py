"""Database URLs, as people and managed services write them."""

import difflib
import re
from typing import Any, Final
from urllib.parse import unquote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.engine.tls import TLS_PARAMETERS, check_tls, choose_tls, get_parameter
from storage.errors import DatabaseUrlError

SQLITE: Final = ("sqlite", "sqlite+aiosqlite")
POSTGRES: Final = ("postgres", "postgresql", "postgresql+asyncpg")
_OURS: Final = (*TLS_PARAMETERS, "application_name", "connect_timeout", "options", "pgbouncer")
_WITHOUT_EFFECT: Final = (
    *("channel_binding", "gssencmode", "krbsrvname", "sslcompression", "sslsni", "keepalives", "keepalives_idle"),
    *("keepalives_interval", "keepalives_count", "tcp_user_timeout", "client_encoding", "fallback_application_name"),
)
"""Parameters of libpq that managed services write and asyncpg does not have."""
_INSTEAD: Final = {
    **dict.fromkeys(("schema", "search_path", "currentSchema"), "say options=-csearch_path=NAME"),
    **dict.fromkeys(
        ("connection_limit", "pool_size", "pool_timeout", "max_overflow", "pool_mode"),
        "leave it out, Carnet has its own bounds; behind PgBouncer in transaction mode say pgbouncer=true",
    ),
    **dict.fromkeys(("statement_cache_size", "prepareThreshold"), "behind PgBouncer say pgbouncer=true"),
    **dict.fromkeys(("passfile", "service", "servicefile"), "write what stands there into the URL itself"),
    "hostaddr": "name that address as the host",
    "requirepeer": "name a host, and say sslmode=verify-full",
    "require_auth": "say sslmode=verify-full, so that no other server is asked",
    "replication": "leave it out",
}
"""Parameters that are refused, and what says the same."""
_KNOWN: Final = ("host", "port", "target_session_attrs", *_OURS)
_PARTS: Final = {"user": "username", "username": "username", "password": "password", "dbname": "database"}
"""Parameters that stand for a part of the URL, and hold where that part is missing."""
_YES_NO: Final = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}
_SSL_WORDS: Final = {word: "require" if is_on else "disable" for word, is_on in _YES_NO.items()}
"""What other drivers write as `ssl=`, in the words of `sslmode`."""
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
        part, value = _PARTS[name], get_parameter(url, name)
        url = url.difference_update_query([name])
        url = url if getattr(url, part) else url.set(**{part: value})  # type: ignore[arg-type]
    return url


def _take_ssl(url: URL) -> URL:
    """Say `ssl=true`, as other drivers do, in the words of `sslmode`, which holds where both are there."""
    if not (word := get_parameter(url, "ssl").lower()):
        return url
    mode = get_parameter(url, "sslmode") or _SSL_WORDS.get(word, word)
    return url.difference_update_query(["ssl"]).update_query_dict({"sslmode": mode})


def _check(url: URL) -> URL:
    """Refuse parameters that nobody knows: a misspelt `sslmode` would leave the line open."""
    for name in url.query:
        if name not in _KNOWN and name not in _WITHOUT_EFFECT:
            raise DatabaseUrlError(f"it has a parameter that is not known, {name[:40]}: {_suggest(name)}")
    check_tls(url)
    if get_parameter(url, "pgbouncer").lower() not in ("", *_YES_NO):
        raise DatabaseUrlError("pgbouncer is true, for one in transaction mode, or false")
    ports = [] if url.port is None else [str(url.port)]
    for port in (*ports, *filter(None, [get_parameter(url, "port")])):
        if not port.isdecimal() or len(port) > _PORT_DIGITS or not 0 < int(port) <= _LAST_PORT:
            raise DatabaseUrlError(f"its port is a number from 1 to {_LAST_PORT}")
    if (seconds := get_parameter(url, "connect_timeout")) and not seconds.isdecimal():
        raise DatabaseUrlError("connect_timeout is a number of seconds")
    return url


def _suggest(name: str) -> str:
    """Say what to do about a parameter that is not known."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    if near := difflib.get_close_matches(name.lower(), (*_KNOWN, *_PARTS, *_WITHOUT_EFFECT), 1, 0.7):
        return f"is {near[0]} meant?"
    return f"leave it out, or say it with one of {', '.join(sorted(_KNOWN))}"


def is_behind_pooler(url: URL) -> bool:
    """Return whether a URL says that PgBouncer stands before the server, as managed services write it."""
    return _YES_NO.get(get_parameter(url, "pgbouncer").lower(), False)


def split_options(url: URL) -> tuple[URL, dict[str, Any]]:
    """Return a URL without the parameters of libpq, and what they say as asyncpg takes it.

    Raises `DatabaseUrlError` for a certificate that cannot be read.
    """
    seconds = int(get_parameter(url, "connect_timeout") or 0)  # libpq waits for ever at 0, which a service must not
    options: dict[str, Any] = {"timeout": seconds or CONNECT_SECONDS}
    options |= choose_tls(url)
    options["server_settings"] = _read_settings(url)
    return url.difference_update_query((*_OURS, *_WITHOUT_EFFECT)), options


def get_connect_arguments(url: URL) -> dict[str, Any]:
    """Return what `asyncpg.connect` is called with."""
    plain, options = split_options(url)
    arguments = plain.translate_connect_args(username="user")
    return {**arguments, **plain.query, **options}


def _read_settings(url: URL) -> dict[str, str]:
    """Return what the server is told at the start; it reads `options` itself, and a service before it its own."""
    said = {name: get_parameter(url, name) for name in ("application_name", "options")}
    return {name: value for name, value in said.items() if value}
