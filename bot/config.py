"""Config: read once from the environment (`CARNET_...`) and checked; nothing else reads the environment."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICE_URL_HOSTS = (
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
)
"""Microsoft's hosts of the Bot Connector for Teams; a list of exact names, never a pattern."""


class Config(BaseSettings):
    """Every setting of the service, with its default; the README's table is made from it."""

    model_config = SettingsConfigDict(env_prefix="CARNET_", frozen=True, extra="forbid")

    database_url: str = Field("sqlite:///carnet.db", description="SQLite file or PostgreSQL URL")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(3978, description="port to listen on")
    public_url: str = Field("", description="https address under which Microsoft reaches this service")
    app_id: str = Field("", description="client id of the Entra app registration, which is also the bot's id")
    app_secret: SecretStr = Field(SecretStr(""), description="client secret; a certificate is better")
    app_tenant: str = Field("", description="Entra tenant of the app registration; empty for a multi-tenant bot")
    app_certificate: str = Field("", description="path of a PEM file with private key and certificate")
    tenants: tuple[str, ...] = Field((), description="Entra ids of the tenants served, as a JSON list")
    contact_rule: str = Field("outreach", description="`outreach`, or `exchange`: they must have answered too")
    shares_contacts: bool = Field(default=True, description="false keeps colleagues' contacts back")
    login_url: str = Field("https://login.microsoftonline.com", description="sign-in authority")
    login_ca: str = Field("", description="CA file that msal trusts for the sign-in, where it is not a public one")
    graph_url: str = Field("https://graph.microsoft.com/v1.0", description="Microsoft Graph")
    openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration", description="keys of the Bot Framework"
    )
    service_url_hosts: tuple[str, ...] = Field(SERVICE_URL_HOSTS, description="exact hosts of the Bot Connector")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    metrics_port: int = Field(0, description="port of Prometheus metrics; 0 turns them off")
    mailbox_concurrency: int = Field(8, description="mailboxes synced at once by one process")
