"""Cards as pictures: Microsoft's renderer in a headless browser, in a host that looks like Teams."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, async_playwright

from tests.node_packages import FOLDER, install_node_packages

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PAGE = "<!doctype html><html><head><meta charset='utf-8'></head><body><div id='card'></div></body></html>"


class Easel:
    """Draws cards."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.scripts = (
            install_node_packages() / "adaptivecards" / "dist" / "adaptivecards.js",
            FOLDER / "teams.js",
        )

    async def draw(
        self,
        card: dict[str, Any],
        file: Path,
        *,
        theme: Literal["light", "dark"] = "light",
        width: int = 620,
        opened: str = "",
    ) -> list[str]:
        """Write a picture of the card, the drawer `opened` open; give what the page complained about."""
        complaints: list[str] = []
        page = await self.browser.new_page(viewport={"width": width, "height": 200}, device_scale_factor=1.5)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.set_content(PAGE)
        for script in self.scripts:
            await page.add_script_tag(path=script)
        if opened:
            card = _open(card, opened)
        await page.evaluate("([card, theme]) => draw(card, theme)", [card, theme])
        await page.screenshot(path=file, full_page=True)
        await page.close()
        return complaints


def _open(card: dict[str, Any], name: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(card))
    for element in copy["body"]:
        if element.get("id") == name:
            element["isVisible"] = True
    return copy


@contextlib.asynccontextmanager
async def open_easel() -> AsyncIterator[Easel]:
    """Start the browser that draws."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield Easel(browser)
        await browser.close()
