"""Drive Microsoft's Agents Playground against `carnet demo`, inside a network namespace; prints what was seen as JSON.

The playground listens on every interface and has no option for it, so nothing of this runs outside a namespace:
`ip netns exec NAME python -m tests.e2e.playground CLI FOLDER`.
"""

import asyncio
import contextlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import yaml
from playwright.async_api import Page

from tests.browser import open_browser

SERVICE = "http://127.0.0.1:3978"
CLIENT = "http://127.0.0.1:56150"
READY_SECONDS = 90


def ask(url: str, body: Any = None) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.loads(response.read() or b"null")


@contextlib.asynccontextmanager
async def running(*words: str, url: str, **options: Any) -> AsyncIterator[None]:
    """Run a program until the block is left; enter once `url` answers."""
    log = Path(options["cwd"]) / f"{Path(words[0]).name}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*words, stdout=output, stderr=output, **options)
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await asyncio.to_thread(answers, url):
                    await asyncio.sleep(0.2)
            yield
        finally:
            process.terminate()
            await process.wait()


def answers(url: str) -> bool:
    try:
        ask(url)
    except (urllib.error.URLError, OSError, ValueError):
        return False
    return True


async def wait_for_line(log: Path, start: str) -> None:
    """Wait until a program has said something."""
    async with asyncio.timeout(READY_SECONDS):
        while not any(line.startswith(start) for line in log.read_text().splitlines()):
            await asyncio.sleep(0.2)


def find_people(name: str) -> list[dict[str, str]]:
    """Ask as the client does while somebody types into the people picker; the playground's page never does."""
    users, about = ask(f"{SERVICE}/demo/users"), ask(f"{SERVICE}/demo/about")
    activity = {
        "type": "invoke",
        "name": "application/search",
        "id": "typeahead",
        "channelId": "msteams",
        "serviceUrl": CLIENT,
        "from": {"id": f"29:{users[0]['id']}", "aadObjectId": users[0]["id"]},
        "recipient": {"id": "28:carnet"},
        "conversation": {"id": f"a:{users[0]['id']}", "conversationType": "personal", "tenantId": about["tenant_id"]},
        "value": {"queryText": name, "kind": "search", "dataset": "users", "queryOptions": {"skip": 0, "top": 15}},
    }
    return ask(f"{SERVICE}/api/messages", activity)["value"]["results"]


def describe_people(users: list[dict[str, str]], tenant_id: str) -> dict[str, Any]:
    """The playground's settings: its people are the demo firm's, the first of them sits before it."""
    people = [
        {
            "id": f"29:{user['id']}",
            "name": user["name"],
            "userPrincipleName": user["mail"],
            "aadObjectId": user["id"],
            "givenName": user["name"].split()[0],
            "surname": user["name"].split()[-1],
            "email": user["mail"],
        }
        for user in users[:6]
    ]
    return {
        "version": "0.1.1",
        "tenantId": tenant_id,
        "bot": {"id": "28:carnet", "name": "Carnet"},
        "currentUser": people[0],
        "users": people[1:],
        "personalChat": {"id": f"a:{users[0]['id']}"},
        "groupChat": {"id": "19:group@thread.v2", "name": "Group Chat"},
        "team": {
            "id": "19:team@thread.tacv2",
            "name": "Team",
            "aadGroupId": "00000000-0000-0000-0000-00000000000a",
            "channels": [{"id": "19:channel@thread.tacv2", "name": "General"}],
        },
    }


async def say(page: Page, text: str) -> None:
    box = page.locator("[role=textbox][data-lexical-editor=true]").last
    await box.click()
    await box.press_sequentially(text, delay=5)
    await page.get_by_role("button", name="Send Message").last.click()


async def drive(page: Page, folder: Path) -> dict[str, Any]:
    """Ask for my clients, set a partner on the card, and ask again."""
    await page.route("**/*.office.net/**", lambda route: route.abort())
    await page.goto(CLIENT)
    await page.get_by_role("button", name="Hide log panel").click()
    cards = page.locator(".ac-adaptiveCard")  # a notice may come at any time: each is known by what it says
    seen: dict[str, Any] = {}
    await say(page, "show my clients")
    await page.get_by_text("Papeteries Vautrin").last.wait_for()
    await page.screenshot(path=folder / "clients.png")
    seen["before"] = await cards.filter(has_text="My clients").last.inner_text()
    await page.get_by_text("Papeteries Vautrin").last.click()
    await page.get_by_role("button", name="I am the partner").last.click()
    await page.get_by_role("button", name="Undo").last.wait_for()
    await page.screenshot(path=folder / "partner.png")
    seen["set"] = await cards.filter(has=page.get_by_role("button", name="Undo")).last.inner_text()
    await say(page, "show my clients again please")
    await page.get_by_text("Quantabio").last.wait_for()
    await page.screenshot(path=folder / "again.png")
    seen["after"] = await cards.filter(has_text="Quantabio").last.inner_text()
    return seen


async def main(cli: str, folder: Path) -> None:
    carnet = Path(sys.executable).with_name("carnet")
    playground = {
        **os.environ,
        "TEAMSAPPTESTER_BROWSER": "none",
        "APPLICATION_INSIGHTS_NO_STATSBEAT": "1",
        "M365_AGENTS_PLAYGROUND_RECORDING_FILE": str(folder / "recording.yml"),
    }
    words = ("start", "-e", f"{SERVICE}/api/messages", "-c", "msteams", "-p", "56150")
    async with running(str(carnet), "demo", "--data", str(folder / "data"), url=f"{SERVICE}/demo/users", cwd=folder):
        await wait_for_line(folder / "carnet.log", "ready ")
        about, users = ask(f"{SERVICE}/demo/about"), ask(f"{SERVICE}/demo/users")
        (folder / ".m365agentsplayground.yml").write_text(yaml.safe_dump(describe_people(users, about["tenant_id"])))
        async with (
            running(
                *("node", cli, *words, "--disable-telemetry", "--enable-events-recording"),
                url=f"{CLIENT}/_internal/v1/config",
                cwd=folder,
                env=playground,
            ),
            open_browser() as browser,
        ):
            page = await browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(20_000)
            try:
                seen = await drive(page, folder)
                seen["people"] = await asyncio.to_thread(find_people, "Okafr")
            except Exception:
                await page.screenshot(path=folder / "failed.png")
                raise
    print(json.dumps(seen))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
