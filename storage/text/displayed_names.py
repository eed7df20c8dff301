"""The names people are given in mail headers, made fit to be read; the address decides who they are, never the name.

Where a name can be read in several ways (`Dubois, Claire` and `Claire Dubois, Banque Delta`), what the address says
decides between them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from storage.text.capitals import capitalize, count_surname, drop_firm, ends_loud, write_capitals
from storage.text.encoding_repair import repair_text
from storage.text.name_commas import INITIALS, QUOTES, read_commas
from storage.text.name_evidence import KNOWN_NAMES, count_explained, has_initials_last, has_word, is_persons, is_turned
from storage.text.names import clean_text, fold
from storage.text.titles import drop_device, drop_numbers, drop_stop, drop_titles, is_firm
from storage.text.word_lists import read_kinds

DERIVED: Final = 0
"""Quality of a name taken from the address alone."""
SINGLE: Final = 1
"""Quality of one word: a first name, a nickname."""
FULL: Final = 2
"""Quality of two words or more."""

_EXCHANGE_PATH = re.compile(r"^(?:ex:|x500:)?/o=|^imceaex", re.IGNORECASE)
_NOTES_NAME = re.compile(r"^/?cn=([^/]+)(?:/.*)?$", re.IGNORECASE)
_PREFIX = re.compile(
    r"^the\s+(?=(?:right\s+|rt\.?\s+)?hon)|^(?:smtp|mailto|e-?mail|name|nom|from|von|de|cc|bcc|to|an|à)\s*:\s*|^(?:i\.\s?a\.|i\.\s?v\.|p\.\s?p\."
    r"|ppa\.)\s+",
    re.IGNORECASE,
)
_NOTES_PATH = re.compile(r"^([^/@]+)(?:/[^/@]+)+@[^\s/@]+$")
"""A name in Lotus Notes with its units and its domain: `John Doe/Paris/Delta@Delta`."""
_SPACED = re.compile(r"\S+(?:\s\.\s\S+)*\s@\s\S+(?:\s\.\s\S+)+")
"""An address that an archive has taken apart: `jacob . pan @ intel . com`."""
_ADDRESS = re.compile(r"[<(\[]?\b(?:mailto:)?[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+[>)\]]?")
_MARKS: Final = "|".join(sorted(map(re.escape, read_kinds("titles.txt")["mark"]), key=len, reverse=True))
_MARK = re.compile(
    rf"^\s*[\[({{<*#!_-]*(?<!\w)(?:{_MARKS})[.?]?(?=\s*[\])}}>*#!:_-])[\s\])}}>*#!:_-]+"
    rf"|[\s,-]*[\[({{<*#]+\s*(?:{_MARKS})\.?\s*[\])}}>*#]*$"
    r"|\s+[-\u2013|]\s*(?:ext|extern|external|externe|externo|esterno|guest)\.?$"
    r"|(?-i:\s+(?:EXT|EXTERN|EXTERNAL|EXTERNE)\.?$|^(?:EXT|EXTERN|EXTERNAL|EXTERNE)\s+)",
    re.IGNORECASE,
)
"""Marks that gateways and directories put beside the names of outsiders."""
_PRONOUN = (
    r"(?:she|her|hers|he|him|his|they|them|theirs?|ze|zir|xe|xem|it|its|elle|il|lui|iel|ielle|er|ihm|ihn|sie|ihr"
    r"|dey|lei|ella|él|el"
    r"|ellos|elles|any|hen|hon|han|zij|haar|hij|hem|die|hun|ela|ele|all|ask|eux)"
)
_PRONOUNS = re.compile(
    rf"\s*[-\u2013|,;(\[/]*\s*(?<![^\W\d_]){_PRONOUN}(?:\s*/\s*{_PRONOUN})+(?![^\W\d_])\s*[)\]]*"
    rf"|[\s,]*[(\[]\s*{_PRONOUN}\s*[)\]]",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*(?:\([^()]*\)?|\[[^\[\]]*\]?|<[^<>]*>?|(?<!\S)\{[^{}]*\}?)\s*")
_INSIDE = re.compile(r"[(\[{<]+([^()\[\]{}<>]*)")
_WHOLE = re.compile(r"^[(\[{<]+([^()\[\]{}<>]*)[)\]}>]+$")
_BY_LIST_WORDS: Final = (
    r"via|über|tramite|a través de|através de|por meio de|por medio de|mediante|par l['\u2019]intermédiaire de|przez"
    r"|za pośrednictwem|přes|prostřednictvím|cez|prin|prin intermediul|μέσω|через|gennem|gjennom|genom|door middel van"
    r"|door|preko|putem|posredstvom|посредством|por intermédio d[eoa]s?|por intermedio de|através d[oa]s?"
    r"|por meio d[oa]s?|kautta|keresztül|arac\u0131l\u0131\u011f\u0131yla|yoluyla|per mezzo di"
)
_VIA = re.compile(
    r"[\s,(\[]+(?:via|on behalf of|o/b/o|obo|by order of|for and on behalf of|sent by|pour le compte de|de la part de"
    r"|au nom de|par délégation de"
    r"|envoyé par|im auftrag (?:von|der|des)|i\.\s?a\.(?: von)?|im namen (?:von|der|des)|namens|gesendet von"
    r"|per conto di|a nome di|en nombre de|por cuenta de|em nome de|c/o"
    rf"|{_BY_LIST_WORDS})[\s:]+",
    re.IGNORECASE,
)
_BY_LIST = re.compile(rf"(?<!\w)(?:{_BY_LIST_WORDS})(?!\w)", re.IGNORECASE)
"""What mailing lists write between the sender's name and their own, in the language of the list."""
_BY = re.compile(
    r"(?P<before>\S+\s+\S.*?)\s+(?:por|pelo|pela|po|by|through|par|per|durch|för|od)\s+(?P<behind>.+)", re.IGNORECASE
)
"""Words of lists that stand in people's names too, or before those of their offices."""
_ENDS_QUOTED: Final = frozenset("'\"\u2019”»")
_MOST_WORDS: Final = 5
"""Words of a name of which one is Via."""
_SHORTEST_LOCAL: Final = 3
"""Letters of a local part that are more than somebody's initials."""
_BORN = re.compile(r"\s*,?\s+(?:née?|nee|geb\.|geborene?r?|born|épouse|ép\.|veuve|nata|ux\.)\s+\S.*$")
_NICKNAMED = re.compile(
    r"""(?<=[\w.])\s+(?:"([^\s"@]+(?: [^\s"@]+)?)(?:"|$)|“([^\s”@]+(?: [^\s”@]+)?)(?:”|$)"""
    r"""|'([^\s'@]+(?: [^\s'@]+)?)(?:'|$))(?=\s\w|$)"""
)
"""What friends call somebody, between or behind the names: Anne "Nan" Morel."""
_BREAK = re.compile(r"\s*[|⎥│•►]\s*|\s+[-\u2013\u2014/·]+\s+|\s+@\s*|\s+(?:from|at|chez|bei|presso)\s+")
_FOREIGN: Final = [chr(code) for code in (*range(0x2045, 0x3100), *range(0xFE10, 0xFF70))]
_BRACKETS: Final = str.maketrans(
    {sign: "[" for sign in _FOREIGN if unicodedata.category(sign) == "Ps" and sign != "\u301d"}
    | {sign: "]" for sign in _FOREIGN if unicodedata.category(sign) == "Pe" and sign not in "\u301e\u301f"}
    | dict.fromkeys("\u27e8\u27ea\u2329\u3008\u300a\uff1c\u2039", "<")
    | dict.fromkeys("\u27e9\u27eb\u232a\u3009\u300b\uff1e\u203a", ">")
)
"""Brackets of other scripts, read as ours: 【外部】."""
_SIGNS = re.compile(r"^[^\w\s()\[\]{}<>\"'.*#]+\s+(?=\w)|(?<=\w)\s+[^\w\s()\[\]{}<>\"'.*#]+$")
"""A sign that stands alone before or behind a name: a warning, a lock."""
_CLITIC = re.compile(r"(?<!\S)['\u2018\u2019`\u00b4]([TtSs])(?=[\s-]\s*[^\W\d_a-z])")
"""The article of Dutch surnames, 't Hooft and 's Gravesande; until the name is read its apostrophe is a prime."""
_PRIME: Final = "\u2032"
_COURTESY = re.compile(
    r"^(?:den?\s+(?P<heer>heer)|el\s+se[ñn]or|la\s+se[ñn]or(?:a|ita)|il\s+signore?|la\s+signor(?:a|ina)|o\s+senhor|a\s+senhora"
    r"|der\s+herr|die\s+frau)\.?\s+(?=\S)",
    re.IGNORECASE,
)
"""What stands before a name with an article."""
_NICKNAME = re.compile(r"[A-Z][a-z]+(?:_[A-Z][a-z]+)+|[a-z]{2,}(?:_[a-z]{2,})+|[A-Z]{2,}(?:_[A-Z]{2,})+")


@lru_cache(maxsize=65536)
def clean_name(raw: str, local: str, host: str = "") -> tuple[str, int]:
    """Return the name as it should be read, and how good it is (`DERIVED`, `SINGLE` or `FULL`).

    `local` and `host` are the parts of the address: a name is derived from the one where the header has none, and
    together they decide between readings.
    """
    name = _arrange(_strip(prepare(raw), local), local, host).replace(_PRIME, "'")
    if not any(map(str.isalpha, name)):
        return derive_name(local), DERIVED
    is_dotted = " " not in name and re.search(r"[._]", name.strip("._")) and not INITIALS.fullmatch(name)
    if name.casefold() == local.casefold() or is_dotted:
        derived = derive_name(name)
        return derived, FULL if " " in derived and name.casefold() != local.casefold() else DERIVED
    return name, FULL if " " in name else SINGLE


@lru_cache(maxsize=65536)
def derive_name(local: str) -> str:
    """Read a name out of a local part: `john.doe2` is John Doe, `jdoe` stays as it is."""
    words = [word for word in re.split(r"[._]+|\d+$", local.partition("+")[0]) if word]
    if len(words) <= 1 or not all(word.replace("-", "").isalpha() for word in words):
        return clean_text(local)
    return " ".join(f"{word.upper()}." if len(word) == 1 else capitalize(word) for word in words)


@lru_cache(maxsize=1024)
def prepare(raw: str) -> str:
    """Return a displayed name as it was meant, without what is no part of any name: quotes, paths, marks, pronouns."""
    text = clean_text(repair_text(raw)).translate(_BRACKETS).strip()
    if len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES:
        text = text[1:-1].strip()
    text = _CLITIC.sub(rf"{_PRIME}\1", text).strip(QUOTES)
    if _EXCHANGE_PATH.match(text):
        return ""
    text = _NOTES_NAME.sub(r"\1", text).replace('\\"', '"')
    text = _SIGNS.sub("", _MARK.sub(" ", _SIGNS.sub("", text)).strip(QUOTES))
    return _PRONOUNS.sub(_end_name, text).strip(QUOTES + "|")


def _end_name(found: re.Match[str]) -> str:
    """Return what stands for pronouns: a gap amid a name, and its end behind two words."""
    before = found.string[: found.start()].strip(QUOTES)
    return " | " if re.search(r"[\s,]", before) else " "


def split_via(name: str) -> tuple[str, str]:
    """Return the name before `via` or `on behalf of` and the text after it; both empty without such words."""
    found = _VIA.search(name)
    if not found or not any(map(str.isalpha, name[: found.start()])):
        return name, ""
    return name[: found.start()].strip(QUOTES + "|"), name[found.end() :].strip(QUOTES + ")]")


def is_of_list(name: str, local: str) -> bool:
    """Return whether a list wrote the name: `Jane Doe via Contracts`, unless the whole address is made of hers.

    `ma@` is as well that of "M&A" as Marc Aubert's.
    """
    if not _BY_LIST.search(name):
        return _is_by_list(name, local)
    before, behind = split_via(name)
    if not behind or _is_surname_via(name, local):
        return False
    letters, whole = count_explained(before, local)[0], len(re.sub(r"[\W\d_]", "", local.partition("+")[0]))
    of_list = count_explained(behind, local)[0]
    is_hers = letters == whole > of_list and (whole >= _SHORTEST_LOCAL or not of_list)
    return not (is_hers or is_persons(before, local))


def _is_by_list(name: str, local: str) -> bool:
    """Return whether a list wrote the name with a word that is a surname too: João Silva por Contratos at `contratos@`.

    The whole address must be made of what stands behind the word, and have nothing of the name before it.
    """
    found = _BY.fullmatch(name)
    if found is None or fold(found["behind"]).partition(" ")[0] in KNOWN_NAMES:
        return False
    whole = len(re.sub(r"[\W\d_]", "", local.partition("+")[0]))
    of_list = count_explained(found["behind"], local)[0]
    return whole >= _SHORTEST_LOCAL and of_list == whole and not count_explained(found["before"], local)[0]


def _is_surname_via(name: str, local: str) -> bool:
    """Return whether Via is part of somebody's name, as the whole address says: Dalla Via Renata at `r.dallavia@`."""
    found = _BY_LIST.search(name)
    before, behind = split_via(name)
    if found is None or len(name.split()) > _MOST_WORDS or name[: found.start()].rstrip()[-1:] in _ENDS_QUOTED:
        return False
    is_hers = count_explained(before, local)[0] > 0 or not count_explained(behind, local)[0]
    if has_word(found[0], local):
        return (is_hers or not KNOWN_NAMES.isdisjoint(fold(behind).split())) and is_persons(name, local)
    return (
        " " not in before
        and has_word(before, local)
        and has_word(behind, local)
        and is_persons(f"{before} {behind}", local)
    )


def _strip(name: str, local: str) -> str:
    """Take away what is not the name: addresses, asides, on whose behalf, where from."""
    name = _drop_courtesy(drop_device(_PREFIX.sub("", name)), local)
    if "@" in name:
        name = _NOTES_PATH.sub(r"\1", name)
        name = _SPACED.sub(" ", name)
        name = re.sub(r"^via\s.*", "", _ADDRESS.sub(" ", name).strip(), flags=re.IGNORECASE)
        if re.search(r"\S@\S", name):
            return ""
    before, behind = split_via(name)
    if behind and not _is_surname_via(name, local):
        is_behind = count_explained(behind, local)[0] > count_explained(before, local)[0]
        name = behind if is_behind or is_of_list(name, local) else before
    name = _WHOLE.sub(r"\1", name.strip(QUOTES))
    bare = _ASIDE.sub(" ", name).strip(QUOTES)
    if bare != name and not count_explained(bare, local)[0]:  # Vernet & Moss (Nora Roe)
        bare = next((part for part in _INSIDE.findall(name) if is_persons(part, local)), bare)
    if not any(map(str.isalpha, bare)):
        bare = " ".join(_INSIDE.findall(name))
    name = drop_numbers(_BORN.sub("", _drop_nickname(bare, local)))
    return _choose_segment(drop_stop(name.strip(QUOTES + ",;-\u2013_")), local)


def _drop_courtesy(name: str, local: str) -> str:
    """Leave out `De heer` before a name, and not the surname De Heer."""
    found = _COURTESY.match(name)
    if found is None:
        return name
    rest, heer = name[found.end() :], found["heer"]
    is_surname = bool(heer) and not heer.islower() and (" " not in rest or has_word(heer, local))
    return name if is_surname else rest


def _drop_nickname(name: str, local: str) -> str:
    """Leave out what friends call somebody, unless the address does too: Robert "Bob" Smith at `bob@`."""
    found = _NICKNAMED.search(name) if any(quote in name for quote in "\"'“") else None
    if found is None:
        return name
    bare = f"{name[: found.start()]} {name[found.end() :]}".strip()
    nickname = "".join(filter(None, found.groups()))
    return name if has_word(nickname, local) and not is_persons(bare, local) else bare


def _choose_segment(name: str, local: str) -> str:
    """Return the part of `Jane Roe | Acme` that is the person's: the one that the address is made of, or the first."""
    segments = [part for part in (part.strip(QUOTES) for part in _BREAK.split(name)) if part]
    if len(segments) > 1:
        persons = next((part for part in segments if is_persons(part, local)), "")
        whole = " ".join(segments)
        name = persons or (whole if is_persons(whole, local) else segments[0])
    return _read_slashes(_read_label(name, local), local)


def _read_label(name: str, local: str) -> str:
    """Take the group off `Doe, John:GROUP`, and the word or the firm off `GitAuthor: John Doe`."""
    first, colon, rest = (part.strip(QUOTES) for part in name.partition(":"))
    if not colon or not first or not rest:
        return first or rest
    is_behind = " " in rest and (" " not in first or is_firm(first))
    return rest if is_behind or is_persons(rest, local) else first


def _read_slashes(name: str, local: str) -> str:
    """Take the units off `John Doe/Paris/DELTA`, and turn `DOE/JOHN`."""
    first, slash, rest = (part.strip() for part in name.partition("/"))
    if not slash or " " in first:
        return first if slash else name
    pair = f"{rest} {first}"
    return pair if " " not in rest and "/" not in rest and is_persons(pair, local) else name


def _arrange(name: str, local: str, host: str) -> str:
    """Put the first name first, drop titles and a doubled surname, and lower the voice."""
    if _NICKNAME.fullmatch(name) and name.casefold() != local.casefold():
        name = name.replace("_", " ")
    text, is_settled = read_commas(name, local, host)
    words = drop_firm(drop_titles(text.split(), local), local)
    if len(words) > 1 and "." in words[0] and words[0].lower().rpartition(".")[2] == words[-1].lower():
        words = [*words[0].rpartition(".")[0].split("."), *words[1:]]
    if has_initials_last(words, local):
        return f"{words[1]} {capitalize(words[0]) if words[0].isupper() else words[0]}"
    is_settled = is_settled or ends_loud(words)
    front = 0 if is_settled else count_surname(words, local, host)
    words = write_capitals(words, front, local, host)
    is_last_first = not (is_settled or front) and is_turned(words, local)
    return " ".join([words[-1], *words[:-1]] if is_last_first else words).strip(QUOTES + ",;")
