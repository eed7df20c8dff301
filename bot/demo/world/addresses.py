"""Names and addresses as they stand in a header, each kept once with its JSON beside it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

Pair = tuple[str, str]
"""Display name and address; either may be empty in dirty mail."""


def encode_json(value: object) -> bytes:
    """Encode as JSON; a lone surrogate, which strict encoders refuse, is written as its escape."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """One name and address of a header, with what Graph says of it (`emailAddress`)."""

    name: str
    address: str
    json: bytes

    @property
    def pair(self) -> Pair:
        """Name and address, as they were written."""
        return self.name, self.address

    @property
    def key(self) -> str:
        """The address in lower case: whom it reaches."""
        return self.address.strip().lower()


class AddressBook:
    """Every (name, address) once, so that a hundred thousand mails share their recipients."""

    def __init__(self) -> None:
        self._known: dict[Pair, Address] = {}

    def get(self, name: str, address: str) -> Address:
        """Return the one object of this name and address."""
        known = self._known.get((name, address))
        if known is None:
            known = self._known[name, address] = Address(name, address, _encode(name, address))
        return known

    def get_all(self, pairs: Iterable[Pair]) -> tuple[Address, ...]:
        """Return the objects of a header's list."""
        return tuple(self.get(name, address) for name, address in pairs)


def _encode(name: str, address: str) -> bytes:
    """Exchange shows the address as the name where a header has none, and leaves out an address that is not there."""
    inner = {"name": name or address, "address": address} if address else {"name": name}
    return b'{"emailAddress":' + encode_json(inner) + b"}"
