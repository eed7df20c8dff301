"""What Microsoft says: whether it lets us in, with which permissions, and whether they are too few or too many."""

import asyncio
import base64
import functools
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from bot.cli.doctor.findings import Finding, Findings, judge_clock, problem, warning, well
from bot.cli.doctor.reach import NOBODY, Asked, Mailbox, Reach, find_missing_groups, find_reach, list_groups
from bot.cli.registration import CALENDARS, DIRECTORY, GROUP, INSTALL, MAIL, SCOPED_ROLES
from bot.config import Config
from bot.errors import UnavailableError
from bot.graph.client.client import GraphClient, GraphClients
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.client.signin import SignIn, make_application
from bot.graph.directory.entries import fetch_organization
from bot.outbound import BlockingSession
from bot.teams.credentials import BotCredentials
from storage.firm.rule_values import FirmRules

NEEDED: Final = (MAIL, CALENDARS, DIRECTORY)
"""One of each is needed; the first is the least."""
PATIENCE: Final = 10
"""Seconds for one answer."""
PROXY_ASKS: Final = f"{HTTPStatus.PROXY_AUTHENTICATION_REQUIRED.value} "
"""What stands in an error where a proxy wants to know who asks."""
LEAST: Final = frozenset(
    {
        *("Mail.ReadBasic.All", "Mail.ReadBasic", "Mail.Read"),
        *("Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read"),
        *("User.Read.All", "GroupMember.Read.All", "Domain.Read.All", "Organization.Read.All"),
        *("TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"),
        "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
    }
)
"""What we have a use for; anything beyond is more than an address book should hold (S34)."""

_NO_TENANT: Final = ("AADSTS90002", "AADSTS900021", "AADSTS900023")
"""Entra's words for a tenant that does not exist."""
_SCOPED: Final = dict(zip((MAIL[0], CALENDARS[0]), SCOPED_ROLES, strict=True))
"""Exchange's role in place of a permission in Entra."""


async def check_tenants(
    config: Config, asked: Asked, rules: Mapping[str, FirmRules], reaches: list[Reach] | None = None
) -> Findings:
    """Sign in to each tenant, look at what was granted, and ask Graph and a mailbox one question each.

    What could be reached is added to `reaches`.
    """
    clients = GraphClients(config)
    reaches = [] if reaches is None else reaches
    try:
        for tenant in config.tenants:
            own = rules.get(tenant, config.first_rules)
            async for finding in _check_tenant(config, clients(tenant), own, tenant, asked, reaches):
                yield finding
    finally:
        await clients.close()
    if len(reaches) == len(config.tenants):
        for finding in judge_named(reaches):
            yield finding


async def _check_tenant(  # noqa: PLR0917
    config: Config, client: GraphClient, rules: FirmRules, tenant: str, asked: Asked, reaches: list[Reach]
) -> Findings:
    sign_in = SignIn(make_application(config, tenant))
    try:
        token = await sign_in.get_token()
    except SignInError as error:
        refused = "tenant_unknown" if error.code in _NO_TENANT else "sign_in_refused"
        yield problem(refused if error.is_refused else "sign_in_away", tenant=tenant, code=error.code)
        return
    finally:
        sign_in.close()
    roles = read_roles(token)
    reach = await find_reach(client, rules.group, asked)
    reaches.append(reach)
    for finding in (*judge_roles(tenant, roles, config, reach, rules), *judge_reach(tenant, roles, reach)):
        yield finding
    for group in await find_missing_groups(client, rules):
        yield problem("group_unknown", tenant=tenant, group=group)
    try:
        organization = await fetch_organization(client)
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


def judge_roles(
    tenant: str, roles: Collection[str], config: Config, reach: Reach = NOBODY, rules: FirmRules | None = None
) -> Iterator[Finding]:
    """Name what is missing, and what is granted beyond need.

    Where a mailbox answers without consent in Entra, RBAC for Applications opened it: nothing is missing then.
    """
    needed = [
        *NEEDED,
        *([GROUP] if list_groups(rules or config.first_rules) else []),
        *(INSTALL if config.installs_app else ()),
    ]
    open_anyway = {MAIL: reach.mail is True, CALENDARS: reach.calendar is True}
    missing = [one[0] for one in needed if not has_any(roles, one) and not open_anyway.get(one, False)]
    of_mailboxes = [] if _has_consent(roles) else [name for name in missing if name in _SCOPED]
    if of_app := [name for name in missing if name not in of_mailboxes]:
        yield problem("roles_missing", tenant=tenant, roles=", ".join(of_app))
    if of_mailboxes and any(open_anyway.values()):
        yield problem("scope_incomplete", tenant=tenant, roles=", ".join(_SCOPED[name] for name in of_mailboxes))
    elif of_mailboxes:
        yield problem("mailboxes_closed", tenant=tenant, roles=", ".join(of_mailboxes))
    if excess := sorted(role for role in roles if not has_any([role], LEAST)):
        yield warning("roles_excess", tenant=tenant, roles=", ".join(excess))
    if not missing and not excess:
        yield well("roles", tenant=tenant)


def judge_reach(tenant: str, roles: Collection[str], reach: Reach) -> Iterator[Finding]:
    """Say which mailboxes are open: by consent all of them, by a scope of Exchange those within."""
    inside, outside, by_consent = reach.inside, reach.outside, _has_consent(roles)
    if inside and outside and not by_consent and _is_refused(inside) and outside.is_open:
        yield problem("mailboxes_swapped", inside=inside.address, outside=outside.address)
        return
    if outside and outside.is_open:
        yield warning("fence_open", tenant=tenant) if by_consent else problem("scope_too_wide", tenant=tenant)
    elif outside and _is_refused(outside):
        yield well("fence_holds", tenant=tenant)
    elif by_consent and inside and outside is None:
        yield warning("fence_unknown", tenant=tenant)
    if inside and _is_refused(inside) and not by_consent and (reach.mail or reach.calendar):
        yield problem("mailbox_beyond", address=inside.address)
    elif reach.mail is False and has_any(roles, MAIL):
        yield warning("mailbox_refused", tenant=tenant, error=reach.error)
    for one in (inside, outside):
        if one and not one.is_open and "away" in (one.mail, one.calendar):
            yield warning("mailbox_away", address=one.address, error=one.error)
    if reach.mail is True and reach.calendar is True and not by_consent:
        yield well("mailboxes_scoped", tenant=tenant)


def judge_named(reaches: Sequence[Reach]) -> Iterator[Finding]:
    """Say of each mailbox that was named whether any tenant has it: what nobody has proves nothing."""
    for judge, key, named in (
        (problem, "mailbox_unknown", [one.inside for one in reaches]),
        (warning, "outside_unknown", [one.outside for one in reaches]),
    ):
        found = [one for one in named if one and (one.mail, one.calendar) == ("none", "none")]
        if found and len(found) == len(named):
            yield judge(key, address=found[0].address)


def _has_consent(roles: Collection[str]) -> bool:
    return has_any(roles, MAIL) or has_any(roles, CALENDARS)


def _is_refused(one: Mailbox) -> bool:
    return not one.is_open and "refused" in (one.mail, one.calendar)


def has_any(roles: Collection[str], names: Collection[str]) -> bool:
    """Return whether one of these permissions is among the roles, however it is written."""
    return not {name.casefold() for name in names}.isdisjoint(role.casefold() for role in roles)


async def check_proxy(config: Config) -> Findings:
    """Ask the sign-in through the proxy, where one is set: one that lets nobody out is told of alone."""
    if not config.proxy:
        return
    parts = urlsplit(config.proxy)
    proxy = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    try:
        with BlockingSession(config) as session:
            answer = await asyncio.to_thread(session.get, config.login_url, timeout=PATIENCE)
    except requests.exceptions.ProxyError as error:
        key = "proxy_password" if PROXY_ASKS in str(error) else "proxy_away"
        yield problem(key, proxy=proxy, error=type(error).__name__)
    except requests.exceptions.SSLError as error:
        yield problem("proxy_untrusted", proxy=proxy, error=type(error).__name__)
    except requests.RequestException as error:
        yield problem("proxy_away", proxy=proxy, error=type(error).__name__)
    else:
        if answer.status_code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            yield problem("proxy_password", proxy=proxy, error=answer.status_code)


async def check_bot(config: Config, told: Collection[str] = ()) -> Findings:
    """Ask for the bot's own token, and for the keys with which the Bot Framework signs.

    `told` are the codes with which the sign-in refused the tenants: the bot is nothing apart where it says the same.
    """
    credentials = BotCredentials(config)
    try:
        await credentials.get()
        yield well("bot_token")
    except UnavailableError:
        code = credentials.refusal or credentials.outage
        apart = "bot_token_refused" if credentials.refusal else "bot_token_away"
        yield problem("bot_token_too" if code in told else apart, code=code)
    finally:
        credentials.close()
    try:
        with BlockingSession(config) as session:
            answer = await asyncio.to_thread(session.get, config.openid_url, timeout=PATIENCE)
        for finding in judge_clock("Microsoft", read_date(answer.headers.get("Date", ""))):
            yield finding
        yield well("keys") if answer.ok else problem("keys_away", error=str(answer.status_code))
    except requests.RequestException as error:
        yield problem("keys_away", error=type(error).__name__)


def read_date(header: str) -> float | None:
    """Read the time that an answer tells, in UTC seconds; None where it tells none."""
    try:
        return parsedate_to_datetime(header).timestamp()
    except ValueError:
        return None


async def check_webhooks(config: Config) -> Findings:
    """Shake hands with our own webhooks as Graph does, under the address that Graph is given."""
    greeting = "Validation: carnet doctor + %2B"
    for path in ("notifications", "lifecycle") if config.public_url else ():
        url = f"{config.public_url.rstrip('/')}/graph/{path}"
        try:
            with BlockingSession(config) as session:
                post = functools.partial(session.post, url, params={"validationToken": greeting}, timeout=PATIENCE)
                answer = await asyncio.to_thread(post)
        except requests.RequestException as error:
            yield problem("webhook_away", url=url, error=type(error).__name__)
            continue
        is_right = (
            answer.ok and answer.text == greeting and answer.headers.get("Content-Type", "").startswith("text/plain")
        )
        yield well("webhook", url=url) if is_right else problem("webhook_wrong", url=url, status=answer.status_code)
