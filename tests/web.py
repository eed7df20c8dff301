"""The built page in tests: built once where node is, else the test is skipped, saying why."""

import functools
import shutil

import pytest

from bot.web.build import DIST, build


@functools.cache
def _is_built() -> bool:
    if (DIST / "stamp").exists() or shutil.which("node"):
        build()
    return (DIST / "pane.html").exists()


needs_page = pytest.mark.skipif(not _is_built(), reason="node is not installed: the page cannot be built")
