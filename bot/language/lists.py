"""Build the list that a sentence asks for from the clauses of its parse."""

from dataclasses import replace
from datetime import date

from bot.language.list_effects import SUBJECT, apply_clause
from bot.language.list_request import ListRequest
from bot.language.negation import denies_showing, find_negations, is_bare_nothing
from bot.language.not_understood import is_alternative, is_denied, join_left_over, list_kinds
from bot.language.parser import Clause, Parse
from bot.language.sentence import Sentence
from storage.lists.filters import Subject
from storage.lists.periods import Period
from storage.models import CompanyType

_LATE = {
    "new": -1,
    "became": -1,
    "type became": -1,
    "has_company.no": 1,
    "has_company.yes": 1,
    "not_same": 3,
    "not_those": 3,
    "not_company.but": 3,
    "not_company": 1,
    "company": 1,
    "whose": 2,
    "unmet": 2,
    "first": 3,
}
"""Effects applied after others, in this order: what `of Anne` means depends on whether a company is named."""
_RECENT = Period("within", days=30)
"""What is new, where no period was said."""
_LISTED = frozenset({"<companies>", "<contacts>"})
_MET = frozenset({"meeting", "unmet"})
_APART = frozenset({"·", "•", "|"})


def build_nearest(sentence: Sentence, parse: Parse, negation: int, today: date) -> ListRequest:
    """Build the list from the clauses before a negation that was not understood."""
    clauses = [clause for clause in parse.clauses if clause.end <= negation]
    return build(sentence, replace(parse, clauses=clauses, unknown=[]), today)


def build(sentence: Sentence, parse: Parse, today: date, of: Subject | None = None) -> ListRequest:
    """Build a list from the clauses of a parse; of two that contradict each other, the second is left over.

    `of` is what is listed unless the sentence says it.
    """
    listing = ListRequest(parts={"of": of} if of else {}, of_meetings=_find_meeting_dates(sentence, parse))
    for clause in sorted(parse.clauses, key=lambda clause: _LATE.get(clause.meaning.name, 0)):
        is_other = is_denied(sentence, parse, clause) or is_alternative(sentence, parse, clause)
        is_other |= is_bare_nothing(sentence, parse, clause)
        is_meant = not (is_other or _is_dated_mail(sentence, parse, clause) or _is_named_list(sentence, clause))
        if not is_meant or not apply_clause(listing, clause, today):
            listing.left_over.append((clause.start, clause.end))
    for part, is_asked in (("first", listing.is_new), ("became", listing.is_won)):
        if is_asked:
            listing.parts.setdefault(part, _RECENT)
    if listing.is_client_meant and not listing.types:
        listing.types = [CompanyType.CLIENT]
    listing.types = listing.won_types or listing.types  # prospects that became clients are clients
    if _asks_for_one(sentence, parse):
        listing.most = listing.most or 1
        listing.parts |= {"sort": "first"} if listing.parts.get("sort") == "last" else {}
    mail = [clause for clause in parse.clauses if "mail" in list_kinds(clause)]
    if any("<myself>" in sentence.symbols[place] for clause in mail for place in range(clause.start, clause.end)):
        listing.parts.setdefault("scope", "mine")
    if any("<we>" in sentence.symbols[place] for clause in parse.clauses for place in range(clause.start, clause.end)):
        listing.parts.setdefault("scope", "firm")
    first = min((clause.end for clause in parse.clauses if SUBJECT & set(list_kinds(clause))), default=len(sentence))
    listing.begins = all(start >= first for start, _ in parse.unknown)
    ends = [clause.end for clause in parse.clauses]
    listing.left_over = list(join_left_over(sentence, sorted(listing.left_over + parse.unknown), ends))
    listing.negations = find_negations(sentence, parse, listing.left_over)
    if denies_showing(sentence) or listing.excludes_all:
        listing.negations = listing.negations or [(0, len(sentence))]
    return listing


def _is_named_list(sentence: Sentence, clause: Clause) -> bool:
    """Return whether what would be a name begins as a list does: `companies with more than 5 contacts`."""
    if "company" not in list_kinds(clause) or clause.places.get("name", (-1, -1))[0] != clause.start:
        return False
    return not (sentence.words[clause.start].kind == "quoted" or _LISTED.isdisjoint(sentence.symbols[clause.start]))


def _find_meeting_dates(sentence: Sentence, parse: Parse) -> set[int]:
    """Return where the periods begin that stand beside a meeting: `without a meeting this quarter`."""
    met = [clause for clause in parse.clauses if not _MET.isdisjoint(list_kinds(clause))]
    # Of two, the one behind is the meeting's: `won this year without a meeting this quarter`.
    beside = {other.start for clause in met for other in _list_dates_beside(sentence, parse, clause)[-1:]}
    return beside | {clause.start for clause in met if "last" in list_kinds(clause)}


def _is_dated_mail(sentence: Sentence, parse: Parse, clause: Clause) -> bool:
    """Return whether a clause asks who wrote in a period: a filter knows only when the last contact was."""
    is_mail = "mail" in list_kinds(clause) and "awaits" not in clause.meaning.name
    return is_mail and bool(_list_dates_beside(sentence, parse, clause))


def _list_dates_beside(sentence: Sentence, parse: Parse, clause: Clause) -> list[Clause]:
    """Return the periods next to a clause.

    One behind a separator, as in a filter described in words, is that of the last contact instead.
    """
    near = [other for other in parse.clauses if clause.start == other.end or clause.end == other.start]
    dates = [other for other in near if "last" in list_kinds(other)]
    return [other for other in dates if sentence.words[max(clause.start, other.start)].text not in _APART]


def _asks_for_one(sentence: Sentence, parse: Parse) -> bool:
    """Return whether one is asked for, the first in some order: `my oldest client`, and not `my oldest clients`."""
    subjects = [clause for clause in parse.clauses if SUBJECT & set(list_kinds(clause))]
    places = [place for clause in subjects for place in range(clause.start, clause.end)]
    is_single = any(match[0] == "<single>" and not match[2] for place in places for match in sentence.matches[place])
    return is_single and any("<superlative>" in sentence.symbols[place] for place in range(len(sentence)))
