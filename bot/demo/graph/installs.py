"""Routes of Teams: installing the app for a person who never opened it, and finding the chat that comes of it."""

from bot.demo.cloud import TEAMS_APP_ID
from bot.demo.graph.answers import Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.router import Router
from bot.demo.world.addresses import encode_json
from bot.demo.world.identity import make_guid
from bot.demo.world.people import Person

router = Router()
_NEEDS = ("TeamsAppInstallation.ReadWriteSelfForUser.All", "TeamsAppInstallation.ReadWriteForUser.All")
_CATALOG = ("AppCatalog.Read.All", "AppCatalog.ReadWrite.All")


def name_chat(tenant_id: str, user_id: str) -> str:
    """Return the conversation id of the bot's personal chat with a person."""
    return f"a:{make_guid('chat', tenant_id, user_id)}"


@router.get("appCatalogs/teamsApps", needs=_CATALOG)
def list_apps(call: Call) -> Answer:
    """Answer the organisation's catalog: the app, unless it was taken out."""
    app = {"id": TEAMS_APP_ID, "externalId": call.cloud.app_id, "displayName": "Carnet"}
    items = [encode_json(app)] if call.cloud.is_in_catalog else []
    return answer_page(call.name_context("teamsApps"), items, {})


@router.get("users/{user}/teamwork/installedApps", needs=_NEEDS)
def list_installed(call: Call) -> Answer:
    """Answer the app's installation for a person, if there is one."""
    person = _get_person(call)
    items = [encode_json(_describe(call, person))] if person.id in call.cloud.installed else []
    return answer_page(call.name_context("installedApps"), items, {})


@router.on("POST", "users/{user}/teamwork/installedApps", needs=_NEEDS)
def install(call: Call) -> Answer:
    """Install the app for a person: 201, or 409 where it is, 403 by policy, 404 where the catalog has no such app."""
    person = _get_person(call)
    fault = call.cloud.faults.take("install", "status", tenant=call.firm.tenant_id, mailbox=person.id, path=call.path)
    if fault is not None:
        raise GraphError(int(fault.get("status", 403)), fault.get("code", "Forbidden"), fault.get("message", ""))
    app = str(call.read_json().get("teamsApp@odata.bind", "")).rstrip("/").rpartition("/")[2]
    if not call.cloud.is_in_catalog or app != TEAMS_APP_ID:
        raise GraphError(404, "NotFound", "The app was not found in the organization's app catalog.")
    if person.id in call.cloud.installed:
        raise GraphError(409, "Conflict", "The app is already installed in the user's personal scope.")
    call.cloud.installed.add(person.id)
    for listener in call.cloud.install_listeners:
        listener(call.firm, person)
    return Answer(201, b"", {"Location": call.link(f"{call.path}/{_name_install(person)}")})


@router.get("users/{user}/teamwork/installedApps/{install}/chat", needs=_NEEDS)
def get_chat(call: Call) -> Answer:
    """Answer the chat between a person and the app."""
    person = _get_person(call)
    if person.id not in call.cloud.installed or call.values["install"] != _name_install(person):
        raise GraphError(404, "NotFound", "The app is not installed.")
    return answer_json({"id": name_chat(call.firm.tenant_id, person.id), "chatType": "oneOnOne"})


def _describe(call: Call, person: Person) -> dict[str, object]:
    app = {"id": TEAMS_APP_ID, "externalId": call.cloud.app_id, "displayName": "Carnet"}
    return {"id": _name_install(person), "teamsApp": app}


def _name_install(person: Person) -> str:
    return make_guid("install", person.id)


def _get_person(call: Call) -> Person:
    person = call.firm.get_person(call.values["user"])
    if person is None:
        raise GraphError(404, "NotFound", f"The user '{call.values['user']}' was not found.")
    return person
