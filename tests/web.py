"""The built page in tests: packages and build from node where there is one, else the test is skipped, saying why."""

import fcntl
import functools
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.web.build import WEB, build

NPM_CI = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
has_node = bool(shutil.which("node") and shutil.which("npm"))


@functools.cache
def _is_built() -> bool:
    """Install what the tests need too (the compiler, axe), as locked, and build what changed."""
    if not has_node:
        return False
    with (WEB / ".building").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # test processes that start together build once
        if not _has_everything():
            subprocess.run(NPM_CI, cwd=WEB, check=True)
        build()
    return True


def _has_everything() -> bool:
    installed = WEB / "node_modules" / ".package-lock.json"
    if not installed.exists():
        return False
    wanted, found = (json.loads(path.read_text())["packages"] for path in (WEB / "package-lock.json", installed))
    names = {name for name, package in wanted.items() if name and not package.get("optional")}
    return all(found.get(name, {}).get("version") == wanted[name]["version"] for name in names)


def run_tool(*words: str) -> subprocess.CompletedProcess[str]:
    """Run one of the page's own tools."""
    path = Path("node_modules") / ".bin" / words[0]
    return subprocess.run([str(path), *words[1:]], cwd=WEB, check=False, capture_output=True, text=True)


needs_page = pytest.mark.skipif(not _is_built(), reason="node is not installed: the page cannot be built")
