"""Config: what the service is told, each setting checked and in one form; `environment` reads it."""

import uuid
from datetime import date
from ipaddress import ip_network
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.engine.urls import read_url
from storage.errors import RuleError
from storage.firm.rule_values import MOST_CHANGED, NAMES, FirmRules, read_value, write_value

_OF_IDS: Final = frozenset({"group", "serves_group", "admins"})

SERVICE_URL_HOSTS = (
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
)
"""Microsoft's hosts of the Bot Connector for Teams; a list of exact names, never a pattern."""


SYSTEM_IDENTITY: Final = "system"
"""The identity that the machine itself has, where it has one."""


class Config(BaseSettings):
    """Every setting of the service, with its default; the README's table is made from it."""

    model_config = SettingsConfigDict(env_prefix="CARNET_", frozen=True, extra="forbid")

    database_url: str = Field("sqlite:///carnet.db", description="SQLite file or PostgreSQL URL")
    database_is_pooled: bool = Field(
        default=False, description="true behind PgBouncer in transaction mode, as pgbouncer=true in the URL"
    )
    wake_url: str = Field("", description="PostgreSQL URL around the pooler, for LISTEN/NOTIFY; empty for the same one")
    move_to: SecretStr = Field(SecretStr(""), description="database URL to which `carnet move` moves; else unset")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(3978, ge=1, le=65535, description="port to listen on")
    worker_port: int = Field(
        0, ge=0, le=65535, description="port on which `carnet worker` answers its probes; 0 for none"
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="addresses or networks of the proxies that say who asks (X-Forwarded-For), as a JSON list"
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s]+/?)?$",
        description="https address, without a path, under which Microsoft reaches this service",
    )
    app_id: str = Field("", description="client id of the Entra app registration, which is also the bot's id")
    app_secret: SecretStr = Field(SecretStr(""), description="client secret; a certificate is better")
    app_secret_file: str = Field("", description="path of a file with the client secret, read anew where it changes")
    app_secret_ends: str = Field(
        "", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="day on which the secret ends, such as 2027-01-31"
    )
    app_tenant: str = Field("", description="Entra tenant of the app registration; empty for a multi-tenant bot")
    app_certificate: str = Field("", description="path of a PEM file with private key and certificate")
    app_token_file: str = Field(
        "", description="path of a file with another issuer's word for the app (workload identity), read anew each time"
    )
    managed_identity: str = Field(
        "", description="client id of an Azure managed identity that signs in for the app, or `system`; no secret then"
    )
    tenants: tuple[str, ...] = Field((), description="Entra ids of the tenants served, as a JSON list")
    group: str = Field("", description="Entra group whose members' mailboxes are read; empty for everybody's")
    admins: tuple[str, ...] = Field((), description="Entra object ids of those who are told of trouble, as a JSON list")
    retention_days: int = Field(0, ge=0, description="days after which interactions are deleted; 0 keeps them")
    leaver_days: int = Field(
        -1, ge=-1, description="days after which what a leaver's mailbox gave is deleted; -1 keeps it"
    )
    notice_hours: str = Field(
        "7-21", description="local hours in which people are told things, unless they say; such as 7-21"
    )
    keeps_subjects: bool = Field(default=False, description="true keeps the subjects of mails and meetings")
    own_domains: tuple[str, ...] = Field(
        (), description="domains that are the firm's own beside those proved to Microsoft, as a JSON list"
    )
    language: str = Field("en", description="`en` or `fr`, in which people are answered whose own is not known")
    timezone: str = Field("UTC", description="time zone of the firm, such as Europe/Paris")
    serves: str = Field(
        "mailboxes", description="who may use the service: those whose `mailboxes` are read, `everyone`, or a `group`"
    )
    serves_group: str = Field("", description="Entra group that may use the service, where `CARNET_SERVES` is `group`")
    shows_lately: bool = Field(default=True, description="false leaves out what happened last with somebody")
    mass_change: int = Field(
        20, ge=1, le=MOST_CHANGED, description="companies above which a change is asked for by their number"
    )
    controller: str = Field("", description="who is responsible for the data, for the privacy page")
    privacy_contact: str = Field("", description="whom people write to about their data, for the privacy page")
    legal_basis: str = Field("", description="why the firm may keep the data, for the privacy page")
    privacy_url: str = Field("", description="the firm's own privacy notice (https), in place of ours")
    terms_url: str = Field("", description="the firm's own terms of use (https), in place of ours")
    installs_app: bool = Field(default=False, description="install the app for people before telling them something")
    contact_rule: str = Field("outreach", description="`outreach`, or `exchange`: they must have answered too")
    shares_contacts: bool = Field(default=True, description="false keeps colleagues' contacts back")
    login_url: str = Field("https://login.microsoftonline.com", description="sign-in authority, without a path")
    proxy: str = Field(
        "", pattern=r"^(https?://\S+)?$", description="proxy for all that goes out, http://HOST:PORT; empty for none"
    )
    ca_file: str = Field("", description="CA file that every client trusts beside the public ones (a proxy's, say)")
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

    @field_validator("database_url", "wake_url")
    @classmethod
    def _read_url(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "wake_url":
            return value
        if info.field_name == "wake_url" and not value.strip(" \"'").lower().startswith("postgres"):
            raise ValueError("it begins with postgresql://")
        return read_url(value).render_as_string(hide_password=False)

    @field_validator(*sorted({*NAMES} - _OF_IDS))
    @classmethod
    def _read_rule(cls, value: object, info: ValidationInfo) -> object:
        """Read a firm's rule as an administrator's own is read; the sentence of a wrong one is its description."""
        try:
            return read_value(str(info.field_name), write_value(value))
        except RuleError as error:
            raise PydanticCustomError("rule", "no value of this rule") from error

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        if self.serves == "group" and not self.serves_group:
            raise ValueError("CARNET_SERVES is `group`: name it in CARNET_SERVES_GROUP")
        return self

    @property
    def first_rules(self) -> FirmRules:
        """The rules of a firm whose administrators have not yet set any."""
        return FirmRules(**{name: getattr(self, name) for name in NAMES})

    @field_validator("app_id", "app_tenant", "group", "serves_group")
    @classmethod
    def _read_id(cls, value: str) -> str:
        return read_id(value) if value else value

    @field_validator("tenants", "admins")
    @classmethod
    def _read_ids(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(read_id, values)))

    @field_validator("managed_identity")
    @classmethod
    def _read_identity(cls, value: str) -> str:
        word = value.strip().lower()
        return word if word in ("", SYSTEM_IDENTITY) else read_id(word)

    @field_validator("public_url", "graph_url", "login_url", "openid_url", "traces_url", "proxy")
    @classmethod
    def _read_address(cls, value: str, info: ValidationInfo) -> str:
        name = str(info.field_name)
        if value or cls.model_fields[name].default:
            check_address(value, may_sign_in=name == "proxy")
        return value.rstrip("/")

    @field_validator("app_secret_ends")
    @classmethod
    def _read_day(cls, value: str) -> str:
        try:
            return value and date.fromisoformat(value).isoformat()
        except ValueError as error:
            raise ValueError("there is no such day; write it as 2027-01-31") from error

    @field_validator("service_url_hosts")
    @classmethod
    def _read_hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if not values:
            raise ValueError("without a host the bot answers nobody: leave it out for those of Microsoft")
        return values

    @field_validator("trusted_proxies")
    @classmethod
    def _read_networks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(value.strip(), strict=False)) for value in values)


def check_address(text: str, *, may_sign_in: bool = False) -> None:
    """Raise `ValueError` with a sentence, and nothing of what may be a password, for what is no address of a server."""
    form = "it begins with https:// and a host"
    try:
        parts = urlsplit(text)
        is_server = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"{form}, and a port is a number up to 65535") from error
    if parts.scheme not in ("http", "https") or not is_server or not text.isprintable() or " " in text:
        raise ValueError(form)
    if parts.query or parts.fragment:
        raise ValueError(f"{form}, and has neither ? nor #")
    if "@" in parts.netloc and not may_sign_in:
        raise ValueError(f"{form}, and has no user or password")


def read_id(text: str) -> str:
    """Return an Entra id in the form that tokens use; raises `ValueError` with a sentence if it is not one."""
    text = text.strip()
    try:
        return str(uuid.UUID(text))
    except ValueError:
        pass
    form = "an Entra id has the form 11111111-2222-3333-4444-555555555555"
    if "@" in text:
        raise ValueError(f"{form}; that of a person is the object id on their page in Entra, or `az ad user show --id`")
    if "." in text:
        where = f"https://login.microsoftonline.com/{text[:100]}/v2.0/.well-known/openid-configuration"
        raise ValueError(f"{text[:100]} is a domain name; the id of its tenant stands in the issuer at {where}")
    raise ValueError(f"{form}; names are not taken, for they change and are not unique")
