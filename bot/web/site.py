"""The built page as the service hands it out: every file read once, so that no path from outside reaches a disk."""

import html
import mimetypes
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from bot.language import LANGUAGES

NO_MARKUP: Final[Mapping[str, str]] = {}
DIST = Path(__file__).parent / "dist"
PAGES: Final = ("pane", "tab", "signed-in", *(f"{page}.{one}" for page in ("privacy", "terms") for one in LANGUAGES))
"""What a build has at least, each with the files that it names."""
_NAMED: Final = re.compile(r"/static/([\w.-]+)")
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

    def __init__(
        self, pages: Mapping[str, Template], assets: Mapping[str, Asset], files: Collection[Path] = ()
    ) -> None:
        self._pages = pages
        self._assets = assets
        self._files = files

    @property
    def is_whole(self) -> bool:
        """Whether every page was read, with the files that it names."""
        if not all(name in self._pages for name in PAGES):
            return False
        named = [name for page in self._pages.values() for name in _NAMED.findall(page.template)]
        return all(name in self._assets for name in named)

    def is_kept(self) -> bool:
        """Return whether what was read can still be read where it was: the next start would need it."""
        return all(os.access(path, os.R_OK) for path in self._files)

    def page(self, name: str, values: Mapping[str, str], markup: Mapping[str, str] = NO_MARKUP) -> str:
        """Return a page, its gaps filled by text or by markup.

        Raises `NotBuiltError` where there is no such page, or it has gaps that ours has not.
        """
        if (page := self._pages.get(name)) is None:
            raise NotBuiltError
        try:
            return page.substitute({key: html.escape(value) for key, value in values.items()} | dict(markup))
        except (KeyError, ValueError) as error:
            raise NotBuiltError from error

    def asset(self, name: str) -> Asset | None:
        """Return the asset of exactly that name."""
        return self._assets.get(name)


def load_site(folder: Path = DIST) -> Site:
    """Read a folder of the build; what is not there or cannot be read is left out, as if it had never been built."""
    paths = [*folder.glob("*.html"), *folder.glob("assets/*")]
    contents = {path: content for path in paths if (content := _read(path)) is not None}
    pages = {path.stem: page for path, content in contents.items() if (page := _read_page(path, content)) is not None}
    assets = {path.name: _make_asset(path, contents) for path in contents if path.suffix not in (".gz", ".html")}
    return Site(pages, assets, list(contents))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _read_page(path: Path, content: bytes) -> Template | None:
    try:
        return Template(content.decode()) if path.suffix == ".html" else None
    except UnicodeDecodeError:
        return None


def _make_asset(path: Path, contents: Mapping[Path, bytes]) -> Asset:
    content_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(contents[path], content_type, contents.get(path.with_name(f"{path.name}.gz")))
