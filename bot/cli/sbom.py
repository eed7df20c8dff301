"""`python -m bot.cli.sbom`: all that is shipped, with versions and licences, as CycloneDX 1.6.

Python packages are those of the lock, the page's are those of its own lock file.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any, Final

HOUSE: Final = Path(__file__).parents[2]
_WORDS: Final = {
    "MIT": r"\bMIT\b",
    "Apache-2.0": r"apache",
    "BSD-3-Clause": r"\bBSD\b",
    "PSF-2.0": r"python software foundation|\bPSF",
    "MPL-2.0": r"mozilla|\bMPL",
    "ISC": r"\bISC\b",
    "Unlicense": r"unlicense",
    "LGPL-3.0-or-later": r"lesser general public|\bLGPL",
}


def main() -> int:
    """Print the list; gives 1 where a licence is unknown, and names whose."""
    components = [*list_python(), *list_page()]
    unknown = [one["name"] for one in components if not one["licenses"]]
    if unknown:
        print(f"unknown licences: {', '.join(unknown)}", file=sys.stderr)  # noqa: T201
    print(json.dumps(describe(components), indent=1))  # noqa: T201
    return int(bool(unknown))


def describe(components: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the document together."""
    own = {"type": "application", "name": "carnet", "version": version("carnet"), "licenses": [_license("Apache-2.0")]}
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": own}}
    return head | {"components": components}


def list_python() -> Iterator[dict[str, Any]]:
    """List the packages of the lock that are installed."""
    lock = (HOUSE / "requirements" / "service.txt").read_text(encoding="utf-8")
    for name, number in re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", lock, re.MULTILINE):
        try:
            found = find_license(distribution(name))
        except PackageNotFoundError:
            continue
        yield _component(f"pkg:pypi/{name}@{number}", name, number, found)


def find_license(package: Distribution) -> str:
    """Return the licence that a package declares: by its SPDX expression, its classifiers, or its words."""
    metadata: Any = package.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = " ".join(one for one in metadata.get_all("Classifier") or [] if one.startswith("License ::"))
    files = [file for file in package.files or [] if re.search(r"licen[cs]e|copying", file.name, re.IGNORECASE)]
    texts = [Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")[:400] for file in files[:1]]
    for text in (classifiers, (metadata.get("License") or "")[:200], *texts):
        for name, pattern in _WORDS.items():
            if re.search(pattern, text, re.IGNORECASE):
                return name
    return ""


def list_page() -> Iterator[dict[str, Any]]:
    """List the packages that the page is built of; those for development are not shipped."""
    lock = json.loads((HOUSE / "bot" / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, package in lock.items():
        if place and not package.get("dev") and not package.get("optional"):
            name = place.rpartition("node_modules/")[2]
            yield _component(
                f"pkg:npm/{name}@{package['version']}", name, package["version"], _read_npm(place, package)
            )


def _read_npm(place: str, package: dict[str, Any]) -> str:
    """Return the licence of the lock file, else of the package itself."""
    if found := package.get("license"):
        return str(found)
    file = HOUSE / "bot" / "web" / place / "package.json"
    found = json.loads(file.read_text(encoding="utf-8")).get("license", "") if file.is_file() else ""
    return found if isinstance(found, str) else str(found.get("type", ""))


def _component(url: str, name: str, number: str, found: str) -> dict[str, Any]:
    licenses = [_license(found)] if found else []
    return {"type": "library", "bom-ref": url, "name": name, "version": number, "purl": url, "licenses": licenses}


def _license(name: str) -> dict[str, Any]:
    is_expression = " " in name
    return {"expression": name} if is_expression else {"license": {"id": name}}


if __name__ == "__main__":
    sys.exit(main())
