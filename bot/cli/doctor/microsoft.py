"""What Microsoft says: whether it lets us in, with which permissions, and whether they are too few or too many."""

import asyncio
import base64
import json
from collections.abc import Collection, Iterator
from typing import Any, Final

import requests

from bot.cli.doctor.findings import Finding, Findings, problem, warning, well
from bot.config import Config
from bot.errors import UnavailableError
from bot.graph.client.client import GraphClients
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.client.signin import Application, SignIn
from bot.graph.directory.entries import fetch_organization
from bot.teams.credentials import BotCredentials

NEEDED: Final = (
    ("Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"),
    ("Calendars.ReadBasic.All", "Calendars.Read", "Calendars.ReadWrite"),
    ("User.Read.All", "Directory.Read.All"),
)
"""One of each is needed; the first is the least."""
GROUP: Final = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
INSTALL: Final = (
    ("TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All"),
    ("AppCatalog.Read.All", "AppCatalog.ReadWrite.All"),
)
LEAST: Final = {
    "Mail.ReadBasic.All",
    "Calendars.ReadBasic.All",
    "Calendars.Read",
    "User.Read.All",
    "GroupMember.Read.All",
    "Domain.Read.All",
    "Organization.Read.All",
    "TeamsAppInstallation.ReadWriteSelfForUser.All",
    "AppCatalog.Read.All",
}
"""What we have a use for; anything beyond is more than an address book should hold (S34)."""


async def check_tenants(config: Config) -> Findings:
    """Sign in to each tenant, look at the permissions that were granted, and ask Graph one question."""
    clients = GraphClients(config)
    try:
        for tenant in config.tenants:
            async for finding in _check_tenant(config, clients, tenant):
                yield finding
    finally:
        await clients.close()


async def _check_tenant(config: Config, clients: GraphClients, tenant: str) -> Findings:
    sign_in = SignIn(Application(config, tenant))
    try:
        token = await sign_in.get_token()
    except SignInError as error:
        yield problem("sign_in_refused" if error.is_refused else "sign_in_away", tenant=tenant, code=error.code)
        return
    finally:
        sign_in.close()
    for finding in judge_roles(tenant, read_roles(token), config):
        yield finding
    try:
        organization = await fetch_organization(clients(tenant))
    except GraphError as error:
        yield problem("graph_refused", tenant=tenant, error=str(error))
    else:
        yield well("tenant", name=organization.display_name or tenant, count=len(organization.verified_domains))


def read_roles(token: str) -> set[str]:
    """Read the application permissions that a token of ours carries; its signature is Graph's business."""
    try:
        body = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return {str(role) for role in claims.get("roles", [])}
    except (IndexError, ValueError, TypeError, AttributeError):
        return set()


def judge_roles(tenant: str, roles: Collection[str], config: Config) -> Iterator[Finding]:
    """Name what is missing, and what is granted beyond need."""
    needed = [*NEEDED, *([GROUP] if config.group else []), *(INSTALL if config.installs_app else ())]
    missing = [one[0] for one in needed if not set(one) & set(roles)]
    if missing:
        yield problem("roles_missing", tenant=tenant, roles=", ".join(missing))
    if excess := sorted(set(roles) - LEAST):
        yield warning("roles_excess", tenant=tenant, roles=", ".join(excess))
    if not missing and not excess:
        yield well("roles", tenant=tenant)


async def check_bot(config: Config) -> Findings:
    """Ask for the bot's own token, and for the keys with which the Bot Framework signs."""
    credentials = BotCredentials(config)
    try:
        await credentials.get()
        yield well("bot_token")
    except UnavailableError:
        yield problem("bot_token_refused")
    finally:
        credentials.close()
    try:
        answer = await asyncio.to_thread(requests.get, config.openid_url, timeout=10)
        yield well("keys") if answer.ok else problem("keys_away", error=str(answer.status_code))
    except requests.RequestException as error:
        yield problem("keys_away", error=type(error).__name__)


async def check_webhooks(config: Config) -> Findings:
    """Shake hands with our own webhooks as Graph does, under the address that Graph is given."""
    greeting = "Validation: carnet doctor + %2B"
    for path in ("notifications", "lifecycle") if config.public_url else ():
        url = f"{config.public_url.rstrip('/')}/graph/{path}"
        try:
            answer = await asyncio.to_thread(requests.post, url, params={"validationToken": greeting}, timeout=10)
        except requests.RequestException as error:
            yield problem("webhook_away", url=url, error=type(error).__name__)
            continue
        is_right = (
            answer.ok and answer.text == greeting and answer.headers.get("Content-Type", "").startswith("text/plain")
        )
        yield well("webhook", url=url) if is_right else problem("webhook_wrong", url=url, status=answer.status_code)
