"""Which folders of a mailbox hold mail that was exchanged: all but those for what was deleted, unwanted or never sent.

Folders are known by ids, which stay the same for good (immutable ids are for items alone, and folders need none:
learn.microsoft.com/graph/outlook-immutable-id).
"""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import msgspec

from bot.graph.client.client import GraphClient, request_url
from bot.graph.client.errors import GraphError

FOLLOWED: Final = ("inbox", "sentitems")
"""They have deltas of their own."""
DISCARDED: Final = ("deleteditems", "junkemail", "drafts", "outbox", "conversationhistory", "syncissues")
"""What lies there, or anywhere below, was not exchanged by mail, or is not wanted any more."""
_NAMED: Final = (*FOLLOWED, *DISCARDED)
_AT_ONCE: Final = 4
"""So many requests to one mailbox Outlook carries out at once."""
_PAGE: Final = 500
_MISSING: Final = "erroritemnotfound"
"""Graph's code for a folder that the mailbox does not have; other codes say that there is no mailbox."""


class _Folder(msgspec.Struct, rename="camel"):
    id: str
    parent_folder_id: str | None = None
    removed: Any = msgspec.field(default=None, name="@removed")


class _Folders(msgspec.Struct):
    value: list[_Folder]
    next_link: str = msgspec.field(default="", name="@odata.nextLink")


async def fetch_folder_ids(client: GraphClient, user_id: str) -> tuple[list[str], list[str]]:
    """Fetch the ids of the followed and of the discarded folders, those that the mailbox has; raises `GraphError`."""
    folders = f"/users/{quote(user_id, safe='')}/mailFolders"
    ids: dict[str, str] = {}
    for place in range(0, len(_NAMED), _AT_ONCE):
        paths = {name: f"{folders}/{name}?$select=id" for name in _NAMED[place : place + _AT_ONCE]}
        ids |= {name: _read_id(name, given) for name, given in (await client.fetch_batch(paths)).items()}
    return [ids[name] for name in FOLLOWED], [ids[name] for name in DISCARDED if ids[name]]


def _read_id(name: str, given: bytes | GraphError) -> str:
    """Read the id of a folder with a well-known name; empty where there is none, which followed ones cannot be."""
    if not isinstance(given, GraphError):
        return str(_decode(given, _Folder).id)
    if given.status != HTTPStatus.NOT_FOUND or given.code.lower() != _MISSING or name in FOLLOWED:
        raise given
    return ""


async def fetch_discarded(client: GraphClient, user_id: str, roots: Collection[str]) -> frozenset[str]:
    """Fetch the ids of `roots` and of all folders anywhere below them; raises `GraphError`.

    A folder that was deleted is in the deleted items, with its mail in it. Hidden folders are not listed.
    """
    link = f"{client.graph_url}/users/{quote(user_id, safe='')}/mailFolders/delta?$select=id,parentFolderId"
    parents: dict[str, str] = {}
    while link:
        page = _decode(await client.fetch(request_url(_check(client, link), _PAGE)), _Folders)
        parents |= {one.id: one.parent_folder_id or "" for one in page.value if one.removed is None}
        link = page.next_link
    return frozenset(roots) | {one for one in parents if _is_below(one, roots, parents)}


def _check(client: GraphClient, link: str) -> str:
    if not link.startswith(f"{client.graph_url}/"):
        raise GraphError(0, "foreignLink")
    return link


def _is_below(folder: str, roots: Collection[str], parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    while folder and folder not in seen:
        if folder in roots:
            return True
        seen.add(folder)
        folder = parents.get(folder, "")
    return False


def _decode(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GraphError(0, "notAPage") from error
