"""Clean a typed or pasted text (HTML, smart quotes, odd spaces, direction marks, emoji) and split it into words.

Each word knows its place in the cleaned text, so that a name can be given back as it was typed. `Rolls-Royce`,
`O'Brien`, `l'associé` and `Acme's` are several words each, glued to the one before.
"""

import functools
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_PASTE = 8_000
"""Characters of a text that are read, markup included."""

_MENTION = re.compile(r"<at\b[^>]{0,200}>[^<]{0,200}</at>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]\n]{1,320})\]\((?:mailto:|tel:|https?://)[^()\s]{1,500}\)")
"""A link as Markdown writes it; Teams sends links in this form."""
_TAG = re.compile(
    r"</?(?:a|at|b|big|blockquote|body|br|center|code|del|div|em|emoji|font|h[1-6]|head|hr|html|i|img|ins|li|mark|meta|ol"
    r"|p|pre|readonly|s|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|attachment|o:p|!--)"
    r"""(?:[\s/](?:=\s*"[^"<>]{0,300}"|=\s*'[^'<>]{0,300}'|=\s*mailto:[^\s<>"']{0,300}|[^<>@]){0,300}+)?>"""
    r"|<![^<>@]{0,300}>",
    re.IGNORECASE,
)
"""The markup that Teams and Outlook send, links to addresses too; what else stands in such brackets was typed."""
_IN_BRACKETS = re.compile(r"\(\s*((?:mailto:)?[^\s()<>,;:@]{1,64}@[\w.-]{1,255})\s*\)")
"""An address behind a name, `Zoe Writer (zoe@writer.example)`, read as if it stood in `<>`."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201A: "'", 0x201B: "'", 0x02BC: "'", 0x2032: "'", 0x00B4: "'", 0x60: "'"}
_QUOTES |= dict.fromkeys((0x2039, 0x203A, 0x275B, 0x275C, 0xFF07, 0xFF40), "'")
_DOUBLE_QUOTES = dict.fromkeys(
    (
        *(0x201C, 0x201D, 0x201E, 0x201F, 0x00AB, 0x00BB, 0x2033, 0x275D, 0x275E, 0xFF02),
        *(0x300C, 0x300D, 0x300E, 0x300F, 0x301D, 0x301E, 0x301F),
    ),
    '"',
)
_SOFTENED = dict.fromkeys((ord('"'), *_DOUBLE_QUOTES), "'")
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212), "-")

_WORD = re.compile(
    r"""
    "\ ?(?P<quoted>[^"\n]{1,200}?)\ ?"
  | (?<!\w)'(?P<single>[^'\n]{2,200})'(?!\w)
  | (?:mailto:)?(?P<address>[^\s<>()\[\],;:"@]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})
  | https?://(?:www\.)?(?P<host>[^\s/?#]{1,253})[^\s]{0,500}
  | (?P<date>\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[./-]\d\d?[./-]\d{4}|\d\d?/\d\d?(?:/\d\d)?)(?!\w)
  | (?P<grouped>\d{1,3}(?:[,.\ ]\d{3})+)(?![\w.,]*\d)
  | (?P<elided>(?:\w|qu|lorsqu|puisqu|jusqu)'(?=\w))
  | (?P<suffix>(?<=\w)'\w+)
  | (?P<number>\d+(?=(?-i:[a-zà-ÿ])))
  | (?P<decimal>\d{1,3}[.,]\d)(?![\w.,]*\d)
  | (?P<word>\w+(?:[.&@+]\w+)*)
  | (?P<sign>[=:&+/≥≤]|[<>]=?(?=\d)|(?<!\S)[<>]=?(?!\S))
  | (?P<stop>[,;?!()|·•→\n]|(?-i:\.(?=\s*$|\s+[A-ZÀ-Þ]|\.))|->|(?<![\w-])-+(?![\w-]))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENDS_QUOTE = re.compile(r"(?<=\S)'(?!\w)|(?<!\w)'(?=\w)")
"""A single quote that ends or begins a quotation inside another one; an apostrophe does neither."""
_QUOTED_WHOLE = re.compile(r"""^([`"']{1,3})(?![`"'])\s*(?!\s)([^"\n]{1,600}?)\s*\1[\s.!?;,]*$""")
_EMPHASIS = re.compile(r"^(\*{1,3}|_{1,3}|~{2})(?![*_~\s])([^\n]{1,600}?)(?<![*_~\s])\1[\s.!?;,]*$")
"""A whole text in italics or bold, as Markdown writes it: `**show my clients**`."""
_LOOSE = frozenset({"stop", "sign", "quoted"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence: `text` is folded for comparison, `start` and `end` are its place in the cleaned text.

    An apostrophe (`l'`, `'s`) belongs to the place but not to the text: people may leave it out.
    """

    text: str
    start: int
    end: int
    kind: str
    """`word`, `number`, `elided`, `suffix`, `quoted`, `address`, `host`, `date`, `sign` or `stop`."""
    is_glued: bool
    is_capital: bool


def clean(text: str) -> str:
    """Remove markup, mentions and control characters from a text, and write quotes, dashes and spaces in one form."""
    text = text[:_LONGEST_PASTE]
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    if "<" in text:
        text = drop_markup(_MENTION.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text.replace("&amp;", "&"))
    if "@" in text:
        text = _IN_BRACKETS.sub(r"<\1>", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.translate(_REPLACEMENTS).strip()


def drop_markup(text: str) -> str:
    """Leave out the markup of a text, and nothing else in such brackets: `<zoe@writer.example>` stays."""
    return _TAG.sub(" ", text)


def find_quoted(text: str) -> str | None:
    """Return a text without the quotes or the emphasis around the whole of it; None for a text that has none."""
    whole = clean(text[:_LONGEST_PASTE])
    emphasised = _EMPHASIS.match(whole)
    found = _QUOTED_WHOLE.match(emphasised[2] if emphasised else whole)
    if found is None and emphasised and "_" in emphasised[1]:
        return emphasised[2]  # stars are no part of any word, underscores are
    if found is None or (found[1][0] == "'" and _ENDS_QUOTE.search(found[2])):
        return None
    return found[2]


def soften_quotes(text: str) -> str:
    """Return a text with single quotes for double ones, so that it can stand between double ones."""
    return text.translate(_SOFTENED)


def fold(text: str) -> str:
    """Return a text in the form used for comparison: lower case, without accents and ligatures."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def tokenize(text: str) -> Iterator[Word]:
    """Split a cleaned text into words."""
    before: Word | None = None
    for match in _WORD.finditer(text):
        kind = match.lastgroup or "stop"
        found = match[kind]
        if kind == "grouped":
            kind, found = "word", re.sub(r"\D", "", found)
        elif kind == "decimal":
            kind, found = "word", found.replace(",", ".")
        kind = "quoted" if kind == "single" else kind
        is_glued = before is not None and _is_glued(text, before, match.start(), kind)
        before = Word(fold(found.strip("'")), match.start(), match.end(), kind, is_glued, found[:1].isupper())
        yield before


@functools.lru_cache(maxsize=8_192)
def tokenize_phrase(phrase: str) -> tuple[Word, ...]:
    """Split a phrase of the vocabulary into words, cached because the same phrases come again."""
    return tuple(tokenize(phrase))


def _is_glued(text: str, before: Word, start: int, kind: str) -> bool:
    if kind in _LOOSE or before.kind in _LOOSE:
        return False
    return start == before.end or (start == before.end + 1 and text[before.end] in "-'_")


_BY_CATEGORY: dict[str, str | None] = {"Cc": None, "Cf": None, "Cs": None, "Zs": " ", "Zl": " ", "Zp": " "}


class _Replacements(dict[int, str | None]):
    """The replacement of each character, computed once: controls vanish, every kind of space becomes a plain one."""

    def __missing__(self, code: int) -> str | None:
        replacement = _BY_CATEGORY.get(unicodedata.category(chr(code)), chr(code))
        self[code] = replacement
        return replacement


_REPLACEMENTS = _Replacements(_QUOTES | _DOUBLE_QUOTES | _DASHES | {0x09: " ", 0x0A: "\n", 0x0D: " "})
