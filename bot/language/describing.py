"""A filter said in words, so that a misunderstanding is seen."""

from collections.abc import Mapping

from bot.turn import Language
from storage.filters import Filter


def describe(filter_: Filter, language: Language, names: Mapping[str, str] | None = None) -> str:
    """Return a filter in words: `Companies of mine · clients · partner Anne Martin · no contact for 3 months`.

    `names` gives the names behind ids: `partner`, `known_by`, `company`. What it returns can be typed, and means the
    same filter.
    """
    raise NotImplementedError
