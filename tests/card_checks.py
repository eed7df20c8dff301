"""What Teams demands of a card: checked against the models of `microsoft-teams-cards` and with Microsoft's renderer."""

import functools
import json
import subprocess
from collections.abc import Iterator
from typing import Any

from microsoft_teams.cards import core
from pydantic import ValidationError

from tests.node_packages import FOLDER, install_node_packages

LARGEST = 28 * 1024
MOST_ACTIONS = 6


@functools.cache
def list_models() -> dict[str, type[Any]]:
    """Give every element and action that Teams knows, by its type."""
    found = {}
    for model in vars(core).values():
        if isinstance(model, type) and issubclass(model, core.SerializableObject) and "type" in model.model_fields:
            found[model.model_fields["type"].default] = model
    return found


def list_complaints(card: dict[str, Any]) -> list[str]:
    """Say everything for which Teams would refuse the card, or leave out a part without a word."""
    return [*_check_shape(card), *_check_limits(card)]


def _check_shape(node: Any, path: str = "card") -> Iterator[str]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _check_shape(item, f"{path}[{number}]")
    if not isinstance(node, dict):
        return
    if "type" in node:
        yield from _check_element(node, path)
    for key, value in node.items():
        if key != "data":
            yield from _check_shape(value, f"{path}.{key}")


def _check_element(node: dict[str, Any], path: str) -> Iterator[str]:
    model = list_models().get(node["type"])
    if model is None:
        yield f"{path}: unknown type {node['type']}"
        return
    known = {model.model_config["alias_generator"].serialization_alias(name) for name in model.model_fields}
    for key in node.keys() - known - {"$schema"}:
        yield f"{path}: {node['type']} knows no {key}"
    try:
        model.model_validate(node)
    except ValidationError as error:
        yield f"{path}: {error}"


def _check_limits(card: dict[str, Any]) -> Iterator[str]:
    size = len(json.dumps(card).encode())
    if size >= LARGEST:
        yield f"{size} bytes, where everything beyond ASCII is escaped"
    actions = list(list_actions(card))
    if len(actions) > MOST_ACTIONS:
        yield f"{len(actions)} actions: {[action.get('title') for action in actions]}"
    inputs = [node["id"] for node in walk(card) if str(node.get("type", "")).startswith("Input.")]
    if len(inputs) != len(set(inputs)):
        yield f"inputs of one id: {inputs}"
    executes = [node for node in walk(card) if node["type"] == "Action.Execute"]
    is_too_large_with_them = size + sum(len(json.dumps(action)) for action in executes) >= 26_500
    for node in walk(card):
        yield from _check_action(node, needs_fallback=not is_too_large_with_them)


def _check_action(node: dict[str, Any], *, needs_fallback: bool) -> Iterator[str]:
    kind = node.get("type")
    if kind == "Action.OpenUrl" and not node["url"].startswith("https://"):
        yield f"a link to {node['url']}"
    if kind == "Action.Execute" and "fallback" not in node and "title" in node and needs_fallback:
        yield f"{node['verb']} has no fallback"
    if kind == "Action.Execute" and node["data"].get("verb") != node["verb"]:
        yield f"{node['verb']} is not in its data"


def list_actions(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the buttons of a card, those in its body too."""
    yield from card.get("actions", [])
    for node in walk(card):
        if node.get("type") == "ActionSet":
            yield from node["actions"]


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Give every element and action of a card."""
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for key, value in node.items():
            if key != "data":
                yield from walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from walk(item)


def list_texts(card: dict[str, Any]) -> list[str]:
    """Give everything that a reader of the card sees."""
    keys = ("text", "title", "label", "placeholder", "value")
    return [node[key] for node in walk(card) for key in keys if isinstance(node.get(key), str)] + [
        choice["title"] for node in walk(card) for choice in node.get("choices", [])
    ]


def parse_with_renderer(cards: list[dict[str, Any]]) -> list[list[str]]:
    """Give, for each card, what Microsoft's renderer complains about."""
    packages = install_node_packages()
    answer = subprocess.run(
        ["node", str(FOLDER / "parse.js"), str(packages)],
        input=json.dumps(cards),
        capture_output=True,
        text=True,
        check=True,
    )
    complaints: list[list[str]] = json.loads(answer.stdout)
    return complaints
