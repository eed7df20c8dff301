"""The pages and their files: what a browser is told about them, and what cannot be reached."""

import re
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.outlook.headers import FRAMING_HOSTS
from bot.web.site import DIST, load_site
from tests.outlook import open_page
from tests.web import needs_page

pytestmark = needs_page


@pytest.fixture
async def page(sqlite_database):
    async with open_page(sqlite_database) as opened:
        yield opened


def read_policy(headers) -> dict[str, list[str]]:
    parts = (part.split() for part in headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", ["/pane", "/tab"])
async def test_S28_the_policy_allows_nothing_inline_and_nobody_elses_scripts(page, path):
    _, text, headers = await page.get(path)
    policy = read_policy(headers)
    office = ["https://appsforoffice.microsoft.com"] if path == "/pane" else []
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["script-src"] == ["'self'", *office]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style", text)


@pytest.mark.parametrize("path", ["/pane", "/tab"])
async def test_B68_S29_only_microsoft_365_may_frame_the_page(page, path):
    _, _, headers = await page.get(path)
    assert read_policy(headers)["frame-ancestors"] == ["'self'", *FRAMING_HOSTS]
    assert "X-Frame-Options" not in headers


@pytest.mark.parametrize(
    "path", ["/pane", "/tab", "/privacy", "/terms", "/signed-in", "/static/nothing.js", "/nothing"]
)
async def test_S30_every_answer_carries_the_security_headers(page, path):
    _, _, headers = await page.get(path)
    assert int(re.search(r"max-age=(\d+)", headers["Strict-Transport-Security"])[1]) >= 31_536_000
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert "Set-Cookie" not in headers


async def test_the_page_knows_where_to_sign_in_and_carries_no_secret(page):
    _, text, _ = await page.get("/pane")
    assert 'data-authority="https://login.microsoftonline.com/00000000-0000-4000-8000-000000000001"' in text
    assert re.search(r'data-scope="api://carnet\.example/[-0-9a-f]{36}/access_as_user"', text)
    assert "office.js" in text


@pytest.mark.parametrize(
    "name",
    [
        "../pane.html",
        "..%2fpane.html",
        "%2e%2e/%2e%2e/package.json",
        "..%5c..%5cpackage.json",
        "....//package.json",
        "/etc/passwd",
        "",
        ".",
        "assets",
        "app",
        "stamp",
        quote("app\x00.js"),
    ],
)
async def test_B69_no_path_leads_out_of_the_assets(page, name):
    status, text, _ = await page.get(f"/static/{name}")
    assert status == 404
    assert "carnet-web" not in text


async def test_an_asset_is_sent_gzipped_and_may_be_kept_for_ever(page):
    _, text, _ = await page.get("/pane")
    script = re.search(r'src="(/static/app-[A-Z0-9]{8}\.js)"', text)[1]
    status, _, headers = await page.get(script, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert headers["Content-Type"].startswith("text/javascript")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_an_icon_whose_name_never_changes_is_asked_for_again(page):
    _, _, headers = await page.get("/static/icon-128.png")
    assert headers["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize(("language", "word"), [("en", "attachments"), ("fr", "pièces jointes")])
async def test_S50_privacy_and_terms_open_without_signing_in(page, language, word):
    status, text, _ = await page.get("/privacy", **{"Accept-Language": f"{language}-XX,en;q=0.5"})
    terms, _, _ = await page.get("/terms")
    assert (status, terms) == (200, 200)
    assert word in text


async def test_a_service_whose_page_was_not_built_says_so(sqlite_database, tmp_path):
    site = load_site(tmp_path)
    async with open_page(sqlite_database, site=site) as opened:
        status, text, _ = await opened.get("/pane")
    assert status == 503
    assert "bot.web.build" in text


def copy_build(folder: Path) -> Path:
    shutil.copytree(DIST, folder / "dist", ignore=shutil.ignore_patterns("demo", "schemas", "manifest"))
    return folder / "dist"


@pytest.mark.parametrize("spoilt", [b"\xff\xfe no text", b"a gap $that_ours_has_not", b"5 $", None])
async def test_a_page_that_is_damaged_is_a_sentence_and_no_error(sqlite_database, tmp_path, spoilt):
    folder = copy_build(tmp_path)
    (folder / "pane.html").unlink()
    if spoilt is None:
        (folder / "pane.html").mkdir()  # what no user may read is no different
    else:
        (folder / "pane.html").write_bytes(spoilt)
    async with open_page(sqlite_database, site=load_site(folder)) as opened:
        answers = [await opened.get(path) for path in ("/pane", "/tab")]
    assert [status for status, *_ in answers] == [503, 200]
    assert "bot.web.build" in answers[0][1]


def test_a_build_is_whole_with_every_page_and_what_it_names_and_kept_where_it_lies(tmp_path):
    folder = copy_build(tmp_path)
    site = load_site(folder)
    assert (site.is_whole, site.is_kept()) == (True, True)
    named = next(folder.glob("assets/tab-*.js"))
    for path in (folder / "terms.fr.html", named):
        path.rename(tmp_path / path.name)
        assert (site.is_whole, site.is_kept(), load_site(folder).is_whole) == (True, False, False)
        (tmp_path / path.name).rename(path)
    assert (load_site(folder).is_whole, load_site(tmp_path / "nowhere").is_whole) == (True, False)


async def test_the_demos_page_is_no_part_of_the_service(page):
    for path in ("/", "/demo/users", "/demo/token", "/demo/pane"):
        status, _, _ = await page.get(path)
        assert status == 404
