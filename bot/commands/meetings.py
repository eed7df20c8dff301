"""One's own meetings to come: the next ones, those of a day, a week or a month, those with a company or a contact."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Final, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from bot.commands.colleagues import find_colleague, show_colleague
from bot.commands.inputs import Id, TypeName, Words, read_type, tidy
from bot.commands.names import ask_which_of_all, choose, find_companies_and_contacts, get_meant_company
from bot.commands.progress import say_hint, say_reading
from bot.errors import BadRequestError, NotFoundError
from bot.language import get_called, get_day, get_midnight, say, say_date
from bot.results.base import Result
from bot.results.meetings import MeetingsListed
from bot.results.questions import Said
from bot.turn import Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import EVERYONE, OWN, READS, Router
from storage.book import contacts
from storage.book.meetings import ENDLESS, list_meetings
from storage.lists.periods import get_span
from storage.models import CompanyType

router = Router()

MOST: Final = 10
_FIRST, _LAST = date(1970, 1, 2), date(9999, 1, 1)
"""What is a day that a meeting can be on."""
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", max_length=10)]
When = Literal["today", "tomorrow", "this_week", "next_week", "this_month", "next_month"]


class OfMeetings(Input, frozen=True):
    """Which of one's own meetings; "this" is whom or what the card showed last."""

    this: ClassVar[tuple[str, ...]] = ("company_id", "contact_id")
    given_by: ClassVar[frozenset[str]] = frozenset({"company_id", "contact_id", "name", "is_any", "type"})
    is_of_latest: ClassVar[bool] = True

    company_id: Id | None = None
    contact_id: Id | None = None
    name: Words = ""
    is_any: bool = False
    """With whomever: no name was said, and "this" is not meant."""
    type: TypeName | UnsetType | None = UNSET
    """With somebody of a company of that type."""
    when: When | None = None
    day_to_come: Day | None = None
    """One day, as 2026-03-24."""
    is_until: bool = False
    """All up to the end of that day or time are meant."""
    since: Annotated[int, Meta(ge=0, le=ENDLESS)] = 0
    """The time of the first one of a further page (UTC seconds)."""


@router.verb("meetings", OfMeetings, READS.but(remembered=True, leads=True), roles=EVERYONE, where=OWN)
async def show_meetings(turn: Turn, given: OfMeetings) -> Result:
    """List one's own meetings to come: the next ones, those of a time, or those with a company or a contact."""
    type_ = None if given.type is UNSET else read_type(given.type)
    if type_ is not None:
        return await _list(turn, given, say(turn.language, f"language.type.{type_}"), type_=type_)
    if given.is_any or given.type is not UNSET:
        return await _list(turn, given, "")
    if given.company_id is not None:
        return await _list(turn, given, (await get_meant_company(turn, given.company_id)).name)
    if given.contact_id is not None:
        contact = await turn.read(contacts.get_contact, given.contact_id)
        if contact is None:
            raise NotFoundError
        return await _list(turn, given, contact.name or contact.address)
    return await _list_called(turn, given)


async def _list_called(turn: Turn, given: OfMeetings) -> Result:
    """List those with whoever or whatever has this name; several are asked about, nothing says what to try."""
    name = tidy(get_called(given.name))
    if not name:
        raise BadRequestError("name_missing")
    matches = await find_companies_and_contacts(turn, name)
    match = choose(matches)
    is_exact = any(one.is_exact for one in matches)
    if not is_exact and (colleague := await find_colleague(turn, name, matches)):
        return show_colleague(turn, colleague)
    if match is None and matches:
        exact = [one for one in matches if one.is_exact]
        time = {"when": given.when, "day_to_come": given.day_to_come, "is_until": given.is_until}
        return ask_which_of_all(turn, name, exact or matches, turn.verb, **time)
    if match is None:
        sentence = say(turn.language, "names.nothing_found", name=name[:80])
        return Said(summary=sentence, lines=await say_hint(turn, "names.nothing_found_hint"))
    note = "" if match.is_exact else say(turn.language, "show.instead", name=name[:80], found=match.name)
    of = {"company_id": match.id} if match.of == "company" else {"contact_id": match.id}
    return await _list(turn, replace(given, name="", **of), match.name, note)


async def _list(turn: Turn, given: OfMeetings, name: str, note: str = "", type_: CompanyType | None = None) -> Result:
    since, until = _get_bounds(turn, given)
    of = {"company_id": given.company_id, "contact_id": given.contact_id}
    found = await turn.read(list_meetings, since=since, until=until, limit=MOST + 1, type_=type_, **of)
    return MeetingsListed(
        summary=_say_title(turn, "some" if found else "none", name, given),
        meetings=found[:MOST],
        further=write_ask(turn.verb, given, since=found[MOST].at) if len(found) > MOST else None,
        note=note,
        reading=" ".join(await say_reading(turn)),
        again=write_ask(turn.verb, given),
    )


def _get_bounds(turn: Turn, given: OfMeetings) -> tuple[int, int]:
    """Return the first second to come that is meant, and the first that is no longer."""
    soonest = max(turn.now + 1, given.since)
    if given.day_to_come is not None:
        first, end = (day := read_day(given.day_to_come)), day + timedelta(days=1)
    elif given.when is not None:
        first, end = get_span(given.when, get_day(turn.now, turn.timezone))
    else:
        return soonest, ENDLESS
    start = soonest if given.is_until else get_midnight(first, turn.timezone)
    return max(soonest, start), get_midnight(end, turn.timezone)


def _say_title(turn: Turn, how_many: Literal["some", "none"], name: str, given: OfMeetings) -> str:
    """Say what was asked for, or that there is none of it; name and time are said back."""
    said = _say_when(turn, given)
    parts = "_".join([how_many, *(["with"] if name else []), *(["when"] if said else [])])
    return say(turn.language, f"meetings.{parts}", name=name[:80], when=said)


def _say_when(turn: Turn, given: OfMeetings) -> str:
    if given.day_to_come is not None:
        day = say_date(turn.language, read_day(given.day_to_come), style="long", locale=turn.locale)
        return say(turn.language, "meetings.until_day" if given.is_until else "meetings.on_day", day=day)
    when = say(turn.language, f"meetings.when.{given.when}") if given.when else ""
    return say(turn.language, "meetings.until_when", when=when) if when and given.is_until else when


def read_day(text: str) -> date:
    """Read a day; raises `BadRequestError` for one that the calendar has not, or at either end of it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequestError("bad_input", field="day_to_come") from None
    if not _FIRST < day < _LAST:
        raise BadRequestError("bad_input", field="day_to_come")
    return day
