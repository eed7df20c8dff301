"""Subscriptions: made after a handshake with both addresses, renewed, listed, run out."""

import re
import secrets
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.demo.cloud import Cloud
from bot.demo.graph.answers import Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call, normalise_path
from bot.demo.graph.mailboxes import CALENDARS, MAIL
from bot.demo.graph.router import Router
from bot.demo.world.addresses import encode_json

LONGEST = 4230 * 60
"""Seconds that an Outlook subscription without resource data may live."""
MOST_PER_MAILBOX = 1000
HANDSHAKE_TIMEOUT = 10
_PAGE = 100
_RESOURCE = re.compile(
    r"^users/(?P<user>[^/]+)/((mailFolders/(?P<folder>[^/]+)/)?(?P<mail>messages)|(?P<events>events))$", re.IGNORECASE
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(slots=True)
class Subscription:
    """One subscription of one tenant."""

    id: str
    tenant_id: str
    user_id: str
    resource: str
    """As the caller wrote it."""
    folder: str
    """The well-known name of the folder, `*` for all mail, `calendar` for events."""
    change_types: frozenset[str]
    notification_url: str
    lifecycle_url: str
    client_state: str | None
    expires_at: float
    is_immutable: bool
    app_id: str

    def describe(self) -> dict[str, Any]:
        """Return what Graph tells of it: never the client state."""
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.app_id,
            "changeType": ",".join(sorted(self.change_types)),
            "clientState": None,
            "notificationUrl": self.notification_url,
            "lifecycleNotificationUrl": self.lifecycle_url or None,
            "expirationDateTime": write_expiry(self.expires_at),
            "creatorId": self.app_id,
            "latestSupportedTlsVersion": "v1_2",
        }


def write_expiry(moment: float) -> str:
    """Write a time as subscriptions do."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Subscriptions:
    """All subscriptions, and the routes that change them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._all: dict[str, Subscription] = {}
        self._by_user: defaultdict[str, dict[str, Subscription]] = defaultdict(dict)
        self.reauthorized: list[str] = []
        """Ids in the order in which they were reauthorised or renewed."""
        self.router = Router()
        self.router.on("POST", "subscriptions")(self._create)
        self.router.get("subscriptions")(self._list)
        self.router.get("subscriptions/{id}")(self._show)
        self.router.on("PATCH", "subscriptions/{id}")(self._renew)
        self.router.on("DELETE", "subscriptions/{id}")(self._delete)
        self.router.on("POST", "subscriptions/{id}/reauthorize")(self._reauthorize)

    def list_live(self, tenant_id: str = "") -> list[Subscription]:
        """Return those that have not run out."""
        now = self._cloud.clock()
        for each in [each for each in self._all.values() if each.expires_at <= now]:
            self.drop(each.id)
        return [each for each in self._all.values() if tenant_id in ("", each.tenant_id)]

    def list_of(self, user_id: str) -> list[Subscription]:
        """Return those of one mailbox that have not run out."""
        now = self._cloud.clock()
        return [each for each in self._by_user[user_id].values() if each.expires_at > now]

    def drop(self, subscription_id: str) -> None:
        """Delete a subscription without notifying its subscriber."""
        if (found := self._all.pop(subscription_id, None)) is not None:
            del self._by_user[found.user_id][subscription_id]

    async def _create(self, call: Call) -> Answer:
        wanted = self._read(call, call.read_json())
        if len(self.list_of(wanted.user_id)) >= MOST_PER_MAILBOX:
            raise GraphError(403, "ExtensionError", "Operation: Create; the mailbox has too many subscriptions.")
        for url in filter(None, (wanted.notification_url, wanted.lifecycle_url)):
            await _shake_hands(url)
        self._all[wanted.id] = self._by_user[wanted.user_id][wanted.id] = wanted
        return answer_json(wanted.describe(), 201)

    def _list(self, call: Call) -> Answer:
        mine = self.list_live(call.firm.tenant_id)
        start = int(call.query.get("$skiptoken", "0") or 0)
        items = [encode_json(each.describe()) for each in mine[start : start + _PAGE]]
        is_last = start + _PAGE >= len(mine)
        links = {} if is_last else {"@odata.nextLink": call.link(call.path, **{"$skiptoken": str(start + _PAGE)})}
        return answer_page(call.name_context("subscriptions"), items, links)

    def _show(self, call: Call) -> Answer:
        return answer_json(self._get(call).describe())

    def _renew(self, call: Call) -> Answer:
        subscription = self._get(call)
        subscription.expires_at = self._read_expiry(call.read_json())
        self.reauthorized.append(subscription.id)
        return answer_json(subscription.describe())

    def _reauthorize(self, call: Call) -> Answer:
        self.reauthorized.append(self._get(call).id)
        return Answer(204)

    def _delete(self, call: Call) -> Answer:
        self.drop(self._get(call).id)
        return Answer(204)

    def _get(self, call: Call) -> Subscription:
        wanted = call.values["id"]
        found = next((each for each in self.list_live(call.firm.tenant_id) if each.id == wanted), None)
        if found is None:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return found

    def _read(self, call: Call, given: dict[str, Any]) -> Subscription:
        found = _RESOURCE.match(normalise_path(str(given.get("resource", ""))))
        person = call.firm.get_person(found["user"]) if found else None
        if found is None or person is None:
            raise GraphError(400, "ExtensionError", f"Unsupported resource: {str(given.get('resource'))[:80]}")
        needs: tuple[str, ...] = CALENDARS if found["events"] else MAIL
        if not call.firm.may_basic_subscribe:
            needs = tuple(name for name in needs if "ReadBasic" not in name)
        _check_permission(call, needs, person.mailbox.state)
        changes = frozenset(part.strip() for part in str(given.get("changeType", "")).split(",") if part.strip())
        if not changes or not changes <= {"created", "updated", "deleted"}:
            raise GraphError(400, "InvalidRequest", "changeType must be created, updated or deleted.")
        folder = "calendar" if found["events"] else _name_folder(person.mailbox.get_folder(found["folder"] or ""))
        return Subscription(
            id=str(uuid.uuid4()),
            tenant_id=call.firm.tenant_id,
            user_id=person.id,
            resource=str(given["resource"]),
            folder=folder,
            change_types=changes,
            notification_url=_check_url(given.get("notificationUrl")),
            lifecycle_url=_check_url(given["lifecycleNotificationUrl"])
            if given.get("lifecycleNotificationUrl")
            else "",
            client_state=_check_client_state(given.get("clientState")),
            expires_at=self._read_expiry(given),
            is_immutable=call.is_immutable,
            app_id=call.cloud.app_id,
        )

    def _read_expiry(self, given: dict[str, Any]) -> float:
        try:
            moment = datetime.fromisoformat(str(given.get("expirationDateTime")))
        except ValueError as error:
            raise GraphError(400, "InvalidRequest", "expirationDateTime is missing or no time.") from error
        expires_at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        left = expires_at - self._cloud.clock()
        if left <= 0:
            raise GraphError(400, "InvalidRequest", "Subscription expiration must be in the future.")
        if left > LONGEST + 60:
            text = f"Subscription expiration can only be {LONGEST // 60} minutes in the future."
            raise GraphError(400, "ExtensionError", text)
        return expires_at


async def _shake_hands(url: str) -> None:
    """Validate an address: it must echo a token as plain text (graph-docs, notificationurl-validation)."""
    token = f"Validation: Testing client application+reachability & <{secrets.token_hex(16)}> é"
    joiner = "&" if urlsplit(url).query else "?"
    target = f"{url}{joiner}{urlencode({'validationToken': token})}"
    timeout = aiohttp.ClientTimeout(total=HANDSHAKE_TIMEOUT)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.post(target, headers={"Content-Type": "text/plain; charset=utf-8"}) as response,
        ):
            is_right = response.ok and response.content_type == "text/plain" and await response.text() == token
    except (TimeoutError, aiohttp.ClientError) as error:
        raise GraphError(400, "ValidationError", "Subscription validation request failed: no answer.") from error
    if not is_right:
        text = f"Subscription validation request failed. HTTP status code is '{response.status}'."
        raise GraphError(400, "ValidationError", text)


def _check_url(url: object) -> str:
    """Refuse an address that is not on this machine, so that the demo notifies nobody else."""
    if not isinstance(url, str) or urlsplit(url).hostname not in _LOOPBACK:
        raise GraphError(400, "InvalidRequest", "notificationUrl must be an address on this machine.")
    return url


def _check_client_state(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > 128):  # noqa: PLR2004  # Graph's limit
        raise GraphError(400, "InvalidRequest", "clientState is longer than 128 characters.")
    return value


def _check_permission(call: Call, needs: tuple[str, ...], state: str) -> None:
    if state == "not_enabled":
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive or hosted on-premise.")
    if state == "forbidden" or call.firm.granted.isdisjoint(needs):
        raise GraphError(403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: ...]")


def _name_folder(folder: Any) -> str:
    return folder.name if folder is not None else "*"
