"""What `carnet doctor` says of mailboxes, where Exchange opens some (RBAC for Applications) and Entra none."""

import io

import pytest
from rich.console import Console

from bot.cli.doctor import examine, report
from bot.cli.doctor.findings import Finding, Level
from bot.cli.doctor.reach import Asked
from bot.config import Config
from storage.engine.database import open_database
from tests.certificates import NOW
from tests.live import run_live
from tests.microsoft import make_firm

MAIL, CALENDAR = "Mail.ReadBasic.All", "Calendars.Read"
NAMES = "Anne Martin", "Bob Stone", "Otto Brandt"


@pytest.fixture
async def sqlite_database(sqlite_url):
    database = open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def world(sqlite_database):
    """Give a firm in whose scope Otto is alone, and nothing is granted in Entra for mailboxes."""
    firm = make_firm(*NAMES)
    otto = firm.list_people()[2]
    async with run_live(sqlite_database, firm) as live:
        firm.granted = {"User.Read.All"}
        firm.scoped = {MAIL: {otto.id}, CALENDAR: {otto.id}}
        url = live.database.engine.url.render_as_string(hide_password=False)
        yield live, Config(**live.microsoft.config_values, database_url=url, public_url=live.url)
        live.is_given_up = True


async def find(config: Config, inside: str = "", outside: str = "") -> dict[str, Finding]:
    def give(name: str) -> str:
        return f"{name}@lex.example" if name else ""

    found = await examine(config, NOW.timestamp(), Asked(give(inside), give(outside)))
    text = io.StringIO()
    report(found, "en", Console(file=text, width=400))
    assert "for all mailboxes" not in text.getvalue()  # nobody is to consent to that where a mailbox answers
    return {one.key: one for one in found}


OTTO, ANNE, BOB, TYPO = "otto.brandt", "anne.martin", "bob.stone", "oto.brandt"


@pytest.mark.parametrize(
    ("inside", "outside", "said"),
    [
        ("", "", {"mailboxes_scoped", "roles"}),
        (OTTO, "", {"mailboxes_scoped", "roles"}),
        (OTTO, ANNE, {"mailboxes_scoped", "roles", "fence_holds"}),
        (ANNE, "", {"mailbox_beyond", "mailboxes_scoped", "roles"}),
        (ANNE, BOB, {"mailbox_beyond", "fence_holds", "mailboxes_scoped", "roles"}),
        (ANNE, OTTO, {"mailboxes_swapped", "roles"}),
        (TYPO, "", {"mailbox_unknown", "mailboxes_scoped", "roles"}),
        (TYPO, BOB, {"mailbox_unknown", "fence_holds", "mailboxes_scoped", "roles"}),
        (OTTO, "nobody", {"outside_unknown", "mailboxes_scoped", "roles"}),
        ("x#y?z", "no one", {"mailbox_unknown", "outside_unknown", "mailboxes_scoped", "roles"}),
        (OTTO, OTTO, {"scope_too_wide", "mailboxes_scoped", "roles"}),
    ],
)
async def test_S34_a_scope_is_judged_by_what_each_mailbox_is(world, inside, outside, said):
    _, config = world
    found = await find(config, inside, outside)
    judged = {key for key in found if key.startswith(("mailbox_", "mailboxes_", "fence", "scope", "outside", "roles"))}
    assert judged == said


@pytest.mark.parametrize(
    ("kept", "role"), [(MAIL, "Application Calendars.Read"), (CALENDAR, "Application Mail.ReadBasic")]
)
@pytest.mark.parametrize("inside", ["", OTTO, ANNE, TYPO])
async def test_S34_the_role_that_a_scope_lacks_is_named_as_exchange_names_it(world, inside, kept, role):
    live, config = world
    live.firm.scoped = {kept: live.firm.scoped[kept]}
    found = await find(config, inside)
    assert found["scope_incomplete"].values["roles"] == role
    assert not {"mailboxes_scoped", "roles", "mailboxes_closed"} & found.keys()


async def test_S34_a_guest_who_is_refused_proves_nothing(world):
    live, config = world
    live.firm.add_person("guest@lex.example", "Guy Guest", kind="Guest")
    found = await find(config, OTTO, "guest")
    assert "outside_unknown" in found
    assert "fence_holds" not in found


async def test_S34_without_the_directory_nobody_says_that_the_fence_holds(world):
    live, config = world
    live.firm.granted = set()
    found = await find(config, OTTO, ANNE)
    assert found["mailbox_away"].level is Level.WARNING
    assert "fence_holds" not in found


async def test_S34_where_no_mailbox_answers_a_scope_or_a_consent_is_advised(world):
    live, config = world
    live.firm.scoped = {}
    found = {one.key for one in await examine(config, NOW.timestamp(), Asked("otto.brandt@lex.example"))}
    assert "mailboxes_closed" in found
    assert "mailbox_beyond" not in found


async def test_a_mailbox_is_unknown_only_where_no_firm_of_the_installation_has_it(sqlite_database):
    firms = make_firm(), make_firm("Zoe Weber", domain="jus.example")
    async with run_live(sqlite_database, *firms) as live:
        url = live.database.engine.url.render_as_string(hide_password=False)
        config = Config(**live.microsoft.config_values, database_url=url, public_url=live.url)
        asked = Asked("zoe.weber@jus.example", "zoe.webber@jus.example")
        found = {one.key for one in await examine(config, NOW.timestamp(), asked)}
        assert "mailbox_unknown" not in found
        assert "outside_unknown" in found
        live.is_given_up = True


async def test_F41_a_mailbox_that_is_found_open_is_asked_by_the_service_at_once(world):
    live, config = world
    await live.settle()
    assert (await live.list_states())["Bob Stone"] == "forbidden"
    await live.execute("UPDATE mailboxes SET not_before = not_before + 20000 WHERE state = 'forbidden'")
    assert "asked_again" not in await find(config, ANNE)
    bob = live.firm.list_people()[1]
    for people in live.firm.scoped.values():
        people.add(bob.id)
    assert "asked_again" in await find(config, BOB)
    await live.worker.run_once()
    assert (await live.list_states())["Bob Stone"] == "current"
    assert (await live.list_states())["Anne Martin"] == "forbidden"
    assert "asked_again" not in await find(config, BOB)
