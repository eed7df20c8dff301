"""`carnet package`: the app package for Teams and Outlook, filled in for one installation and checked offline."""

import argparse
import asyncio
import io
import json
import re
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import idna
import jsonschema

from bot.cli.schema import opening
from bot.config import Config, read_id
from bot.environment import load_config
from bot.web.site import DIST
from storage.engine.rls import SYSTEM
from storage.firm.rules import get_rules
from storage.firm.tenants import get_tenant_id

SOURCE = Path(__file__).parents[2] / "manifest"
"""The manifests of a checkout; an installed service carries them in its build."""
EXAMPLE_ID = "00000000-0000-0000-0000-000000000000"
EXAMPLE_ADD_IN = "00000000-0000-0000-0000-000000000001"
EXAMPLE_HOST = "carnet.example"
ADD_IN_NAMESPACE = uuid.UUID("5d0c7f5e-8e0a-4f0e-9d53-6b1f3b7f2c11")
"""The add-in-only manifest has an id of its own, always the same for one app."""
COLOR_SIZE, OUTLINE_SIZE = 192, 32
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}(:\d{1,5})?")
_VERSION = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")
_PNG = b"\x89PNG\r\n\x1a\n"
_TRUECOLOR_ALPHA = 6


NO_LINKS: Final[Mapping[str, str]] = {}


class PackageError(ValueError):
    """The package cannot be made; the text is a sentence that says why."""


def build_package(
    folder: Path, *, app_id: str, host: str, version: str = "1.0.0", links: Mapping[str, str] = NO_LINKS
) -> tuple[Path, Path]:
    """Write `carnet.zip` (Teams, new Outlook) and `carnet-outlook.xml` (mobile, Mac, on premises) into a folder.

    `links` are the firm's own addresses in place of ours: `privacyUrl`, `termsOfUseUrl`, `websiteUrl`.
    Raises `PackageError` for values that cannot be right and for anything that Microsoft's schemas refuse.
    """
    source, values = find_source(), check_values(app_id, host, version)
    manifest = json.loads(fill(source / "manifest.json", values))
    manifest["developer"] |= check_links(links)
    languages = {
        entry["file"]: fill(source / entry["file"], values)
        for entry in manifest["localizationInfo"]["additionalLanguages"]
    }
    icons = {name: (source / "icons" / name).read_bytes() for name in manifest["icons"].values()}
    check_manifest(manifest, {name: json.loads(text) for name, text in languages.items()})
    check_icons(icons, manifest["icons"])
    add_in = fill(source / "outlook.xml", values)
    check_add_in(add_in, host)
    folder.mkdir(parents=True, exist_ok=True)
    package, add_in_path = folder / "carnet.zip", folder / "carnet-outlook.xml"
    texts = {"manifest.json": json.dumps(manifest, ensure_ascii=False, indent=2), **languages}
    package.write_bytes(pack({**{name: text.encode() for name, text in texts.items()}, **icons}))
    add_in_path.write_text(add_in, encoding="utf-8")
    return package, add_in_path


def read_host(text: str) -> str:
    """Read a host as it may be copied from a browser's line, in the form in which names are registered."""
    host = text.strip().lower().removeprefix("https://").removesuffix("/").removesuffix(".")
    try:
        return host if host.isascii() else idna.encode(host).decode("ascii")
    except idna.IDNAError:
        return host  # what is none is refused with a sentence of its own


def check_values(app_id: str, host: str, version: str) -> dict[str, str]:
    """Return what stands in the manifests instead of the example's ids, host and version."""
    try:
        guid = str(uuid.UUID(app_id))
    except ValueError as error:
        raise PackageError("--app-id is the application (client) id of the Entra app registration, a GUID.") from error
    if not _HOST.fullmatch(host):
        raise PackageError("--host is the public host name alone, such as carnet.firm.example, without https://.")
    if not _VERSION.fullmatch(version):
        raise PackageError("--version is three numbers, such as 1.0.2; raise it with every upload.")
    return {
        EXAMPLE_ADD_IN: str(uuid.uuid5(ADD_IN_NAMESPACE, guid)),
        EXAMPLE_ID: guid,
        EXAMPLE_HOST: host,
        '"version": "1.0.0"': f'"version": "{version}"',
        "<Version>1.0.0.0</Version>": f"<Version>{version}.0</Version>",
    }


def check_links(links: Mapping[str, str]) -> dict[str, str]:
    """Return the links that are given; raises `PackageError` for one that is not https."""
    given = {name: link for name, link in links.items() if link}
    if wrong := [link for link in given.values() if not re.fullmatch(r"https://[^\s/]+\S*", link)]:
        raise PackageError(f"{wrong[0]} is no https address.")
    return given


def find_source(folders: Sequence[Path] = (SOURCE, DIST / "manifest")) -> Path:
    """Return the first folder with manifests; raises `PackageError` where there is none."""
    for folder in folders:
        if (folder / "manifest.json").exists():
            return folder
    raise PackageError("The manifests are not here. Run: python -m bot.web.build")


def fill(path: Path, values: dict[str, str]) -> str:
    """Read a manifest with its examples replaced."""
    text = path.read_text(encoding="utf-8")
    for example, value in values.items():
        text = text.replace(example, value)
    return text


def check_manifest(manifest: dict[str, Any], languages: dict[str, dict[str, Any]]) -> None:
    """Check manifest and languages with Microsoft's schemas; every language says all that another one says."""
    check_schema("manifest.json", manifest, "MicrosoftTeams.schema.json")
    for name, texts in languages.items():
        check_schema(name, texts, "MicrosoftTeams.Localization.schema.json")
        missing = sorted(find_texts(manifest) - texts.keys())
        if missing:
            raise PackageError(f"{name} says nothing for {', '.join(missing[:5])}.")


def check_schema(name: str, document: dict[str, Any], schema: str) -> None:
    """Check one file; the schemas declare draft 4 but are not valid by it themselves, so they are taken as they are."""
    path = DIST / "schemas" / schema
    if not path.exists():
        raise PackageError("Microsoft's schemas are not here. Run: python -m bot.web.build")
    validator = jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8")))
    for error in validator.iter_errors(document):
        place = "/".join(map(str, error.absolute_path))
        raise PackageError(f"{name}: {place}: {error.message[:300]}")


def find_texts(manifest: dict[str, Any]) -> set[str]:
    """Return the paths of everything in a manifest that a person reads, as the language files name them."""
    found = {"name.short", "name.full", "description.short", "description.full"}

    def walk(node: Any, path: str) -> None:
        if isinstance(node, list):
            for index, item in enumerate(node):
                walk(item, f"{path}[{index}]")
        elif isinstance(node, dict):
            for key, value in node.items():
                is_text = key in ("title", "description", "label", "displayName")
                is_tab = key == "name" and path.startswith("staticTabs")
                if (is_text or is_tab) and isinstance(value, str):
                    found.add(f"{path}.{key}")
                walk(value, f"{path}.{key}")

    for room in ("bots", "composeExtensions", "staticTabs", "extensions"):
        walk(manifest.get(room, []), room)
    return found


def check_icons(icons: dict[str, bytes], roles: dict[str, str]) -> None:
    """Check the sizes, and that the outline can be seen through (Teams colours it itself)."""
    for role, size in (("color", COLOR_SIZE), ("outline", OUTLINE_SIZE), ("color32x32", OUTLINE_SIZE)):
        name = roles[role]
        width, height, color_type = read_png(icons[name])
        if (width, height) != (size, size):
            raise PackageError(f"{name} is {width} by {height} pixels; it must be {size} by {size}.")
        if role == "outline" and color_type != _TRUECOLOR_ALPHA:
            raise PackageError(f"{name} must be transparent.")


def read_png(content: bytes) -> tuple[int, int, int]:
    """Return width, height and colour type of a PNG."""
    if not content.startswith(_PNG):
        raise PackageError("An icon is no PNG file.")
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24]), content[25]


def check_add_in(text: str, host: str) -> None:
    """Check that the add-in-only manifest can be read, and that every address in it is ours."""
    root = ET.fromstring(text)  # noqa: S314  # our own file, filled with checked values
    values = [value for element in root.iter() for value in (*element.attrib.values(), element.text or "")]
    foreign = [value for value in values if value.startswith("http") and not value.startswith(f"https://{host}")]
    names = [value for value in foreign if not value.startswith("http://schemas.microsoft.com/")]
    if names:
        raise PackageError(f"outlook.xml names a foreign address: {names[0]}")


def pack(files: dict[str, bytes]) -> bytes:
    """Zip files with a fixed date, so that the same input gives the same package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


async def read_links(config: Config, host: str, tenant: str) -> dict[str, str]:
    """Give a firm's own links from its settings, else those of our pages about it; raises `PackageError`."""
    entra_id = read_id(tenant)
    async with opening(config) as database, database.reading(SYSTEM) as connection:
        number = await get_tenant_id(connection, entra_id)
        rules = await get_rules(connection, number) if number is not None else None
    if rules is None:
        raise PackageError(f"There is no firm {entra_id} in this database.")
    own = f"https://{host}/privacy?firm={entra_id}"
    return {"privacyUrl": rules.privacy_url or own, "termsOfUseUrl": rules.terms_url}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet package`."""
    parser.add_argument("--app-id", required=True, help="application (client) id of the Entra app registration")
    parser.add_argument("--host", required=True, help="public host name of this service")
    parser.add_argument("--tenant", default="", help="Entra id of a firm here, whose settings name its own links")
    parser.add_argument("--version", default="1.0.0", help="version of the package; raise it with every upload")
    parser.add_argument("--privacy-url", default="", help="the firm's own privacy notice")
    parser.add_argument("--terms-url", default="", help="the firm's own terms of use")
    parser.add_argument("--website-url", default="", help="the firm's own page")
    parser.add_argument("--out", type=Path, default=Path(), help="folder to write into")


def run(arguments: argparse.Namespace) -> None:
    """Make the package that the options ask for, and say where it is; raises `PackageError`."""
    named = {"privacyUrl": "privacy_url", "termsOfUseUrl": "terms_url", "websiteUrl": "website_url"}
    host = read_host(arguments.host)
    known = asyncio.run(read_links(load_config(), host, arguments.tenant)) if arguments.tenant else NO_LINKS
    links = {name: getattr(arguments, option) or known.get(name, "") for name, option in named.items()}
    paths = build_package(arguments.out, app_id=arguments.app_id, host=host, version=arguments.version, links=links)
    print(*paths, sep="\n")  # noqa: T201  # what was made
