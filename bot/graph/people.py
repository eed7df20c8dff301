"""The firm's people, read whole: who has a mailbox that is worth asking for, and which domains are the firm's own."""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.organization.organization_request_builder import OrganizationRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from bot.graph.client import GraphClient
from bot.graph.errors import GraphError
from storage.database import Database
from storage.names import clean_text
from storage.tenants import DirectoryUser, set_organization, set_users, stop_users_but

_PEOPLE: Final = (
    *("id", "displayName", "mail", "userPrincipalName", "accountEnabled", "userType", "preferredLanguage"),
)
_TOP: Final = 999


class Entry(msgspec.Struct, rename="camel"):
    """One entry of the directory."""

    id: str
    display_name: str | None = None
    mail: str | None = None
    user_principal_name: str | None = None
    account_enabled: bool | None = True
    user_type: str | None = None
    preferred_language: str | None = None


class _Domain(msgspec.Struct):
    name: str


class _Organization(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    verified_domains: list[_Domain] = []


class _People(msgspec.Struct):
    value: list[Entry]
    next_link: str = msgspec.field(default="", name="@odata.nextLink")


class _Organizations(msgspec.Struct):
    value: list[_Organization]


async def sync_directory(
    database: Database, client: GraphClient, tenant_id: int, *, clock: Callable[[], float]
) -> None:
    """Bring a tenant's domains, users and mailboxes to what the directory says; raises `GraphError`."""
    organization = await _fetch_organization(client)
    people = [describe_user(entry) for entry in await _fetch_people(client) if entry.user_type != "Guest"]
    async with database.writing(tenant_id) as connection:
        domains = [domain.name for domain in organization.verified_domains]
        await set_organization(connection, tenant_id, name=clean_text(organization.display_name or ""), domains=domains)
        await set_users(connection, tenant_id, people, int(clock()))
        await stop_users_but(connection, tenant_id, [one.entra_id for one in people])


def describe_user(entry: Entry) -> DirectoryUser:
    """Give a user as the store takes them."""
    address = clean_text(entry.mail or entry.user_principal_name or "").lower()
    name = clean_text(entry.display_name or "") or address
    return DirectoryUser(
        entry.id, name, address, (entry.preferred_language or "")[:8], entry.account_enabled is not False
    )


async def _fetch_organization(client: GraphClient) -> _Organization:
    query = OrganizationRequestBuilder.OrganizationRequestBuilderGetQueryParameters(
        select=["displayName", "verifiedDomains"]
    )
    request = client.request_builder.organization.to_get_request_information(
        RequestConfiguration(query_parameters=query)
    )
    found = _read(await client.fetch(request), _Organizations).value
    if not found or not found[0].verified_domains:
        raise GraphError(0, "notAPage")
    return found[0]


async def _fetch_people(client: GraphClient) -> list[Entry]:
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=list(_PEOPLE), top=_TOP)
    request = client.request_builder.users.to_get_request_information(RequestConfiguration(query_parameters=query))
    page = _read(await client.fetch(request), _People)
    people = page.value
    while page.next_link:
        page = _read(await client.fetch_link(page.next_link), _People)
        people += page.value
    return people


KindT = TypeVar("KindT")


def _read(body: bytes, kind: type[KindT]) -> KindT:
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GraphError(0, "notAPage") from error
