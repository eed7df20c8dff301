"""What is promised of the whole: what is never kept, and how it runs where nobody looks."""

import re
import tomllib
from pathlib import Path

import yaml

from storage.models import Base

HOUSE = Path(__file__).parent.parent.parent


def test_S37_no_table_has_room_for_a_body_a_preview_or_an_attachment():
    columns = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns}
    told = {name for name in columns if re.search(r"body|preview|attachment|content|snippet", name.split(".")[1])}
    assert told == set()


def test_S51_the_image_runs_as_nobody_and_carries_no_compiler():
    *_, last = re.split(r"^FROM ", (HOUSE / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert re.search(r"^USER (?!root|0\b)\S+", last, re.MULTILINE)
    assert not re.search(r"\b(gcc|build-essential|make)\b", last)


def test_F69_what_stops_a_container_waits_longer_than_the_service_takes():
    compose = re.findall(r"stop_grace_period: (\d+)s", (HOUSE / "compose.yaml").read_text())
    kubernetes = re.findall(r"terminationGracePeriodSeconds: (\d+)", (HOUSE / "deploy" / "kubernetes.yaml").read_text())
    assert compose
    assert kubernetes
    assert all(int(seconds) >= 30 for seconds in (*compose, *kubernetes))


def test_the_package_carries_its_licence_and_its_types():
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    assert project["project"]["license"] == "Apache-2.0"
    assert "Apache License" in (HOUSE / "LICENSE").read_text().splitlines()[0]
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["*"]
    assert all((HOUSE / package / "py.typed").exists() for package in ("bot", "storage"))


def test_what_runs_in_public_is_what_runs_here():
    workflow = yaml.safe_load((HOUSE / ".github" / "workflows" / "ci.yml").read_text())
    steps = [step.get("run") for job in workflow["jobs"].values() for step in job["steps"]]
    assert ".ci/run" in steps
