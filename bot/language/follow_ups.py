"""A sentence that goes on from the list before it: `only those of Marc`, `and the prospects?`, `sort by name`.

Which list that was, the language does not know: it gives what the sentence says of a list of companies and of one of
contacts, and the conversation's memory puts it together with what was shown last.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.language.list_effects import SUBJECT
from bot.language.list_request import ListRequest
from bot.language.lists import build
from bot.language.not_understood import list_kinds
from bot.language.parser import Parse, parse_sentence
from bot.language.sentence import Sentence
from bot.language.sentence_core import Core
from bot.language.vocabulary import Vocabulary
from storage.lists.filters import Subject

_SUBJECTS: tuple[Subject, ...] = ("companies", "contacts")


def read_follow_up(
    sentence: Sentence,
    parse: Parse,
    core: Core,
    vocabulary: Vocabulary,
    *,
    today: date,
    read: Callable[[str], Sentence],
) -> dict[str, Any] | None:
    """Return what a sentence changes of the list before it, by the subject of that list; None if it changes none.

    For `companies` and `contacts`: the data of a `list`, and under `said` the keys of the filter that were said. What
    to list may be said only behind words such as `only` or `and`: `all clients` asks anew. `read` cuts a text into
    words.
    """
    begins = [match[1] for place in range(core[0] + 1) for match in sentence.matches[place] if match[0] == "<follow>"]
    begin = max((place for place in begins if place < core[1]), default=0)
    rest = sentence
    if begin:
        rest = read(sentence.raw(begin, core[1]))
        parse = parse_sentence(rest, vocabulary)[1]
    elif any(SUBJECT & set(list_kinds(clause)) and clause.meaning.name != "type.not" for clause in parse.clauses):
        return None
    is_marked = begin > 0 or any(clause.meaning.name == "type.not" for clause in parse.clauses)
    found = {subject: _read_change(rest, parse, today, subject, is_marked=is_marked) for subject in _SUBJECTS}
    return {subject: change for subject, change in found.items() if change is not None} or None


def _read_change(
    rest: Sentence, parse: Parse, today: date, subject: Subject, *, is_marked: bool
) -> dict[str, Any] | None:
    """Return what words change of a list of companies or of contacts; None where they say anything else."""
    listing = build(rest, parse, today, of=subject)
    said = _list_said(listing)
    is_other = listing.left_over or listing.negations or (listing.has_subject and not is_marked)
    if is_other or not (said or listing.has_subject or listing.most):
        return None
    return {**listing.to_data(rest), "said": said}


def _list_said(listing: ListRequest) -> list[str]:
    """Return the keys of the filter's JSON that a sentence speaks of."""
    said = {*listing.parts, *listing.people, *listing.names} - {"of", "colleague", "called"}
    said |= {"company_id"} if "company" in listing.names else set()
    said |= {"text"} if "called" in listing.names else set()
    said |= {"types"} if listing.types or listing.other_than else set()
    said |= {"not_company"} if listing.left_out else set()
    said |= {"scope"} if listing.is_all else set()
    said |= {"met_in"} if "is_met" in listing.parts else set()
    said |= {"is_ascending"} if "sort" in listing.parts else set()
    return sorted(said)
