"""Every command, option and setting on the README and the pages of `docs/operations` exists."""

import argparse
import importlib
import re
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS
from bot.config import Config
from tests.readme import README

PAGES = [README, *sorted((README.parent / "docs/operations").glob("*.md"))]
WORD = re.compile(r"(?:(?<=`)|^[ ]*(?:\.venv/bin/)?)carnet ([a-z]+)([^`\n]*)", re.MULTILINE)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def list_options(parser: argparse.ArgumentParser) -> set[str]:
    """Give the options of a command and of the words below it."""
    found = set()
    for action in parser._actions:
        found |= {*action.option_strings}
        if isinstance(action, argparse._SubParsersAction):
            found |= {*action.choices}.union(*map(list_options, action.choices.values()))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists_with_its_options(page):
    for name, rest in WORD.findall(read(page)):
        assert name in COMMANDS, name
        parser = argparse.ArgumentParser()
        importlib.import_module(COMMANDS[name][0]).add_arguments(parser)
        options = {word for word in rest.split("#")[0].split() if word.startswith("--")}
        assert options <= list_options(parser), (name, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_of_a_page_exists(page):
    named = {name.removeprefix("CARNET_").lower() for name in re.findall(r"CARNET_[A-Z_]+[A-Z]", read(page))}
    assert named <= Config.model_fields.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_and_file_that_a_page_leads_to_is_there(page):
    targets = re.findall(r"\]\(([^)#:]+)\)", read(page))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
def test_a_shell_can_read_every_block_of_commands(page):
    for kind, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```", read(page), re.MULTILINE | re.DOTALL):
        shell = [] if kind else ["bash", "-n"]
        assert not shell or subprocess.run(shell, input=block, text=True, check=False).returncode == 0, block


def test_the_readme_leads_to_the_pages():
    assert "docs/operations" in read(README)
    assert {"backup.md", "forget.md", "rotation.md", "troubles.md", "upgrade.md"} <= {page.name for page in PAGES}
