"""Find the words of a sentence that are probably the name of a company or a person."""

from bot.language.command_data import is_shown
from bot.language.parser import Clause
from bot.language.sentence import COST_OF_FUNCTION, SIGNS, Sentence
from bot.language.sentence_core import ORDERS, Core
from bot.language.vocabulary import Vocabulary

_ANY_FEW, _FEW_IN_LOWER_CASE = 2, 5
"""Words: up to the first number any may be a name, up to the second they need no capital."""
_FIXED = (None, "me", "nobody")


def is_name_like(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether most of some words are unknown, and they are few or one has a capital."""
    words = [index for index in range(start, end) if sentence.words[index].kind not in SIGNS]
    plain = sum(sentence.costs[index] >= COST_OF_FUNCTION for index in words)
    if len(words) > _ANY_FEW and 2 * plain > len(words):
        return False
    return any(sentence.words[index].is_capital for index in words) or len(words) <= _FEW_IN_LOWER_CASE


def has_letters(sentence: Sentence, start: int, end: int) -> bool:
    """Return whether any character of some words is a letter."""
    return any(map(str.isalpha, sentence.raw(start, end)))


def list_names(clause: Clause) -> list[tuple[int, int]]:
    """Return the places of the names in a command; `me`, `nobody` and `it` are not names."""
    said = {slot: clause.values.get(slot) for slot in ("name", "person")}
    return [clause.places[slot] for slot, name in said.items() if name not in _FIXED and not is_shown(name)]


def find_asked_name(sentence: Sentence, core: Core, vocabulary: Vocabulary) -> str | None:
    """Return the name in a question, if it is the only part that is unknown and has a capital."""
    start, _end = core
    if not (sentence.is_question or any("<question>" in symbols for symbols in sentence.symbols[: start + 1])):
        return None
    name = find_only_name(sentence, core, vocabulary)
    return name if name and any(letter.isupper() for letter in name) else None


def find_only_name(sentence: Sentence, core: Core, vocabulary: Vocabulary) -> str | None:
    """Return the words of a sentence that are unknown, if they stand together and nothing in it is an order."""
    start, end = core
    name = [index for index in range(start, end) if _is_unknown(sentence, index, vocabulary)]
    if not name or name[-1] - name[0] >= len(name):
        return None
    has_order = any(not ORDERS.isdisjoint(symbols) for symbols in sentence.symbols[start:end])
    return None if has_order else sentence.raw(name[0], name[-1] + 1)


def _is_unknown(sentence: Sentence, index: int, vocabulary: Vocabulary) -> bool:
    word = sentence.words[index]
    return word.kind not in SIGNS | {"suffix", "elided"} and word.text not in vocabulary.known
