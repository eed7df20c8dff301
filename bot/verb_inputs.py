"""What a verb takes: typed data, read from what a button, a page or a sentence carries.

A key that a verb does not know, a value of another kind or beyond its bounds is refused with its name.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final, TypeVar

import msgspec

from bot.errors import BadRequestError

_LONGEST_KEY: Final = 40
_ABOUT_FIELD: Final = re.compile(
    r"Object (?:contains unknown|missing required) field `(.*?)`(?: - at `\$[^`]*`)?\Z", re.DOTALL
)
_PATH: Final = re.compile(r" - at (?:`key` in )?`\$([^`]*)`\Z")
"""Where in the data, at the end of a message: `$.people[0].name`."""


class Input(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a verb takes. A key that is not among the fields, or a value of another kind, is refused at the door.

    A card sends all its inputs with a button that takes inputs along, so the verb of such a button takes them all.
    """

    this: ClassVar[tuple[str, ...]] = ()
    """The fields that "this" may stand for when it is said: the one that the conversation showed last."""
    given_by: ClassVar[frozenset[str]] = frozenset()
    """The fields of which one says what `this` would say."""

    is_of_latest: ClassVar[bool] = False
    """ "This" is only what was shown last of all, never what was shown before something else."""

    state: ClassVar[str] = ""
    """The field in which a click says which state of a thing the card showed: the verb that takes it is versioned."""

    @property
    def is_personal(self) -> bool:
        """Say whether the answer is the asker's alone even where the verb itself may be answered in a group."""
        return False

    @property
    def lacks_version(self) -> bool:
        """Say whether it changes what a card showed, and does not say in which state that was."""
        return bool(self.state) and getattr(self, self.state) is None


class Nothing(Input, frozen=True):
    """The input of a verb that takes nothing."""


InputT = TypeVar("InputT", bound=Input)


def read_input(input_: type[InputT], data: Mapping[str, Any]) -> InputT:
    """Return a typed input; raises `BadRequestError` with the key that does not fit.

    An input that a person left empty (`""`) is one that was not given; numbers may be digits, as inputs give them.
    """
    empty = [key for key, value in data.items() if value == "" and key in _list_never_empty(input_)]
    given = {key: value for key, value in data.items() if key not in empty} if empty else data
    try:
        return msgspec.convert(given, input_, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequestError("bad_input", field=_find_key(input_, given, str(error))) from error


def _find_key(input_: type[Input], given: Mapping[str, Any], message: str) -> str:
    """Return the key that does not fit; one that the input does not know is found without the message, which quotes."""
    unknown = given.keys() - _list_fields(input_)
    return min(map(str, unknown))[:_LONGEST_KEY] if unknown else find_key(message)


def find_key(message: str) -> str:
    """Return the key that an error of msgspec is about: `people`, or `back.verb` for one inside another."""
    what = _ABOUT_FIELD.match(message)
    path = _PATH.search(message)
    names = re.findall(r"\.(\w+)", path[1]) if path else []
    return ".".join([*names, what[1]] if what else names)[:_LONGEST_KEY]


@functools.cache
def _list_fields(input_: type[Input]) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(input_))


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
