"""`carnet package`: what goes into the package for Teams and Outlook, and what is refused."""

import json
import re
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.package import (
    EXAMPLE_ADD_IN,
    PackageError,
    build_package,
    check_icons,
    check_manifest,
    check_values,
    find_source,
)
from bot.commands import understand
from tests.node_packages import FOLDER, install_node_packages
from tests.web import needs_page

TODAY = date(2026, 1, 1)
APP = "11111111-2222-4333-8444-555555555555"
HOST = "carnet.firm.example"


@pytest.fixture
def packed(tmp_path):
    return build_package(tmp_path, app_id=APP, host=HOST, version="1.2.3")


def read_manifest() -> dict:
    return json.loads((find_source() / "manifest.json").read_text())


@needs_page
def test_S50_the_package_holds_a_valid_manifest_its_languages_and_its_icons(packed):
    with zipfile.ZipFile(packed[0]) as archive:
        assert sorted(archive.namelist()) == ["color.png", "fr.json", "icon-32.png", "manifest.json", "outline.png"]
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["id"], manifest["bots"][0]["botId"], manifest["version"]) == (APP, APP, "1.2.3")
    assert manifest["webApplicationInfo"]["resource"] == f"api://{HOST}/{APP}"


@needs_page
def test_S50_every_address_in_the_package_is_ours(packed):
    with zipfile.ZipFile(packed[0]) as archive:
        texts = [archive.read(name).decode() for name in ("manifest.json", "fr.json")]
    texts.append(packed[1].read_text())
    found = {url for text in texts for url in re.findall(r"https?://([^/\"<]+)", text)}
    names = {"developer.microsoft.com", "schemas.microsoft.com", "www.w3.org"}
    assert found - names == {HOST}
    assert json.loads(texts[0])["validDomains"] == [HOST]


@needs_page
def test_outlook_shows_one_button_for_the_package_names_the_add_in_that_it_replaces(packed):
    with zipfile.ZipFile(packed[0]) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    [alternate] = manifest["extensions"][0]["alternates"]
    add_in = re.search("<Id>(.+)</Id>", packed[1].read_text()).group(1)
    assert alternate["hide"]["customOfficeAddin"]["officeAddinId"] == add_in
    assert add_in not in (APP, EXAMPLE_ADD_IN)


@needs_page
def test_nothing_of_the_example_is_left_in_the_package(packed):
    with zipfile.ZipFile(packed[0]) as archive:
        texts = [archive.read("manifest.json").decode(), archive.read("fr.json").decode(), packed[1].read_text()]
    assert not [text for text in texts if "carnet.example" in text or "00000000-0000" in text]


@needs_page
def test_a_firm_may_put_its_own_links_into_its_package(tmp_path):
    links = {"privacyUrl": "https://firm.example/privacy", "termsOfUseUrl": ""}
    package, _ = build_package(tmp_path, app_id=APP, host=HOST, links=links)
    with zipfile.ZipFile(package) as archive:
        developer = json.loads(archive.read("manifest.json"))["developer"]
    assert developer["privacyUrl"] == links["privacyUrl"]
    assert developer["termsOfUseUrl"] == f"https://{HOST}/terms"
    with pytest.raises(PackageError, match="https"):
        build_package(tmp_path, app_id=APP, host=HOST, links={"privacyUrl": "http://firm.example"})


@needs_page
def test_the_same_input_gives_the_same_package(tmp_path, packed):
    again, _ = build_package(tmp_path / "again", app_id=APP, host=HOST, version="1.2.3")
    assert again.read_bytes() == packed[0].read_bytes()


@pytest.mark.parametrize("app_id", ["", "carnet", "1111", f"{APP}0"])
def test_an_app_id_that_is_none_is_refused(app_id):
    with pytest.raises(PackageError, match="--app-id"):
        check_values(app_id, HOST, "1.0.0")


@pytest.mark.parametrize(
    "host", ["", "localhost", "https://carnet.firm.example", "carnet.firm.example/x", "a b.example", "-a.example"]
)
def test_a_host_that_is_none_is_refused(host):
    with pytest.raises(PackageError, match="--host"):
        check_values(APP, host, "1.0.0")


@needs_page
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name", "short"), "x" * 31),
        (("bots", 0, "scopes"), ["everywhere"]),
        (("accentColor",), "blue"),
        (("version",), 7),
    ],
)
def test_S50_what_microsofts_schema_refuses_is_refused_before_an_upload(path, value):
    manifest = read_manifest()
    place = manifest
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(PackageError, match=r"manifest\.json"):
        check_manifest(manifest, {})


def test_delegates_and_shared_mailboxes_are_offered_the_pane_by_both_manifests():
    granted = read_manifest()["authorization"]["permissions"]["resourceSpecific"]
    xml = (find_source() / "outlook.xml").read_text()
    assert {"name": "Mailbox.SharedFolder", "type": "Delegated"} in granted
    assert re.search(r"<DesktopFormFactor>\s*<SupportsSharedFolders>true</SupportsSharedFolders>", xml)


@needs_page
def test_a_language_that_leaves_a_text_out_is_refused():
    french = json.loads((find_source() / "fr.json").read_text())
    del french["bots[0].commandLists[0].commands[3].title"]
    with pytest.raises(PackageError, match=r"commands\[3\]\.title"):
        check_manifest(read_manifest(), {"fr.json": french})


def test_an_icon_of_another_size_or_without_transparency_is_refused():
    icons = find_source() / "icons"
    roles = {"color": "color.png", "outline": "outline.png", "color32x32": "icon-32.png"}
    right = {name: (icons / name).read_bytes() for name in roles.values()}
    check_icons(right, roles)
    with pytest.raises(PackageError, match="192 by 192"):
        check_icons(right | {"color.png": right["outline.png"]}, roles)
    opaque = bytearray(right["outline.png"])
    opaque[25] = 2
    with pytest.raises(PackageError, match="transparent"):
        check_icons(right | {"outline.png": bytes(opaque)}, roles)
    with pytest.raises(PackageError, match="no PNG"):
        check_icons(right | {"outline.png": b"GIF89a"}, roles)


def test_the_commands_in_the_manifest_are_understood_in_their_language():
    manifest, french = read_manifest(), json.loads((find_source() / "fr.json").read_text())
    titles = [command["title"] for commands in manifest["bots"][0]["commandLists"] for command in commands["commands"]]
    french_titles = [text for key, text in french.items() if re.fullmatch(r"bots.*commands\[\d+\]\.title", key)]
    said = [("en", title) for title in titles] + [("fr", title) for title in french_titles]
    assert [pair for pair in said if understand(pair[1], pair[0], TODAY).verb == "unknown"] == []


@needs_page
def test_the_command_says_what_it_made_and_refuses_in_a_sentence(tmp_path, capsys):
    made = main(["package", "--app-id", APP, "--host", HOST.upper(), "--out", str(tmp_path)])
    refused = main(["package", "--app-id", "mine", "--host", HOST])
    said = capsys.readouterr()
    assert (made, refused) == (0, 2)
    assert said.out.split() == [str(tmp_path / "carnet.zip"), str(tmp_path / "carnet-outlook.xml")]
    assert said.err.startswith("carnet package: --app-id is")


def test_a_service_without_manifests_says_what_to_do(tmp_path):
    with pytest.raises(PackageError, match=r"bot\.web\.build"):
        find_source([tmp_path])


def check_with_microsofts_own(manifest: Path) -> list[str]:
    script = [str(FOLDER / "app_manifest.js"), str(install_node_packages()), str(manifest)]
    answer = subprocess.run(["node", *script], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(answer.stdout)
    return found


@needs_page
def test_microsofts_own_check_finds_nothing_in_the_package_and_something_in_a_wrong_one(tmp_path, packed):
    with zipfile.ZipFile(packed[0]) as archive:
        archive.extract("manifest.json", tmp_path)
    path = tmp_path / "manifest.json"
    assert check_with_microsofts_own(path) == []
    path.write_text(json.dumps(json.loads(path.read_text()) | {"accentColor": "no colour"}))
    assert check_with_microsofts_own(path) != []
