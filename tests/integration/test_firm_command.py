"""`carnet firm`, and what reads the firm's rules in the terminal and on the pages: sentences and statuses."""

import asyncio
import json
import shutil
import zipfile
from collections.abc import Callable

import pytest

from bot.__main__ import main
from bot.environment import find_unknown_names
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.firm.rules import set_first_rules, set_rules
from storage.firm.tenants import add_tenant
from storage.models import Interaction
from storage.viewer import Viewer
from tests.factories import NOW, add_user
from tests.outlook import CONFIG, TENANT, open_page
from tests.web import needs_page

APP, OTHER = "11111111-2222-4333-8444-555555555555", "bbbbbbbb-2222-4333-8444-555555555555"
ADA = "aaaaaaaa-0000-4000-8000-000000000001"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch, tmp_path, capsys, migrated_file) -> Run:
    """Run a command on a database that was migrated; gives its status and what it said."""
    monkeypatch.chdir(tmp_path)
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/c.db", "TENANTS": json.dumps([TENANT]), "ADMINS": f'["{ADA}"]'}
    for name, value in settings.items():
        monkeypatch.setenv(f"CARNET_{name}", value)

    def run(*words: str, **others: str) -> tuple[int, str]:
        for name, value in others.items():
            monkeypatch.setenv(f"CARNET_{name.upper()}", value)
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return status, said.out + said.err

    shutil.copy(migrated_file, tmp_path / "c.db")
    return run


def read_rules(run: Run, *words: str) -> dict[str, tuple]:
    status, said = run("firm", "show", "--json", *words)
    assert status == 0, said
    return {row["name"]: (row["value"], row["from"]) for row in json.loads(said)["rules"]}


def test_rules_are_set_before_the_first_start_and_shown_with_where_they_come_from(run):
    assert run("firm", "show")[0] == 2
    status, said = run("firm", "set", "retention_days", "365")
    assert (status, said) == (0, "retention_days is now: 365\n")
    rules = read_rules(run)
    assert rules["retention_days"] == (365, "carnet firm")
    assert rules["admins"] == ([ADA], "environment")
    status, said = run("firm", "show", "--language", "fr")
    assert (status, "environnement" in said, "365" in said) == (0, True, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("retention_days", "soon"), "“soon” is no number of days from 0 to 36500."),
        (("serves", "group"), "Say first which group may use Carnet, by its Entra id."),
        (("language", "de"), "“de” is no language that Carnet speaks: write en or fr."),
        (("own_domains", "gmail.com"), "“gmail.com” is no domain that can belong to one firm alone."),
        (("admins", ""), "Somebody has to be administrator: name another first."),
    ],
)
def test_a_value_that_is_none_is_a_sentence_and_changes_nothing(run, words, sentence):
    status, said = run("firm", "set", *words)
    assert (status, sentence in said) == (2, True), said
    assert run("firm", "history") == (0, "Nothing was changed yet.\n")


def test_a_rule_that_does_not_exist_is_refused_with_those_that_do(run):
    status, said = run("firm", "set", "retention", "1")
    assert (status, "retention_days" in said) == (2, True)


def test_several_firms_have_to_be_told_apart(run):
    both = {"tenants": json.dumps([TENANT, OTHER])}
    status, said = run("firm", "set", "language", "fr", **both)
    assert (status, TENANT in said, OTHER in said) == (2, True, True)
    assert run("firm", "set", "language", "fr", "--tenant", OTHER.upper())[0] == 0
    assert read_rules(run, "--tenant", TENANT)["language"] == ("en", "environment")
    assert read_rules(run, "--tenant", OTHER)["language"] == ("fr", "carnet firm")
    assert run("firm", "show", "--tenant", APP)[0] == 2


def test_administrators_are_named_and_let_go(run):
    grace = "cccccccc-0000-4000-8000-000000000001"
    assert run("firm", "admins", "add", grace)[0] == 0
    assert run("firm", "admins", "remove", ADA)[0] == 0
    assert read_rules(run)["admins"] == ([grace], "carnet firm")
    for words in (("remove", grace), ("remove", ADA), ("add", "nobody@firm.example"), ("add", "grace")):
        status, said = run("firm", "admins", *words)
        assert (status, said.startswith("carnet firm: ")) == (2, True), said
    assert run("firm", "admins", "list") == (0, f"{grace}  -\n")


def test_what_would_be_deleted_is_shown_and_nobody_says_yes_by_themselves(run, tmp_path):
    assert run("firm", "set", "language", "fr")[0] == 0
    asyncio.run(add_old_mail(f"sqlite:///{tmp_path}/c.db"))
    status, said = run("firm", "set", "retention_days", "30")
    assert (status, "1 email or meeting" in said, "--yes" in said) == (2, True, True)
    assert read_rules(run)["retention_days"] == (0, "environment")
    assert run("firm", "set", "retention_days", "30", "--yes")[0] == 0
    assert read_rules(run)["retention_days"] == (30, "carnet firm")


def test_what_the_environment_would_delete_waits_for_the_word_and_the_doctor_says_so(run, tmp_path):
    assert run("firm", "admins", "add", ADA)[0] == 0
    asyncio.run(add_old_mail(f"sqlite:///{tmp_path}/c.db"))
    asyncio.run(start_with(f"sqlite:///{tmp_path}/c.db", FirmRules(retention_days=30)))
    _, said = run("doctor", retention_days="30")
    assert "CARNET_RETENTION_DAYS is not followed for" in said
    assert "carnet purge --confirm" in said
    assert read_rules(run)["retention_days"] == (0, "environment")


async def start_with(url: str, first: FirmRules) -> None:
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        await add_tenant(connection, TENANT, first, NOW)
    await database.close()


async def add_old_mail(url: str) -> None:
    database = open_database(url)
    async with database.writing(1) as connection:
        key = {"tenant_id": 1, "user_id": 1, "source_digest": bytes(16), "occurred_at": 1_000_000, "kind": 1}
        await connection.execute(Interaction.__table__.insert().values(message_digest=bytes(16), **key))
    await database.close()


def test_a_rule_is_given_back_to_the_environment(run):
    run("firm", "set", "timezone", "europe/paris")
    status, said = run("firm", "reset", "timezone", timezone="Europe/Zurich")
    assert (status, said) == (0, "timezone follows the environment again: Europe/Zurich\n")
    assert read_rules(run)["timezone"] == ("Europe/Zurich", "environment")


def test_the_environments_first_values_are_checked_as_an_administrators_are(run):
    for name, value in (("own_domains", '["gmail.com"]'), ("timezone", "Mars"), ("privacy_url", "http://x.example")):
        status, said = run("firm", "show", **{name: value})
        assert (status, f"CARNET_{name.upper()}" in said) == (2, True), said
        run("firm", "show", **{name: {"own_domains": "[]", "timezone": "UTC"}.get(name, "")})
    status, said = run("firm", "show", serves="group")
    assert (status, "CARNET_SERVES_GROUP" in said) == (2, True), said


def test_the_doctor_names_settings_that_an_administrators_own_value_put_aside(run):
    run("firm", "set", "retention_days", "30")
    _, said = run("doctor", retention_days="365")
    assert "what CARNET_RETENTION_DAYS says in the environment is not heard" in said


@needs_page
def test_a_package_of_a_firm_names_its_own_links_else_our_page_about_it(run, tmp_path):
    run("firm", "set", "terms_url", "https://firm.example/terms")
    words = ("package", "--app-id", APP, "--host", "carnet.firm.example", "--tenant", TENANT)
    assert run(*words)[0] == 0
    with zipfile.ZipFile(tmp_path / "carnet.zip") as archive:
        developer = json.loads(archive.read("manifest.json"))["developer"]
    assert developer["privacyUrl"] == f"https://carnet.firm.example/privacy?firm={TENANT}"
    assert developer["termsOfUseUrl"] == "https://firm.example/terms"
    assert run(*words[:-1], OTHER)[0] == 2


async def name_firm(database, **rules) -> None:
    async with database.writing(SYSTEM) as connection:
        number = await add_tenant(connection, TENANT, FirmRules(), NOW)
        await set_rules(connection, Viewer(number, 0), rules, now=NOW, source="admin")


SAID = {
    "controller": "Firm <SA>",
    "privacy_contact": "privacy@firm.example",
    "legal_basis": "Article 6",
    "leaver_days": 9,
}


@needs_page
async def test_the_privacy_page_says_what_the_firm_says_of_itself(database):
    await name_firm(database, retention_days=365, **SAID)
    async with open_page(database) as page:
        _, text, _ = await page.get("/privacy?lang=en")
        _, french, _ = await page.get("/privacy?lang=fr")
    for words in ("Firm &lt;SA&gt;", "privacy@firm.example", "Article 6", "after 365 days", "after 9 days"):
        assert words in text
    assert "effacés après 365 jours" in french
    assert "Subjects are not kept." in text


@needs_page
async def test_the_privacy_page_says_nothing_of_a_firm_that_is_not_served(database):
    await name_firm(database, **SAID)
    two = CONFIG.model_copy(update={"tenants": (TENANT, OTHER)})
    async with open_page(database, config=two) as page:
        answers = [(await page.get(f"/privacy?firm={firm}"))[1] for firm in ("", OTHER, "x", TENANT)]
    assert [("Article 6" in text) for text in answers] == [False, False, False, True]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("RETENSION", "RETENTION_DAYS"), ("SUBJECTS", "KEEPS_SUBJECTS"), ("TIME_ZONE", "TIMEZONE"), ("GROUPS", "GROUP")],
)
def test_a_misspelt_setting_is_named_with_the_nearest_right_one(wrong, meant):
    assert list(find_unknown_names([f"CARNET_{wrong}"])) == [
        f"There is no setting CARNET_{wrong}: is CARNET_{meant} meant?"
    ]


def test_a_change_of_the_environment_is_told_from_one_of_the_terminal(run, tmp_path):
    assert run("firm", "set", "language", "fr")[0] == 0
    asyncio.run(change_environment(f"sqlite:///{tmp_path}/c.db"))
    status, said = run("firm", "history")
    assert status == 0
    [first, *_] = [line for line in said.splitlines() if "timezone" in line]
    assert ("environment" in first, "admin" in first) == (True, False)
    [first, *_] = [row for row in json.loads(run("firm", "history", "--json")[1]) if row["name"] == "timezone"]
    assert first["source"] == "environment"


async def change_environment(url: str) -> None:
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        await add_user(connection, "Ada")
        for zone in ("UTC", "Europe/Paris"):
            await set_first_rules(connection, 1, FirmRules(timezone=zone), NOW)
    await database.close()


def test_the_last_administrator_whom_the_firm_knows_stays(run, tmp_path):
    assert run("firm", "set", "language", "fr")[0] == 0
    asyncio.run(add_ada(f"sqlite:///{tmp_path}/c.db"))
    assert run("firm", "admins", "add", OTHER)[0] == 0
    for words in (("admins", "remove", ADA), ("set", "admins", OTHER), ("set", "admins", "none")):
        status, said = run("firm", *words)
        assert (status, "name another first" in said) == (2, True), said
    assert run("firm", "admins", "remove", OTHER)[0] == 0


async def add_ada(url: str) -> None:
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        await add_user(connection, "Ada", entra_id=ADA)
    await database.close()
