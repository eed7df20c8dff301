"""What the bot says, in Bot Framework's schema; cards are written once and never copied."""

from typing import Any, Final, Self

import msgspec
from botbuilder.schema import Activity, Attachment
from msrest.serialization import Model

from bot.turn import Card, File

CARD_TYPE: Final = "application/vnd.microsoft.card.adaptive"
CONSENT_TYPE: Final = "application/vnd.microsoft.teams.card.file.consent"
FILE_TYPE: Final = "application/vnd.microsoft.teams.card.file.info"


class Outgoing(Activity):  # type: ignore[misc]  # botbuilder has no types
    """An activity of ours. The SDK deep-copies each one to address it, and nobody changes a card that was drawn."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        clone = type(self).__new__(type(self))
        clone.__dict__.update(self.__dict__)
        return clone


def say_card(card: Card, summary: str) -> Outgoing:
    """Put a card into a message; `summary` is read by notifications and screen readers."""
    return Outgoing(type="message", attachments=[Attachment(content_type=CARD_TYPE, content=card)], summary=summary)


def say_text(text: str) -> Outgoing:
    """Say a plain sentence."""
    return Outgoing(type="message", text=text, text_format="plain")


def offer_file(file: File, description: str) -> Outgoing:
    """Ask whether a file may be put into the person's OneDrive; what delivers it comes back with the consent."""
    context = {"verb": file.ask.verb, "data": dict(file.ask.data)}
    content = {
        "description": description,
        "sizeInBytes": file.size,
        "acceptContext": context,
        "declineContext": context,
    }
    attachment = Attachment(content_type=CONSENT_TYPE, name=file.name, content=content)
    return Outgoing(type="message", attachments=[attachment], summary=description)


def show_file(upload: dict[str, Any], summary: str) -> Outgoing:
    """Show the file that was put there; `upload` is the `uploadInfo` that Teams sent."""
    content = {"uniqueId": upload.get("uniqueId"), "fileType": upload.get("fileType")}
    attachment = Attachment(
        content_type=FILE_TYPE, name=upload.get("name"), content_url=upload.get("contentUrl"), content=content
    )
    return Outgoing(type="message", attachments=[attachment], summary=summary)


def encode(activity: Activity) -> bytes:
    """Write an activity as JSON: what msrest's serializer does, some hundred times faster."""
    return msgspec.json.encode(describe(activity))


def describe(model: Model) -> dict[str, Any]:
    """Return a model of the SDK as plain JSON; what is None is left out."""
    keys = _KEYS.get(type(model)) or _read_keys(type(model))
    described = {}
    for name, value in vars(model).items():
        if value is not None and (key := keys.get(name)) is not None:
            described[key] = _describe_value(value)
    return described


def _describe_value(value: Any) -> Any:
    if isinstance(value, Model):
        return describe(value)
    if isinstance(value, list):
        return [describe(item) if isinstance(item, Model) else item for item in value]
    return value


def _read_keys(model: type[Model]) -> dict[str, str]:
    attributes = model._attribute_map  # noqa: SLF001  # its schema
    keys = {name: _RIGHT.get(attribute["key"], attribute["key"]) for name, attribute in attributes.items()}
    _KEYS[model] = keys
    return keys


_RIGHT: Final = {"tenantID": "tenantId"}
"""What 4.17.1 spells unlike Bot Framework."""
_KEYS: Final[dict[type[Model], dict[str, str]]] = {}
