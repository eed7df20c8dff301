"""Apply the effects of clauses to a list: one function for each kind of effect (`type`, `partner`, `last`, ...)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.language.list_request import ListRequest
from bot.language.parser import Clause
from bot.language.periods import read_period
from storage.lists.filters import MOST_KNOWERS, MOST_PARTNERS, NEW
from storage.models import CompanyType

SUBJECT = frozenset({"of", "type"})
"""Effects that say what to list."""
_WEAK = frozenset({"sort", "first", "group", "scope", "text", "only", "most", "dealt"})
"""Effects that do not make a sentence a list and do not narrow one."""
_KNOWERS = frozenset({"known_by", "not_known_by", "not_met_by"})
_LEANING = frozenset({"company", "whose", "new", "not_same", "not_those"})
"""Effects that do not make a sentence a list but narrow one."""


def apply_clause(listing: ListRequest, clause: Clause, today: date) -> bool:
    """Apply the effects of a clause to a list; False if one is impossible or contradicts an earlier clause."""
    is_right = True
    for effect in clause.meaning.name.split():
        kind = effect.split(".")[0]
        is_right = _EFFECTS[kind](listing, effect, clause, today) and is_right
        listing.is_list |= kind not in _WEAK | _LEANING
        listing.has_subject |= kind in SUBJECT
        listing.is_narrowed |= kind not in _WEAK | SUBJECT or effect.startswith("sort.count")
    return is_right


def _set(listing: ListRequest, part: str, value: Any) -> bool:
    """Set a field of the filter; False if it has another value already."""
    return bool(listing.parts.setdefault(part, value) == value)


def _set_of(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    if effect == "of.contacts" or not listing.has_subject:
        listing.parts["of"] = effect.removeprefix("of.")
    return True


def _set_type(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    if effect == "type.none" and any(listing.types):
        return False  # what is a client has a type
    if effect == "type.called":
        return listing.names.setdefault("type", clause.values["name"]) == clause.values["name"]
    names = [value for slot, value in clause.filled if slot == "type"] or ["none"]
    types = [None if name == "none" else CompanyType(name) for name in names]
    if effect == "type.not":
        listing.other_than.update(types)
    else:
        listing.types.extend(type_ for type_ in types if type_ not in listing.types)
    return True


def _set_scope(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    if effect == "scope.all":
        listing.is_all = True
        return True
    return _set(listing, "scope", effect.removeprefix("scope."))


def _set_person(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    part, _, fixed = effect.partition(".")
    return _name_people(listing, part, [fixed] if fixed else _find_people(clause))


def _find_people(clause: Clause) -> list[str]:
    return [value for slot, value in clause.filled if slot == "person"]


def _name_people(listing: ListRequest, part: str, people: list[str]) -> bool:
    """Add people to those named before; False if the filter cannot hold them together."""
    known = listing.people.get(part, [])
    wanted = list(dict.fromkeys([*known, *people]))
    if not all(any(map(str.isalpha, person)) for person in people):
        return False
    if part == "not_partner" and not {"nobody", "anyone"}.isdisjoint(wanted):
        return False
    if part in _KNOWERS and not {"nobody", "anyone"}.isdisjoint(wanted):
        return False
    if len(wanted) > (MOST_KNOWERS if part in _KNOWERS else MOST_PARTNERS):
        return False
    listing.people[part] = wanted
    return True


def _set_company(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `at Acme`; False for a list of companies, because only contacts are at a company."""
    return listing.parts.get("of") == "contacts" and _name_company(listing, clause.values["name"])


def _leave_out(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `except Acme`; in a list of contacts it excludes those at Acme. A bare `but` may be of people as well."""
    if effect.endswith(".but") and listing.people:
        return False
    names = [value for slot, value in clause.filled if slot in {"name", "person"}]
    listing.left_out += [name for name in names if name not in listing.left_out]
    return "of" in listing.parts or bool(listing.types)


def _set_called(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `companies Weber`: those called so, or contacts at a company of that name."""
    return listing.names.setdefault("called", clause.values["name"]) == clause.values["name"]


def _set_met(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    return _set(listing, "is_met", effect == "meeting.held")


def _set_unmet(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `I have never met`: of mine, but where all are asked for, of the firm's; in a time only of mine."""
    if not (listing.is_all or listing.parts.get("scope") == "firm"):
        return _set(listing, "is_met", value=False) and _set(listing, "scope", "mine")
    return not listing.of_meetings and _name_people(listing, "not_met_by", ["me"]) and _set(listing, "scope", "firm")


def _name_company(listing: ListRequest, name: str) -> bool:
    return listing.names.setdefault("company", name) == name


def _set_whose(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `of Anne`: companies whose partner she is, contacts at a company Anne, or those she knows at one."""
    people = _find_people(clause)
    if people in (["me"], ["nobody"]):
        return people == ["me"] and _set(listing, "scope", "mine")
    if listing.parts.get("of") != "contacts":
        return "partner" not in listing.people and _name_people(listing, "partner", people)
    if "company" in listing.names:
        return _name_people(listing, "known_by", people)
    [person, *others] = people
    return not others and _name_company(listing, person) and listing.names.setdefault("colleague", person) == person


def _set_last(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply a period: of a meeting beside it, of when what is new or was won came, else of the last contact."""
    period = read_period(effect.removeprefix("last."), clause, today)
    if period is None:
        return False
    if clause.start in listing.of_meetings:
        return period.is_ in NEW and _set(listing, "met_in", period)
    for part, is_asked in (("became", listing.is_won), ("first", listing.is_new)):
        if is_asked and period.is_ in NEW and part not in listing.parts:
            return _set(listing, part, period)
    return _set(listing, "last", period)


def _set_new(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    listing.is_new = True
    return True


def _set_won(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `won`, `became a client`: what a company is, since some time; who was won is a client."""
    listing.is_won = True
    listing.is_client_meant |= effect == "became.won"
    said = [CompanyType(value) for slot, value in clause.filled if slot == "type" and value != "none"]
    listing.won_types.extend(type_ for type_ in said if type_ not in listing.won_types)
    return True


def _set_mail(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    return _set(listing, "mail", effect.removeprefix("mail."))


def _set_has_company(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    return listing.parts.get("of") == "contacts" and _set(listing, "has_company", effect == "has_company.yes")


def _deny_same(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `but not of Marc`: who does not know them, behind those who do; else who is not their partner."""
    if listing.parts.get("of") == "contacts" and "known_by" not in listing.people:
        return _leave_out(listing, effect, clause, today)
    part = "not_known_by" if "known_by" in listing.people else "not_partner"
    return _name_people(listing, part, _find_people(clause))


def _deny_those(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `except those of Marc`: of whom he is not partner; of contacts those who are not at a company."""
    if listing.parts.get("of") == "contacts":
        return _leave_out(listing, effect, clause, today)
    return _name_people(listing, "not_partner", _find_people(clause))


def _refuse(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Give back what no filter can ask for: a meeting that is planned."""
    return False


def _set_text(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    return _set(listing, "text", clause.values["text"])


def _set_sort(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    _, sort, *direction = effect.split(".")
    is_right = _set(listing, "sort", sort)
    return is_right and (not direction or _set(listing, "is_ascending", direction == ["up"]))


def _set_most(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Apply `top 10`; False for a number that is none of rows."""
    number = clause.values["number"]
    listing.most = int(number) if number.isdecimal() and int(number) > 0 else None
    return listing.most is not None


def _set_first(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Accept `first` in `busiest clients first`, where an order was said; it has no effect of its own."""
    return "sort" in listing.parts


def _set_group(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    listing.group = effect.removeprefix("group.")
    return True


def _pass_over(listing: ListRequest, effect: str, clause: Clause, today: date) -> bool:
    """Accept `only`, and `dealt` which it would change: they have no effect, `negation.py` finds what changes it."""
    return True


_EFFECTS: dict[str, Callable[[ListRequest, str, Clause, date], bool]] = {
    "of": _set_of,
    "type": _set_type,
    "scope": _set_scope,
    "partner": _set_person,
    "not_partner": _set_person,
    "not_company": _leave_out,
    "meeting": _set_met,
    "unmet": _set_unmet,
    "known_by": _set_person,
    "not_known_by": _set_person,
    "not_met_by": _set_person,
    "company": _set_company,
    "called": _set_called,
    "whose": _set_whose,
    "last": _set_last,
    "new": _set_new,
    "became": _set_won,
    "mail": _set_mail,
    "has_company": _set_has_company,
    "not_same": _deny_same,
    "not_those": _deny_those,
    "planned": _refuse,
    "text": _set_text,
    "sort": _set_sort,
    "first": _set_first,
    "most": _set_most,
    "group": _set_group,
    "only": _pass_over,
    "dealt": _pass_over,
}
