"""Routes of a mailbox as a whole: its folders, and its messages in whichever folder they are.

Messages are tracked folder by folder alone (`messages/delta` is refused), and `mailFolders/delta` tells of folders that
came, went or were renamed, never of what is in them (microsoft-graph-docs issue 6576).
"""

import re
from collections.abc import Callable
from typing import Final

from bot.demo.graph import messages
from bot.demo.graph.answers import Answer, GraphError, answer_json, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.mailboxes import MAIL, answer_list, get_folder, may_read
from bot.demo.graph.router import Router
from bot.demo.world.feed import Feed
from bot.demo.world.mailbox import Mailbox, MailCopy

router = Router()
_TIME: Final = re.compile(r"(lastModifiedDateTime|receivedDateTime) (ge|gt) '?([0-9T:.Z+-]+)'?", re.IGNORECASE)
_PLACE: Final = re.compile(r"parentFolderId (ne|eq) '([^']+)'", re.IGNORECASE)
_ORDERS: Final[dict[str, Callable[[MailCopy], str]]] = {
    "lastmodifieddatetime": lambda copy: copy.last_modified,
    "receiveddatetime": lambda copy: copy.mail.sent_at or "",
}
_PAGE: Final = 10


@router.get("users/{user}/messages", needs=MAIL)
def list_all_messages(call: Call) -> Answer:
    """Answer messages of all folders, the deleted ones too, as `$filter` and `$orderby` ask for them."""
    mailbox = call.get_mailbox()
    clauses = [clause for clause in call.query.get("$filter", "").split(" and ") if clause]
    folders, tests = _read_filter(mailbox, clauses)
    copies = [item for folder in folders for item in folder if isinstance(item, MailCopy)]
    found = [copy for copy in copies if all(passes(copy) for passes in tests)]
    name, is_reversed = _read_order(call, clauses)
    found.sort(key=lambda copy: (_ORDERS[name](copy), copy.number), reverse=is_reversed)
    encoder = messages.get_encoder(call.selected, has_bodies=may_read(call, "Mail"))
    top, skip = call.get_top(_PAGE, 1000), int(call.query.get("$skip", "0") or 0)
    page = [messages.encode_message(copy, encoder, is_immutable=call.is_immutable) for copy in found[skip : skip + top]]
    rest = {key: value for key, value in call.query.items() if key != "$skip"}
    following = call.link(call.path, **rest, **{"$skip": str(skip + top)})
    links = {"@odata.nextLink": following} if skip + top < len(found) else {}
    return answer_page(call.name_context(call.path), page, links)


@router.get("users/{user}/messages/delta", needs=MAIL)
def refuse_delta(call: Call) -> Answer:
    """Refuse what Graph refuses: there is no delta of a whole mailbox."""
    text = "Unsupported request: Change tracking is not supported against 'microsoft.graph.message'."
    raise GraphError(400, "BadRequest", text)


def _read_filter(mailbox: Mailbox, clauses: list[str]) -> tuple[list[Feed], list[Callable[[MailCopy], bool]]]:
    folders, tests = list(mailbox.folders.values()), []
    for clause in clauses:
        if place := _PLACE.fullmatch(clause):
            is_wanted = place[1].lower() == "eq"
            folders = [folder for folder in folders if (folder.id == place[2]) == is_wanted]
        elif time := _TIME.fullmatch(clause):
            tests.append(_compare(_ORDERS[time[1].lower()], time[2].lower(), time[3]))
        elif clause.lower() != "isdraft eq false":
            raise GraphError(400, "ErrorInvalidUrlQueryFilter", f"The query filter contains: {clause[:60]}")
    return folders, tests


def _compare(read: Callable[[MailCopy], str], how: str, moment: str) -> Callable[[MailCopy], bool]:
    return lambda copy: read(copy) > moment or (how == "ge" and read(copy) == moment)


def _read_order(call: Call, clauses: list[str]) -> tuple[str, bool]:
    """Read `$orderby`; what it sorts by must stand first in `$filter` (graph-docs, list messages)."""
    name, _, direction = call.query.get("$orderby", "receivedDateTime desc").lower().partition(" ")
    if name not in _ORDERS or direction not in ("", "asc", "desc"):
        raise GraphError(400, "ErrorInvalidUrlQuery", "The query parameter '$orderby' is invalid.")
    if clauses and "$orderby" in call.query and not clauses[0].lower().startswith(name):
        raise GraphError(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")
    return name, direction == "desc"


@router.get("users/{user}/mailFolders", needs=MAIL)
def list_folders(call: Call) -> Answer:
    """Answer the folders right below the root, hidden ones where `includeHiddenFolders` asks for them."""
    return _answer_folders(call, None)


@router.get("users/{user}/mailFolders/{folder}/childFolders", needs=MAIL)
def list_child_folders(call: Call) -> Answer:
    """Answer the folders in a folder."""
    return _answer_folders(call, get_folder(call))


@router.get("users/{user}/mailFolders/delta", needs=MAIL)
def follow_folders(call: Call) -> Answer:
    """Answer all folders at whatever depth, and later those that came, were moved or renamed."""
    refused = [name for name in ("$filter", "$orderby", "$search", "$top") if name in call.query]
    if refused:
        text = f"Not supported with change tracking over the 'Folders' resource: {', '.join(refused)}."
        raise GraphError(400, "ErrorInvalidUrlQuery", text)
    mailbox = call.get_mailbox()
    token = call.query.get("$deltatoken", "")
    changed = mailbox.folder_log[int(token) :] if token else list(mailbox.folders.values())
    shown = [folder for folder in dict.fromkeys(changed) if not folder.is_hidden]
    start, size = int(call.query.get("$skiptoken", "0") or 0), call.preferred_page_size or _PAGE
    items = [_describe(mailbox, folder) for folder in shown[start : start + size]]
    if start + size < len(shown):
        links = {"@odata.nextLink": call.link(call.path, **{"$skiptoken": str(start + size)})}
    else:
        links = {"@odata.deltaLink": call.link(call.path, **{"$deltatoken": str(len(mailbox.folder_log))})}
    return answer_page(call.name_context("mailFolders"), items, links)


@router.get("users/{user}/mailFolders/{folder}", needs=MAIL)
def show_folder(call: Call) -> Answer:
    """Answer one folder."""
    return Answer(200, _describe(call.get_mailbox(), get_folder(call)))


def _answer_folders(call: Call, parent: Feed | None) -> Answer:
    mailbox, shows_hidden = call.get_mailbox(), call.query.get("includeHiddenFolders", "") == "true"
    found = [
        each for each in mailbox.folders.values() if each.parent is parent and (shows_hidden or not each.is_hidden)
    ]
    return answer_list(call, [_describe(mailbox, folder) for folder in found])


def _describe(mailbox: Mailbox, folder: Feed) -> bytes:
    items = list(folder)
    unread = sum(isinstance(item, MailCopy) and not item.is_read for item in items)
    properties = {
        "id": folder.id,
        "displayName": folder.title,
        "parentFolderId": folder.parent.id if folder.parent else mailbox.root_id,
        "childFolderCount": sum(each.parent is folder for each in mailbox.folders.values()),
        "totalItemCount": len(items),
        "unreadItemCount": unread,
        "isHidden": folder.is_hidden,
    }
    return answer_json(properties).body
