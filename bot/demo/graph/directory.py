"""Routes of the directory: users, groups, the tenant and its verified domains."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.demo.graph.answers import SYNC_STATE_NOT_FOUND, Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.page_faults import fail_page, take_fault
from bot.demo.graph.rounds import RoundPage
from bot.demo.graph.router import Router
from bot.demo.graph.state import State, read_token, write_token
from bot.demo.world.addresses import encode_json
from bot.demo.world.directory import DirectoryChange
from bot.demo.world.people import Group, Person

router = Router()
_USERS = ("User.Read.All", "User.ReadBasic.All", "Directory.Read.All")
_GROUPS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
_DOMAINS = ("Domain.Read.All", "Organization.Read.All", "Directory.Read.All", "User.Read.All")
_DEFAULT = ("businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation")
_DEFAULT_USER = (*_DEFAULT, "preferredLanguage", "surname", "userPrincipalName", "id")
"""What `/users` gives without `$select`."""
_FILTERS: dict[str, Callable[[Person], bool]] = {
    "accountEnabled eq true": lambda person: person.is_enabled,
    "accountEnabled eq false": lambda person: not person.is_enabled,
    "userType eq 'Member'": lambda person: person.kind == "Member",
    "userType eq 'Guest'": lambda person: person.kind == "Guest",
}


@router.get("users", needs=_USERS)
def list_users(call: Call) -> Answer:
    """Answer a page of users."""
    people = _filter(call, call.firm.list_people())
    return _answer_list(call, "users", [_describe(person, call.selected) for person in people])


@router.get("users/delta", needs=_USERS)
def follow_users(call: Call) -> Answer:
    """Answer a page of users who came, changed or left."""
    return _follow(call, "users", [change for change in call.firm.directory.log if not change.group_id])


@router.get("users/{user}", needs=_USERS)
def get_user(call: Call) -> Answer:
    """Answer one user."""
    person = call.firm.get_person(call.values["user"])
    if person is None:
        raise _not_found(call.values["user"])
    return answer_json(_describe(person, call.selected))


@router.get("groups/{group}/members", needs=_GROUPS)
@router.get("groups/{group}/members/user", needs=_GROUPS)
@router.get("groups/{group}/transitiveMembers", needs=_GROUPS)
def list_members(call: Call) -> Answer:
    """Answer a page of a group's members."""
    group = _get_group(call)
    items = [{"@odata.type": "#microsoft.graph.user", **_describe(each, call.selected)} for each in group.members]
    return _answer_list(call, "directoryObjects", items)


@router.get("groups/delta", needs=_GROUPS)
def follow_groups(call: Call) -> Answer:
    """Answer groups with `members@delta`: all members in the first round, then who came and left."""
    directory = call.firm.directory
    log = [change for change in directory.log if change.group_id]
    token = call.query.get("$deltatoken")
    state = read_token(token) if token else State("groups", directory.epoch, is_first=True, start=0, end=0)
    if (state.feed, state.epoch) != ("groups", directory.epoch):
        raise SYNC_STATE_NOT_FOUND
    wanted = call.query.get("$filter", "")
    groups = [group for group in directory.groups.values() if not wanted or group.id in wanted]
    items = [_encode_group(group, None if not token else log[state.start :]) for group in groups]
    end = write_token(State("groups", directory.epoch, is_first=False, start=len(log), end=len(log)))
    link = call.link(call.path, **{"$deltatoken": end}, **({"$filter": wanted} if wanted else {}))
    return answer_page(call.name_context("groups"), [item for item in items if item], {"@odata.deltaLink": link})


@router.get("groups/{group}", needs=_GROUPS)
def get_group(call: Call) -> Answer:
    """Answer one group."""
    group = _get_group(call)
    return answer_json({"id": group.id, "displayName": group.name})


@router.get("organization", needs=_DOMAINS)
def list_organization(call: Call) -> Answer:
    """Answer the tenant, with its verified domains."""
    firm = call.firm
    domains = [
        {"name": domain, "type": "Managed", "isDefault": domain == firm.domains[0], "isInitial": False}
        for domain in firm.domains
    ]
    value = {"id": firm.tenant_id, "displayName": firm.name, "verifiedDomains": domains}
    return answer_page(call.name_context("organization"), [encode_json(value)], {})


@router.get("domains", needs=_DOMAINS)
def list_domains(call: Call) -> Answer:
    """Answer the tenant's domains."""
    items = [
        {"id": domain, "isVerified": True, "isDefault": domain == call.firm.domains[0], "isAdminManaged": True}
        for domain in call.firm.domains
    ]
    return _answer_list(call, "domains", items)


def _follow(call: Call, feed: str, log: Sequence[DirectoryChange]) -> Answer:
    """Answer a page of a directory delta: the first round is the log from its beginning, joined by person."""
    epoch = call.firm.directory.epoch
    token = call.query.get("$deltatoken") or call.query.get("$skiptoken")
    state = read_token(token) if token else State(feed, epoch, True, 0, len(log), selected=call.selected)
    if (state.feed, state.epoch) != (feed, epoch):
        raise SYNC_STATE_NOT_FOUND
    if "$deltatoken" in call.query:
        state = state.changed(is_first=False, start=state.end, end=len(log), cursor=0, page=0)
    latest = {change.person.id: change for change in log[state.start : state.end]}
    size = call.preferred_page_size or call.get_top(100, 999)
    chosen = list(latest.values())[state.cursor : state.cursor + size]
    is_last = state.cursor + size >= len(latest)
    following = None if is_last else state.changed(cursor=state.cursor + size, page=state.page + 1)
    encoded = [_encode_user(change, state) for change in chosen]
    page = RoundPage([item for item in encoded if item], following)
    fail_page(call, state, page, call.link(call.path))
    return answer_page(call.name_context(feed), page.items, _link(call, state, following))


def _link(call: Call, state: State, following: State | None) -> dict[str, str]:
    if following is not None:
        return {"@odata.nextLink": call.link(call.path, **{"$skiptoken": write_token(following)})}
    return {"@odata.deltaLink": call.link(call.path, **{"$deltatoken": write_token(state.changed(cursor=0, page=0))})}


def _encode_user(change: DirectoryChange, state: State) -> bytes:
    if change.kind == "removed":
        if state.is_first:
            return b""
        return encode_json({"id": change.person.id, "@removed": {"reason": "changed"}})
    return encode_json(_describe(change.person, state.selected))


def _encode_group(group: Group, changes: Sequence[DirectoryChange] | None) -> bytes:
    members: Iterable[dict[str, Any]] = [_name_member(person) for person in group.members]
    if changes is not None:
        latest = {change.person.id: change for change in changes if change.group_id == group.id}
        members = [_name_member(change.person, is_gone=change.kind == "removed") for change in latest.values()]
        if not latest:
            return b""
    return encode_json({"id": group.id, "displayName": group.name, "members@delta": list(members)})


def _name_member(person: Person, *, is_gone: bool = False) -> dict[str, Any]:
    removed = {"@removed": {"reason": "deleted"}} if is_gone else {}
    return {"@odata.type": "#microsoft.graph.user", "id": person.id, **removed}


def _describe(person: Person, selected: Sequence[str]) -> dict[str, Any]:
    properties = person.describe()
    return {name: properties[name] for name in selected or _DEFAULT_USER if name in properties}


def _filter(call: Call, people: list[Person]) -> list[Person]:
    for clause in filter(None, call.query.get("$filter", "").split(" and ")):
        test = _FILTERS.get(clause.strip())
        if test is None:
            raise GraphError(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {clause}")
        people = [person for person in people if test(person)]
    return people


def _answer_list(call: Call, context: str, items: Sequence[dict[str, Any]]) -> Answer:
    top = call.get_top(100, 999)
    token = call.query.get("$skiptoken", "")
    start = int(token) if token.isdigit() else 0
    rest = {name: value for name, value in call.query.items() if name != "$skiptoken"}
    is_last = start + top >= len(items)
    links = {} if is_last else {"@odata.nextLink": call.link(call.path, **rest, **{"$skiptoken": str(start + top)})}
    if links and (fault := take_fault(call, "foreign_link")):
        links = {
            name: link.replace(call.cloud.url, fault.get("host", "https://graph.example"), 1)
            for name, link in links.items()
        }
    return answer_page(call.name_context(context), [encode_json(item) for item in items[start : start + top]], links)


def _get_group(call: Call) -> Group:
    group = call.firm.directory.groups.get(call.values["group"])
    if group is None:
        raise _not_found(call.values["group"])
    return group


def _not_found(name: str) -> GraphError:
    text = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)
