"""What is said, and what is asked back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.results.base import Result
from bot.turn import Json
from storage.book.companies import CompanyDetail


@dataclass(frozen=True, slots=True)
class Option:
    """One of several things that may have been meant; `data` is what asks for it, verb included."""

    name: str
    detail: str
    data: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Result):
    """A sentence (the summary), and what to ask instead."""

    lines: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Result):
    """A question before something is written; `again` is what the yes asks, verb included."""

    again: Json
    details: Sequence[str] = ()
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear(Result):
    """Several things may have been meant."""

    options: Sequence[Option]
    is_question: bool = True
    """A no, or an undo, answers it; False where it only lists what there is to choose from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Result):
    """Somebody else changed a company since; nothing was overwritten. The two buttons ask `anyway` and `leave`."""

    company: CompanyDetail
    """As it is now."""
    anyway: Json
    leave: Json
    code: int = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Result):
    """Several things were changed."""

    left_ids: tuple[int, ...] = ()
    """The companies that were left alone, for somebody else changed them since."""
    lines: Sequence[str] = ()
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted(Result):
    """Hello: who this is and what is not shared; without a name where others read."""

    name: str = ""
    shares_contacts: bool = True
    """Colleagues see whom one knows, and not only at which companies."""
    examples: Mapping[str, str] = field(default_factory=dict)
    """A company, a colleague and a view of the reader's own, for what to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpShown(Result):
    """What can be asked, by example."""

    examples: Mapping[str, str] = field(default_factory=dict)
    """A company, a colleague and a view of the reader's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood(Result):
    """A sentence that means nothing that is known, and the nearest ones that do."""

    text: str
    suggestions: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedRound(Result):
    """A sentence with a word that turns it round and was not understood; `options` is the list without that word."""

    options: Sequence[Option] = ()
