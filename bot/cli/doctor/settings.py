"""The settings, and the certificate that proves who we are."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from bot.cli.doctor.addresses import check_addresses
from bot.cli.doctor.findings import Finding, Findings, problem, warning, well
from bot.config import SERVICE_URL_HOSTS, Config
from bot.credential import ALARM_DAYS, Credential, CredentialError, count_days, read_credential
from bot.environment import has_credential


async def check_settings(config: Config, now: float) -> Findings:
    """Check what can be seen without asking anybody."""
    for value, key in ((config.app_id, "no_app_id"), (config.tenants, "no_tenants")):
        if not value:
            yield problem(key)
    for finding in check_addresses(config):
        yield finding
    if set(config.service_url_hosts) - set(SERVICE_URL_HOSTS):
        yield warning("other_hosts", hosts=", ".join(sorted(set(config.service_url_hosts) - set(SERVICE_URL_HOSTS))))
    if config.metrics_port and config.metrics_host not in ("127.0.0.1", "::1", "localhost"):
        yield warning("metrics_open", host=config.metrics_host)
    async for finding in _check_credential(config, now):
        yield finding


async def _check_credential(config: Config, now: float) -> Findings:
    """Check what the app signs in with: whether it is there, can be read, and is good for a while."""
    if not has_credential(config):
        yield problem("no_credential")
        return
    if len(given := list_credentials(config)) > 1:
        yield warning("credential_unused", used=given[0], others=", ".join(given[1:]))
    try:
        credential = await asyncio.to_thread(read_credential, config)
    except CredentialError as error:
        yield problem(error.key, path=config.app_certificate or config.app_token_file or config.app_secret_file)
        return
    for finding in judge_credential(credential, now):
        yield finding


def list_credentials(config: Config) -> list[str]:
    """Return the settings that give something to sign in with, the one that is used first."""
    given = {
        "CARNET_MANAGED_IDENTITY": config.managed_identity,
        "CARNET_APP_CERTIFICATE": config.app_certificate,
        "CARNET_APP_TOKEN_FILE": config.app_token_file,
        "CARNET_APP_SECRET_FILE": config.app_secret_file,
        "CARNET_APP_SECRET": config.app_secret.get_secret_value(),
    }
    return [name for name, value in given.items() if value]


def judge_credential(credential: Credential, now: float) -> Iterator[Finding]:
    """Say how long what the app signs in with is good, and whether there is better."""
    if credential.kind in ("identity", "token"):
        yield well(credential.kind)
        return
    days = count_days(credential, now)
    if credential.kind == "secret":
        yield warning("secret_used" if days is not None else "secret_without_end")
    if days is None:
        return
    values = {"days": days, "day": datetime.fromtimestamp(credential.ends_at, UTC).date().isoformat()}
    if credential.begins_at > now:
        day = datetime.fromtimestamp(credential.begins_at, UTC).date().isoformat()
        yield problem("certificate_early", day=day)
    elif days < 0:
        yield problem(f"{credential.kind}_over", **values)
    elif days < ALARM_DAYS[0]:
        yield warning(f"{credential.kind}_ending", **values)
    else:
        yield well(credential.kind, **values)
