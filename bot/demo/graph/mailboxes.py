"""Routes of one mailbox: folders, messages and their delta, the calendar view and its delta."""

import re
from datetime import UTC, datetime
from typing import ClassVar

from bot.demo.graph import events, messages
from bot.demo.graph.answers import ITEM_NOT_FOUND, Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.delta import answer_delta
from bot.demo.graph.page_faults import take_fault
from bot.demo.graph.rounds import View
from bot.demo.graph.router import Router
from bot.demo.graph.state import State
from bot.demo.world.feed import Feed
from bot.demo.world.mailbox import EventCopy, MailCopy

router = Router()
MAIL = ("Mail.ReadBasic.All", "Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite")
CALENDARS = ("Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
_SINCE = re.compile(r"^\s*receivedDateTime\s+(ge|gt)\s+'?([0-9T:.Z+-]+)'?\s*$", re.IGNORECASE)


class MessageView(View[MailCopy]):
    """Messages, as `$select` asks for them."""

    odata_type: ClassVar[str] = "#microsoft.graph.message"
    kind = MailCopy

    def __init__(self, call: Call, state: State) -> None:
        super().__init__(is_immutable=call.is_immutable)
        self._encoder = messages.get_encoder(state.selected, has_bodies=may_read(call, "Mail"))

    def shows(self, item: MailCopy, state: State) -> bool:
        """Show what the `$filter` lets through."""
        return (item.mail.sent_at or "") >= state.since

    def encode(self, item: MailCopy, state: State) -> bytes:
        """Write a whole message."""
        return messages.encode_message(item, self._encoder, is_immutable=self.is_immutable)

    def encode_change(self, item: MailCopy, state: State) -> bytes:
        """Write only what changed."""
        return messages.encode_change(item, is_immutable=self.is_immutable)


class CalendarView(View[EventCopy]):
    """Events between two moments; a master is shown with the occurrences that it has there."""

    odata_type: ClassVar[str] = "#microsoft.graph.event"
    kind = EventCopy

    def __init__(self, call: Call, state: State) -> None:
        super().__init__(is_immutable=call.is_immutable)
        self._has_bodies = may_read(call, "Calendars")
        self._from, self._to = (_read_moment(text) for text in state.window)

    def shows(self, item: EventCopy, state: State) -> bool:
        """Show what overlaps the window."""
        meetings = item.meeting.occurrences or [item.meeting]
        return any(each.starts_at < self._to and each.ends_at > self._from for each in meetings)

    def encode(self, item: EventCopy, state: State) -> bytes:
        """Write an event, an occurrence bare."""
        return events.encode_in_view(item, is_immutable=self.is_immutable, has_bodies=self._has_bodies)

    def encode_change(self, item: EventCopy, state: State) -> bytes:
        """Write the event as it now is."""
        return self.encode(item, state)


@router.get("users/{user}/mailFolders/{folder}/messages/delta", needs=MAIL)
def follow_messages(call: Call) -> Answer:
    """Answer a page of messages that came, changed or went."""
    feed = get_folder(call)
    return answer_delta(call, feed, lambda state: MessageView(call, state), lambda: _begin_messages(call, feed))


def _begin_messages(call: Call, feed: Feed) -> State:
    since = call.query.get("$filter", "")
    found = _SINCE.match(since)
    if since and not found:
        raise GraphError(400, "ErrorInvalidUrlQueryFilter", "Only receivedDateTime ge or gt is supported.")
    order = call.query.get("$orderby", "")
    if order and order.lower().split() != ["receiveddatetime", "desc"]:
        raise GraphError(400, "ErrorInvalidUrlQuery", "Only receivedDateTime desc is supported.")
    return State(
        feed=feed.id,
        epoch=feed.epoch,
        is_first=True,
        start=len(feed.log),
        end=len(feed.arrivals),
        selected=call.selected,
        top=call.get_top(0, 1_000_000),
        is_newest_first=bool(order),
        since=found[2] if found else "",
        changes=call.query.get("changeType", ""),
    )


@router.get("users/{user}/calendarView/delta", needs=CALENDARS)
@router.get("users/{user}/calendar/calendarView/delta", needs=CALENDARS)
def follow_calendar(call: Call) -> Answer:
    """Answer a page of events that came, changed or went between two moments."""
    feed = call.get_mailbox().calendar
    return answer_delta(call, feed, lambda state: CalendarView(call, state), lambda: _begin_calendar(call, feed))


def _begin_calendar(call: Call, feed: Feed) -> State:
    refused = [name for name in ("$select", "$filter", "$orderby", "$expand", "$search", "$top") if name in call.query]
    if refused:
        text = f"Not supported with change tracking over the 'CalendarView' resource: {', '.join(refused)}."
        raise GraphError(400, "ErrorInvalidUrlQuery", text)
    window = _read_window(call)
    return State(feed.id, feed.epoch, is_first=True, start=len(feed.log), end=len(feed.arrivals), window=window)


def _read_window(call: Call) -> tuple[str, str]:
    window = (call.query.get("startDateTime", ""), call.query.get("endDateTime", ""))
    if not all(window):
        raise GraphError(
            400, "ErrorInvalidParameter", "This request requires a time window: startDateTime, endDateTime."
        )
    if _read_moment(window[0]) >= _read_moment(window[1]):
        raise GraphError(400, "ErrorInvalidParameter", "The start of the time window is not before its end.")
    return window


@router.get("users/{user}/calendarView", needs=CALENDARS)
def list_calendar_view(call: Call) -> Answer:
    """Answer the events between two moments, occurrences whole."""
    state = State("", 0, is_first=True, start=0, end=0, window=_read_window(call))
    view = CalendarView(call, state)
    found = [item for item in call.get_mailbox().calendar if isinstance(item, EventCopy) and view.shows(item, state)]
    expanded = [item for item in found if item.meeting.kind != "seriesMaster"]
    return answer_list(call, [_encode_event(call, item) for item in expanded])


@router.get("users/{user}/mailFolders/{folder}/messages", needs=MAIL)
def list_messages(call: Call) -> Answer:
    """Answer the newest messages of a folder."""
    encoder = messages.get_encoder(call.selected, has_bodies=may_read(call, "Mail"))
    copies = [item for item in get_folder(call) if isinstance(item, MailCopy)]
    copies.sort(key=lambda copy: copy.mail.sent_at or "", reverse=True)
    encoded = [messages.encode_message(copy, encoder, is_immutable=call.is_immutable) for copy in copies]
    return answer_list(call, encoded)


@router.get("users/{user}/messages/{item}", needs=MAIL)
@router.get("users/{user}/mailFolders/{folder}/messages/{item}", needs=MAIL)
def get_message(call: Call) -> Answer:
    """Answer one message."""
    copy = call.get_mailbox().get_item(call.values["item"])
    if not isinstance(copy, MailCopy) or take_fault(call, "vanish"):
        raise ITEM_NOT_FOUND
    encoder = messages.get_encoder(call.selected, has_bodies=may_read(call, "Mail"))
    return Answer(200, messages.encode_message(copy, encoder, is_immutable=call.is_immutable))


@router.get("users/{user}/events/{item}", needs=CALENDARS)
@router.get("users/{user}/calendar/events/{item}", needs=CALENDARS)
def get_event(call: Call) -> Answer:
    """Answer one event."""
    copy = call.get_mailbox().get_item(call.values["item"])
    if not isinstance(copy, EventCopy) or take_fault(call, "vanish"):
        raise ITEM_NOT_FOUND
    return Answer(200, _encode_event(call, copy))


@router.get("users/{user}/mailboxSettings", needs=("MailboxSettings.Read", "MailboxSettings.ReadWrite"))
def get_settings(call: Call) -> Answer:
    """Answer time zone and language of a mailbox."""
    person = call.firm.directory.people[call.get_mailbox().user_id]
    language = {"locale": person.language or "en-US", "displayName": ""}
    return answer_json({"timeZone": "UTC", "language": language, "userPurpose": "user"})


def _encode_event(call: Call, copy: EventCopy) -> bytes:
    has_bodies = may_read(call, "Calendars")
    return events.encode_event(copy, is_immutable=call.is_immutable, selected=call.selected, has_bodies=has_bodies)


def answer_list(call: Call, items: list[bytes]) -> Answer:
    """Answer a page of a list, `$top` items from `$skip` on."""
    top, skip = call.get_top(10, 1000), int(call.query.get("$skip", "0") or 0)
    rest = {name: value for name, value in call.query.items() if name != "$skip"}
    links = {"@odata.nextLink": call.link(call.path, **rest, **{"$skip": str(skip + top)})}
    return answer_page(call.name_context(call.path), items[skip : skip + top], links if skip + top < len(items) else {})


def get_folder(call: Call) -> Feed:
    """Return the folder that the path names; raises 404."""
    folder = call.get_mailbox().get_folder(call.values["folder"])
    if folder is None:
        raise GraphError(404, "ErrorItemNotFound", "The specified folder could not be found in the store.")
    return folder


def may_read(call: Call, what: str) -> bool:
    """Return whether bodies are granted, of `Mail` or `Calendars`."""
    return not call.firm.granted.isdisjoint({f"{what}.Read", f"{what}.ReadWrite"})


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise GraphError(400, "ErrorInvalidParameter", f"'{text[:40]}' is no time.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
