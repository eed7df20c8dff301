"""What people put right of what was captured, as the ledger reckons with it; it can be known from the store alone."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Decisions:
    """Who is no contact by what somebody said, and which companies are one."""

    no_persons: frozenset[bytes] = frozenset()
    """Digests of addresses."""
    taken_off: frozenset[tuple[str, bytes]] = frozenset()
    """Whose contact no more, and the digest of the address."""
    companies: Mapping[str, str] = field(default_factory=dict)
    """By domain, the first of all domains of its company, where it has another one too."""

    def is_person(self, address: str) -> bool:
        """Whether nobody said that it is no person."""
        return digest(address) not in self.no_persons

    def is_own(self, user: str, address: str) -> bool:
        """Whether somebody did not take them off their contacts, and nobody said that it is no person."""
        return self.is_person(address) and (user, digest(address)) not in self.taken_off

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


async def read_decisions(read: Callable[..., Any], users: Mapping[int, str]) -> Decisions:
    """Read what was decided; `read` takes columns and a table."""
    removals = [(user, bytes(key)) for user, key in await read("user_id, digest", "removals")]
    return Decisions(
        companies=name_companies(
            dict(map(tuple, await read("id, merged_into", "companies"))),
            {domain: home or at for domain, at, home in await read("domain, company_id, home_id", "company_domains")},
        ),
        no_persons=frozenset(key for user, key in removals if not user),
        taken_off=frozenset((users[user], key) for user, key in removals if user),
    )
