"""Look up and fill the texts that people read: `<language>/texts/<room>.toml`, read once.

The room of a command has its phrases too, under `[[commands]]`; they are no texts (`vocabulary_loader.py` reads them).
A text is a string with gaps (`"{name} is now a client"`), or a table of plurals (`one`, `other`, and whatever else the
language has) from which `count` chooses. A gap may have the words that agree with a whole number that is not `count`:
`{days:# day|# days}` says the number in the place of `#`.
"""

import functools
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import structlog
from babel import Locale

from bot.language.formats import say_number
from bot.language.tokenizer import fold
from bot.turn import Language

FOLDER = Path(__file__).parent
LANGUAGES: tuple[Language, ...] = tuple(sorted(path.parent.name for path in FOLDER.glob("*/language.toml")))
"""Every folder here with a `language.toml`."""
FALLBACK: Language = "en"
COMMANDS = "commands"
"""The table of a room that has phrases in place of texts."""
PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})

_ELIDING = frozenset({"fr"})
_BEFORE_GAP = re.compile(r"\b([dD]|[qQ]u)e \{(\w+)\}")
_SOUNDS_OPEN = re.compile(
    r"[aeiou]|y(?![aeiou])|h(?:elen|eloise|enri|erbert|ermin|erve|ilair|ippol|onor|orten|ubert|ugue|yacinth)"
)
"""Beginnings that "de" and "que" are shortened before: vowels, and names in which the h is not heard ("d'Hélène")."""

log = structlog.get_logger(__name__)

Plural = dict[str, str]
Catalogue = dict[str, str | Plural]


class MissingTextWarning(UserWarning):
    """A language lacks a text. Tests treat this as an error; the service shows the English text or the key instead."""


def say(language: Language, key: str, **values: Any) -> str:
    """Return the text `room.key` in a language, its gaps filled with `values`; `count` chooses among plurals.

    Without a text in the language the English one is returned, without that the key; both are logged.
    """
    text = load_texts(language).get(key)
    if text is None:
        text = _find_elsewhere(language, key)
    if "count" in values:
        count = values["count"]
        if isinstance(text, dict):
            text = text.get(_choose_plural(language, count)) or text["other"]
        values["count"] = say_number(language, count)
    elif isinstance(text, dict):
        text = text["other"]
    return fill(language, text, values) if values else text


def fill(language: Language, text: str, values: Mapping[str, Any]) -> str:
    """Return a text with its gaps filled as the language writes it: "connue d'Anne"."""
    if language in _ELIDING and "e {" in text:
        text = _elide(text, values)
    return text.format_map({name: _agree(language, value) for name, value in values.items()})


def _agree(language: Language, value: Any) -> Any:
    return _Number(value, language) if type(value) is int else value


class _Number:
    """A whole number in a gap: with the words for one thing or for several, where the gap has them."""

    def __init__(self, value: int, language: Language) -> None:
        self._value = value
        self._language = language

    def __str__(self) -> str:
        return str(self._value)

    def __format__(self, words: str) -> str:
        if "|" not in words:
            return format(self._value, words)
        one, other = words.split("|")
        chosen = one if _choose_plural(self._language, self._value) == "one" else other
        return chosen.replace("#", say_number(self._language, self._value))


def _elide(text: str, values: Mapping[str, Any]) -> str:
    """Shorten "de" and "que" before what begins with a vowel."""

    def shorten(found: re.Match[str]) -> str:
        is_shortened = _SOUNDS_OPEN.match(fold(str(values.get(found[2], ""))))
        return f"{found[1]}'{{{found[2]}}}" if is_shortened else found[0]

    return _BEFORE_GAP.sub(shorten, text)


def choose_language(locale: str | None, default: str = FALLBACK) -> Language:
    """Return the language of a locale such as `fr-CA`, or of `default` where Carnet does not speak that language.

    Any way to write a locale is accepted: `FR`, `fr_ca`, ` Fr-fr.UTF-8`.
    """
    wanted = [_find_language(name or "") for name in (locale, default)]
    return next((language for language in wanted if language in LANGUAGES), FALLBACK)


_THREE_LETTERS: Final = {"fra": "fr", "fre": "fr", "eng": "en"}
"""ISO 639-2, as some systems write a language."""


def _find_language(locale: str) -> str:
    name = re.split(r"[^a-z]", locale.strip().lower(), maxsplit=1)[0]
    return _THREE_LETTERS.get(name, name)


def name_language(language: Language) -> str:
    """Return a language's name, as its speakers write it."""
    return str(tomllib.loads((FOLDER / language / "language.toml").read_text(encoding="utf-8"))["name"])


@functools.cache
def load_texts(language: Language) -> Catalogue:
    """Read all texts of a language by key (`room.key`); an unknown language has no texts."""
    texts: Catalogue = {}
    for room, table in read_tables(language, "texts"):
        _flatten(room, {key: text for key, text in table.items() if key != COMMANDS}, texts)
    return texts


def read_tables(language: Language, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the files of a folder of a language, each with its name, in the order of their names."""
    for path in sorted((FOLDER / language / folder).glob("*.toml")):
        yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))


def _flatten(prefix: str, table: dict[str, Any], texts: Catalogue) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict) and not is_plural(value):
            _flatten(name, value, texts)
        else:
            texts[name] = value


def is_plural(table: dict[str, Any]) -> bool:
    """Return whether a table is one text in its plural forms, rather than a group of texts."""
    return "other" in table and table.keys() <= PLURALS


@functools.lru_cache(maxsize=8_192)
def _choose_plural(language: Language, count: float) -> str:
    return str(Locale.parse(language).plural_form(abs(count)))


def _find_elsewhere(language: Language, key: str) -> str | Plural:
    warnings.warn(f"no text {key!r} in {language!r}", MissingTextWarning, stacklevel=3)
    log.warning("text_missing", language=language, key=key)
    return load_texts(FALLBACK).get(key, key)
