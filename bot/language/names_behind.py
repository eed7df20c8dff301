"""Find a name behind the noun of a list whose words mean something as well: `all contacts noel`, `contacts fournier`.

The sentence alone cannot tell: whether anybody is called so, the book knows.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.language.lists import build
from bot.language.parser import parse_sentence
from bot.language.sentence import Sentence
from bot.language.sentence_core import Core
from bot.language.vocabulary import Vocabulary
from storage.lists.filters import to_json

_NOUNS = frozenset({"<contacts>", "<companies>", "{type}"})
_MOST = 3
"""Words of a name."""
_IN_NAMES = frozenset({"word", "elided", "quoted", "suffix"})


def find_named(
    sentence: Sentence, core: Core, vocabulary: Vocabulary, today: date, read: Callable[[str], Sentence]
) -> dict[str, Any] | None:
    """Return the filter (JSON) of those in a list who are called as the words behind its noun; None if there are none.

    `read` cuts a text into words.
    """
    start, end = core
    noun = next((place for place in range(start, end) if not _NOUNS.isdisjoint(sentence.symbols[place])), end)
    begin = max((match[1] for match in sentence.matches[noun] if match[0] in _NOUNS), default=end)
    if not _may_be_name(sentence, range(begin, end), vocabulary):
        return None
    before = read(sentence.raw(start, begin))
    listing = build(before, parse_sentence(before, vocabulary)[1], today)
    if listing.left_over or listing.negations or not listing.has_subject:
        return None
    filter_ = listing.to_filter()
    scope = filter_.scope if listing.is_scope_given else "firm"
    return to_json(filter_.changed(text=sentence.raw(begin, end), scope=scope))


def _may_be_name(sentence: Sentence, places: range, vocabulary: Vocabulary) -> bool:
    """Return whether words may be a name: one that is no noun of lists, or a few that mean nothing by themselves."""
    words = [sentence.words[place] for place in places]
    if not 0 < len(words) <= _MOST or not all(word.kind in _IN_NAMES for word in words):
        return False
    is_noun = words[-1].text in vocabulary.known and not _NOUNS.isdisjoint(sentence.symbols[places[-1]])
    if not sentence.may_begin[places[0]] or is_noun:
        return False
    known = [word for word in words if word.kind == "word" and not word.is_capital and word.text in vocabulary.known]
    return len(words) == 1 or not known
