"""Where the bot may send: an exact list of hosts, asked on every activity and again before every send."""

import re
from collections.abc import Callable, Collection
from typing import Final

_SERVICE = re.compile(r"(https?)://([a-z0-9.-]+|\[::1\])(:[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?", re.ASCII)
_UPLOAD = re.compile(r"(https?)://([a-z0-9.-]+)(:[0-9]{1,5})?/[\x21-\x7e]*", re.ASCII)
LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "[::1]")
"""This very machine, in any port and without TLS: only where it is listed, which is in the demo and in tests."""
UPLOAD_DOMAINS: Final = (".sharepoint.com", ".sharepoint.us", ".sharepoint.cn")
"""OneDrive for work lives in its tenant's own host of these; each is Microsoft's alone."""


class ServiceUrls:
    """Microsoft's hosts of the Bot Connector, by their exact names.

    Never a pattern: a name under `trafficmanager.net` is anybody's (microsoft/teams.ts, pull request 515).
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(hosts)

    def allow(self, url: str) -> bool:
        """Return whether a service URL is one to answer to: https, a listed host, no user, no port, no trailing dot."""
        return self._check(_SERVICE.fullmatch(url), self._hosts.__contains__)

    def allow_upload(self, url: str) -> bool:
        """Return whether a file may be put there: the upload session that Teams opened in the person's OneDrive."""
        return self._check(_UPLOAD.fullmatch(url), lambda host: host.endswith(UPLOAD_DOMAINS))

    def _check(self, found: re.Match[str] | None, is_known: Callable[[str], bool]) -> bool:
        if found is None:
            return False
        scheme, host, port = found.groups()
        if host in LOOPBACK_HOSTS:
            return host in self._hosts
        return scheme == "https" and port is None and is_known(host)
