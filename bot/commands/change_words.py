"""A change in words: of what, from what, to what; as every confirmation and every question before a change says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.commands.inputs import read_type
from bot.commands.listings import complete
from bot.commands.names import Meant
from bot.errors import NotFoundError
from bot.language import say, say_list
from bot.language.company_types import type_names
from bot.language.wording import trim
from bot.results.lists import Listing
from bot.turn import Language, Turn
from storage.book.companies import CompanyRow
from storage.book.removals import OF_ALL
from storage.firm import users
from storage.lists.filters import Filter, from_json, to_json
from storage.views.views import BUILTIN, ViewRow

_LONGEST_FILTER = 160
"""Characters of a filter in words; a change of it says two."""
_NAMED = 12
"""As many companies as one line names."""
_KINDS: Final = {
    "company.set_type": "type",
    "company.set_partner": "partner",
    "company.merge": "merge",
    "company.part": "merge",
    "contact.merge": "same_person",
    "contact.part": "same_person",
    "contact.add": "contact",
    "contact.remove": "contact",
}
"""What is said of a change, by what was done."""
_STATES: Final = {
    "keeping": ("is_kept", "own_alone", "of_the_firm"),
    "merge": ("is_merged", "one_company", "two_companies"),
    "same_person": ("is_merged", "one_person", "two_people"),
    "removal": ("is_removed", "no_person", "person"),
    "own_removal": ("is_removed", "not_own", "own_contact"),
    "contact": ("is_added", "is_contact", "is_no_contact"),
}
"""What is said of a state that holds or does not, by the kind of the change: the key, the yes and the no."""


class Step(Protocol):
    """A change that was made, or one that is asked about."""

    @property
    def action(self) -> str:
        """What is done, as the audit calls it."""

    @property
    def name(self) -> str:
        """What the company, contact or view is called."""

    @property
    def entity_id(self) -> int | None:
        """The number of that; a built-in view has no other name."""

    @property
    def before(self) -> Mapping[str, Any]:
        """What it was."""

    @property
    def after(self) -> Mapping[str, Any]:
        """What it becomes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change that is not made yet."""

    action: str
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    entity_id: int | None = None


def turn_back(step: Step) -> Wanted:
    """Return what taking a change back would do."""
    return Wanted(step.action, step.name, step.after, step.before, step.entity_id)


def want(company: Meant, action: str, key: str, value: Any) -> Wanted:
    """Return a change of a company as it is now."""
    return Wanted(action, company.name, {key: getattr(company.row, key, None)}, {key: value})


def want_filter(view: ViewRow, filter_: Filter) -> Wanted:
    """Return a change of what a view asks for."""
    return Wanted("view.set_filter", view.name, {"filter": to_json(view.filter)}, {"filter": to_json(filter_)}, view.id)


async def say_step(turn: Turn, step: Step) -> str:
    """Say one change, old and new."""
    return (await say_steps(turn, [step]))[0]


async def say_steps(turn: Turn, steps: Sequence[Step]) -> list[str]:
    """Say changes, each with old and new on a line of its own."""
    sides = [side for step in steps for side in (step.before, step.after)]
    numbers = [number for side in sides for number in (side.get("partner_id"), *side.get("user_ids", ())) if number]
    people = await turn.read(users.get_user_names, numbers) if numbers else {}
    return [await _say(turn, step, people) for step in steps]


async def _say(turn: Turn, step: Step, people: Mapping[int, str]) -> str:
    language = turn.language
    kind = _find_kind(step)
    if kind == "filter":
        old, new = [await _describe(turn, side) for side in (step.before, step.after)]
    elif kind == "place":
        old, new = (_say_place(language, step.entity_id, side) for side in (step.before, step.after))
    else:
        old, new = (_say_side(language, kind, side, people) for side in (step.before, step.after))
    key = BUILTIN.get(step.entity_id or 0) if step.action.startswith("view.") else None
    name = say(language, f"cards.view.{key}") if key else step.name
    other = str(step.after.get("merged_name", ""))
    return say(language, f"change_words.{kind}", name=name, old=old, new=new, other=other)


def _find_kind(step: Step) -> str:
    if step.action in _KINDS:
        return _KINDS[step.action]
    if "is_kept" in step.before:
        return "keeping"
    if "is_removed" in step.before:
        return "removal" if step.action in OF_ALL else "own_removal"
    if step.action.endswith(".rename"):
        return "name"
    return {"view.set_filter": "filter", "view.move": "place"}.get(step.action, "view")


async def _describe(turn: Turn, side: Mapping[str, Any]) -> str:
    """Say what a view asks for, as far as a line has room for it."""
    filter_ = from_json(side["filter"])
    try:
        listing = await complete(turn, Listing(filter_, ""))
    except NotFoundError:  # contacts at a company that is not there any more
        listing = await complete(turn, Listing(filter_.changed(company_id=None), ""))
    return trim(listing.words, _LONGEST_FILTER)


def _say_place(language: Language, view_id: int | None, side: Mapping[str, Any]) -> str:
    """Say which place from the left a view has with its reader, who may not have arranged any yet."""
    places = [position for number, position, *_ in side.get("places", ()) if number == view_id]
    if not places or places[0] is None:
        return say(language, "change_words.not_placed")
    return say(language, "change_words.placed", number=places[0] + 1)


def _say_side(language: Language, kind: str, side: Mapping[str, Any], people: Mapping[int, str]) -> str:
    if kind == "type":
        return type_names(language)[read_type(side.get("type"))]
    if kind == "partner":
        return say_partner(language, side.get("partner_id"), people)
    if kind == "name":
        return str(side.get("name", ""))
    state = _find_state(kind, side)
    if state == "shared_with":
        names = [people[number] for number in side["user_ids"][:_NAMED] if number in people]
        return say(language, "change_words.shared_with", people=say_list(language, names))
    return say(language, f"change_words.{state}")


def _find_state(kind: str, side: Mapping[str, Any]) -> str:
    if kind in _STATES:
        key, yes, no = _STATES[kind]
        return yes if side.get(key) else no
    if "is_default" in side:
        return "hidden" if side.get("is_hidden") else "default" if side.get("is_default") else "shown"
    if "is_with_firm" in side or "user_ids" in side:
        return "shared" if side.get("is_with_firm") else "shared_with" if side.get("user_ids") else "own"
    return "there" if side and not side.get("is_deleted") else "gone"


def say_partner(language: Language, number: int | None, people: Mapping[int, str]) -> str:
    """Name a partner, or say that there is nobody."""
    return say(language, "change_words.nobody") if number is None else people.get(number, "")


def is_replacing(turn: Turn, company: CompanyRow | None, partner_id: int | None) -> bool:
    """Say whether a change takes a company from somebody else, who is then asked about by name."""
    return company is not None and company.partner_id not in (None, turn.viewer.user_id, partner_id)


def say_old_and_new(language: Language, key: str, rows: Sequence[CompanyRow], new: str) -> list[str]:
    """Say for several companies what they are to become, one line for all that are the same now."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        old = type_names(language)[row.type] if key == "type" else row.partner_name or say_partner(language, None, {})
        groups.setdefault(old, []).append(row.name)
    return [
        say(language, f"change_words.{key}_will_be", old=old, new=new, names=_say_names(names))
        for old, names in groups.items()
        if old != new
    ]


def say_replaced(turn: Turn, rows: Sequence[CompanyRow], partner_id: int | None) -> list[str]:
    """Name on one line the colleagues who lose companies by this change; empty if there are none."""
    names = [row.partner_name or "" for row in rows if is_replacing(turn, row, partner_id)]
    people = say_list(turn.language, list(dict.fromkeys(filter(None, names)))[:_NAMED])
    return [say(turn.language, "change_words.replaces", people=people)] if people else []


async def say_some_steps(turn: Turn, steps: Sequence[Step]) -> list[str]:
    """Say the first changes, each with old and new, and how many more there are."""
    lines = await say_steps(turn, steps[:_NAMED])
    more = len(steps) - _NAMED
    return [*lines, say(turn.language, "cards.pane.more", count=more)] if more > 0 else lines


def is_taken(turn: Turn, step: Step) -> bool:
    """Say whether a step takes a company from a colleague."""
    old, new = step.before.get("partner_id"), step.after.get("partner_id")
    return old not in (None, turn.viewer.user_id, new)


async def say_who_loses(turn: Turn, steps: Sequence[Step]) -> list[str]:
    """Name on one line the colleagues who lose companies by some steps; empty if there are none."""
    numbers = [step.before["partner_id"] for step in steps if is_taken(turn, step)]
    people = await turn.read(users.get_user_names, numbers) if numbers else {}
    names = say_list(turn.language, list(people.values())[:_NAMED])
    return [say(turn.language, "change_words.replaces", people=names)] if people else []


def _say_names(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
