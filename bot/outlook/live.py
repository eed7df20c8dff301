"""`GET /api/changes`: tells an open page that something on it was changed elsewhere, as server-sent events.

An event says what was changed by its number, and no more: the page asks for it again, under its reader's own rights.
Before each event the reader goes through the door again: whoever is no longer served is told nothing more.
Changes are read from the record of changes, so those of every process are told: a commit wakes the loop in this process
and, over LISTEN/NOTIFY, in the others; where nothing wakes it (SQLite with two processes) it looks by itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec
import structlog
from aiohttp import web

from bot.door import Caller
from bot.loops import repeat, waking
from bot.outlook.turns import NotAdmittedError
from storage.engine.database import Database
from storage.errors import StoreUnavailableError
from storage.record.recent_changes import ChangedEntity, filter_visible, get_last_number, list_changed

log = structlog.get_logger(__name__)

LONGEST: Final = 600
"""Seconds after which a page asks anew, with a token that is good then."""
ALIVE: Final = 15
"""Seconds without news after which a comment is sent, so that nobody between takes the line for dead."""
GATHER: Final = 0.1
"""Seconds for which changes gather into one look at what the reader may see."""
LOOK_EVERY: Final = 0.5
SELDOM: Final = 30.0
MOST_PAGES: Final = 8
"""Pages of one person that are told; a further one takes the place of the oldest."""

Surface = Literal["pane", "tab"]
Admit = Callable[[web.Request, Surface], Awaitable[Caller]]


class OpenPage:
    """An open page: what was changed since it was told last."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.is_over = False
        self._changed: set[ChangedEntity] = set()
        self._news = asyncio.Event()

    def tell(self, changed: set[ChangedEntity]) -> None:
        """Let the page hear of changes."""
        self._changed |= changed
        self._news.set()

    def end(self) -> None:
        """Let the page go."""
        self.is_over = True
        self._news.set()

    async def wait(self, seconds: float) -> set[ChangedEntity]:
        """Return what was changed, once it has gathered; nothing where nothing was in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return set()
        await asyncio.sleep(0 if self.is_over else GATHER)
        self._news.clear()
        changed, self._changed = self._changed, set()
        return changed


class Live:
    """The open pages of this process."""

    def __init__(self, database: Database, admit: Admit) -> None:
        self._database = database
        self._admit = admit
        self._pages: dict[int, list[OpenPage]] = {}
        """By tenant, those opened first before."""
        self._seen: dict[int, tuple[int, set[int]]] = {}
        """By tenant: the last change that was told, and the numbers of those just before it."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell pages of changes until `stopping` is set; then let them go."""
        await repeat("live", self.work, stopping, waking(self._database, "changes"))
        await self.close()

    async def close(self, _app: object = None) -> None:
        """Let every page go; it comes again by itself."""
        for page in [page for pages in self._pages.values() for page in pages]:
            page.end()

    async def work(self) -> float:
        """Read what was changed in each firm that has a page open; returns the seconds until it is looked again."""
        for tenant_id in list(self._pages):
            await self._look(tenant_id)
        return LOOK_EVERY if self._pages and self._database.is_sqlite else SELDOM

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """Send events to one page until it goes, or is to ask anew; who asks is let in through the door."""
        surface: Surface = "tab" if request.query.get("surface") == "tab" else "pane"
        try:
            page = OpenPage(await self._admit(request, surface))
        except NotAdmittedError as refusal:
            return refusal.response
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        try:
            await self._begin(page)
            await response.prepare(request)
            await response.write(b": here\n\n")
            await self._send(page, response, lambda: self._admit(request, surface))
        except (ConnectionError, StoreUnavailableError, NotAdmittedError):
            log.debug("page_gone")
        finally:
            self._end(page)
        return response

    async def _begin(self, page: OpenPage) -> None:
        tenant_id, pages = page.caller.viewer.tenant_id, self._pages.setdefault(page.caller.viewer.tenant_id, [])
        own = [
            other for other in pages if other.caller.viewer.user_id == page.caller.viewer.user_id and not other.is_over
        ]
        if len(own) >= MOST_PAGES:
            own[0].end()
        pages.append(page)
        if tenant_id not in self._seen:
            async with self._database.reading(tenant_id) as connection:
                last = await get_last_number(connection, tenant_id)
                self._seen.setdefault(tenant_id, (last, set(await list_changed(connection, tenant_id, last))))
            self._database.wakes.hear("changes")  # from now on the loop looks often enough

    def _end(self, page: OpenPage) -> None:
        tenant_id = page.caller.viewer.tenant_id
        self._pages[tenant_id].remove(page)
        if not self._pages[tenant_id]:
            del self._pages[tenant_id]
            self._seen.pop(tenant_id, None)

    async def _look(self, tenant_id: int) -> None:
        if tenant_id not in self._seen:
            return
        last, seen = self._seen[tenant_id]
        async with self._database.reading(tenant_id) as connection:
            changed = await list_changed(connection, tenant_id, last)
        news = {one for number, one in changed.items() if number not in seen}
        if tenant_id in self._seen and changed:
            self._seen[tenant_id] = (max(last, *changed), set(changed))
        for page in self._pages.get(tenant_id, []) if news else ():
            page.tell(news)

    async def _send(self, page: OpenPage, response: web.StreamResponse, admit: Callable[[], Awaitable[Caller]]) -> None:
        told_at = time.monotonic()
        ends_at = told_at + LONGEST
        while not page.is_over and time.monotonic() < ends_at:
            changed = await page.wait(ALIVE)
            page.caller = await admit()
            visible = await self._filter_visible(page, changed) if changed else []
            lines = [f"data: {msgspec.json.encode({'of': one.of, 'id': one.id}).decode()}\n\n" for one in visible]
            is_due = time.monotonic() - told_at >= ALIVE  # and no sooner: that would tell of what is not shown
            if lines or is_due:
                await response.write("".join(lines or [": alive\n\n"]).encode())
                told_at = time.monotonic()

    async def _filter_visible(self, page: OpenPage, changed: set[ChangedEntity]) -> list[ChangedEntity]:
        viewer = page.caller.viewer
        async with self._database.reading(viewer.tenant_id) as connection:
            return await filter_visible(connection, viewer, changed)
