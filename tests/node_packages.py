"""The npm packages of `tests/node`, installed once per lock file into a cache outside the repository."""

import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"


@functools.cache
def install_node_packages() -> Path:
    """Return the `node_modules` folder; skips the test, saying why, only where node or npm is missing."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed: the cards are not checked with Microsoft's renderer")
    lock = (FOLDER / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "carnet"
    folder = cache / f"node-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    """Install beside the place, then move there: two test runs at once do not meet half a folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as begun:
        made = Path(begun) / "node"
        shutil.copytree(FOLDER, made, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=made, check=True)
        with contextlib.suppress(OSError):  # the other run was faster
            made.rename(folder)
