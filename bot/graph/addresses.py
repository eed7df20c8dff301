"""Addresses in their normal form: what makes two spellings one person, and what is no address at all."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

import idna
from publicsuffixlist import PublicSuffixList

from bot.graph.lists import read_list

FREE_MAIL: Final = read_list("free_mail.txt")
"""Providers whose addresses belong to persons: a person and no company."""

_SUFFIXES = PublicSuffixList()
_ICANN_SUFFIXES = PublicSuffixList(only_icann=True)

_INVISIBLE = (
    *(*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x61C, 0x180E),
    *(*range(0x200B, 0x2010), 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC)),
)
"""Control characters, zero-width characters and overrides of writing direction: nothing that a reader sees."""
_SURROGATES = range(0xD800, 0xE000)
"""Halves of surrogate pairs, which neither UTF-8 nor PostgreSQL takes."""
_GAPS = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)
_UNSEEN = dict.fromkeys((*_INVISIBLE, *_SURROGATES)) | dict.fromkeys(_GAPS, " ")

_X500 = re.compile(r"^(ex:)?/o=|^imceaex-", re.IGNORECASE)
_GROUP = re.compile(r"^[^@]*:.*;?$|undisclosed[ -]recipients", re.IGNORECASE | re.DOTALL)
_WRAPPED = re.compile(r"^([<'\"]+)(.*?)[>'\"]+$")
_LOCAL = re.compile(r"[^\s@,;:<>()\[\]\\\"%!|]+")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")


_LONGEST: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321)."""
_SHORT: Final = 3
"""Letters of a name that is rather an abbreviation."""


class Address(NamedTuple):
    """One address in normal form, or the reason why there is none."""

    address: str = ""
    local: str = ""
    """The part before the @ as it was given, in lower case, with its plus tag."""
    domain: str = ""
    reason: str = ""
    """`no_address`, `x500`, `group` or `malformed`; empty for an address."""


def clean_text(text: str, limit: int = 200) -> str:
    """Drop what no reader sees, make every gap one space, and cut at `limit` characters."""
    seen = unicodedata.normalize("NFC", text[: 4 * limit].translate(_UNSEEN))
    return " ".join(seen.split())[:limit].strip()


@lru_cache(maxsize=65536)
def parse_address(raw: str) -> Address:
    """Bring an address into its normal form: lower case, no plus tag, IDNA domain without a trailing dot."""
    text = _WRAPPED.sub(r"\2", clean_text(raw, 1000)).strip().removeprefix("mailto:")
    if not text:
        return Address(reason="no_address")
    if _X500.search(text):
        return Address(reason="x500")
    if _GROUP.search(text):
        return Address(reason="group")
    local, at, domain = text.rpartition("@")
    if not at:
        return Address(reason="no_address")
    return _normalize(local.strip().lower(), domain.strip())


def _normalize(local: str, domain: str) -> Address:
    if local.startswith('"') and local.endswith('"'):
        local = local[1:-1].replace("\\", "")
    normal_domain = normalize_domain(domain)
    if not normal_domain or not _LOCAL.fullmatch(local) or not any(map(str.isalnum, local)):
        return Address(reason="malformed")
    person = local[: local.index("+", 1)] if "+" in local[1:] else local
    address = f"{person}@{normal_domain}"
    if len(address) > _LONGEST:
        return Address(reason="malformed")
    return Address(address, local, normal_domain)


@lru_cache(maxsize=16384)
def normalize_domain(raw: str) -> str:
    """Give a domain in lower case and IDNA form without trailing dots; empty for what is none."""
    domain = raw.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    return domain if _DOMAIN.fullmatch(domain) else ""


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
