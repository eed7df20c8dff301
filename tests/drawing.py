"""Cards as pictures: Microsoft's renderer in a headless browser, in a host that looks like Teams."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page, async_playwright

from tests.node_packages import FOLDER, install_node_packages

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PAGE = "<!doctype html><html><head><meta charset='utf-8'></head><body><div id='card'></div></body></html>"


class Easel:
    """Draws cards, all on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))

    async def draw(
        self,
        card: dict[str, Any],
        file: Path | None = None,
        *,
        theme: Literal["light", "dark"] = "light",
        width: int = 620,
        opened: str = "",
    ) -> list[str]:
        """Draw the card, the drawer `opened` open, and keep a picture; give what the page complained about."""
        self.complaints.clear()
        await self.page.set_viewport_size({"width": width, "height": 400})
        await self.page.evaluate(
            "([card, theme]) => draw(card, theme)", [_open(card, opened) if opened else card, theme]
        )
        if file is not None:
            await self.page.locator("body").screenshot(path=file)
        return [*self.complaints]


def _open(card: dict[str, Any], name: str) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(card))
    for element in copy["body"]:
        if element.get("id") == name:
            element["isVisible"] = True
    return copy


@contextlib.asynccontextmanager
async def open_easel() -> AsyncIterator[Easel]:
    """Start the browser that draws."""
    packages = install_node_packages()
    scripts = (
        packages / "adaptivecards" / "dist" / "adaptivecards.js",
        packages / "markdown-it" / "dist" / "markdown-it.js",
        FOLDER / "teams.js",
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        page = await browser.new_page(device_scale_factor=1.5)
        await page.set_content(PAGE)
        for script in scripts:
            await page.add_script_tag(path=script)
        yield Easel(page)
        await browser.close()
