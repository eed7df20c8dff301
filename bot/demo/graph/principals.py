"""Routes of the app's own service principal: which permissions an administrator has consented to."""

from typing import Any

from bot.demo.graph.answers import Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.router import Router
from bot.demo.world.addresses import encode_json
from bot.demo.world.identity import make_guid

router = Router()
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_NEEDS = ("Application.Read.All", "Directory.Read.All")
_KNOWN_ROLES = (
    "Mail.ReadBasic.All", "Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite", "Mail.Send",
    "Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite",
    "User.Read.All", "User.ReadBasic.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All",
    "Domain.Read.All", "Organization.Read.All", "Application.Read.All", "MailboxSettings.Read",
    "TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All",
)  # fmt: skip


@router.get("servicePrincipals", needs=_NEEDS)
def list_principals(call: Call) -> Answer:
    """Answer the service principals that a `$filter` on `appId` names, or both."""
    wanted = call.query.get("$filter", "")
    found = [each for each in _list_principals(call) if not wanted or each["appId"] in wanted]
    return answer_page(call.name_context("servicePrincipals"), [encode_json(each) for each in found], {})


@router.get("servicePrincipals/{principal}", needs=_NEEDS)
def get_principal(call: Call) -> Answer:
    """Answer one service principal, by its id or as `appId=ID`."""
    return answer_json(_get_principal(call))


@router.get("servicePrincipals/{principal}/appRoleAssignments", needs=_NEEDS)
def list_assignments(call: Call) -> Answer:
    """Answer the app roles granted to a service principal."""
    principal = _get_principal(call)
    granted = sorted(call.firm.granted) if principal["appId"] == call.cloud.app_id else []
    resource = make_guid("service principal", call.firm.tenant_id, GRAPH_APP_ID)
    items = [
        {
            "id": make_guid("assignment", call.firm.tenant_id, role),
            "appRoleId": make_guid("app role", role),
            "principalId": principal["id"],
            "resourceId": resource,
            "resourceDisplayName": "Microsoft Graph",
        }
        for role in granted
    ]
    return answer_page(call.name_context("appRoleAssignments"), [encode_json(item) for item in items], {})


def _list_principals(call: Call) -> list[dict[str, Any]]:
    roles = [
        {"id": make_guid("app role", role), "value": role, "isEnabled": True, "allowedMemberTypes": ["Application"]}
        for role in _KNOWN_ROLES
    ]
    return [
        _describe(call, call.cloud.app_id, "Carnet", []),
        _describe(call, GRAPH_APP_ID, "Microsoft Graph", roles),
    ]


def _describe(call: Call, app_id: str, name: str, roles: list[dict[str, Any]]) -> dict[str, Any]:
    principal_id = make_guid("service principal", call.firm.tenant_id, app_id)
    return {"id": principal_id, "appId": app_id, "displayName": name, "accountEnabled": True, "appRoles": roles}


def _get_principal(call: Call) -> dict[str, Any]:
    wanted = call.values["principal"].removeprefix("appId=")
    for each in _list_principals(call):
        if wanted in (each["id"], each["appId"]):
            return each
    raise GraphError(404, "Request_ResourceNotFound", f"Resource '{wanted}' does not exist.")
