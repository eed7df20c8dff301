"""The parts that the inputs of several verbs share: kinds, bounds, and how a value that a card gives is read."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, get_args

from msgspec import UNSET, Meta, UnsetType

from bot.errors import BadRequestError
from bot.results.choices import NOBODY, NONE, UNCHANGED
from bot.results.questions import Asked
from bot.turn import Json, Turn
from bot.verb_inputs import Input
from storage.lists.filters import MOST_KNOWERS, MOST_PARTNERS, TEXT_LENGTH, VERSIONS, Mail, Scope, Sort, Subject, is_id
from storage.models import CompanyType

MOST_ID: Final = 2**63 - 1
MOST_AT_ONCE: Final = 100
"""Companies that one click changes."""
LONGEST: Final = 200
"""Characters of a name that are looked at."""

Id = Annotated[int, Meta(ge=1, le=MOST_ID)]
ViewId = Annotated[int, Meta(ge=-MOST_ID, le=MOST_ID)]
"""A view's number; the built-in ones have numbers below 1."""
Version = Annotated[int, Meta(ge=0, le=MOST_ID)]
Words = Annotated[str, Meta(max_length=2_000)]
"""Words of a person: a name, or a sentence."""
Address = Annotated[str, Meta(max_length=2_000)]
Cursor = Annotated[str, Meta(max_length=2_000)]
Strings = Annotated[tuple[Words, ...], Meta(max_length=100)]
Person = Annotated[str, Meta(pattern=r"^(me|nobody|firm|[0-9]{1,19})$")] | Id | None
"""What a people picker gives: a colleague's number, or one of the choices above them."""
TypeName = Literal["client", "prospect", "referral_source", "provider", "court", "counterpart", "none"]
_VERB: Final = {"properties": {"verb": {"type": "string"}}, "required": ["verb"]}
Back = Annotated[dict[str, Any], Meta(extra_json_schema=_VERB)]
"""The verb and the data of where the reader came from.

An old card may name a place that is no more: the door forgets what leads nowhere, rather than refuse the click.
"""
_WHO: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["me", "nobody", "anyone"]}]}
_COLLEAGUE: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["me"]}]}
_SEVERAL: Final = {"type": "array", "minItems": 1, "maxItems": MOST_PARTNERS}
_PARTS: Final = {
    "version": {"enum": list(VERSIONS)},
    "of": {"enum": list(get_args(Subject))},
    "scope": {"enum": list(get_args(Scope))},
    "types": {"type": "array", "items": {"enum": [*(type_.value for type_ in CompanyType), None]}},
    "partner": {"anyOf": [_WHO, {**_SEVERAL, "items": _WHO}]},
    "not_partner": {**_SEVERAL, "items": _COLLEAGUE},
    "known_by": {"anyOf": [_COLLEAGUE, {**_SEVERAL, "items": _COLLEAGUE, "maxItems": MOST_KNOWERS}]},
    "not_known_by": {**_SEVERAL, "items": _COLLEAGUE, "maxItems": MOST_KNOWERS},
    "not_met_by": {**_SEVERAL, "items": _COLLEAGUE, "maxItems": MOST_KNOWERS},
    "company_id": {"type": "integer", "minimum": 1},
    "not_company": {**_SEVERAL, "items": {"type": "integer", "minimum": 1}},
    "is_met": {"type": "boolean"},
    "last": {"type": "object", "properties": {"is": {"type": "string"}}},
    "first": {"type": "object", "properties": {"is": {"type": "string"}}},
    "met_in": {"type": "object", "properties": {"is": {"type": "string"}}},
    "became": {"type": "object", "properties": {"is": {"type": "string"}}},
    "mail": {"enum": list(get_args(Mail))},
    "has_company": {"type": "boolean"},
    "text": {"type": "string", "maxLength": TEXT_LENGTH},
    "sort": {"enum": list(get_args(Sort))},
    "is_ascending": {"type": "boolean"},
}
FilterJson = Annotated[dict[str, Any], Meta(extra_json_schema={"properties": _PARTS, "additionalProperties": False})]
"""A filter; `storage.lists.filters.from_json` reads it, and names the part that does not fit."""
NamePart = Literal[
    "partner",
    "not_partner",
    "known_by",
    "not_known_by",
    "not_met_by",
    "company",
    "called",
    "not_company",
    "colleague",
    "type",
]
"""The part of a filter in which a name stands; `colleague` is who a company's name may mean instead.

Under `type` stands what no type is called.
"""
Names = Mapping[NamePart, Sequence[str]]
"""What people were called in a sentence, by the part of the filter that they stand in."""


class ChangeInput(Input, frozen=True):
    """What every change may carry."""

    is_guess: bool = False
    """The sentence was understood through a typing error or by its gist: ask before anything is changed."""
    is_confirmed: bool = False
    back: Back | None = None


class OfCompany(ChangeInput, frozen=True):
    """A change of one company, by its number or its name, from a sentence or from the drawer of its card.

    "This" is the company on the card that was shown last.
    """

    this: ClassVar[tuple[str, ...]] = ("company_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"company_id", "name"})
    is_of_latest: ClassVar[bool] = True
    state: ClassVar[str] = "version"
    company_id: Id | None = None
    name: Words = ""
    version: Version | None = None
    type: TypeName | UnsetType | None = UNSET
    user_id: Person | UnsetType = UNSET
    person: Words | UnsetType | None = UNSET
    new_name: Words = ""
    is_remembered: bool = False
    """It was said of what the conversation showed last: the person is asked first, by its name."""
    asks_next: bool = False
    """The card that asked for the type asks for the partner next."""


class OfSeveral(ChangeInput, frozen=True):
    """A change of several companies, ticked on a card or listed by their numbers."""

    state: ClassVar[str] = "versions"
    company_ids: Annotated[tuple[Id, ...], Meta(max_length=MOST_AT_ONCE)] = ()
    versions: Annotated[tuple[Version | None, ...], Meta(max_length=MOST_AT_ONCE)] = ()
    """The state of each company that the card showed, in the order of `company_ids`."""
    ticked: Annotated[str, Meta(pattern=r"^([0-9]{1,19}:[0-9]{1,19}(,|$))*$", max_length=4_000)] = ""
    """What the tick boxes give: the number and the state of each company, as `12:3,15:1`."""
    count: Annotated[int, Meta(ge=0, le=MOST_AT_ONCE)] = 0
    """How many companies the question named that was answered with yes."""
    type: TypeName | Literal["unchanged"] | UnsetType = UNSET
    user_id: Person | UnsetType = UNSET
    person: Words | UnsetType | None = UNSET

    @property
    def chosen(self) -> dict[int, int | None]:
        """The companies, each once, with the state that the card showed where it showed one."""
        versions = self.versions if len(self.versions) == len(self.company_ids) else [None] * len(self.company_ids)
        ticks = (tick.split(":") for tick in self.ticked.split(",") if tick)
        ticked = {int(number): int(version) for number, version in ticks}
        known = {number: version for number, version in ticked.items() if is_id(number)}
        return {**dict(zip(self.company_ids, versions, strict=True)), **dict(list(known.items())[:MOST_AT_ONCE])}

    @property
    def lacks_version(self) -> bool:
        """Say whether a change that was confirmed leaves out the state of any company."""
        return self.is_confirmed and None in self.chosen.values()

    @property
    def has_type(self) -> bool:
        """Whether a type is to be set."""
        return self.type not in (UNSET, UNCHANGED)


class OfView(ChangeInput, frozen=True):
    """A view by its number or its name; "this" is the view that was shown last."""

    this: ClassVar[tuple[str, ...]] = ("view_id",)
    given_by: ClassVar[frozenset[str]] = frozenset({"view_id", "name"})
    view_id: ViewId | None = None
    name: Words = ""


class OfPeople(OfView, frozen=True):
    """A view, and colleagues by their numbers from a picker or by their names in a sentence."""

    user_id: Person | UnsetType = UNSET
    person: Words | UnsetType | None = UNSET
    user_ids: Annotated[tuple[Id, ...], Meta(max_length=MOST_AT_ONCE)] | UnsetType = UNSET
    people: Strings = ()


def ask_first(turn: Turn, given: ChangeInput, question: str, wanted: Json, *details: str) -> Asked:
    """Ask before something is changed; the yes asks for what is wanted in place of what was given."""
    data = {"verb": turn.verb, "is_confirmed": True, **wanted} | ({"back": given.back} if given.back else {})
    return Asked(summary=question, details=details, again=data, back=given.back)


def tidy(text: str, limit: int = LONGEST) -> str:
    """Return the words as they are looked for: what a database can hold, no space around it, no longer than names."""
    return text.replace("\0", "").encode(errors="ignore").decode().strip()[:limit]


def read_type(value: str | None) -> CompanyType | None:
    """Return the company type that a choice means; `none` takes the type away."""
    return None if value is None or value == NONE else CompanyType(value)


def read_names(names: Mapping[NamePart, str | tuple[str, ...]]) -> Names:
    """Return the names that a sentence held, one or several by their part in the filter."""
    return {part: _read_some(given) for part, given in names.items()}


def _read_some(given: str | tuple[str, ...]) -> tuple[str, ...]:
    several = given if isinstance(given, tuple) else [given]
    if len(several) > MOST_PARTNERS:
        raise BadRequestError("bad_input", field="names")
    return tuple(tidy(name) for name in several if name.strip())


def is_nobody(given: OfCompany | OfPeople | OfSeveral) -> bool:
    """Say whether nobody is asked for: by the picker's choice, in words, or by a plain null from the language."""
    asked = [part for part in (given.user_id, given.person) if part is not UNSET]
    return NOBODY in asked or (bool(asked) and all(part is None for part in asked))
