"""The page in a real browser: Debian's chromium, a faked Outlook and a faked Teams around the real page."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from playwright.async_api import Browser, BrowserContext, Frame, Page, Route, async_playwright

from bot.web.build import DIST, WEB
from tests.running import find_port
from tests.web import needs_page

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OFFICE = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
PICTURES = Path(__file__).parents[1] / "pictures" / "pages"
CARD_TYPE = "AdaptiveCard"
MAIL = {
    "kind": "read",
    "from": ["Claire Duvallon", "claire@acme.example"],
    "to": [["Anne", "anne@firm.example"]],
    "cc": [],
}

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed: the page is not looked at")
in_a_browser = [needs_page, needs_browser, pytest.mark.slow]


@contextlib.asynccontextmanager
async def open_browser(*options: str) -> AsyncIterator[Browser]:
    """Start chromium until the block is left."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*OPTIONS, *options])
        try:
            yield browser
        finally:
            await browser.close()


class SharedChromium:
    """One chromium for all tests of a process: each test has a loop of its own, and this one runs in a thread."""

    def __init__(self) -> None:
        self._port = find_port()
        self._has_started = threading.Event()
        self._has_ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._run()), daemon=True)

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Browser]:
        """Drive it until the block is left, which closes what was opened."""
        await asyncio.to_thread(self._start)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
            yield browser
            await browser.close()

    def _start(self) -> None:
        if not self._thread.is_alive():
            self._thread.start()
        if not self._has_started.wait(60):
            raise RuntimeError("chromium did not start within a minute")

    def stop(self) -> None:
        """Let it end, if it was started."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._has_ended.set)
            self._thread.join(20)

    async def _run(self) -> None:
        async with open_browser(f"--remote-debugging-port={self._port}"):
            self._has_started.set()
            await self._has_ended.wait()


CHROMIUM_OF_ALL = SharedChromium()


def card(*texts: str, **more: Any) -> dict[str, Any]:
    """A card of a few lines."""
    body = [{"type": "TextBlock", "text": text, "wrap": True} for text in texts]
    return {"type": CARD_TYPE, "version": "1.5", "body": body, **more}


def answer(*texts: str, **more: Any) -> dict[str, Any]:
    """The answer to a question: a card of a few lines, unless `card` is given."""
    return {"card": card(*texts), "summary": "", "data": {}} | more


def make_token(**claims: Any) -> str:
    """A token in form alone: the stub does not check it."""
    now = int(time.time())
    given = {"oid": "person", "tid": "tenant", "name": "Anne Martin", "iat": now, "exp": now + 3600, **claims}
    return jwt.encode(given, "k" * 32, "HS256")


Reply = dict[str, Any] | tuple[int, dict[str, Any]] | str


class Service:
    """Stands in for `POST /api/turn`: answers by verb, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.replies: dict[str, Callable[[dict[str, Any]], Reply | Awaitable[Reply]]] = {}

    def on(self, verb: str, reply: Reply | Callable[[dict[str, Any]], Reply | Awaitable[Reply]]) -> None:
        """Answer a verb: with JSON, with (status, JSON), with `lost` (no network), or with what a function gives."""
        self.replies[verb] = reply if callable(reply) else lambda _question: reply

    def verbs(self) -> list[str]:
        return [question["verb"] for question in self.asked]

    async def handle(self, route: Route) -> None:
        question = route.request.post_data_json
        self.asked.append(question)
        self.tokens.append(route.request.headers.get("authorization", ""))
        reply = self.replies.get(question["verb"], lambda _: (400, {"error": {"code": "bad", "text": "?"}}))(question)
        given = await reply if isinstance(reply, Awaitable) else reply
        if given == "lost":
            await route.abort("internetdisconnected")
            return
        status, body = given if isinstance(given, tuple) else (200, given)
        with contextlib.suppress(Exception):  # the page may have given up waiting
            await route.fulfill(status=status, json=body)


def in_turn(*replies):
    """Answer one after the other; the last one for ever."""
    left = list(replies)
    return lambda _question: left.pop(0) if len(left) > 1 else left[0]


class Window:
    """A browser context that reaches the page's own origin and the fakes, and nothing else."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.service = Service()
        self.strays: list[str] = []
        """Addresses that were asked for and are neither ours nor faked."""
        self.complaints: list[str] = []
        """What the page or its policy complained about."""

    async def visit(self, path: str) -> Page:
        """Open a page as it is."""
        page = await self._start()
        await page.goto(f"{self.url}{path}")
        return page

    async def open(self, path: str, **setup: Any) -> Page:
        """Open a page; `setup` becomes properties of its window before any script runs."""
        page = await self._start()
        values = {"demoItem": MAIL, "demoTokenValue": make_token()} | setup
        lines = [f"window.{name} = {json.dumps(value)};" for name, value in values.items()]
        await page.add_init_script("\n".join([*lines, "window.demoToken = () => window.demoTokenValue;"]))
        await page.goto(f"{self.url}{path}")
        return page

    async def _start(self) -> Page:
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    async def route(self, *, has_office: bool = True, is_stubbed: bool = True) -> None:
        """Answer what the page asks for: our own origin as it is, the rest by fakes."""

        async def refuse(route: Route) -> None:
            if route.request.url.startswith((self.url, "data:", "blob:")):
                await route.continue_()
                return
            if route.request.url != OFFICE:
                self.strays.append(route.request.url)
            await route.abort()

        await self.context.route("**/*", refuse)
        if has_office:
            await self.context.route(
                OFFICE, lambda route: route.fulfill(path=find_bridge(), content_type="text/javascript")
            )
        if is_stubbed:
            await self.context.route("**/api/turn", self.service.handle)


@contextlib.asynccontextmanager
async def open_window(
    url: str,
    *,
    theme: str = "light",
    language: str = "en-GB",
    size: tuple[int, int] = (360, 760),
    has_office: bool = True,
    is_stubbed: bool = True,
    **options: Any,
) -> AsyncIterator[Window]:
    """Open a browser on a service; at the end nothing may have gone astray and nobody may have complained."""
    async with CHROMIUM_OF_ALL.connect() as browser:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            **options,
        )
        context.set_default_timeout(30_000)
        window = Window(context, url)
        await window.route(has_office=has_office, is_stubbed=is_stubbed)
        yield window
        await context.unroute_all(behavior="ignoreErrors")
    assert window.strays == []
    assert window.complaints == []


def find_bridge() -> Path:
    """The script that stands in for Outlook and for the host's sign-in."""
    return next((DIST / "demo" / "assets").glob("outlook-*.js"))


_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame().then(frame);
  const all = Promise.allSettled(document.getAnimations().map((one) => one.finished));
  await Promise.race([all, new Promise((done) => setTimeout(done, 400))]);
}"""
"""What moves for ever is not waited for longer than what fades in takes."""


async def find_faults(page: Page | Frame) -> list[str]:
    """Let axe look at a page; gives what it finds, with the first element of each."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate((WEB / "node_modules" / "axe-core" / "axe.min.js").read_text())
    await page.evaluate(_REST)  # colours are judged at rest
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]} {each['nodes'][0]['failureSummary'][:300]}"
        for each in result["violations"]
    ]


async def take_picture(page: Page, name: str) -> None:
    """Keep a picture of what is seen, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.evaluate(_REST)
    await page.screenshot(path=PICTURES / f"{name}.png")
