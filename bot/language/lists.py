"""What the clauses of a sentence make of a list: a filter, names that are not resolved yet, and what is left over."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.language.leftovers import is_alternative, is_denied, join_left_over, list_kinds
from bot.language.periods import read_period
from bot.language.reading import Clause, Reading
from bot.language.sentence import Sentence
from bot.language.turning import find_turning
from storage.lists.filters import MOST_PARTNERS, Filter, to_json
from storage.models import CompanyType

_TYPES: tuple[CompanyType | None, ...] = (*CompanyType, None)
_WEAK = frozenset({"sort", "first", "group", "scope", "text", "only"})
_LEANING = frozenset({"company", "whose"})
"""Effects that do not make a list by themselves; those that lean on a subject say more than the weak ones."""
_SUBJECT = frozenset({"of", "type"})
_LATE = {"not_company": 1, "company": 1, "whose": 2, "first": 3}
"""Effects that wait for others: `of Anne` is a partner of companies; of contacts the company, if none is named."""
_APART = frozenset({"·", "•", "|"})
_WORDS = frozenset({"me", "nobody", "anyone"})
"""What stands for people in a filter; everything else is a name."""


@dataclass(slots=True)
class ListReading:
    """A list as it was asked for."""

    parts: dict[str, Any] = field(default_factory=dict)
    """Parts of the filter that were said."""
    types: list[CompanyType | None] = field(default_factory=list)
    other_than: set[CompanyType | None] = field(default_factory=set)
    people: dict[str, list[str]] = field(default_factory=dict)
    """Partners and knowers: names, and the words of filters for people (`me`, `nobody`, `anyone`)."""
    names: dict[str, str] = field(default_factory=dict)
    """Other names: a company, and who may be meant instead."""
    left_out: list[str] = field(default_factory=list)
    """Companies that are not asked for."""
    group: str | None = None
    is_all: bool = False
    """`all` was said: the firm's, unless `my` was said too."""
    is_list: bool = False
    """Something in it can only be said of a list."""
    has_subject: bool = False
    """What is to be listed was said."""
    begins: bool = False
    """The sentence begins with what is to be listed."""
    is_narrowed: bool = False
    """More was said than whose and what."""
    left_over: list[tuple[int, int]] = field(default_factory=list)
    turning: list[tuple[int, int]] = field(default_factory=list)
    """What was not understood and turns the meaning round: then the list is not what was asked for."""

    @property
    def is_scope_given(self) -> bool:
        """Whether mine or firm was said."""
        return self.is_all or "scope" in self.parts

    def count_left_over(self) -> int:
        """Return the number of words that were not understood."""
        return sum(end - start for start, end in self.left_over)

    def to_data(self, sentence: Sentence) -> dict[str, Any]:
        """Return the data of a `list`."""
        data: dict[str, Any] = {"filter": to_json(self.to_filter())}
        named = {part: [name for name in people if name not in _WORDS] for part, people in self.people.items()}
        names = {part: several if len(several) > 1 else several[0] for part, several in named.items() if several}
        left_out: Any = {"not_company": self.left_out} if self.left_out else {}
        if names or self.names or left_out:
            data["names"] = names | self.names | left_out
        if self.left_over:
            data["not_understood"] = [sentence.raw(start, end) for start, end in self.left_over]
        if self.group:
            data["group"] = self.group
        if self.is_scope_given:
            data["is_scope_given"] = True
        return data

    def to_filter(self) -> Filter:
        """Return the filter, without what still is a name."""
        types = [type_ for type_ in self.types or _TYPES if type_ not in self.other_than]
        is_filtered = self.types or self.other_than
        scope = self.parts.get("scope") or ("firm" if self.is_all or self._reaches_beyond_me() else "mine")
        parts = {"is_ascending": self.parts.get("sort") == "name", **self.parts, "scope": scope}
        words: Any = {part: tuple(word for word in people if word in _WORDS) for part, people in self.people.items()}
        return Filter(
            **parts,
            types=tuple(types) if is_filtered else (),
            partners=words.get("partner", ()),
            not_partners=words.get("not_partner", ()),
            known_by="me" if words.get("known_by") else None,
        )

    def _reaches_beyond_me(self) -> bool:
        """Say whether the question is about others, or about a name: then the whole firm is meant unless said."""
        partners = (*self.people.get("partner", ()), *self.people.get("not_partner", ()))
        is_about_someone = "known_by" in self.people or any(who not in {"nobody", "anyone"} for who in partners)
        return bool(self.names or is_about_someone or self.parts.get("text"))


def build_nearest(sentence: Sentence, reading: Reading, turning: int, today: date) -> ListReading:
    """Put together what was understood before a word that turns the meaning round."""
    clauses = [clause for clause in reading.clauses if clause.end <= turning]
    return build(sentence, replace(reading, clauses=clauses, unknown=[]), today)


def build(sentence: Sentence, reading: Reading, today: date) -> ListReading:
    """Put the clauses of a reading together; two that contradict each other leave the second one over."""
    listing = ListReading()
    for clause in sorted(reading.clauses, key=lambda clause: _LATE.get(clause.meaning.name, 0)):
        is_other = is_denied(sentence, reading, clause) or is_alternative(sentence, reading, clause)
        is_meant = not (is_other or _is_dated_meeting(sentence, reading, clause))
        if not is_meant or not _apply(listing, clause, today):
            listing.left_over.append((clause.start, clause.end))
    first = min((clause.end for clause in reading.clauses if _SUBJECT & set(list_kinds(clause))), default=len(sentence))
    listing.begins = all(start >= first for start, _ in reading.unknown)
    ends = [clause.end for clause in reading.clauses]
    listing.left_over = list(join_left_over(sentence, sorted(listing.left_over + reading.unknown), ends))
    listing.turning = find_turning(sentence, reading, listing.left_over)
    return listing


def _is_dated_meeting(sentence: Sentence, reading: Reading, clause: Clause) -> bool:
    """Say whether a meeting is asked for with its day (`without a meeting this quarter`): that no filter can.

    What stands apart, as in a filter in words, is the day of the last contact.
    """
    if "meeting" not in list_kinds(clause):
        return False
    near = [other for other in reading.clauses if clause.start in (other.end, other.start) or clause.end == other.start]
    seconds = [max(clause.start, other.start) for other in near if "last" in list_kinds(other)]
    return any(sentence.words[place].text not in _APART for place in seconds)


def _apply(listing: ListReading, clause: Clause, today: date) -> bool:
    """Add what a clause says; False if that contradicts what was said before, or cannot be."""
    is_right = True
    for effect in clause.meaning.name.split():
        kind = effect.split(".")[0]
        is_right = _EFFECTS[kind](listing, effect, clause, today) and is_right
        listing.is_list |= kind not in _WEAK | _LEANING
        listing.has_subject |= kind in _SUBJECT
        listing.is_narrowed |= kind not in _WEAK | _SUBJECT or effect.startswith("sort.count")
    return is_right


def _set(listing: ListReading, part: str, value: Any) -> bool:
    """Set a part once; False if something else was said before."""
    return bool(listing.parts.setdefault(part, value) == value)


def _set_of(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    if effect == "of.contacts" or "of" not in listing.parts:
        listing.parts["of"] = effect.removeprefix("of.")
    return True


def _set_type(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    names = [value for slot, value in clause.filled if slot == "type"] or ["none"]
    types = [None if name == "none" else CompanyType(name) for name in names]
    if effect == "type.not":
        listing.other_than.update(types)
    else:
        listing.types.extend(type_ for type_ in types if type_ not in listing.types)
    return True


def _set_scope(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    if effect == "scope.all":
        listing.is_all = True
        return True
    return _set(listing, "scope", effect.removeprefix("scope."))


def _set_person(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    part, _, fixed = effect.partition(".")
    return _name_people(listing, part, [fixed] if fixed else _find_people(clause))


def _find_people(clause: Clause) -> list[str]:
    return [value for slot, value in clause.filled if slot == "person"]


def _name_people(listing: ListReading, part: str, people: list[str]) -> bool:
    """Add people; whoever was said before is meant as well where there may be several."""
    known = listing.people.get(part, [])
    wanted = list(dict.fromkeys([*known, *people]))
    if not all(any(map(str.isalpha, person)) for person in people):
        return False
    if part == "not_partner" and not {"nobody", "anyone"}.isdisjoint(wanted):
        return False
    if part == "known_by" and (len(wanted) > 1 or wanted[0] in {"nobody", "anyone"}):
        return False
    if len(wanted) > MOST_PARTNERS:
        return False
    listing.people[part] = wanted
    return True


def _set_company(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    """`at Acme`: contacts are at a company, companies are not."""
    return listing.parts.get("of") == "contacts" and _name_company(listing, clause.values["name"])


def _leave_out(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    """`except Acme`, `not at Acme`: of contacts those elsewhere."""
    names = [value for slot, value in clause.filled if slot == "name"]
    listing.left_out += [name for name in names if name not in listing.left_out]
    return "of" in listing.parts or bool(listing.types)


def _set_met(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    return _set(listing, "is_met", effect == "meeting.held")


def _name_company(listing: ListReading, name: str) -> bool:
    return listing.names.setdefault("company", name) == name


def _set_whose(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    """`of Anne`: her companies, contacts at a company of that name, or whom she knows there."""
    people = _find_people(clause)
    if people in (["me"], ["nobody"]):
        return people == ["me"] and _set(listing, "scope", "mine")
    if listing.parts.get("of") != "contacts":
        return "partner" not in listing.people and _name_people(listing, "partner", people)
    if "company" in listing.names:
        return _name_people(listing, "known_by", people)
    [person, *others] = people
    return not others and _name_company(listing, person) and listing.names.setdefault("colleague", person) == person


def _set_last(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    period = read_period(effect.removeprefix("last."), clause, today)
    return period is not None and _set(listing, "last", period)


def _set_text(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    return _set(listing, "text", clause.values["text"])


def _set_sort(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    _, sort, *direction = effect.split(".")
    is_right = _set(listing, "sort", sort)
    return is_right and (not direction or _set(listing, "is_ascending", direction == ["up"]))


def _set_first(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    """`busiest clients first`: says nothing by itself."""
    return "sort" in listing.parts


def _set_group(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    listing.group = effect.removeprefix("group.")
    return True


def _pass_over(listing: ListReading, effect: str, clause: Clause, today: date) -> bool:
    """`only clients`: says nothing by itself; `turning.py` asks of what it is said."""
    return True


_EFFECTS: dict[str, Callable[[ListReading, str, Clause, date], bool]] = {
    "of": _set_of,
    "type": _set_type,
    "scope": _set_scope,
    "partner": _set_person,
    "not_partner": _set_person,
    "not_company": _leave_out,
    "meeting": _set_met,
    "known_by": _set_person,
    "company": _set_company,
    "whose": _set_whose,
    "last": _set_last,
    "text": _set_text,
    "sort": _set_sort,
    "first": _set_first,
    "group": _set_group,
    "only": _pass_over,
}
