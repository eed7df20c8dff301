"""Config: read once from the environment (`CARNET_...`) and checked; nothing else reads the environment."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

_HOUR = r"(0?[0-9]|1[0-9]|2[0-4])"

SERVICE_URL_HOSTS = (
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
)
"""Microsoft's hosts of the Bot Connector for Teams; a list of exact names, never a pattern."""


class Config(BaseSettings):
    """Every setting of the service, with its default; the README's table is made from it."""

    model_config = SettingsConfigDict(env_prefix="CARNET_", frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///carnet.db", pattern="^(sqlite|postgresql)[^:]*:.", description="SQLite file or PostgreSQL URL"
    )
    database_is_pooled: bool = Field(default=False, description="true behind PgBouncer in transaction mode")
    wake_url: str = Field("", description="PostgreSQL URL around the pooler, for LISTEN/NOTIFY; empty for the same one")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(3978, ge=1, le=65535, description="port to listen on")
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks of the proxies that say who asks (X-Forwarded-For), as a JSON list"
    )
    public_url: str = Field(
        "", pattern=r"^(https?://[^/\s]+/?)?$", description="https address under which Microsoft reaches this service"
    )
    app_id: str = Field("", description="client id of the Entra app registration, which is also the bot's id")
    app_secret: SecretStr = Field(SecretStr(""), description="client secret; a certificate is better")
    app_tenant: str = Field("", description="Entra tenant of the app registration; empty for a multi-tenant bot")
    app_certificate: str = Field("", description="path of a PEM file with private key and certificate")
    tenants: tuple[str, ...] = Field((), description="Entra ids of the tenants served, as a JSON list")
    group: str = Field("", description="Entra group whose members' mailboxes are read; empty for everybody's")
    admins: tuple[str, ...] = Field((), description="Entra object ids of those who are told of trouble, as a JSON list")
    retention_days: int = Field(0, ge=0, description="days after which interactions are deleted; 0 keeps them")
    leaver_days: int = Field(
        -1, ge=-1, description="days after which what a leaver's mailbox gave is deleted; -1 keeps it"
    )
    notice_hours: str = Field(
        "7-21",
        pattern=rf"^{_HOUR}-{_HOUR}$",
        description="local hours in which people are told things, unless they say",
    )
    installs_app: bool = Field(default=False, description="install the app for people before telling them something")
    contact_rule: str = Field(
        "outreach",
        pattern="^(outreach|exchange)$",
        description="`outreach`, or `exchange`: they must have answered too",
    )
    shares_contacts: bool = Field(default=True, description="false keeps colleagues' contacts back")
    login_url: str = Field("https://login.microsoftonline.com", description="sign-in authority")
    login_ca: str = Field("", description="CA file that msal trusts for the sign-in, where it is not a public one")
    graph_url: str = Field("https://graph.microsoft.com/v1.0", description="Microsoft Graph")
    openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration", description="keys of the Bot Framework"
    )
    service_url_hosts: tuple[str, ...] = Field(SERVICE_URL_HOSTS, description="exact hosts of the Bot Connector")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR")
    failpoint: str = Field("", description="for tests alone: `POINT:N`, where the process is to kill itself")
    traces_url: str = Field("", description="OTLP endpoint (HTTP) for traces; empty sends none")
    metrics_host: str = Field("127.0.0.1", description="address of the metrics; never a public one")
    metrics_port: int = Field(0, ge=0, le=65535, description="port of Prometheus metrics; 0 turns them off")
    mailbox_concurrency: int = Field(8, ge=1, description="mailboxes synced at once by one process")
    sync_interval: int = Field(
        300, ge=60, description="seconds after which a mailbox is read where no notification came; 1800 for very many"
    )


def load_config() -> Config:
    """Read the settings; raises `ValueError` with a sentence that names each that makes no sense, and no value."""
    try:
        return Config()
    except ValidationError as error:
        names = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
    except SettingsError as error:
        names = dict.fromkeys(re.findall(r'field "(\w+)"', str(error)))
    wrong = (f"CARNET_{name.upper()} ({Config.model_fields[name].description})" for name in names)
    raise ValueError(f"This setting makes no sense as it is: {'; '.join(wrong)}.")


def read_config() -> Config:
    """Read the settings of a service; raises `ValueError` with a sentence for what it cannot do without."""
    config = load_config()
    if not config.app_id:
        raise ValueError("CARNET_APP_ID is not set: there is no service without authentication.")
    if not config.app_secret.get_secret_value() and not config.app_certificate:
        raise ValueError("Set CARNET_APP_CERTIFICATE (better) or CARNET_APP_SECRET.")
    if not config.tenants:
        raise ValueError("CARNET_TENANTS is empty: name the Entra tenants to serve, as a JSON list.")
    if config.app_certificate and not Path(config.app_certificate).is_file():
        raise ValueError("There is no file where CARNET_APP_CERTIFICATE says.")
    return config
