"""What the page is made of, over HTTP: the page itself, its files, the two legal pages, and `POST /api/turn`."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

from bot.config import Config
from bot.door import Door
from bot.language import choose_language
from bot.outlook.headers import YEAR, add_security_headers, page_policy
from bot.outlook.legal import describe_firm
from bot.outlook.live import Live
from bot.outlook.tokens import SCOPE, UserTokens
from bot.outlook.turns import Turns
from bot.web.site import NO_MARKUP, NotBuiltError, Site, load_site
from storage.engine.database import Database

DAY = 86_400
_HASHED = re.compile(r"-[A-Z0-9]{8}\.")


def add_outlook_routes(
    app: web.Application,
    *,
    config: Config,
    database: Database,
    door: Door,
    tokens: UserTokens,
    site: Site | None = None,
) -> Live:
    """Add the page and its questions to the service, and the security headers to everything that it answers.

    `tokens` says who asks; `door` answers. `site` is the built page, `bot/web/dist` unless another is given. Gives the
    loop that tells open pages of changes.
    """
    pages = _Pages(config, site or load_site(), database)
    app.on_response_prepare.append(add_security_headers)
    app.router.add_get("/pane", pages.show_pane)
    app.router.add_get("/tab", pages.show_tab)
    app.router.add_get("/signed-in", pages.show_signed_in)
    app.router.add_get("/privacy", pages.show_privacy)
    app.router.add_get("/terms", pages.show_terms)
    app.router.add_get("/static/{name}", pages.send_asset)
    turns = Turns(database, door, tokens, origin=own_origin(config))
    app.router.add_post("/api/turn", turns.answer)
    live = Live(database, turns.admit)
    app.router.add_get("/api/changes", live.follow)
    app.on_shutdown.append(live.close)
    return live


def own_origin(config: Config) -> str:
    """Return the origin under which a browser knows this service."""
    return (config.public_url or f"http://{config.host}:{config.port}").rstrip("/")


def page_values(config: Config) -> dict[str, str]:
    """Return what the page must know to sign in."""
    host = urlsplit(own_origin(config)).netloc
    tenant = config.tenants[0] if len(config.tenants) == 1 else "organizations"
    return {
        "app_id": config.app_id,
        "scope": f"api://{host}/{config.app_id}/{SCOPE}",
        "authority": f"{config.login_url.rstrip('/')}/{tenant}",
    }


class _Pages:
    """The pages and the files beside them."""

    def __init__(self, config: Config, site: Site, database: Database) -> None:
        self._site = site
        self._database = database
        self._tenants = config.tenants
        self._values = page_values(config)
        self._pane_policy = page_policy(config.login_url, has_office=True)
        self._tab_policy = page_policy(config.login_url, has_office=False)

    async def show_pane(self, request: web.Request) -> web.Response:
        """Send the page as Outlook's task pane."""
        return self._send("pane", self._pane_policy)

    async def show_tab(self, request: web.Request) -> web.Response:
        """Send the page as the personal tab in Teams."""
        return self._send("tab", self._tab_policy)

    async def show_signed_in(self, request: web.Request) -> web.Response:
        """Send the page to which a sign-in window returns in a plain browser."""
        return self._send("signed-in", self._tab_policy)

    async def show_privacy(self, request: web.Request) -> web.Response:
        """Send the privacy statement, in the reader's language and of the firm that is named; no sign-in."""
        language = _language(request)
        firm = await describe_firm(self._database, self._tenants, request.query.get("firm", ""), language)
        return self._send(f"privacy.{language}", self._tab_policy, {"firm": firm})

    async def show_terms(self, request: web.Request) -> web.Response:
        """Send the terms of use, in the reader's language; no sign-in."""
        return self._send(f"terms.{_language(request)}", self._tab_policy)

    async def send_asset(self, request: web.Request) -> web.Response:
        """Send a file of the build by its exact name; one whose name changes with its content is kept for ever."""
        name = request.match_info["name"]
        asset = self._site.asset(name)
        if asset is None:
            raise web.HTTPNotFound
        kept = f"max-age={YEAR}, immutable" if _HASHED.search(name) else f"max-age={DAY}"
        headers = {"Cache-Control": f"public, {kept}", "Vary": "Accept-Encoding"}
        body = asset.content
        if asset.gzipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = asset.gzipped
        return web.Response(body=body, content_type=asset.content_type, headers=headers)

    def _send(self, name: str, policy: str, markup: Mapping[str, str] = NO_MARKUP) -> web.Response:
        try:
            text = self._site.page(name, self._values, markup)
        except NotBuiltError:
            return web.Response(status=503, text="The page is not built. Run: python -m bot.web.build\n")
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})


def _language(request: web.Request) -> str:
    wanted = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
    return choose_language(request.query.get("lang") or wanted)
