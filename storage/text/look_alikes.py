"""Names that are written to be taken for others: letters of another alphabet that look like ours.

Such a name mixes two alphabets in one word (the first letter of Acme is a Cyrillic one), or is in one alphabet of whose
letters every one looks like a Latin one. A name in another alphabet that shows itself as such is none of these.
"""

import re
import unicodedata
from typing import Final

_LIVING: Final = "\u0370-\u058f\u1c80-\u1c8f\u1f00-\u1fff\u2de0-\u2dff\ua640-\ua69f"
"""Greek, Cyrillic and Armenian: firms are called so, and many letters are like Latin ones."""
_STRANGE: Final = (
    "\u13a0-\u13ff\u2c80-\u2cff\ua4d0-\ua4ff\uab70-\uabbf"
    "\U00010280-\U000103ff\U00010400-\U0001044f\U000118a0-\U000118ff"
)
"""Cherokee, Coptic, Lisu, Old Italic, Gothic, Deseret and their like: whoever writes a name in one imitates another."""
_PHONETIC: Final = "ɑɡɩɪɴʀʏʙʜʟᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱ"
"""Latin letters of phonetics and small capitals, which no name is written with."""
_OTHERS: Final = re.compile(f"[{_LIVING}{_STRANGE}{_PHONETIC}]")
_IMITATION: Final = re.compile(f"[{_STRANGE}{_PHONETIC}]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LIKE_LATIN: Final = frozenset(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜЗЬӀаеѕіјорсухһԁԛԝӏҽѵѡьг"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹοαινυρτκχϲϳ"  # Greek
    "ՕՏՍԼօոսհցյ"  # Armenian
)


def find_disguise(name: str) -> str:
    """Return the alphabet (`Cyrillic`) whose letters a name uses to look Latin; empty for an ordinary name."""
    found = _OTHERS.search(name)
    if found is None:
        return ""
    if imitation := _IMITATION.search(name):
        return _name_alphabet(imitation[0])
    words = [word for word in _WORD.findall(name) if _OTHERS.search(word)]
    is_mixed = any(len(set(map(_name_alphabet, word))) > 1 for word in words)
    looks_latin = all(letter in _LIKE_LATIN for word in words for letter in word)
    return _name_alphabet(found[0]) if is_mixed or looks_latin else ""


def mark_disguise(text: str) -> str:
    """Return the note to show behind a name that may imitate another one; empty for an ordinary name."""
    alphabet = find_disguise(text)
    mark = f" ({alphabet})" if alphabet else ""
    return "" if mark in text else mark


def show_name(name: str) -> str:
    """Return a name with the alphabet behind it, where it may be taken for another."""
    return name + mark_disguise(name)


def _name_alphabet(letter: str) -> str:
    if letter in _PHONETIC:
        return "IPA"
    name = unicodedata.name(letter, "?")
    return "Old Italic" if name.startswith("OLD ITALIC") else name.partition(" ")[0].capitalize()
