"""The pane beside an open mail or meeting."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from bot.commands.next_meeting import get_next_meeting
from bot.commands.progress import say_reading
from bot.language import say
from bot.results.companies import ItemShown, Met, OnItem
from bot.results.list_state import LONGEST_STATE
from bot.turn import Json, Language, Turn
from bot.verb_inputs import Input, write_ask
from bot.verbs import EVERYONE, OWN, READS_FROM_CARD, Router
from storage.book import companies
from storage.book.item_people import Person, get_people
from storage.book.last_dates import get_contact_dates
from storage.book.meetings import Meeting
from storage.history.events import Person as CapturedPerson
from storage.history.own_addresses import REASON, find_own_addresses
from storage.text.addresses import parse_address
from storage.text.displayed_names import FULL
from storage.text.domains import find_company_domain
from storage.text.people import Judged, judge

router = Router()
PEOPLE = 500
COMPANIES = 6
"""As many as one card has room for."""
_NAMED = 5
"""People whom the line names that is heard, and contacts of no company who are shown."""
_DATED = 10
"""Contacts of whom is said when they were met: as many as are shown."""
_MOST_GIVEN = 20_000
_ADDRESS = 320
_RAW = 1000
"""Characters of an address as it was given: some come in wrappings."""
Part = str | int | float | None
NameAndAddress = tuple[Part, Part]
"""A name and an address, as far as Outlook has them; what is no text is left out."""


class OnOpenItem(Input, frozen=True):
    """Who is on the open mail or meeting, as Outlook gives them."""

    people: Annotated[list[NameAndAddress], Meta(max_length=_MOST_GIVEN)]
    mode: Literal["read", "compose", "meeting"] = "read"


@router.verb("pane.item", OnOpenItem, READS_FROM_CARD.but(leads=True), roles=EVERYONE, where=OWN)
async def show_item(turn: Turn, given: OnOpenItem) -> ItemShown:
    """Show who is on the open item; colleagues are counted and left out."""
    people = _read_people(given.people[: 4 * PEOPLE])
    shown = list(people)[:PEOPLE]
    known = await turn.read(get_people, shown)
    outside = [_explain(person, people[address]) for person, address in zip(known, shown, strict=True)]
    outside = [person for person in outside if _is_outside(person)]
    outside = await _date(turn, await _mark_own(turn, outside))
    item = await _group(turn, outside, len(shown) - len(outside), len(people) - len(shown))
    mode = "compose" if given.mode == "compose" else "read"
    return ItemShown(
        summary=_summarise(turn.language, item, mode), item=item, mode=mode, back=_read_way_back(turn, given)
    )


def _summarise(language: Language, item: OnItem, mode: str) -> str:
    """Say in one line what the card says, for whoever hears it."""
    if item.companies:
        return ", ".join(met.company.name for met in item.companies)
    parts = [", ".join(person.name or person.address for person in item.contacts[:_NAMED])]
    if item.people_not_known:
        parts.append(say(language, "cards.pane.strangers"))
    if item.machines:
        parts.append(say(language, "cards.pane.machines"))
        parts += dict.fromkeys(say(language, f"cards.reason.{person.reason}") for person in item.machines)
    return " · ".join(filter(None, parts)) or say(language, f"cards.pane.{item.why_empty(mode)}")


def _read_people(given: Iterable[NameAndAddress]) -> dict[str, Judged]:
    """Return who the item gives, by their address in its normal form: a person rather than nobody, the best name."""
    read: dict[str, Judged] = {}
    for person in given:
        name, raw = (part if isinstance(part, str) else "" for part in person)
        one = judge(name[:_ADDRESS], raw[:_RAW])
        if one.reason == "group":
            continue  # undisclosed-recipients:;
        address = one.address or raw[:_ADDRESS]
        read[address] = max(read.get(address, one), one, key=lambda shown: (not shown.reason, shown.quality))
    return read


def _is_outside(person: Person) -> bool:
    """Leave out colleagues, and paths of Exchange, which are colleagues' own (an outsider has an address)."""
    return person.state != "user" and parse_address(person.address).reason != "x500"


def _explain(person: Person, shown: Judged) -> Person:
    """Give a stranger the name that the mail shows, unless it looks like an address (B78).

    Say of a machine, a list or a shared mailbox that it is never a contact, and why.
    """
    if shown.quality and not person.name:
        person = replace(person, name=shown.name)
    is_nobody = bool(shown.reason) and person.state == "unknown"
    return replace(person, state="machine", reason=shown.reason) if is_nobody else person


async def _mark_own(turn: Turn, people: Sequence[Person]) -> list[Person]:
    """Say of the reader's own second addresses that they are; asked only where a stranger's is at free mail."""
    captured = {person.address: _capture(person) for person in people if person.state == "unknown"}
    asked = [one for one in captured.values() if not one.domain]
    own = await turn.read(find_own_addresses, asked) if asked else frozenset[str]()
    is_own = {raw for raw, one in captured.items() if one.address in own}
    return [
        replace(person, state="machine", reason=REASON) if person.address in is_own else person for person in people
    ]


async def _date(turn: Turn, people: Sequence[Person]) -> list[Person]:
    """Say of the first contacts when they were last met, and when the last mail was."""
    ids = [person.id for person in people if person.state == "contact" and person.id is not None][:_DATED]
    dates = await turn.read(get_contact_dates, ids) if ids else {}
    known = [(person, dates.get(person.id or 0) if person.state == "contact" else None) for person in people]
    return [replace(person, met_at=found[0], mail_at=found[1]) if found else person for person, found in known]


def _capture(person: Person) -> CapturedPerson:
    """Return somebody as capture has them."""
    address = parse_address(person.address)
    quality = FULL if " " in person.name else 0
    return CapturedPerson(address.address, find_company_domain(address.domain), person.name, quality, 0)


async def _group(turn: Turn, people: Sequence[Person], colleague_count: int, left_out: int) -> OnItem:
    """Put people under their companies, in the order of the item."""
    ids = list(dict.fromkeys(person.company_id for person in people if person.company_id is not None))
    met = []
    for company_id in ids[:COMPANIES]:
        company = await turn.read(companies.get_company, company_id)
        if company is not None:
            there = tuple(person for person in people if person.company_id == company_id)
            meeting = await get_next_meeting(turn, company_id=company.id)
            met.append(Met(replace(company, contacts=()), there, meeting))
    shown = {company.company.id for company in met}
    rest = [person for person in people if person.company_id not in shown]
    contacts = tuple(person for person in rest if person.state == "contact")
    return OnItem(
        companies=tuple(met),
        contacts=contacts,
        meetings=await _list_meetings(turn, contacts[:_NAMED]),
        strangers=tuple(person for person in rest if person.state != "contact"),
        colleague_count=colleague_count,
        left_out=left_out + max(len(ids) - COMPANIES, 0),
        reading=" ".join(await say_reading(turn)) if any(person.state == "unknown" for person in rest) else "",
    )


async def _list_meetings(turn: Turn, contacts: Iterable[Person]) -> dict[int, Meeting]:
    """Return the reader's next meeting with each contact with whom there is one."""
    ids = [person.id for person in contacts if person.id is not None]
    found = {contact_id: await get_next_meeting(turn, contact_id=contact_id) for contact_id in ids}
    return {contact_id: meeting for contact_id, meeting in found.items() if meeting is not None}


def _read_way_back(turn: Turn, given: OnOpenItem) -> Json | None:
    """Return what leads back to this item, where it is short enough to be carried by every row."""
    back = write_ask(turn.verb, given)
    return back if len(msgspec.json.encode(back)) <= LONGEST_STATE else None
