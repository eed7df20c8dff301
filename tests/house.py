"""The layers of the house, drawn into CONTRIBUTING.md from the contracts of pyproject.toml: `python -m tests.house`."""

import re
import tomllib
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parent.parent
PAGE = HOUSE / "CONTRIBUTING.md"
START = "<!-- layers: written by `python -m tests.house` -->\n"
END = "<!-- end of layers -->"
DRAWN = (
    "the house, top to bottom",
    "the rooms of storage, top to bottom",
    "the rooms of bot.graph, top to bottom",
    "the rooms of bot.demo, top to bottom",
)


def read_project() -> dict[str, Any]:
    return tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))


def draw_layers() -> str:
    """Draw each contract of layers as one row a layer, highest first."""
    contracts = read_project()["tool"]["importlinter"]["contracts"]
    layers = {one["name"]: one["layers"] for one in contracts if "layers" in one}
    drawn = [f"```\n{name}\n{_draw(layers[name])}\n```\n" for name in DRAWN]
    return "\n".join(drawn)


def _draw(layers: list[str]) -> str:
    return "\n".join("  " + layer for layer in layers)


def complete(text: str) -> str:
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return before + START + draw_layers() + END + after


def list_libraries() -> set[str]:
    """Give the names of the packages that the service needs."""
    return {re.match(r"[\w-]+", one)[0] for one in read_project()["project"]["dependencies"]}


if __name__ == "__main__":
    PAGE.write_text(complete(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
