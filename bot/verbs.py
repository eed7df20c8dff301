"""A verb is one declaration: what it takes, whether it writes, and who may call it from where.

The routers of `bot/commands` declare verbs; whatever else must know something of a verb reads it here: the door, the
conversation's memory, the language, the page's constants and `carnet verbs`. What is not declared is denied. A verb
names its kind (`READS`, `CHANGES`, ...) and says in what it differs, `READS.but(remembered=True)`; who may call it and
where is said at each.
"""

import enum
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, TypedDict, TypeVar, Unpack, get_args

import msgspec

from bot.errors import BadRequestError
from bot.results.base import Result
from bot.turn import Surface, Turn
from bot.verb_inputs import Input, read_input

Place = Surface | Literal["outsiders"]
"""Where a verb is answered: a surface, or a group in which somebody from outside the firm reads along."""
Places = frozenset[Place]
PLACES: Final[tuple[Place, ...]] = (*get_args(Surface), "outsiders")
PERSONAL: Final[Places] = frozenset({"chat"})
"""The chat that one person has with the bot. What is asked elsewhere and only answered here goes here."""
GROUP: Final[Places] = frozenset({"group"})
"""A group chat or a channel whose members are all of the firm: the answer is for everybody there."""
OUTSIDERS: Final[Places] = frozenset({"outsiders"})
"""A group with somebody from outside, or of whose members not all are known."""
EXTENSION: Final[Places] = frozenset({"extension"})
PANE: Final[Places] = frozenset({"pane"})
TAB: Final[Places] = frozenset({"tab"})
PAGE: Final[Places] = PANE | TAB
OWN: Final[Places] = PERSONAL | PAGE
"""Where one person reads alone."""


class Role(enum.StrEnum):
    """What a person may be in the firm's Carnet."""

    USER = "user"
    ADMINISTRATOR = "administrator"


EVERYONE: Final = frozenset(Role)
ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})


Command = Callable[[Turn, Any], Awaitable[Result]]
CommandT = TypeVar("CommandT", bound=Callable[..., Awaitable[Result]])


class Differences(TypedDict, total=False):
    """In what a verb differs from its kind."""

    writes: bool
    versioned: bool
    remembered: bool
    said: bool
    leads: bool
    queued: bool
    beside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is true of a verb, whatever it takes and does. Every part must be said: none has a default."""

    writes: bool
    """It changes something: it gets a transaction, and is answered once per activity."""
    versioned: bool
    """A button must say on which state it was decided (`Input.state`), so that nothing is overwritten unseen."""
    remembered: bool
    """The conversation remembers what it showed, for "this"."""
    said: bool
    """The language may reach it: typed words can mean it."""
    leads: bool
    """It leads to a place of its own, to which cards lead back."""
    queued: bool
    """It makes a file: one at a time for a person and few for a firm, whoever asks for more waits."""
    beside: bool
    """Its answer comes as a message of its own: the card that asked still has something to say."""

    def but(self, **differences: Unpack[Differences]) -> "Kind":
        """Return this kind with some parts said anew."""
        return replace(self, **differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(Kind):
    """All that is true of a verb: its kind, what it takes and does, and who may call it from where."""

    name: str
    input: type[Input]
    command: Command
    roles: frozenset[Role]
    """Who may call it."""
    where: Places
    """Where it is answered. Asked anywhere else, the answer goes to the asker's own chat if it is answered there."""

    def read(self, data: Mapping[str, Any]) -> Input:
        """Return the typed input; raises `BadRequestError` with the key that does not fit."""
        return read_input(self.input, data)

    def describe(self) -> dict[str, Any]:
        """Return the declaration as JSON, with the JSON Schema of its input."""
        return {
            "name": self.name,
            "does": " ".join((self.command.__doc__ or "").split("\n\n")[0].split()),
            "writes": self.writes,
            "roles": sorted(self.roles),
            "where": sorted(self.where),
            "versioned": self.versioned,
            "remembered": self.remembered,
            "said": self.said,
            "leads": self.leads,
            "queued": self.queued,
            "beside": self.beside,
            "input": msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(self.input))),
        }


READS: Final = Kind(
    writes=False,
    versioned=False,
    remembered=False,
    said=True,
    leads=False,
    queued=False,
    beside=False,
)
"""Shows something; asked in words or by a button."""
READS_FROM_CARD: Final = Kind(
    writes=False,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
    queued=False,
    beside=False,
)
"""Shows something; asked by a button only, for no words mean it."""
CHANGES: Final = Kind(
    writes=True,
    versioned=False,
    remembered=True,
    said=True,
    leads=False,
    queued=False,
    beside=False,
)
"""Changes something, asked in words or by a button; "this" is then what was changed."""
CHANGES_FROM_CARD: Final = Kind(
    writes=True,
    versioned=False,
    remembered=False,
    said=False,
    leads=False,
    queued=False,
    beside=False,
)
"""Changes something, asked by a button only, for no words mean it."""
FACTS: Final = ("writes", "versioned", "remembered", "said", "leads", "queued", "beside")
"""The parts of a kind that are true or not."""


_NAME: Final = re.compile(r"[a-z]+(?:_[a-z]+)*(?:\.[a-z]+(?:_[a-z]+)*)?", re.ASCII)
"""`list`, `company.set_type`."""


def _find_faults(verb: Any) -> Iterator[str]:
    """Yield what is missing in a declaration, or contradicts another part of it."""
    if not isinstance(verb.name, str) or not _NAME.fullmatch(verb.name):
        yield "is not named like `list` or `company.set_type`"
    yield from _find_faults_of_parts(verb)
    if not isinstance(verb.input, type) or not issubclass(verb.input, Input):
        yield f"takes no `Input`: {verb.input!r}"
        return
    taken = verb.input.__struct_fields__
    if verb.versioned and not verb.writes:
        yield "is versioned and does not write"
    if verb.versioned and not verb.input.state:
        yield "is versioned and its input names no state"
    if verb.writes and verb.input.state and not verb.versioned:
        yield f"takes the state {verb.input.state!r} and is not versioned"
    for field in {*verb.input.this, *verb.input.given_by, verb.input.state} - {*taken, ""}:
        yield f"has no field {field!r}"


def _find_faults_of_parts(verb: Any) -> Iterator[str]:
    """Yield the parts that hold nothing, or something of another kind: types are no proof for what was built."""
    for part in FACTS:
        if not isinstance(getattr(verb, part), bool):
            yield f"does not say whether it is {part!r}: {getattr(verb, part)!r}"
    if not isinstance(verb.where, frozenset) or not verb.where:
        yield f"is answered nowhere: `where` is {verb.where!r}"
    elif unknown := verb.where - {*PLACES}:
        yield f"is answered where nobody is: {sorted(map(str, unknown))}"
    if not isinstance(verb.roles, frozenset) or not verb.roles:
        yield f"may be called by nobody: `roles` is {verb.roles!r}"
    elif unknown_roles := [role for role in verb.roles if not isinstance(role, Role)]:
        yield f"may be called by who is nobody: {sorted(map(str, unknown_roles))}"


class Router:
    """Verbs by name; merged in one visible list in `bot/commands/__init__.py`."""

    def __init__(self) -> None:
        self.verbs: dict[str, Verb] = {}

    def verb(
        self, name: str, input_: type[Input], kind: Kind, *, roles: frozenset[Role], where: Places
    ) -> Callable[[CommandT], CommandT]:
        """Declare a verb beside its command; who may call it and where is denied unless it is said here."""

        def register(command: CommandT) -> CommandT:
            if not isinstance(kind, Kind):
                raise TypeError(f"the verb {name!r} has no kind: {kind!r}")
            parts = {part.name: getattr(kind, part.name) for part in fields(kind)}
            self._add(Verb(name=name, input=input_, command=command, roles=roles, where=where, **parts))
            return command

        return register

    def _add(self, verb: Verb) -> None:
        if verb.name in self.verbs:
            raise ValueError(f"two commands for the verb {verb.name!r}")
        for fault in _find_faults(verb):
            raise ValueError(f"the verb {verb.name!r} {fault}")
        self.verbs[verb.name] = verb

    def include(self, other: "Router") -> None:
        """Take over every verb of another router."""
        for verb in other.verbs.values():
            self._add(verb)

    def get(self, name: str) -> Verb:
        """Return a verb; raises `BadRequestError` for one that is not declared."""
        verb = self.verbs.get(name)
        if verb is None:
            raise BadRequestError("unknown_verb", verb=name[:40])
        return verb

    def __iter__(self) -> Iterator[Verb]:
        return iter(self.verbs.values())
