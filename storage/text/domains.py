"""What a domain says: whose company it is, whether anybody's, and what that may be called."""

import re
from functools import lru_cache
from typing import Final

import idna
from publicsuffixlist import PublicSuffixList

from storage.text.word_lists import read_list

FREE_MAIL: Final = read_list("free_mail.txt")
"""Providers whose addresses belong to persons: a person and no company."""

_SUFFIXES = PublicSuffixList()
_ICANN_SUFFIXES = PublicSuffixList(only_icann=True)

_SHORT: Final = 3
"""Letters of a name that is rather an abbreviation."""


@lru_cache(maxsize=16384)
def find_company_domain(domain: str) -> str:
    """Give the registrable domain that stands for a company; empty for free mail and for a public suffix itself.

    `github.io` and its like are suffixes for what is below them and a company's domain by themselves.
    """
    registrable = _SUFFIXES.privatesuffix(domain) or _ICANN_SUFFIXES.privatesuffix(domain) or ""
    return "" if registrable in FREE_MAIL else registrable


@lru_cache(maxsize=16384)
def list_host_labels(domain: str) -> tuple[str, ...]:
    """Give the labels of a host's name below its registrable domain: `lists.acme.co.uk` has one."""
    registrable = _ICANN_SUFFIXES.privatesuffix(domain) or domain
    return tuple(domain.removesuffix(registrable).rstrip(".").split(".")) if domain != registrable else ()


def name_company(domain: str) -> str:
    """Guess a company's name from its registrable domain: `acme-legal.co.uk` is Acme Legal, `ibm.com` is IBM."""
    suffix = _SUFFIXES.publicsuffix(domain) or ""
    label = domain.removesuffix(suffix).strip(".") or domain.partition(".")[0]
    if label.startswith("xn--"):
        try:
            label = idna.decode(label)
        except idna.IDNAError:
            return label
    words = [word for word in re.split(r"[-_.]+", label) if word]
    return " ".join(word.upper() if len(words) == 1 and len(word) <= _SHORT else word.capitalize() for word in words)
