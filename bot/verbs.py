"""A verb is one declaration: what it takes, whether it writes, and who may call it from where.

The routers of `bot/commands` declare verbs; whatever else must know something of a verb reads it here: the door, the
conversation's memory, the language, the page's constants and `carnet verbs`. What is not declared is denied. A verb
names its kind (`READS`, `CHANGES`, ...) and says in what it differs: `READS.but(remembered=True)`.
"""

import enum
import functools
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Final, Literal, TypedDict, TypeVar, Unpack

import msgspec

from bot.errors import BadRequestError
from bot.results.base import Result
from bot.turn import Surface, Turn

Place = Surface | Literal["outsiders"]
"""Where a verb is answered: a surface, or a group in which somebody from outside the firm reads along."""
Places = frozenset[Place]
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


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a verb takes. A key that is not among the fields, or a value of another kind, is refused at the door.

    A card sends all its inputs with a button that takes inputs along, so the verb of such a button takes them all.
    """

    this: ClassVar[str] = ""
    """The field that "this" stands for when it is said: what the conversation showed last."""
    given_by: ClassVar[frozenset[str]] = frozenset()
    """The fields of which one says what `this` would say."""

    @property
    def is_personal(self) -> bool:
        """Say whether the answer is the asker's alone even where the verb itself may be answered in a group."""
        return False


class Nothing(Input, frozen=True):
    """The input of a verb that takes nothing."""


InputT = TypeVar("InputT", bound=Input)
Command = Callable[[Turn, Any], Awaitable[Result]]
CommandT = TypeVar("CommandT", bound=Callable[..., Awaitable[Result]])


class Differences(TypedDict, total=False):
    """In what a verb differs from its kind."""

    writes: bool
    roles: frozenset[Role]
    where: Places
    versioned: bool
    remembered: bool
    said: bool
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is true of a verb, whatever it takes and does. Every part must be said: none has a default."""

    writes: bool
    """It changes something: it gets a transaction, and is answered once per activity."""
    roles: frozenset[Role]
    """Who may call it."""
    where: Places
    """Where it is answered. Asked anywhere else, the answer goes to the asker's own chat if it is answered there."""
    versioned: bool
    """A button must say on which state (`version`) it was decided, so that nothing is overwritten unseen."""
    remembered: bool
    """The conversation remembers what it showed, for "this"."""
    said: bool
    """The language may reach it: typed words can mean it."""
    leads: bool
    """It leads to a place of its own, to which cards lead back."""

    def but(self, **differences: Unpack[Differences]) -> "Kind":
        """Return this kind with some parts said anew."""
        return replace(self, **differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb(Kind):
    """All that is true of a verb: its kind, and what it takes and does."""

    name: str
    input: type[Input]
    command: Command

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
            "input": msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(self.input))),
        }


def read_input(input_: type[InputT], data: Mapping[str, Any]) -> InputT:
    """Return a typed input; raises `BadRequestError` with the key that does not fit.

    An input that a person left empty (`""`) is one that was not given; numbers may be digits, as inputs give them.
    """
    empty = [key for key, value in data.items() if value == "" and key in _list_never_empty(input_)]
    given = {key: value for key, value in data.items() if key not in empty} if empty else data
    try:
        return msgspec.convert(given, input_, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequestError("bad_input", field=_find_key(str(error))) from error


def _find_key(message: str) -> str:
    """Return the key that an error of msgspec is about: it names an unknown or missing one, or gives the path."""
    if "field `" in message:
        return message.partition("field `")[2].partition("`")[0][:40]
    return message.rpartition("`$.")[2].rstrip("`").partition("[")[0].partition(".")[0][:40]


READS: Final = Kind(writes=False, roles=EVERYONE, where=OWN, versioned=False, remembered=False, said=True, leads=False)
"""Shows something where one person reads alone; asked in words or by a button."""
READS_FROM_CARD: Final = Kind(
    writes=False, roles=EVERYONE, where=OWN, versioned=False, remembered=False, said=False, leads=False
)
"""Shows something where one person reads alone; asked by a button only, for no words mean it."""
CHANGES: Final = Kind(writes=True, roles=EVERYONE, where=OWN, versioned=False, remembered=True, said=True, leads=False)
"""Changes something, asked in words or by a button where one person reads alone; "this" is then what was changed."""
CHANGES_FROM_CARD: Final = Kind(
    writes=True, roles=EVERYONE, where=OWN, versioned=False, remembered=False, said=False, leads=False
)
"""Changes something, asked by a button only where one person reads alone, for no words mean it."""


class Router:
    """Verbs by name; merged in one visible list in `bot/commands/__init__.py`."""

    def __init__(self) -> None:
        self.verbs: dict[str, Verb] = {}

    def verb(self, name: str, input_: type[Input], kind: Kind) -> Callable[[CommandT], CommandT]:
        """Declare a verb beside its command."""

        def register(command: CommandT) -> CommandT:
            parts = {part.name: getattr(kind, part.name) for part in fields(kind)}
            self._add(Verb(name=name, input=input_, command=command, **parts))
            return command

        return register

    def _add(self, verb: Verb) -> None:
        if verb.name in self.verbs:
            raise ValueError(f"two commands for the verb {verb.name!r}")
        if not verb.where or not verb.roles:
            raise ValueError(f"nobody may call the verb {verb.name!r}, or nowhere")
        if verb.versioned and "version" not in verb.input.__struct_fields__:
            raise ValueError(f"the verb {verb.name!r} is versioned and takes no version")
        if verb.input.this and verb.input.this not in verb.input.__struct_fields__:
            raise ValueError(f"the verb {verb.name!r} has no field {verb.input.this!r}")
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


def write_ask(verb: str, given: Input, **changes: Any) -> dict[str, Any]:
    """Return what a button carries to ask the same again, with some fields changed."""
    changed = msgspec.structs.replace(given, **changes) if changes else given
    return {"verb": verb, **msgspec.to_builtins(changed)}


@functools.cache
def _list_never_empty(input_: type[Input]) -> frozenset[str]:
    """Return the fields that no empty text can fill: one that comes all the same was left empty on a card."""
    never = set()
    for field in msgspec.structs.fields(input_):
        try:
            msgspec.convert("", field.type, strict=False)
        except msgspec.ValidationError:
            never.add(field.encode_name)
    return frozenset(never)
