"""What a domain says: whose company it is, whether anybody's, and what that may be called."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import idna
from disposable_email_domains import blocklist
from publicsuffixlist import PublicSuffixList

from storage.text.word_lists import read_list

_FREE_MAIL: Final = read_list("free_mail.txt") | blocklist
"""Providers whose addresses belong to persons, and those of addresses that are thrown away: a person and no company.

`brand.*` is one in every country, and under com, net and org.
"""
_CERTIFIED: Final = read_list("certified_mail.txt")
"""Providers of certified mail and mail of whole professions: they say nothing of where somebody works."""
_UMBRELLAS: Final = read_list("umbrella_domains.txt")
"""Domains below which each label is an organisation of its own, beside the Public Suffix List."""
_BARS: Final = re.compile(
    r"ordin[ei](?:degli)?(?:avvocati|commercialisti|ingegneri|architetti|notai)|^pecavv|odcec|ordineforense"
)
"""What the mail of an Italian bar or chamber is called: `ordineavvocatibari.it`; it is given to every member."""
_CERTIFIED_ITALIAN: Final = re.compile(
    r"(?:^|\.)(?:pec-[a-z0-9-]+|pec(?=[bdfglmnprstv]|a[rv]|in|im|od)[a-z0-9]+|[a-z0-9-]{2,}(?<!s)pec)\.(?:it|eu)$"
)
"""How providers and professions call their certified mail: `registerpec.it`, `pecsicura.it`; and not `pec.acme.it`."""
_WRAPPERS: Final = (
    *(".cjsm.net", ".test-google-a.com", ".rpost.org", ".rpost.net", ".rpost.biz", ".rmail.com"),
    *(".readnotify.com", ".didtheyreadit.com"),
)
"""Ends that a gateway puts behind a whole domain: `smithlaw.co.uk.cjsm.net` is `smithlaw.co.uk`."""
_POLICE: Final = ".pnn.police.uk"
"""The network of the British police, which stands amid a force's own domain."""
_INVENTED: Final = ("example", "test")
"""Ends of domains for documents and tests (RFC 2606)."""
_ROUTING: Final = ".mail.onmicrosoft.com"
"""Where Exchange sends mail on within a tenant, whose own domain is without the `mail`."""

_SUFFIXES = PublicSuffixList()
_ICANN_SUFFIXES = PublicSuffixList(only_icann=True)

_EVERYBODYS: Final = frozenset(("com", "net", "org"))
_SHORT: Final = 3
"""Letters of a name that is rather an abbreviation."""
_STATE: Final = 2
"""Letters of what a state or a canton is called in short."""


@lru_cache(maxsize=16384)
def find_company_domain(domain: str) -> str:
    """Return the domain that stands for a company; empty for free or certified mail and for a public suffix itself.

    That is the registrable domain, or one label below a domain that many organisations share. `github.io` and its like
    are suffixes for what is below them and a company's domain by themselves.
    """
    own = unwrap_domain(domain)
    levels = list(_list_levels(own))
    if f".{own}" in _WRAPPERS or is_free_mail(own) or not _CERTIFIED.isdisjoint(levels) or _is_italian_post(own):
        return ""
    for organisation, shared in pairwise(levels):
        if shared in _UMBRELLAS:
            return organisation
    return _SUFFIXES.privatesuffix(own) or _ICANN_SUFFIXES.privatesuffix(own) or ""


def _is_italian_post(domain: str) -> bool:
    return any(map(_BARS.search, domain.split("."))) or ("pec" in domain and bool(_CERTIFIED_ITALIAN.search(domain)))


def is_free_mail(domain: str) -> bool:
    """Return whether a domain is that of a provider whose addresses belong to persons, or below one."""
    brand, _, suffix = (_SUFFIXES.privatesuffix(domain) or "").partition(".")
    top = suffix.rpartition(".")[2]
    is_brands = f"{brand}.*" in _FREE_MAIL and (len(top) == len("ch") or top in _EVERYBODYS)
    return is_brands or not _FREE_MAIL.isdisjoint(_list_levels(domain))


@lru_cache(maxsize=16384)
def unwrap_domain(domain: str) -> str:
    """Return the domain that a secure gateway or a tenant's routing has put its own behind."""
    if domain.endswith(_ROUTING):
        return domain.removesuffix(_ROUTING) + ".onmicrosoft.com"
    if domain.endswith(_POLICE):
        return domain.removesuffix(_POLICE) + ".police.uk"
    inner = next((domain.removesuffix(end) for end in _WRAPPERS if domain.endswith(end)), "")
    is_whole = "." in inner and (_SUFFIXES.publicsuffix(inner, accept_unknown=False) or inner.endswith(_INVENTED))
    return unwrap_domain(inner) if is_whole else domain


def is_below(domain: str, domains: Collection[str]) -> bool:
    """Return whether a domain is one of `domains` or below one, as it stands or unwrapped."""
    return any(level in domains for given in {domain, unwrap_domain(domain)} for level in _list_levels(given))


def _list_levels(domain: str) -> Iterator[str]:
    """Return a domain and all that it is below, the longest first."""
    labels = domain.split(".")
    return (".".join(labels[place:]) for place in range(len(labels) - 1))


@lru_cache(maxsize=16384)
def list_host_labels(domain: str) -> tuple[str, ...]:
    """Return the labels of a host's name below its registrable domain: `lists.acme.co.uk` has one."""
    registrable = _ICANN_SUFFIXES.privatesuffix(domain) or domain
    return tuple(domain.removesuffix(registrable).rstrip(".").split(".")) if domain != registrable else ()


def name_company(domain: str) -> str:
    """Guess a company's name from its domain: `acme-legal.co.uk` is Acme Legal, `ibm.com` is IBM.

    What every state has is told by its state: `justice.ge.ch` is Justice GE.
    """
    parent = domain.partition(".")[2]
    suffix = parent if parent in _UMBRELLAS else _SUFFIXES.publicsuffix(domain) or ""
    label = domain.removesuffix(suffix).strip(".") or domain.partition(".")[0]
    if label.startswith("xn--"):
        try:
            label = idna.decode(label)
        except idna.IDNAError:
            return label
    words = [word for word in re.split(r"[-_.]+", label) if word]
    name = " ".join(word.upper() if len(words) == 1 and len(word) <= _SHORT else word.capitalize() for word in words)
    state = parent.partition(".")[0] if parent in _UMBRELLAS else ""
    return f"{name} {state.upper()}" if len(state) == _STATE else name
