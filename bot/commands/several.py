"""Several companies at once: ticked on a page, confirmed once, one audit row each."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cards.companies import draw_back, draw_undo
from bot.cards.kit import Json
from bot.cards.list_work import TICK, UNCHANGED
from bot.cards.phrases import NOBODY, NONE, type_names
from bot.cards.questions import draw_confirmation, draw_done
from bot.commands.data import read_back, read_flag, read_ids, read_type
from bot.commands.resolving import Meant, read_person
from bot.commands.telling import tell
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.turn import Reply, Router, Turn
from storage.book import companies
from storage.book.company_changes import set_companies_partner, set_companies_type
from storage.lists.filters import is_id
from storage.record.changes import Change, Changes

router = Router()
_NAMED = 12
"""As many companies as a confirmation names."""


@router.verb("companies.set_many", is_writing=True)
async def set_many(turn: Turn) -> Reply:
    """Set type or partner of several companies, after asking once."""
    data = turn.ask.data
    versions = _read_ticks(data)
    if not versions:
        raise BadRequestError("nothing_ticked")
    has_type = data.get("type") not in (None, "", UNCHANGED)
    has_person = data.get("user_id") not in (None, "")
    if not has_type and not has_person:
        raise BadRequestError("nothing_chosen")
    person = await read_person(turn, _never) if has_person else None
    rows = await companies.get_company_rows(turn.connection, turn.viewer, list(versions))
    if not rows:
        raise NotFoundError
    if not read_flag(data, "is_confirmed"):
        names = [rows[company_id].name for company_id in versions if company_id in rows]
        return _ask(turn, versions, names, person, has_type=has_type, has_person=has_person)
    return await _set(turn, versions, person, has_type=has_type, has_person=has_person)


def _never(_user_id: int) -> Json:
    raise BadRequestError


def _read_ticks(data: Mapping[str, Any]) -> dict[int, int | None]:
    """Return the companies that were ticked (or listed), each with the version that the card showed."""
    if "company_ids" in data:
        ids = read_ids(data, "company_ids")
        versions = data.get("versions")
        known = versions if isinstance(versions, list) and len(versions) == len(ids) else [None] * len(ids)
        return {company_id: version if is_id(version) else None for company_id, version in zip(ids, known, strict=True)}
    ticked = [(key.removeprefix(TICK), value) for key, value in data.items() if key.startswith(TICK) and value]
    return {
        int(number): int(version)
        for number, version in ticked[:100]
        if number.isdecimal() and is_id(int(number[:19])) and isinstance(version, str) and version[:19].isdecimal()
    }


def _ask(
    turn: Turn,
    versions: Mapping[int, int | None],
    names: Sequence[str],
    person: Meant | None,
    *,
    has_type: bool,
    has_person: bool,
) -> Reply:
    language = turn.language
    question = say(language, "commands.set_many_question", count=len(names))
    details = []
    data: Json = {"company_ids": list(versions), "versions": list(versions.values()), "is_confirmed": True}
    if has_type:
        type_ = read_type(turn.ask.data)
        details.append(say(language, "commands.type_will_be", type=type_names(language)[type_]))
        data["type"] = type_ or NONE
    if has_person:
        name = say(language, "cards.company.no_partner") if person is None else person.name
        details.append(say(language, "commands.partner_will_be", person=name))
        data["user_id"] = NOBODY if person is None else person.id
    details.append(", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else ""))
    back = read_back(turn.ask.data)
    if back is not None:
        data["back"] = back
    yes = say(language, "commands.yes")
    data["verb"] = "companies.set_many"
    return Reply(draw_confirmation(turn.reader, question, yes, data, details=details, back=back), summary=question)


async def _set(
    turn: Turn, versions: Mapping[int, int | None], person: Meant | None, *, has_type: bool, has_person: bool
) -> Reply:
    """Make the changes; what somebody else changed since is left alone, and said."""
    known = {company_id: version for company_id, version in versions.items() if version is not None}
    ids = list(versions)
    made: list[Change] = []
    left: set[int] = set()
    now, source = turn.now, turn.surface
    if has_type:
        changes = await set_companies_type(
            turn.connection, turn.viewer, ids, read_type(turn.ask.data), now=now, source=source, versions=known
        )
        made += changes.made
        left.update(changes.stale_ids, changes.missing_ids)
        known = _raise_versions(known, changes)
        ids = [company_id for company_id in ids if company_id not in left]
    if has_person:
        partner_id = None if person is None else person.id
        changes = await set_companies_partner(
            turn.connection, turn.viewer, ids, partner_id, now=now, source=source, versions=known
        )
        made += changes.made
        left.update(changes.stale_ids, changes.missing_ids)
    return await _say_done(turn, made, left)


def _raise_versions(versions: Mapping[int, int], changes: Changes) -> dict[int, int]:
    """Return the versions as they are after changes of our own."""
    changed = {change.entity_id for change in changes.made if change.is_changed}
    return {company_id: version + (company_id in changed) for company_id, version in versions.items()}


async def _say_done(turn: Turn, made: Sequence[Change], left: set[int]) -> Reply:
    changed = [change for change in made if change.is_changed]
    sentence = say(turn.language, "commands.set_many_done", count=len({change.entity_id for change in changed}))
    lines = []
    if left:
        rows = await companies.get_company_rows(turn.connection, turn.viewer, list(left))
        names = ", ".join(row.name for row in rows.values())
        lines.append(say(turn.language, "commands.left_alone", names=names[:400]))
    audit_ids = [change.audit_id for change in changed if change.audit_id is not None]
    back = read_back(turn.ask.data)
    actions = [draw_undo(turn.reader, audit_ids, back), draw_back(turn.reader, back)]
    card = draw_done(turn.reader, sentence, actions, lines)
    data = {"audit_ids": audit_ids}
    return Reply(card, notices=tell(turn, tuple(changed)), summary=sentence, data=data)
