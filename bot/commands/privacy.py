"""What may not be answered where others read too: a question about "my" something goes to the asker's own chat."""

from collections.abc import Mapping

from bot.turn import Ask


class PersonalError(Exception):
    """What was asked in a group is the asker's own affair; the desk answers it in their own chat."""


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
    return ask.verb == "list" and is_mine(ask.data)


def is_mine(data: Mapping[str, object]) -> bool:
    """Say whether a list is the asker's own: of their scope, or about "me"."""
    filter_ = data.get("filter")
    if data.get("view_id") is not None or not isinstance(filter_, Mapping):
        return True
    return filter_.get("scope", "mine") != "firm" or "me" in (filter_.get("partner"), filter_.get("known_by"))
