"""The page as it is built: its types, its weight, its packages and its words."""

import gzip
import json
import re

import pytest

from bot.language.texts import LANGUAGES, load_texts
from bot.web.build import DIST, ROOMS, WEB, build, flatten
from bot.web.build import LANGUAGES as CATALOGUES
from bot.web.site import load_site
from tests.web import needs_page, run_tool

BUDGET = 250 * 1024
"""Bytes of JavaScript, gzipped, that the pane may weigh without office.js."""


def list_scripts(page: str) -> set[str]:
    """The scripts that a page loads before it shows anything: those it names, and all that they import."""
    found: set[str] = set()
    names = re.findall(r'(?:src|href)="/static/([\w-]+\.js)"', (DIST / f"{page}.html").read_text())
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            text = (DIST / "assets" / name).read_text()
            names += re.findall(r'(?:from|import)\s*"\./([\w-]+\.js)"', text)
    return found


@needs_page
@pytest.mark.slow
def test_the_pages_types_are_right_office_js_and_the_fake_outlook_included():
    result = run_tool("tsc", "--noEmit")
    assert (result.returncode, result.stdout) == (0, "")


@needs_page
@pytest.mark.slow
def test_the_pages_sources_are_formatted_by_one_tool():
    result = run_tool("prettier", "--check", ".")
    assert (result.returncode, result.stderr) == (0, "")


@needs_page
@pytest.mark.parametrize("page", ["pane", "tab"])
def test_the_page_is_light(page):
    scripts = list_scripts(page)
    weight = sum(len(gzip.compress((DIST / "assets" / name).read_bytes(), 9)) for name in scripts)
    assert len(scripts) > 3
    assert weight < BUDGET, f"{weight} bytes"


@needs_page
def test_the_pane_does_not_load_what_only_teams_needs():
    together = "".join((DIST / "assets" / name).read_text() for name in list_scripts("pane"))
    assert "nestedAppAuthBridge" in together
    assert "appInitialization" not in together


@needs_page
def test_nothing_of_the_demo_is_in_the_pages_own_files():
    texts = "".join(path.read_text() for path in DIST.glob("assets/*.js"))
    assert "/demo/" not in texts
    assert "demoOutlook" not in texts


@needs_page
def test_no_script_of_ours_makes_code_or_markup_from_text():
    sources = [path for path in (WEB / "src").rglob("*.ts") if "generated" not in path.parts]
    written = {path.name: path.read_text() for path in sources}
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage"
    assert {name for name, text in written.items() if re.search(forbidden, text)} == set()


@needs_page
def test_every_package_is_locked_to_one_version_and_names_no_address():
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version)] == []
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert [name for name, entry in lock["packages"].items() if name and "integrity" not in entry] == []
    assert "http" not in (WEB / ".npmrc").read_text()


@needs_page
def test_a_build_of_what_did_not_change_does_nothing():
    assert build() is False


@needs_page
def test_asset_names_carry_a_digest_and_the_page_names_those_that_are_there():
    site = load_site()
    named = re.findall(r"/static/([^\"]+)", (DIST / "pane.html").read_text() + (DIST / "tab.html").read_text())
    assert [name for name in named if not re.search(r"-[A-Z0-9]{8}\.\w+$", name)] == []
    assert [name for name in named if site.asset(name) is None] == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_says_everything_in_every_language(room):
    texts = {language: {key for key in load_texts(language) if key.startswith(f"{room}.")} for language in LANGUAGES}
    assert texts["en"]
    assert all(keys == texts["en"] for keys in texts.values())


@pytest.mark.parametrize("room", ["pane", "demo_page"])
def test_every_text_of_the_page_is_said_somewhere(room):
    source = "".join(path.read_text() for path in (WEB / "src").rglob("*.ts"))
    keys = {key.removeprefix(f"{room}.") for key in load_texts("en") if key.startswith(f"{room}.")}
    patterns = {
        "failure_": "failure_${",
        "type.": "type.${",
        "theme_": "theme_${",
        "filter.": "filter.${",
        "tab.export_": "tab.export_${",
    }
    unsaid = {key for key in keys if f'"{key}"' not in source}
    assert {
        key for key in unsaid if not any(key.startswith(begin) and how in source for begin, how in patterns.items())
    } == set()


def test_keys_of_a_catalogue_are_joined_by_dots_and_plurals_stay_whole():
    assert flatten({"a": "1", "b": {"c": "2", "d": {"one": "x", "other": "y"}}}) == {
        "a": "1",
        "b.c": "2",
        "b.d": {"one": "x", "other": "y"},
    }
    assert (CATALOGUES / "en" / "texts" / "pane.toml").exists()
