"""Names that are written to be taken for others: letters that look like ours and are not.

Such a name mixes two alphabets in one word (the first letter of Acme is a Cyrillic one), is written in another
alphabet with nothing but letters that look Latin, or has signs that stand for letters (a mathematical A, a Roman
fifty). Which letters look like ours is Unicode's word (`latin_look_alikes.txt`).
East Asian and Thai letters stand beside Latin ones without a space: there it is their shape, their standing between
Latin ones, or that they are one alone, that tells.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

from storage.text.dotless import DOTLESS, find_dotless
from storage.text.letter_signs import find_blank, find_sign
from storage.text.word_lists import read_list

_PLAINLY_LATIN: Final = re.compile("[\0-\u024f\u1e00-\u1eff\u2010-\u2027]*")
"""Most names: nothing more is asked of them."""
_PARTS: Final = re.compile(r'[\s,;:«»"“”()]+|[^\s,;:«»"“”()]+')
"""Words, and what stands between them."""
_RECOMMENDED: Final = frozenset(
    [
        "Latin",
        "Cyrillic",
        "Greek",
        "Armenian",
        "Hebrew",
        "Arabic",
        "Thaana",
        "Devanagari",
        "Bengali",
        "Gurmukhi",
        "Gujarati",
        "Oriya",
        "Tamil",
        "Telugu",
        "Kannada",
        "Malayalam",
        "Sinhala",
        "Thai",
        "Lao",
        "Tibetan",
        "Myanmar",
        "Georgian",
        "Ethiopic",
        "Khmer",
        "Cjk",
        "Hiragana",
        "Katakana",
        "Ideographic",
        "Hangul",
        "Bopomofo",
    ]
)
"""What names are written in today (UAX 31, table 5); whoever writes a word that looks Latin in another imitates."""
_PHONETIC: Final = frozenset("ɑⱭɡꞬɢɦɫɼɾʌⱺᵯɩƖɪꞮɴʀƦʏʙʜʟᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱƄƅǀȷĸſƿƍƧƨƼƽȜȢȣɯᴑᶃᶌẝỿꝚꝪꝮꞘꞙꞟꞫꞲꭓꞳꞴꬲꬵꬽꭇꭈꭎꭒꭚ")
"""Latin letters of phonetics, small capitals and manuscripts, with their capitals; hardly a name is written so."""
_UNSPACED: Final = frozenset(
    {"Cjk", "Hiragana", "Katakana", "Ideographic", "Hangul", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar"}
)
"""Alphabets whose names run on into Latin ones without a space (Sony株式会社)."""
_SHAPED: Final = frozenset("口囗回日曰工丁丅丄卜十乂丫一丨丿亅〇ロニエトノハヘーㅇㅣㅡㅗㅜㅏㅓㅌ人入川巳己凵匚冂")
"""East Asian letters that are drawn as Latin ones are."""
_LIKE_LATIN: Final = frozenset("".join(read_list("latin_look_alikes.txt"))) | _PHONETIC | frozenset("мκχ")
"""Unicode's list leaves small letters out that are drawn as ours are, though not to a hair."""
_NEARLY: Final = frozenset("вкнптшτηωε")
"""Small letters that pass for ours where the rest of a name does: one in it, for with two it shows."""
_OF_SCIENCE: Final = frozenset("\u03b1\u03b3")
"""Alpha and gamma: firms are called after these letters by themselves, and no letter of ours stands so."""
_LIVING: Final = frozenset({"Cyrillic", "Greek", "Armenian"})
"""Firms are called so, and many letters are like Latin ones."""
_RARE: Final = frozenset("ЅԌԚԜӀҮҺѕһԁԛԝӏҽѵѡϲϳϹ")
"""Letters that look Latin and that hardly a living name is written with: they tell in a name of one alphabet too."""


def find_disguise(name: str) -> str:
    """Return the alphabet (`Cyrillic`) whose letters a name uses to look Latin; empty for an ordinary name."""
    if _is_plain(name):
        return ""
    sign = find_sign(name, is_wide=_is_wide(name), look_alikes=_LIKE_LATIN)
    numbers = next(filter(None, map(_find_mixed_numbers, name.split())), "")
    return find_blank(name) or sign or numbers or _find_in_words(list(_split(name))) or find_dotless(name)


def mark_disguise(text: str) -> str:
    """Return the note to show behind a name that may imitate another one; empty for an ordinary name."""
    alphabet = find_disguise(text)
    mark = f" ({alphabet})" if alphabet else ""
    return "" if mark in text else mark


def show_name(name: str) -> str:
    """Return a name with the alphabet behind it, where it may be taken for another."""
    return name + mark_disguise(name)


def mark_names_in(sentence: str) -> str:
    """Return a sentence of ours with the alphabet behind each name in it that may be taken for another.

    Names are told from our words, and from each other, by what stands between them: plain words, commas, quotes.
    """
    parts, marked = _PARTS.findall(sentence), ""
    while parts:
        name = parts.pop()
        if not _is_plain(name):
            while parts[-1:] == [" "] and len(parts) > 1 and not _is_plain(parts[-2]):
                name = f"{parts[-2]} {name}"
                del parts[-2:]
            mark = mark_disguise(name)
            name += "" if marked.startswith(mark) else mark
        marked = name + marked
    return marked


def _is_plain(word: str) -> bool:
    return _PLAINLY_LATIN.fullmatch(word) is not None and _PHONETIC.isdisjoint(word) and DOTLESS not in word


def _find_in_words(words: list[str]) -> str:
    """Return the alphabet that imitates, by the levels of UTS 39: each word by itself is of one script, or East Asian.

    A name of a living alphabet is what it is where one of its words does not look Latin. Where all do, nothing in
    the name tells it from a Latin one: the alphabet is said, of an honest firm too.
    """
    for word in words:
        if found := _find_mixed(word):
            return found
    living = [word for word in words if get_alphabet(word[0]) in _LIVING]
    is_near = sum(letter in _NEARLY for word in living for letter in word) == 1
    like = [word for word in living if all(_looks_latin(letter) or (is_near and letter in _NEARLY) for letter in word)]
    told = [word for word in like if not _RARE.isdisjoint(word)]
    if not told and len(like) == len(living):
        told = [word for word in like if word not in _OF_SCIENCE]
    return get_alphabet(told[0][0]) if told else ""


def _looks_latin(letter: str) -> bool:
    """Say whether a letter is drawn as one of ours; marks above it do not hide that."""
    return letter in _RARE or (letter not in _NEARLY and unicodedata.normalize("NFD", letter)[0] in _LIKE_LATIN)


def _find_mixed(word: str) -> str:
    """Return the other alphabet in a word, where one word has no business to have two."""
    runs = [(alphabet, list(letters)) for alphabet, letters in groupby(word, get_alphabet)]
    kinds = {alphabet for alphabet, _ in runs}
    rare = next((alphabet for alphabet, _ in runs if alphabet not in _RECOMMENDED), "")
    if rare and (len(kinds) > 1 or 2 * sum(map(_looks_latin, word)) >= len(word)):
        return rare
    if strange := [alphabet for alphabet, _ in runs if alphabet not in _UNSPACED and alphabet != "Latin"]:
        return strange[0] if len(kinds) > 1 else ""
    return _find_shaped(runs) if "Latin" in kinds else ""


def _find_mixed_numbers(word: str) -> str:
    """Return the alphabet of the digits in a word that has ours as well: UTS 39 allows a word digits of one kind."""
    digits = [letter for letter in word if letter.isdecimal()]
    strange = [letter for letter in digits if not unicodedata.normalize("NFKC", letter).isascii()]  # not wide ones
    return get_alphabet(strange[0]) if 0 < len(strange) < len(digits) else ""


def _find_shaped(runs: list[tuple[str, list[str]]]) -> str:
    """Return the alphabet of letters that stand among Latin ones by their shape alone."""
    parts = [(is_latin, list(inner)) for is_latin, inner in groupby(runs, lambda run: run[0] == "Latin")]
    for place, (is_latin, inner) in enumerate(parts):
        letters = [letter for _, run in inner for letter in run]
        is_between = 0 < place < len(parts) - 1
        is_one = len(letters) == 1 and (is_between or inner[0][0] != "Cjk")  # X線, and no Katakana before XA
        is_alone = is_one or (is_between and inner[0][0] in {"Lao", "Khmer", "Myanmar"})
        if not is_latin and (is_alone or all(letter in _SHAPED or letter in _LIKE_LATIN for letter in letters)):
            return inner[0][0].replace("Cjk", "CJK")
    return ""


def _split(name: str) -> Iterator[str]:
    """Give the words: letters, and digits that are not ours, in one row; marks on letters are left out."""
    word = ""
    for letter in [*name, " "]:
        category = unicodedata.category(letter)
        if category.startswith("M") or category in {"Lm", "Cf"}:
            continue
        if (category[0] == "L" or (category == "Nd" and not letter.isascii())) and get_alphabet(letter):
            word += letter
        elif not (category == "Nd" and word):  # Goog1e is one word
            if word:
                yield word
            word = ""


def _is_wide(name: str) -> bool:
    """Say whether a name is East Asian: Latin letters of full width are ordinary in it."""
    return any(get_alphabet(letter) in _UNSPACED for letter in name)


@lru_cache(4096)
def get_alphabet(letter: str) -> str:
    """Return the alphabet of a letter (`Latin`); empty for a sign that belongs to none."""
    if letter in _PHONETIC:
        return "IPA"
    name = unicodedata.name(letter, "").removeprefix("EXTENDED ")
    first = name.partition(" ")[0].partition("-")[0]
    if first in {"MICRO", "FEMININE", "MASCULINE", "MODIFIER"}:
        return ""
    if first in {"FULLWIDTH", "HALFWIDTH"}:
        first = name.split(" ")[1].partition("-")[0]
    return "Old Italic" if name.startswith("OLD ITALIC") else first.capitalize()
