"""The small Microsoft 365 as fixtures, and a client that asks it as plain HTTP does."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm

TRUSTED = ("Prefer", 'IdType="ImmutableId", odata.maxpagesize=500')


def make_firm(*names: str, domain: str = "lex.example", **properties) -> Firm:
    """A firm with one person per name: `Anne Martin` is anne.martin@DOMAIN."""
    firm = Firm(domain, **properties)
    for name in names or ("Anne Martin", "Bob Stone"):
        firm.add_person(f"{name.lower().replace(' ', '.')}@{domain}", name)
    return firm


def let_everybody_write(*firms: Firm) -> None:
    """Let everybody who has a mailbox write once more, of which the store must hear whatever went before."""
    for firm in firms:
        for person in firm.list_people():
            if person.kind == "Member" and person.is_enabled:
                firm.send_mail((person.name, person.address), to=[("Lou Last", "lou@word.example")])


class GraphReader:
    """Asks Graph with a token of the app, over real HTTP."""

    def __init__(self, microsoft: Microsoft, session: aiohttp.ClientSession, tenant_id: str = "") -> None:
        self.microsoft = microsoft
        self.session = session
        self.tenant_id = tenant_id or microsoft.firm.tenant_id
        self.token = ""

    async def sign_in(self, scope: str = "https://graph.microsoft.com/.default") -> str:
        """Get a token with the app's secret."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.microsoft.cloud.app_id,
            "client_secret": self.microsoft.cloud.app_secret,
            "scope": scope,
        }
        url = f"{self.microsoft.login_url}/{self.tenant_id}/oauth2/v2.0/token"
        async with self.session.post(url, data=form, ssl=self.microsoft.login_context) as response:
            return (await response.json())["access_token"]

    async def ask(self, path: str, *, method: str = "GET", json=None, **headers: str):
        """Ask and give (status, JSON or None, headers)."""
        self.token = self.token or await self.sign_in()
        url = path if path.startswith("http") else f"{self.microsoft.graph_url}/{path}"
        all_headers = {"Authorization": f"Bearer {self.token}", **headers}
        async with self.session.request(method, url, headers=all_headers, json=json) as response:
            text = await response.read()
            return response.status, (await response.json() if text else None), response.headers

    async def follow(self, path: str, **headers: str):
        """Read a round to its end and give (items, delta link)."""
        items = []
        while True:
            status, page, _ = await self.ask(path, **headers)
            assert status == 200, page
            items += page["value"]
            if "@odata.deltaLink" in page:
                return items, page["@odata.deltaLink"]
            path = page["@odata.nextLink"]


@pytest.fixture
async def firm() -> Firm:
    """A firm with two people."""
    return make_firm()


@pytest.fixture
async def microsoft(firm: Firm) -> AsyncIterator[Microsoft]:
    """The small Microsoft 365 of that firm, running."""
    async with run_microsoft(firm) as running:
        yield running


@pytest.fixture
async def graph(microsoft: Microsoft) -> AsyncIterator[GraphReader]:
    """A plain HTTP client of it."""
    async with aiohttp.ClientSession() as session:
        yield GraphReader(microsoft, session)
