"""What may not be answered where others read too: a question about "my" something goes to the asker's own chat."""

from collections.abc import Mapping

from bot.turn import Ask


class PersonalError(Exception):
    """What was asked in a group is not for everybody there; the desk answers it in the asker's own chat."""

    def __init__(self, key: str = "cards.pointer") -> None:
        self.key = key
        super().__init__(key)


_HARMLESS = frozenset({"buttons", "cancel", "company.shared", "hello", "help", "unknown"})
"""What says nothing of the firm's affairs, or (a shared card drawn anew) is seen by the one reader alone."""


_PERSONAL = frozenset(
    {
        "admin.status",
        "companies.sort_next",
        "companies.sort_out",
        "companies.sort_save",
        "contact.add",
        "contact.explain",
        "export",
        "export.deliver",
        "list.more",
        "list.narrow",
        "list.save",
        "list.tick",
        "notices.save",
        "notices.settings",
    }
)


def is_personal(ask: Ask) -> bool:
    """Say whether the answer is for the asker alone."""
    if ask.verb in _PERSONAL or ask.verb.startswith(("view.", "views.")):
        return True
    if ask.verb == "undo":
        # Typed, it is about whatever the asker changed last, wherever that was; the button says of which card.
        return "is_remembered" in ask.data or not {"audit_id", "audit_ids"} & ask.data.keys()
    return ask.verb == "list" and is_mine(ask.data)


def keep_inside(ask: Ask) -> None:
    """Raise `PersonalError` for what nobody from outside the firm may read."""
    if ask.verb not in _HARMLESS:
        raise PersonalError("cards.pointer_outsiders")


def is_mine(data: Mapping[str, object]) -> bool:
    """Say whether a list is the asker's own: of their scope, or about "me"."""
    filter_ = data.get("filter")
    if data.get("view_id") is not None or not isinstance(filter_, Mapping):
        return True
    return filter_.get("scope", "mine") != "firm" or "me" in (filter_.get("partner"), filter_.get("known_by"))
