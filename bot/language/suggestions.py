"""Suggest the questions nearest to a sentence that was not understood; none of them writes.

A name in one is a gap (`{company}`), filled with a name of the reader's own.
"""

import functools
import re
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from bot.language.texts import FALLBACK, fill
from bot.language.tokenizer import fold
from bot.language.vocabulary_loader import load_vocabulary
from bot.turn import Language

_COUNT = 3
_GAP = re.compile(r"\{(\w+)\}")
_LONGEST = 120
"""Characters that are compared."""


def suggest(text: str, language: Language) -> list[str]:
    """Return example sentences in a language, nearest to the text first."""
    examples = _load_examples(language)
    nearest = process.extract(fold(text[:_LONGEST]), examples, scorer=fuzz.token_sort_ratio, limit=_COUNT)
    return [example for _, _, example in nearest]


def fill_in(language: Language, sentences: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences with names in their gaps; those that have a gap without a name are left out."""
    gaps = ((sentence, _GAP.findall(sentence)) for sentence in sentences)
    return tuple(fill(language, sentence, names) for sentence, found in gaps if names.keys() >= set(found))


@functools.cache
def _load_examples(language: Language) -> dict[str, str]:
    """Return each example sentence with its folded form, which is compared."""
    examples = load_vocabulary().examples
    return {example: fold(_GAP.sub("", example)) for example in examples.get(language) or examples[FALLBACK]}
