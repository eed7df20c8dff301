"""Several companies at once: ticked on a page, confirmed once, one audit row each."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET

from bot.commands.change_notices import tell
from bot.commands.change_words import say_old_and_new, say_replaced, say_some_steps
from bot.commands.inputs import (
    OfSeveral,
    read_type,
)
from bot.commands.names import Meant, read_person
from bot.errors import BadRequestError, NotFoundError
from bot.language import say
from bot.language.company_types import type_names
from bot.results.base import Result
from bot.results.choices import NOBODY
from bot.results.questions import Asked, Done
from bot.turn import Json, Turn
from bot.verb_inputs import write_ask
from bot.verbs import CHANGES_FROM_CARD, EVERYONE, GROUP, OWN, Router
from storage.book import companies
from storage.book.companies import CompanyRow
from storage.book.company_changes import set_companies_partner, set_companies_type
from storage.firm.rules import get_rules
from storage.models import CompanyType
from storage.record import changes
from storage.record.changes import Changes

router = Router()
_NAMED = 12
"""As many companies as a confirmation names."""


@router.verb(
    "companies.set_many",
    OfSeveral,
    CHANGES_FROM_CARD.but(versioned=True, remembered=True),
    roles=EVERYONE,
    where=OWN | GROUP,
)
async def set_many(turn: Turn, given: OfSeveral) -> Result:
    """Set type or partner of several companies, after asking once."""
    versions = given.chosen
    if not versions:
        raise BadRequestError("nothing_ticked")
    has_person = given.user_id is not UNSET
    if not given.has_type and not has_person:
        raise BadRequestError("nothing_chosen")
    person = await read_person(turn, given, _never) if has_person else None
    rows = await turn.read(companies.get_company_rows, list(versions))
    if not rows:
        raise NotFoundError
    many = (await get_rules(turn.connection, turn.viewer.tenant_id)).mass_change
    if given.is_confirmed and (len(rows) <= many or given.count == len(versions)):
        return await _set(turn, given, person, has_person=has_person)
    seen = {number: version or rows[number].version for number, version in versions.items() if number in rows}
    return _ask(turn, given, seen, [rows[number] for number in seen], person, many=many)


def _never(_person: Meant) -> Json:
    raise BadRequestError


def _ask(
    turn: Turn,
    given: OfSeveral,
    versions: Mapping[int, int],
    rows: Sequence[CompanyRow],
    person: Meant | None,
    *,
    many: int,
) -> Result:
    language, names = turn.language, [row.name for row in rows]
    key = "mass_question" if len(names) > many else "set_many_question"
    question = say(language, f"bulk_changes.{key}", count=len(names))
    if len(names) == 1:
        question = say(language, "bulk_changes.set_one_question", name=names[0])
    details = []
    if given.has_type:
        details += say_old_and_new(language, "type", rows, type_names(language)[_read_type(given)])
    if given.user_id is not UNSET:
        details += say_replaced(turn, rows, None if person is None else person.id)
        name = say(language, "change_words.nobody") if person is None else person.name
        details += say_old_and_new(language, "partner", rows, name)
    if len(names) > 1:
        details.append(", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else ""))
    data = write_ask(
        "companies.set_many",
        OfSeveral(
            company_ids=tuple(versions),
            versions=tuple(versions.values()),
            is_confirmed=True,
            count=len(versions),
            type=given.type if given.has_type else UNSET,
            user_id=UNSET if given.user_id is UNSET else NOBODY if person is None else person.id,
            back=given.back,
        ),
    )
    return Asked(summary=question, again=data, details=details, back=given.back)


async def _set(turn: Turn, given: OfSeveral, person: Meant | None, *, has_person: bool) -> Result:
    """Make the changes; what somebody else changed since is left alone, and said."""
    versions = given.chosen
    known = {company_id: version for company_id, version in versions.items() if version is not None}
    ids = list(versions)
    made: list[changes.Change] = []
    left: set[int] = set()
    now, source = turn.now, turn.source
    if given.has_type:
        done = await turn.write(set_companies_type, ids, _read_type(given), now=now, source=source, versions=known)
        made += done.made
        left.update(done.stale_ids, done.missing_ids)
        known = _raise_versions(known, done)
        ids = [company_id for company_id in ids if company_id not in left]
    if has_person:
        partner_id = None if person is None else person.id
        done = await turn.write(set_companies_partner, ids, partner_id, now=now, source=source, versions=known)
        made += done.made
        left.update(done.stale_ids, done.missing_ids)
    return await _say_done(turn, given, made, left)


def _raise_versions(versions: Mapping[int, int], done: Changes) -> dict[int, int]:
    """Return the versions as they are after changes of our own."""
    changed = {change.entity_id for change in done.made if change.is_changed}
    return {company_id: version + (company_id in changed) for company_id, version in versions.items()}


async def _say_done(turn: Turn, given: OfSeveral, made: Sequence[changes.Change], left: set[int]) -> Result:
    changed = tuple(change for change in made if change.is_changed)
    sentence = say(turn.language, "bulk_changes.set_many_done", count=len({change.entity_id for change in changed}))
    lines = await say_some_steps(turn, changed)
    if left:
        rows = await turn.read(companies.get_company_rows, list(left))
        names = ", ".join(row.name for row in rows.values())
        lines.append(say(turn.language, "bulk_changes.left_alone", names=names[:400]))
    return Done(
        summary=sentence,
        notices=tell(turn, changed),
        changes=changed,
        left_ids=tuple(left),
        lines=lines,
        back=given.back,
    )


def _read_type(given: OfSeveral) -> CompanyType | None:
    return read_type(given.type) if isinstance(given.type, str) else None
