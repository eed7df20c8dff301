"""The settings, and the certificate that proves who we are."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from bot.cli.doctor.findings import Findings, problem, warning, well
from bot.config import SERVICE_URL_HOSTS, Config

ALARM_DAYS: Final = 30
"""Days before its end at which a certificate is to be replaced."""
DAY: Final = 86_400


async def check_settings(config: Config, now: float) -> Findings:
    """Check what can be seen without asking anybody."""
    for value, key in ((config.app_id, "no_app_id"), (config.tenants, "no_tenants")):
        if not value:
            yield problem(key)
    if not config.public_url:
        yield warning("no_public_url")
    elif urlsplit(config.public_url).scheme != "https":
        yield problem("public_url_plain", url=config.public_url)
    if set(config.service_url_hosts) - set(SERVICE_URL_HOSTS):
        yield warning("other_hosts", hosts=", ".join(sorted(set(config.service_url_hosts) - set(SERVICE_URL_HOSTS))))
    if config.metrics_port and config.metrics_host not in ("127.0.0.1", "::1", "localhost"):
        yield warning("metrics_open", host=config.metrics_host)
    if not config.app_certificate:
        yield warning("secret_used") if config.app_secret.get_secret_value() else problem("no_credential")
        return
    async for finding in check_certificate(Path(config.app_certificate), now):
        yield finding


async def check_certificate(path: Path, now: float) -> Findings:
    """Check that a certificate can be read, has its key beside it, and is good for a while."""
    try:
        pem = await asyncio.to_thread(path.read_bytes)
        certificate = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError) as error:
        yield problem("certificate_unreadable", path=str(path), error=type(error).__name__)
        return
    if b"PRIVATE KEY-----" not in pem:
        yield problem("certificate_without_key", path=str(path))
    ends_at = certificate.not_valid_after_utc
    days = int((ends_at - datetime.fromtimestamp(now, UTC)).total_seconds() // DAY)
    values = {"days": days, "day": ends_at.date().isoformat()}
    if days < 0:
        yield problem("certificate_over", **values)
    else:
        yield warning("certificate_ending", **values) if days < ALARM_DAYS else well("certificate", **values)
