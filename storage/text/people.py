"""Who stands behind a name and an address: a person, or the reason why nobody; capture, the pane and "why" ask this."""

from collections.abc import Collection
from typing import NamedTuple

from storage.text.addresses import parse_address
from storage.text.displayed_names import clean_name
from storage.text.domains import is_below
from storage.text.machines import find_machine


class Judged(NamedTuple):
    """What a name and an address, as a header has them, are taken for."""

    address: str
    """In normal form; empty for what is no address."""
    domain: str
    reason: str = ""
    """`internal`, one of `storage.text.addresses.Address.reason`, or one of `storage.text.machines.find_machine`; empty
    for a person."""
    name: str = ""
    """As it is to be read; a person's, made of the address where the header has none."""
    quality: int = 0


def judge(name: str, raw: str, inside: Collection[str] = ()) -> Judged:
    """Say who stands behind a name and an address, both as they were given: a tag (`ticket+id44@`) tells a machine.

    `inside` are the firm's own domains.
    """
    address = parse_address(raw)
    if address.reason:
        return Judged("", "", address.reason)
    if is_below(address.domain, inside):
        return Judged(address.address, address.domain, "internal")
    reason = find_machine(address, name)
    return Judged(address.address, address.domain, reason, *clean_name(name, address.local, address.domain))
