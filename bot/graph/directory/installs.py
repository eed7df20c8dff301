"""Install the app for people who never opened it, if the firm allows that: without it they get no messages."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
import structlog
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.app_catalogs.teams_apps.teams_apps_request_builder import TeamsAppsRequestBuilder
from msgraph.generated.models.user_scope_teams_app_installation import UserScopeTeamsAppInstallation
from msgraph.generated.users.item.teamwork.installed_apps.installed_apps_request_builder import (
    InstalledAppsRequestBuilder,
)

from bot.graph.client.client import GraphClient
from bot.graph.client.errors import GraphError
from storage.engine.database import Database
from storage.firm.installs import Install, get_install, set_install
from storage.messages.conversations import Reference, get_service_url, set_conversation

log = structlog.get_logger(__name__)

REFUSED_FOR: Final = 24 * 3600
"""Seconds after which a refused installation (by policy, or without the app in the catalog) is tried again."""
PASSING: Final = 300
CATALOG: Final = "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps"


class _App(msgspec.Struct):
    id: str


class _Apps(msgspec.Struct):
    """The catalog's apps, or a person's installed ones."""

    value: list[_App]


class AppInstaller:
    """Installs the app for a person once, and stores the outcome with the user.

    `get_client(entra_tenant_id)` gives the Graph client of a tenant, `app_id` is the manifest's id of the app.
    """

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        app_id: str,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._get_client = get_client
        self._app_id = app_id
        self._clock = clock
        self._catalog_ids: dict[str, str] = {}

    async def install(self, tenant_id: int, user_id: int) -> bool:
        """Install the app for a person; return whether their chat exists or will exist soon.

        Called again, it asks Graph for the chat, because Teams reports a new chat only once and we may have missed it.
        """
        now = int(self._clock())
        async with self._database.reading(tenant_id) as connection:
            known = await get_install(connection, tenant_id, user_id)
        if known is None or (known.state != "installed" and now < known.retry_at):
            return False
        if known.state == "installed":
            await self._meet(tenant_id, user_id, known)
            return True
        state, retry_at = await self._try(known.entra_tenant_id, known.entra_user_id, now)
        async with self._database.writing(tenant_id) as connection:
            await set_install(connection, tenant_id, user_id, state, retry_at)
        return state == "installed"

    async def _meet(self, tenant_id: int, user_id: int, known: Install) -> None:
        """Store the chat with a person under Graph's id, if the tenant's service URL is known."""
        try:
            chat_id = await self._find_chat(self._get_client(known.entra_tenant_id), known.entra_user_id)
        except GraphError as error:
            log.warning("chat_not_found", error=str(error))
            return
        reference = {
            "channelId": "msteams",
            "bot": {"id": f"28:{self._app_id}"},
            "user": {"id": known.entra_user_id, "aadObjectId": known.entra_user_id},
            "conversation": {"id": chat_id, "conversationType": "personal", "tenantId": known.entra_tenant_id},
        }
        async with self._database.writing(tenant_id) as connection:
            if service_url := await get_service_url(connection, tenant_id):
                chat = Reference(tenant_id, chat_id, user_id, service_url, reference)
                await set_conversation(connection, chat, int(self._clock()))

    async def _find_chat(self, client: GraphClient, entra_user_id: str) -> str:
        """Find the id of the chat between a person and the app; raises `GraphError` (404) where it is not installed."""
        query = InstalledAppsRequestBuilder.InstalledAppsRequestBuilderGetQueryParameters(
            filter=f"teamsApp/externalId eq '{self._app_id}'", expand=["teamsApp"]
        )
        person = client.request_builder.users.by_user_id  # a builder is good for one request: sending it empties it
        apps = person(entra_user_id).teamwork.installed_apps
        body = await client.fetch(apps.to_get_request_information(RequestConfiguration(query_parameters=query)))
        if not (installed := _read(body, _Apps).value):
            raise GraphError(HTTPStatus.NOT_FOUND, "notInstalled")
        apps = person(entra_user_id).teamwork.installed_apps
        chat = apps.by_user_scope_teams_app_installation_id(installed[0].id).chat
        return _read(await client.fetch(chat.to_get_request_information()), _App).id

    async def _try(self, entra_tenant_id: str, entra_user_id: str, now: int) -> tuple[str, int]:
        try:
            await self._install(self._get_client(entra_tenant_id), entra_tenant_id, entra_user_id)
        except GraphError as error:
            if error.status == HTTPStatus.CONFLICT:  # it is installed already
                return "installed", 0
            log.warning("app_not_installed", error=str(error))
            if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                return "refused", now + REFUSED_FOR
            return "", now + int(error.retry_after or PASSING)
        return "installed", 0

    async def _install(self, client: GraphClient, entra_tenant_id: str, entra_user_id: str) -> None:
        catalog_id = self._catalog_ids.get(entra_tenant_id) or await self._find_app(client)
        self._catalog_ids[entra_tenant_id] = catalog_id
        body = UserScopeTeamsAppInstallation(additional_data={"teamsApp@odata.bind": f"{CATALOG}/{catalog_id}"})
        builder = client.request_builder.users.by_user_id(entra_user_id).teamwork.installed_apps
        await client.fetch(builder.to_post_request_information(body))

    async def _find_app(self, client: GraphClient) -> str:
        """Find the app in the organisation's catalog by the manifest's id; raises `GraphError` (404) without one."""
        query = TeamsAppsRequestBuilder.TeamsAppsRequestBuilderGetQueryParameters(
            filter=f"externalId eq '{self._app_id}'", select=["id"]
        )
        builder = client.request_builder.app_catalogs.teams_apps
        body = await client.fetch(builder.to_get_request_information(RequestConfiguration(query_parameters=query)))
        if not (apps := _read(body, _Apps).value):
            raise GraphError(HTTPStatus.NOT_FOUND, "notInCatalog")
        return apps[0].id


KindT = TypeVar("KindT")


def _read(body: bytes, kind: type[KindT]) -> KindT:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise GraphError(0, "unreadable") from error
