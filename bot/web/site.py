"""The built page as the service hands it out: every file read once, so that no path from outside reaches a disk."""

import html
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

NO_MARKUP: Final[Mapping[str, str]] = {}
DIST = Path(__file__).parent / "dist"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


class NotBuiltError(Exception):
    """The page has not been built: `python -m bot.web.build` does it."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, the same bytes gzipped where that is worth it, and its type."""

    content: bytes
    content_type: str
    gzipped: bytes | None = None


class Site:
    """The files of one folder of the build: pages to fill in, and assets, whose names change with their content."""

    def __init__(self, pages: Mapping[str, Template], assets: Mapping[str, Asset]) -> None:
        self._pages = pages
        self._assets = assets

    def page(self, name: str, values: Mapping[str, str], markup: Mapping[str, str] = NO_MARKUP) -> str:
        """Return a page, its gaps filled by text or by markup; raises `NotBuiltError` where there is no such page."""
        if (page := self._pages.get(name)) is None:
            raise NotBuiltError
        return page.substitute({key: html.escape(value) for key, value in values.items()} | dict(markup))

    def asset(self, name: str) -> Asset | None:
        """Return the asset of exactly that name."""
        return self._assets.get(name)


def has_page(folder: Path = DIST) -> bool:
    """Return whether the page was built."""
    return all((folder / name).is_file() for name in ("pane.html", "tab.html"))


def load_site(folder: Path = DIST) -> Site:
    """Read a folder of the build; an empty site where nothing was built."""
    pages = {path.stem: Template(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}
    assets = {path.name: _read_asset(path) for path in folder.glob("assets/*") if path.suffix != ".gz"}
    return Site(pages, assets)


def _read_asset(path: Path) -> Asset:
    gzipped = path.with_name(f"{path.name}.gz")
    content_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(path.read_bytes(), content_type, gzipped.read_bytes() if gzipped.exists() else None)
