"""Where a request comes from: the peer, or what a trusted proxy says of it; nothing is believed from elsewhere."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class TrustedProxies:
    """Proxies whose `X-Forwarded-For` is believed; `networks` are addresses or CIDR networks.

    Raises `ValueError` for what is neither.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: Sequence[Network] = [ip_network(one.strip(), strict=False) for one in networks]

    def find_source(self, request: web.Request) -> str:
        """Return the address that a request comes from; empty for a peer without one (a socket file)."""
        return self.choose(request.remote or "", request.headers.getall("X-Forwarded-For", []))

    def choose(self, peer: str, forwarded: Sequence[str]) -> str:
        """Go back from the peer to the first address that is no trusted proxy: what stands before it anybody may write.

        What is no address ends the way at the proxy that passed it on.
        """
        source = peer
        written = [entry for header in forwarded for entry in header.split(",")]
        while written and self._is_trusted(source):
            address = read_address(written.pop())
            if address is None:
                break
            source = str(address)
        return source

    def _is_trusted(self, text: str) -> bool:
        address = read_address(text)
        return address is not None and any(
            address in network for network in self._networks if network.version == address.version
        )


def read_address(text: str) -> Address | None:
    """Read an address as proxies write it (`1.2.3.4:567`, `[2001:db8::1]:567`); None for anything else."""
    text = text.strip().strip('"')
    host = text[1:].partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
