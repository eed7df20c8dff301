"""Settings as people write them: taken, or named with what is wrong and nothing of a secret."""

import socket

import pytest

from bot.config import Config
from bot.environment import find_unknown_names, load_config
from bot.metrics import serving_metrics

HOSTLESS = (
    "graph.example",
    "https://",
    "https:///v1.0",
    "ftp://graph.example",
    "https://graph.example:x",
    "//graph.example",
)
ODD = ("https://graph.example:99999", "https://graph.example:0", "https://gra ph.example", "https://u:pw@graph.example")
ASKING = ("https://graph.example?x=1", "https://graph.example#x", "")
ADDRESSES = ("graph_url", "login_url", "openid_url")


def read(monkeypatch, name: str, value: str) -> Config:
    monkeypatch.setenv(f"CARNET_{name.upper()}", value)
    return load_config()


@pytest.mark.parametrize("day", ["2026-12-40", "2026-13-01", "2027-02-29", "0000-01-01"])
def test_a_day_that_there_is_not_is_said_to_be_none(monkeypatch, day):
    with pytest.raises(ValueError, match=r"CARNET_APP_SECRET_ENDS \(there is no such day"):
        read(monkeypatch, "app_secret_ends", day)


@pytest.mark.parametrize("url", ["foo", "sqlite:///carnet.db", "mysql://u:secret@h/c", " "])
def test_only_postgresql_wakes(monkeypatch, url):
    with pytest.raises(ValueError, match=r"CARNET_WAKE_URL \(it begins with postgresql://\)"):
        read(monkeypatch, "wake_url", url)
    assert read(monkeypatch, "wake_url", "'postgres://u:p@h/c'").wake_url == "postgresql://u:p@h/c"


def test_a_bot_that_would_answer_nobody_does_not_start(monkeypatch):
    with pytest.raises(ValueError, match=r"CARNET_SERVICE_URL_HOSTS \(without a host the bot answers nobody"):
        read(monkeypatch, "service_url_hosts", "[]")
    assert read(monkeypatch, "service_url_hosts", '["bot.example"]').service_url_hosts == ("bot.example",)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("value", [*HOSTLESS, *ODD, *ASKING])
def test_an_address_of_microsoft_that_is_none_is_named_at_the_start(monkeypatch, name, value):
    with pytest.raises(ValueError, match=f"CARNET_{name.upper()}") as caught:
        read(monkeypatch, name, value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("value", ["https://graph.example/v1.0", "http://127.0.0.1:3901/v1.0", "https://[::1]:8/v1.0"])
def test_an_address_is_taken_with_or_without_a_stroke_at_its_end(monkeypatch, name, value):
    assert getattr(read(monkeypatch, name, f"{value}/"), name) == value
    assert getattr(read(monkeypatch, name, value), name) == value


@pytest.mark.parametrize(
    "value", [*HOSTLESS, "proxy:3128", "http://proxy:abc", "http://proxy:70000", "socks5://proxy:1080"]
)
def test_a_proxy_that_is_none_is_named_at_the_start(monkeypatch, value):
    with pytest.raises(ValueError, match="CARNET_PROXY"):
        read(monkeypatch, "proxy", value)


@pytest.mark.parametrize(
    "value", ["", "http://proxy:3128", "http://user:pass@proxy.firm.example:3128", "https://proxy"]
)
def test_a_proxy_may_ask_for_a_password_and_need_not_be(monkeypatch, value):
    assert read(monkeypatch, "proxy", value).proxy == value


@pytest.mark.parametrize(
    "value",
    [
        "https://u:pw@carnet.example",
        "https://carnet.example?x=1",
        "https://carnet.example:99999",
        "https://carnet.example/x",
    ],
)
def test_a_public_address_is_a_host_alone(monkeypatch, value):
    with pytest.raises(ValueError, match="CARNET_PUBLIC_URL"):
        read(monkeypatch, "public_url", value)


@pytest.mark.parametrize("value", ["system", "System", " SYSTEM "])
def test_the_identity_of_the_machine_is_known_however_it_is_written(monkeypatch, value):
    assert read(monkeypatch, "managed_identity", value).managed_identity == "system"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        *((f"CARN{sign}", "") for sign in ("", "T", "ET")),
        *(
            (wrong, "CARNET_TENANTS")
            for wrong in ("CARNT_TENANTS", "CARENT_TENANTS", "KARNET_TENANTS", "CARNETT_TENANTS")
        ),
        *((wrong, "CARNET_HOST") for wrong in ("CARNETT_HOST", "CARNE_HOST", "CRANET_HOST", "CARMET_HOST")),
        *((wrong, "CARNET_PORT") for wrong in ("CARNETS_PORT", "CARET_PORT")),
        *((wrong, "CARNET_RETENTION_DAYS") for wrong in ("CARNET-RETENTION-DAYS", "CARNET.RETENTION.DAYS")),
        *(
            (wrong, "CARNET_DATABASE_URL")
            for wrong in ("CARNETDATABASEURL", "carnet-database-url", "CARNET__DATABASE_URL")
        ),
        *((wrong, "CARNET_TENANTS") for wrong in ("CARNET_TENANT_ID", "CARNET_TENANT_IDS", "CARNET_ENTRA_TENANTS")),
        *((wrong, "CARNET_ADMINS") for wrong in ("CARNET_ADMIN_IDS", "CARNET_ADMINISTRATORS", "CARNT_ADMINS")),
        *(
            (other, "")
            for other in (
                "MARKET_PORT",
                "GARNET_PORT",
                "GARNET_HOST",
                "CARNEGIE_PROXY",
                "PATH",
                "HOME",
                "TENANTS",
                "CARNAGE_ADMINS",
            )
        ),
    ],
)
def test_a_setting_whose_prefix_or_signs_are_amiss_is_named_and_others_are_left_alone(wrong, meant):
    said = " ".join(find_unknown_names([wrong]))
    assert said == (f"There is no setting {wrong}: is {meant} meant?" if meant else "")


@pytest.mark.parametrize("name", Config.model_fields)
def test_a_setting_that_lacks_one_sign_between_its_words_is_the_one_that_is_meant(name):
    words = name.upper().split("_")
    for at in range(2 if words[0] == "SERVICE" else 1, len(words) - (words[0] == "SERVICE")):
        wrong = f"CARNET_{'_'.join(words[:at])}{'_'.join(words[at:])}"
        assert list(find_unknown_names([wrong])) == [f"There is no setting {wrong}: is CARNET_{name.upper()} meant?"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        *((short, "DATABASE_URL") for short in ("DB", "DB_URL", "DATABASE")),
        *(("SERVEGROUP", "SERVES_GROUP"), ("METRICPORT", "METRICS_PORT"), ("APP_SECRETEND", "APP_SECRET_ENDS")),
        *(("TZ", "TIMEZONE"), ("CERT", "APP_CERTIFICATE")),
    ],
)
def test_a_setting_that_is_cut_short_is_the_one_that_is_meant(wrong, meant):
    said = list(find_unknown_names([f"CARNET_{wrong}"]))
    assert said == [f"There is no setting CARNET_{wrong}: is CARNET_{meant} meant?"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        *((wrong, "APP_SECRET_FILE") for wrong in ("APP_SECRET_PATH", "SECRET_PATH", "CLIENT_SECRET_PATH")),
        *((wrong, "APP_TOKEN_FILE") for wrong in ("APP_TOKEN_PATH", "TOKEN_PATH")),
        *((wrong, "PUBLIC_URL") for wrong in ("URL", "URI", "PUBLIC_HOST", "PUBLIC_ADDRESS", "BASE_URL", "HOST_URL")),
        *((wrong, "DATABASE_URL") for wrong in ("DATABASE_FILE", "DATABASE_PATH", "DB_PATH")),
        *(("HOSTNAME", "HOST"), ("METRICS_ADDRESS", "METRICS_HOST"), ("CA_PATH", "CA_FILE")),
        *(("GRAPH_HOST", "GRAPH_URL"), ("LOGIN_HOST", "LOGIN_URL"), ("CERTIFICATE_PATH", "APP_CERTIFICATE")),
    ],
)
def test_one_word_for_a_place_is_taken_for_another(wrong, meant):
    said = list(find_unknown_names([f"CARNET_{wrong}"]))
    assert said == [f"There is no setting CARNET_{wrong}: is CARNET_{meant} meant?"]


def test_every_setting_is_known_as_it_is():
    assert list(find_unknown_names(f"CARNET_{name.upper()}" for name in Config.model_fields)) == []


def test_a_port_of_the_metrics_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        metrics = serving_metrics("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ValueError, match="CARNET_METRICS_PORT"):
            metrics.__enter__()
