"""What capture knows of the firm: which addresses are its own; and of everyone else, who is a person."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from storage.history.events import Person
from storage.history.own_addresses import REASON, Owner
from storage.text.addresses import normalize_domain, parse_address
from storage.text.domains import find_company_domain, is_below
from storage.text.people import judge

_CACHED: Final = 20_000
"""As many header spellings as are kept: a mailbox writes to the same people again and again."""

Reason = str


class Firm:
    """The firm's verified domains and its wishes; decides of every address in a header, and remembers the decision."""

    def __init__(self, domains: Iterable[str], *, keeps_subjects: bool = False) -> None:
        self.domains = frozenset(filter(None, map(normalize_domain, domains)))
        self.keeps_subjects = keeps_subjects
        self.colleagues: Mapping[str, int] = {}
        """The users whom the firm's directory knows, by each of their addresses in normal form."""
        self.decisions: dict[tuple[str | None, str | None], Person | Reason] = {}
        self.found: set[str] = set()
        """Addresses that look like the mailbox's owner's own, of which they neither spoke nor were told."""

    def decide(self, name: str | None, address: str | None) -> Person | Reason:
        """Return the outside person behind a name and an address, or the reason why there is none (`judge`)."""
        key = (name, address)
        decision = self.decisions.get(key)
        if decision is None:
            if len(self.decisions) >= _CACHED:
                self.decisions.clear()
            decision = self.decisions[key] = self._decide(name or "", address or "")
        return decision

    def for_owner(self, owner: Owner) -> "Firm":
        """Return the firm as the owner of one mailbox has it: their own second addresses are nobody either."""
        return _OwnersFirm(self, owner)

    def is_inside(self, domain: str) -> bool:
        """Return whether a domain is one of the firm's, or below one."""
        return is_below(domain, self.domains)

    def find_colleague(self, raw: str | None) -> int | None:
        """Return whose address it is by the directory: a domain alone, which anybody writes, makes no colleague."""
        return self.colleagues.get(parse_address(raw or "").address)

    def is_owners(self, raw: str | None) -> bool:
        """Return whether the owner of the mailbox said that an address is theirs."""
        return False

    def _decide(self, name: str, raw: str) -> Person | Reason:
        one = judge(name, raw, self.domains)
        if one.reason:
            return one.reason
        tiebreak = int.from_bytes(hashlib.blake2b(one.name.encode(), digest_size=3).digest())
        return Person(one.address, find_company_domain(one.domain), one.name, one.quality, tiebreak)


class _OwnersFirm(Firm):
    """The firm from one mailbox; what it remembers is the firm's."""

    def __init__(self, firm: Firm, owner: Owner) -> None:
        self.domains = firm.domains
        self.keeps_subjects = firm.keeps_subjects
        self.colleagues = firm.colleagues
        self.decisions = firm.decisions
        self.found = set()
        self._owner = owner
        self._suspected = set(owner.told)
        """Addresses that are the owner's under whatever name, since one mail had theirs."""
        self._decided: dict[tuple[str | None, str | None], Person | Reason] = {}

    def is_owners(self, raw: str | None) -> bool:
        """Return whether the owner said that an address is theirs: a name alone proves nothing."""
        return parse_address(raw or "").address in self._owner.own

    def decide(self, name: str | None, address: str | None) -> Person | Reason:
        key = (name, address)
        decision = self._decided.get(key)
        if decision is None:
            if len(self._decided) >= _CACHED:
                self._decided.clear()
            decision = self._decided[key] = self._decide_for_owner(super().decide(name, address))
        return decision

    def _decide_for_owner(self, decision: Person | Reason) -> Person | Reason:
        if isinstance(decision, str) or (decision.domain and decision.address not in self._owner.own):
            return decision
        if decision.address not in self._suspected and not self._owner.has(decision):
            return decision
        if decision.address not in self._owner.own | self._suspected:
            self.found.add(decision.address)
            self._suspected.add(decision.address)
            self._decided.clear()
        return REASON
