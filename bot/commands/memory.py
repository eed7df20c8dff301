"""What "this" means when it is typed: the list or the view that the person saw last; and whether a question is open.

It lives in the process: where it is gone (a restart, another machine) the bot asks, it never guesses. What was changed
last is known from the audit alone.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Any

from bot.commands.follow_ups import go_on
from bot.results.questions import Asked, Conflict, Unclear
from bot.turn import Ask, Reply
from bot.verbs import Verb
from storage.viewer import Viewer

PEOPLE = 20_000
_OF_LIST = ("filter", "view_id")
"""What is remembered of a list."""
_QUESTIONS = (Asked, Conflict, Unclear)


_Key = tuple[int, int, bool]
"""A firm, a person, and whether others read along: what was said in private is not gone on with in public."""


def _get_key(viewer: Viewer) -> _Key:
    return viewer.tenant_id, viewer.user_id, viewer.is_in_public


class Memory:
    """The last list and the last view of each person, the latest people only."""

    def __init__(self) -> None:
        self._last: OrderedDict[_Key, dict[str, Any]] = OrderedDict()
        self._asked: OrderedDict[_Key, None] = OrderedDict()
        """Whose last answer in a conversation was a question."""

    def keep(self, viewer: Viewer, verb: Verb, reply: Reply) -> None:
        """Remember what a reply showed or changed."""
        kept = reply.found.remembered if verb.remembered and reply.found is not None else {}
        if not kept or reply.is_error:
            return
        who = _get_key(viewer)
        last = self._last.get(who, {})
        older = {key: value for key, value in last.items() if key not in kept}
        self._last[who] = {**older, **kept}  # the latest stand at the end
        self._last.move_to_end(who)
        if len(self._last) > PEOPLE:
            self._last.popitem(last=False)

    def complete(self, viewer: Viewer, verb: Verb, ask: Ask) -> Ask:
        """Return the ask with what "this" means in it, where it says nothing of its own."""
        last = self._last.get(_get_key(viewer), {}) if verb.input.this else {}
        latest = list(last)[-1:] if verb.input.is_of_latest else reversed(last)
        this = next((key for key in latest if key in verb.input.this and last[key] is not None), "")
        if not this or any(_is_given(ask, key) for key in verb.input.given_by):
            return ask
        remembered = {"is_remembered": True} if "is_remembered" in verb.input.__struct_fields__ else {}
        return replace(ask, data={**ask.data, this: last[this], **remembered})

    def note(self, viewer: Viewer, reply: Reply) -> None:
        """Remember whether a reply in a conversation leaves a question open; what has no card of its own says nothing.

        A reply that was given before says nothing either: what it said was noted then.
        """
        if reply.found is None or reply.card is None:
            return
        who = _get_key(viewer)
        self._asked.pop(who, None)
        if isinstance(reply.found, _QUESTIONS) and getattr(reply.found, "is_question", True):
            self._asked[who] = None
        if len(self._asked) > PEOPLE:
            self._asked.popitem(last=False)

    def read_said(self, viewer: Viewer, ask: Ask) -> Ask:
        """Return what typed words mean after what was shown and asked last."""
        last = self._last.get(_get_key(viewer), {})
        shown = next(reversed(last), "")
        if ask.follow_up and "filter" in last and (going_on := go_on(ask, last["filter"])):
            return going_on
        if ask.is_said and ask.verb == "keep" and ask.data.get("or_save") and shown in _OF_LIST:
            return Ask("view.save", is_said=True)
        return self._read_no(viewer, ask)

    def _read_no(self, viewer: Viewer, ask: Ask) -> Ask:
        """Return what a typed no or undo means: it drops an open question, and takes back nothing older than that.

        Where none is open, a no answers some card above: its buttons are pointed to.
        """
        is_open = _get_key(viewer) in self._asked
        if is_open and ask.is_said and ask.verb == "undo" and not ask.data.get("is_redo"):
            return Ask("cancel", is_said=True)
        if not is_open and ask.is_said and ask.verb == "cancel":
            return Ask("buttons", is_said=True)
        return ask


def _is_given(ask: Ask, key: str) -> bool:
    return ask.data.get(key) not in (None, "")
