"""Addresses in their normal form: what makes two spellings one person, and what is no address at all."""

import hashlib
import re
from functools import lru_cache
from typing import Final, NamedTuple

import idna

from storage.text.address_forms import unwrap_address
from storage.text.names import clean_text

_PLAIN = re.compile(r"([a-z0-9._-]*[a-z0-9][a-z0-9._-]*)@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})")
"""What nearly every address looks like: nothing has to be done."""
_X500 = re.compile(r"^(?:(?:ex|x500):)?/o=|^imceaex-|^imceax500-|^c=[a-z]{2};", re.IGNORECASE)
_ENCAPSULATED = re.compile(r"^imcea[a-z0-9]+-", re.IGNORECASE)
"""The name of another directory (Notes, fax, X.400), where no address could be taken out of it."""
_GUEST = re.compile(r"(?:#|%23)ext(?:#|%23)@|_ext_@[a-z0-9.-]+\.onmicrosoft\.com$")
"""A guest's name in Entra ID that does not tell the domain: `hofer#EXT#@firm.onmicrosoft.com`."""
_GROUP = re.compile(r"^[^@\"]*:.*;?$|undisclosed[ -]recipients", re.IGNORECASE | re.DOTALL)
_NOBODY = re.compile(
    r"[^@]*:\s*;|[\"']?(?:undisclosed|unlisted|hidden|suppressed)[ _-]?recipients?[:;\s\"']*(?:@.*)?", re.IGNORECASE
)
"""A group with nobody in it: `undisclosed-recipients:;`, `Verborgene Empfänger: ;`."""
_LOCAL = re.compile(r"[^\s@,;:<>()\[\]\\\"%!|]+")
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*")


_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Signs as wide as those of East Asia, and what they stand for."""
_LONGEST: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321)."""


class Address(NamedTuple):
    """One address in normal form, or the reason why there is none."""

    address: str = ""
    local: str = ""
    """The part before the @ as it was given, in lower case, with its plus tag."""
    domain: str = ""
    reason: str = ""
    """`no_address`, `x500`, `group` or `malformed`; empty for an address."""


@lru_cache(maxsize=65536)
def parse_address(raw: str) -> Address:
    """Bring an address into its normal form: lower case, no plus tag, IDNA domain without a trailing dot.

    What programmes put around it (`SMTP:`, `mailto:`, comments, quotes, encodings) is taken away.
    """
    plain = _PLAIN.fullmatch(raw.lower()) if len(raw) < _LONGEST else None
    if plain and not raw.lower().startswith(("imcea", "x500")) and "_ext_@" not in plain[0]:
        return Address(plain[0], plain[1], plain[2])
    text = clean_text(raw.translate(_FULL_WIDTH), 1000)
    if _NOBODY.fullmatch(text):
        return Address(reason="group")
    inner = text if _X500.search(text) else unwrap_address(text)
    if _X500.search(inner) or _ENCAPSULATED.search(inner):
        return Address(reason="x500")
    return _read(inner)


def _read(text: str) -> Address:
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
    if _GUEST.search(f"{local}@{normal_domain}"):
        return Address(reason="no_address")
    if not normal_domain or not _LOCAL.fullmatch(local) or not any(map(str.isalnum, local)):
        return Address(reason="malformed")
    person = local[: local.index("+", 1)] if "+" in local[1:] else local
    address = f"{person}@{normal_domain}"
    if len(address) > _LONGEST:
        return Address(reason="malformed")
    return Address(address, local, normal_domain)


@lru_cache(maxsize=16384)
def normalize_domain(raw: str) -> str:
    """Return a domain in lower case and IDNA form without trailing dots; empty for what is none."""
    domain = raw.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    return domain if _DOMAIN.fullmatch(domain) else ""


def digest_address(address: str) -> bytes:
    """Return the key of what a user said of an address (in normal form), or of a company: `@` and its domain."""
    return hashlib.blake2b(address.encode(), digest_size=16).digest()


def list_domains(text: str) -> list[str]:
    """Return the domains that an address, a link or a domain may stand for, the longest first; none for other texts."""
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()[:_LONGEST]).rpartition("@")[2]
    domain = normalize_domain(re.split(r"[/?#:]", host, maxsplit=1)[0])
    labels = domain.split(".")
    return [".".join(labels[place:]) for place in range(len(labels) - 1)]
