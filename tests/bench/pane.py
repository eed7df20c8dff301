"""The page in a browser at 1,000,000 contacts: a cold pane, a change of item, a scroll through companies."""

import contextlib
import json
import random
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page
from sqlalchemy import func, select

from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from bot.web.build import DIST, build
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.models import Contact
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, at_most, percentile
from tests.bench.population import TENANT, make_entra_id
from tests.bench.setting import Setting
from tests.bench.turns import running, settings_of
from tests.browser import CHROMIUM, OFFICE, open_browser

FIRST_CARD, CHANGE, FRAME = 1_000, 200, 34
"""Milliseconds, as goals; a frame that takes two sixtieths of a second is still smooth."""
_CHANGES = 20
_FRAMES = 150
_EMPTY = "<!doctype html><html lang='en'><head><title>empty</title></head><body><p>empty</p></body></html>"

_WATCH = """
window.cardAt = 0;
new MutationObserver(() => {
  if (!window.cardAt && document.querySelector('.ac-adaptiveCard')) { window.cardAt = performance.now(); }
}).observe(document, {childList: true, subtree: true});
"""
_SELECT = """item => new Promise(resolve => {
  const start = performance.now();
  new MutationObserver((_, observer) => {
    if (document.querySelector('.ac-adaptiveCard')) { observer.disconnect(); resolve(performance.now() - start); }
  }).observe(document.getElementById('app'), {childList: true, subtree: true});
  demoOutlook.select(item);
})"""
_SCROLL = """([selector, frames]) => new Promise(resolve => {
  const element = selector ? document.querySelector(selector) : document.scrollingElement;
  const gaps = [];
  let before = performance.now();
  const step = () => {
    const now = performance.now();
    gaps.push(now - before);
    before = now;
    element.scrollTop += 400;
    if (gaps.length < frames) { requestAnimationFrame(step); } else { resolve(gaps.slice(5)); }
  };
  requestAnimationFrame(step);
})"""


async def measure(setting: Setting, report: Report) -> None:
    if not CHROMIUM.exists():
        sys.stdout.write("  chromium is not installed: the page is not measured\n")
        return
    build()
    async with run_microsoft(Firm("firm.example")) as microsoft, open_browser() as browser:
        for kind, firms in list_kinds(setting):
            url = await firms.get_url(setting.choose(1, 0.002))
            items = await _choose_items(url)
            async with running("-m", "bot", "serve", "--no-worker", env=settings_of(microsoft, url)) as port:
                visitor = Visitor(browser, f"http://127.0.0.1:{port}", _mint(microsoft))
                times = Times()
                for run in range(-1, setting.runs):  # the first one warms up
                    await visitor.measure(items, times if run >= 0 else Times())
            _report(report, kind, times)


@dataclass
class Times:
    """Milliseconds of each run."""

    first: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)
    empty: list[float] = field(default_factory=list)
    """To the load of an empty page."""
    idle: list[float] = field(default_factory=list)
    """A frame of an empty page."""


def _report(report: Report, kind: str, times: Times) -> None:
    empty = "an empty page"
    report.add(Figure(f"pane, cold, first card ({kind})", "ms", times.first, empty, times.empty, at_most(FIRST_CARD)))
    report.add(Figure(f"pane, change of item, p95 ({kind})", "ms", times.change, empty, times.empty, at_most(CHANGE)))
    report.add(Figure(f"tab, scrolling, frame p95 ({kind})", "ms", times.frame, empty, times.idle, at_most(FRAME)))


@dataclass
class Visitor:
    """Somebody with a browser, signed in."""

    browser: Browser
    url: str
    token: str

    async def measure(self, items: Sequence[dict[str, Any]], times: Times) -> None:
        async with self._open("/pane", items[0]) as page:
            await page.locator(".ac-adaptiveCard").wait_for()
            times.first.append(await page.evaluate("window.cardAt"))
            gaps = [await page.evaluate(_SELECT, item) for item in items[1 : 1 + _CHANGES]]
            times.change.append(percentile(gaps, 0.95))
        async with self._open("/empty") as page:
            times.empty.append(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
            times.idle.append(percentile(await page.evaluate(_SCROLL, ["", _FRAMES]), 0.95))
        async with self._open("/tab?locale=en") as page:
            await page.get_by_role("button", name="New").click()
            await page.locator(".row:not([hidden])").first.wait_for()
            times.frame.append(percentile(await page.evaluate(_SCROLL, [".list", _FRAMES]), 0.95))

    @contextlib.asynccontextmanager
    async def _open(self, path: str, item: dict[str, Any] | None = None) -> AsyncIterator[Page]:
        """Open a page with nothing in the cache; Outlook is a fake, the service and its token check are real."""
        size = (360, 760) if item else (1180, 760)
        context = await self.browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        office = next((DIST / "demo" / "assets").glob("outlook-*.js"))
        given = f"window.demoItem = {json.dumps(item)}; window.demoToken = () => {json.dumps(self.token)};"
        await context.add_init_script(given + _WATCH)
        if not item:
            await context.add_init_script(path=office)
        await context.route(OFFICE, lambda route: route.fulfill(path=office, content_type="text/javascript"))
        await context.route("**/empty", lambda route: route.fulfill(body=_EMPTY, content_type="text/html"))
        page = await context.new_page()
        await page.goto(f"{self.url}{path}")
        yield page
        await context.close()


async def _choose_items(url: str) -> list[dict[str, Any]]:
    """Choose mails from people whom the firm knows, each with two more of them in copy."""
    database = open_database(url)
    async with database.reading(SYSTEM) as connection:
        highest = await connection.scalar(select(func.max(Contact.id)).where(Contact.tenant_id == TENANT))
        ids = random.Random(7).sample(range(1, highest), 400)
        asked = select(Contact.name, Contact.address).where(Contact.tenant_id == TENANT, Contact.id.in_(ids))
        rows = (await connection.execute(asked.where(Contact.is_contact))).all()
    await database.close()
    people = [[name, address] for name, address in rows]
    return [
        {"kind": "read", "from": people[number], "to": people[number + 1 : number + 3], "cc": []}
        for number in range(0, 3 * (_CHANGES + 1), 3)
    ]


def _mint(microsoft: Microsoft) -> str:
    """Mint the token of one of the big firm's people."""
    tenant, person = make_entra_id(0), make_entra_id(1)
    issuer = f"{microsoft.login_url}/{tenant}/v2.0"
    return microsoft.mint_user_token(microsoft.firm.add_person("a@firm.example"), tid=tenant, oid=person, iss=issuer)
