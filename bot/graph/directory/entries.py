"""Fetch the directory from Graph: verified domains, people, and the members of a group."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.request_information import RequestInformation
from msgraph.generated.groups.item.transitive_members.transitive_members_request_builder import (
    TransitiveMembersRequestBuilder,
)
from msgraph.generated.organization.organization_request_builder import OrganizationRequestBuilder
from msgraph.generated.users.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.users.item.mail_folders.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from bot.graph.client.client import GraphClient, add_preferences, request_url
from bot.graph.client.errors import GraphError
from storage.firm.tenants import DirectoryUser
from storage.text.names import clean_text

PERSON: Final = (
    *("id", "displayName", "mail", "userPrincipalName", "proxyAddresses"),
    *("accountEnabled", "userType", "preferredLanguage"),
)
_TOP: Final = 999


class Entry(msgspec.Struct, rename="camel"):
    """One entry of the directory."""

    id: str
    display_name: str | None = None
    mail: str | None = None
    user_principal_name: str | None = None
    proxy_addresses: list[str] | None = None
    account_enabled: bool | None = True
    user_type: str | None = None
    preferred_language: str | None = None
    removed: Any = msgspec.field(default=None, name="@removed")


class _Domain(msgspec.Struct):
    name: str


class Organization(msgspec.Struct, rename="camel"):
    """The tenant as the directory describes it."""

    display_name: str | None = None
    verified_domains: list[_Domain] = []


class _Round(msgspec.Struct):
    value: list[Entry]
    next_link: str = msgspec.field(default="", name="@odata.nextLink")
    delta_link: str = msgspec.field(default="", name="@odata.deltaLink")


class _Organizations(msgspec.Struct):
    value: list[Organization]


def describe_user(entry: Entry) -> DirectoryUser:
    """Return a user as the store takes them."""
    address = clean_text(entry.mail or entry.user_principal_name or "").lower()
    name = clean_text(entry.display_name or "") or address
    return DirectoryUser(
        entry.id,
        name,
        address,
        _list_aliases(entry, address),
        (entry.preferred_language or "")[:8],
        entry.account_enabled is not False,
    )


def _list_aliases(entry: Entry, address: str) -> str:
    """Return a person's further addresses, which they receive at and may write from."""
    given = (one.partition(":") for one in entry.proxy_addresses or [])
    others = {clean_text(rest).lower() for kind, _, rest in given if kind.lower() == "smtp"}
    others.add(clean_text(entry.user_principal_name or "").lower())
    return " ".join(sorted(one for one in others - {address, ""} if " " not in one))


async def fetch_organization(client: GraphClient) -> Organization:
    """Fetch the tenant's name and verified domains; raises `GraphError`."""
    query = OrganizationRequestBuilder.OrganizationRequestBuilderGetQueryParameters(
        select=["displayName", "verifiedDomains"]
    )
    request = client.request_builder.organization.to_get_request_information(
        RequestConfiguration(query_parameters=query)
    )
    found = read_answer(await client.fetch(request), _Organizations).value
    if not found or not found[0].verified_domains:
        raise GraphError(0, "notAPage")
    return found[0]


@dataclass(frozen=True, slots=True)
class Changes:
    """One round of the directory's delta."""

    people: list[Entry]
    """People in a round: all in the first, later those who are new or changed, perhaps with changed fields only."""
    removed: list[str]
    link: str


async def fetch_changes(client: GraphClient, link: str = "") -> Changes:
    """Follow the delta from a link, or list everybody without one; raises `GraphError` (410: the link is forgotten)."""
    changes = Changes([], [], "")
    body = await (client.fetch_link(link, page_size=_TOP) if link else client.fetch(_request_changes(client)))
    while True:
        page = read_answer(body, _Round)
        changes.people.extend(entry for entry in page.value if entry.removed is None)
        changes.removed.extend(entry.id for entry in page.value if entry.removed is not None)
        if page.delta_link:
            return replace(changes, link=page.delta_link)
        if not page.next_link:
            raise GraphError(0, "notAPage")
        body = await client.fetch_link(page.next_link, page_size=_TOP)


def _request_changes(client: GraphClient) -> RequestInformation:
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=list(PERSON))
    request = client.request_builder.users.delta.to_get_request_information(
        RequestConfiguration(query_parameters=query)
    )
    add_preferences(request, _TOP)
    return request


async def fetch_person(client: GraphClient, entra_id: str) -> Entry | None:
    """Fetch one person; None if Graph does not find them at the moment. Raises `GraphError`."""
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=list(PERSON))
    builder = client.request_builder.users.by_user_id(entra_id)
    try:
        body = await client.fetch(builder.to_get_request_information(RequestConfiguration(query_parameters=query)))
    except GraphError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise
    return read_answer(body, Entry)


async def fetch_members(client: GraphClient, group_id: str) -> list[str]:
    """List the Entra ids of a group's members, those of its groups included; raises `GraphError`."""
    query = TransitiveMembersRequestBuilder.TransitiveMembersRequestBuilderGetQueryParameters(select=["id"], top=_TOP)
    builder = client.request_builder.groups.by_group_id(group_id).transitive_members
    body = await client.fetch(builder.to_get_request_information(RequestConfiguration(query_parameters=query)))
    members: list[str] = []
    while True:
        page = read_answer(body, _Round)
        members += [entry.id for entry in page.value]
        if not page.next_link:
            return members
        body = await client.fetch_link(page.next_link, page_size=_TOP)


async def probe_mailbox(client: GraphClient, entra_id: str) -> None:
    """Test the access to a mailbox by fetching the id of one message; raises `GraphError` if it is refused."""
    query = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(select=["id"], top=1)
    builder = client.request_builder.users.by_user_id(entra_id).mail_folders.by_mail_folder_id("inbox").messages
    await client.fetch(builder.to_get_request_information(RequestConfiguration(query_parameters=query)))


async def probe_calendar(client: GraphClient, entra_id: str) -> None:
    """Test the access to a calendar by fetching one meeting of a day; raises `GraphError` if it is refused."""
    day = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2026-01-02T00:00:00Z"
    await client.fetch(request_url(f"{client.graph_url}/users/{entra_id}/calendarView?{day}&$top=1"))


KindT = TypeVar("KindT")


def read_answer(body: bytes, kind: type[KindT]) -> KindT:
    """Decode an answer of Graph; raises `GraphError` if it has another shape."""
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GraphError(0, "notAPage") from error
