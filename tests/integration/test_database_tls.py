"""TLS on the way to PostgreSQL, as managed services ask for it in the URL: each parameter changes what happens."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import make_url

from bot.__main__ import main
from storage.engine.database import open_database
from storage.engine.urls import read_url
from storage.errors import DatabaseUrlError, StoreUnavailableError
from tests.certificates import write_certificate, write_crl
from tests.tls_door import reaching

LATER = datetime.now(UTC) + timedelta(days=300)


@pytest.fixture
def place(tmp_path) -> dict[str, str]:
    """Give files as a managed service hands them out."""
    pair = write_certificate(tmp_path / "server.pem", LATER)
    locked = write_certificate(tmp_path / "locked.pem", LATER, password="opensesame")
    return {
        "pair": pair,
        "locked": locked,
        "good": write_crl(tmp_path / "good.crl", pair),
        "revoked": write_crl(tmp_path / "revoked.crl", pair, is_revoked=True),
        "missing": str(tmp_path / "none.pem"),
    }


@pytest.fixture
def speaking(place) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place["pair"])
    context.set_alpn_protocols(["postgresql"])
    return context


@pytest.fixture
async def server(make_postgres, migrated_postgres) -> Iterator[object]:
    return make_url(await make_postgres(migrated_postgres))


async def ask(url, said: str, place: dict[str, str]) -> str:
    """Ask a database once; gives the name of what went wrong, empty for nothing."""
    parameters = dict(one.split("=") for one in said.format(**place).split("&"))
    database = open_database(url.update_query_dict(parameters).render_as_string(hide_password=False), patience=5)
    try:
        await database.ping()
        async with database.engine.connect():
            return ""
    except StoreUnavailableError as error:
        return error.reason
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("said", "way"),
    [
        ("sslmode=require", "asked"),
        ("sslmode=require&sslnegotiation=postgres", "asked"),
        ("sslmode=require&sslnegotiation=direct", "direct"),
        ("sslmode=verify-ca&sslrootcert={pair}&sslnegotiation=direct", "direct"),
        ("sslmode=require&sslnegotiation=direct", "not asked"),
        ("sslmode=require", "not direct"),
        ("sslmode=verify-ca&sslrootcert={pair}&sslcrl={good}", "asked"),
        ("sslmode=verify-ca&sslrootcert={pair}&sslcrl={revoked}", "not asked"),
        ("sslmode=require&sslrootcert={pair}&sslcrl={revoked}", "not asked"),
        ("sslmode=require&ssl_min_protocol_version=TLSv1.3", "not asked"),
        ("sslmode=require&ssl_min_protocol_version=TLSv1.2", "asked"),
        ("sslmode=require&sslcert={locked}&sslpassword=opensesame", "asked"),
        ("sslmode=require&sslcert={pair}", "asked"),
    ],
)
async def test_each_parameter_of_tls_holds(server, speaking, place, said, way):
    """`way` is what the server speaks, and `not` before it where nothing may come of that."""
    speaking.maximum_version = ssl.TLSVersion.TLSv1_2
    with reaching(server, speaking, is_direct=way.endswith("direct")) as url:
        assert (await ask(url, said, place) != "") is way.startswith("not")


@pytest.mark.parametrize("said", ["sslcert={locked}", "sslcert={locked}&sslpassword=other", "sslcert={missing}"])
def test_a_key_whose_password_is_not_given_is_a_sentence_and_nobody_is_asked_for_it(place, said):
    with pytest.raises(DatabaseUrlError, match=r"sslcert: .*sslpassword is another"):
        open_database(f"postgresql://u:p@h/c?sslmode=require&{said.format(**place)}")


def test_what_does_not_agree_on_tls_says_where_to_look(server, speaking, place, monkeypatch, capsys):
    speaking.maximum_version = ssl.TLSVersion.TLSv1_2
    for said, sentence in {
        "sslmode=require&ssl_min_protocol_version=TLSv1.3": "do not agree on TLS",
        "sslmode=verify-ca&sslrootcert={pair}&sslcrl={revoked}": "with sslcrl the list has to be",
    }.items():
        with reaching(server, speaking) as url:
            whole = f"{url.render_as_string(hide_password=False)}?{said.format(**place)}"
            monkeypatch.setenv("CARNET_DATABASE_URL", read_url(whole).render_as_string(hide_password=False))
            assert main(["status"]) == 2
            assert sentence in capsys.readouterr().err


def test_a_password_of_a_key_is_not_said_on_a_command_line(monkeypatch, capsys):
    monkeypatch.setenv("CARNET_DATABASE_URL", "sqlite:x.db")
    assert main(["move", "--to", "postgresql://u@h/c?sslpassword=x"]) == 2
    assert "put the URL into a file" in capsys.readouterr().err
