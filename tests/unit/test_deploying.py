"""What the examples of compose and Kubernetes say is what the service reads, and nothing that it needs is left out."""

import re
from pathlib import Path

import pytest
import yaml

from bot.config import Config
from storage.firm.rule_values import NAMES

HOUSE = Path(__file__).parents[2]
ROTATION = (HOUSE / "docs/operations/rotation.md").read_text()
OF_A_FIRM = {
    *(f"CARNET_{name.upper()}" for name in NAMES),
    *("CARNET_DATABASE_URL", "CARNET_PUBLIC_URL", "CARNET_APP_ID", "CARNET_APP_TENANT", "CARNET_APP_CERTIFICATE"),
    *("CARNET_TENANTS", "CARNET_INSTALLS_APP"),
    *("CARNET_TRUSTED_PROXIES", "CARNET_METRICS_PORT", "CARNET_WORKER_PORT", "CARNET_SYNC_INTERVAL"),
}


@pytest.mark.parametrize("name", ["compose.yaml", "deploy/kubernetes.yaml"])
def test_an_example_passes_every_setting_of_a_firm_and_none_that_is_none(name):
    named = set(re.findall(r"CARNET_[A-Z_]+", (HOUSE / name).read_text())) - {"CARNET_PORT"}
    assert named >= OF_A_FIRM
    assert {one.removeprefix("CARNET_").lower() for one in named} <= Config.model_fields.keys()


def list_pods() -> list[dict]:
    documents = yaml.safe_load_all((HOUSE / "deploy/kubernetes.yaml").read_text())
    return [one["spec"]["template"]["spec"] for one in documents if one["kind"] in ("Deployment", "Job")]


def test_no_pod_is_given_settings_by_kubernetes_itself():
    assert len(list_pods()) == 3
    assert all(pod["enableServiceLinks"] is False for pod in list_pods())


def test_every_pod_that_stays_has_probes_that_hold_and_bounds():
    for pod in list_pods()[1:]:
        [container] = pod["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["resources"]["limits"]["memory"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_kubernetes_has_tls_a_budget_and_a_network_policy():
    kinds = [one["kind"] for one in yaml.safe_load_all((HOUSE / "deploy/kubernetes.yaml").read_text())]
    assert {"Ingress", "NetworkPolicy", "PodDisruptionBudget", "ConfigMap"} <= set(kinds)


def test_compose_is_yaml_whose_services_all_have_what_they_name():
    compose = yaml.safe_load((HOUSE / "compose.yaml").read_text())
    assert {"proxy", "postgres", "migrate", "service", "worker"} == compose["services"].keys()
    assert compose["services"]["worker"]["environment"]["CARNET_WORKER_PORT"] == "3978"
    assert "ports" not in compose["services"]["service"]


@pytest.mark.parametrize(
    "name",
    [
        *("app_certificate", "app_secret", "app_secret_file", "managed_identity", "database_url", "wake_url"),
        *("move_to", "proxy"),
    ],
)
def test_the_rotation_of_every_secret_is_written_down(name):
    assert name in Config.model_fields
    assert f"CARNET_{name.upper()}`" in ROTATION
