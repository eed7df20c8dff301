"""Read plain names a second time, by rules of its own and without any code of the service; others it leaves."""

import html
import re

from tests.ledger import fold

_TITLES = re.compile(r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Me|Mme)\.\s+)+(?=\S+\s+\S)")
_DEGREES = re.compile(r"\b(?:jr|sr|inc|ltd|phd|esq|md|llc|corp|gmbh)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*\.?")
_MOST_WORDS = 4


def read_name(shown: str, address: str) -> str:
    """Give the name that a header means: without quotes, asides and titles; empty if it is not plain."""
    text = html.unescape(shown).strip(" '\"")
    text = _TITLES.sub("", re.sub(r"\s*[(\[][^()\[\]]*[)\]]$", "", text).strip(" '\""))
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2 or not all(parts) or re.search(r"[^\w\s,.'\u2019-]|[\d_]", text):
        return ""
    if len(parts) == 2 and (_DEGREES.search(text) or " " in parts[0]):
        return ""
    words = " ".join(reversed(parts)).split()
    is_plain = all(_WORD.fullmatch(word) and word[0].isupper() and not word.rstrip(".")[1:].isupper() for word in words)
    if not is_plain or not 1 < len(words) <= _MOST_WORDS:
        return ""
    if _says_other_order(words, address.partition("@")[0]):
        return ""
    return " ".join(words)


def _says_other_order(words: list[str], local: str) -> bool:
    """Whether an address is made of the same words the other way round: which of the two comes first, none can tell."""
    last, first = (fold(word) for word in (words[0], words[-1]))
    return local.replace(".", "") in {first, f"{first}{last}", f"{first[0]}{last}"}
