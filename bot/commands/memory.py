"""What "this" means when it is typed: the list or the view that the person saw last; and whether a question is open.

It is a row of the database (`storage.messages.talks`), so any process knows it, after a restart too. The row is read by
the statement that says who asks, and written behind the answer: nobody waits for it. This process remembers what it
has still to write. What was changed last is known from the audit alone.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.commands.follow_ups import go_on
from bot.results.questions import Asked, Conflict, Unclear
from bot.turn import Ask, Json, Reply
from bot.verbs import Router, Verb
from storage.engine.database import Database
from storage.errors import StoreUnavailableError
from storage.messages.talks import NOTHING, SECONDS, TalkRow, keep_talk
from storage.viewer import Viewer

PEOPLE = 20_000
_OF_LIST = ("filter", "view_id")
"""What is remembered of a list."""
_QUESTIONS = (Asked, Conflict, Unclear)
_Key = tuple[int, int, bool]
"""A firm, a person, and whether others read along: what was said in private is not gone on with in public."""
log = structlog.get_logger(__name__)


def _get_key(viewer: Viewer) -> _Key:
    return viewer.tenant_id, viewer.user_id, viewer.is_in_public


class Memory:
    """What each person was shown last: what this process showed and what the rows say, whichever is newer."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._talks: OrderedDict[_Key, TalkRow] = OrderedDict()
        self._unwritten: dict[_Key, TalkRow] = {}

    def recall(self, viewer: Viewer, stored: TalkRow) -> TalkRow:
        """Return what somebody was shown last; `stored` is what the row said when they were looked up."""
        talk = max(stored, self._talks.get(_get_key(viewer), NOTHING), key=lambda one: one.changed_at)
        return talk if self._clock() * 1000 - talk.changed_at < SECONDS * 1000 else NOTHING

    def keep(self, viewer: Viewer, verb: Verb, reply: Reply, talk: TalkRow) -> TalkRow:
        """Remember what a reply showed or changed after what was shown before it."""
        kept = reply.found.remembered if verb.remembered and reply.found is not None else {}
        if not kept or reply.is_error:
            return talk
        older = tuple((key, value) for key, value in talk.shown if key not in kept)
        return self._change(viewer, talk, shown=(*older, *kept.items()))  # the latest stand at the end

    def note(self, viewer: Viewer, reply: Reply, talk: TalkRow) -> None:
        """Remember whether a reply in a conversation leaves a question open; what has no card of its own says nothing.

        A reply that was given before says nothing either: what it said was noted then.
        """
        if reply.found is not None and reply.card is not None:
            is_asked = isinstance(reply.found, _QUESTIONS) and bool(getattr(reply.found, "is_question", True))
            self._change(viewer, talk, is_asked=is_asked)

    def _change(self, viewer: Viewer, talk: TalkRow, **changes: Any) -> TalkRow:
        changed = replace(talk, **changes)
        if changed == talk:
            return talk
        who = _get_key(viewer)
        changed = replace(changed, changed_at=max(int(self._clock() * 1000), talk.changed_at + 1))
        self._talks[who] = self._unwritten[who] = changed
        self._talks.move_to_end(who)
        if len(self._talks) > PEOPLE:
            self._talks.popitem(last=False)
        if len(self._unwritten) == 1:
            self._database.run_behind(self._write())
        return changed

    async def _write(self) -> None:
        """Write what was remembered since, firm by firm; what cannot be written is known to this process alone."""
        unwritten, self._unwritten = self._unwritten, {}
        for tenant_id in {who[0] for who in unwritten}:
            talks = {who: talk for who, talk in unwritten.items() if who[0] == tenant_id}
            try:
                async with self._database.writing(tenant_id) as connection:
                    for (_, user_id, is_in_public), talk in sorted(talks.items(), key=lambda one: one[0]):
                        viewer = Viewer(tenant_id, user_id, is_in_public=is_in_public)
                        await keep_talk(connection, viewer, talk)
            except StoreUnavailableError as error:
                log.warning("talks_not_kept", count=len(talks), reason=error.reason)

    @staticmethod
    def complete(talk: TalkRow, verb: Verb, ask: Ask) -> Ask:
        """Return the ask with what "this" means in it, where it says nothing of its own."""
        last = dict(talk.shown) if verb.input.this else {}
        latest = list(last)[-1:] if verb.input.is_of_latest else reversed(last)
        this = next((key for key in latest if key in verb.input.this and last[key] is not None), "")
        if not this or any(_is_given(ask, key) for key in verb.input.given_by):
            return ask
        remembered = {"is_remembered": True} if "is_remembered" in verb.input.__struct_fields__ else {}
        return replace(ask, data={**ask.data, this: last[this], **remembered})

    @staticmethod
    def read_said(talk: TalkRow, ask: Ask, verbs: Router) -> Ask:
        """Return what typed words mean after what was shown and asked last."""
        last = dict(talk.shown)
        shown = next(reversed(last), "")
        if ask.follow_up and "filter" in last and shown != "meetings" and (going_on := go_on(ask, last["filter"])):
            return going_on
        if ask.is_said and ask.verb == "keep" and ask.data.get("or_save") and shown in _OF_LIST:
            return Ask("view.save", is_said=True)
        if ask.is_said and ask.verb == "show" and ask.data.get("is_list") and "filter" in last:
            return Ask("list", {"filter": last["filter"], "is_scope_given": True}, is_said=True)
        if ask.is_said and "row" in ask.data:
            return _read_row(last.get("rows", ()), ask, frozenset(verbs.get(ask.verb).input.__struct_fields__))
        return _read_no(talk, ask)


def _read_row(rows: Sequence[tuple[str, int]], ask: Ask, fields: frozenset[str]) -> Ask:
    """Return the ask with the number of what stands in a place of the list: `make the second one a client`.

    What cannot be done with it, or is not in the list, shows the row, which says too what the list has not.
    """
    place = ask.data["row"]
    of, number = rows[place - 1 if place > 0 else place] if -1 <= place <= len(rows) and rows else ("", 0)
    if ask.verb == "show" or f"{of}_id" not in fields:
        return Ask("show.row", {"nth": place}, is_said=True)
    data: Json = {key: value for key, value in ask.data.items() if key != "row"} | {f"{of}_id": number}
    return replace(ask, data=data | ({"is_remembered": True} if "is_remembered" in fields else {}))


def _read_no(talk: TalkRow, ask: Ask) -> Ask:
    """Return what a typed no or undo means: it drops an open question, and takes back nothing older than that.

    Where none is open, a no answers some card above: its buttons are pointed to.
    """
    is_open = talk.is_asked
    if is_open and ask.is_said and ask.verb == "undo" and not ask.data.get("is_redo"):
        return Ask("cancel", is_said=True)
    if not is_open and ask.is_said and ask.verb == "cancel":
        return Ask("buttons", is_said=True)
    return ask


def _is_given(ask: Ask, key: str) -> bool:
    return ask.data.get(key) not in (None, "")
