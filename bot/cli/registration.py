"""What Microsoft must know of an installation: ids, scopes, addresses, permissions and hosts, each said once.

The README's checklist, `carnet setup` and the doctor read it from here.
"""

from typing import Final

from bot.config import SERVICE_URL_HOSTS
from bot.outlook.tokens import MICROSOFT_CLIENTS

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's own application id."""
MAIL: Final = ("Mail.ReadBasic.All", "Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite")
CALENDARS: Final = ("Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
DIRECTORY: Final = ("User.Read.All", "Directory.Read.All")
ORGANIZATION: Final = ("Domain.Read.All", "Organization.Read.All", "Directory.Read.All")
GROUP: Final = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
INSTALL: Final = (
    (
        "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "TeamsAppInstallation.ReadWriteAndConsentForUser.All",
        "TeamsAppInstallation.ReadWriteForUser.All",
    ),
    ("AppCatalog.Read.All", "AppCatalog.ReadWrite.All"),
)
"""The manifest asks for the open item's addresses, a permission of its own: installing it for people needs Consent."""
SCOPED_ROLES: Final = ("Application Mail.ReadBasic", "Application Calendars.Read")
"""Exchange's roles (RBAC for Applications) in place of tenant-wide consent."""
NOTIFIED_ROLES: Final = ("Application Mail.Read", "Application Calendars.Read")
OUTBOUND: Final = (
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "login.botframework.com",
    *SERVICE_URL_HOSTS,
)
"""Hosts that the service asks, all on port 443; the browser of a person also loads appsforoffice.microsoft.com."""
INBOUND: Final = (
    ("/api/messages", "the Bot Connector (Azure service tag AzureBotService)"),
    (
        "/graph/notifications, /graph/lifecycle",
        "Microsoft Graph's change notifications (endpoint set 151)",
    ),
    (
        "/pane, /tab, /signed-in, /static, /api/turn, /api/changes, /privacy, /terms",
        "people's Teams, Outlook and browsers",
    ),
)
CHANNELS: Final = ("Microsoft Teams", "Microsoft 365")


def list_redirects(host: str) -> tuple[str, str]:
    """Return the redirect URIs of kind `spa`: of nested sign-in in Teams and Outlook, and of a plain browser."""
    return f"brk-multihub://{host}", f"https://{host}/signed-in"


def name_application(host: str, app_id: str) -> str:
    """Return the application id URI."""
    return f"api://{host}/{app_id}"


def list_clients(app_id: str) -> list[str]:
    """Return the clients that are authorised for our scope beforehand: Microsoft's, and the app itself."""
    return [*sorted(MICROSOFT_CLIENTS), app_id]


def list_permissions(*, has_group: bool, installs_app: bool, is_scoped: bool, is_notified: bool) -> list[str]:
    """Give the application permissions of Graph to consent to; those of mailboxes only without a scope in Exchange."""
    of_mailboxes = ["Mail.Read", "Calendars.Read"] if is_notified else [MAIL[0], CALENDARS[0]]
    return [
        *([] if is_scoped else of_mailboxes),
        DIRECTORY[0],
        ORGANIZATION[0],
        *([GROUP[0]] if has_group else []),
        *([one[0] for one in INSTALL] if installs_app else []),
    ]
