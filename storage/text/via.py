"""What mailing lists and secretaries write behind a name: `Jane Doe via Contracts`, `Eva Klein i.A. Paul Roy`."""

import re
from typing import Final

from storage.text.name_commas import QUOTES
from storage.text.name_evidence import KNOWN_NAMES, count_explained, has_word, is_persons
from storage.text.names import fold

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
    if not behind or is_surname_via(name, local):
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


def is_surname_via(name: str, local: str) -> bool:
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
