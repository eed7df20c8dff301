"""Build the list that a sentence asks for from the clauses of its parse."""

from dataclasses import replace
from datetime import date

from bot.language.list_effects import SUBJECT, apply_clause
from bot.language.list_request import ListRequest
from bot.language.negation import find_negations
from bot.language.not_understood import is_alternative, is_denied, join_left_over, list_kinds
from bot.language.parser import Clause, Parse
from bot.language.sentence import Sentence
from storage.lists.filters import Subject
from storage.lists.periods import Period

_LATE = {"new": -1, "not_company": 1, "company": 1, "whose": 2, "first": 3}
"""Effects applied after others, in this order: what `of Anne` means depends on whether a company is named."""
_RECENT = Period("within", days=30)
"""What is new, where no period was said."""
_LISTED = frozenset({"<companies>", "<contacts>"})
_APART = frozenset({"·", "•", "|"})


def build_nearest(sentence: Sentence, parse: Parse, negation: int, today: date) -> ListRequest:
    """Build the list from the clauses before a negation that was not understood."""
    clauses = [clause for clause in parse.clauses if clause.end <= negation]
    return build(sentence, replace(parse, clauses=clauses, unknown=[]), today)


def build(sentence: Sentence, parse: Parse, today: date, of: Subject | None = None) -> ListRequest:
    """Build a list from the clauses of a parse; of two that contradict each other, the second is left over.

    `of` is what is listed unless the sentence says it.
    """
    listing = ListRequest(parts={"of": of} if of else {})
    for clause in sorted(parse.clauses, key=lambda clause: _LATE.get(clause.meaning.name, 0)):
        is_other = is_denied(sentence, parse, clause) or is_alternative(sentence, parse, clause)
        is_meant = not (is_other or _is_dated_meeting(sentence, parse, clause) or _is_named_list(sentence, clause))
        if not is_meant or not apply_clause(listing, clause, today):
            listing.left_over.append((clause.start, clause.end))
    if listing.is_new:
        listing.parts.setdefault("first", _RECENT)
    if any("<we>" in sentence.symbols[place] for clause in parse.clauses for place in range(clause.start, clause.end)):
        listing.parts.setdefault("scope", "firm")
    first = min((clause.end for clause in parse.clauses if SUBJECT & set(list_kinds(clause))), default=len(sentence))
    listing.begins = all(start >= first for start, _ in parse.unknown)
    ends = [clause.end for clause in parse.clauses]
    listing.left_over = list(join_left_over(sentence, sorted(listing.left_over + parse.unknown), ends))
    listing.negations = find_negations(sentence, parse, listing.left_over)
    return listing


def _is_named_list(sentence: Sentence, clause: Clause) -> bool:
    """Return whether what would be a name begins as a list does: `companies with more than 5 contacts`."""
    if "company" not in list_kinds(clause) or clause.places.get("name", (-1, -1))[0] != clause.start:
        return False
    return not (sentence.words[clause.start].kind == "quoted" or _LISTED.isdisjoint(sentence.symbols[clause.start]))


def _is_dated_meeting(sentence: Sentence, parse: Parse, clause: Clause) -> bool:
    """Return whether a clause asks for a meeting on a date (`without a meeting this quarter`): no filter can.

    A date behind a separator, as in a filter described in words, is that of the last contact instead.
    """
    if "meeting" not in list_kinds(clause):
        return False
    near = [other for other in parse.clauses if clause.start in (other.end, other.start) or clause.end == other.start]
    seconds = [max(clause.start, other.start) for other in near if "last" in list_kinds(other)]
    return any(sentence.words[place].text not in _APART for place in seconds)
