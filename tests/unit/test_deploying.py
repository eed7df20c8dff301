"""What the examples of compose and Kubernetes pass is what the service reads, and nothing that it needs is left out."""

import ipaddress
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.__main__ import main
from bot.config import Config
from bot.environment import load_config
from bot.health.monitor import HealthMonitor
from bot.health.routes import add_health_routes
from bot.health.troubles import ProcessState

HOUSE = Path(__file__).parents[2]
ROTATION = (HOUSE / "docs/operations/rotation.md").read_text()
COMPOSE = yaml.safe_load((HOUSE / "compose.yaml").read_text())
KUBERNETES = list(yaml.safe_load_all((HOUSE / "deploy/kubernetes.yaml").read_text()))
CARNETS = [name for name, one in COMPOSE["services"].items() if "build" in one]
TENANT, APP = "aaaaaaaa-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"


def interpolate(text: str, given: dict[str, str]) -> str:
    """Put values in the place of `${NAME}`, `${NAME:-default}` and `${NAME:?sentence}`, as compose does."""
    found = re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda one: given.get(one[1], one[2] or ""), text)
    return found.replace("$$", "$")


def read_env(text: str) -> dict[str, str]:
    """Read an `.env` as compose does: no comments, no single quotes."""
    lines = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value.strip("'") for name, _, value in lines}


def configure(monkeypatch, values: dict[str, str]) -> Config:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_config()


def list_pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in KUBERNETES:
        if one["kind"] in ("Deployment", "Job"):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


def get(kind: str, name: str = "") -> dict[str, Any]:
    return next(one for one in KUBERNETES if one["kind"] == kind and name in ("", one["metadata"]["name"]))


@pytest.mark.parametrize("name", ["compose.yaml", "deploy/kubernetes.yaml"])
def test_an_example_names_no_setting_that_is_none(name):
    named = set(re.findall(r"CARNET_[A-Z_]*[A-Z]", (HOUSE / name).read_text()))
    assert {one.removeprefix("CARNET_").lower() for one in named} <= Config.model_fields.keys()


@pytest.mark.parametrize("name", CARNETS)
def test_compose_passes_what_setup_writes_and_any_setting_more(name, monkeypatch, capsys):
    words = ("setup", "--tenant", TENANT, "--host", "carnet.firm.example", "--app-id", APP, "--group", APP)
    assert main([*words, "--admin", TENANT, "--only", "env"]) == 0
    written = read_env(capsys.readouterr().out)
    written |= {"HOSTNAME_OF_CARNET": "carnet.firm.example", "POSTGRES_PASSWORD": "0123abcd"}
    written |= {
        "CARNET_RETENTION_DAYS": "365",
        "CARNET_OWN_DOMAINS": '["firm.example"]',
        "CARNET_TIMEZONE": "Europe/Paris",
    }
    service = COMPOSE["services"][name]
    assert service["env_file"] == [".env"]
    own = {key: interpolate(value, written) for key, value in service["environment"].items()}
    config = configure(monkeypatch, {**written, **own})
    assert (config.tenants, config.group, config.admins) == ((TENANT,), APP, (TENANT,))
    assert (config.retention_days, config.own_domains, config.timezone) == (365, ("firm.example",), "Europe/Paris")
    assert config.database_url == "postgresql://carnet:0123abcd@postgres/carnet"
    assert Path(config.app_certificate).parent == Path(service["volumes"][0].split(":")[1])


def test_compose_lets_the_proxy_alone_say_who_asks_and_keeps_it_from_the_database():
    of = {name: set(one["networks"]) for name, one in COMPOSE["services"].items()}
    shared = of["proxy"] & of["service"]
    [network] = shared
    [subnet] = COMPOSE["networks"][network]["ipam"]["config"]
    settings = COMPOSE["services"]["service"]["environment"]
    [trusted] = json.loads(settings["CARNET_TRUSTED_PROXIES"])
    assert ipaddress.ip_network(subnet["subnet"]) == ipaddress.ip_network(trusted)
    assert not of["proxy"] & of["postgres"]
    assert all(COMPOSE["networks"][one]["internal"] for one in (network, *of["postgres"]))
    assert "ports" not in COMPOSE["services"]["service"]


def test_in_compose_everything_that_runs_has_bounds_and_probes_find_it():
    assert all("mem_limit" in one for one in COMPOSE["services"].values())
    for name in CARNETS:
        assert (COMPOSE["services"][name]["read_only"], COMPOSE["services"][name]["cap_drop"]) == (True, ["ALL"])
    dockerfile = (HOUSE / "Dockerfile").read_text()
    worker = COMPOSE["services"]["worker"]["environment"]
    assert f":{worker['CARNET_WORKER_PORT']}/livez" in dockerfile
    assert worker["CARNET_HOST"] == "0.0.0.0"


def test_compose_replaces_a_certificate_without_a_new_container():
    """A file that is mounted by itself would stay the old one."""
    for name in CARNETS:
        [mounted] = COMPOSE["services"][name]["volumes"]
        assert not Path(mounted.split(":")[0]).suffix


def test_kubernetes_passes_every_line_of_its_map_and_of_its_secret(monkeypatch):
    config_map = get("ConfigMap")
    for name, pod in list_pods():
        [container] = pod["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": "carnet"}}, {"secretRef": {"name": "carnet"}}], name
    config = configure(monkeypatch, config_map["data"] | {"CARNET_DATABASE_URL": "postgresql://carnet:p@h/carnet"})
    assert config.serves == "mailboxes"
    for name, pod in list_pods():
        for place in pod["containers"][0].get("volumeMounts", []):
            if place["name"] == "certificate":
                assert place["mountPath"] == str(Path(config.app_certificate).parent), name


def test_no_pod_is_given_settings_or_rights_by_kubernetes_itself():
    assert len(dict(list_pods())) == 3
    assert all(pod["enableServiceLinks"] is False for _, pod in list_pods())
    assert all(pod["automountServiceAccountToken"] is False for _, pod in list_pods())


def test_every_pod_is_bounded_and_may_do_nothing_more_than_it_needs():
    for _, pod in list_pods():
        [container] = pod["containers"]
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert pod["securityContext"]["runAsNonRoot"] is True


def test_every_pod_that_stays_has_probes_a_budget_and_a_port_for_them():
    for name, pod in list_pods():
        if name == "carnet-migrate":
            continue
        [container] = pod["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        given = {one["name"]: one["value"] for one in container["env"]}
        ports = {one["name"]: one["containerPort"] for one in container["ports"]}
        assert ports["http"] == int(given.get("CARNET_WORKER_PORT", Config().port))
        assert ports["metrics"] == int(given["CARNET_METRICS_PORT"])
        assert get("PodDisruptionBudget", name)["spec"]["minAvailable"] == 1


def list_probed(node: Any) -> set[str]:
    """Every path that a probe asks for, below any node of an example."""
    if isinstance(node, list):
        return set().union(*map(list_probed, node))
    if isinstance(node, str):
        return set(re.findall(r"/\w+z\b", node))
    if not isinstance(node, dict):
        return set()
    return {node["path"]} if "path" in node and "port" in node else set().union(*map(list_probed, node.values()), set())


def test_every_path_that_a_probe_asks_for_is_answered(sqlite_database):
    app = web.Application()
    add_health_routes(app, HealthMonitor(sqlite_database, float, ProcessState(Config())))
    answered = {route.resource.canonical for route in app.router.routes()}
    for example in (KUBERNETES, (HOUSE / "Dockerfile").read_text()):
        assert {"/livez", "/readyz"} & list_probed(example)
        assert list_probed(example) <= answered


def test_in_kubernetes_the_ingress_has_tls_and_reaches_the_service_alone():
    ingress = get("Ingress")["spec"]
    assert {host for one in ingress["tls"] for host in one["hosts"]} == {one["host"] for one in ingress["rules"]}
    of_all, of_service = get("NetworkPolicy", "carnet")["spec"], get("NetworkPolicy", "carnet-service")["spec"]
    assert of_all["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress-nginx" not in str(of_all)
    assert of_service["podSelector"]["matchLabels"] == {"app": "carnet", "part": "service"}


def test_compose_has_what_its_comment_starts():
    assert {"proxy", "postgres", "migrate", "service", "worker"} == COMPOSE["services"].keys()


@pytest.mark.parametrize(
    "name",
    [
        *("app_certificate", "app_secret", "app_secret_file", "managed_identity", "database_url", "wake_url"),
        *("move_to", "proxy", "app_token_file"),
    ],
)
def test_the_rotation_of_every_secret_is_written_down(name):
    assert name in Config.model_fields
    assert f"CARNET_{name.upper()}`" in ROTATION
