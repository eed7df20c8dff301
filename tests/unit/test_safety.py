"""What is promised of the whole of it for safety, read from the code, the lock and what runs before every change."""

import re
import ssl
from pathlib import Path

import pytest

from bot.graph.client.transport import BoundedTransport
from bot.outbound import open_session
from storage.models import Base

HOUSE = Path(__file__).parent.parent.parent
CODE = {path.relative_to(HOUSE).as_posix(): path.read_text() for path in HOUSE.glob("bot/**/*.py")}


def find_users(pattern: str) -> set[str]:
    """Give the files of the service in which something is used."""
    return {name for name, text in CODE.items() if re.search(pattern, text, re.MULTILINE)}


def test_S10_the_app_signs_in_as_itself_alone_and_no_table_has_room_for_a_token():
    assert set(re.findall(r"acquire_token_\w+", "".join(CODE.values()))) == {"acquire_token_for_client"}
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    assert {name for name in columns if re.search(r"token|secret|password|credential", name)} == set()


async def test_S33_what_goes_out_is_never_below_TLS_1_2_nor_compressed():
    transport = BoundedTransport()
    async with open_session() as session:
        for connector in (session.connector, transport._get_session().connector):
            context = connector._ssl
            assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
            assert context.options & ssl.OP_NO_COMPRESSION
            assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    await transport.aclose()


@pytest.mark.parametrize("group", ["service", "dev", "bench"])
def test_S44_every_package_is_locked_to_one_version_by_its_hash(group):
    locked = (HOUSE / "requirements" / f"{group}.txt").read_text()
    packages = re.split(r"^(?=[a-z0-9])", locked, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert packages
    assert [package for package in packages if not re.match(r"\S+==\S+ \\\n +--hash=sha256:", package)] == []
    assert "://" not in re.sub(r"#.*", "", locked)


def test_S45_the_archived_bot_framework_is_known_in_one_room_alone():
    users = find_users(r"^\s*(from|import) (botbuilder|botframework|msrest)")
    assert users
    assert {name for name in users if not name.startswith("bot/teams/")} == set()


def test_S46_nothing_of_the_service_pickles_or_keeps_the_frameworks_state():
    assert find_users(r"\b(jsonpickle|pickle|MemoryStorage|ConversationState|UserState|BotState)\b") == set()


def test_S52_every_bad_input_has_a_test_and_all_of_them_run_before_a_change_lands():
    names = " ".join(
        name for path in HOUSE.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    )
    tested = {int(number) for number in re.findall(r"(?<=_B)\d+(?=_)", names)}
    assert set(range(1, 89)) - tested == set()
    assert "make test" in (HOUSE / ".ci" / "run").read_text().splitlines()
