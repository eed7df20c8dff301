"""`carnet setup`: the commands that register an installation at Microsoft, and its `.env`; no secret passes through."""

import argparse
import json
import shlex
import uuid
from collections.abc import Iterator
from typing import Final

from bot.cli.package import check_values, read_host
from bot.cli.registration import (
    GRAPH_APP,
    NOTIFIED_ROLES,
    SCOPED_ROLES,
    list_clients,
    list_permissions,
    list_redirects,
    name_application,
)
from bot.cli.sign_in import add_sign_in, check_sign_in, list_making, list_naming
from bot.config import read_id
from bot.outlook.tokens import SCOPE

PARTS: Final = ("azure", "exchange", "env")
_GRAPH: Final = "https://graph.microsoft.com/v1.0"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet setup`."""
    parser.add_argument("--tenant", required=True, help="Entra id of the firm's tenant")
    parser.add_argument("--host", required=True, help="public host name of this service")
    parser.add_argument("--app-id", required=True, help="application (client) id of the Entra app registration")
    parser.add_argument("--group", default="", help="Entra id of the group whose mailboxes are read; all without it")
    parser.add_argument("--admin", action="append", default=[], help="Entra object id of who is told of trouble")
    parser.add_argument("--notified", action="store_true", help="ask for Mail.Read: news in seconds, not in minutes")
    parser.add_argument("--installs-app", action="store_true", help="let the bot install itself for people")
    parser.add_argument("--resource-group", default="carnet", help="Azure resource group of the bot")
    parser.add_argument(
        "--location", default="westeurope", help="Azure region of that group, where it is not there yet"
    )
    add_sign_in(parser)
    parser.add_argument("--only", choices=PARTS, help="print one part alone")


def run(arguments: argparse.Namespace) -> None:
    """Print the parts. Raises `ValueError` with a sentence for an id or a host that is none."""
    check_sign_in(arguments)
    given = vars(arguments) | {"host": read_host(arguments.host), "tenant": read_option("--tenant", arguments.tenant)}
    given["app_id"] = read_option("--app-id", arguments.app_id)
    given["group"] = read_option("--group", arguments.group) if arguments.group else ""
    given["admin"] = [read_option("--admin", one) for one in arguments.admin]
    check_values(given["app_id"], given["host"], "1.0.0")
    parts = {"azure": list_azure, "exchange": list_exchange, "env": list_settings}
    for name, write in parts.items():
        if arguments.only in (None, name):
            print(*write(argparse.Namespace(**given)), sep="\n", end="\n\n")  # noqa: T201


def read_option(option: str, text: str) -> str:
    """Read the Entra id that an option gives; raises `ValueError` with a sentence that names the option."""
    try:
        return read_id(text)
    except ValueError as error:
        raise ValueError(f"{option}: {error}") from error


def list_azure(given: argparse.Namespace) -> Iterator[str]:
    """Return the commands of the Azure CLI: registration, permissions, certificate, bot."""
    app = f"{_GRAPH}/applications(appId='{given.app_id}')"
    yield "# 1. In a shell with the Azure CLI, signed in as an administrator of the tenant"
    yield f"az login --tenant {given.tenant} --allow-no-subscriptions"
    for body in (describe_app(given), describe_clients(given)):
        yield f"az rest --method PATCH --url \"{app}\" --headers Content-Type=application/json --body '{body}'"
    yield f"az ad sp create --id {given.app_id}"
    for name in list_permissions(
        has_group=bool(given.group),
        installs_app=given.installs_app,
        is_scoped=bool(given.group),
        is_notified=given.notified,
    ):
        query = f"az ad sp show --id {GRAPH_APP} --query \"appRoles[?value=='{name}'].id\" -o tsv"
        yield f'az ad app permission add --id {given.app_id} --api {GRAPH_APP} --api-permissions "$({query})=Role"'
    yield f"az ad app permission admin-consent --id {given.app_id}"
    yield from list_making(given)
    place = f"--resource-group {shlex.quote(given.resource_group)}"
    yield f"az group create {place} --location {shlex.quote(given.location)}"
    bot = f"{place} --name carnet-{given.app_id[:8]}"
    kind = f"--app-type SingleTenant --appid {given.app_id} --tenant-id {given.tenant}"
    yield f"az bot create {bot} {kind} --endpoint https://{given.host}/api/messages"
    yield f"az bot msteams create {bot}"
    yield "# In the Azure portal, on the bot's page Channels: add Microsoft 365, for Outlook's message extension."


def describe_app(given: argparse.Namespace) -> str:
    """Describe the registration: its URI, its one scope, and where a sign-in returns."""
    scope = {
        "id": make_scope_id(given.app_id),
        "value": SCOPE,
        "type": "User",
        "isEnabled": True,
        "adminConsentDisplayName": "Use Carnet",
        "adminConsentDescription": "Lets Teams and Outlook ask Carnet on behalf of who is signed in.",
        "userConsentDisplayName": "Use Carnet",
        "userConsentDescription": "Lets Teams and Outlook ask Carnet for you.",
    }
    api = {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope]}
    whole = {"identifierUris": [name_application(given.host, given.app_id)], "api": api}
    return json.dumps(whole | {"spa": {"redirectUris": list_redirects(given.host)}})


def describe_clients(given: argparse.Namespace) -> str:
    """Describe who is authorised for the scope beforehand; the scope has to be there by then."""
    scope = [make_scope_id(given.app_id)]
    clients = [{"appId": one, "delegatedPermissionIds": scope} for one in list_clients(given.app_id)]
    return json.dumps({"api": {"preAuthorizedApplications": clients}})


def make_scope_id(app_id: str) -> str:
    """Return the scope's id, always the same for one app: the commands may be run again."""
    return str(uuid.uuid5(uuid.UUID(app_id), SCOPE))


def list_exchange(given: argparse.Namespace) -> Iterator[str]:
    """Return the commands of Exchange Online that open the mailboxes of one group, and no others."""
    if not given.group:
        yield "# 2. Without --group every mailbox is read, by the consent above; Exchange needs nothing."
        return
    yield "# 2. In PowerShell with the module ExchangeOnlineManagement: the mailboxes of the group, and no others"
    yield "# Direct members of the group alone are meant: those of a group within it stay closed."
    yield "Connect-ExchangeOnline"
    principal = f"az ad sp show --id {given.app_id} --query id -o tsv"
    yield f"New-ServicePrincipal -AppId {given.app_id} -ObjectId $({principal}) -DisplayName Carnet"
    yield f"$group = (Get-Group -Identity {given.group}).DistinguishedName"
    yield "New-ManagementScope -Name Carnet -RecipientRestrictionFilter \"MemberOfGroup -eq '$group'\""
    for role in NOTIFIED_ROLES if given.notified else SCOPED_ROLES:
        yield f'New-ManagementRoleAssignment -App {given.app_id} -Role "{role}" -CustomResourceScope Carnet'
    yield f"Test-ServicePrincipalAuthorization -Identity {given.app_id} -Resource SOMEBODY@OF.THE.GROUP"


def list_settings(given: argparse.Namespace) -> Iterator[str]:
    """Return the `.env` of compose, systemd and a shell; what is secret is named by where it lies."""
    yield "# 3. As .env, readable by the service alone; then: set -a; . ./.env; set +a; carnet doctor"
    yield "# CARNET_DATABASE_URL is yours to add; for compose.yaml HOSTNAME_OF_CARNET and POSTGRES_PASSWORD instead."
    yield f"CARNET_PUBLIC_URL=https://{given.host}"
    yield f"CARNET_APP_ID={given.app_id}"
    yield f"CARNET_APP_TENANT={given.tenant}"
    yield f"CARNET_TENANTS='{json.dumps([given.tenant])}'"
    yield from list_naming(given)
    yield f"CARNET_GROUP={given.group}"
    yield f"CARNET_ADMINS='{json.dumps(given.admin)}'"
    yield f"CARNET_INSTALLS_APP={str(given.installs_app).lower()}"
    yield "CARNET_RETENTION_DAYS=0"
