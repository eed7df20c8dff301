"""Database URLs as managed services give them, and as people paste them."""

import ssl

import pytest

from storage.engine.urls import get_connect_arguments, is_behind_pooler, read_url, split_options
from tests.certificates import write_certificate


@pytest.mark.parametrize(
    ("text", "user", "password", "host"),
    [
        ("postgres://u:p@db.example:5433/carnet", "u", "p", "db.example"),
        ("postgresql+asyncpg://u:p@h/c", "u", "p", "h"),
        ('"postgresql://u:p@h/c"', "u", "p", "h"),
        ("'postgresql://u:p@h/c'", "u", "p", "h"),
        (" postgresql://u:p@h/c\n", "u", "p", "h"),
        ("postgresql://u:p@ss@h/c", "u", "p@ss", "h"),
        ("postgresql://u:p%40s%2Fs@h/c", "u", "p@s/s", "h"),
        ("postgresql://u:p/a:s's\"s#?%@h/c?sslmode=require", "u", "p/a:s's\"s#?%", "h"),
        ("postgresql://u%40server:p@h/c", "u@server", "p", "h"),
        ("postgresql:///c?host=/run/postgresql", None, None, None),
        ("postgresql://h/c?user=u&password=p%40s", "u", "p@s", "h"),
        ("postgres://h?dbname=c&user=u&password=p&sslmode=require", "u", "p", "h"),
        ("postgresql://u@h/c?password=p", "u", "p", "h"),
        ("postgresql://u:p@h/c?user=other&dbname=other", "u", "p", "h"),
    ],
)
def test_a_url_is_read_with_the_password_that_it_has(text, user, password, host):
    url = read_url(text)
    assert (url.username, url.password, url.host, url.database[:1]) == (user, password, host, "c")
    assert read_url(url.render_as_string(hide_password=False)) == url


@pytest.mark.parametrize("text", ["sqlite:carnet.db", "sqlite:///carnet.db", "sqlite+aiosqlite:///carnet.db"])
def test_a_file_is_named_in_three_ways(text):
    assert read_url(text).database == "carnet.db"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("postgresql+psycopg2://u:secret@h/c", "psycopg2"),
        ("sqlite+pysqlite:///x", "pysqlite"),
        ("mysql://u:secret@h/c", "postgresql://"),
        ("postgresql://u:secret@h:port/c", "USER:PASSWORD"),
        ("postgresql://u:secret@h/c?sslmod=require", "sslmod"),
        ("postgresql://u:secret@h/c?sslmode=always", "verify-full"),
        ("postgresql://u:secret@h/c?connect_timeout=soon", "seconds"),
        ("postgresql://u:secret@h/c?ssl=maybe", "verify-full"),
        ("postgresql://u:secret@a:5432,b:5432/c", "several hosts"),
        ("postgresql://u:secret@a,b/c?target_session_attrs=read-write", "several hosts"),
        ("postgresql://h/c?user=u&password=secret&pgbouncer=maybe", "pgbouncer is true"),
        ("postgresql://u:secret@h/c?SSLMode=require", "is sslmode meant"),
        ("postgresql://u:secret@h/c?ssl_root_cert=x", "is sslrootcert meant"),
        ("postgresql://u:secret@h/c?schema=law", "options=-csearch_path=NAME"),
        ("postgresql://u:secret@h/c?connection_limit=5", "leave it out"),
        ("postgresql://u:secret@h/c?xyz=5", "one of .*sslmode"),
        ("postgresql://u:secret@h/c?sslnegotiation=direct", "needs sslmode=require"),
        ("postgresql://u:secret@h/c?sslnegotiation=soon", "postgres, direct"),
        ("postgresql://u:secret@h/c?sslmode=require&sslcrl=x", "needs sslrootcert"),
        ("postgresql://u:secret@h/c?ssl_min_protocol_version=1.2", "TLSv1.2, TLSv1.3"),
        ("", "sqlite"),
        *((f"postgres://u:secret@h:{port}/c", "from 1 to 65535") for port in (0, 65536, 70000, 10**30)),
        *((f"postgres://u:secret@h/c?port={port}", "from 1 to 65535") for port in ("0", "99999", "abc", "-5", "5_4")),
        *((f"sqlite:{rest}", "names no file") for rest in ("///", "//", "///?x=y", "///:memory:", "//:memory:")),
        *((f"sqlite:{rest}", "names no file") for rest in (":memory:", "//host/x.db", "//host:port/x.db")),
        ("sqlite+aiosqlite:///", "names no file"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_without_the_password(text, why):
    with pytest.raises(ValueError, match=why) as caught:
        read_url(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "way"),
    [
        *((f"ssl={word}", "require") for word in ("true", "1", "on", "TRUE", "require")),
        *((f"ssl={word}", False) for word in ("false", "0", "disable")),
        *(
            ("ssl=prefer", "prefer"),
            ("ssl=true&sslmode=disable", False),
            ("sslmode=allow&ssl=true", "allow"),
            ("", None),
        ),
    ],
)
def test_what_other_drivers_write_of_tls_is_understood(query, way):
    assert split_options(read_url(f"postgresql://h/c?{query}"))[1].get("ssl") == way


@pytest.mark.parametrize(("given", "seconds"), [("0", 10), ("00", 10), ("", 10), ("1", 1), ("30", 30)])
def test_nobody_waits_for_a_database_for_ever_or_not_at_all(given, seconds):
    assert split_options(read_url(f"postgresql://h/c?connect_timeout={given}"))[1]["timeout"] == seconds


@pytest.mark.parametrize(
    ("query", "is_behind"), [("pgbouncer=true", True), ("pgbouncer=1", True), ("pgbouncer=false", False), ("", False)]
)
def test_a_url_may_say_that_a_pooler_stands_before_the_server(query, is_behind):
    url = read_url(f"postgresql://h/c?{query}")
    assert is_behind_pooler(url) is is_behind
    assert "pgbouncer" not in get_connect_arguments(url)


def test_parameters_of_libpq_reach_the_driver_in_its_own_words():
    given = "postgres://u:p@h/c?sslmode=require&application_name=carnet&connect_timeout=7&options=-c%20a_b%3Dx&host=g"
    url, options = split_options(read_url(given + "&channel_binding=require"))
    assert dict(url.query) == {"host": "g"}
    assert options == {
        "timeout": 7,
        "ssl": "require",
        "server_settings": {"application_name": "carnet", "options": "-c a_b=x"},
    }
    assert get_connect_arguments(read_url("postgresql://u:p@h:1/c")) == {
        "user": "u",
        "password": "p",
        "host": "h",
        "port": 1,
        "database": "c",
        "timeout": 10,
        "server_settings": {},
    }


@pytest.mark.parametrize(
    ("rest", "parts"),
    [
        ("carnet:pw@db.example/carnet?application_name=carnet@prod", ("carnet", "pw", "db.example", "carnet")),
        ("u:p@h/d?sslmode=verify-full&sslrootcert=/firm@2026.pem", ("u", "p", "h", "d")),
        ("h/d?user=u&password=p@q", ("u", "p@q", "h", "d")),
        ("h/d?options=-c%20a%3Dx,y@z", (None, None, "h", "d")),
        ("u:p@h?application_name=a,b", ("u", "p", "h", None)),
        ("u:p@/w?x@h/d?application_name=a@b", ("u", "p@/w?x", "h", "d")),
    ],
)
def test_an_at_among_the_parameters_names_no_other_host(rest, parts):
    url = read_url(f"postgresql://{rest}")
    assert (url.username, url.password, url.host, url.database) == parts


@pytest.mark.parametrize(
    "options", ["endpoint=ep-cool", "-c application_name=law-carnet", "-csearch_path=law-crm --a-b=c"]
)
def test_options_reach_the_server_as_they_are_written(options):
    url = read_url("postgresql://h/d").update_query_dict({"options": options})
    assert split_options(url)[1]["server_settings"] == {"options": options}


@pytest.mark.parametrize(
    ("mode", "checks", "checks_name"),
    [
        ("verify-full", ssl.CERT_REQUIRED, True),
        ("verify-ca", ssl.CERT_REQUIRED, False),
        ("require", ssl.CERT_REQUIRED, False),
    ],
)
def test_a_root_certificate_is_looked_at_as_libpq_does(mode, checks, checks_name, tmp_path):
    root = write_certificate(tmp_path / "root.pem", has_key=False)
    context = split_options(read_url(f"postgresql://h/c?sslmode={mode}&sslrootcert={root}"))[1]["ssl"]
    assert (context.verify_mode, context.check_hostname) == (checks, checks_name)


def test_a_root_certificate_that_is_not_there_is_a_sentence():
    with pytest.raises(ValueError, match="sslrootcert"):
        split_options(read_url("postgresql://h/c?sslmode=verify-ca&sslrootcert=/nowhere.pem"))
