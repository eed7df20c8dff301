"""What an administrator may ask of the record: what somebody changed, and taking it back."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from msgspec import Meta

from bot.commands.change_notices import tell
from bot.commands.change_words import say_some_steps, say_who_loses, turn_back
from bot.commands.inputs import Id, OfPeople
from bot.commands.names import read_person
from bot.errors import BadRequestError, NotFoundError
from bot.language import say, say_time
from bot.language.formats import zone
from bot.results.base import Result
from bot.results.questions import Asked, Done, Option, Said, Unclear
from bot.turn import Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import ADMINISTRATORS, CHANGES_FROM_CARD, EVERYONE, OWN, READS, Router
from storage.book.restoring import (
    SEVERAL,
    ChangeSet,
    list_change_sets,
    list_recent_sets,
    list_set_changes,
    restore_change_set,
)
from storage.errors import MissingError

router = Router()
_DAYS = {"today": 0, "yesterday": 1, "week": 7}


class OfChanges(OfPeople, frozen=True):
    """Whose changes, since when, and after which change set of the list."""

    since: Literal["today", "yesterday", "week"] = "today"
    before: Id | None = None
    rank: Annotated[int, Meta(ge=0, le=SEVERAL)] = SEVERAL


class OfTime(Input, frozen=True):
    """When."""

    since: Literal["today", "yesterday", "week"] = "today"


class OfSet(Input, frozen=True):
    """A change set, by the number of its first change."""

    audit_id: Id
    is_confirmed: bool = False


@router.verb("changes.recent", OfTime, READS, roles=EVERYONE, where=OWN)
async def list_recent_changes(turn: Turn, given: OfTime) -> Said:
    """Say what changed that the asker may be told of: all to an administrator, to others what concerns them."""
    until = _find_start(turn, "today") if given.since == "yesterday" else turn.now + 1
    page = await turn.read(list_recent_sets, since=_find_start(turn, given.since), until=until)
    if not page.count:
        wider = [] if given.since == "week" else [say(turn.language, "restoring.ask_week")]
        others = [say(turn.language, "restoring.ask_meetings"), say(turn.language, "restoring.ask_companies")]
        return Said(summary=say(turn.language, "restoring.nothing_recent"), suggestions=[*wider, *others])
    lines = [" · ".join((one.actor_name, *_describe(turn, one))) for one in page.sets]
    if page.has_more:
        lines.append(say(turn.language, "restoring.older_left"))
    return Said(summary=say(turn.language, "restoring.recent", count=page.count), lines=lines)


@router.verb("changes.list", OfChanges, READS, roles=ADMINISTRATORS, where=OWN)
async def list_changes(turn: Turn, given: OfChanges) -> Result:
    """Show what a colleague changed, each change set with the way to take it back."""
    person = await read_person(turn, given, lambda one: write_ask("changes.list", given, user_id=one.id, person=""))
    if person is None:
        raise BadRequestError("choose_person")
    below = None if given.before is None else (given.rank, given.before)
    page = await turn.read(list_change_sets, person.id, since=_find_start(turn, given.since), below=below)
    if not page.count:
        wider = say(turn.language, "restoring.ask_person_week", person=person.name)
        others = [] if given.since == "week" else [wider]
        suggestions = [*others, say(turn.language, "restoring.ask_week")]
        return Said(summary=say(turn.language, "restoring.no_changes", person=person.name), suggestions=suggestions)
    options = [
        Option(*_describe(turn, one), write_ask("changes.restore", OfSet(audit_id=one.audit_id))) for one in page.sets
    ]
    if page.has_more:
        last = page.sets[-1]
        at = {"before": last.audit_id, "rank": last.rank}
        older = write_ask("changes.list", given, user_id=person.id, person="", **at)
        options.append(Option(say(turn.language, "restoring.further"), "", older))
    summary = say(turn.language, "restoring.changed_by", person=person.name, count=page.count)
    return Unclear(summary=summary, options=options, is_question=False)


def _find_start(turn: Turn, since: str) -> int:
    """Give the beginning of the day, in the asker's own time."""
    today = datetime.fromtimestamp(turn.now, zone(turn.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today - timedelta(days=_DAYS[since])).timestamp())


def _describe(turn: Turn, one: ChangeSet) -> tuple[str, str]:
    kind = one.action.removeprefix("company.").replace(".", "_") or "several"
    action = say(turn.language, f"restoring.did_{kind}", count=one.count)
    at = say_time(turn.language, one.at, turn.timezone, turn.locale)
    gone = one.count - one.standing
    state = "gone" if one.standing == 0 else "partly_gone"
    note = f"{say(turn.language, f'restoring.{state}', count=gone)}: " if gone else ""
    return action, f"{at} · {note}{', '.join(one.names)}"[:200]


@router.verb("changes.restore", OfSet, CHANGES_FROM_CARD, roles=ADMINISTRATORS, where=OWN)
async def restore_changes(turn: Turn, given: OfSet) -> Result:
    """Take a colleague's change set back, after asking once; what was changed again since is left and named."""
    rows = await turn.read(list_set_changes, given.audit_id)
    if not rows:
        raise NotFoundError
    if not given.is_confirmed:
        steps = [turn_back(row) for row in rows]
        details = [*await say_who_loses(turn, steps), *await say_some_steps(turn, steps)]
        question = say(turn.language, "restoring.restore_question", count=len(rows))
        again = write_ask("changes.restore", given, is_confirmed=True)
        return Asked(summary=question, details=details, again=again)
    try:
        done = await turn.write(restore_change_set, given.audit_id, now=turn.now, source=turn.source)
    except MissingError as error:
        raise NotFoundError from error
    changed = tuple(change for change in done.made if change.is_changed)
    lines = await say_some_steps(turn, changed)
    if done.stale_names:
        lines.append(say(turn.language, "bulk_changes.left_alone", names=", ".join(done.stale_names)[:400]))
    summary = say(turn.language, "restoring.restored", count=len(changed))
    notices = tell(turn, changed, is_undo=True)
    return Done(summary=summary, notices=notices, changes=changed, lines=lines, is_undo=True)
