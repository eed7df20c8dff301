"""A page of a delta feed: bytes in, small structs of our own out; an item that cannot be read is set aside.

Every field may be missing (a later delta item carries only what changed), and a missing field is not an empty one.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from bot.graph.client.client import GraphError

_LISTS = re.compile(rb'value(?<="value)"\s*:\s*\[')
"""It begins with a letter, which is rarer than the quotation mark before it: so the search is a third shorter."""
_LINKS = (b'"@odata.nextLink"', b'"@odata.deltaLink"')


class EmailAddress(msgspec.Struct, gc=False):
    """A name and an address, either of which may be anything."""

    name: str | None = None
    address: str | None = None


class Recipient(msgspec.Struct, rename="camel", gc=False):
    """A sender or a recipient."""

    email_address: EmailAddress | None = None


class Header(msgspec.Struct, gc=False):
    """One line of a mail's headers."""

    name: str | None = None
    value: str | None = None


class Item(msgspec.Struct, rename="camel", gc=False):
    """What every item of a delta feed has."""

    id: str
    removed: dict[str, Any] | None = msgspec.field(default=None, name="@removed")


class MessageKey(Item, rename="camel", gc=False):
    """What tells one mail from another; reading no more of a page is four times as fast."""

    internet_message_id: str | None = None
    sent_date_time: str | None = None


class Message(MessageKey, rename="camel", gc=False):
    """A mail: who, when, and whether a machine or a list sent it."""

    odata_type: str | None = msgspec.field(default=None, name="@odata.type")
    is_draft: bool | None = None
    received_date_time: str | None = None
    from_: Recipient | UnsetType | None = msgspec.field(default=UNSET, name="from")
    to_recipients: list[Recipient] | UnsetType | None = UNSET
    cc_recipients: list[Recipient] | UnsetType | None = UNSET
    bcc_recipients: list[Recipient] | UnsetType | None = UNSET
    internet_message_headers: list[Header] | None = None
    subject: str | None = None


class FiledKey(MessageKey, rename="camel", gc=False):
    """What tells one mail from another in the list of a whole mailbox, where it is, who wrote it, and what is next."""

    from_: Recipient | UnsetType | None = msgspec.field(default=UNSET, name="from")
    parent_folder_id: str | None = None
    last_modified_date_time: str | None = None


class Time(msgspec.Struct, rename="camel", gc=False):
    """A local time and the zone it is in."""

    date_time: str | None = None
    time_zone: str | None = None


class Response(msgspec.Struct, gc=False):
    """What someone answered to an invitation."""

    response: str | None = None


class Attendee(msgspec.Struct, rename="camel", gc=False):
    """Someone (or a room) invited."""

    email_address: EmailAddress | None = None
    type: str | None = None
    status: Response | None = None


class Event(Item, rename="camel", gc=False):
    """A meeting, an occurrence of a series, or the series itself."""

    type: str | None = None
    series_master_id: str | None = None
    i_cal_u_id: str | None = msgspec.field(default=None, name="iCalUId")
    is_cancelled: bool | UnsetType | None = UNSET
    is_draft: bool | None = None
    sensitivity: str | UnsetType | None = UNSET
    start: Time | UnsetType | None = UNSET
    organizer: Recipient | UnsetType | None = UNSET
    attendees: list[Attendee] | UnsetType | None = UNSET
    response_status: Response | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET


class _RawPage(msgspec.Struct):
    value: list[msgspec.Raw]


_RAW: Final = msgspec.json.Decoder(_RawPage)

ItemT = TypeVar("ItemT", bound=Item)


@dataclass(slots=True)
class DeltaPage(Generic[ItemT]):
    """The items of a page, where to go on, and what could not be read."""

    items: list[ItemT]
    next_link: str = ""
    delta_link: str = ""
    poisons: dict[str, str] = field(default_factory=dict)
    """The reason, by the id of the item that could not be read."""
    body: bytes = b""
    """The page as it came, for who wants to know more of it."""
    is_mended: bool = False
    """Something on it could not be read as it came: its places are not those of the body."""

    @property
    def fingerprint(self) -> int:
        """Tell a page from another by the items on it, in this process; 0 for a page without any."""
        return hash(tuple(item.id for item in self.items)) if self.items else 0


class PageReader(Generic[ItemT]):
    """Reads the pages of one kind of item; those of a list need no link on their last page, those of a delta do."""

    def __init__(self, kind: type[ItemT], *, is_list: bool = False) -> None:
        self._kind = kind
        self._least_links = 0 if is_list else 1
        whole = msgspec.defstruct(
            f"{kind.__name__}Page",
            [
                ("value", list[kind]),  # type: ignore[valid-type]
                ("next_link", str, msgspec.field(default="", name="@odata.nextLink")),
                ("delta_link", str, msgspec.field(default="", name="@odata.deltaLink")),
            ],
        )
        self._decoder = msgspec.json.Decoder(whole, strict=False)
        self._decode_item = msgspec.json.Decoder(kind, strict=False).decode

    def read(self, body: bytes) -> DeltaPage[ItemT]:
        """Read a page; raises `GraphError` (status 0) for an answer that is no page, which never means "no data"."""
        _check_shape(body, self._least_links)
        try:
            whole: Any = self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return self._read_piecemeal(body)
        return DeltaPage(whole.value, whole.next_link, whole.delta_link, body=body)

    def read_some(self, page: DeltaPage[Any], places: Iterable[int]) -> DeltaPage[ItemT]:
        """Read only the items at these places of a page that was read as items of another kind."""
        if page.is_mended:
            return self._read_piecemeal(page.body)
        raw = _RAW.decode(page.body).value
        some: DeltaPage[ItemT] = DeltaPage([], body=page.body)
        for place in places:
            try:
                some.items.append(self._decode_item(raw[place]))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self._add_mended(some, place, json.loads(bytes(raw[place]).decode("utf-8", "replace")))
        return some

    def _read_piecemeal(self, body: bytes) -> DeltaPage[ItemT]:
        """Read what can be read of a page with a bad item on it."""
        whole = _parse_leniently(body)
        next_link, delta_link = _get_link(whole, "@odata.nextLink"), _get_link(whole, "@odata.deltaLink")
        page: DeltaPage[ItemT] = DeltaPage([], next_link, delta_link, body=body, is_mended=True)
        for place, given in enumerate(whole["value"]):
            self._add_mended(page, place, given)
        return page

    def _add_mended(self, page: DeltaPage[ItemT], place: int, given: Any) -> None:
        """Add an item that is read leniently, or the reason why it cannot be read."""
        try:
            page.items.append(msgspec.convert(_mend(given), self._kind, strict=False))
        except (msgspec.ValidationError, RecursionError) as error:
            name = given.get("id") if isinstance(given, dict) else None
            page.poisons[str(name or f"{place}:{given!r:.200}")] = _shorten(str(error))


def _check_shape(body: bytes, least_links: int) -> None:
    """Refuse doubled keys, of which a reader would take one in silence, and a delta's answer without a way on."""
    if not least_links <= sum(map(body.count, _LINKS)) <= 1 or len(_LISTS.findall(body)) != 1:
        raise GraphError(0, "notAPage")


def _parse_leniently(body: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise GraphError(0, "notAPage") from error
    if not isinstance(whole, dict) or not isinstance(whole.get("value"), list):
        raise GraphError(0, "notAPage")
    return whole


def _get_link(whole: dict[str, Any], key: str) -> str:
    link = whole.get(key, "")
    return link if isinstance(link, str) else ""


def _mend(value: Any) -> Any:
    """Take halves of surrogate pairs out of every text."""
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    if isinstance(value, list):
        return [_mend(entry) for entry in value]
    return {_mend(key): _mend(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _shorten(text: str) -> str:
    return re.sub(r"[^ -~]", "", text)[:64]
