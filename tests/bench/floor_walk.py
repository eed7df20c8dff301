"""The floor's way to Graph: every page of every mailbox, over plain aiohttp."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import aiohttp
import orjson

from tests.bench.floor import RECEIVED, SENT, FloorSync, Json

_FEEDS = (("sentitems", SENT), ("inbox", RECEIVED))
_SELECT = "id,internetMessageId,isDraft,sentDateTime,receivedDateTime,from,toRecipients,ccRecipients,bccRecipients"


async def walk_mailboxes(sync: FloorSync, values: Json, users: dict[str, int], *, at_once: int) -> None:
    """Fetch every page of every mailbox (the calendars too, which are empty) and apply it."""
    turns = asyncio.Semaphore(at_once)
    async with aiohttp.ClientSession() as session:
        session.headers["Authorization"] = f"Bearer {await _get_token(session, values)}"
        session.headers["Prefer"] = 'IdType="ImmutableId", odata.maxpagesize=500'

        async def walk(entra_id: str, user_id: int) -> None:
            async with turns:
                for feed, kind in _FEEDS:
                    select = _SELECT + (",internetMessageHeaders" if kind == RECEIVED else "")
                    link = f"{values['graph_url']}/users/{entra_id}/mailFolders/{feed}/messages/delta?$select={select}"
                    while link:
                        page = await _fetch(session, link)
                        await sync.apply(user_id, feed, kind, page)
                        link = page.get("@odata.nextLink")
                calendar = f"{values['graph_url']}/users/{entra_id}/calendarView/delta?{_write_window()}"
                assert not (await _fetch(session, calendar))["value"], "the floor knows no meetings"

        await asyncio.gather(*(walk(*user) for user in users.items()))


async def _fetch(session: aiohttp.ClientSession, link: str) -> Json:
    async with session.get(link) as response:
        assert response.status == 200, response.status
        return orjson.loads(await response.read())


async def _get_token(session: aiohttp.ClientSession, values: Json) -> str:
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": values["app_id"], "client_secret": values["app_secret"]}
    context = ssl.create_default_context(cafile=values["login_ca"])
    url = f"{values['login_url']}/{values['tenants'][0]}/oauth2/v2.0/token"
    async with session.post(url, data=form, ssl=context) as response:
        return (await response.json())["access_token"]


def _write_window() -> str:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = today - timedelta(days=730), today + timedelta(days=366)
    return f"startDateTime={start:%Y-%m-%dT%H:%M:%SZ}&endDateTime={end:%Y-%m-%dT%H:%M:%SZ}"
