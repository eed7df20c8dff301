"""What people put right of what was captured, as the ledger reckons with it; it can be known from the store alone."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Decisions:
    """Who is no contact by what somebody said, which companies are one, and which addresses one person's."""

    no_persons: frozenset[bytes] = frozenset()
    """Digests of addresses."""
    taken_off: frozenset[tuple[str, bytes]] = frozenset()
    """Whose contact no more, and the digest of the address."""
    companies: Mapping[str, str] = field(default_factory=dict)
    """By domain, the first of all domains of its company, where it has another one too."""
    people: Mapping[str, str] = field(default_factory=dict)
    """By address, the one that stands for the person, where that has several."""

    private: frozenset[str] = frozenset()
    """Addresses of people without a company of whom somebody said what they are to the firm."""
    shared: frozenset[tuple[str, bytes]] = frozenset()
    """Who shares what they had at an address, and its digest."""

    def find_at(self, address: str, domain: str) -> str:
        """Return where an address counts: at its company, by the domain, or at the person's own."""
        return address if address in self.private else self.find(domain)

    def is_open(self, user: str, address: str, domain: str) -> bool:
        """Whether colleagues may know of what a user had at an address."""
        return bool(domain) or (user, digest(address)) in self.shared

    def is_person(self, address: str) -> bool:
        """Whether nobody said that it is no person."""
        return digest(address) not in self.no_persons

    def is_own(self, user: str, address: str) -> bool:
        """Whether somebody did not take them off their contacts, and nobody said that it is no person."""
        return self.is_person(address) and (user, digest(address)) not in self.taken_off

    def is_other(self, address: str) -> bool:
        """Whether another address stands for the person."""
        return self.people.get(address, address) != address

    def list_same(self, address: str) -> set[str]:
        """Return the addresses that one stands for: all of the person's, or itself alone."""
        return {one for one, person in self.people.items() if person == address} | {address}

    def find(self, domain: str) -> str:
        """Return the domain by which a company is called."""
        return self.companies.get(domain, domain)


NONE = Decisions()


def digest(address: str) -> bytes:
    return hashlib.blake2b(address.encode(), digest_size=16).digest()


def name_companies(merged: Mapping[int, int | None], homes: Mapping[str, int]) -> dict[str, str]:
    """Return by domain the first domain of its company, from what was merged into what."""
    groups: dict[int, list[str]] = {}
    for domain, company in homes.items():
        at = company
        while (above := merged.get(at)) is not None:
            at = above
        groups.setdefault(at, []).append(domain)
    return {domain: min(group) for group in groups.values() for domain in group}


def name_people(merged: Mapping[int, int | None], addresses: Mapping[int, str]) -> dict[str, str]:
    """Return by address the one that stands for the person, from what was merged into what."""
    groups: dict[int, list[str]] = {}
    for number, address in addresses.items():
        at = number
        while (above := merged.get(at)) is not None:
            at = above
        groups.setdefault(at, []).append(address)
    return {one: addresses[at] for at, group in groups.items() if len(group) > 1 for one in group}


async def read_private(read: Callable[..., Any]) -> frozenset[str]:
    """Return the addresses of the private clients, but for those for whom another address stands."""
    said = "person_id IS NOT NULL AND (type IS NOT NULL OR partner_id IS NOT NULL)"
    owners = {row[0] for row in await read("person_id", "companies", said)}
    contacts = await read("id, address", "contacts", "COALESCE(person_id, id) = id")
    return frozenset(address for number, address in contacts if number in owners)


async def read_decisions(read: Callable[..., Any], users: Mapping[int, str]) -> Decisions:
    """Read what was decided; `read` takes columns and a table."""
    removals = [(user, bytes(key)) for user, key in await read("user_id, digest", "removals")]
    return Decisions(
        companies=name_companies(
            dict(map(tuple, await read("id, merged_into", "companies"))),
            {domain: home or at for domain, at, home in await read("domain, company_id, home_id", "company_domains")},
        ),
        people=name_people(
            dict(map(tuple, await read("id, merged_into", "contacts"))),
            dict(map(tuple, await read("id, address", "contacts"))),
        ),
        private=await read_private(read),
        shared=frozenset(
            (users[user], bytes(key)) for user, key in await read("user_id, digest", "keeps", "NOT is_kept")
        ),
        no_persons=frozenset(key for user, key in removals if not user),
        taken_off=frozenset((users[user], key) for user, key in removals if user),
    )
