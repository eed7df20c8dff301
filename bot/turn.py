"""A turn: one question from one viewer, and the one shape of its answer.

Typed words, a button on a card, the Outlook pane, the tab and the message extension all become an `Ask` (a verb and its
data), so that one command answers them all under one rule of access.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Final, Literal, ParamSpec, Protocol, TypeVar

from storage.engine.connection import Connection, Reading
from storage.firm.rule_values import FirmRules
from storage.messages.notice_preferences import NoticePreferences
from storage.viewer import Viewer

Surface = Literal["chat", "group", "pane", "tab", "extension"]
Language = str
"""The name of a folder of `bot/language`: `en`, `fr`, or any other that is added there."""
Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")
Card = Json


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: a verb, and its data as plain JSON."""

    verb: str
    data: Mapping[str, Any] = field(default_factory=dict)
    is_said: bool = False
    """Understood from words, and not carried by a button: it names things as people do, and knows no versions."""
    is_unasked: bool = False
    """A client asked by itself, to show what is there now: it is no part of what the person talks about."""
    follow_up: Mapping[str, Any] | None = None
    """What the words mean if they go on from the list that was shown before (`bot.language.follow_ups`)."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Who reads what is put into a conversation, as the edge knows it."""

    user_ids: tuple[str, ...] = ()
    """Whose clients refresh the card by themselves (Teams' ids, at most 60 are used)."""
    is_of_the_firm: bool = False
    """Everyone there is known to be of the firm."""


NOBODY_ELSE: Final = Circle()
"""The circle of what is put into no conversation: nothing is known of its readers."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a card is written: the language, and what `now` is (UTC seconds) and where."""

    language: Language
    now: int
    timezone: str = "UTC"
    surface: Surface = "chat"
    circle: Circle = NOBODY_ELSE
    """Who else reads, where the card is put into a conversation."""
    locale: str = ""
    """As the client says it (`en-US`, `fr_CA`): which of day and month comes first, how decimals are written."""
    user_id: int = 0
    """Who reads, where it is one person: what is offered to them is not offered twice."""

    @property
    def is_shared(self) -> bool:
        """Say whether others read the answer too: it then holds what the whole firm may know, and nothing personal."""
        return self.surface in ("group", "extension")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say unasked to `user_id`, written to the outbox in the turn's transaction."""

    user_id: int
    kind: str
    payload: Mapping[str, Any]
    group_key: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a typeahead: what is read, and what is submitted."""

    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """One result of the message extension: a line to pick (plain text), and the card that is then inserted."""

    title: str
    text: str
    card: Card


@dataclass(frozen=True, slots=True)
class File:
    """A file for the asker: an offer first (`content` is None, `size` an estimate), then its bytes.

    `ask` is what delivers it, once the person has accepted the offer.
    """

    name: str
    content_type: str
    size: int
    ask: Ask
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An audit row for something that was read rather than changed: an export."""

    action: str
    of: str
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything that a command may know of the question."""

    viewer: Viewer
    verb: str
    connection: Reading
    language: Language
    now: int
    """UTC seconds."""
    timezone: str = "UTC"
    surface: Surface = "chat"
    preferences: NoticePreferences = field(default_factory=NoticePreferences)
    """How those want notices who never said."""
    circle: Circle = NOBODY_ELSE
    """Who reads a card that is put into a conversation."""
    may_name_view: bool = True
    """False where it is known that no saved view of whoever asks has its name among the words."""
    locale: str = ""
    origin: str = ""
    """Where changes come from, where that is not the surface: what a demo sows is nobody's to take back."""
    first_rules: FirmRules | None = None
    """The rules that the environment asks for; None where nobody says."""

    @property
    def source(self) -> str:
        """Say what the record of a change names as the place where it was made."""
        return self.origin or self.surface

    @property
    def writing(self) -> Connection:
        """Give the transaction of a verb that writes; raises `TypeError` where its declaration says that it reads."""
        if not isinstance(self.connection, Connection):
            raise TypeError(self.verb)
        return self.connection

    @property
    def is_writing(self) -> bool:
        """Say whether the verb is declared to write."""
        return isinstance(self.connection, Connection)

    def read(self, ask: Callable[Concatenate[Reading, Viewer, P], T], *values: P.args, **named: P.kwargs) -> T:
        """Ask storage for whoever asks: what they may not see is not there."""
        return ask(self.connection, self.viewer, *values, **named)

    def write(self, change: Callable[Concatenate[Connection, Viewer, P], T], *values: P.args, **named: P.kwargs) -> T:
        """Change something in storage for whoever asks; raises `TypeError` in a verb that only reads."""
        return change(self.writing, self.viewer, *values, **named)

    @property
    def reader(self) -> Reader:
        """Say for whom the card is written."""
        return Reader(
            self.language, self.now, self.timezone, self.surface, self.circle, self.locale, self.viewer.user_id
        )

    @property
    def is_shared(self) -> bool:
        """Say whether others read the answer too: it then holds what the whole firm may know, and nothing personal."""
        return self.surface in ("group", "extension")

    @property
    def is_in_own_chat(self) -> bool:
        """Say whether it was asked in the chat that the asker has with the bot."""
        return self.surface == "chat"


class Found(Protocol):
    """A result, as far as an edge knows it (`bot.results`)."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The result as plain JSON."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """What the conversation keeps of it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A result as it is said: its card or what its verb promises, and the notices that go out after the commit."""

    card: Card | None = None
    notices: tuple[Notice, ...] = ()
    summary: str = ""
    """The card in one plain sentence: the message's text, for notifications and screen readers."""
    choices: tuple[Choice, ...] = ()
    """`people.search`: what the typeahead shows."""
    items: tuple[Item, ...] = ()
    """`search`: what the message extension shows."""
    file: File | None = None
    """`export`: an offer; `export.deliver`: the file itself."""
    private: "Reply | None" = None
    """In a group: what only the asker may read, for the personal chat; `card` is then a pointer that says nothing."""
    found: "Found | None" = None
    """What the card says, as a value."""
    record: Record | None = None
    """What is written down before the reply is given."""
    is_error: bool = False
    """The card says why not."""
    code: int = 200
    """The HTTP status of it: 400 what was sent makes no sense, 403 not allowed, 404 not there or not yours (one answer
    for both), 409 somebody changed it since, 503 try again later."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The same answer as data, for a page; empty where it was given before and only its card was kept."""
        return {} if self.found is None else self.found.data
