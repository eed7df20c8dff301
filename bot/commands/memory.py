"""What "this" and "undo" mean when they are typed: the list that the person saw last, and what they changed last.

It lives in the process: where the list is gone (a restart, another machine) the bot asks, it never guesses; what was
changed last is also known from the audit.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.turn import Ask, Reply
from storage.viewer import Viewer

PEOPLE = 20_000
_KEPT = ("filter", "view_id", "audit_ids")
_OF_A_LIST = frozenset({"export", "view.save", "view.set_filter"})
_OF_A_VIEW = frozenset({"view.delete", "view.rename", "view.restore", "view.share", "view.unshare"})


class Memory:
    """The last list and the last change of each person, the latest people only."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, int], dict[str, Any]] = OrderedDict()

    def keep(self, viewer: Viewer, reply: Reply) -> None:
        """Remember what a reply showed or changed."""
        kept = {key: reply.data[key] for key in _KEPT if key in reply.data}
        if not kept or reply.is_error:
            return
        who = (viewer.tenant_id, viewer.user_id)
        self._last[who] = {**self._last.get(who, {}), **kept}
        self._last.move_to_end(who)
        if len(self._last) > PEOPLE:
            self._last.popitem(last=False)

    def complete(self, viewer: Viewer, ask: Ask) -> Ask:
        """Return the ask with what "this" means in it, where it says nothing of its own."""
        last = self._last.get((viewer.tenant_id, viewer.user_id))
        if last is None:
            return ask
        missing = _find_gap(ask.verb, ask.data)
        if missing is None or last.get(missing) is None:
            return ask
        return replace(ask, data={**ask.data, missing: last[missing], "is_remembered": True})


def _find_gap(verb: str, data: Mapping[str, Any]) -> str | None:
    """Return the part that the ask leaves open."""
    if verb == "undo":
        return None if {"audit_id", "audit_ids"} & data.keys() else "audit_ids"
    if verb in _OF_A_VIEW:
        return None if {"view_id", "name"} & data.keys() else "view_id"
    if verb in _OF_A_LIST and "filter" not in data and not (verb == "export" and data.get("name")):
        return "filter"
    return None
