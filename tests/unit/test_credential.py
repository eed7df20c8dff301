"""What the app signs in with: every file that an administrator may name is taken, or refused in a sentence."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from bot.__main__ import main
from bot.cli.doctor.findings import Level
from bot.cli.doctor.settings import check_settings, judge_credential
from bot.config import Config
from bot.credential import CredentialError, read_credential
from bot.environment import load_config
from bot.health.troubles import judge_credential as judge_health
from tests.certificates import NOW, write_certificate

APP = "11111111-2222-4333-8444-555555555555"
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS8, PKCS1 = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
OPEN = serialization.NoEncryption()
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "carnet")])
RSA = rsa.generate_private_key(65537, 2048)


def certify(key) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(400))
    is_edwards = isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    return builder.sign(key, None if is_edwards else hashes.SHA256())


def join(key, form=PKCS8) -> bytes:
    return key.private_bytes(PEM, form, OPEN) + certify(key).public_bytes(PEM)


def lock(form=PKCS8) -> bytes:
    return RSA.private_bytes(PEM, form, serialization.BestAvailableEncryption(b"x")) + certify(RSA).public_bytes(PEM)


def judge(path: Path) -> str:
    try:
        return read_credential(Config(app_certificate=str(path))).kind
    except CredentialError as error:
        return error.key


@pytest.mark.parametrize("write", [lambda pem: pem, lambda pem: pem.replace(b"\n", b"\r\n"), lambda pem: b"a\n" + pem])
@pytest.mark.parametrize(
    "pem",
    [join(RSA), join(RSA, PKCS1), certify(RSA).public_bytes(PEM) + RSA.private_bytes(PEM, PKCS8, OPEN)],
    ids=["PKCS8", "PKCS1", "certificate first"],
)
def test_S35_a_key_and_its_certificate_are_taken_however_they_are_written(tmp_path, pem, write):
    (tmp_path / "app.pem").write_bytes(write(pem))
    assert judge(tmp_path / "app.pem") == "certificate"


@pytest.mark.parametrize("places", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_S35_the_certificate_of_the_key_is_found_among_those_of_its_authorities(tmp_path, places):
    """Which of them comes first is the authority's habit; msal takes the first for the app's own."""
    others = [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())]
    chain = [certify(key) for key in (RSA, *others)]
    pem = b"".join(chain[place].public_bytes(PEM) for place in places)
    (tmp_path / "app.pem").write_bytes(pem + RSA.private_bytes(PEM, PKCS8, OPEN))
    value = read_credential(Config(app_certificate=str(tmp_path / "app.pem"))).value
    assert x509.load_pem_x509_certificate(value["public_certificate"].encode()) == chain[0]


@pytest.mark.parametrize(
    "key",
    [
        *(ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.SECP256K1)),
        *(ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()),
        *(dsa.generate_private_key(2048), rsa.generate_private_key(65537, 1024)),
    ],
    ids=lambda key: type(key).__name__,
)
def test_S35_a_key_that_microsoft_does_not_take_is_named_before_anything_begins(tmp_path, key):
    (tmp_path / "app.pem").write_bytes(join(key))
    assert judge(tmp_path / "app.pem") == "certificate_wrong_kind"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "certificate_unreadable"),
        (certify(RSA).public_bytes(DER), "certificate_unreadable"),
        (pkcs12.serialize_key_and_certificates(b"c", RSA, certify(RSA), None, OPEN), "certificate_unreadable"),
        (join(RSA).decode().encode("utf-16"), "certificate_unreadable"),
        (lock(), "certificate_locked"),
        (lock(PKCS1), "certificate_locked"),
        (certify(RSA).public_bytes(PEM), "certificate_without_key"),
        (RSA.private_bytes(PEM, PKCS8, OPEN), "certificate_without_certificate"),
        (join(RSA)[:900], "certificate_unreadable"),
        (
            RSA.private_bytes(PEM, PKCS8, OPEN) + certify(rsa.generate_private_key(65537, 2048)).public_bytes(PEM),
            "certificate_foreign_key",
        ),
    ],
)
def test_S35_a_file_that_cannot_be_used_says_why(tmp_path, content, why):
    (tmp_path / "app.pem").write_bytes(content)
    assert judge(tmp_path / "app.pem") == why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "secret_unreadable"),
        (b" \n", "secret_unreadable"),
        (b"\xff\xfe", "secret_unreadable"),
        (None, "secret_missing"),
    ],
)
def test_S35_a_secret_that_is_not_there_is_told_apart_from_a_file_without_one(tmp_path, content, why):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(CredentialError) as caught:
        read_credential(Config(app_secret_file=str(tmp_path / "secret")))
    assert caught.value.key == why


def test_S35_a_folder_and_a_file_that_is_not_there_say_so(tmp_path):
    assert judge(tmp_path) == "certificate_unreadable"
    assert judge(tmp_path / "none.pem") == "certificate_missing"


def test_S35_a_certificate_that_is_not_valid_yet_is_told_by_the_doctor_and_by_health(tmp_path):
    config = Config(app_certificate=write_certificate(tmp_path / "app.pem", NOW + timedelta(days=3000 + 2)))
    [finding] = judge_credential(read_credential(config), NOW.timestamp())
    assert (finding.key, finding.level) == ("certificate_early", Level.PROBLEM)
    assert [one.key for one in judge_health(config, NOW.timestamp())] == ["credential_early"]
    assert judge_health(config, (NOW + timedelta(days=3)).timestamp()) == []


@pytest.mark.parametrize("day", ["2027-02-30", "2027-13-01", "2026-00-10", "2027-04-31", "0000-01-01"])
def test_a_day_that_there_is_not_names_its_setting(monkeypatch, day):
    monkeypatch.setenv("CARNET_APP_SECRET_ENDS", day)
    with pytest.raises(ValueError, match="CARNET_APP_SECRET_ENDS"):
        load_config()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (("managed_identity", "app_certificate", "app_secret"), "CARNET_MANAGED_IDENTITY"),
        (("app_certificate", "app_secret_file"), "CARNET_APP_CERTIFICATE"),
        (("app_secret_file", "app_secret"), "CARNET_APP_SECRET_FILE"),
        (("app_secret",), ""),
    ],
)
async def test_S35_what_is_given_and_not_used_to_sign_in_is_named(tmp_path, given, used):
    (tmp_path / "secret").write_text("x")
    values = {
        "managed_identity": "system",
        "app_certificate": write_certificate(tmp_path / "app.pem"),
        "app_secret_file": str(tmp_path / "secret"),
        "app_secret": "x",
    }
    config = Config(app_id=APP, tenants=(APP,), **{name: values[name] for name in given})
    unused = [one.values async for one in check_settings(config, NOW.timestamp()) if one.key == "credential_unused"]
    others = ", ".join(f"CARNET_{name.upper()}" for name in given[1:])
    assert unused == ([{"used": used, "others": others}] if used else [])
    kind = {"CARNET_MANAGED_IDENTITY": "identity", "CARNET_APP_CERTIFICATE": "certificate"}.get(used, "secret")
    assert read_credential(config).kind == kind


async def test_the_doctor_says_what_is_wrong_in_sentences_and_logs_nothing(capsys, monkeypatch, tmp_path):
    for name, value in {
        "APP_ID": APP,
        "APP_SECRET": "x",
        "TENANTS": f'["{APP}"]',
        "LOGIN_URL": "https://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(f"CARNET_{name}", value)
    monkeypatch.chdir(tmp_path)
    assert await asyncio.to_thread(main, ["doctor"]) == 1
    said = capsys.readouterr()
    assert "bot_token_refused" not in said.out + said.err
    assert "does not answer" in said.out
