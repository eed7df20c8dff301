"""Repair the encoding of header text: RFC 2047 words, HTML entities, and UTF-8 that was decoded as Latin-1."""

import email.errors
import email.header
import html
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

_ENCODED = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?]*\?=")
_ENTITY = re.compile(r"&#?\w+;")
_MISREAD = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")
"""The first two bytes of a letter in UTF-8, decoded as Windows-1252 or Latin-1."""
_QUOTED = re.compile(r"(?:=[0-9A-F]{2}){2,}")
_EXTENDED = re.compile(r"^(?:utf-8|iso-8859-1|us-ascii)'[a-z-]*'(?=.*%[0-9a-f]{2})", re.IGNORECASE)
"""The charset prefix of a value that is still encoded after RFC 2231."""
_LAST_LATIN: Final = "\u024f"
_LONGEST: Final = 2_000
"""Characters of a header that are read at all."""


def repair_text(raw: str) -> str:
    """Return a text from a header as its writer meant it; a part that cannot be repaired stays as it is."""
    text = raw[:_LONGEST]
    if _EXTENDED.match(text):
        text = unquote(_EXTENDED.sub("", text))
    if "=" in text:
        text = _QUOTED.sub(_decode_quoted, _decode_words(text))
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), html.unescape(text))
    for _ in range(2):  # what was misread twice
        if text.isascii() or not _MISREAD.search(text):
            break
        text = _read_again(text)
    return text


def join_words(text: str) -> str:
    """Decode the encoded words of an address where they stand: `jane@=?utf-8?Q?acme?=.example` has no gap in it."""
    joined = re.sub(r"\?=\s+(?==\?)", "?=", text)
    return _ENCODED.sub(lambda found: _decode_words(found[0]).strip(), joined) if "=?" in text else text


def _decode_words(text: str) -> str:
    """Decode the encoded words of RFC 2047; nothing is left of one that cannot be read."""
    if "=?" not in text:
        return text
    try:
        spaced = _ENCODED.sub(lambda found: f" {found[0]} ", text)
        decoded = str(email.header.make_header(email.header.decode_header(spaced)))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return ""
    return decoded if "=?" not in decoded else ""


def _decode_quoted(found: re.Match[str]) -> str:
    """Decode the letters of a quoted-printable text without its frame: `Jos=C3=A9`."""
    try:
        return bytes.fromhex(found[0].replace("=", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def _read_again(text: str) -> str:
    """Decode a text again as UTF-8 if it was decoded as Latin-1 by mistake; else return it unchanged."""
    try:
        decoded = b"".join(map(_encode, text)).decode()
        return text if _is_strange(decoded, text) else decoded
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _is_strange(decoded: str, text: str) -> bool:
    """Return whether letters that are right as they are were decoded again: POSPÍŠIL."""
    new = set(decoded).difference(text)
    is_latin = any(letter.isascii() and letter.isupper() for letter in text) and text.isupper()
    return any(map(unicodedata.combining, new)) or (is_latin and max(new, default="") > _LAST_LATIN)


def _encode(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five places that Windows-1252 leaves empty
