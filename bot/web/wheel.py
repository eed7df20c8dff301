"""How the wheel is built (PEP 517): the page first, then what setuptools does. Only the build uses this."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from setuptools import build_meta

from bot.web.build import NODE_PACKAGE, build, find_machines_node

build_sdist = build_meta.build_sdist
build_editable = build_meta.build_editable
get_requires_for_build_sdist = build_meta.get_requires_for_build_sdist
get_requires_for_build_editable = build_meta.get_requires_for_build_editable
prepare_metadata_for_build_wheel = build_meta.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable

ROOT = Path(__file__).parents[2]
NOT_FOR_THE_PAGE = (
    "aiohttp",
    "botbuilder",
    "certifi",
    "cryptography",
    "httpx",
    "jsonschema",
    "msal",
    "msgraph",
    "uvloop",
)
"""Beginnings of the dependencies that the page needs nothing of: most of what there is to download."""


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Return the build requirements: the packages that the verbs import, and Node if this machine has none."""
    needed: list[str] = build_meta.get_requires_for_build_wheel(config_settings)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed += [one for one in project["dependencies"] if not one.startswith(NOT_FOR_THE_PAGE)]
    return needed if find_machines_node() else [*needed, NODE_PACKAGE]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """Build the page and the wheel; ends with one sentence where the page cannot be built."""
    try:
        build()
    except (subprocess.CalledProcessError, OSError, LookupError) as error:
        tool = Path(error.cmd[0]).name if isinstance(error, subprocess.CalledProcessError) else type(error).__name__
        raise SystemExit(
            f"The page for Outlook and Teams could not be built ({tool} failed): building needs the npm registry, once."
        ) from None
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)  # setuptools would carry what an earlier build left
    name: str = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    return name
