"""Taking back what was changed, from the card that confirmed it or in words; an undo can be undone, which is a redo."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from bot.commands.change_notices import tell
from bot.commands.change_words import is_taken, say_steps, say_who_loses, turn_back
from bot.commands.company_changes import show_change
from bot.commands.inputs import Back, ChangeInput, Id
from bot.errors import BadRequestError
from bot.language import say
from bot.results.base import Result
from bot.results.questions import Asked, Done, Said
from bot.turn import Turn
from bot.verbs import CHANGES, EVERYONE, GROUP, OWN, Router
from storage.book import companies
from storage.book.keeping import would_share_news
from storage.book.undo import undo_change
from storage.errors import MissingError, StaleError
from storage.record import changes
from storage.record.audit import AuditRow, list_last_changes, list_own_changes

router = Router()
_MOST = 400
"""Changes that one click takes back: two for each of as many companies as one click changes, and as much again."""
_LONGEST_AGO = 86_400
"""Seconds after which "undo" no longer means a change; its card still takes it back."""
_FRESH: Final = 600
"""Seconds for which nobody is asked whether a change is the one that is meant."""
_NAMED: Final = 12
CONVERSATIONS: Final = {"chat": ("chat", "group")}
"""Where a change was made that is taken back in the chat: "undo" typed in a group is answered there too."""


class Undo(ChangeInput, frozen=True):
    """Changes to take back: those of a card, or what this person changed last in this conversation."""

    audit_id: Id | None = None
    audit_ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=_MOST)] | UnsetType = UNSET
    is_redo: bool = False
    """An undo is to be taken back, and nothing else."""
    is_cancel: bool = False
    """It may have been said of a question: an undo is not taken back."""

    @property
    def is_personal(self) -> bool:
        """Typed, it is about whatever the asker changed last, wherever that was; a button says of which card."""
        return self.audit_id is None and self.audit_ids is UNSET


@router.verb("undo", Undo, CHANGES, roles=EVERYONE, where=OWN | GROUP)
async def undo(turn: Turn, given: Undo) -> Result:
    """Take changes back; what was changed again since is left as it is, and said."""
    done, is_here = await _find_changes(turn, given)
    is_again = given.is_personal and not given.is_redo and all(row.is_undo for row in done)
    if given.is_cancel and (is_again or not done):
        return Said(summary=say(turn.language, "undo.nothing_open"))
    if not given.is_confirmed and (given.is_guess or is_again or not is_here or await _is_doubtful(turn, done)):
        return await _ask(turn, done, given.back)
    undone: list[changes.Change] = []
    stale_count = 0
    for row in reversed(done):  # the latest first: what was done to something new goes before it
        try:
            undone.insert(0, await turn.write(undo_change, row.id, now=turn.now, source=turn.source))
        except StaleError:
            stale_count += 1
    if not undone:
        return _say_stale(turn, stale_count, given.back)
    lines = await say_steps(turn, undone)
    is_undo = not all(row.is_undo for row in done)
    if len(undone) == 1 and not stale_count and await _is_shown(turn, undone[0]):
        note = say(turn.language, "undo.one_undone" if is_undo else "undo.one_redone", step=lines[0])
        shown: Result = await show_change(turn, undone[0], given.back, note=note, is_undo=is_undo)
    else:
        shown = _show_undone(turn, undone, lines, stale_count, given.back, is_undo=is_undo)
    return replace(shown, is_undo=is_undo)


async def _is_shown(turn: Turn, change: changes.Change) -> bool:
    """Say whether it is a company that there still is: a private client of whom nothing is said any more is none."""
    return change.of == "company" and await turn.read(companies.get_company, change.entity_id) is not None


async def _is_doubtful(turn: Turn, done: Sequence[AuditRow]) -> bool:
    """Say whether to ask first.

    So it is for several changes, an old one, one that takes a company from a colleague again, and one that would share
    what was never shared.
    """
    if len(done) > 1 or any(row.at < turn.now - _FRESH for row in done):
        return True
    if any(row.is_undo and is_taken(turn, turn_back(row)) for row in done):
        return True
    return any([await turn.read(would_share_news, row) for row in done])


async def _find_changes(turn: Turn, given: Undo) -> tuple[Sequence[AuditRow], bool]:
    """Return the changes that are meant, and whether they were made in this conversation (or its card says which).

    Those of the card, or what this person changed last in this conversation, on whatever machine; else elsewhere.
    """
    if not given.is_personal:
        given_ids = () if given.audit_ids is UNSET else given.audit_ids
        ids = list(dict.fromkeys(given_ids)) if given.audit_id is None else [given.audit_id]
        found = await turn.read(list_own_changes, ids)
        if not found:
            raise MissingError("audit")
        return found, True
    since = turn.now - _LONGEST_AGO
    last = await turn.read(list_last_changes, since=since, places=CONVERSATIONS.get(turn.source, (turn.source,)))
    elsewhere = [] if last else await turn.read(list_last_changes, since=since)
    found = await turn.read(list_own_changes, last or elsewhere)
    if given.is_redo:
        found = tuple(row for row in found if row.is_undo)
    if not found and not given.is_cancel:
        raise BadRequestError("nothing_to_redo" if given.is_redo else "nothing_to_undo")
    return found, bool(last)


async def _ask(turn: Turn, done: Sequence[AuditRow], back: Back | None) -> Result:
    """Ask whether these changes are meant, each with what it goes back from and to."""
    key = "redo_question" if all(row.is_undo for row in done) else "undo_question"
    question = say(turn.language, f"undo.{key}", count=len(done))
    steps = [turn_back(row) for row in done]
    details = [*await say_who_loses(turn, steps), *await say_steps(turn, steps[:_NAMED])]
    if len(done) > _NAMED:
        details.append(say(turn.language, "cards.pane.more", count=len(done) - _NAMED))
    data = {"verb": "undo", "audit_ids": [row.id for row in done], "is_confirmed": True}
    return Asked(summary=question, details=details, again=data, back=back)


def _say_stale(turn: Turn, count: int, back: Back | None) -> Result:
    sentence = say(turn.language, "undo.undo_stale", count=count)
    return Said(summary=sentence, back=back, code=409)


def _show_undone(
    turn: Turn, undone: list[changes.Change], lines: list[str], stale_count: int, back: Back | None, *, is_undo: bool
) -> Result:
    sentence = say(turn.language, "undo.undone" if is_undo else "undo.redone", count=len(undone))
    lines = lines[:_NAMED]
    if stale_count:
        lines.append(say(turn.language, "undo.undo_stale", count=stale_count))
    notices = tell(turn, tuple(undone), is_undo=is_undo)
    return Done(summary=sentence, notices=notices, changes=tuple(undone), lines=lines, back=back)
