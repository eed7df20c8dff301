"""Build the first request of each delta feed, for the needed properties only."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import (
    DeltaRequestBuilder as CalendarDelta,
)
from msgraph.generated.users.item.events.item.event_item_request_builder import EventItemRequestBuilder
from msgraph.generated.users.item.mail_folders.item.messages.delta.delta_request_builder import (
    DeltaRequestBuilder as MessagesDelta,
)

from bot.graph.client.client import GraphClient, add_preferences, request_url
from storage.models import Feed

_MAIL: Final = (
    *("id", "internetMessageId", "isDraft", "sentDateTime", "receivedDateTime"),
    *("from", "toRecipients", "ccRecipients", "bccRecipients"),
)
_EVENT: Final = (
    *("id", "type", "seriesMasterId", "iCalUId", "isCancelled", "isDraft", "sensitivity", "start"),
    *("organizer", "attendees", "responseStatus"),
)
DAYS_BACK: Final = 730
DAYS_AHEAD: Final = 366
_DAY: Final = 86_400
_NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for the user in a URL that is written once: the SDK takes half a millisecond to expand its template."""
_URLS: Final = 1_024
"""URLs of each kind that are kept: a firm has no more than three."""


def request_messages(
    client: GraphClient, user_id: str, feed: Feed, *, page_size: int, keeps_subjects: bool
) -> RequestInformation:
    """Ask for the messages of the inbox or the sent items, the newest first: a list is useful within minutes.

    Headers tell machines and lists, and only in the inbox.
    """
    return _request(_write_messages_url(client, feed, keeps_subjects), user_id, page_size)


def request_calendar(client: GraphClient, user_id: str, *, ends_at: int, page_size: int) -> RequestInformation:
    """Ask for the calendar up to `ends_at`, which `choose_window_end` gave; calendarView takes no `$select`."""
    return _request(_write_calendar_url(client, ends_at), user_id, page_size)


def request_event(client: GraphClient, user_id: str, event_id: str, *, keeps_subjects: bool) -> RequestInformation:
    """Ask for one event: the series that an occurrence belongs to."""
    select = [*_EVENT, *(["subject"] if keeps_subjects else [])]
    query = EventItemRequestBuilder.EventItemRequestBuilderGetQueryParameters(select=select)
    event = client.request_builder.users.by_user_id(user_id).events.by_event_id(event_id)
    request = event.to_get_request_information(RequestConfiguration(query_parameters=query))
    add_preferences(request, page_size=1)
    return request


def list_mail_fields(feed: Feed, *, keeps_subjects: bool) -> list[str]:
    """List the properties of a mail that are asked for; what was sent tells nothing by its headers."""
    headers = [] if feed == Feed.SENT else ["internetMessageHeaders"]
    return [*_MAIL, *headers, *(["subject"] if keeps_subjects else [])]


def choose_window_end(now: float) -> int:
    """Return the end of today's window of the calendar: a year ahead, at midnight UTC."""
    return int(now) // _DAY * _DAY + DAYS_AHEAD * _DAY


def get_window_start(ends_at: int) -> int:
    """Return the start of the window that ends at `ends_at`: two years before its day."""
    return ends_at - (DAYS_BACK + DAYS_AHEAD) * _DAY


def _request(url: str, user_id: str, page_size: int) -> RequestInformation:
    return request_url(url.replace(_NOBODY, quote(user_id, safe="")), page_size)


@lru_cache(maxsize=_URLS)
def _write_messages_url(client: GraphClient, feed: Feed, keeps_subjects: bool) -> str:  # noqa: FBT001
    query = MessagesDelta.DeltaRequestBuilderGetQueryParameters(
        select=list_mail_fields(feed, keeps_subjects=keeps_subjects), orderby=["receivedDateTime desc"]
    )
    folder = client.request_builder.users.by_user_id(_NOBODY).mail_folders.by_mail_folder_id(feed.value)
    return _write_url(client, folder.messages.delta, query)


@lru_cache(maxsize=_URLS)
def _write_calendar_url(client: GraphClient, ends_at: int) -> str:
    query = CalendarDelta.DeltaRequestBuilderGetQueryParameters(
        start_date_time=_write_time(get_window_start(ends_at)), end_date_time=_write_time(ends_at)
    )
    return _write_url(client, client.request_builder.users.by_user_id(_NOBODY).calendar_view.delta, query)


def _write_url(client: GraphClient, builder: Any, query: Any) -> str:
    request: RequestInformation = builder.to_get_request_information(RequestConfiguration(query_parameters=query))
    request.path_parameters["baseurl"] = client.graph_url
    return request.url.replace("%24", "$")  # in the names of parameters, as the SDK's middleware does it


def _write_time(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
