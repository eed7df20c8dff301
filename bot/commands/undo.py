"""Taking back what was changed, from the card that confirmed it; an undo can be undone."""

from typing import Annotated, ClassVar

from msgspec import Meta

from bot.commands.change_notices import tell
from bot.commands.company_changes import show_change
from bot.commands.inputs import Back, Change, Id
from bot.errors import BadRequestError
from bot.language import say
from bot.results.base import Result
from bot.results.questions import Asked, Done, Said
from bot.turn import Turn
from bot.verbs import EVERYONE, GROUP, OWN, Router
from storage.book.undo import undo_change
from storage.errors import StaleError
from storage.record import changes
from storage.record.audit import list_last_changes

router = Router()
_MOST = 400
"""Changes that one click takes back: two for each of as many companies as one click changes, and as much again."""
_LONGEST_AGO = 86_400
"""Seconds after which "undo" no longer means a change; its card still takes it back."""


class Undo(Change, frozen=True):
    """Changes to take back: those of a card, or what this person changed last."""

    this: ClassVar[str] = "audit_ids"
    given_by: ClassVar[frozenset[str]] = frozenset({"audit_id", "audit_ids"})
    audit_id: Id | None = None
    audit_ids: Annotated[tuple[Id, ...], Meta(max_length=_MOST)] = ()
    is_remembered: bool = False
    """The changes are those that the conversation remembers; no card named them."""

    @property
    def is_personal(self) -> bool:
        """Typed, it is about whatever the asker changed last, wherever that was; a button says of which card."""
        return self.is_remembered or (self.audit_id is None and not self.audit_ids)


@router.verb(
    "undo",
    Undo,
    writes=True,
    roles=EVERYONE,
    where=OWN | GROUP,
    versioned=False,
    remembered=True,
    said=True,
    leads=False,
)
async def undo(turn: Turn, given: Undo) -> Result:
    """Take changes back; what was changed again since is left as it is, and said."""
    audit_ids = await _find_changes(turn, given)
    if given.is_guess and not given.is_confirmed:
        return _ask(turn, audit_ids)
    undone: list[changes.Change] = []
    stale_count = 0
    for audit_id in audit_ids:
        try:
            undone.append(await undo_change(turn.writing, turn.viewer, audit_id, now=turn.now, source=turn.surface))
        except StaleError:
            stale_count += 1
    if not undone:
        return _say_stale(turn, stale_count, given.back)
    if len(undone) == 1 and undone[0].of == "company" and not stale_count:
        return await show_change(turn, undone[0], given.back)
    return _show_undone(turn, undone, stale_count, given.back)


async def _find_changes(turn: Turn, given: Undo) -> list[int]:
    """Return the changes that are meant: those of the card, or what this person changed last, on whatever machine."""
    if given.audit_id is not None:
        return [given.audit_id]
    audit_ids = list(dict.fromkeys(given.audit_ids))
    if audit_ids and not given.is_remembered:
        return audit_ids
    latest = await list_last_changes(turn.connection, turn.viewer, since=turn.now - _LONGEST_AGO)
    if not latest:
        raise BadRequestError("nothing_to_undo")
    return audit_ids if audit_ids and max(audit_ids) == latest[-1] else latest


def _ask(turn: Turn, audit_ids: list[int]) -> Result:
    """Ask whether the last change is meant: "cancel" may as well mean a question that was left unanswered."""
    question = say(turn.language, "commands.undo_question", count=len(audit_ids))
    data = {"verb": "undo", "audit_ids": audit_ids, "is_confirmed": True}
    return Asked(summary=question, again=data)


def _say_stale(turn: Turn, count: int, back: Back | None) -> Result:
    sentence = say(turn.language, "commands.undo_stale", count=count)
    return Said(summary=sentence, back=back, code=409)


def _show_undone(turn: Turn, undone: list[changes.Change], stale_count: int, back: Back | None) -> Result:
    sentence = say(turn.language, "commands.undone", count=len(undone))
    lines = [change.name for change in undone[:10] if change.name]
    if stale_count:
        lines.append(say(turn.language, "commands.undo_stale", count=stale_count))
    audit_ids = tuple(change.audit_id for change in undone if change.audit_id is not None)
    notices = tell(turn, tuple(undone))
    return Done(summary=sentence, notices=notices, audit_ids=audit_ids, lines=lines, back=back)
