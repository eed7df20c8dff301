"""Mail that is filed, at once or by a rule: a list of all that changed in the mailbox outside inbox and sent items.

Graph tracks messages folder by folder alone, and a delta of folders says nothing of the mail in them
(microsoft-graph-docs issue 6576). A delta of every folder would be as many requests a run as there are folders.
`/users/ID/messages` lists all folders at once, whatever their number and depth: one request a run, of what was
modified (arrived or was moved, too) since the last one. So a link of ours takes a delta link's place:

* it names the ids of the folders that are left out: inbox and sent items, which have deltas of their own, and those for
  deleted, unwanted and unsent mail;
* each page goes on from the time of its last item, not from a number of items: what changes meanwhile moves to the end,
  and nothing slips past. Only items of one and the same second are counted off (`$skip`);
* the next run begins at the last second that is certainly complete, `_OVERLAP` before now: mail that is held already
  is passed over.

A folder in the deleted items has its own id. Where new mail shows, the tree of folders is fetched once in a run (one
request for 500 folders) to know whether it lies there. Once a week everything is listed anew: a folder that is taken
out of the deleted items changes no item in it.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote

from bot.graph.sync.capture import get_message_source
from bot.graph.sync.direction import read_author
from bot.graph.sync.feed import FeedReader
from bot.graph.sync.folders import FOLLOWED, fetch_discarded, fetch_folder_ids
from bot.graph.sync.pages import DeltaPage, FiledKey, PageReader
from bot.graph.sync.recorder import Decided, MailRecorder
from bot.graph.sync.requests import list_mail_fields
from bot.graph.sync.run import MailboxRun
from storage.history.interactions import list_recorded
from storage.models import Feed, Kind
from storage.queue.feeds import FeedState

_OVERLAP: Final = 300
"""Seconds for which an item may show later than the time that it carries."""
_DAY: Final = 86_400
_DAYS: Final = 7
"""Days after which everything is listed anew; each mailbox on a day of its own."""
_BEGINNING: Final = "1970-01-01T00:00:00Z"
_SINCE = re.compile(r"(?<=lastModifiedDateTime%20ge%20)[0-9TZ:-]+")
_SKIP = re.compile(r"&\$skip=(\d+)")
_FOLDER = re.compile(r"parentFolderId%20ne%20'([^']+)'")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_PAGES: Final = PageReader(FiledKey, is_list=True)


class FiledReader(FeedReader[FiledKey]):
    """Follows the mail outside inbox and sent items."""

    def __init__(self, run: MailboxRun, state: FeedState) -> None:
        super().__init__(run, Feed.FILED, state, FiledRecorder(run), _PAGES)

    def _choose_window(self) -> int:
        """Return the day from which on everything is listed anew."""
        user_id, day = self._run.lease.user_id, self._run.now // _DAY
        return (day - (day + user_id) % _DAYS) * _DAY

    async def _fetch(self) -> bytes:
        """Fetch a page of the list, whose first link names the folders that are left out."""
        run, state = self._run, self._state
        if not state.link:
            followed, discarded = await fetch_folder_ids(run.client, run.lease.entra_user_id)
            fields = list_mail_fields(Feed.FILED, keeps_subjects=run.firm.keeps_subjects)
            link = write_link(run.client.graph_url, run.lease.entra_user_id, (*followed, *discarded), fields)
            self._state = state = replace(state, link=link)
        self._filed_recorder.roots = read_folders(state.link)[len(FOLLOWED) :]
        return await run.client.fetch_link(f"{state.link}&$top={state.page_size}")

    @property
    def _filed_recorder(self) -> "FiledRecorder":
        assert isinstance(self._recorder, FiledRecorder)  # noqa: S101  # it is made above
        return self._recorder

    def _read(self, body: bytes) -> DeltaPage[FiledKey]:
        page = super()._read(body)
        given = len(page.items) + len(page.poisons)
        newest = find_newest(page.items)
        if page.next_link:
            page.next_link = go_on(self._state.link, newest, given)
        else:
            page.delta_link = end(self._state.link, newest, self._run.now, is_empty=not given)
        return page


class FiledRecorder(MailRecorder[FiledKey]):
    """Records filed mail; what lies below the deleted items was not kept by anybody."""

    def __init__(self, run: MailboxRun) -> None:
        super().__init__(run.lease, run.firm, Feed.FILED)
        self._run = run
        self.roots: Sequence[str] = ()
        """The folders of discarded mail."""
        self._discarded: frozenset[str] | None = None

    async def prepare(self, page: DeltaPage[FiledKey]) -> None:
        """Know the folders, where there is anything new."""
        if self._discarded is not None or not page.items:
            return
        sources, lease = self._list_sources(page, Decided()), self._run.lease
        async with self._run.database.reading(lease.tenant_id) as connection:
            held = await list_recorded(connection, lease.tenant_id, lease.user_id, sources)
        if len(held) < len(sources):
            self._discarded = await fetch_discarded(self._run.client, lease.entra_user_id, self.roots)

    def _list_sources(self, page: DeltaPage[FiledKey], decided: Decided) -> dict[bytes, int]:
        sources: dict[bytes, int] = {}
        for place, key in enumerate(page.items):
            if key.parent_folder_id is None:
                decided.skipped["partial"] += 1
            elif key.parent_folder_id in (self._discarded or ()):
                decided.skipped["discarded"] += 1
            else:
                sources.setdefault(get_message_source(key, self._guess_kind(key)), place)
        return sources

    def _guess_kind(self, key: FiledKey) -> Kind:
        return Kind.SENT if read_author(key.from_) in self.lease.addresses else Kind.RECEIVED


def write_link(graph_url: str, user_id: str, folders: Sequence[str], fields: Sequence[str]) -> str:
    """Write the link that lists everything outside these folders, from the beginning."""
    places = "".join(f" and parentFolderId ne '{folder}'" for folder in folders)
    wanted = quote(f"lastModifiedDateTime ge {_BEGINNING} and isDraft eq false{places}", safe=":'")
    select = ",".join((*fields, "parentFolderId", "lastModifiedDateTime"))
    order = "$orderby=lastModifiedDateTime"
    return f"{graph_url}/users/{quote(user_id, safe='')}/messages?$filter={wanted}&{order}&$select={select}"


def read_folders(link: str) -> list[str]:
    """Return the ids of the folders that a link leaves out, in the order in which they were written."""
    return [unquote(folder) for folder in _FOLDER.findall(link)]


def find_newest(items: Sequence[FiledKey]) -> str:
    """Return the last time on a page, in whole seconds; empty where it has none."""
    found = (_TIME.match(item.last_modified_date_time or "") for item in items)
    return max((f"{time[0]}Z" for time in found if time), default="")


def go_on(link: str, newest: str, given: int) -> str:
    """Write the link to the next page: from the last second on this one, or further within that very second."""
    since, skipped = _read_since(link), _SKIP.search(link)
    if newest > since:
        return _SKIP.sub("", _SINCE.sub(newest, link))
    return f"{_SKIP.sub('', link)}&$skip={int(skipped[1] if skipped else 0) + given}"


def end(link: str, newest: str, now: int, *, is_empty: bool) -> str:
    """Write the link that the next run begins with: where all is certainly seen, or shortly before now."""
    certain = _write_time(now - _OVERLAP)
    newest = max(newest, _read_since(link))
    if newest >= certain:
        since = certain
    else:
        since = newest if is_empty else _write_time(int(datetime.fromisoformat(newest).timestamp()) + 1)
    return _SKIP.sub("", _SINCE.sub(since, link))


def _read_since(link: str) -> str:
    found = _SINCE.search(link)
    return found[0] if found else _BEGINNING


def _write_time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
