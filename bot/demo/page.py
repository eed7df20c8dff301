"""The demo's own page, at `/`: a chat with the bot beside somebody's inbox, with the real pane beside the open mail.

It speaks to the service through its public endpoints alone (`POST /api/messages`, `POST /api/turn`), and to the small
Microsoft 365 through `/demo/...`:

* `GET /demo/users`: `[{"id", "name", "mail"}]`
* `GET /demo/inbox?user=ID`: `[{"id", "kind": "mail" | "meeting", "subject", "from": [name, address], "to": [[name,
  address]], "cc": [...], "at": UTC seconds, "is_sent", "is_read"}]`, newest first
* `POST /demo/mail` with `{"user": ID}` (somebody new writes to them) or `{"from": [name, address], "to": [...], "cc":
  [...], "subject"}`
* `GET /demo/sent?user=ID&after=N`: what the bot said unasked, oldest first
* `GET /demo/token?user=ID`: `{"token"}`, an access token of theirs for our scope
"""

from collections.abc import Mapping

from aiohttp import web

from bot.request_bodies import read_body
from bot.web.site import DIST, NotBuiltError, Site, load_site

YEAR = 31_536_000
LARGEST_FILE = 32 * 1024 * 1024
MOST_FILES = 20
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)


def add_demo_page(app: web.Application, values: Mapping[str, str], site: Site | None = None) -> None:
    """Add the page to the demo's service.

    `values` fill its gaps: `app_id`, `scope` and `authority` as the service's own page has them, and `tenant`,
    `service_url` (what activities name as theirs).
    """
    page = _DemoPage(dict(values), site or load_site(DIST / "demo"))
    app.router.add_get("/", page.show)
    app.router.add_get("/demo/pane", page.show_pane)
    app.router.add_get("/demo/tab", page.show_tab)
    app.router.add_get("/demo/page/{name}", page.send_asset)
    files = _Files()
    app.router.add_put("/demo/page/files/{id}", files.take)
    app.router.add_get("/demo/page/files/{id}", files.give)


class _Files:
    """Stands in for a OneDrive: the last few files that the bot sent, until the demo ends."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    async def take(self, request: web.Request) -> web.Response:
        """Keep a file that was accepted in the chat."""
        content = await read_body(request, LARGEST_FILE)
        if len(self._contents) >= MOST_FILES:
            self._contents.pop(next(iter(self._contents)))
        self._contents[request.match_info["id"]] = content
        return web.json_response({"id": request.match_info["id"]}, status=201)

    async def give(self, request: web.Request) -> web.Response:
        """Send a file that was kept, to be saved and never shown."""
        content = self._contents.get(request.match_info["id"])
        if content is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)


class _DemoPage:
    """The page, the pane and the tab inside it, and their files."""

    def __init__(self, values: dict[str, str], site: Site) -> None:
        self._values = values
        self._site = site

    async def show(self, request: web.Request) -> web.Response:
        """Send the whole page."""
        return self._send("demo")

    async def show_pane(self, request: web.Request) -> web.Response:
        """Send the real pane, with a small Outlook beneath it."""
        return self._send("pane")

    async def show_tab(self, request: web.Request) -> web.Response:
        """Send the real tab, signed in as the chosen person."""
        return self._send("tab")

    async def send_asset(self, request: web.Request) -> web.Response:
        """Send a file of the page by its exact name."""
        asset = self._site.asset(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
        return web.Response(body=asset.content, content_type=asset.content_type, headers=headers)

    def _send(self, name: str) -> web.Response:
        try:
            text = self._site.page(name, self._values)
        except NotBuiltError:
            return web.Response(status=503, text="The page is not built. Run: python -m bot.web.build\n")
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": _POLICY})
