"""Find negations that were not understood (`not`, `except`, `never`, `only`); a sentence with one is given no list.

A list that ignored the negation would be the opposite of what was asked.
"""

import itertools
from collections.abc import Iterable, Iterator

from bot.language.parser import Clause, Parse
from bot.language.sentence import TURNING, Sentence
from bot.language.sentence_core import find_core

_NEGATING = TURNING - {"<only>"}
_PLACES = ("name", "person", "text")
"""Slots filled by any words: a negation found in one is taken for a negation, unless its capital shows a name."""
_FIXED_PEOPLE = frozenset({"me", "nobody", "anyone"})
_MAY_BE_ONLY = frozenset({"of", "type", "scope", "sort", "first", "group", "text", "partner", "company", "whose"})
"""Effects that `only` does not change. It does change others: `only known by Anne` excludes whom others know too."""

_NARROWING = frozenset(
    {"partner", "not_partner", "known_by", "not_known_by", "not_met_by", "whose", "company", "mail", "meeting", "last"}
)
"""Effects that say which of those that were named."""


def find_negations(sentence: Sentence, parse: Parse, left_over: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the places of negations that were not understood, each with the words around it that were not either."""
    found = [span for span in left_over if any(_negates(sentence, place) for place in range(*span))]
    for clause in parse.clauses:
        found += [place for place in _list_names(clause) if any(_negates(sentence, index) for index in range(*place))]
    return sorted(
        {*found, *_find_only(parse), *_find_lonely(parse, left_over), *_find_narrow_exceptions(sentence, parse)}
    )


def is_bare_nothing(sentence: Sentence, parse: Parse, clause: Clause) -> bool:
    """Return whether a type is none only because of a word that may deny what stands beside it.

    So it is with `none` alone, and with `without a type` of what has one (`clients without a type`), unless `or` joins
    the two.
    """
    if "type" not in clause.meaning.name or clause.values.get("type") != "none":
        return False
    start, end = clause.places["type"]
    words = range(clause.start, clause.end)
    if not _negates(sentence, start) or any("<or>" in sentence.symbols[place] for place in words):
        return False
    has_type = any(other.values.get("type", "none") != "none" for other in parse.clauses)
    return has_type or (end == start + 1 and not any("<type>" in sentence.symbols[place] for place in words))


def denies_showing(sentence: Sentence) -> bool:
    """Return whether the sentence asks that nothing be shown: `don't show my clients`, `ne montre pas tout`."""
    for place in range(find_core(sentence)[0] + 1):
        ends = {match[1] for match in sentence.matches[place] if match[0] in {"<not>", "<deny>"}}
        if any("<show>" in sentence.symbols[end] for end in ends):
            return True
    return False


def _negates(sentence: Sentence, place: int) -> bool:
    word = sentence.words[place]
    return (
        not _NEGATING.isdisjoint(sentence.symbols[place])
        and word.kind != "quoted"
        and not _is_name_like(sentence, place)
    )


def _is_name_like(sentence: Sentence, place: int) -> bool:
    return place > 0 and sentence.words[place].is_capital


def _list_names(clause: Clause) -> Iterator[tuple[int, int]]:
    """Give the places of the names in a clause; `me` and `nobody` are not names."""
    return ((start, end) for slot, value, start, end in clause.spans if slot in _PLACES and value not in _FIXED_PEOPLE)


def _find_lonely(parse: Parse, left_over: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give the places of `only` beside words that were not understood: it may be of them."""
    spans = list(left_over)
    for clause in parse.clauses:
        if clause.meaning.name == "only":
            for start, end in spans:
                if start == clause.end or end == clause.start:
                    yield min(start, clause.start), max(end, clause.end)


def _find_narrow_exceptions(sentence: Sentence, parse: Parse) -> Iterator[tuple[int, int]]:
    """Give the places of `except clients of Anne`: no filter leaves out some of a type, and keeps the others."""
    for clause, other in itertools.pairwise(parse.clauses):
        is_exception = clause.meaning.name == "type.not" and "<but>" in sentence.symbols[clause.start]
        is_narrow = not _NARROWING.isdisjoint(effect.split(".")[0] for effect in other.meaning.name.split())
        if is_exception and is_narrow and clause.end == other.start and not _is_apart(sentence, other):
            yield clause.start, other.end


def _is_apart(sentence: Sentence, clause: Clause) -> bool:
    """Return whether a comma or an `and` parts a clause from the one before it."""
    return bool({"<break>", "<joint>"} & set(sentence.symbols[clause.start]))


def _find_only(parse: Parse) -> Iterator[tuple[int, int]]:
    """Give the places of `only` where it stands beside a clause whose meaning it changes."""
    for place, clause in enumerate(parse.clauses):
        if clause.meaning.name != "only":
            continue
        near = parse.clauses[place + 1 : place + 2] or parse.clauses[max(place - 1, 0) : place]
        for other in near:
            kinds = {effect.split(".")[0] for effect in other.meaning.name.split()}
            if not kinds <= _MAY_BE_ONLY:
                yield clause.start, max(clause.end, other.end)
