"""What programmes make of an address on its way, taken away again: prefixes, wrappings, comments, encodings.

Sources: RFC 5322 (comments, angle brackets), RFC 2047 (encoded words), RFC 6068 (mailto), [MS-OXOABK] 2.2 and
[MS-OXCMAIL] 2.1 (the encapsulated addresses of Exchange: `IMCEA` and a type, a dash, and `+` before each hexadecimal
pair), and the names that Entra ID gives to guests (`jane_acme.example#EXT#@firm.onmicrosoft.com`).
"""

import re
from typing import Final
from urllib.parse import unquote

from storage.text.encoding_repair import join_words, repair_text
from storage.text.name_evidence import count_explained

_PREFIX = re.compile(
    r"^(?:(?:(?:x-)?smtp|sips?|mailto|e-?mail|mail|courriel|internet|rfc822|im|acct|xmpp|msteams|proxyaddresses|eum|spo"
    r"|exch|tel|from|to|cc|bcc|an|von|à|reply-to)(?:[:;]|%3a)(?://)?\s*|(?:e-?mail|courriel)\s+(?=\S+@\S+$)|//)",
    re.IGNORECASE,
)
_ENCAPSULATED = re.compile(r"^imcea[a-z0-9]+-(.+)@[^@]+$", re.IGNORECASE)
_HAS_ADDRESS = re.compile(r"@[\w-]+\.\w|@\[")
_GUEST = re.compile(r"^(.+)_([^_@]+\.[^_@]+)(?:#|%23|_)ext(?:#|%23|_)@[^@]+$", re.IGNORECASE)
_ACCOUNT = re.compile(r"^(?:live\.com|mail|google\.com|facebook\.com|unknown)#(.+@.+)$", re.IGNORECASE)
"""How Entra ID writes a private account that somebody was invited with."""
_ANGLE = re.compile(r"<([^<>]*@[^<>]*)>")
_COMMENT = re.compile(r"\([^()]*\)")
_NAME_BEFORE = re.compile(r"^\s*\([^()@]*\)\s*(?=\S+@)")
_BRACKETED = re.compile(
    r"^([^@]*?|.*@.*?)\s*[(\[]\s*((?:mailto:|smtp:)?[^()\[\]\s@]+@[^()\[\]\s@]+)[)\]]$", re.IGNORECASE
)
"""A name or the same address, and the address in brackets behind it: classic Outlook writes `Jane Roe [mailto:...]`."""
_CLAIM = re.compile(r"^[a-z]:0[^|]*\|(?:[^|]*\|)?([^|]+@[^|]+)$", re.IGNORECASE)
"""How SharePoint writes whoever signed in: `i:0#.f|membership|jane@acme.example`."""
_QUERY = re.compile(r"(?<=@)([\w.-]+)\?\S*$")
_QUOTED_DOMAIN = re.compile(r'@"([^"@\s]+)"$')
_TYPE = re.compile(r"\s*\[(?:smtp|internet|mailto)\]$", re.IGNORECASE)
_AT = re.compile(r"\s*(?:[@\uff20\ufe6b]|[(\[{]\s*(?:at|arobase)\s*[)\]}])\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[(\[{]\s*(?:dot|point|punkt)\s*[)\]}]\s*", re.IGNORECASE)
_AROUND: Final = (
    " \t'`<>[]{}(),;:|*!\\\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
    "\uff1c\uff1e\u3008\u3009\u300a\u300b\u27e8\u27e9\u2329\u232a\u3010\u3011\u300c\u300d\uff08\uff09\uff3b\uff3d"
)
_TRIES: Final = 4
"""As often as something may be wrapped in something else."""


def unwrap_address(text: str) -> str:
    """Return the address that a text is about; a text without one, or with several, as it is."""
    text = _AT.sub("@", _DOT.sub(".", repair_text(join_words(text))))
    if "@" not in text and text.count("%40") == 1:
        text = unquote(text)
    for _ in range(_TRIES):
        before, text = text, _unwrap_once(text)
        if text == before:
            break
    return text


def _unwrap_once(text: str) -> str:
    if found := _ANGLE.findall(text):
        return str(found[-1])
    bracketed = _BRACKETED.match(text)
    if bracketed:
        before, inner = bracketed[1].strip(_AROUND).lower(), _PREFIX.sub("", bracketed[2])
        if before and ("@" not in before or before == inner.lower()):
            return inner
    text = _QUOTED_DOMAIN.sub(r"@\1", _QUERY.sub(r"\1", _CLAIM.sub(r"\1", text)))
    text = _strip(_NAME_BEFORE.sub("", text))
    if prefix := _PREFIX.match(text):
        return unquote(text[prefix.end() :].partition("?")[0])
    if "(" in text:
        text = _COMMENT.sub("", text)
    text = _TYPE.sub("", text)
    for pattern, decode in ((_ENCAPSULATED, _decode_exchange), (_GUEST, r"\1@\2"), (_ACCOUNT, r"\1")):
        text = pattern.sub(decode, text)
    return _take_first(text)


def _strip(text: str) -> str:
    """Take quotes, brackets and punctuation away from both ends; a quoted local part keeps its own."""
    stripped = text.strip(_AROUND)
    if '"@' not in stripped:
        return stripped.strip(_AROUND + '"').rstrip("/")
    return stripped.rstrip('"').rstrip(_AROUND)


def _take_first(text: str) -> str:
    """Return the address before what stands behind it: a name, or the address again; two addresses stay as they are.

    Behind a name it is taken where the name says something of it: `Jane Roe jane@acme.example`, not `jane roe@acme`.
    """
    spaced = re.sub(r"[;,]\s*", " ", text)
    name, _, last = spaced.rpartition(" ")
    if name and "@" in last and "@" not in name and count_explained(name, last.partition("@")[0].lower())[0]:
        return last
    first, gap, rest = spaced.partition(" ")
    if not gap or "@" not in first or first.startswith('"'):
        return text
    others = {word.strip(_AROUND + '"').lower() for word in rest.split() if "@" in word}
    return first if others <= {first.lower()} else text


def _decode_exchange(found: re.Match[str]) -> str:
    """Decode an encapsulated address: `jane+40acme+2Eexample`; `_` stands for a slash in those that are paths.

    A name in another directory, as in `IMCEANOTES-Jane+20Roe_Acme`, stays as it is: no mail can be sent to it.
    """
    inner = re.sub(r"\+([0-9A-Fa-f]{2})", lambda pair: chr(int(pair[1], 16)), found[1])
    if _HAS_ADDRESS.search(inner):
        return inner
    return inner.replace("_", "/") if inner.startswith("_") else found[0]
