"""The addresses in the settings: Microsoft's own, of one cloud, and one of ours that Microsoft can reach."""

import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from bot.cli.doctor.findings import Finding, problem, warning
from bot.config import Config

GLOBAL: Final = "the global cloud"
_CLOUDS: Final = {
    "login.microsoftonline.com": GLOBAL,
    "graph.microsoft.com": GLOBAL,
    "login.microsoftonline.us": "US Government",
    "graph.microsoft.us": "US Government",
    "dod-graph.microsoft.us": "US Government",
    "login.partner.microsoftonline.cn": "China (21Vianet)",
    "login.chinacloudapi.cn": "China (21Vianet)",
    "microsoftgraph.chinacloudapi.cn": "China (21Vianet)",
}
"""learn.microsoft.com/en-us/graph/deployments"""
_PATHS: Final = {"CARNET_LOGIN_URL": "", "CARNET_GRAPH_URL": "/v1.0"}
_NEAR: Final = ("localhost", "local", "internal", "lan", "home", "test", "invalid")
"""Last parts of names that nobody outside of a network knows."""


def check_addresses(config: Config) -> Iterator[Finding]:
    """Say what is odd about the addresses that are asked, and about our own."""
    clouds = set()
    for setting, url in (("CARNET_LOGIN_URL", config.login_url), ("CARNET_GRAPH_URL", config.graph_url)):
        parts = urlsplit(url)
        host, right = parts.hostname or "", _PATHS[setting]
        is_known = host in _CLOUDS
        clouds.add(_CLOUDS.get(host, host))
        if is_known and (parts.path != right or parts.port not in (None, 443)):
            yield problem("address_path", setting=setting, url=url, right=f"https://{host}{right}")
        if parts.scheme != "https" and not is_near(parts):
            yield problem("address_plain", setting=setting, url=url)
        if not is_known and not is_near(parts):
            yield warning("address_other", setting=setting, host=host)
    known = clouds & set(_CLOUDS.values())
    if len(known) > 1:
        yield problem("clouds_mixed", login=config.login_url, graph=config.graph_url)
    elif known and GLOBAL not in known:
        yield warning("cloud_other", cloud=known.pop())
    yield from _check_own(config)


def _check_own(config: Config) -> Iterator[Finding]:
    parts = urlsplit(config.public_url)
    if not config.public_url:
        yield warning("no_public_url")
    elif parts.scheme != "https":
        yield problem("public_url_plain", url=config.public_url)
    elif is_near(parts):
        yield problem("public_url_near", url=config.public_url)
    elif parts.hostname in _CLOUDS:
        yield problem("public_url_theirs", url=config.public_url)


def is_near(parts: SplitResult) -> bool:
    """Return whether an address is of this machine, or of a network that nobody outside reaches."""
    host = parts.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in _NEAR
