"""`carnet setup`: commands and an `.env` for one firm, made from the same module as the README's checklist."""

import json
import re
import subprocess

import pytest

from bot.__main__ import main
from bot.cli.doctor.microsoft import LEAST, NEEDED, has_any
from bot.cli.package import find_source
from bot.cli.registration import list_clients, list_permissions, list_redirects, name_application
from bot.config import Config
from bot.environment import has_credential, load_config
from bot.outlook.routes import page_values
from bot.outlook.tokens import MICROSOFT_CLIENTS

TENANT, APP = "AAAAAAAA-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"
GROUP, HOST = "bbbbbbbb-2222-4333-8444-555555555555", "carnet.firm.example"


def set_up(capsys, *options: str) -> str:
    assert main(["setup", "--tenant", TENANT, "--host", HOST, "--app-id", APP, *options]) == 0
    return capsys.readouterr().out


def test_the_bodies_are_json_with_every_uri_and_client(capsys):
    bodies = [json.loads(body) for body in re.findall(r"--body '(.+)'", set_up(capsys))]
    assert bodies[0]["spa"]["redirectUris"] == list(list_redirects(HOST))
    assert bodies[0]["identifierUris"] == [f"api://{HOST}/{APP}"]
    clients = bodies[1]["api"]["preAuthorizedApplications"]
    assert {one["appId"] for one in clients} == {*MICROSOFT_CLIENTS, APP}
    [scope] = bodies[0]["api"]["oauth2PermissionScopes"]
    assert {one["delegatedPermissionIds"][0] for one in clients} == {scope["id"]}


def test_a_shell_can_read_the_commands(capsys):
    script = set_up(capsys, "--only", "azure", "--group", GROUP, "--installs-app")
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def test_with_a_group_nothing_is_granted_for_all_mailboxes(capsys):
    said = set_up(capsys, "--group", GROUP)
    assert "Mail.ReadBasic.All" not in said
    assert "New-ManagementScope" in said
    assert '-Role "Application Mail.ReadBasic"' in said
    assert "Mail.ReadBasic.All" in set_up(capsys)


def test_the_settings_are_settings_and_no_secret_is_among_them(capsys):
    written = set_up(capsys, "--only", "env", "--admin", GROUP)
    read = subprocess.run(
        ["env", "-i", "bash", "-c", f"set -a\n{written}\nenv"], check=True, capture_output=True, text=True
    )
    given = dict(line.split("=", 1) for line in read.stdout.splitlines() if line.startswith("CARNET_"))
    assert {name.removeprefix("CARNET_").lower() for name in given} <= Config.model_fields.keys()
    assert json.loads(given["CARNET_TENANTS"]) == [TENANT.lower()]
    assert not [name for name in given if "SECRET" in name or "PASSWORD" in name]


@pytest.mark.parametrize("option", ["--tenant", "--app-id", "--host", "--group"])
def test_what_is_no_id_or_host_is_a_sentence(option, capsys):
    words = ["setup", "--tenant", TENANT, "--host", HOST, "--app-id", APP, option, "what is this"]
    assert main(words) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "host"),
    [
        *(
            (one, HOST)
            for one in (f"https://{HOST}", f"https://{HOST}/", f" {HOST.upper()} ", f"{HOST}.", f"HTTPS://{HOST}")
        ),
        ("carnet.étude.example", "carnet.xn--tude-9oa.example"),
    ],
)
def test_a_host_is_taken_as_it_is_copied(given, host, capsys):
    assert f"CARNET_PUBLIC_URL=https://{host}\n" in set_up(capsys, "--only", "env", "--host", given)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            "localhost",
            "10.0.0.1",
            "a b.example",
            "carnet_x.example",
            "-a.example",
            "x'; ls.example",
            "*.firm.example",
        ),
        *(f"{HOST}/carnet", f"http://{HOST}", f"u@{HOST}", f"{HOST}?x", ".."),
    ],
)
def test_what_is_no_public_host_is_refused_in_a_sentence(host, capsys):
    assert main(["setup", "--tenant", TENANT, f"--host={host}", "--app-id", APP]) == 2
    assert "--host" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--tenant", "--app-id", "--group", "--admin"])
@pytest.mark.parametrize("given", ["Carnet users", "firm.example", "anne@firm.example", "common", "1111"])
def test_what_is_no_id_names_its_option_and_where_ids_are(option, given, capsys):
    assert main(["setup", "--tenant", TENANT, "--host", HOST, "--app-id", APP, option, given]) == 2
    said = capsys.readouterr().err
    assert option in said
    assert "@" not in said


@pytest.mark.parametrize("name", ["my group", "a; touch harm", "$(touch harm)", "`touch harm`", "it's"])
def test_nothing_that_is_given_is_run_by_the_shell(name, capsys, tmp_path):
    script = set_up(capsys, "--only", "azure", "--resource-group", name, "--location", name)
    shown = "az() { printf '%s\\n' \"$@\"; }; openssl() { touch carnet.key carnet.crt; }\n" + script
    run = subprocess.run(["bash"], input=shown, text=True, check=True, capture_output=True, cwd=tmp_path)
    assert run.stdout.splitlines().count(name) == 4
    assert not (tmp_path / "harm").exists()


def test_the_bot_s_group_is_made_before_the_bot(capsys):
    said = set_up(capsys, "--only", "azure")
    assert said.index("az group create") < said.index("az bot create")


def test_what_is_registered_is_what_the_page_the_manifest_and_the_doctor_mean():
    config = Config(app_id=APP, tenants=(TENANT,), public_url=f"https://{HOST}")
    assert page_values(config)["scope"].startswith(name_application(HOST, APP) + "/")
    manifest = (find_source() / "manifest.json").read_text().replace("carnet.example", HOST)
    assert json.loads(manifest)["webApplicationInfo"]["nestedAppAuthInfo"][0]["redirectUri"] == list_redirects(HOST)[0]
    assert list_clients(APP)[-1] == APP
    asked = list_permissions(has_group=True, installs_app=True, is_scoped=False, is_notified=False)
    assert set(asked) <= LEAST
    assert all(has_any(asked, one) for one in NEEDED)


ISSUER, SUBJECT = "https://westeurope.oic.prod-aks.azure.com/x/y/", "system:serviceaccount:carnet:carnet"
WAYS = {
    "certificate": ([], {"APP_CERTIFICATE"}),
    "secret": ([], {"APP_SECRET_FILE", "APP_SECRET_ENDS"}),
    "identity": (["--identity", GROUP.upper()], {"MANAGED_IDENTITY"}),
    "federated": (["--issuer", ISSUER, "--subject", SUBJECT], {"APP_TOKEN_FILE"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_the_app_signs_in_with_the_settings_are_whole_and_nothing_else_is_named(way, capsys, monkeypatch):
    options, names = WAYS[way]
    written = set_up(capsys, "--only", "env", "--sign-in", way, *options)
    shell = ["env", "-i", "bash", "-c", f"set -a\n{written}\nenv"]
    read = subprocess.run(shell, check=True, capture_output=True, text=True).stdout.splitlines()
    given = dict(line.split("=", 1) for line in read if line.startswith("CARNET_"))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    config = load_config()
    assert has_credential(config)
    others = {name for _, every in WAYS.values() for name in every} - names
    assert {f"CARNET_{name}" for name in names} <= given.keys()
    assert not {f"CARNET_{name}" for name in others} & given.keys()


@pytest.mark.parametrize(
    ("way", "issuer", "subject"),
    [
        ("identity", f"https://login.microsoftonline.com/{TENANT.lower()}/v2.0", "the principal"),
        ("federated", ISSUER, SUBJECT),
    ],
)
def test_a_federated_credential_names_whom_the_app_believes(way, issuer, subject, capsys):
    script = set_up(capsys, "--only", "azure", "--sign-in", way, *WAYS[way][0])
    answers = '"ad sp show --id bbbb"*) echo "the principal";; *federated-credential*) echo "${@: -1}";;'
    az = f'az() {{ case "$*" in {answers} esac; }}'
    run = subprocess.run(["bash"], input=f"{az}\n{script}", text=True, check=True, capture_output=True)
    [trust] = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert (trust["issuer"], trust["subject"], trust["audiences"]) == (issuer, subject, ["api://AzureADTokenExchange"])
    assert "openssl" not in script


@pytest.mark.parametrize(
    "options",
    [
        ["--sign-in", "identity"],
        ["--sign-in", "federated", "--issuer", ISSUER],
        ["--sign-in", "federated", "--issuer", "http://x", "--subject", SUBJECT],
        ["--sign-in", "federated", "--issuer", ISSUER, "--subject", "it's; ls"],
        ["--sign-in", "identity", "--identity", "my identity"],
        ["--identity", GROUP],
        ["--sign-in", "secret", "--issuer", ISSUER],
    ],
)
def test_a_way_to_sign_in_that_is_not_whole_is_a_sentence(options, capsys):
    assert main(["setup", "--tenant", TENANT, "--host", HOST, "--app-id", APP, *options]) == 2
    said = capsys.readouterr().err
    assert (said.startswith("carnet setup: --"), said.count("\n")) == (True, 1)
